"""The user's model as a function of rows: asked with what it was fitted on, its answers checked."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from errwidgets.exceptions import EstimatorError, InputError, listed, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    import pandas as pd
    from numpy.typing import NDArray

    from errwidgets.evaluation import Evaluation

__all__ = ["LastStep", "Model", "model_of"]


@dataclass(frozen=True, eq=False)
class Model:
    """A model and the rows it is asked about.

    Attributes
    ----------
    evaluation : Evaluation
        Whose model it is.
    estimator : object
        With scikit-learn's API, or a function of rows.
    columns : tuple
        What it is asked with, in its order.
    as_array : bool
        Whether it was fitted on an array rather than a frame.
    """

    evaluation: Evaluation
    estimator: Any
    columns: tuple[Hashable, ...]
    as_array: bool

    def rows(self, positions: NDArray[np.intp]) -> pd.DataFrame:
        """Return rows in the user's units, with what the model is asked with."""
        return self.evaluation.table_rows(self.columns, positions)

    def given(self, frame: pd.DataFrame) -> Any:
        """Return rows in the form that the model was fitted on."""
        if self.parts is not None:
            return frame.iloc[:, 0].tolist()
        return frame.to_numpy() if self.as_array else frame

    @property
    def parts(self) -> Literal["text", "image"] | None:
        """Whether the model takes a list of texts, or of images, rather than a table."""
        if len(self.columns) != 1 or self.as_array:
            return None
        column = self.evaluation.columns[str(self.columns[0])]
        if column.kind == "text":
            return "text"
        return "image" if column.kind == "image" else None

    @property
    def name(self) -> str:
        """What the model is called."""
        steps = getattr(self.estimator, "steps", None)
        last = steps[-1][1] if steps else self.estimator
        return getattr(last, "__name__", type(last).__name__)

    @property
    def n_outputs(self) -> int:
        """Probabilities, one per class; one number for a regression."""
        return len(self.evaluation.classes) if self.evaluation.is_classification else 1

    def answers(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Return what the model says of rows.

        Parameters
        ----------
        frame : DataFrame of shape (n_rows, n_features)
            As :meth:`rows`.

        Returns
        -------
        ndarray of shape (n_rows, n_outputs)
            Probabilities in the order of the evaluation's classes; one number each for a
            regression.

        Raises
        ------
        EstimatorError
            When the model raises, or answers with something else.
        """
        raw = self._ask(self._method(), frame)
        if not self.evaluation.is_classification:
            return self._checked(raw.reshape(len(frame), -1), frame)
        return self._checked(self._by_class(raw), frame)

    def _method(self) -> Callable[[Any], Any]:
        estimator = self.estimator
        if self.evaluation.is_classification:
            for name in ("predict_proba", "decision_function"):
                if callable(getattr(estimator, name, None)):
                    found: Callable[[Any], Any] = getattr(estimator, name)
                    return found
        if callable(getattr(estimator, "predict", None)):
            predict: Callable[[Any], Any] = estimator.predict
            return predict
        plain: Callable[[Any], Any] = estimator
        return plain

    def _ask(self, method: Callable[[Any], Any], frame: pd.DataFrame) -> NDArray[Any]:
        called = getattr(method, "__name__", "model")
        try:
            with warnings.catch_warnings():
                # Frames are rebuilt with the columns it was fitted on; pickled models warn still.
                warnings.filterwarnings("ignore", message=".*valid feature names.*")
                answer = np.asarray(method(self.given(frame)))
        except Exception as error:
            raise EstimatorError(
                f"{self.name}.{called} failed on {len(frame):,} rows of {len(self.columns)} "
                f"columns: {type(error).__name__}: {error} Is X what the model was fitted on?"
            ) from error
        if not answer.ndim or len(answer) != len(frame):
            raise EstimatorError(
                f"{self.name}.{called} gave shape {answer.shape} for {len(frame):,} rows; it must "
                f"give one answer per row."
            )
        return answer

    def _by_class(self, raw: NDArray[Any]) -> NDArray[Any]:
        """Return a column per class of the evaluation, whatever order the model has."""
        evaluation = self.evaluation
        classes = evaluation.classes
        if raw.dtype.kind not in "fiub" or (raw.ndim == 1 and self._says_labels()):
            return self._labels_as_shares(raw)
        if raw.ndim == 1 or raw.shape[1] == 1:
            if len(classes) != 2:  # noqa: PLR2004
                raise EstimatorError(
                    f"{self.name} gave one number per row; with the classes {listed(classes)} it "
                    f"must give {len(classes)}."
                )
            positive = classes.index(evaluation.pos_label)
            p = raw.reshape(len(raw)).astype(np.float64)
            table = np.empty((len(p), 2))
            # A score of the positive class is turned round for the other.
            bounded = bool(((p >= 0) & (p <= 1)).all())
            table[:, positive], table[:, 1 - positive] = p, (1 - p if bounded else -p)
            return table
        known = getattr(self.estimator, "classes_", None)
        names = (
            list(classes)
            if known is None
            else [one.item() if hasattr(one, "item") else one for one in known]
        )
        if raw.shape[1] != len(names):
            raise EstimatorError(
                f"{self.name} gave {raw.shape[1]} columns for the classes {listed(names)}."
            )
        table = np.zeros((len(raw), len(classes)))
        for j, label in enumerate(names):
            code = evaluation.columns["y_true"].code_of(label)
            if code is None:
                raise EstimatorError(
                    f"The model knows the class {shown(label)}, which is none of "
                    f"{listed(classes)}. Pass classes= with all of them."
                )
            table[:, code] = raw[:, j]
        return table

    def _says_labels(self) -> bool:
        estimator = self.estimator
        scores = ("predict_proba", "decision_function")
        return callable(getattr(estimator, "predict", None)) and not any(
            callable(getattr(estimator, name, None)) for name in scores
        )

    def _labels_as_shares(self, raw: NDArray[Any]) -> NDArray[np.float64]:
        column = self.evaluation.columns["y_true"]
        table = np.zeros((len(raw), len(self.evaluation.classes)))
        for label in set(raw.tolist()):
            code = column.code_of(label)
            if code is None:
                raise EstimatorError(
                    f"{self.name} answered {shown(label)}, which is none of the classes "
                    f"{listed(self.evaluation.classes)}."
                )
            table[np.asarray(raw == label), code] = 1.0
        return table

    def _checked(self, table: NDArray[Any], frame: pd.DataFrame) -> NDArray[np.float64]:
        if table.shape != (len(frame), self.n_outputs):
            raise EstimatorError(
                f"{self.name} gave shape {table.shape} for {len(frame):,} rows; it must be "
                f"({len(frame)}, {self.n_outputs})."
            )
        try:
            numbers = table.astype(np.float64)
        except (TypeError, ValueError):
            raise EstimatorError(
                f"{self.name} gave {table.dtype} values; numbers are needed to explain them."
            ) from None
        bad = ~np.isfinite(numbers).all(axis=1)
        if bad.any():
            raise EstimatorError(
                f"{self.name} gave no finite number for {int(bad.sum()):,} of {len(frame):,} rows, "
                f"the first at position {int(np.argmax(bad)):,}."
            )
        return numbers


class LastStep(Model):
    """The last step of a pipeline, asked with rows that are encoded already."""

    def given(self, frame: Any) -> Any:
        """Return encoded rows as they are."""
        return frame


def model_of(evaluation: Evaluation) -> Model | None:
    """Return the evaluation's model; ``None`` when it has none.

    Raises
    ------
    InputError
        When the table lacks columns that the model was fitted on.
    """
    estimator = evaluation.model
    if estimator is None:
        return None
    table = evaluation.table_names
    fitted = getattr(estimator, "feature_names_in_", None)
    if fitted is not None:
        names = tuple(fitted.tolist())
        missing = [name for name in names if name not in table]
        if missing:
            raise InputError(
                f"The model was fitted on {listed(names)}; the table lacks {listed(missing)}. "
                f"Pass X= with the columns that the model takes."
            )
        return Model(evaluation, estimator, names, as_array=False)
    n_fitted = getattr(estimator, "n_features_in_", None)
    if n_fitted is not None and n_fitted != len(table):
        features = evaluation.features
        if n_fitted != len(features):
            raise InputError(
                f"The model was fitted on {n_fitted} columns; the table has {len(table)}, "
                f"{len(features)} of them features. Pass X= with what the model takes."
            )
        return Model(evaluation, estimator, tuple(features), as_array=True)
    # A function gets the frame; what was fitted on an array gets an array.
    return Model(evaluation, estimator, tuple(table), as_array=n_fitted is not None)
