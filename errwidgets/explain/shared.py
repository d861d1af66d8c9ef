"""What rows share: the values that are more frequent among them than among others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from errwidgets.selection import Range, words
from errwidgets.slices.conditions import Conditions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from errwidgets.columns import CodedColumn
    from errwidgets.selection import Predicate

    Mask = NDArray[np.bool_]

__all__ = ["Share", "Shared", "shared_values"]

MOST_VALUES: Final = 1_000
"""Columns of more values than this are no categories that rows could share."""


@dataclass(frozen=True)
class Share:
    """How frequent a condition is among some rows and among others.

    Attributes
    ----------
    predicate : Predicate
        The condition.
    words : str
        The same in words.
    selected, other : float
        Its share on either side, in [0, 1].
    """

    predicate: Predicate
    words: str
    selected: float
    other: float


@dataclass(frozen=True)
class Shared:
    """What rows share of one feature.

    Attributes
    ----------
    best : Share
        The condition that is more frequent among them by most: a value, of numbers a range.
    values : tuple of Share
        Every value or bin, in the order of the column.
    """

    best: Share
    values: tuple[Share, ...]


def shared_values(column: CodedColumn, inside: Mask, other: Mask) -> Shared | None:
    """Return what rows share of a column; ``None`` for a column of very many values.

    Parameters
    ----------
    column : CodedColumn
        The feature.
    inside, other : ndarray of shape (n_samples,)
        The rows, and those they are held against; neither empty.
    """
    n = len(column.categories)
    if n > MOST_VALUES:
        return None
    conditions = Conditions(column)
    a, b = (np.bincount(column.codes[rows], minlength=n) / rows.sum() for rows in (inside, other))

    def share(predicate: Predicate, codes: slice) -> Share:
        said = words(predicate, {column.name: column})
        return Share(predicate, said, float(a[codes].sum()), float(b[codes].sum()))

    values = [share(conditions.predicate(code), slice(code, code + 1)) for code in range(n)]
    best = max(values, key=lambda one: one.selected - one.other)
    if conditions.is_ordered and conditions.n_present > 1:
        first, last = _widest_gap(a[: conditions.n_present] - b[: conditions.n_present])
        if last > first:
            low, high = _limits(conditions, first, last)
            range_ = share(Range(column.name, low, high, "right"), slice(first, last + 1))
            # All of both sides would be no difference, and no condition.
            whole = low is None and high is None
            if not whole and range_.selected - range_.other > best.selected - best.other:
                best = range_
    return Shared(best, tuple(values))


def _limits(conditions: Conditions, first: int, last: int) -> tuple[Any, Any]:
    """Return what neighbouring codes lie over, and up to; ``None`` for an open end."""
    values = conditions.column.categories
    if isinstance(values[first], tuple):
        return conditions.limits(first)[0], conditions.limits(last)[1]
    low = None if first == 0 else values[first - 1]
    return low, None if last == conditions.n_present - 1 else values[last]


def _widest_gap(gaps: NDArray[np.float64]) -> tuple[int, int]:
    """Return the first and the last of the neighbours whose sum is largest (Kadane's scan)."""
    best, ends, total, start = -np.inf, (0, 0), 0.0, 0
    for i, gap in enumerate(gaps.tolist()):
        if total <= 0:
            total, start = 0.0, i
        total += gap
        if total > best:
            best, ends = total, (start, i)
    return ends
