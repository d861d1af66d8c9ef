"""The confusion matrix: which classes are mistaken for which, and the rows behind each cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from errwidgets.exceptions import TaskError
from errwidgets.sharing.fallback import confusion_fallback
from errwidgets.widgets.view import View

if TYPE_CHECKING:
    from errwidgets.evaluation import Evaluation

__all__ = ["ConfusionMatrix"]


class ConfusionMatrix(View):
    """An interactive confusion matrix; every click gives back rows.

    Click a cell or move there with the arrow keys and press Enter; Shift extends
    to a rectangle, Ctrl or Cmd adds single cells, Escape clears. A header selects
    the mistakes of its class.

    Parameters
    ----------
    evaluation : Evaluation
        What to show.
    linked : bool, default=True
        Share the selection with the other widgets of the same evaluation.
    keep : bool, default=False
        Leave the view of an earlier run of the same notebook cell open.
    layout : ipywidgets.Layout, optional
        Layout of the widget.

    Raises
    ------
    InputTypeError
        When `evaluation` is not an Evaluation.
    UnknownKeywordError
        For a keyword that does not exist.

    Examples
    --------
    >>> import errwidgets as ew
    >>> matrix = ew.ConfusionMatrix.from_predictions(["cat", "dog", "dog"], ["cat", "cat", "dog"])
    >>> matrix.selection = ew.selection.In("y_pred", ("cat",))
    >>> matrix.selected
      y_true y_pred  is_error  loss
    0    cat    cat     False   0.0
    1    dog    cat      True   1.0
    >>> matrix.query_string
    "y_pred == 'cat'"
    """

    kind = "confusion_matrix"
    shown_columns = ("y_true", "y_pred")

    @classmethod
    def check(cls, evaluation: Evaluation) -> None:
        """Refuse an evaluation without classes."""
        if not evaluation.is_classification:
            raise TaskError.not_for(
                "A confusion matrix",
                evaluation.task,
                advice="It needs class labels: evaluation.summary() and .errors() work without.",
            )

    def fallback(self) -> tuple[str, str]:
        """Return a table of counts for readers without JavaScript."""
        return confusion_fallback(self.evaluation)
