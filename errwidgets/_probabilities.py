"""Probabilities in all the forms people have them, as one array in the order of the classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.columns import is_hashable, native, sort_labels
from errwidgets.exceptions import (
    ColumnNotFoundError,
    IndexMismatchError,
    InputTypeError,
    LengthMismatchError,
    ProbabilityError,
    ShapeError,
    listed,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from errwidgets._table import Table

__all__ = ["Probabilities", "named_probabilities", "positional_probabilities"]

SUM_TOLERANCE = 1e-3
_NAME = "y_proba"


@dataclass(frozen=True)
class Probabilities:
    """Probabilities by class, before the classes are all known.

    Attributes
    ----------
    by_class : dict
        Class label → array of shape (n_samples,).
    columns : tuple
        The columns of the table that held them: they are no features.
    """

    by_class: Mapping[Hashable, np.ndarray[Any, Any]]
    columns: tuple[Hashable, ...] = ()

    def aligned(self, classes: Sequence[Hashable], n_samples: int) -> np.ndarray[Any, Any]:
        """Return shape (n_samples, n_classes), zero for a class without probabilities."""
        arrays = list(self.by_class.values())
        dtype = np.result_type(*arrays) if arrays else np.dtype(float)
        table = np.zeros((n_samples, len(classes)), dtype=dtype if dtype.kind == "f" else float)
        for code, label in enumerate(classes):
            if label in self.by_class:
                table[:, code] = self.by_class[label]
        _check_sums(table)
        return table


def named_probabilities(
    value: Any, table: Table | None, known: Sequence[Hashable], n_samples: int
) -> Probabilities | None:
    """Read probabilities that name their classes; ``None`` for plain arrays and single columns.

    Parameters
    ----------
    value : DataFrame, dict or str
        Columns, keys, or the prefix of columns of `table`, whose suffixes are the classes.
    table : Table, optional
        Where names of columns are looked up.
    known : sequence
        The classes that occur or are given; a name matches a class by value, then by text.
    n_samples : int
        Number of rows.
    """
    if isinstance(value, str):
        if table is None:
            raise InputTypeError.expected(_NAME, "an array of probabilities", value,
                                          advice="A name of columns needs a table.")  # fmt: skip
        if value in table:
            return None
        found = {
            str(name)[len(value) :]: name
            for name in table.names
            if isinstance(name, str) and name.startswith(value) and len(name) > len(value)
        }
        if not found:
            raise ColumnNotFoundError(
                f"{_NAME}={value!r} is neither a column nor the start of the names of columns. "
                f"Columns: {listed(table.names)}."
            )
        return _matched(found, table, known, n_samples)
    if isinstance(value, pd.DataFrame):
        entries = {name: value[name].to_numpy() for name in value.columns}
        return _matched(entries, table, known, n_samples)
    if hasattr(value, "to_pandas") and hasattr(value, "columns"):
        return _matched(_columns_of(value), table, known, n_samples)
    if isinstance(value, dict):
        return _matched(value, table, known, n_samples)
    return None


def positional_probabilities(
    value: Any, table: Table | None, classes: Sequence[Hashable], pos_label: Hashable, n: int
) -> Probabilities:
    """Read an array in the order of the classes, or one column: that of `pos_label`.

    Raises
    ------
    ShapeError, ProbabilityError
        When the columns are not as many as the classes, or the values no probabilities.
    """
    used: tuple[Hashable, ...] = ()
    if isinstance(value, str) and table is not None:
        used = (value,)
        value = table.series(value)
    array = _numbers(value, _NAME)
    if array.ndim not in (1, 2):
        raise ShapeError(
            f"{_NAME} must have shape (n_samples, n_classes), or one dimension for two classes; "
            f"got {array.shape}."
        )
    if len(array) != n:
        raise LengthMismatchError.of(y_true=n, y_proba=len(array))
    if array.ndim == 2 and array.shape[1] == 1 and len(classes) > 1:  # noqa: PLR2004
        array = array[:, 0]
    present = [label for label in classes if label is not None]
    if array.ndim == 1:
        if len(classes) != 2:  # noqa: PLR2004  binary
            raise ShapeError(
                f"{_NAME} has one dimension, which is enough for two classes; there are "
                f"{len(classes)}: {listed(classes)}. Pass shape (n_samples, n_classes)."
            )
        check_range(array)
        positive = pos_label if pos_label is not None else classes[1]
        by_class = {label: array if label == positive else 1 - array for label in classes}
        return Probabilities(by_class, used)
    columns = classes if array.shape[1] == len(classes) else present
    if array.shape[1] != len(columns):
        raise ShapeError(
            f"{_NAME} has {array.shape[1]} columns for {len(classes)} classes: {listed(classes)}. "
            f"Pass classes= in the order of the columns, or a DataFrame with a column per class."
        )
    check_range(array)
    return Probabilities({label: array[:, code] for code, label in enumerate(columns)}, used)


def check_range(array: np.ndarray[Any, Any]) -> None:
    """Refuse what is no probability."""
    if not array.size:
        return
    if not np.isfinite(array).all():
        raise ProbabilityError(
            f"{_NAME} has NaN or infinite values; every row needs a probability for every class. "
            f"Leave such rows out."
        )
    low, high = float(array.min()), float(array.max())
    if low < 0 or high > 1:
        raise ProbabilityError(
            f"{_NAME} must lie in [0, 1]; got values from {low:.6g} to {high:.6g}. "
            f"Pass decision scores as y_score instead."
        )


def _check_sums(table: np.ndarray[Any, Any]) -> None:
    sums = table.sum(axis=1, dtype=float)
    off = np.abs(sums - 1)
    worst = int(off.argmax())
    if off[worst] > SUM_TOLERANCE:
        raise ProbabilityError(
            f"The probabilities of a row must sum to 1 within {SUM_TOLERANCE}; row {worst} sums to "
            f"{sums[worst]:.6g}. Nothing is rescaled: pass all classes, or y_score."
        )


def _matched(
    entries: Mapping[Any, Any], table: Table | None, known: Sequence[Hashable], n_samples: int
) -> Probabilities:
    """Match names to classes: by value, then by text; a name of no class is a class of its own."""
    by_class: dict[Hashable, np.ndarray[Any, Any]] = {}
    used: list[Hashable] = []
    for name, entry in entries.items():
        label = match_label(name, known)
        if label in by_class:
            raise ProbabilityError(f"{_NAME} names the class {label!r} twice.")
        values = _in_order(entry, table)
        if is_hashable(entry):
            if table is None or entry not in table:
                raise ColumnNotFoundError.of(_NAME, entry, table.names if table else [])
            used.append(entry)
            values = table.series(entry)
        array = _numbers(values, f"{_NAME}[{name!r}]")
        if array.ndim != 1:
            raise ShapeError.not_one_dimensional(f"{_NAME}[{name!r}]", array.shape)
        if len(array) != n_samples:
            raise LengthMismatchError.of(y_true=n_samples, y_proba=len(array))
        check_range(array)
        by_class[label] = array
    return Probabilities(by_class, tuple(used))


def match_label(name: Any, known: Iterable[Hashable]) -> Hashable:
    """Return the class that a column's name means.

    Raises
    ------
    ProbabilityError
        When it could mean two.
    """
    labels = list(known)
    value = native(name)
    by_value = [x for x in labels if x == value and isinstance(x, bool) == isinstance(value, bool)]
    matches = by_value or [x for x in labels if x is not None and str(x) == str(value)]
    if len(matches) > 1:
        raise ProbabilityError(
            f"{_NAME}: {name!r} could mean the classes {listed(sort_labels(matches))}. "
            f"Pass an array in the order of the classes."
        )
    if matches:
        return matches[0]
    numbers = [x for x in labels if x is not None]
    if isinstance(value, str) and numbers and all(type(x) is int for x in numbers):
        try:
            return int(value)
        except ValueError:
            pass
    label: Hashable = value
    return label


def _in_order(entry: Any, table: Table | None) -> Any:
    """Refuse a Series of other rows; a default index says nothing about rows."""
    if not isinstance(entry, pd.Series) or table is None or len(entry) != len(table):
        return entry
    if not entry.index.equals(table.index) and not entry.index.equals(pd.RangeIndex(len(entry))):
        raise IndexMismatchError.of("y_true", _NAME)
    return entry.to_numpy()


def _columns_of(frame: Any) -> dict[Any, Any]:
    from errwidgets._table import as_table  # noqa: PLC0415

    table = as_table(_NAME, frame)
    return {name: table.series(name).to_numpy() for name in table.names}


def _numbers(values: Any, name: str) -> np.ndarray[Any, Any]:
    try:
        array = np.asarray(values)
        if array.dtype.kind in "OUS":
            array = array.astype(float)
    except (TypeError, ValueError):
        raise InputTypeError.expected(name, "numbers in [0, 1]", values) from None
    if array.dtype.kind not in "fiub":
        raise InputTypeError(f"{name} must hold numbers; got {array.dtype} {shown(values)}.")
    return array if array.dtype.kind == "f" else array.astype(float)
