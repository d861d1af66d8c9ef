"""Predicates against columns: which codes and limits the values of a leaf stand for."""

from __future__ import annotations

import datetime as dt
import numbers
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from errwidgets.columns import is_hashable, native
from errwidgets.exceptions import SelectionError, SelectionTypeError, listed, shown
from errwidgets.selection.predicates import All, AnyOf, Contains, In, IsNull, Not, Range

if TYPE_CHECKING:
    from collections.abc import Hashable

    from errwidgets.columns import CodedColumn, Ordered
    from errwidgets.selection.predicates import Closed, Columns, Predicate

__all__ = [
    "Bounds",
    "bounds_of",
    "codes_in",
    "codes_meeting",
    "find_column",
    "fold",
    "named",
    "ordered_of",
    "resolve",
    "settle",
]

# Kinds with values that a person can name.
_NAMED = {"category", "boolean", "numeric", "time", "text"}


class Bounds(NamedTuple):
    """A range in the column's own form: limits as `Ordered` holds values."""

    low: int | float | None
    high: int | float | None
    closed: Closed

    @property
    def closed_low(self) -> bool:
        """Whether the low limit belongs to the range."""
        return self.closed in {"left", "both"}

    @property
    def closed_high(self) -> bool:
        """Whether the high limit belongs to the range."""
        return self.closed in {"right", "both"}

    @property
    def is_point(self) -> bool:
        """Whether it holds one value."""
        return self.low is not None and self.low == self.high and self.closed == "both"

    def holds(self, values: Any) -> Any:
        """Return whether values lie inside, for a number or an array."""
        inside = np.ones(np.shape(values), dtype=bool)
        if self.low is not None:
            inside &= values >= self.low if self.closed_low else values > self.low
        if self.high is not None:
            inside &= values <= self.high if self.closed_high else values < self.high
        return inside


def find_column(columns: Columns, name: str) -> CodedColumn:
    """Return a column by name.

    Raises
    ------
    SelectionError
        When there is none.
    """
    try:
        return columns[name]
    except (KeyError, TypeError):
        message = f"The selection names the column {name!r}. Known columns: {listed(columns)}."
        raise SelectionError(message) from None


def ordered_of(column: CodedColumn) -> Ordered:
    """Return what a range compares.

    Raises
    ------
    SelectionError
        When the column has no order.
    """
    if column.ordered is None:
        raise SelectionError(
            f"A range needs a column of numbers or times; {column.name!r} holds "
            f"{_holds(column)}. Name its values with In."
        )
    return column.ordered


def named(column: CodedColumn, what: str) -> CodedColumn:
    """Return a column whose values can be named.

    Raises
    ------
    SelectionError
        When it holds images, embeddings or the like.
    """
    if column.kind not in _NAMED:
        raise SelectionError(
            f"{what} needs a column whose values can be named; {column.name!r} holds "
            f"{_holds(column)}. Only IsNull can be asked of it."
        )
    return column


def _holds(column: CodedColumn) -> str:
    return {"category": "categories", "image": "images", "embedding": "embeddings"}.get(
        column.kind, column.kind
    )


def bounds_of(predicate: Range, column: CodedColumn) -> Bounds:
    """Return a range in the column's own form."""
    ordered = ordered_of(column)
    low, high, closed = predicate.low, predicate.high, predicate.closed
    closed_low, closed_high = closed in {"left", "both"}, closed in {"right", "both"}
    if low is not None:
        low, between = ordered.limit(column.name, low)
        closed_low = closed_low and not between
    if high is not None:
        high, between = ordered.limit(column.name, high)
        closed_high = closed_high or between
    if ordered.is_whole:
        # Limits beyond what the column's type can hold mean no limit, or no row.
        lowest, highest = (int(end) for end in _ends(ordered))
        if low is not None and low < lowest:
            low = None
        elif low is not None and low > highest:
            low, closed_low = highest, False
        if high is not None and high > highest:
            high = None
        elif high is not None and high < lowest:
            high, closed_high = lowest, False
    if closed_low:
        return Bounds(low, high, "both" if closed_high else "left")
    return Bounds(low, high, "right" if closed_high else "neither")


def _ends(ordered: Ordered) -> tuple[int, int]:
    info = np.iinfo(ordered.values.dtype)
    return info.min, info.max


