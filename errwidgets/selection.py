"""What is selected, as data: predicates, clauses and the readings of both.

A selection is a list of clauses joined by AND; a clause says which view made it
and holds one predicate. A predicate has four readings that agree: a mask over
the rows, a pandas query, words, and the form that the browser evaluates.
Predicates hold *values*, so they can be carried from one evaluation to another;
the browser's form holds *codes*, so nothing depends on how JSON spells a label.
"""

from __future__ import annotations

import datetime as dt
import enum
import keyword
import math
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from errwidgets.columns import is_hashable
from errwidgets.exceptions import SelectionError, SelectionTypeError, listed, shown

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from errwidgets.columns import CodedColumn

    Columns: TypeAlias = Mapping[str, CodedColumn]
    Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["All", "AnyOf", "Clause", "In", "Not", "Predicate", "Selection"]

_SHOWN_IN_WORDS = 3
_MAX_DEPTH = 32
_NOT_IN_BACKTICKS = frozenset("`\\'\"#@")


@dataclass(frozen=True, slots=True)
class In:
    """Rows whose value in `column` is one of `values`."""

    column: str
    values: tuple[Hashable, ...]

    def __post_init__(self) -> None:
        if isinstance(self.values, list):
            object.__setattr__(self, "values", tuple(self.values))


@dataclass(frozen=True, slots=True)
class All:
    """Rows that meet every one of the predicates; every row when there are none."""

    of: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Rows that meet at least one of the predicates; no row when there are none."""

    of: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Rows that do not meet the predicate."""

    of: Predicate


Predicate: TypeAlias = In | All | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Clause:
    """A predicate and the view that made it (``"python"`` when assigned in code)."""

    source: str
    predicate: Predicate


@dataclass(frozen=True, slots=True)
class Selection:
    """Clauses joined by AND. No clause means that nothing is selected.

    Parameters
    ----------
    clauses : tuple of Clause
        At most one per source.
    """

    clauses: tuple[Clause, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.clauses)

    def __len__(self) -> int:
        return len(self.clauses)

    def __iter__(self) -> Iterator[Clause]:
        return iter(self.clauses)

    def clause(self, source: str) -> Clause | None:
        """Return the clause of a source, or ``None``."""
        return next((clause for clause in self.clauses if clause.source == source), None)

    def predicate(self) -> Predicate | None:
        """Return one predicate that means the whole selection; ``None`` when nothing is."""
        given: tuple[Any, ...] = self.clauses
        odd = [clause for clause in given if not isinstance(clause, Clause)]
        if odd:
            raise SelectionTypeError(f"A Selection holds clauses; got {shown(odd[0])}.")
        if len(self.clauses) == 1:
            return self.clauses[0].predicate
        return All(tuple(clause.predicate for clause in self.clauses)) if self.clauses else None


def _column(columns: Columns, name: str) -> CodedColumn:
    try:
        return columns[name]
    except KeyError:
        message = f"The selection names the column {name!r}. Known columns: {listed(columns)}."
        raise SelectionError(message) from None


def _codes(column: CodedColumn, values: Iterable[Hashable]) -> list[int]:
    codes = []
    if not isinstance(values, tuple):
        raise SelectionTypeError(
            f"The values for {column.name!r} must be a tuple, as in In({column.name!r}, "
            f"({shown(values)},)); got {type(values).__name__}."
        )
    for value in values:
        code = column.code_of(value) if is_hashable(value) else None
        if code is None:
            raise SelectionError(
                f"{shown(value)} is not a value of {column.name!r}. "
                f"Values: {listed(column.categories)}."
            )
        codes.append(code)
    return sorted(set(codes))


# ---------------------------------------------------------------- reading 1: the mask


