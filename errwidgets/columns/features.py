"""Coding features: what a column holds, and numbers in bins of about equal support."""

from __future__ import annotations

import datetime as dt
import decimal
import math
import numbers
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from errwidgets.columns.coded import CodedColumn, display, is_hashable, native, smallest_dtype
from errwidgets.columns.labels import code_jointly
from errwidgets.columns.ordered import order
from errwidgets.columns.spelling import spoken
from errwidgets.exceptions import TaskError

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from errwidgets.columns.ordered import Limit, Ordered

__all__ = ["PRESENT", "bin_column", "code_column", "kind_of", "range_text"]

PRESENT = "present"
"""What stands for every value of a column that has no values to name."""

N_BINS = 10

FEW_VALUES = 10

_SAMPLE = 500

_TEXT_WORDS = 4.0

_TEXT_LENGTH = 40.0


def kind_of(series: pd.Series[Any]) -> str:  # noqa: PLR0911  one per kind
    """Return what a column holds.

    Returns
    -------
    {"boolean", "numeric", "time", "category", "text", "image", "embedding", "other"}
        ``"text"`` when values have four words or forty characters on average; ``"embedding"`` for
        one-dimensional arrays of numbers, ``"image"`` for larger arrays, image objects and bytes
        that start like one; ``"time"`` for points in time and durations.

    Examples
    --------
    >>> import pandas as pd
    >>> kind_of(pd.Series([1.5, 2.0])), kind_of(pd.Series(["a", "b"]))
    ('numeric', 'category')
    """
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return "category"
    if pd.api.types.is_bool_dtype(dtype):
        return "boolean"
    if pd.api.types.is_complex_dtype(dtype):
        return "other"
    if pd.api.types.is_numeric_dtype(dtype):
        return "numeric"
    if pd.api.types.is_datetime64_any_dtype(dtype) or pd.api.types.is_timedelta64_dtype(dtype):
        return "time"
    sample = series.dropna().iloc[:_SAMPLE].tolist()
    if not sample:
        return "category"
    if all(isinstance(value, str) for value in sample):
        n_words = sum(value.count(" ") + 1 for value in sample) / len(sample)
        length = sum(map(len, sample)) / len(sample)
        return "text" if n_words >= _TEXT_WORDS or length >= _TEXT_LENGTH else "category"
    return _kind_of_objects(sample)


def _kind_of_objects(sample: list[Any]) -> str:
    first = sample[0]
    if isinstance(first, bytes):
        return "image" if first.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8")) else "other"
    if hasattr(first, "getbands") or (hasattr(first, "ndim") and first.ndim > 1):
        return "image"
    if isinstance(first, list | tuple) or hasattr(first, "ndim"):
        numeric = len(first) and all(isinstance(v, numbers.Number) for v in list(first)[:8])
        return "embedding" if numeric else "other"
    if all(isinstance(value, dt.date) for value in sample):
        return "time"
    if all(isinstance(value, numbers.Real) and not isinstance(value, bool) for value in sample):
        return "numeric"
    return "category" if all(map(is_hashable, sample)) else "other"


def code_column(name: str, series: pd.Series[Any], kind: str, frame_name: Hashable) -> CodedColumn:
    """Code a column: values as they are, many numbers or times in bins of about equal support.

    Parameters
    ----------
    name : str
        The name the selection grammar knows.
    series : Series of shape (n_samples,)
        The column.
    kind : str
        What it holds. Numbers and times of at most ten values are coded by value;
        of images, embeddings and what else has no values to name, only whether
        there is one.
    frame_name : label
        The column's label in ``Evaluation.frame``.

    Examples
    --------
    >>> import pandas as pd
    >>> column = code_column("age", pd.Series([31, 40, 31]), "numeric", "age")
    >>> column.codes.tolist(), column.categories
    ([0, 1, 0], (31.0, 40.0))
    """
    if kind not in {"numeric", "time", "boolean", "category", "text"}:
        missing = series.isna().to_numpy(dtype=bool)
        return CodedColumn(
            name, missing.astype(np.uint8), (PRESENT, None), frame_name,
            ("(present)", display(None)), kind,
        )  # fmt: skip
    ordered = order(series, kind)
    if kind in {"numeric", "time"} and ordered is not None:
        return _code_ordered(name, series, ordered, kind, frame_name)
    (codes,), categories = code_jointly({name: series})
    if ordered is None:
        return CodedColumn(name, codes, categories, frame_name, kind=kind)
    truths = tuple(None if value is None else float(bool(value)) for value in categories)
    return CodedColumn(
        name, codes, categories, frame_name, kind=kind, ordered=ordered, lows=truths, highs=truths
    )


