"""The slice explorer: where the model fails, how sure that is, and the rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from errwidgets._rows import COHORT
from errwidgets.exceptions import ErrwidgetsError, InputTypeError
from errwidgets.selection import All, AnyOf, to_wire
from errwidgets.sharing.slices import slices_fallback
from errwidgets.slices.conditions import read_features
from errwidgets.slices.objective import read_objective
from errwidgets.widgets.exploring import Asked, Exploration
from errwidgets.widgets.group import PYTHON
from errwidgets.widgets.needs import Needs
from errwidgets.widgets.view import Option
from errwidgets.widgets.working import WorkingView

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from errwidgets.evaluation import Evaluation
    from errwidgets.lens import Lens
    from errwidgets.selection import Clause, Selection
    from errwidgets.sources.columns import ViewColumns
    from errwidgets.widgets.exploring import Result

__all__ = ["SliceExplorer"]

CHEAP: Final = 5_000_000
"""Rows times features that are searched at once; more waits until it is asked for."""

MOST_CELLS: Final = 4_000
"""Groups of two features whose losses are saved: as many pairs as fit."""


MOST_CROSSED: Final = 6
"""Slices that are crossed with one another on screen."""


class SliceExplorer(WorkingView):
    """Groups of rows in which the model fails, with evidence; every click gives back rows.

    Click a slice, a group or a node, or move there with the arrow keys and press
    Enter; Ctrl or Cmd adds another, Escape clears.

    Parameters
    ----------
    evaluation : Evaluation
        What to show.
    features, objective, max_conditions, min_support, k, alpha, seed
        As in :meth:`Evaluation.find_slices`; the objective is by default mistakes, for
        scores without `is_error` the loss.
    tab : {"found", "features", "pair", "tree", "build", "overlap"}, default="found"
        What is on screen: the slices found, every feature, two features, a tree, a slice
        made by hand, which slices overlap. An attribute too: it follows the page, and can
        be set.
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
    InputError, TaskError, ColumnNotFoundError, UnknownLabelError
        As :meth:`Evaluation.find_slices`.
    UnknownKeywordError
        For a keyword that does not exist.

    Examples
    --------
    >>> import errwidgets as ew, numpy as np, pandas as pd
    >>> X = pd.DataFrame({"side": ["left", "right"] * 200, "n": np.arange(400) % 7})
    >>> wrong = (X["side"] == "left") & (np.arange(400) % 5 > 0)
    >>> explorer = ew.SliceExplorer.from_predictions(np.zeros(400, int), wrong * 1, X=X)
    >>> explorer.slices["slice"][0]
    'side = left'
    >>> explorer.selection = explorer.slices["conditions"][0]
    >>> len(explorer.selected)
    200
    """

    kind = "slice_explorer"
    page_options = frozenset({"sort", "filter", "widths", "x", "y", "unfolded", "more"})

    tab = Option("found", ("found", "features", "pair", "tree", "build", "overlap"))
    """What is on screen."""

    _FIND: Final = ("features", "objective", "max_conditions", "min_support", "k", "alpha", "seed")

    def __init__(
        self,
        evaluation: Evaluation,
        *,
        features: Any = None,
        objective: Any = None,
        max_conditions: int = 3,
        min_support: float = 0.01,
        k: int = 20,
        alpha: float = 0.95,
        seed: int = 0,
        **options: Any,
    ) -> None:
        self._features, self._objective = features, objective
        self._asked = Asked(max_conditions=max_conditions, min_support=min_support, alpha=alpha)
        self._k, self._seed = k, seed
        super().__init__(evaluation, **options)

    @property
    def _is_cheap(self) -> bool:
        n_features = len(read_features(self.evaluation, self._features))
        return self.evaluation.n_samples * max(n_features, 1) <= CHEAP

    def _set_up(self) -> None:
        """Search at once where that is cheap; else refuse at once what cannot be searched."""
        evaluation = self.evaluation
        self._tasks = self._work_of()
        self._exploration = exploration = Exploration(
            evaluation, self._group, self._features, self._first(evaluation), self._asked,
            self._k, self._seed,
        )  # fmt: skip
        if self._is_cheap:
            found = exploration.keep(exploration.find(exploration.asked, None))
            more = exploration.keep(exploration.describe(exploration.asked, None))
            self._content = {**found, **more}
        else:
            exploration.check()
            self._content = exploration.described(exploration.asked)

    @classmethod
    def _view_keywords(cls) -> set[str]:
        return super()._view_keywords() | set(cls._FIND)

    def needs(self, columns: ViewColumns) -> Needs:
        """Return the columns that slices speak of."""
        evaluation = columns.evaluation
        names = [str(one.name) for one in read_features(evaluation, self._features)]
        cohorts = [f"{COHORT}{name}" for name in evaluation.notes.cohorts]
        labels = ("y_true", "y_pred") if evaluation.is_classification else ()
        wrong = () if columns.is_error is None else (columns.is_error,)
        drawn = (*labels, *dict.fromkeys([*wrong, *names, *cohorts]))
        return Needs(drawn, self._sums(columns, names))

    def _sums(self, columns: ViewColumns, names: list[str]) -> tuple[Any, ...]:
        """Return the groups and pairs of features whose losses are saved: these are no codes."""
        value = read_objective(columns.evaluation, self._first(columns.evaluation), columns).column
        if value is None:
            return ()
        sizes = {name: len(columns[name].categories) for name in names}
        pairs, left = [], MOST_CELLS
        for i, a in enumerate(names):
            for b in names[:i]:
                left -= sizes[a] * sizes[b]
                if left >= 0:
                    pairs.append((tuple(sorted((a, b))), value))
        return (*(((name,), value) for name in names), *pairs)

    def _first(self, evaluation: Evaluation) -> Any:
        """Return what is looked for first."""
        if self._objective is not None:
            return self._objective
        return "error" if evaluation.has_errors else "loss"

    # ------------------------------------------------------------ what was found

    @property
    def slices(self) -> pd.DataFrame | None:
        """What was found last, as :meth:`Evaluation.find_slices` returns it; ``None`` before."""
        found = self._exploration.slices
        return None if found is None else found.copy()

    @property
    def _shown_clause(self) -> Clause | None:
        """What is selected here; what was selected in code is shown as if it had been."""
        return self.own_clause or self._group.selection.clause(PYTHON)

    @property
    def selected_slices(self) -> pd.DataFrame | None:
        """The rows of :attr:`slices` that are selected here."""
        found, own = self._exploration.slices, self._shown_clause
        if found is None:
            return None
        columns = self._group.columns
        chosen: list[Any] = []
        if own is not None:
            chosen = [to_wire(part, columns) for part in _united(own.predicate)]
        rows = [to_wire(one, columns) in chosen for one in found["conditions"]]
        return found[rows].copy()

    @property
    def pair(self) -> pd.DataFrame:
        """The two features on screen, as :meth:`Evaluation.feature_pair` returns them."""
        return self._exploration.pair(self._options.get("x"), self._options.get("y"))

    @property
    def built(self) -> pd.DataFrame:
        """What is selected here and the rest, as :meth:`Evaluation.intersections` returns it."""
        own = self._shown_clause
        return self._exploration.intersections([] if own is None else [own.predicate])

    @property
    def intersections(self) -> pd.DataFrame:
        """Who is in which of the slices that are selected here, or of the first few found.

        As :meth:`Evaluation.intersections` returns it.
        """
        found, chosen = self._exploration.slices, self.selected_slices
        if found is None or chosen is None:
            return self._exploration.intersections([])
        several = chosen if len(chosen) > 1 else found
        return self._exploration.intersections(several.head(MOST_CROSSED))

    # ------------------------------------------------------------ what the page asks

    def _hear(self, content: Any) -> None:
        match content:
            case {"kind": "cohort", "name": name}:
                self._keep_cohort(name)
            case {"kind": "search" | "preview" | "tree" as kind, "asked": sent}:
                asked = self._exploration.read(sent)
                if asked is None:
                    return
                if content.get("afresh") is True:
                    self._exploration.take_within(self._group.plain_selection())
                getattr(self, f"_{kind}")(asked)

    def _search(self, asked: Asked) -> None:
        exploration = self._exploration
        self._tasks.start(
            "Searching", lambda progress: exploration.find(asked, progress), self._show_found
        )

    def _show_found(self, result: Result) -> None:
        exploration = self._exploration
        self._content = exploration.keep(result)
        self._tasks.start(
            "Ranking the features",
            lambda progress: exploration.describe(result.asked, progress),
            self._show_more,
        )

    def _show_more(self, result: Result) -> None:
        self._content = {**self._content, **self._exploration.keep(result)}

    def _tree(self, asked: Asked) -> None:
        known = self._exploration.asked
        grown = replace(known, max_depth=asked.max_depth, min_leaf=asked.min_leaf)
        self._tasks.start(
            "Growing the tree", lambda _: self._exploration.tree(grown), self._show_more
        )

    def _preview(self, asked: Asked) -> None:
        self._tasks.start(
            None,
            lambda _: self._exploration.preview(asked),
            lambda shown: self._send_now({"kind": "preview", **shown}),
        )

    def _keep_cohort(self, name: Any) -> None:
        try:
            self.evaluation.notes.add_cohort(name, self._group.plain_selection())
        except ErrwidgetsError as error:
            self._send_now({"kind": "cohort", "refused": str(error)})
        else:
            self._send_now({"kind": "cohort", "kept": name})

    def _follow(self, old: tuple[Selection, Lens], new: tuple[Selection, Lens]) -> None:
        """Search again when the lens shows other mistakes."""
        if old[1] == new[1] or self._exploration.slices is None:
            return
        if self._is_cheap:
            self._search(self._exploration.asked)
        else:
            self._content = {**self._content, "stale": True}

    # ------------------------------------------------------------ elsewhere

    def fallback(self) -> tuple[str, str]:
        """Return a table of the first slices for readers without JavaScript."""
        return slices_fallback(self.evaluation.name, self._exploration.slices)

    def to_chart(self) -> alt.LayerChart | alt.Chart:
        """Return an Altair chart of what is on screen.

        Returns
        -------
        altair.LayerChart or altair.Chart
            Rates with intervals of the slices found, of the groups of the most telling
            features, of the nodes of the tree, of what is selected here, or of who is in
            which slices; of two features a heat map.

        Raises
        ------
        InputTypeError
            When nothing was searched yet.
        """
        from errwidgets.charts.slices import chart_of  # noqa: PLC0415

        if self._exploration.slices is None:
            raise InputTypeError(
                "Nothing was searched yet, so there is nothing to draw. Press Search, or call "
                "evaluation.find_slices()."
            )
        return chart_of(self)


def _united(predicate: Any) -> tuple[Any, ...]:
    """Return the slices that a clause of this view is made of: united, or crossed."""
    if isinstance(predicate, AnyOf):
        return tuple(part for part in predicate.of)
    if isinstance(predicate, All):
        parts = [part for part in predicate.of if isinstance(part, All)]
        if len(parts) == len(predicate.of):
            # A slice of one condition is a conjunction of its own: see `together` in the page.
            return tuple(part.of[0] if len(part.of) == 1 else part for part in parts)
    return (predicate,)
