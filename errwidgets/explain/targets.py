"""What is explained: which number of the model, of which row, in which units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from errwidgets.exceptions import InputError, TaskError, UnknownLabelError, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from errwidgets.evaluation import Evaluation

__all__ = ["EPSILON", "OUTPUT_FOR", "Target", "read_target"]

EPSILON = float(np.finfo(np.float64).eps)
"""Probabilities are at least this before the logarithm, as in the evaluation's loss."""

OUTPUT_FOR = "Output for "

_ALLOWED = "Allowed are 'prediction', 'true_class', 'predicted_class', 'loss' and ('class', label)."


@dataclass(frozen=True, eq=False)
class Target:
    """Which of a model's outputs is explained for each row.

    Attributes
    ----------
    kind : {"value", "class", "loss"}
        One number of a regression, the output for a class, or the loss.
    codes : ndarray of shape (n_rows,), optional
        The class of each row: the one explained or, for the loss, the true one.
    truth : ndarray of shape (n_rows,), optional
        The true numbers of a regression's losses.
    words : str
        What is explained, in words.
    """

    kind: Literal["value", "class", "loss"]
    words: str
    codes: NDArray[np.intp] | None = None
    truth: NDArray[np.float64] | None = None

    def part(self, at: NDArray[np.intp]) -> Target:
        """Return the same of some of the rows."""
        codes = None if self.codes is None else self.codes[at]
        return Target(self.kind, self.words, codes, None if self.truth is None else self.truth[at])

    def repeated(self, n: int) -> Target:
        """Return that of one row, for many versions of it."""
        return self.part(np.zeros(n, dtype=np.intp))

    def of(self, answers: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what is explained, from a model's answers of shape (n_rows, n_outputs)."""
        if self.kind == "value":
            return answers[:, 0]
        if self.truth is not None:
            squared: NDArray[np.float64] = (self.truth - answers[:, 0]) ** 2
            return squared
        assert self.codes is not None  # noqa: S101  of a class, or a loss of classes
        chosen: NDArray[np.float64] = answers[np.arange(len(answers)), self.codes]
        if self.kind == "loss":
            return -np.log(np.clip(chosen, EPSILON, 1 - EPSILON))
        return chosen


def read_target(evaluation: Evaluation, output: Any, positions: NDArray[np.intp]) -> Target:
    """Return what `output` of :meth:`Evaluation.explain` means for some rows.

    Raises
    ------
    InputError, TaskError, UnknownLabelError
        When it has no meaning here.
    """
    names = ("prediction", "true_class", "predicted_class", "loss")
    of_class = isinstance(output, tuple) and len(output) == 2 and output[0] == "class"  # noqa: PLR2004
    if not of_class and not (isinstance(output, str) and output in names):
        raise InputError(f"output={shown(output)} is unknown. {_ALLOWED}")
    if evaluation.task == "score":
        raise TaskError.not_for("explain()", "score", advice="Scores have no model.")
    if evaluation.task == "regression":
        if output == "loss":
            truth = evaluation.columns["y_true"].numbers
            assert truth is not None  # noqa: S101  a regression's truth is numbers
            return Target("loss", "Squared error", truth=truth[positions])
        if output != "prediction":
            raise TaskError.not_for(f"output={shown(output)}", "regression",
                                    advice="Pass 'prediction' or 'loss'.")  # fmt: skip
        return Target("value", "Prediction")
    columns = evaluation.columns
    true, predicted = (columns[name].codes[positions].astype(np.intp)
                       for name in ("y_true", "y_pred"))  # fmt: skip
    if output == "loss":
        return Target("loss", "Log loss", true)
    if output == "true_class":
        return Target("class", f"{OUTPUT_FOR}the true class", true)
    if output == "predicted_class" or (output == "prediction" and evaluation.task != "binary"):
        return Target("class", f"{OUTPUT_FOR}the predicted class", predicted)
    label = evaluation.pos_label if output == "prediction" else output[1]
    code = columns["y_true"].code_of(label)
    if code is None:
        raise UnknownLabelError.of("output: label", label, evaluation.classes)
    said = evaluation.display_labels[code]
    return Target("class", f"{OUTPUT_FOR}{said}", np.full(len(positions), code, dtype=np.intp))
