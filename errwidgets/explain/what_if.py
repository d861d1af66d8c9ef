"""A row with other values: what the model says of it, and where to begin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from errwidgets.columns import display, native
from errwidgets.exceptions import InputError, shown
from errwidgets.explain.explained import go_on

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from numpy.typing import NDArray

    from errwidgets.columns import CodedColumn
    from errwidgets.evaluation import Evaluation
    from errwidgets.explain.explained import Progress
    from errwidgets.explain.model import Model

    Positions = NDArray[np.intp]

__all__ = ["Field", "Flip", "edited", "fields_of", "is_missing", "nearest_right", "smallest_flip"]

MOST_CHOICES: Final = 200
"""Values of a category that can be chosen from, the most frequent first."""

MOST_ASKED: Final = 5_000
"""Rows that the model is asked about to find the smallest change that flips its answer."""

TRIED: Final = 50
"""Values of one feature that are tried."""

BLOCK: Final = 500

STEPS: Final = 100


@dataclass(frozen=True, eq=False)
class Field:
    """One column of the model, as it can be edited.

    Attributes
    ----------
    name : column label
    kind : {"number", "choice", "text"}
    low, high, step : float
        Of a number: the range observed, and a step that is fit for it.
    whole : bool
        Whether the number is a whole one.
    choices : tuple
        Of a choice: the values, missing as ``None``.
    labels : tuple of str
        The same as text.
    """

    name: Hashable
    kind: str
    low: float = 0.0
    high: float = 0.0
    step: float = 0.0
    whole: bool = False
    choices: tuple[Any, ...] = ()
    labels: tuple[str, ...] = ()


def fields_of(model: Model) -> list[Field]:
    """Return the model's columns as they can be edited, in its order."""
    evaluation = model.evaluation
    every = np.arange(evaluation.n_samples)
    return [
        Field(name, "text")
        if model.parts == "text" or _is_prose(evaluation.columns[str(name)])
        else _field(name, evaluation.table_rows([name], every)[name])
        for name in model.columns
    ]


def _is_prose(column: CodedColumn) -> bool:
    # Long texts that are few are the values of a category.
    return column.kind == "text" and len(column.categories) > MOST_CHOICES


def _field(name: Hashable, column: pd.Series[Any]) -> Field:
    is_number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    if is_number:
        numbers = column.dropna().to_numpy(dtype=np.float64)
        numbers = numbers[np.isfinite(numbers)]
        if len(numbers):
            low, high = float(numbers.min()), float(numbers.max())
            whole = bool((numbers == np.round(numbers)).all())
            return Field(name, "number", low, high, _step(low, high, whole=whole), whole)
    try:
        counts = column.value_counts(dropna=False)
    except TypeError:  # values that cannot be compared, as lists
        return Field(name, "choice")
    values = [None if pd.isna(value) else native(value) for value in counts.index[:MOST_CHOICES]]
    try:
        values.sort(key=lambda value: (value is None, value))
    except TypeError:
        values.sort(key=lambda value: (value is None, str(value)))
    labels = tuple("(missing)" if value is None else display(value) for value in values)
    return Field(name, "choice", choices=tuple(values), labels=labels)


def _step(low: float, high: float, *, whole: bool) -> float:
    """Return a round step: a hundred or so of them make the range."""
    wide = high - low
    if not wide > 0:
        return 1.0
    size = 10.0 ** np.floor(np.log10(wide / STEPS))
    step = next(n * size for n in (1, 2, 5, 10) if wide / (n * size) <= STEPS)
    return max(1.0, float(np.round(step))) if whole else float(step)


def edited(model: Model, position: int, changes: Mapping[Any, Any]) -> pd.DataFrame:
    """Return one row with other values.

    Parameters
    ----------
    model : Model
        Whose columns the row has.
    position : int
        Which row.
    changes : mapping of column label to value
        ``None`` for a missing value.

    Returns
    -------
    DataFrame of shape (1, n_features)
        With the row's own label, and the columns' types where these can hold the values.

    Raises
    ------
    InputError
        When the model has no such column.
    """
    row = model.rows(np.array([position]))
    columns = {name: row[name] for name in row}
    for name, value in changes.items():
        if name not in columns:
            raise InputError(f"The model has no column {shown(name)}.")
        columns[name] = _with(columns[name], [value])
    return pd.DataFrame(columns, index=row.index)


def _with(column: pd.Series[Any], values: list[Any]) -> pd.Series[Any]:
    """Return values as a column of a type, where it can hold them."""
    index = column.index if len(column) == len(values) else None
    given = pd.Series(values, dtype=object, index=index)
    dtype = column.dtype
    if dtype.kind in "iu" and any(value != int(value) for value in values if value is not None):
        return given.astype(np.float64)
    try:
        return given.astype(dtype)
    except (TypeError, ValueError):
        return given.infer_objects()