def _code_ordered(
    name: str, series: pd.Series[Any], ordered: Ordered, kind: str, frame_name: Hashable
) -> CodedColumn:
    values, missing = ordered.values, ordered.missing  # noqa: PD011  an array of ours
    present = np.sort(values[~missing])
    distinct = present[np.flatnonzero(np.append(True, present[1:] != present[:-1]))] if len(
        present
    ) else present  # fmt: skip
    categories: list[Hashable]
    if len(distinct) <= FEW_VALUES:
        inner, lows, highs = distinct[:-1], distinct.tolist(), distinct.tolist()
        categories = [_as_it_is(series, ordered, value) for value in lows]
        shown = [_shown(ordered, value) for value in lows]
    else:
        positions = np.floor(np.linspace(0, 1, N_BINS + 1)[1:-1] * (len(present) - 1))
        inner = np.unique(present[positions.astype(np.intp)])
        inner = inner[inner < distinct[-1]]
        starts = np.searchsorted(distinct, inner, side="right")
        lows = distinct[np.append(0, starts)].tolist()
        if not ordered.is_whole and ordered.narrow is None:
            inner = _readable(inner, lows, distinct[starts])
        highs = [*inner.tolist(), distinct[-1].item()]
        edges = inner.tolist()
        ends = list(zip([None, *edges], [*edges, None], strict=True))
        categories = [_bin(ordered, low, high) for low, high in ends]
        shown = [_range(ordered, low, high) for low, high in ends]
    codes = np.searchsorted(inner, values, side="left")
    if missing.any():
        categories.append(None)
        shown.append(display(None))
        lows.append(None)
        highs.append(None)
        codes[missing] = len(categories) - 1
    numeric = kind == "numeric"
    return CodedColumn(
        name, codes.astype(smallest_dtype(len(categories))), tuple(categories), frame_name,
        tuple(shown), kind, _as_floats(ordered) if numeric else None,
        tuple(float(edge) for edge in inner) if numeric else (), ordered, tuple(lows), tuple(highs),
    )  # fmt: skip