def mask(predicate: Predicate, columns: Columns, n_samples: int) -> Mask:
    """Return which rows meet a predicate.

    Parameters
    ----------
    predicate : Predicate
        What to evaluate.
    columns : mapping of str to CodedColumn
        The columns it may name.
    n_samples : int
        Number of rows.

    Returns
    -------
    ndarray of shape (n_samples,), dtype bool

    Raises
    ------
    SelectionError
        When the predicate names an unknown column or value.
    """
    match predicate:
        case In(name, values):
            column = _column(columns, name)
            wanted = np.zeros(len(column.categories), dtype=bool)
            wanted[_codes(column, values)] = True
            rows: Mask = wanted[column.codes]
            return rows
        case Not(of):
            inner = mask(of, columns, n_samples)
            return np.logical_not(inner, out=inner)
        case All(of):
            result = np.ones(n_samples, dtype=bool)
            for part in of:
                result &= mask(part, columns, n_samples)
            return result
        case AnyOf(of):
            result = np.zeros(n_samples, dtype=bool)
            for part in of:
                result |= mask(part, columns, n_samples)
            return result
        case _:
            raise SelectionTypeError(
                f"A predicate is an In, All, AnyOf or Not of errwidgets.selection; got "
                f"{type(predicate).__name__} {shown(predicate)}."
            )


# ---------------------------------------------------------------- reading 2: a pandas query

# Written as they are in string literals. All others are escaped: pandas rewrites some characters
# before Python's parser sees the text, and a backslash before the closing quote confuses it.
_PLAIN = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !$%()*+,-./:;<=>?[]^_{}"
)


def _quoted(text: str) -> str:
    quote = '"' if "'" in text and '"' not in text else "'"
    safe = _PLAIN | ({"'"} if quote == '"' else {'"'})
    return quote + "".join(c if c in safe else _escaped(ord(c)) for c in text) + quote


def _escaped(code: int) -> str:
    if code <= 0xFF:  # noqa: PLR2004  what two hexadecimal digits hold
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004  four


def literal(value: Hashable) -> str | None:
    r"""Return how a pandas query spells a value, or ``None`` when it cannot.

    Examples
    --------
    >>> literal("it's"), literal(3), literal(True)
    ('"it\'s"', '3', 'True')
    >>> literal((1, 2)) is None
    True
    """
    if isinstance(value, enum.Enum | dt.date | dt.timedelta):
        return None
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return _quoted(str(value))
    if isinstance(value, int | float) and math.isfinite(value):
        return repr(value)
    return None


def column_reference(frame_name: Hashable) -> str | None:
    """Return how a pandas query spells a column name, or ``None`` when it cannot."""
    if not isinstance(frame_name, str) or unicodedata.normalize("NFKC", frame_name) != frame_name:
        return None  # Python's parser would look for the normalised name
    if frame_name.isidentifier() and not keyword.iskeyword(frame_name):
        return frame_name
    if frame_name and all(map(_in_backticks, frame_name)):
        return f"`{frame_name}`"
    return None


def _in_backticks(character: str) -> bool:
    """Return whether every pandas from 2.2 on can read it in a quoted name."""
    if character.isascii():
        return character.isprintable() and character not in _NOT_IN_BACKTICKS
    return f"a{character}".isidentifier()


def query_string(predicate: Predicate, columns: Columns) -> str | None:
    """Return the pandas query that gives the same rows of ``evaluation.frame``.

    Returns
    -------
    str or None
        ``None`` where pandas has no way to say it.
    """
    return _query(predicate, columns, negate=False)


def _query(predicate: Predicate, columns: Columns, *, negate: bool) -> str | None:
    match predicate:
        case In(name, values):
            return _query_in(_column(columns, name), values, negate=negate)
        case Not(of):
            return _query(of, columns, negate=not negate)
        case All(of) | AnyOf(of):
            # De Morgan keeps `not` away from whole groups, where pandas and Python differ.
            joined_by_and = isinstance(predicate, All) != negate
            if not of:
                return None
            parts = [_query(part, columns, negate=negate) for part in of]
            if any(part is None for part in parts):
                return None
            if len(parts) == 1:
                return parts[0]
            word = " and " if joined_by_and else " or "
            return word.join(
                f"({text})" if isinstance(_strip_not(part), All | AnyOf) or " or " in str(text)
                else str(text)
                for part, text in zip(of, parts, strict=True)
            )  # fmt: skip


def _strip_not(predicate: Predicate) -> Predicate:
    while isinstance(predicate, Not):
        predicate = predicate.of
    return predicate