def resolve(predicate: In, column: CodedColumn) -> Predicate:
    """Return an `In` whose values all have codes, joined by ranges where they have none.

    Raises
    ------
    SelectionTypeError, SelectionError
        When the values are no tuple, or one of them is not a value of the column.
    """
    given: Any = predicate.values
    if not isinstance(given, tuple):
        raise SelectionTypeError(
            f"The values for {column.name!r} must be a tuple, as in In({column.name!r}, "
            f"({shown(given)},)); got {type(given).__name__}."
        )
    named(column, "In")
    codes: list[int] = []
    points: list[Predicate] = []
    for value in given:
        code = column.code_of(value) if is_hashable(value) else None
        if code is None and _may_be_compared(column, value):
            code, point = _find(column, value)
            if code is None and column.is_binned:
                points.append(point)
                continue
        if code is None:
            raise SelectionError(
                f"{shown(value)} is not a value of {column.name!r}. "
                f"Values: {listed(column.categories)}."
            )
        codes.append(code)
    exact = In(column.name, tuple(column.categories[code] for code in sorted(set(codes))))
    if not points:
        return exact
    points = list(dict.fromkeys(points))
    if not codes and len(points) == 1:
        return points[0]
    return AnyOf((exact, *points) if codes else tuple(points))


def _may_be_compared(column: CodedColumn, value: Hashable) -> bool:
    comparable = isinstance(value, numbers.Number | np.generic | dt.date | dt.timedelta)
    return column.ordered is not None and comparable and native(value) is not None


def _find(column: CodedColumn, value: Any) -> tuple[int | None, Range]:
    """Return the code of a value in another spelling (as a float32's), and its own range."""
    ordered = ordered_of(column)
    key, between = ordered.limit(column.name, value)
    code = None
    if not between and not column.is_binned and column.lows and key in column.lows:
        code = column.lows.index(key)
    if between:  # no row: a range that is empty
        return code, Range(column.name, ordered.value_of(key), ordered.value_of(key), "neither")
    point = ordered.value_of(key)
    return code, Range(column.name, point, point, "both")


def settle(predicate: Predicate, columns: Columns) -> Predicate:
    """Return a predicate in which every `In` names values that have codes."""
    match predicate:
        case In(name):
            return resolve(predicate, find_column(columns, name))
        case Not(of):
            return Not(settle(of, columns))
        case All(of):
            return All(tuple(settle(part, columns) for part in of))
        case AnyOf(of):
            return AnyOf(tuple(settle(part, columns) for part in of))
        case _:
            return predicate


def codes_in(predicate: In, column: CodedColumn) -> list[int]:
    """Return the codes of an `In` that :func:`resolve` gave."""
    found = (column.code_of(value) for value in predicate.values)
    return sorted({code for code in found if code is not None})


def fold(text: str) -> str:
    """Return a text without regard to case, the same in both languages: letter by letter."""
    if text.isascii():
        return text.lower()
    return "".join(letter.upper().lower() for letter in text)


def codes_meeting(
    leaf: In | Range | IsNull | Contains, column: CodedColumn
) -> np.ndarray[Any, np.dtype[np.bool_]] | None:
    """Return for each code whether a leaf holds; ``None`` when that takes the values.

    Returns
    -------
    ndarray of shape (n_categories,), dtype bool, or None
    """
    size = len(column.categories)
    table = np.zeros(size, dtype=bool)
    match leaf:
        case In():
            table[codes_in(leaf, column)] = True
        case Range():
            bounds = bounds_of(leaf, column)
            for code in range(size):
                inside = _code_inside(bounds, column, code)
                if inside is None:
                    return None
                table[code] = inside
        case Contains(text=part, case=case):
            named(column, "Contains")
            wanted = part if case else fold(part)
            table[:] = [
                text is not None and wanted in (text if case else fold(text))
                for text in column.texts
            ]
        case IsNull():
            table[:] = [value is None for value in column.categories]
    return table


def _code_inside(bounds: Bounds, column: CodedColumn, code: int) -> bool | None:
    assert column.lows is not None  # noqa: S101  a column with an order has them
    assert column.highs is not None  # noqa: S101
    low, high = column.lows[code], column.highs[code]
    if low is None or high is None:
        return False
    ends = bool(bounds.holds(low)), bool(bounds.holds(high))
    if all(ends):
        return True
    if any(ends) or low == high:
        return None if low != high else False
    # Neither end is inside: the range lies beside them, or somewhere between.
    above = bounds.low is not None and bounds.low >= high
    below = bounds.high is not None and bounds.high <= low
    return False if above or below else None
