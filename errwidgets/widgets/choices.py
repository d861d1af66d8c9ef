"""What an explanation panel can be asked, and is."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from errwidgets.exceptions import InputError

if TYPE_CHECKING:
    from errwidgets.evaluation import Evaluation
    from errwidgets.explain.model import Model

__all__ = ["COHORT", "METHODS", "Asked", "Choices", "read_output"]

METHODS: Final = ("shap", "lime", "both")

COHORT: Final = "cohort."


@dataclass(frozen=True)
class Asked:
    """What is explained.

    Attributes
    ----------
    method : {"shap", "lime", "both"}
        Of the row; many rows are explained by SHAP.
    target : str
        "prediction", "true_class", "predicted_class", or the code of a class.
    loss : bool
        The loss in place of an output.
    against : str
        "rest", "correct", or "cohort." and a name.
    """

    method: str = "shap"
    target: str = "prediction"
    loss: bool = False
    against: str = "rest"


def read_output(evaluation: Evaluation, output: Any) -> tuple[str, bool]:
    """Return the target that `output` of :meth:`Evaluation.explain` names, and whether a loss.

    Raises
    ------
    InputError, UnknownLabelError
        When it has no meaning here.
    """
    match output:
        case "loss":
            return "prediction", True
        case "prediction" | "true_class" | "predicted_class":
            return output, False
        case ("class", label) if evaluation.is_classification:
            code = evaluation.columns["y_true"].code_of(label)
            if code is not None:
                return str(code), False
    raise InputError(
        f"output={output!r} is unknown. Allowed are 'prediction', 'true_class', "
        f"'predicted_class', 'loss' and ('class', label) with one of the classes."
    )


class Choices:
    """What there is to choose from.

    Parameters
    ----------
    evaluation : Evaluation
        Whose rows are explained.
    model : Model, optional
        What is explained.
    kind : {"table", "text", "image"}
        What a row is.
    missing : str, optional
        What to install before anything can be explained.
    """

    def __init__(
        self, evaluation: Evaluation, model: Model | None, kind: str, missing: str | None
    ) -> None:
        self.evaluation, self.model = evaluation, model
        self.kind, self.missing = kind, missing

    def described(self, asked: Asked) -> dict[str, Any]:
        """Return what can be asked, and is."""
        evaluation = self.evaluation
        targets: list[tuple[str, str]] = []
        if evaluation.is_classification and self.model is not None:
            if evaluation.task != "binary":
                targets = [("prediction", "the predicted class")]
            elif evaluation.pos_label is not None:
                targets = [("predicted_class", "the predicted class")]
            labels = enumerate(evaluation.display_labels)
            targets += [("true_class", "the true class"), *((str(i), name) for i, name in labels)]
        has_lime = self.model is not None and self.kind != "image"
        return {
            "asked": asdict(self.usual(asked)),
            "kind": self.kind,
            "targets": [list(one) for one in targets],
            "methods": list(METHODS if has_lime else METHODS[:1]),
            "has_loss": self.model is not None,
            "has_correct": evaluation.has_errors,
            "model": None if self.model is None else self.model.name,
            "missing": self.missing,
            "task": evaluation.task,
            "saves_rows": evaluation.persist == "rows",
        }  # fmt: skip

    def usual(self, asked: Asked) -> Asked:
        """Return what is asked with a class by its code, where it has one."""
        evaluation = self.evaluation
        if evaluation.task == "binary" and asked.target == "prediction":
            code = evaluation.columns["y_true"].code_of(evaluation.pos_label)
            return replace(asked, target=str(code))
        if evaluation.task == "multiclass" and asked.target == "predicted_class":
            return replace(asked, target="prediction")
        return asked

    def read(self, sent: Any) -> Asked | None:
        """Return what a page asks for; ``None`` when it is nothing that can be asked."""
        match sent:
            case {
                "method": str(method), "target": str(target), "loss": bool(loss),
                "against": str(against),
            }:  # fmt: skip
                pass
            case _:
                return None
        described = self.described(Asked())
        known = (
            method in described["methods"]
            and (target in {one for one, _ in described["targets"]} or target == "prediction")
            and (not loss or described["has_loss"])
            and self._is_other(against)
        )
        return Asked(method, target, loss, against) if known else None

    def _is_other(self, against: str) -> bool:
        """Return whether a selection can be held against this."""
        if against.startswith(COHORT):
            return against.removeprefix(COHORT) in self.evaluation.notes.cohorts
        return against == "rest" or (against == "correct" and self.evaluation.has_errors)

    def output(self, asked: Asked) -> Any:
        """Return what is asked as `output` of :meth:`Evaluation.explain`."""
        if asked.loss:
            return "loss"
        if asked.target.isdigit():
            return ("class", self.evaluation.classes[int(asked.target)])
        return asked.target