def _query_in(column: CodedColumn, values: Sequence[Hashable], *, negate: bool) -> str | None:
    reference = column_reference(column.frame_name)
    kept = [column.categories[code] for code in _codes(column, values)]
    literals = [literal(value) for value in kept if value is not None]
    if reference is None or not kept or any(text is None for text in literals):
        return None
    words = [str(text) for text in literals]
    parts = []
    # A nullable column answers `!=` with NA for a missing value; `not in` answers True.
    if len(words) == 1 and not (negate and None in column.categories):
        parts.append(f"{reference} {'!=' if negate else '=='} {words[0]}")
    elif words:
        parts.append(f"{reference} {'not in' if negate else 'in'} [{', '.join(words)}]")
    if None in kept:
        parts.append(f"{reference}.{'notnull' if negate else 'isnull'}()")
    return (" and " if negate else " or ").join(parts)


# ---------------------------------------------------------------- reading 3: words


def join_words(items: Sequence[str], separator: str = ", ") -> str:
    """Return ``a``, ``a or b``, ``a, b or c``, ``a, b, c or 4 more``.

    Between groups that hold commas and "or" of their own the last joint is
    marked too: ``a; b; or c``.
    """
    last = " or " if separator == ", " else f"{separator}or "
    if len(items) > _SHOWN_IN_WORDS:
        rest = len(items) - _SHOWN_IN_WORDS
        return f"{separator.join(items[:_SHOWN_IN_WORDS])}{last}{rest:,} more"
    if len(items) > 1:
        return f"{separator.join(items[:-1])}{last}{items[-1]}"
    return items[0] if items else "nothing"


def words(predicate: Predicate, columns: Columns) -> str:  # noqa: PLR0911  one per form
    """Return a predicate in words.

    A pair of conditions on the two label columns reads as a confusion:
    ``true cat → predicted dog``.
    """
    match predicate:
        case In(name, values):
            column = _column(columns, name)
            labels = join_words([column.display_labels[code] for code in _codes(column, values)])
            match name:
                case "y_true":
                    return f"true {labels}"
                case "y_pred":
                    return f"predicted {labels}"
                case _:
                    return f"{name} = {labels}"
        case Not(of):
            text = words(of, columns)
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


def _part(predicate: Predicate, columns: Columns) -> str:
    text = words(predicate, columns)
    confusion = isinstance(predicate, All) and " → " in text
    return f"({text})" if isinstance(predicate, All | AnyOf) and not confusion else text


def _label_role(predicate: Predicate) -> str | None:
    predicate = predicate.of if isinstance(predicate, Not) else predicate
    return predicate.column if isinstance(predicate, In) else None


# ---------------------------------------------------------------- reading 4: the browser's form


def to_wire(predicate: Predicate, columns: Columns) -> dict[str, Any]:
    """Return the form the browser evaluates: JSON with codes in place of values."""
    match predicate:
        case In(name, values):
            return {"op": "in", "column": name, "codes": _codes(_column(columns, name), values)}
        case Not(of):
            return {"op": "not", "of": to_wire(of, columns)}
        case All(of):
            return {"op": "all", "of": [to_wire(part, columns) for part in of]}
        case AnyOf(of):
            return {"op": "any", "of": [to_wire(part, columns) for part in of]}


def from_wire(data: Any, columns: Columns, *, depth: int = 0) -> Predicate:
    """Read a predicate that a browser sent.

    Raises
    ------
    SelectionError
        When `data` is not a predicate, names an unknown column, or holds a code
        that the column does not have: what comes over the wire is not trusted.
    """
    if depth > _MAX_DEPTH:
        raise SelectionError(f"A predicate may be nested at most {_MAX_DEPTH} levels deep.")
    match data:
        case {"op": "in", "column": str(name), "codes": list(codes)}:
            column = _column(columns, name)
            size = len(column.categories)
            if not all(type(code) is int and 0 <= code < size for code in codes):
                raise SelectionError(
                    f"Codes of {name!r} are whole numbers from 0 to {size - 1}; got {shown(codes)}."
                )
            return In(name, tuple(column.categories[code] for code in codes))
        case {"op": "not", "of": of}:
            return Not(from_wire(of, columns, depth=depth + 1))
        case {"op": "all", "of": list(of)}:
            return All(tuple(from_wire(part, columns, depth=depth + 1) for part in of))
        case {"op": "any", "of": list(of)}:
            return AnyOf(tuple(from_wire(part, columns, depth=depth + 1) for part in of))
        case _:
            raise SelectionError(f"Not a predicate: {shown(data)}.")
