"""What models say: scikit-learn estimators, lists of records, plain scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from errwidgets import _inputs as inputs
from errwidgets import _roles
from errwidgets._probabilities import match_label
from errwidgets.columns import native
from errwidgets.exceptions import (
    EstimatorError,
    InputError,
    LengthMismatchError,
    RecordError,
    ShapeError,
    listed,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd

    from errwidgets._table import Table

__all__ = ["ask_estimator", "read_records", "score_roles"]

_FORM = "{'label': 'POS', 'score': 0.9}, or a list of these with the scores of all classes"


def ask_estimator(estimator: Any, table: Any) -> tuple[Any, dict[str, Any]]:
    """Return a model's predictions and what else it tells: classes, probabilities or scores.

    Raises
    ------
    EstimatorError
        When it cannot predict, or raises while doing so.
    """
    if isinstance(estimator, type) or not callable(getattr(estimator, "predict", None)):
        kind = estimator.__name__ if isinstance(estimator, type) else type(estimator).__name__
        raise EstimatorError(
            f"estimator must be a fitted model with a predict method; got {kind}. With predictions "
            f"at hand, use Evaluation.from_predictions(y_true, y_pred)."
        )
    told: dict[str, Any] = {"model": estimator, "name": _estimator_name(estimator)}
    y_pred = _ask(estimator, "predict", table)
    fitted = getattr(estimator, "classes_", None)
    if fitted is None or not inputs.is_list(fitted):  # a regressor
        return y_pred, told
    if any(isinstance(labels, np.ndarray) for labels in fitted):  # several outputs
        return y_pred, told
    labels = [native(label) for label in fitted]
    told["classes"] = labels
    # By class, so that the user's own order of classes or positive class cannot turn them round.
    if callable(getattr(estimator, "predict_proba", None)):
        proba = _ask(estimator, "predict_proba", table)
        told["y_proba"] = _by_class(estimator, proba, labels)
    elif callable(getattr(estimator, "decision_function", None)):
        score = _ask(estimator, "decision_function", table)
        if score.ndim == 1 and len(labels) == 2:  # noqa: PLR2004  of the second class
            told["y_score"] = {labels[0]: -score, labels[1]: score}
        elif score.ndim == 2 and score.shape[1] == len(labels):  # noqa: PLR2004
            told["y_score"] = dict(zip(labels, score.T, strict=True))
        # Else scores of pairs of classes (SVC, one against one): no score of a class.
    return y_pred, told


def _by_class(
    estimator: Any, proba: np.ndarray[Any, Any], labels: list[Hashable]
) -> dict[Hashable, np.ndarray[Any, Any]]:
    if proba.ndim != 2 or proba.shape[1] != len(labels):  # noqa: PLR2004  rows and classes
        raise EstimatorError(
            f"{type(estimator).__name__}.predict_proba gave shape {proba.shape}; with classes_ "
            f"{listed(labels)} it must be (n_samples, {len(labels)})."
        )
    return dict(zip(labels, proba.T, strict=True))


def _ask(estimator: Any, method: str, table: Any) -> Any:
    try:
        return np.asarray(getattr(estimator, method)(table))
    except Exception as error:
        raise EstimatorError(
            f"{type(estimator).__name__}.{method} failed: {type(error).__name__}: {error} "
            f"Is the model fitted, and X what it was fitted on?"
        ) from error


def _estimator_name(estimator: Any) -> str:
    steps = getattr(estimator, "steps", None)
    return type(steps[-1][1] if steps else estimator).__name__


def read_records(
    truth: pd.Series[Any], outputs: Any
) -> tuple[list[Hashable], dict[str, Any], np.ndarray[Any, Any]]:
    """Return predictions, probabilities by class where complete, and the score of each prediction.

    Raises
    ------
    RecordError, LengthMismatchError
        When an output has another form, or no label occurs among the true ones.
    """
    listed_rows = inputs.is_list(outputs) or hasattr(outputs, "columns")
    if not listed_rows or not hasattr(outputs, "__len__"):
        raise RecordError(f"outputs must be a list with one entry per row: {_FORM}; got "
                          f"{type(outputs).__name__} {shown(outputs)}.")  # fmt: skip
    if len(outputs) != len(truth):
        raise LengthMismatchError.of(y_true=len(truth), outputs=len(outputs))
    rows = [_scores_of(row, entry) for row, entry in enumerate(outputs)]
    known = list(dict.fromkeys(native(value) for value in truth))
    names = dict.fromkeys(name for row in rows for name in row)
    meaning = {name: match_label(name, known) for name in names}
    if not set(meaning.values()) & set(known):
        raise RecordError(
            f"No label of the outputs ({listed(names)}) occurs in y_true ({listed(known)}). Map "
            f"them first: {{'label': id2label[output['label']], 'score': output['score']}}."
        )
    top = [max(row, key=row.__getitem__) for row in rows]
    y_pred = [meaning[name] for name in top]
    score = np.array([row[name] for row, name in zip(rows, top, strict=True)])
    complete = len(names) > 1 and all(len(row) == len(names) for row in rows)
    told: dict[str, Any] = {}
    if complete:
        told["y_proba"] = {
            label: np.array([row[name] for row in rows]) for name, label in meaning.items()
        }
    return y_pred, told, score


def _scores_of(position: int, entry: Any) -> dict[Hashable, float]:
    records = [entry] if isinstance(entry, dict) else entry
    scores: dict[Hashable, float] = {}
    try:
        for record in records:
            label, score = record["label"], float(record["score"])
            if not 0 <= score <= 1:
                raise RecordError(
                    f"outputs[{position}]: the score of {label!r} is {score}; scores lie in [0, 1]."
                )
            if native(label) in scores:
                raise RecordError(f"outputs[{position}] has the label {label!r} twice.")
            scores[native(label)] = score
    except (KeyError, IndexError, TypeError, ValueError) as error:
        if isinstance(error, RecordError):
            raise
        raise RecordError(f"outputs[{position}] must be {_FORM}; got {shown(entry)}.") from None
    if not scores:
        raise RecordError(f"outputs[{position}] is empty; every row needs a label and a score.")
    return scores


def score_roles(table: Table, loss: Any, is_error: Any, options: Any) -> _roles.Roles:
    """Return the checked roles of an evaluation of plain scores."""
    used: set[Hashable] = set()
    values = _roles.column_or_array("loss", loss, table, used)
    values = inputs.numbers("loss", _roles.aligned("loss", values, table))
    if len(values) != len(table):
        raise LengthMismatchError.of(X=len(table), loss=len(values))
    roles = _roles.Roles(table, "score", inputs.name(options.get("name")), loss=values,
                         model=options.get("model"))  # fmt: skip
    if is_error is not None:
        wrong = _roles.column_or_array("is_error", is_error, table, used)
        try:
            wrong = np.array(_roles.aligned("is_error", wrong, table))
        except ValueError:  # rows of different lengths
            wrong = np.empty((0, 0), dtype=object)
        if wrong.ndim != 1:
            raise ShapeError.not_one_dimensional("is_error", wrong.shape)
        if wrong.dtype != bool:
            if wrong.dtype.kind not in "iuf" or not np.isin(wrong, (0, 1)).all():
                raise InputError(
                    f"is_error must be True or False per row; got {wrong.dtype} {shown(is_error)}."
                )
            wrong = wrong.astype(bool)
        if wrong.shape != values.shape:
            raise LengthMismatchError.of(loss=len(values), is_error=len(wrong))
        roles.is_error = wrong
    _roles.common(roles, options, used)
    return roles
