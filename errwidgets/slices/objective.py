"""What a search looks for: a number per row, and the rows that count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from errwidgets.columns import is_hashable, native
from errwidgets.exceptions import (
    InputError,
    InputTypeError,
    LengthMismatchError,
    TaskError,
    UnknownLabelError,
    hint,
    listed,
    shown,
)
from errwidgets.selection import In

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from errwidgets.columns import CodedColumn
    from errwidgets.evaluation import Evaluation
    from errwidgets.selection import Predicate

    Columns = Mapping[str, CodedColumn]
    Mask = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["Objective", "read_objective"]

NAMES = ("error", "loss", "absolute_error", "false_positive", "false_negative")

_ALLOWED = (
    f"Allowed are {', '.join(map(repr, NAMES))}, ('recall', label), ('confusion', true, "
    f"predicted), an array of one non-negative number per row, and another Evaluation of the "
    f"same rows."
)


@dataclass(frozen=True, eq=False)
class Objective:
    """A number per row, higher is worse, and the rows that count.

    Attributes
    ----------
    target : ndarray of shape (n_samples,)
        Bool for a rate, else float64, finite and not negative.
    noun : str
        What one row of it is called, as in "12 % of all mistakes".
    measure : str
        What its mean is called, as in "error rate".
    scope : Predicate, optional
        The rows that count; ``None`` for all of them.
    in_scope : ndarray of shape (n_samples,), dtype bool, optional
        The same as a mask.
    scope_words : str
        The rows that count, in words.
    """

    target: np.ndarray[Any, Any]
    noun: str
    measure: str
    scope: Predicate | None = None
    in_scope: np.ndarray[Any, np.dtype[np.bool_]] | None = None
    scope_words: str = "rows"
    truth: Predicate | None = None
    """What makes a row wrong, where columns say it."""

    column: str | None = None
    """The column that `target` is, where it is one of numbers."""

    @property
    def is_rate(self) -> bool:
        """Whether rows are right or wrong, rather than wrong by some amount."""
        return bool(self.target.dtype == bool)


def read_objective(
    evaluation: Evaluation, objective: Any, columns: Mapping[str, CodedColumn] | None = None
) -> Objective:
    """Return what an objective means for an evaluation.

    Parameters
    ----------
    evaluation : Evaluation
        Whose rows are searched.
    objective : str, tuple, array-like of shape (n_samples,), Evaluation or Objective
        See :meth:`Evaluation.find_slices`; one that was read is taken as it is.
    columns : mapping of str to CodedColumn, optional
        Where predictions and mistakes are read, by default the evaluation's own columns: through
        a lens they are others.

    Raises
    ------
    InputError, InputTypeError, TaskError, UnknownLabelError, LengthMismatchError
        When it has no meaning here.
    """
    from errwidgets.evaluation import Evaluation as _Evaluation  # noqa: PLC0415  it imports us

    if isinstance(objective, Objective):
        return objective
    columns = evaluation.columns if columns is None else columns
    if isinstance(objective, str):
        return _named(evaluation, objective, columns)
    if isinstance(objective, _Evaluation):
        return _became_wrong(evaluation, objective)
    if isinstance(objective, tuple):
        return _of_classes(evaluation, objective, columns)
    return _array(evaluation, objective)


def _named(evaluation: Evaluation, name: str, columns: Columns) -> Objective:
    if name == "error":
        wrong, truth = _errors(evaluation, columns)
        return Objective(wrong, "mistakes", "error rate", truth=truth)
    if name == "loss":
        loss = _finite(evaluation.row_values("loss"), "loss")
        return Objective(loss, "loss", "mean loss", column=evaluation.frame_name("loss"))
    if name == "absolute_error":
        if evaluation.task != "regression":
            raise TaskError.not_for(
                "objective='absolute_error'", evaluation.task, advice="Pass 'error' or 'loss'."
            )
        distance = np.abs(evaluation.row_values("residual"))
        # Views have it as a column of theirs; the frame has it only as the loss.
        known = getattr(columns, "distance", None)
        return Objective(_finite(distance, "residual"), "absolute error", "mean absolute error",
                         column=known)  # fmt: skip
    if name in {"false_positive", "false_negative"}:
        return _false(evaluation, name, columns)
    raise InputError(f"objective={name!r} is unknown.{hint(name, NAMES)} {_ALLOWED}")


def _errors(evaluation: Evaluation, columns: Columns) -> tuple[Mask, Predicate]:
    """Return which rows are mistakes, and the same as a condition."""
    if not evaluation.has_errors:
        raise TaskError(
            "Scores alone do not say which rows are mistakes. Pass objective='loss', or is_error= "
            "to Evaluation.from_scores, for example is_error=loss > 0.5."
        )
    name = evaluation.frame_name("is_error")
    column = columns[name]
    return column.codes == column.code_of(True), In(name, (True,))


def _false(evaluation: Evaluation, name: str, columns: Columns) -> Objective:
    if evaluation.task != "binary":
        raise TaskError.not_for(
            f"objective={name!r}", evaluation.task,
            advice="Pass ('recall', label) or ('confusion', true, predicted).",
        )  # fmt: skip
    positive = evaluation.pos_label
    if name == "false_negative":
        return _within_class(
            evaluation, (positive,), _errors(evaluation, columns), "false negatives",
            "false-negative rate",
        )  # fmt: skip
    others = tuple(label for label in evaluation.classes if label != positive)
    return _within_class(
        evaluation, others, _errors(evaluation, columns), "false positives", "false-positive rate"
    )


def _of_classes(evaluation: Evaluation, objective: tuple[Any, ...], columns: Columns) -> Objective:
    match objective:
        case ("recall", label):
            label = _label(evaluation, label)
            shown_label = _display(evaluation, label)
            return _within_class(
                evaluation, (label,), _errors(evaluation, columns),
                f"missed {shown_label}", f"share of {shown_label} missed",
            )  # fmt: skip
        case ("confusion", true, predicted):
            pass
        case (true, predicted):
            pass
        case _:
            raise InputError(f"objective={shown(objective)} is unknown. {_ALLOWED}")
    true, predicted = _label(evaluation, true), _label(evaluation, predicted)
    if true == predicted:
        raise InputError(
            f"objective={shown(objective)} is no confusion: both classes are "
            f"{_display(evaluation, true)}. Pass ('recall', {shown(true)}) for its mistakes."
        )
    column = columns["y_pred"]
    wrong = column.codes == column.code_of(predicted), In("y_pred", (predicted,))
    pair = f"{_display(evaluation, true)} → {_display(evaluation, predicted)}"
    return _within_class(evaluation, (true,), wrong, f"of {pair}", f"share of {pair}")


def _within_class(
    evaluation: Evaluation,
    labels: tuple[Hashable, ...],
    wrong: tuple[Mask, Predicate],
    noun: str,
    measure: str,
) -> Objective:
    scope = In("y_true", labels)
    said = " or ".join(_display(evaluation, label) for label in labels)
    values, truth = wrong
    return Objective(
        values, noun, measure, scope, evaluation.mask(scope), f"rows whose true class is {said}",
        truth,
    )  # fmt: skip


def _label(evaluation: Evaluation, label: Any) -> Hashable:
    if not evaluation.is_classification:
        raise TaskError.not_for("An objective of classes", evaluation.task,
                                advice="Pass 'error' or 'loss'.")  # fmt: skip
    if not is_hashable(label) or evaluation.columns["y_true"].code_of(label) is None:
        raise UnknownLabelError.of("objective: label", label, evaluation.classes)
    found: Hashable = native(label)
    return found


def _display(evaluation: Evaluation, label: Hashable) -> str:
    column = evaluation.columns["y_true"]
    code = column.code_of(label)
    assert code is not None  # noqa: S101  a class, checked before
    return column.display_labels[code]


def _became_wrong(evaluation: Evaluation, other: Evaluation) -> Objective:
    if other.n_samples != evaluation.n_samples:
        raise LengthMismatchError.of(
            evaluation=evaluation.n_samples, **{"the other evaluation": other.n_samples}
        )
    if evaluation.is_pandas and other.is_pandas and not evaluation.index.equals(other.index):
        raise InputError(
            "The other evaluation has other rows: its index differs. Make both from the same "
            "table, in the same order."
        )
    ours, theirs = (_errors(one, one.columns)[0] for one in (evaluation, other))
    broken = ~ours & theirs
    name = other.name or "the other evaluation"
    return Objective(broken, f"rows broken by {name}", f"share broken by {name}")


def _array(evaluation: Evaluation, objective: Any) -> Objective:
    values = np.asarray(objective)
    if values.ndim != 1 or values.dtype.kind not in "biuf":
        raise InputTypeError.expected(
            "objective", "a name, a tuple, an Evaluation or one number per row", objective,
            advice=_ALLOWED,
        )  # fmt: skip
    if len(values) != evaluation.n_samples:
        raise LengthMismatchError.of(evaluation=evaluation.n_samples, objective=len(values))
    if values.dtype == bool:
        return Objective(values, "of the objective", "mean objective")
    values = _finite(values.astype(np.float64), "objective")
    if (values < 0).any():
        position = int(np.argmax(values < 0))
        raise InputError(
            f"objective must not be negative, higher is worse; got {values[position]:g} in row "
            f"{position:,}. Subtract the smallest value, or pass its absolute value."
        )
    return Objective(values, "of the objective", "mean objective")


def _finite(values: np.ndarray[Any, Any], name: str) -> np.ndarray[Any, Any]:
    finite = np.isfinite(values)
    if not finite.all():
        rows = np.flatnonzero(~finite)
        raise InputError(
            f"{name} must be a finite number in every row; got {values[rows[0]]} in {len(rows):,} "
            f"rows, the first {listed(rows[:3].tolist())}. Leave those rows out with within=, or "
            f"pass objective='error'."
        )
    return values
