"""The confusion matrix: which classes are mistaken for which, and the rows behind each cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from errwidgets.exceptions import TaskError
from errwidgets.measures.frames import counts_of
from errwidgets.measures.orders import class_order
from errwidgets.selection import All, AnyOf, Not, Rows
from errwidgets.sharing.fallback import confusion_fallback, regression_fallback
from errwidgets.sources.columns import shown_bins, shown_ranges
from errwidgets.sources.memory import MemorySource
from errwidgets.sources.query import Aggregate
from errwidgets.widgets.needs import Needs
from errwidgets.widgets.view import Option, View

if TYPE_CHECKING:
    import altair as alt

    from errwidgets.evaluation import Evaluation
    from errwidgets.selection import Predicate
    from errwidgets.sources.columns import ViewColumns

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
    normalize : {"true", "pred", "all"}, optional
        Shares of the true class, of the predicted one or of all in place of
        counts. This and the next three are attributes too, follow the controls
        of the view, and can be set.
    color : {"all", "errors"}, default="all"
        Colour every cell, or mistakes only.
    scale : {"linear", "log"}, default="linear"
        How colours follow shares and counts.
    order : {"given", "name", "support", "error", "cluster"}, default="given"
        Order of the classes; "cluster" puts classes together that are taken for
        each other.
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
    page_options = frozenset({"brought", "compare", "metrics"})

    normalize = Option(None, (None, "true", "pred", "all"))
    """Shares of the true class, of the predicted one or of all in place of counts."""

    color = Option("all", ("all", "errors"))
    """Colour every cell, or mistakes only."""

    scale = Option("linear", ("linear", "log"))
    """How colours follow shares and counts."""

    order = Option("given", ("given", "name", "support", "error", "cluster"))
    """Order of the classes; "cluster" puts classes together that are taken for each other."""

    @classmethod
    def check(cls, evaluation: Evaluation) -> None:
        """Refuse an evaluation without a truth."""
        if evaluation.task == "score":
            raise TaskError.not_for(
                "A confusion matrix",
                evaluation.task,
                advice="It needs y_true and y_pred: evaluation.summary() and .errors() work "
                "without.",
            )

    def needs(self, columns: ViewColumns) -> Needs:
        """Return what the matrix draws: both labels, and what a lens moves."""
        evaluation = columns.evaluation
        assert columns.is_error is not None  # noqa: S101  only scores may lack mistakes
        if evaluation.is_classification:
            moved = (columns.probability,) if columns.probability is not None else ()
            names = ("y_true", "y_pred", *moved)
            counts = counts_of(evaluation, None)
            order = [int(code) for code in class_order(counts, "cluster")]
            return Needs((*names, columns.is_error), ((names, None),), {"cluster": order})
        assert columns.distance is not None  # noqa: S101  a regression has one
        names = ("y_true", "y_pred", columns.is_error)
        return Needs((*names, columns.distance), ((names, columns.distance),))

    def adopts_python(self) -> bool:
        """Return whether a selection made in code speaks of cells only: it is outlined then."""
        clause = self._group.selection.clause("python")
        known = {"y_true", "y_pred"}
        if self.evaluation.is_classification and self._group.columns.is_error is not None:
            known.add(self._group.columns.is_error)
        return clause is not None and _speaks_of(clause.predicate, known)

    def fallback(self) -> tuple[str, str]:
        """Return a table of counts for readers without JavaScript."""
        if self.evaluation.is_classification:
            return confusion_fallback(self.evaluation)
        return regression_fallback(self.evaluation)

    def to_chart(self) -> alt.LayerChart:
        """Return an Altair chart of what is on screen.

        Returns
        -------
        altair.Chart
            The matrix in its present order, shares and colours, of the rows that
            the other linked views select, through the lens.
        """
        from errwidgets.charts.confusion import confusion_chart  # noqa: PLC0415
        from errwidgets.charts.regression import regression_chart  # noqa: PLC0415

        evaluation, group = self.evaluation, self._group
        columns = group.columns
        source = MemorySource(columns, evaluation.n_samples)
        if evaluation.task == "regression":
            starts = shown_bins(len(columns["y_true"].categories), group.lens.bins)
            edges = [low for _, (low, _) in shown_ranges(columns["y_true"], starts)[1:]]
            return regression_chart(evaluation, edges, rows=source.rows(self.elsewhere()))
        every = source.aggregate(Aggregate(("y_true", "y_pred"))).counts
        counts = source.aggregate(Aggregate(("y_true", "y_pred"), self.elsewhere())).counts
        n = len(evaluation.classes)
        labels = columns["y_true"].display_labels
        order = class_order(every.reshape(n, n), self.order, labels)
        return confusion_chart(
            evaluation, normalize=self.normalize, color=self.color, scale=self.scale, order=order,
            counts=counts.reshape(n, n),
        )  # fmt: skip


def _speaks_of(predicate: Predicate, names: set[str]) -> bool:
    match predicate:
        case Not(of):
            return _speaks_of(of, names)
        case All(of) | AnyOf(of):
            return all(_speaks_of(part, names) for part in of)
        case Rows():
            return False
    return predicate.column in names
