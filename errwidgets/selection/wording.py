"""The third reading of a predicate: words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from errwidgets.columns import clean
from errwidgets.columns.spelling import spoken
from errwidgets.selection.predicates import All, AnyOf, Contains, In, IsNull, Not, Range, Rows
from errwidgets.selection.resolving import bounds_of, codes_in, find_column, ordered_of, settle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from errwidgets.columns import CodedColumn
    from errwidgets.selection.predicates import Columns, Predicate

__all__ = ["join_words", "words"]

_SHOWN_IN_WORDS = 3

_SUBJECTS = {"y_true": "true", "y_pred": "predicted"}


def join_words(items: Sequence[str], separator: str = ", ") -> str:
    """Return ``a``, ``a or b``, ``a, b or c``, ``a, b, c or 4 more``.

    Between groups that hold commas and "or" of their own the last joint is
    marked too: ``a; b; or c``.

    Examples
    --------
    >>> join_words(["a", "b", "c"])
    'a, b or c'
    """
    last = " or " if separator == ", " else f"{separator}or "
    if len(items) > _SHOWN_IN_WORDS:
        rest = len(items) - _SHOWN_IN_WORDS
        return f"{separator.join(items[:_SHOWN_IN_WORDS])}{last}{rest:,} more"
    if len(items) > 1:
        return f"{separator.join(items[:-1])}{last}{items[-1]}"
    return items[0] if items else "nothing"


def words(predicate: Predicate, columns: Columns) -> str:
    """Return a predicate in words.

    A pair of conditions on the two label columns reads as a confusion:
    ``true cat → predicted dog``.
    """
    return _words(settle(predicate, columns), columns)


def _words(predicate: Predicate, columns: Columns) -> str:  # noqa: PLR0911  one per form
    match predicate:
        case In(name):
            column = find_column(columns, name)
            codes = codes_in(predicate, column)
            labels = join_words([column.display_labels[code] for code in codes])
            return f"{_subject(name)} {'' if name in _SUBJECTS else '= '}{labels}"
        case Range(name):
            return _range(predicate, find_column(columns, name))
        case IsNull(name):
            find_column(columns, name)
            return f"{_subject(name)} is missing"
        case Contains(name, text, case):
            find_column(columns, name)
            anyhow = "" if case else " (any case)"
            return f'{_subject(name)} contains "{clean(text)}"{anyhow}'
        case Rows():
            return predicate.words
        case Not(of):
            text = _words(of, columns)
            return f"not ({text})" if isinstance(of, All | AnyOf) else f"not {text}"
        case All(of):
            parts = [_part(part, columns) for part in of]
            if [_label_role(part) for part in of] == ["y_true", "y_pred"]:
                return " → ".join(parts)
            return " and ".join(parts) if parts else "all rows"
        case AnyOf(of):
            parts = [_part(part, columns) for part in of]
            listed_inside = any(", " in text or " or " in text for text in parts)
            return join_words(parts, "; " if listed_inside else ", ")


def _range(predicate: Range, column: CodedColumn) -> str:
    ordered, bounds = ordered_of(column), bounds_of(predicate, column)
    subject = _subject(column.name)
    low, high = (
        None if end is None else spoken(ordered.spelled(end), ordered.unit)
        for end in (bounds.low, bounds.high)
    )
    if bounds.is_point:
        return f"{subject} = {low}"
    if low is None and high is None:
        return f"{subject} is not missing"
    if high is None:
        return f"{subject} {'≥' if bounds.closed_low else '>'} {low}"
    below = "" if low is None else f"{low} {'≤' if bounds.closed_low else '<'} "
    return f"{below}{subject} {'≤' if bounds.closed_high else '<'} {high}"


def _subject(name: str) -> str:
    return _SUBJECTS.get(name, clean(str(name)))


def _part(predicate: Predicate, columns: Columns) -> str:
    text = _words(predicate, columns)
    confusion = isinstance(predicate, All) and " → " in text
    return f"({text})" if isinstance(predicate, All | AnyOf) and not confusion else text


def _label_role(predicate: Predicate) -> str | None:
    predicate = predicate.of if isinstance(predicate, Not) else predicate
    return predicate.column if isinstance(predicate, In) else None
