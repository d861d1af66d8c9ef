"""Checks and conversions of what users pass in. Nothing passed in is changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.columns import is_hashable, native
from errwidgets.exceptions import EmptyInputError, InputError, InputTypeError, ShapeError, shown

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["carries_index", "classes", "labels", "name", "table"]


def name(value: object) -> str | None:
    """Return the name of an evaluation, checked."""
    if value is None or isinstance(value, str):
        return value
    raise InputTypeError.expected("name", "text", value)


def carries_index(value: object) -> bool:
    """Return whether a value says by itself which rows it describes."""
    return isinstance(value, pd.Series | pd.DataFrame)


def classes(values: Any) -> list[Hashable] | None:
    """Return the given order of classes, checked."""
    if values is None:
        return None
    advice = "For example classes=['cat', 'dog']."
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise InputTypeError.expected("classes", "a list of labels", values, advice=advice)
    known = [native(value) if is_hashable(value) else value for value in values]
    for value in known:
        if not is_hashable(value):
            raise InputTypeError.expected("classes", "a list of labels", values, advice=advice)
    twice = [value for position, value in enumerate(known) if value in known[:position]]
    if twice:
        raise InputError(f"classes names {shown(twice[0])} more than once. Name each class once.")
    return known


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
    if series.dtype == object:
        odd = next((value for value in series if not is_hashable(value)), None)
        if odd is not None:
            raise InputTypeError.expected(
                role, "one label per row (text, a number, a truth value)", odd,
                advice="For several labels per row, make one row per sample and label.",
            )  # fmt: skip
    if not len(series):
        raise EmptyInputError(f"{role} has no rows; there is nothing to evaluate.")
    return series


def _array(values: Any) -> Any:
    """Return an array whose labels keep their types: ``["a", 1]`` must not become text."""
    if not isinstance(values, list | tuple):
        return np.asarray(values)
    if any(isinstance(value, list | tuple | np.ndarray) for value in values):
        try:
            return np.asarray(values)
        except ValueError:  # rows of different lengths
            return np.empty((len(values), 0))
    kept = np.fromiter(values, dtype=object, count=len(values))
    return pd.Series(kept, dtype=object).infer_objects().array


def _advice(array: Any) -> str:
    if array.ndim == 2 and array.shape[1] == 1:  # noqa: PLR2004  a column vector
        return "Pass it flat: values.ravel()."
    return "For probabilities pass the predicted labels, for example classes[proba.argmax(axis=1)]."


def table(role: str, values: Any) -> pd.DataFrame:
    """Return a table of columns that describe the rows."""
    if isinstance(values, pd.DataFrame):
        frame = values.copy(deep=False)
    else:
        if isinstance(values, str | bytes | dict) or not hasattr(values, "__len__"):
            raise InputTypeError.expected(role, "a pandas DataFrame or a two-dimensional array",
                                          values)  # fmt: skip
        try:
            array = np.asarray(values)
        except ValueError:  # rows of different lengths
            array = np.empty(len(values))
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