def _readable(
    edges: np.ndarray[Any, Any], lows: list[Any], above: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    """Return the shortest numbers that part values as these edges do.

    Parameters
    ----------
    edges : ndarray of shape (n_edges,)
        The largest value of each bin but the last.
    lows : list
        The smallest value of each bin. A bin of one value keeps it for an edge.
    above : ndarray of shape (n_edges,)
        The next value after each edge.

    Examples
    --------
    >>> _readable(np.array([1.1818181818]), [0.5], np.array([1.19047619])).tolist()
    [1.19]
    """
    pairs = zip(edges.tolist(), above.tolist(), lows, strict=False)
    return np.array([edge if edge == low else _shortest(edge, top) for edge, top, low in pairs])


def _shortest(low: float, below: float) -> float:
    """Return the number with the fewest digits that is `low` or more, and under `below`."""
    if not math.isfinite(low):
        return low
    exact = decimal.Decimal(repr(low))
    for digits in range(1, 17):
        step = decimal.Decimal(1).scaleb(exact.adjusted() - digits + 1) if exact else exact
        found = float(exact.quantize(step, rounding=decimal.ROUND_CEILING)) if step else low
        if low <= found < below:
            return found
    return low


def bin_column(
    column: CodedColumn, edges: Iterable[Any], *, closed: Literal["right", "left"] = "right"
) -> CodedColumn:
    """Code a column of numbers anew, in the bins that some edges make.

    Parameters
    ----------
    column : CodedColumn
        A column with an order.
    edges : iterable of float, datetime or timedelta
        Where bins meet; they are taken as the column's own type has them.
    closed : {"right", "left"}, default="right"
        Which end belongs to a bin.

    Returns
    -------
    CodedColumn
        With a code per bin, also for those without rows, and one for missing values.

    Examples
    --------
    >>> import pandas as pd
    >>> age = code_column("age", pd.Series([31, 40, 31, 52]), "numeric", "age")
    >>> binned = bin_column(age, [35, 40])
    >>> binned.codes.tolist(), binned.display_labels
    ([0, 1, 0, 2], ('≤ 35', '35 to 40', '> 40'))
    """
    ordered = column.ordered
    if ordered is None:
        raise TaskError(f"The column {column.name!r} holds {column.kind}, which has no bins.")
    values, missing = ordered.values, ordered.missing  # noqa: PD011  arrays of ours
    meeting = [ordered.limit(column.name, edge)[0] for edge in edges]
    inner = np.unique(np.array(meeting, dtype=values.dtype))
    codes = np.searchsorted(inner, values, side="left" if closed == "right" else "right")
    n = len(inner) + 1
    bottom, top = (-math.inf, math.inf)
    if ordered.is_whole:
        bottom, top = np.iinfo(values.dtype).min, np.iinfo(values.dtype).max
    # A bin without rows stands for the end that belongs to it.
    ends = [*inner.tolist(), top] if closed == "right" else [bottom, *inner.tolist()]
    lows, highs = np.full(n, top, dtype=values.dtype), np.full(n, bottom, dtype=values.dtype)
    present = ~missing
    np.minimum.at(lows, codes[present], values[present])
    np.maximum.at(highs, codes[present], values[present])
    empty = np.bincount(codes[present], minlength=n) == 0
    lows[empty] = highs[empty] = np.array(ends, dtype=values.dtype)[empty]
    limits = list(zip([None, *inner.tolist()], [*inner.tolist(), None], strict=True))
    categories: list[Hashable] = [_bin(ordered, low, high) for low, high in limits]
    shown = [_range(ordered, low, high) for low, high in limits]
    low_limits: list[Limit | None] = lows.tolist()
    high_limits: list[Limit | None] = highs.tolist()
    if not present.all():
        codes[~present] = n
        categories.append(None)
        shown.append(display(None))
        low_limits.append(None)
        high_limits.append(None)
    return CodedColumn(
        column.name, codes.astype(smallest_dtype(len(categories))), tuple(categories),
        column.frame_name, tuple(shown), column.kind, column.numbers,
        () if ordered.is_time else tuple(inner.tolist()), ordered,
        tuple(low_limits), tuple(high_limits),
    )  # fmt: skip


def range_text(column: CodedColumn, low: float | None, high: float | None) -> str:
    """Return the words of a bin above `low` and up to `high`."""
    if column.ordered is None:
        raise TaskError(f"The column {column.name!r} holds {column.kind}, which has no bins.")
    return _range(column.ordered, low, high)


def _as_it_is(series: pd.Series[Any], ordered: Ordered, value: Limit) -> Hashable:
    """Return a value as the column has it: a date, or a time in the column's own zone."""
    if not ordered.is_time:
        return ordered.value_of(value)
    rows = (ordered.values == value) & ~ordered.missing  # noqa: PD011  an array of ours
    found: Hashable = native(series.iloc[int(np.argmax(rows))])
    return found


def _as_floats(ordered: Ordered) -> np.ndarray[Any, np.dtype[np.float64]]:
    if not ordered.is_whole:
        return ordered.values  # noqa: PD011  an array of ours
    floats = ordered.values.astype(np.float64)  # noqa: PD011
    floats[ordered.missing] = np.nan
    return floats


def _bin(ordered: Ordered, low: Limit | None, high: Limit | None) -> Hashable:
    """Return a bin as the values it lies between; a time has no infinite one."""
    ends: list[Hashable] = [None, None] if ordered.is_time else [-np.inf, np.inf]
    for side, limit in enumerate((low, high)):
        if limit is not None:
            ends[side] = ordered.value_of(limit)
    return tuple(ends)


def _shown(ordered: Ordered, value: Limit) -> str:
    if ordered.is_time:
        return spoken(ordered.spelled(value), ordered.unit)
    if isinstance(value, int):
        return f"{value:,}"
    return f"{int(value):,}" if value.is_integer() else f"{value:,.6g}"


def _range(ordered: Ordered, low: Limit | None, high: Limit | None) -> str:
    if low is None:
        return f"≤ {_shown(ordered, high)}" if high is not None else "any"
    if high is None:
        return f"> {_shown(ordered, low)}"
    return f"{_shown(ordered, low)} to {_shown(ordered, high)}"
