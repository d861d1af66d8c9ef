"""Attributions that were computed before: no model is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.exceptions import InputError, InputTypeError, LengthMismatchError, ShapeError
from errwidgets.explain.attributions import Attributions
from errwidgets.explain.parts import ImageAttributions
from errwidgets.explain.targets import read_target

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from errwidgets.evaluation import Evaluation

    Positions = NDArray[np.intp]

__all__ = ["as_given", "has_images"]

_ROWS_AND_CLASSES = 2

_ROWS_FEATURES_CLASSES = 3


def as_given(
    evaluation: Evaluation, values: Any, positions: Positions, output: Any, notes: list[str]
) -> Attributions | ImageAttributions:
    """Return attributions that the user has: a shap.Explanation, an array or a frame.

    Of a table of images an array of heat maps: (n_samples, n_down, n_across).

    Raises
    ------
    InputTypeError, InputError, ShapeError, LengthMismatchError
        When it holds none for every row of the evaluation.
    """
    names = getattr(values, "feature_names", None)
    base: Any = getattr(values, "base_values", None)
    table = np.asarray(getattr(values, "values", values))
    if isinstance(values, pd.DataFrame):
        names, table = [str(name) for name in values.columns], values.to_numpy()
    if table.ndim == _ROWS_FEATURES_CLASSES and has_images(evaluation):
        return _heat_maps(evaluation, table, base, positions, notes)
    if table.dtype.kind not in "fiu":
        raise InputTypeError.expected(
            "values", "a shap.Explanation, or an array or DataFrame of numbers", values
        )
    if table.ndim and len(table) != evaluation.n_samples:
        raise LengthMismatchError.of(evaluation=evaluation.n_samples, values=len(table))
    words = "What was given"
    if table.ndim == _ROWS_FEATURES_CLASSES:
        table, base, words = _of_class(evaluation, table, base, output)
    if table.ndim != _ROWS_AND_CLASSES:
        raise ShapeError(
            f"values must have a row per row and a column per feature; got shape {table.shape}."
        )
    if not np.isfinite(table).all():
        raise InputError("values hold missing or infinite numbers; attributions are finite.")
    names = _names_of(evaluation, names, table.shape[1])
    data, said = _data(evaluation, names, positions)
    picked = table[positions].astype(np.float64)
    bases = np.zeros(len(positions))
    if base is not None:
        whole = np.asarray(base, dtype=np.float64).ravel()
        bases = np.broadcast_to(whole, (evaluation.n_samples,))[positions]
    return Attributions(
        picked, bases, bases + picked.sum(axis=1), data, positions, tuple(names), "given",
        "computed before, no model was asked", words, "value", exact=False,
        notes=(*notes, *said),
    )  # fmt: skip


def has_images(evaluation: Evaluation) -> bool:
    """Return whether the table is one column of images."""
    names = evaluation.table_names
    return len(names) == 1 and evaluation.columns[str(names[0])].kind == "image"


def _heat_maps(
    evaluation: Evaluation, table: NDArray[Any], base: Any, positions: Positions, notes: list[str]
) -> ImageAttributions:
    """Return attributions of images that were computed before, a number a cell or a pixel."""
    if table.dtype.kind not in "fiu" or not np.isfinite(table).all():
        raise InputError("values of images must be finite numbers, one per cell of a grid.")
    if len(table) != evaluation.n_samples:
        raise LengthMismatchError.of(evaluation=evaluation.n_samples, values=len(table))
    picked = table[positions].astype(np.float64)
    bases = np.zeros(len(positions)) if base is None else np.broadcast_to(
        np.asarray(base, dtype=np.float64).ravel(), (evaluation.n_samples,)
    )[positions]  # fmt: skip
    return ImageAttributions(
        picked, bases, bases + picked.sum(axis=(1, 2)), positions, evaluation.index[positions],
        "given", "computed before, no model was asked", "What was given", "value",
        notes=tuple(notes),
    )  # fmt: skip


def _of_class(
    evaluation: Evaluation, table: NDArray[Any], base: Any, output: Any
) -> tuple[NDArray[Any], Any, str]:
    """Return the attributions of each row's class."""
    at = np.arange(evaluation.n_samples)
    target = read_target(evaluation, output, at)
    n = len(evaluation.classes)
    if target.codes is None or target.kind == "loss" or table.shape[2] != n:
        raise ShapeError(
            f"values have {table.shape[2]} outputs; there are {n} classes. Pass those of one."
        )
    if base is not None:
        base = np.asarray(base)
        if base.ndim == _ROWS_AND_CLASSES:
            base = base[at, target.codes]
        elif base.shape == (n,):
            base = base[target.codes]
    return table[at, :, target.codes], base, target.words


def _data(
    evaluation: Evaluation, names: list[str], positions: Positions
) -> tuple[pd.DataFrame, list[str]]:
    """Return the values of the features, where the table has these."""
    table = {str(name): name for name in evaluation.table_names}
    if all(name in table for name in names):
        data = evaluation.table_rows([table[name] for name in names], positions)
        data.columns = pd.Index(names)
        return data, []
    data = pd.DataFrame(np.nan, index=evaluation.index[positions], columns=names)
    return data, ["Their features are no columns of the table, so values are not known."]


def _names_of(evaluation: Evaluation, names: Any, n: int) -> list[str]:
    if names is not None and len(list(names)) == n:
        return [str(name) for name in names]
    for known in (evaluation.features, evaluation.table_names):
        if len(known) == n:
            return [str(name) for name in known]
    return [f"feature {i}" for i in range(n)]
