"""Coding features: what a column holds, and numbers in bins of about equal support."""

from __future__ import annotations

import datetime as dt
import numbers
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.columns.coded import CodedColumn, display, is_hashable, native, smallest_dtype
from errwidgets.columns.labels import code_jointly
from errwidgets.exceptions import TaskError

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["code_column", "kind_of"]

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
        that start like one.

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
    if pd.api.types.is_datetime64_any_dtype(dtype):
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
    """Code a column: values as they are, numbers in bins of about equal support.

    Parameters
    ----------
    name : str
        The name the selection grammar knows.
    series : Series of shape (n_samples,)
        The column.
    kind : {"boolean", "numeric", "time", "category"}
        What it holds; numbers of at most ten values are coded by value.
    frame_name : label
        The column's label in ``Evaluation.frame``.

    Raises
    ------
    TaskError
        For a kind that has no codes.
    """
    if kind == "numeric":
        numeric = pd.to_numeric(series).to_numpy(dtype=float, na_value=np.nan)
        return _code_numbers(name, numeric, frame_name)
    if kind not in {"boolean", "category", "time"}:
        raise TaskError(f"The column {name!r} holds {kind}, which has no values to group by.")
    (codes,), categories = code_jointly({name: series})
    return CodedColumn(name, codes, categories, frame_name, kind=kind)


def _code_numbers(
    name: str, values: np.ndarray[Any, np.dtype[np.float64]], frame_name: Hashable
) -> CodedColumn:
    missing = np.isnan(values)
    present = values[~missing]
    distinct = np.unique(present)
    if len(distinct) <= FEW_VALUES:
        inner = distinct[:-1]
        categories: list[Hashable] = [native(v) for v in distinct]
        shown = [_number(v) for v in distinct]
    else:
        quantiles = np.quantile(present, np.linspace(0, 1, N_BINS + 1)[1:-1], method="lower")
        inner = np.unique(quantiles)
        inner = inner[inner < distinct[-1]]
        low, high = [-np.inf, *inner], [*inner, np.inf]
        categories = [(float(a), float(b)) for a, b in zip(low, high, strict=True)]
        shown = [_range(a, b) for a, b in zip(low, high, strict=True)]
    codes = np.searchsorted(inner, values, side="left")
    if missing.any():
        categories.append(None)
        shown.append(display(None))
        codes[missing] = len(categories) - 1
    return CodedColumn(
        name, codes.astype(smallest_dtype(len(categories))), tuple(categories), frame_name,
        tuple(shown), "numeric", values, tuple(float(edge) for edge in inner),
    )  # fmt: skip


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:,.6g}"


def _range(low: float, high: float) -> str:
    if np.isneginf(low):
        return f"≤ {_number(high)}"
    if np.isposinf(high):
        return f"> {_number(low)}"
    return f"{_number(low)} to {_number(high)}"
