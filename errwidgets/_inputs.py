"""Checks and conversions of what users pass in. Nothing passed in is changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from errwidgets.exceptions import EmptyInputError, InputTypeError, ShapeError

__all__ = ["labels", "name", "table"]


def name(value: object) -> str | None:
    """Return the name of an evaluation, checked."""
    if value is None or isinstance(value, str):
        return value
    raise InputTypeError.expected("name", "text", value)


def labels(role: str, values: Any, index: pd.Index[Any] | None) -> pd.Series[Any]:
    """Return one label per row as a Series.

    Parameters
    ----------
    role : str
        The parameter's name, for messages.
    values : array-like of shape (n_samples,)
        Labels.
    index : Index, optional
        Used for values that carry no index of their own, when the lengths agree.
    """
    if isinstance(values, pd.Series):
        series = values
    else:
        if isinstance(values, str | bytes) or not hasattr(values, "__len__"):
            raise InputTypeError.expected(
                role, "one label per row (an array, a list or a Series)", values
            )
        if isinstance(values, dict | set | frozenset):
            raise InputTypeError.expected(
                role, "one label per row in order (an array, a list or a Series)", values
            )
        array = values if isinstance(values, pd.api.extensions.ExtensionArray) else _array(values)
        if array.ndim != 1:
            raise ShapeError.not_one_dimensional(role, array.shape, advice=_advice(array))
        fits = index is not None and len(index) == len(array)
        series = pd.Series(array, index=index if fits else None)
    if not len(series):
        raise EmptyInputError(f"{role} has no rows; there is nothing to evaluate.")
    return series


def _array(values: Any) -> np.ndarray[Any, Any]:
    """Return an array whose labels keep their types: ``["a", 1]`` must not become text."""
    if isinstance(values, np.ndarray):
        return values
    try:
        array = np.asarray(values)
    except ValueError:  # rows of different lengths
        return np.empty((len(values), 0))
    if array.dtype.kind in "USO" and array.ndim == 1 and isinstance(values, list | tuple):
        kept = np.empty(len(values), dtype=object)
        kept[:] = values
        return kept
    return array


def _advice(array: Any) -> str:
    if array.ndim == 2 and array.shape[1] == 1:  # noqa: PLR2004  a column vector
        return "Pass it flat: values.ravel()."
    return "For probabilities pass the predicted labels, for example classes[proba.argmax(axis=1)]."


def table(role: str, values: Any) -> pd.DataFrame:
    """Return a table of columns that describe the rows."""
    if isinstance(values, pd.DataFrame):
        frame = values
    else:
        if isinstance(values, str | bytes | dict) or not hasattr(values, "__len__"):
            raise InputTypeError.expected(role, "a pandas DataFrame or a two-dimensional array",
                                          values)  # fmt: skip
        array = np.asarray(values)
        if array.ndim != 2:  # noqa: PLR2004  a table
            raise ShapeError(
                f"{role} must have two dimensions, (n_samples, n_features); got {array.shape}."
            )
        frame = pd.DataFrame(array, columns=[f"x{i}" for i in range(array.shape[1])])
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise InputTypeError(f"{role} has the column {twice!r} more than once. Rename one of them.")
    if not len(frame):
        raise EmptyInputError(f"{role} has no rows; there is nothing to evaluate.")
    return frame
