"""Predictions beside the truth: the one object that every view and measure starts from."""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import pandas as pd

from errwidgets import _inputs as inputs
from errwidgets import selection as _selection
from errwidgets.columns import CodedColumn, code_jointly, is_hashable, native
from errwidgets.exceptions import (
    ColumnNotFoundError,
    EstimatorError,
    FrozenError,
    IndexMismatchError,
    LengthMismatchError,
    SelectionTypeError,
    UnknownLabelError,
    shown,
)
from errwidgets.selection import All, In, Selection

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

__all__ = ["Evaluation"]

logger = logging.getLogger("errwidgets")


class _Unset:
    """No value was passed; ``None`` is a label (the missing one)."""

    def __repr__(self) -> str:
        return "<any>"


ANY: Final = _Unset()


class Notes:
    """What people add to an evaluation: the one part of it that changes.

    Attributes
    ----------
    selection : Selection
        What is selected in the linked views; it outlives the views.
    """

    def __init__(self) -> None:
        self.selection = Selection()


class Evaluation:
    """True labels and predictions for the same rows, coded once and never changed.

    Make one with :meth:`from_predictions`, :meth:`from_frame` or
    :meth:`from_estimator`.

    Attributes
    ----------
    name : str or None
        Shown in every view.
    classes : tuple
        The class labels in matrix order; ``None`` is the missing label.
    n_samples : int
        Number of rows.
    notes : Notes
        What people add; everything else is frozen.
    """

    name: str | None
    classes: tuple[Hashable, ...]
    n_samples: int
    notes: Notes
    columns: Mapping[str, CodedColumn]
    _table: pd.DataFrame
    _labels: Mapping[str, pd.Series[Any]]
    _names: Mapping[str, str]

    def __init__(
        self,
        table: pd.DataFrame,
        *,
        y_true: pd.Series[Any],
        y_pred: pd.Series[Any],
        classes: Sequence[Hashable] | None,
        name: str | None,
    ) -> None:
        (true_codes, pred_codes), categories = code_jointly([y_true, y_pred], classes)
        reused = {"y_true": y_true.name == "y_true", "y_pred": y_pred.name == "y_pred"}
        names = _column_names(table.columns, reused)
        columns = {
            "y_true": CodedColumn("y_true", true_codes, categories, names["y_true"]),
            "y_pred": CodedColumn("y_pred", pred_codes, categories, names["y_pred"]),
        }
        values = {
            "name": name,
            "classes": categories,
            "n_samples": len(table),
            "notes": Notes(),
            "columns": columns,
            "_table": table,
            "_labels": {"y_true": y_true, "y_pred": y_pred},
            "_names": names,
        }
        self.__dict__.update(values)

    def __setattr__(self, attribute: str, value: object) -> None:
        raise FrozenError(
            f"An Evaluation never changes, so {attribute!r} cannot be set. Make a new one with "
            f"Evaluation.from_predictions, from_frame or from_estimator."
        )

    def __repr__(self) -> str:
        name = f"{self.name!r}: " if self.name else ""
        return (
            f"<Evaluation {name}{self.n_samples:,} rows, {len(self.classes):,} classes, "
            f"{self.n_errors:,} mistakes>"
        )

    # ------------------------------------------------------------ making one

    @classmethod
    def from_predictions(
        cls,
        y_true: Any,
        y_pred: Any,
        *,
        X: Any = None,  # noqa: N803  scikit-learn's name
        classes: Sequence[Hashable] | None = None,
        name: str | None = None,
    ) -> Self:
        """Make an evaluation from arrays.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n_samples,)
            True and predicted class labels: text, whole numbers, booleans or
            categories; missing values form a class of their own.
        X : DataFrame or array-like of shape (n_samples, n_features), optional
            Columns that describe the rows. Its index becomes the index of every
            frame that comes back.
        classes : sequence, optional
            Labels in the order wanted, also those that do not occur.
        name : str, optional
            Shown in every view.

        Returns
        -------
        Evaluation

        Raises
        ------
        LengthMismatchError, IndexMismatchError, ShapeError, EmptyInputError, InputTypeError
            When the inputs do not describe the same rows, or are none.

        Examples
        --------
        >>> import errwidgets as ew
        >>> evaluation = ew.Evaluation.from_predictions(["cat", "dog"], ["cat", "cat"])
        >>> evaluation.errors()
          y_true y_pred  is_error  loss
        1    dog    cat      True   1.0
        """
        table = inputs.table("X", X) if X is not None else None
        # The index of the rows: the table's own, else that of the first labels that carry one.
        carriers = {"X": X, "y_true": y_true, "y_pred": y_pred}
        named = [name for name, given in carriers.items() if inputs.carries_index(given)]
        index = carriers[named[0]].index if named else None
        true = inputs.labels("y_true", y_true, index)
        pred = inputs.labels("y_pred", y_pred, index)
        lengths = {"y_true": len(true), "y_pred": len(pred)}
        if table is not None:
            lengths["X"] = len(table)
        if len(set(lengths.values())) > 1:
            raise LengthMismatchError.of(**lengths)
        for other in named[1:]:
            if not carriers[other].index.equals(index):
                raise IndexMismatchError.of(named[0], other)
        if table is None:
            table = pd.DataFrame(index=true.index)
        elif index is not None:
            table = table.set_axis(index)
        return cls(
            table,
            y_true=true.set_axis(table.index).rename(None),
            y_pred=pred.set_axis(table.index).rename(None),
            classes=inputs.classes(classes),
            name=inputs.name(name),
        )

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        y_true: Hashable,
        y_pred: Hashable,
        classes: Sequence[Hashable] | None = None,
        name: str | None = None,
    ) -> Self:
        """Make an evaluation from a table of predictions.

        Parameters
        ----------
        frame : DataFrame of shape (n_samples, n_columns)
            One row per prediction.
        y_true, y_pred : column labels
            The columns of true and predicted class labels.
        classes : sequence, optional
            Labels in the order wanted, also those that do not occur.
        name : str, optional
            Shown in every view.

        Returns
        -------
        Evaluation

        Raises
        ------
        ColumnNotFoundError, InputTypeError, EmptyInputError
            When `frame` is not a table, is empty, or lacks a column.

        Examples
        --------
        >>> import errwidgets as ew, pandas as pd
        >>> table = pd.DataFrame({"label": ["a", "b"], "guess": ["b", "b"], "age": [31, 40]})
        >>> evaluation = ew.Evaluation.from_frame(table, y_true="label", y_pred="guess")
        >>> evaluation.rows(y_true="a", y_pred="b")[["age", "is_error"]]
           age  is_error
        0   31      True
        """
        table = inputs.table("frame", frame)
        for role, column in (("y_true", y_true), ("y_pred", y_pred)):
            if not is_hashable(column) or column not in table.columns:
                raise ColumnNotFoundError.of(role, column, table.columns)
        return cls(
            table,
            y_true=inputs.labels("y_true", table[y_true], table.index),
            y_pred=inputs.labels("y_pred", table[y_pred], table.index),
            classes=inputs.classes(classes),
            name=inputs.name(name),
        )

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,  # noqa: N803  scikit-learn's name
        y: Any,
        *,
        classes: Sequence[Hashable] | None = None,
        name: str | None = None,
    ) -> Self:
        """Make an evaluation by asking a fitted model for its predictions.

        Parameters
        ----------
        estimator : object with ``predict``
            A fitted classifier or pipeline with scikit-learn's API.
        X : DataFrame or array-like of shape (n_samples, n_features)
            What the model predicts from.
        y : array-like of shape (n_samples,)
            The true labels.
        classes : sequence, optional
            Labels in the order wanted; by default the model's ``classes_``
            followed by whatever else occurs in `y`.
        name : str, optional
            Shown in every view; by default the name of the estimator's class.

        Returns
        -------
        Evaluation

        Raises
        ------
        EstimatorError
            When `estimator` has no ``predict``.
        """
        if isinstance(estimator, type) or not callable(getattr(estimator, "predict", None)):
            raise EstimatorError(
                f"estimator must be a fitted model with a predict method; got "
                f"{type(estimator).__name__}. With predictions at hand, use "
                f"Evaluation.from_predictions(y_true, y_pred)."
            )
        if classes is None and (fitted := getattr(estimator, "classes_", None)) is not None:
            classes = list(fitted)
        name = name if name is not None else type(estimator).__name__
        return cls.from_predictions(y, estimator.predict(X), X=X, classes=classes, name=name)

    # ------------------------------------------------------------ reading it

    @property
    def n_errors(self) -> int:
        """Number of rows where the prediction is not the true label."""
        return int(np.count_nonzero(self._is_error))

    @functools.cached_property
    def _is_error(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        true, pred = self.columns["y_true"].codes, self.columns["y_pred"].codes
        wrong: np.ndarray[Any, np.dtype[np.bool_]] = np.not_equal(true, pred)
        return wrong

    @property
    def frame(self) -> pd.DataFrame:
        """The user's columns unchanged, then `y_true`, `y_pred` and the per-row columns.

        A column of the user's that has one of these names keeps it; ours then
        takes a trailing underscore. A new frame each time: changing it changes
        nothing here.
        """
        return self._frame.copy(deep=False)

    @functools.cached_property
    def _frame(self) -> pd.DataFrame:
        labels = {
            self._names[role]: _missing_as_none(series)
            for role, series in self._labels.items()
            if self._names[role] not in self._table.columns
        }
        per_row = {
            self._names["is_error"]: self._is_error,
            self._names["loss"]: self._is_error.astype(float),
        }
        added = pd.DataFrame({**labels, **per_row}, index=self._table.index)
        if not len(self._table.columns):
            return added
        return pd.concat([self._table, added], axis=1)

    def confusion(self) -> pd.DataFrame:
        """Return how often each class was predicted as each class.

        Returns
        -------
        DataFrame of shape (n_classes, n_classes)
            Counts; index ``y_true``, columns ``y_pred``, both in `classes` order.

        Examples
        --------
        >>> import errwidgets as ew
        >>> ew.Evaluation.from_predictions([1, 2, 2], [1, 1, 2]).confusion()
        y_pred  1  2
        y_true
        1       1  0
        2       1  1
        """
        from errwidgets.measures.confusion import confusion_counts  # noqa: PLC0415

        counts = confusion_counts(
            self.columns["y_true"].codes, self.columns["y_pred"].codes, len(self.classes)
        )
        return pd.DataFrame(
            counts,
            index=pd.Index(self.classes, name="y_true", tupleize_cols=False),
            columns=pd.Index(self.classes, name="y_pred", tupleize_cols=False),
        )

    def rows(self, *, y_true: Any = ANY, y_pred: Any = ANY) -> pd.DataFrame:
        """Return the rows with these labels: the content of a matrix cell.

        Parameters
        ----------
        y_true, y_pred : label, optional
            A class, or ``None`` for the missing label; left out, any class.

        Returns
        -------
        DataFrame
            Rows of :attr:`frame`, a copy.

        Raises
        ------
        UnknownLabelError
            When a label is not one of :attr:`classes`.
        """
        conditions = []
        for role, label in (("y_true", y_true), ("y_pred", y_pred)):
            if label is ANY:
                continue
            if not is_hashable(label) or self.columns[role].code_of(label) is None:
                raise UnknownLabelError.of(role, label, self.classes)
            conditions.append(In(role, (native(label),)))
        return self.frame[_selection.mask(All(tuple(conditions)), self.columns, self.n_samples)]

    def errors(self) -> pd.DataFrame:
        """Return the mistakes, worst first (highest `loss`; ties keep their order).

        Returns
        -------
        DataFrame
            Rows of :attr:`frame`, a copy.
        """
        positions = np.flatnonzero(self._is_error)
        loss = self.frame[self._names["loss"]].to_numpy()[positions]
        return self.frame.iloc[positions[np.argsort(-loss, kind="stable")]]

    def mask(self, selection: Selection) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Return which rows a selection holds; none when nothing is selected.

        Parameters
        ----------
        selection : Selection
            Clauses joined by AND.

        Returns
        -------
        ndarray of shape (n_samples,), dtype bool
            Aligned with the rows of the input.

        Raises
        ------
        SelectionTypeError, SelectionError
            When it is no selection, or names columns or values that are not here.
        """
        given: Any = selection
        if not isinstance(given, Selection):
            raise SelectionTypeError(
                f"A mask needs a Selection; got {type(given).__name__} {shown(given)}."
            )
        predicate = selection.predicate()
        if predicate is None:
            return np.zeros(self.n_samples, dtype=bool)
        return _selection.mask(predicate, self.columns, self.n_samples)


PER_ROW: Final = ("is_error", "loss")


def _column_names(taken: pd.Index[Any], reused: Mapping[str, bool]) -> dict[str, str]:
    """Return the frame's name for each column of ours; a clash takes a trailing underscore."""
    names = {}
    for ours in ("y_true", "y_pred", *PER_ROW):
        final = ours
        while final in taken and not reused.get(ours, False):
            final = f"{final}_"
        if final != ours:
            logger.warning("The table has a column %r of its own; ours is %r.", ours, final)
        names[ours] = final
    return names


def _missing_as_none(series: pd.Series[Any]) -> pd.Series[Any]:
    missing = series.isna()
    if not missing.any():
        return series
    return series.astype(object).where(~missing, None)