def nearest_right(model: Model, position: int) -> tuple[int, dict[Hashable, Any]] | None:
    """Return the row most alike that the model got right, and what differs in it.

    Of rows with the same true class; of a regression, of all that are not wrong. Alike by
    Gower's distance: numbers and times by their difference over the range, others by being equal.

    References
    ----------
    Gower, J. C. (1971). A general coefficient of similarity. Biometrics 27, 857-871.
    """
    evaluation = model.evaluation
    right = ~evaluation.row_values("is_error")
    if evaluation.is_classification:
        codes = evaluation.columns["y_true"].codes
        right = right & (codes == codes[position])
    right = right.copy()
    right[position] = False
    at = np.flatnonzero(right)
    if not len(at):
        return None
    found = int(at[np.argmin(_distances(evaluation, model.columns, position, at))])
    pair = model.rows(np.array([position, found]))
    changes = {
        name: None if is_missing(pair[name].iloc[1]) else native(pair[name].iloc[1])
        for name in pair
        if not _same(pair[name].iloc[0], pair[name].iloc[1])
    }
    return found, changes


def _distances(
    evaluation: Evaluation, names: tuple[Hashable, ...], position: int, at: Positions
) -> NDArray[np.float64]:
    total = np.zeros(len(at))
    for name in names:
        column = evaluation.columns[str(name)]
        if column.ordered is None:
            total += column.codes[at] != column.codes[position]
            continue
        numbers = column.ordered.values.astype(np.float64)
        numbers[column.ordered.missing] = np.nan
        finite = numbers[np.isfinite(numbers)]
        wide = float(np.ptp(finite)) if len(finite) else 0.0
        gap = np.abs(numbers[at] - numbers[position]) / (wide or 1.0)
        both = np.isnan(numbers[at]) & np.isnan(numbers[position])
        total += np.where(both, 0.0, np.where(np.isfinite(gap), np.minimum(gap, 1.0), 1.0))
    return total


def is_missing(value: Any) -> bool:
    """Return whether a single value is missing."""
    missing = pd.isna(value)
    return isinstance(missing, bool | np.bool_) and bool(missing)


def _same(a: Any, b: Any) -> bool:
    if is_missing(a) or is_missing(b):
        return is_missing(a) and is_missing(b)
    return bool(np.all(np.asarray(a == b)))


@dataclass(frozen=True, eq=False)
class Flip:
    """The smallest change of one value that flips the answer.

    Attributes
    ----------
    changes : dict
        The column and its value; empty when no value that was tried flips it.
    n_asked : int
        Rows that the model was asked about.
    """

    changes: dict[Hashable, Any]
    n_asked: int


def smallest_flip(model: Model, position: int, progress: Progress | None = None) -> Flip:
    """Return the smallest change of one value that flips the model's answer.

    One feature at a time: numbers over observed quantiles, others over the most frequent
    values, at most 5,000 rows. Small by the distance over the standard deviation; a changed
    category counts as one. A classification is flipped when another class is predicted, a
    regression when a wrong prediction becomes one that is not, or the reverse.

    Parameters
    ----------
    model : Model
        What is asked.
    position : int
        Which row.
    progress : callable, optional
        Called with the fraction that is done; stops by ``False``.
    """
    row = model.rows(np.array([position]))
    each = max(2, min(TRIED, MOST_ASKED // max(len(model.columns), 1)))
    tried: list[tuple[float, Hashable, Any]] = []
    for name in model.columns[:MOST_ASKED]:
        column = model.evaluation.table_rows([name], np.arange(model.evaluation.n_samples))[name]
        tried += [(far, name, value) for value, far in _candidates(column, row[name].iloc[0], each)]
    tried = sorted(tried, key=lambda one: one[0])[:MOST_ASKED]
    stands = _decision(model, row, position)
    for start in range(0, len(tried), BLOCK):
        go_on(progress, start / len(tried))
        part = tried[start : start + BLOCK]
        frame = row.iloc[np.zeros(len(part), dtype=np.intp)].reset_index(drop=True)
        for name in dict.fromkeys(name for _, name, _ in part):
            values = [value if own == name else row[name].iloc[0] for _, own, value in part]
            frame[name] = _with(frame[name], values)
        flipped = np.flatnonzero(_decision(model, frame, position) != stands[0])
        if len(flipped):
            _, name, value = part[int(flipped[0])]
            return Flip({name: value}, start + len(part))
    return Flip({}, len(tried))


def _candidates(column: pd.Series[Any], own: Any, most: int) -> list[tuple[Any, float]]:
    """Return other values of a column and how far each is."""
    field = _field(column.name, column)
    if field.kind == "number":
        numbers = column.dropna().to_numpy(dtype=np.float64)
        numbers = numbers[np.isfinite(numbers)]
        at = np.unique(np.quantile(numbers, np.linspace(0, 1, most), method="nearest"))
        spread = float(numbers.std()) or 1.0
        here = float(own) if not is_missing(own) else float(np.median(numbers))
        exact = [native(value) for value in pd.Series(at).astype(column.dtype)]
        return [(value, abs(float(value) - here) / spread) for value in exact if value != own]
    return [(value, 1.0) for value in field.choices[:most] if not _same(value, own)]


def _decision(model: Model, frame: pd.DataFrame, position: int) -> NDArray[Any]:
    """Return what a model decides: a class, or whether a regression is wrong."""
    answers = model.answers(frame)
    evaluation = model.evaluation
    if evaluation.is_classification:
        chosen: NDArray[np.intp] = answers.argmax(axis=1)
        return chosen
    truth = evaluation.columns["y_true"].numbers
    assert truth is not None  # noqa: S101  a regression's truth is numbers
    wrong: NDArray[np.bool_] = np.abs(answers[:, 0] - truth[position]) > evaluation.error_threshold
    return wrong
