"""Checks and conversions of what users pass in. Nothing passed in is changed."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.columns import clean, intern_text, is_hashable, native
from errwidgets.exceptions import (
    EmptyInputError,
    InputError,
    InputTypeError,
    LabelError,
    LengthMismatchError,
    ShapeError,
    UnknownKeywordError,
    UnknownLabelError,
    WeightError,
    listed,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

__all__ = [
    "carries_index", "check_keywords", "class_groups", "classes", "display_labels", "is_list",
    "labels", "name", "numbers", "one_of", "weights",
]  # fmt: skip

_LIST_OF_LABELS = "one label per row in order (an array, a list or a Series)"


def name(value: object) -> str | None:
    """Return the name of an evaluation, checked."""
    if value is None:
        return None
    if isinstance(value, str):
        return clean(value)
    raise InputTypeError.expected("name", "text", value)


def one_of(parameter: str, value: Any, allowed: Sequence[str | bool | None]) -> Any:
    """Return an option, checked against those there are."""
    for option in allowed:
        if value is option or (isinstance(value, str) and value == option):
            return option
    raise InputError(f"{parameter} must be one of {listed(allowed)}; got {shown(value)}.")


def is_list(value: Any) -> bool:
    """Return whether a value holds several others in order."""
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        return False
    return getattr(value, "ndim", 1) == 1


def carries_index(value: object) -> bool:
    """Return whether a value says by itself which rows it describes."""
    return isinstance(value, pd.Series | pd.DataFrame)


def classes(values: Any) -> list[Hashable] | None:
    """Return the given order of classes, checked."""
    if values is None:
        return None
    advice = "For example classes=['cat', 'dog']."
    if not is_list(values):
        raise InputTypeError.expected("classes", "a list of labels", values, advice=advice)
    known = [native(value) if is_hashable(value) else value for value in values]
    if not known:
        raise InputError("classes is empty. Leave it out, or name the classes.")
    for value in known:
        if not is_hashable(value):
            raise InputTypeError.expected("classes", "a list of labels", values, advice=advice)
    twice = [value for position, value in enumerate(known) if value in known[:position]]
    if twice:
        raise InputError(f"classes names {shown(twice[0])} more than once. Name each class once.")
    return known


def display_labels(
    values: Any, known: Sequence[Hashable], default: Sequence[str]
) -> tuple[str, ...]:
    """Return what views show for each class.

    Parameters
    ----------
    values : sequence of shape (n_classes,) or dict, optional
        Texts in the order of the classes, or class → text.
    """
    if values is None:
        return tuple(default)
    if isinstance(values, Mapping):
        for label in values:
            if label not in known:
                raise UnknownLabelError.of("display_labels", label, known)
        return tuple(clean(str(values.get(k, d))) for k, d in zip(known, default, strict=True))
    if not is_list(values):
        raise InputTypeError.expected("display_labels", "a list of texts or a dict", values)
    texts = [clean(str(value)) for value in values]
    if len(texts) != len(known):
        raise LengthMismatchError(
            f"display_labels has {len(texts)} names for {len(known)} classes: {listed(known)}. "
            f"Pass one per class, or a dict class → name."
        )
    return tuple(texts)


def class_groups(values: Any, known: Sequence[Hashable]) -> dict[Hashable, str] | None:
    """Return class → group from a dict of either direction.

    Parameters
    ----------
    values : dict, optional
        class → group, or group → list of its classes.
    """
    if values is None:
        return None
    if not isinstance(values, Mapping):
        raise InputTypeError.expected(
            "class_groups", "a dict class → group, or group → list of classes", values
        )
    groups: dict[Hashable, str] = {}
    for key, value in values.items():
        members = list(value) if isinstance(value, list | tuple | set | frozenset) else [key]
        group = key if isinstance(value, list | tuple | set | frozenset) else value
        for member in members:
            if member not in known:
                raise UnknownLabelError.of("class_groups", member, known)
            if member in groups:
                raise InputError(f"class_groups puts the class {member!r} into two groups.")
            groups[member] = str(group)
    return groups


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
    series = values if isinstance(values, pd.Series) else _label_series(role, values)
    if series is not values and index is not None and len(index) == len(series):
        series = series.set_axis(index)
    if not len(series):
        raise EmptyInputError(f"{role} has no rows; there is nothing to evaluate.")
    if series.dtype == object:
        _refuse_odd_labels(role, series)
    return series


def _label_series(role: str, values: Any) -> pd.Series[Any]:
    if isinstance(values, str | bytes | dict | set | frozenset) or not hasattr(values, "__len__"):
        raise InputTypeError.expected(role, _LIST_OF_LABELS, values)
    if isinstance(values, pd.DataFrame):
        raise ShapeError.not_one_dimensional(role, values.shape, advice=_advice(values))
    if isinstance(values, pd.api.extensions.ExtensionArray | pd.Index):
        array: Any = pd.Series(values).array
    elif hasattr(values, "to_list"):  # a column of another library
        array = _array(role, values.to_list())
    elif hasattr(values, "to_pylist"):
        array = _array(role, values.to_pylist())
    else:
        array = _array(role, values)
    if array.ndim == 0:
        raise InputTypeError.expected(role, _LIST_OF_LABELS, values)
    if array.ndim != 1:
        raise ShapeError.not_one_dimensional(role, array.shape, advice=_advice(array))
    try:
        if isinstance(array, np.ndarray) and array.dtype.kind == "U" and len(array):
            return intern_text(array)
        return pd.Series(array, copy=True)
    except UnicodeEncodeError as error:
        raise LabelError(
            f"{role} holds {shown(error.object)}, half of a pair of surrogates, which no text can "
            f"hold. Repair it where it was read: label.encode('utf-8', 'replace').decode()."
        ) from error


def _refuse_odd_labels(role: str, series: pd.Series[Any]) -> None:
    odd = next((v for v in series if not is_hashable(v) or isinstance(v, tuple | frozenset)), None)
    if odd is not None:
        raise LabelError(
            f"{role} must hold one label per row; got {shown(odd)} for a row. For several labels "
            f"per row, make one row per sample and label: frame.explode({role!r})."
        )


def _array(role: str, values: Any) -> Any:  # noqa: PLR0911  one per form
    """Return an array whose labels keep their types: ``["a", 1]`` must not become text."""
    if isinstance(values, np.ma.MaskedArray):
        plain = np.ma.getdata(values).astype(object)
        plain[np.ma.getmaskarray(values)] = None
        return plain
    if not isinstance(values, list | tuple):
        array = np.asarray(values)
        if array.dtype.names is not None:
            raise InputTypeError(
                f"{role} must be one label per row; got records with the fields "
                f"{listed(array.dtype.names)}. Pass one field."
            )
        return array
    if any(isinstance(value, list | np.ndarray) for value in values):
        try:
            return np.asarray(values)
        except ValueError:  # rows of different lengths
            return np.empty((len(values), 0))
    kept = np.fromiter(values, dtype=object, count=len(values))
    if any(issubclass(kind, enum.Enum) for kind in set(map(type, values))):
        return kept  # an IntEnum would lose its names
    try:
        return pd.Series(kept, dtype=object).infer_objects().array
    except UnicodeEncodeError:  # half a surrogate pair, which Arrow cannot hold
        return kept


def _advice(array: Any) -> str:
    if array.ndim == 2 and array.shape[1] == 1:  # noqa: PLR2004  a column vector
        return "Pass it flat: values.ravel()."
    return (
        "For probabilities pass the predicted labels, for example classes[proba.argmax(axis=1)]; "
        "for several labels per sample make one row per sample and label."
    )


def numbers(role: str, values: Any, n_samples: int | None = None) -> np.ndarray[Any, Any]:
    """Return one finite number per row as float64.

    Raises
    ------
    InputTypeError, ShapeError, LengthMismatchError, InputError
        When they are no numbers, not one per row, or NaN or infinite.
    """
    if isinstance(values, str | bytes | dict | set) or not hasattr(values, "__len__"):
        raise InputTypeError.expected(role, "one number per row", values)
    if isinstance(values, np.ma.MaskedArray):
        masked: Any = values
        values = masked.astype(float).filled(np.nan)
    try:
        array = np.array(values, dtype=float)  # a copy: changing the input changes nothing here
    except (TypeError, ValueError):
        raise InputTypeError.expected(role, "one number per row", values) from None
    if array.ndim == 2 and array.shape[1] == 1:  # noqa: PLR2004  a column vector
        array = array[:, 0]
    if array.ndim != 1:
        raise ShapeError.not_one_dimensional(role, array.shape)
    if n_samples is not None and len(array) != n_samples:
        raise LengthMismatchError.of(y_true=n_samples, **{role: len(array)})
    if not len(array):
        raise EmptyInputError(f"{role} has no rows; there is nothing to evaluate.")
    finite = np.isfinite(array)
    if not finite.all():
        row = int((~finite).argmax())
        raise InputError(
            f"{role} has NaN or infinite values (the first in row {row}). Leave such rows out, "
            f"or fill them with what they mean."
        )
    return array.astype(float, copy=False)


def weights(values: Any, n_samples: int) -> np.ndarray[Any, Any]:
    """Return the weights of the rows.

    Raises
    ------
    WeightError
        When a weight is negative or all are zero.
    """
    array = numbers("sample_weight", values, n_samples)
    if array.min() < 0:
        raise WeightError(
            f"sample_weight must not be negative; the least is {array.min():.6g}. "
            f"Leave rows out that should not count, or give them weight 0."
        )
    if not array.any():
        raise WeightError("sample_weight is 0 for every row, so nothing would count.")
    return array


def check_keywords(where: str, given: Iterable[str], allowed: Iterable[str]) -> None:
    """Refuse keywords that do not exist, naming the closest one."""
    known = set(allowed)
    for keyword in given:
        if keyword not in known:
            raise UnknownKeywordError.of(where, keyword, known)
