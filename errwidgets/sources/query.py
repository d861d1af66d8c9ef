"""What a view asks: numbers per group, a sorted page of rows, or points.

The same questions exist in ``js/src/store/query.ts``; `tests/contract/query.json`
holds both languages to the same answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from errwidgets import selection as sel
from errwidgets.exceptions import SelectionError, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from errwidgets.columns import CodedColumn

    Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
    Whole: TypeAlias = np.ndarray[Any, np.dtype[np.uint32]]

__all__ = [
    "Aggregate",
    "Answer",
    "Page",
    "PageAnswer",
    "Points",
    "PointsAnswer",
    "Query",
    "query_from_wire",
]

MAX_KEYS: Final = 3
MAX_PAGE: Final = 10_000
MAX_POINTS: Final = 20_000
N_POINT_BINS: Final = 64
"""Bins along each axis of points that are too many to draw singly."""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """How much there is of each combination of the keys' codes.

    Parameters
    ----------
    keys : tuple of str
        At most three coded columns; none for one number over all rows.
    where : tuple of predicates
        Rows must meet every one.
    value : str, optional
        A column with numbers, whose sum and sum of squares are wanted too.
    errors : bool
        Mistakes are wanted too.
    """

    keys: tuple[str, ...] = ()
    where: tuple[sel.Predicate, ...] = ()
    value: str | None = None
    errors: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Numbers per group; each array has `shape`, one axis per key.

    Attributes
    ----------
    counts : ndarray
        Rows.
    errors : ndarray, optional
        Rows that count as mistakes.
    weights, squares : ndarray, optional
        Sums of the weights and of their squares, where there are weights.
    sums, sum_squares : ndarray, optional
        Sums of `value` and of its squares; missing values add nothing.
    """

    shape: tuple[int, ...]
    counts: Floats
    errors: Floats | None = None
    weights: Floats | None = None
    squares: Floats | None = None
    sums: Floats | None = None
    sum_squares: Floats | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the rows that meet every predicate, in the order of a column.

    Parameters
    ----------
    where : tuple of predicates
        Rows must meet every one.
    sort : str, optional
        The column to sort by; ties keep the order of the rows, missing values
        come last.
    descending : bool
        Largest first.
    start, stop : int
        Which of the sorted rows; at most 10,000.
    """

    where: tuple[sel.Predicate, ...] = ()
    sort: str | None = None
    descending: bool = False
    start: int = 0
    stop: int = 100


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """Row numbers of a page, and how many rows there are in all."""

    total: int
    rows: Whole


@dataclass(frozen=True, slots=True)
class Points:
    """Two numeric columns against each other, singly or in bins when there are many.

    Parameters
    ----------
    x, y : str
        Columns with numbers.
    where : tuple of predicates
        Rows must meet every one; rows without one of the numbers are left out.
    at_most : int
        More points than this are counted in 64 by 64 bins of equal width.
    """

    x: str
    y: str
    where: tuple[sel.Predicate, ...] = ()
    at_most: int = 5_000


@dataclass(frozen=True, slots=True)
class PointsAnswer:
    """Points, or counts in bins.

    Attributes
    ----------
    total : int
        How many points there are.
    x, y, rows : ndarray
        The points and their row numbers; empty when binned.
    counts : ndarray of shape (64 * 64,), optional
        Points per bin, `x` first.
    extent : tuple of float
        Smallest and largest x, smallest and largest y; infinite values are left out.
    """

    total: int
    x: Floats
    y: Floats
    rows: Whole
    counts: Floats | None = None
    extent: tuple[float, float, float, float] = field(default=(0.0, 0.0, 0.0, 0.0))


Query: TypeAlias = Aggregate | Page | Points


def query_from_wire(
    data: Any, columns: Mapping[str, CodedColumn], n_samples: int | None = None
) -> Query:
    """Read a query that a browser sent.

    Raises
    ------
    SelectionError
        When it is none, or names columns that are not there.
    """
    if not isinstance(data, dict):
        raise SelectionError(f"Not a query: {shown(data)}.")
    where = data.get("where", [])
    if not isinstance(where, list):
        raise SelectionError(f"`where` is a list of predicates; got {shown(where)}.")
    predicates = tuple(sel.from_wire(part, columns, n_samples=n_samples) for part in where)
    match data:
        case {"ask": "aggregate", "keys": list(keys)}:
            if len(keys) > MAX_KEYS:
                raise SelectionError(f"A query has at most {MAX_KEYS} keys; got {shown(keys)}.")
            names = tuple(_known(key, columns) for key in keys)
            value = data.get("value")
            summed = None if value is None else _known(value, columns)
            return Aggregate(names, predicates, summed, data.get("errors") is True)
        case {"ask": "page", "start": int(start), "stop": int(stop)}:
            if not 0 <= start <= stop <= start + MAX_PAGE:
                raise SelectionError(f"A page holds at most {MAX_PAGE:,} rows; got {start}–{stop}.")
            sort = data.get("sort")
            name = None if sort is None else _known(sort, columns)
            return Page(predicates, name, data.get("descending") is True, start, stop)
        case {"ask": "points", "x": x, "y": y, "at_most": int(at_most)}:
            if not 0 <= at_most <= MAX_POINTS:
                raise SelectionError(f"At most {MAX_POINTS:,} points are sent; got {at_most}.")
            return Points(_known(x, columns), _known(y, columns), predicates, at_most)
    raise SelectionError(f"Not a query: {shown(data)}.")


def _known(name: object, columns: Mapping[str, CodedColumn]) -> str:
    if not isinstance(name, str) or name not in columns:
        raise SelectionError(f"The query names the unknown column {shown(name)}.")
    return name
