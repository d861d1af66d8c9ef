"""The second reading of a predicate: a pandas query."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from errwidgets.columns import column_reference, literal
from errwidgets.columns.spelling import moment, quoted
from errwidgets.selection.predicates import All, AnyOf, Contains, In, IsNull, Not, Range, Rows
from errwidgets.selection.resolving import (
    Bounds,
    bounds_of,
    codes_in,
    find_column,
    named,
    ordered_of,
    settle,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from errwidgets.columns import CodedColumn
    from errwidgets.selection.predicates import Columns, Predicate

__all__ = ["query_string"]


def query_string(predicate: Predicate, columns: Columns) -> str | None:
    """Return the pandas query that gives the same rows of ``evaluation.frame``.

    Returns
    -------
    str or None
        ``None`` where pandas has no way to say it.

    Raises
    ------
    SelectionError
        When the predicate names an unknown column or value.
    """
    return _query(settle(predicate, columns), columns, negate=False)


def _query(predicate: Predicate, columns: Columns, *, negate: bool) -> str | None:  # noqa: PLR0911
    match predicate:
        case In(name):
            column = find_column(columns, name)
            return _query_in(column, codes_in(predicate, column), negate=negate)
        case Range(name):
            column = find_column(columns, name)
            return _query_range(column, bounds_of(predicate, column), negate=negate)
        case IsNull(name):
            reference = column_reference(find_column(columns, name).frame_name)
            return reference and f"{reference}.{'notnull' if negate else 'isnull'}()"
        case Contains(name):
            return _query_contains(predicate, find_column(columns, name), negate=negate)
        case Rows():
            return None if negate else predicate.query
        case Not(of):
            return _query(of, columns, negate=not negate)
        case All(of) | AnyOf(of):
            return _query_group(predicate, of, columns, negate=negate)


def _query_group(
    predicate: All | AnyOf, of: Sequence[Predicate], columns: Columns, *, negate: bool
) -> str | None:
    # De Morgan keeps `not` away from whole groups, where pandas and Python differ.
    joined_by_and = isinstance(predicate, All) != negate
    parts = [_query(part, columns, negate=negate) for part in of]
    if not parts or any(part is None for part in parts):
        return None
    if len(parts) == 1:
        return parts[0]
    word = " and " if joined_by_and else " or "
    return word.join(
        f"({text})" if isinstance(_strip_not(part), All | AnyOf | Rows) or " or " in str(text)
        else str(text)
        for part, text in zip(of, parts, strict=True)
    )  # fmt: skip


def _strip_not(predicate: Predicate) -> Predicate:
    while isinstance(predicate, Not):
        predicate = predicate.of
    return predicate


# ---------------------------------------------------------------- values


def _query_in(column: CodedColumn, codes: list[int], *, negate: bool) -> str | None:
    if column.is_binned or (column.ordered is not None and column.ordered.is_time):
        return _query_runs(column, codes, negate=negate)
    reference = column_reference(column.frame_name)
    kept = [column.categories[code] for code in codes]
    literals = [literal(value) for value in kept if value is not None]
    if column.ordered is not None and not column.ordered.in_queries:
        return None  # objects: pandas compares them one by one, each in its own way
    if reference is None or not kept or any(text is None for text in literals):
        return None
    words = [str(text) for text in literals]
    parts = []
    # A nullable column answers `!=` with NA for a missing value; `not in` answers True.
    if len(words) == 1 and not (negate and column.has_missing):
        parts.append(f"{reference} {'!=' if negate else '=='} {words[0]}")
    elif words:
        parts.append(f"{reference} {'not in' if negate else 'in'} [{', '.join(words)}]")
    if None in kept:
        parts.append(f"{reference}.{'notnull' if negate else 'isnull'}()")
    return (" and " if negate else " or ").join(parts)


def _query_runs(column: CodedColumn, codes: list[int], *, negate: bool) -> str | None:
    """Say codes of ordered values as ranges: neighbours join, and `not` means the other codes."""
    reference = column_reference(column.frame_name)
    n_present = len(column.categories) - column.has_missing
    if negate:
        codes = [code for code in range(len(column.categories)) if code not in codes]
    if reference is None or not codes:
        return None
    present = [code for code in codes if code < n_present]
    parts: list[str | None] = []
    while present:
        first = last = present.pop(0)
        while present and present[0] == last + 1:
            last = present.pop(0)
        parts.append(_query_range(column, _run(column, first, last, n_present), negate=False))
    if n_present in codes:
        parts.append(f"{reference}.isnull()")
    if any(part is None for part in parts):
        return None
    return " or ".join(str(part) for part in parts)


def _run(column: CodedColumn, first: int, last: int, n_present: int) -> Bounds:
    assert column.lows is not None  # noqa: S101  a column with an order has them
    assert column.highs is not None  # noqa: S101
    if not column.is_binned:
        return Bounds(column.lows[first], column.highs[last], "both")
    # A bin begins where the one below it ends.
    low = column.highs[first - 1] if first else None
    high = column.highs[last] if last < n_present - 1 else None
    return Bounds(low, high, "right")


# ---------------------------------------------------------------- ranges and text


def _query_range(  # noqa: PLR0911  one per form
    column: CodedColumn, bounds: Bounds, *, negate: bool
) -> str | None:
    reference, ordered = column_reference(column.frame_name), ordered_of(column)
    if reference is None or not ordered.in_queries:
        return None
    ends = _needed(column, bounds)
    if ends is None:
        return None
    low, high = (None if end is None else _limit(column, end) for end in ends)
    if (low is None) != (ends[0] is None) or (high is None) != (ends[1] is None):
        return None
    if low is None and high is None:
        return f"{reference}.{'isnull' if negate else 'notnull'}()"
    if negate:
        return _outside(reference, bounds, low, high, missing=column.has_missing)
    if bounds.is_point and not ordered.is_time:  # pandas takes `==` a text for membership
        return f"{reference} == {low}"
    below = "" if low is None else f"{low} {'<=' if bounds.closed_low else '<'} "
    above = f" {'<=' if bounds.closed_high else '<'} {high}"
    if high is None:
        return f"{reference} {'>=' if bounds.closed_low else '>'} {low}"
    return f"{below}{reference}{above}"


def _outside(
    reference: str, bounds: Bounds, low: str | None, high: str | None, *, missing: bool
) -> str:
    parts = []
    if low is not None and low == high and bounds.closed == "both" and not low.startswith("'"):
        parts.append(f"{reference} != {low}")
    else:
        if low is not None:
            parts.append(f"{reference} {'<' if bounds.closed_low else '<='} {low}")
        if high is not None:
            parts.append(f"{reference} {'>' if bounds.closed_high else '>='} {high}")
    if missing:
        parts.append(f"{reference}.isnull()")
    return " or ".join(parts)


def _needed(column: CodedColumn, bounds: Bounds) -> tuple[int | float | None, ...] | None:
    """Return the limits without infinite ones that exclude no row; ``None`` when one excludes some.

    A query cannot spell infinity.
    """
    low, high = bounds.low, bounds.high
    lows = [end for end in column.lows or () if end is not None]
    highs = [end for end in column.highs or () if end is not None]
    if low is not None and math.isinf(low):
        if low > 0 or not (bounds.closed_low or not lows or min(lows) > low):
            return None
        low = None
    if high is not None and math.isinf(high):
        if high < 0 or not (bounds.closed_high or not highs or max(highs) < high):
            return None
        high = None
    return low, high


def _limit(column: CodedColumn, limit: float) -> str | None:
    ordered = ordered_of(column)
    if not ordered.is_time:
        return ordered.spelled(limit)
    text = moment(int(limit), ordered.unit, query=True)
    return text and f"'{text}'"


def _query_contains(predicate: Contains, column: CodedColumn, *, negate: bool) -> str | None:
    reference = column_reference(named(column, "Contains").frame_name)
    texts = [
        text for text, value in zip(column.texts, column.categories, strict=True)
        if value is not None
    ]  # fmt: skip
    if reference is None or not texts or None in texts:
        return None
    plain = predicate.text.isascii() and all(str(text).isascii() for text in texts)
    if not predicate.case and not plain:
        return None
    case = "" if predicate.case else "case=False, "
    text = quoted(predicate.text)
    called = f"{reference}.str.contains({text}, {case}regex=False, na=False)"
    return f"not {called}" if negate else called
