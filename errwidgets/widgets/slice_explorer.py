"""The slice explorer: where the model fails, how sure that is, and the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import traitlets

from errwidgets.exceptions import InputTypeError
from errwidgets.selection import AnyOf, to_wire
from errwidgets.sharing.slices import (
    features_to_wire,
    slices_fallback,
    slices_to_wire,
    tree_to_wire,
)
from errwidgets.slices.conditions import read_features
from errwidgets.slices.objective import read_objective
from errwidgets.widgets.needs import Needs
from errwidgets.widgets.tasks import Tasks
from errwidgets.widgets.view import Option, View

if TYPE_CHECKING:
    from collections.abc import Callable

    import altair as alt
    import pandas as pd

    from errwidgets.evaluation import Evaluation
    from errwidgets.sources.columns import ViewColumns

__all__ = ["SliceExplorer"]

SUPPORTS: Final = (0.005, 0.01, 0.02, 0.05, 0.1)

MOST_CONDITIONS: Final = 3

CHEAP: Final = 5_000_000
"""Rows times features that are searched at once; more waits until it is asked for."""

PERMUTATIONS: Final = 100


class SliceExplorer(View):
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
    tab : {"found", "features", "tree"}, default="found"
        What is on screen. An attribute too: it follows the page, and can be set.
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
    page_options = frozenset({"sort", "filter"})

    tab = Option("found", ("found", "features", "tree"))
    """What is on screen."""

    _content = traitlets.Dict().tag(sync=True)
    """What was found: see ``js/src/store/content.ts``. Python writes it."""

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
        self._features = features
        self._slices: pd.DataFrame | None = None
        self._tasks = Tasks(self._tell)
        super().__init__(evaluation, **options)
        self._fixed: dict[str, Any] = {"k": k, "alpha": alpha, "seed": seed}
        try:
            self._begin(objective, max_conditions, min_support)
        except BaseException:
            self.close()
            raise
        self.on_msg(self._hear)

    def _begin(self, objective: Any, max_conditions: int, min_support: float) -> None:
        """Search at once where that is cheap; else refuse at once what cannot be searched."""
        evaluation = self.evaluation
        if objective is None:
            objective = "error" if evaluation.has_errors else "loss"
        self._objectives = _objectives(evaluation, objective)
        self._asked: dict[str, Any] = {
            "objective": 0, "max_conditions": max_conditions, "min_support": min_support,
            "within": False,
        }  # fmt: skip
        n_features = len(read_features(evaluation, self._features))
        if evaluation.n_samples * max(n_features, 1) <= CHEAP:
            self._show(self._search(self._asked, None))
            return
        evaluation.find_slices(
            self._features, objective=objective, max_conditions=max_conditions,
            min_support=min_support, time_limit=0, **self._fixed,
        )  # fmt: skip
        self._content = self._described(self._asked)

    @classmethod
    def _view_keywords(cls) -> set[str]:
        return super()._view_keywords() | set(cls._FIND)

    def needs(self, columns: ViewColumns) -> Needs:
        """Return the columns that slices speak of."""
        evaluation = columns.evaluation
        names = [one.name for one in read_features(evaluation, self._features)]
        wrong = (columns.is_error,) if columns.is_error is not None else ()
        return Needs((*dict.fromkeys([*wrong, *map(str, names)]),))

    # ------------------------------------------------------------ what was found

    @property
    def slices(self) -> pd.DataFrame | None:
        """What was found last, as :meth:`Evaluation.find_slices` returns it; ``None`` before."""
        return None if self._slices is None else self._slices.copy()

    @property
    def selected_slices(self) -> pd.DataFrame | None:
        """The rows of :attr:`slices` that are selected here."""
        found, own = self._slices, self.own_clause
        if found is None:
            return None
        columns = self._group.columns
        chosen: list[Any] = []
        if own is not None:
            parts = own.predicate.of if isinstance(own.predicate, AnyOf) else (own.predicate,)
            chosen = [to_wire(part, columns) for part in parts]
        rows = [to_wire(one, columns) in chosen for one in found["conditions"]]
        return found[rows].copy()

    def _search(
        self, asked: dict[str, Any], progress: Callable[[float], object] | None
    ) -> tuple[dict[str, Any], Any, Any, Any]:
        evaluation = self.evaluation
        _, objective = self._objectives[asked["objective"]]
        within = self.selection if asked["within"] and self.selection else None
        common = {"objective": objective, "within": within}
        found = evaluation.find_slices(
            self._features, max_conditions=asked["max_conditions"],
            min_support=asked["min_support"], progress=progress, **common, **self._fixed,
        )  # fmt: skip
        found.attrs["is_rate"] = read_objective(evaluation, objective).is_rate
        ranking = evaluation.feature_errors(
            self._features, n_permutations=PERMUTATIONS, seed=self._fixed["seed"], **common
        )
        tree = evaluation.error_tree(self._features, seed=self._fixed["seed"], **common)
        return asked, found, ranking, tree

    def _show(self, result: tuple[dict[str, Any], Any, Any, Any]) -> None:
        asked, found, ranking, tree = result
        self._asked, self._slices = asked, found
        columns, held = self._group.columns, self._group.held
        root = tree.frame.iloc[0]
        self._content = {
            **self._described(asked),
            "measure": found.attrs["measure"],
            "is_rate": found.attrs["is_rate"],
            "overall": float(root["error_rate"]),
            "found": slices_to_wire(found, columns, held),
            "note": found.attrs["note"],
            "cover": self.evaluation.cover(found).attrs["note"] if len(found) else "",
            "features": features_to_wire(ranking, columns, held),
            "features_note": ranking.attrs["note"],
            "tree": tree_to_wire(tree.frame, columns, held),
            "tree_note": tree.note,
        }

    def _described(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {
            "asked": asked,
            "objectives": [name for name, _ in self._objectives],
            "supports": sorted({*SUPPORTS, asked["min_support"]}),
            "most_conditions": max(MOST_CONDITIONS, asked["max_conditions"]),
        }

    # ------------------------------------------------------------ what the page asks

    def _hear(self, _view: object, content: Any, _buffers: object) -> None:
        match content:
            case {"kind": "cancel"}:
                self._tasks.cancel()
            case {"kind": "search", "asked": dict(asked)}:
                wanted = self._read(asked)
                if wanted is not None:
                    self._tasks.start(
                        "Searching", lambda progress: self._search(wanted, progress), self._show
                    )

    def _read(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        """Return what the page asks for; ``None`` when it is nothing that can be asked."""
        described = self._described(self._asked)
        allowed: dict[str, Any] = {
            "objective": range(len(self._objectives)),
            "max_conditions": range(1, described["most_conditions"] + 1),
            "min_support": described["supports"],
            "within": (False, True),
        }
        if not all(name in asked and asked[name] in values for name, values in allowed.items()):
            return None
        return {name: asked[name] for name in allowed}

    def _tell(self, said: dict[str, Any]) -> None:
        if self.comm is not None:
            self.send({"kind": "task", **said})

    def close(self) -> None:
        """Close this view; what it searches is dropped. The selection stays."""
        if self.comm is not None:
            self._tasks.cancel()
        super().close()

    # ------------------------------------------------------------ elsewhere

    def fallback(self) -> tuple[str, str]:
        """Return a table of the first slices for readers without JavaScript."""
        return slices_fallback(self.evaluation.name, self._slices)

    def to_chart(self) -> alt.LayerChart:
        """Return an Altair chart of what is on screen: rates with intervals.

        Returns
        -------
        altair.LayerChart
            Of the slices found, of the groups of the most telling features, or of the
            nodes of the tree.

        Raises
        ------
        InputTypeError
            When nothing was searched yet.
        """
        from errwidgets.charts.slices import rates_chart  # noqa: PLC0415

        if self._slices is None:
            raise InputTypeError(
                "Nothing was searched yet, so there is nothing to draw. Press Search, or call "
                "evaluation.find_slices()."
            )
        content = self._content
        rows = {
            "found": content["found"],
            "features": [g for one in content["features"][:5] for g in one["groups"]],
            "tree": content["tree"],
        }[self.tab]
        return rates_chart(rows, content["measure"], content["overall"],
                           is_rate=content["is_rate"])  # fmt: skip


def _objectives(evaluation: Evaluation, first: Any) -> list[tuple[str, Any]]:
    """Return what can be looked for, in words; what was asked for first."""
    named: list[tuple[str, Any]] = []
    if evaluation.has_errors:
        named.append(("mistakes", "error"))
    named.append(("loss", "loss"))
    if evaluation.task == "regression":
        named.append(("absolute error", "absolute_error"))
    if evaluation.task == "binary":
        named += [("false positives", "false_positive"), ("false negatives", "false_negative")]
    if evaluation.task == "multiclass":
        pairs = zip(evaluation.display_labels, evaluation.classes, strict=True)
        named += [(f"missed {label}", ("recall", value)) for label, value in pairs]
    same = [entry for entry in named if isinstance(first, str | tuple) and entry[1] == first]
    own = same[0] if same else (read_objective(evaluation, first).measure, first)
    return [own, *(entry for entry in named if entry is not own)]
