"""Coding labels: several columns against one shared, sorted list of values."""

from __future__ import annotations

import numbers
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.columns.coded import native, smallest_dtype, sort_labels
from errwidgets.exceptions import LabelError

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

__all__ = ["as_it_came", "code_jointly", "intern_text"]


def code_jointly(
    arrays: Mapping[str, pd.Series[Any]], classes: Sequence[Hashable] | None = None
) -> tuple[list[np.ndarray[Any, Any]], tuple[Hashable, ...]]:
    """Code several columns against one shared, sorted list of values.

    Parameters
    ----------
    arrays : dict of str to Series of shape (n_samples,)
        The columns by name. Missing values of every kind become ``None``.
    classes : sequence, optional
        Values that come first and in this order, present or not.

    Returns
    -------
    codes : list of ndarray of shape (n_samples,)
        One array per column, of the smallest unsigned type.
    categories : tuple
        The value of each code.

    Raises
    ------
    LabelError
        When labels compare equal but differ, as ``1`` and ``True`` do.
    """
    factorized = {name: _factorize(name, array) for name, array in arrays.items()}
    found = {name: [native(v) for v in uniques] for name, (_, uniques) in factorized.items()}
    given = [native(value) for value in classes] if classes is not None else []
    _refuse_twins({**found, "classes": given})
    known = set(given)
    extra = {value for values in found.values() for value in values} - known
    categories = (*given, *sort_labels(extra))
    position = {value: code for code, value in enumerate(categories)}
    dtype = smallest_dtype(len(categories))
    coded = []
    for name, (codes, _) in factorized.items():
        lookup = np.array([position[value] for value in found[name]], dtype=dtype)
        coded.append(lookup[codes])
    return coded, categories


def _factorize(name: str, array: pd.Series[Any]) -> tuple[np.ndarray[Any, Any], Any]:
    if array.dtype == object:
        _refuse_mixed_truth(name, array)
    elif isinstance(array.dtype, np.dtype) and array.dtype.kind in "ui" and len(array):
        small = _small_integers(array.to_numpy())
        if small is not None:
            return small
    return pd.factorize(array, use_na_sentinel=False)


_FEW_INTEGERS = 1 << 16

_ODD = np.uint64(0x9E3779B97F4A7C15)


def intern_text(values: np.ndarray[Any, Any]) -> pd.Series[Any]:
    """Return a NumPy array of text as a categorical Series, without a Python string per row.

    Rows are hashed a character position at a time, the hashes counted, and the
    result compared with the input, so that a collision cannot pass.
    """
    text = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("="), copy=False))
    width = text.dtype.itemsize // 4
    characters = text.view(np.uint32).reshape(len(text), width)
    hashed = np.zeros(len(text), dtype=np.uint64)
    for position in range(width):
        factor = np.array(position + 1, dtype=np.uint64) * _ODD
        hashed += characters[:, position] * factor
    codes, distinct = pd.factorize(hashed)
    first = np.zeros(len(distinct), dtype=np.intp)
    first[codes[::-1]] = np.arange(len(text))[::-1]
    found = text[first]
    if not np.array_equal(found[codes], text):
        codes, found = pd.factorize(text.astype(object))
    labels: Any = found.astype(object)
    series: pd.Series[Any] = pd.Series(pd.Categorical.from_codes(codes, labels))
    series.attrs["interned"] = True
    return series


def as_it_came(series: pd.Series[Any]) -> pd.Series[Any]:
    """Return interned text as a column of text; every other column as it is."""
    if not series.attrs.get("interned"):
        return series
    values = series.cat.categories.to_numpy(dtype=object)[series.cat.codes.to_numpy()]
    return pd.Series(values, index=series.index, name=series.name)


def _small_integers(
    values: np.ndarray[Any, Any],
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]] | None:
    """Factorise integers of a small range by counting: no hashing."""
    low, high = int(values.min()), int(values.max())
    if high - low >= _FEW_INTEGERS:
        return None
    shifted = values if low == 0 else values - values.dtype.type(low)
    present = np.flatnonzero(np.bincount(shifted.astype(np.intp), minlength=high - low + 1))
    codes = np.zeros(high - low + 1, dtype=np.intp)
    codes[present] = np.arange(len(present))
    return codes[shifted], present + low


def _refuse_mixed_truth(name: str, array: pd.Series[Any]) -> None:
    """Refuse ``1`` beside ``True`` in one column, which hashing would merge in silence."""
    values = array.to_numpy()
    truths = np.fromiter((isinstance(v, bool | np.bool_) for v in values), bool, len(values))
    if truths.any() and not truths.all():
        _refuse_twins({name: [native(v) for v in [*set(values[truths]), *set(values[~truths])]]})


def _refuse_twins(found: Mapping[str, Sequence[Any]]) -> None:
    first: dict[Any, tuple[bool, str, Any]] = {}
    for name, values in found.items():
        for value in values:
            truth = isinstance(value, bool | np.bool_)
            if not truth and not isinstance(value, numbers.Number):
                continue
            known = first.setdefault(value, (truth, name, value))
            if known[0] != truth:
                raise LabelError(
                    f"The labels {known[2]!r} (in {known[1]}) and {value!r} (in {name}) compare "
                    f"equal but differ, so rows cannot be told apart. Make them one type, for "
                    f"example {name}.astype(int)."
                )
