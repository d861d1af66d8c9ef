"""Answers queries from arrays in memory."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from errwidgets import selection as sel
from errwidgets.exceptions import SelectionError
from errwidgets.sources.query import (
    N_POINT_BINS,
    Aggregate,
    Answer,
    Page,
    PageAnswer,
    Points,
    PointsAnswer,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from errwidgets.columns import CodedColumn
    from errwidgets.sources.query import Query

    Array = np.ndarray[Any, Any]

__all__ = ["MemorySource"]


class MemorySource:
    """Answers from the columns of an evaluation.

    Parameters
    ----------
    columns : mapping of str to CodedColumn
        What queries may name.
    n_samples : int
        Number of rows.
    sample_weight : ndarray of shape (n_samples,), optional
        Weights; answers then have their sums.
    is_error : str, optional
        The column that says which rows are mistakes.
    """

    def __init__(
        self,
        columns: Mapping[str, CodedColumn],
        n_samples: int,
        sample_weight: np.ndarray[Any, np.dtype[np.float64]] | None = None,
        is_error: str | None = "is_error",
    ) -> None:
        self.columns = columns
        self.n_samples = n_samples
        self.sample_weight = sample_weight
        self.is_error = is_error

    def answer(self, query: Query) -> Answer | PageAnswer | PointsAnswer:
        """Answer any query."""
        match query:
            case Aggregate():
                return self.aggregate(query)
            case Page():
                return self.page(query)
            case Points():
                return self.points(query)

    def rows(self, where: Sequence[sel.Predicate]) -> Array | None:
        """Return the mask of the rows that meet every predicate; ``None`` for all rows."""
        if not where:
            return None
        return sel.mask(sel.All(tuple(where)), self.columns, self.n_samples)

    # ------------------------------------------------------------ numbers per group

    def aggregate(self, query: Aggregate) -> Answer:
        """Return the numbers of each group."""
        columns = [self.columns[key] for key in query.keys]
        shape = tuple(len(column.categories) for column in columns)
        rows = self.rows(query.where)
        size = math.prod(shape)
        cells = self._cells(columns, shape, rows)

        def total(values: Array | None) -> Array:
            kept = values if values is None or rows is None else values[rows]
            if cells is None:  # no key: one number
                n = self.n_samples if rows is None else np.count_nonzero(rows)
                return np.array([float(n if kept is None else kept.sum())])
            found: Array = np.bincount(cells, kept, size).astype(float)
            return found

        weight, value = self.sample_weight, query.value
        numbers = None if value is None else self._numbers(value)
        if numbers is not None:
            numbers = np.where(np.isnan(numbers), 0.0, numbers)
        wrong = self.columns[self.is_error] if query.errors and self.is_error else None
        return Answer(
            shape,
            total(None),
            None if wrong is None else total(self._wrong(wrong)),
            None if weight is None else total(weight),
            None if weight is None else total(weight**2),
            None if numbers is None else total(numbers),
            None if numbers is None else total(numbers**2),
        )

    def _cells(
        self, columns: Sequence[CodedColumn], shape: Sequence[int], rows: Array | None
    ) -> Array | None:
        cells: Array | None = None
        for column, n in zip(columns, shape, strict=True):
            codes = column.codes if rows is None else column.codes[rows]
            cells = codes.astype(np.intp) if cells is None else cells * n + codes
        return cells

    @staticmethod
    def _wrong(column: CodedColumn) -> Array:
        wrong = np.array([value is True for value in column.categories], dtype=float)
        found: Array = wrong[column.codes]
        return found

    def _numbers(self, name: str) -> Array:
        numbers = self.columns[name].numbers
        if numbers is None:
            raise SelectionError(f"The column {name!r} holds no numbers.")
        return numbers

    # ------------------------------------------------------------ rows and points

    def page(self, query: Page) -> PageAnswer:
        """Return row numbers in the order wanted."""
        rows = self.rows(query.where)
        found = np.arange(self.n_samples) if rows is None else np.flatnonzero(rows)
        if query.sort is not None:
            found = found[self._order(self.columns[query.sort], found, query.descending)]
        return PageAnswer(len(found), found[query.start : query.stop].astype(np.uint32))

    @staticmethod
    def _order(column: CodedColumn, rows: Array, descending: bool) -> Array:
        if column.numbers is None:
            missing = np.array([value is None for value in column.categories])
            keys = column.codes[rows].astype(float)
            absent = missing[column.codes[rows]]
        else:
            keys = column.numbers[rows]
            absent = np.isnan(keys)
        ordered: Array = np.lexsort((np.where(absent, 0.0, -keys if descending else keys), absent))
        return ordered

    def points(self, query: Points) -> PointsAnswer:
        """Return points, or counts in bins when there are more than wanted."""
        rows = self.rows(query.where)
        x, y = self._numbers(query.x), self._numbers(query.y)
        kept = np.isfinite(x) & np.isfinite(y)
        if rows is not None:
            kept &= rows
        found = np.flatnonzero(kept)
        x, y = x[found], y[found]
        if not len(found):
            empty = np.empty(0)
            return PointsAnswer(0, empty, empty, found.astype(np.uint32))
        extent = (float(x.min()), float(x.max()), float(y.min()), float(y.max()))
        if len(found) <= query.at_most:
            return PointsAnswer(len(found), x, y, found.astype(np.uint32), None, extent)
        cells = _bin(x, extent[0], extent[1]) * N_POINT_BINS + _bin(y, extent[2], extent[3])
        counts = np.bincount(cells, minlength=N_POINT_BINS**2).astype(float)
        empty = np.empty(0)
        return PointsAnswer(len(found), empty, empty, np.empty(0, np.uint32), counts, extent)


def _bin(values: Array, low: float, high: float) -> Array:
    """Return the bin of each value: equal widths, the last bin holds the largest."""
    if high <= low:
        return np.zeros(len(values), dtype=np.intp)
    scaled = np.floor((values - low) / (high - low) * N_POINT_BINS).astype(np.intp)
    clipped: Array = np.minimum(scaled, N_POINT_BINS - 1)
    return clipped
