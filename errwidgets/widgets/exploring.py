"""What a slice explorer is asked, and what it answers: searches, samples, trees, cohorts."""

from __future__ import annotations

import threading
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from errwidgets.exceptions import InputError
from errwidgets.sharing.slices import (
    features_to_wire,
    found_to_wire,
    reading_to_wire,
    tree_to_wire,
    within_to_wire,
)
from errwidgets.slices.conditions import read_features
from errwidgets.slices.finding import find
from errwidgets.slices.histograms import histograms
from errwidgets.slices.objective import read_objective
from errwidgets.slices.ranking import cramers_v

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from errwidgets.evaluation import Evaluation
    from errwidgets.selection import Selection
    from errwidgets.slices.objective import Objective
    from errwidgets.widgets.group import Group

__all__ = ["Asked", "Exploration"]

SUPPORTS: Final = (0.005, 0.01, 0.02, 0.05, 0.1)

MOST_CONDITIONS: Final = 3

MOST_DEPTH: Final = 6

PERMUTATIONS: Final = 100

MOST_SAMPLED: Final = 100_000

FEWEST_SAMPLED: Final = 2_000

SAME: Final = 0.6
"""Cramér's V from which on one feature says nearly what another does."""

STEP_SECONDS: Final = 0.1
"""How long a step of a drag may take before the next one searches fewer rows."""


@dataclass(frozen=True)
class Asked:
    """What is looked for.

    Attributes
    ----------
    objective : int or tuple of (int, int)
        Position among the named objectives, or the codes of a confusion's two classes.
    max_conditions : int
        1 or more.
    min_support : int or float
        Rows, or a share of them.
    alpha : float
        In (0, 1].
    within : bool
        Only among the rows that were selected when this was asked.
    max_depth : int
        Of the tree.
    min_leaf : float
        The fewest rows of a leaf of the tree, as a share.
    """

    objective: int | tuple[int, int] = 0
    max_conditions: int = MOST_CONDITIONS
    min_support: float = 0.01
    alpha: float = 0.95
    within: bool = False
    max_depth: int = 3
    min_leaf: float = 0.01

    @classmethod
    def read(cls, sent: Any, n_objectives: int, n_classes: int) -> Asked | None:
        """Return what a page asks for; ``None`` when it is nothing that can be asked."""
        match sent:
            case {
                "objective": int() | [int(), int()] as objective,
                "max_conditions": int(max_conditions),
                "min_support": int() | float() as min_support,
                "alpha": int() | float() as alpha,
                "within": bool(within),
                "max_depth": int(max_depth),
                "min_leaf": int() | float() as min_leaf,
            }:
                pass
            case _:
                return None
        if isinstance(objective, list):
            of_classes = all(0 <= code < n_classes for code in objective)
            known = of_classes and objective[0] != objective[1]
        else:
            known = type(objective) is int and 0 <= objective < n_objectives
        whole = type(min_support) is int and min_support >= 1
        asked = cls(
            tuple(objective) if isinstance(objective, list) else objective, max_conditions,
            min_support, float(alpha), within, max_depth, float(min_leaf),
        )  # fmt: skip
        fits = (
            known
            and 1 <= max_conditions <= MOST_DEPTH
            and (whole or 0 < min_support <= 1)
            and 0 < alpha <= 1
            and 1 <= max_depth <= MOST_DEPTH
            and 0 < min_leaf <= 1
        )
        return asked if fits else None

    def to_wire(self) -> dict[str, Any]:
        """Return the form the page reads and sends."""
        wire = asdict(self)
        if isinstance(self.objective, tuple):
            wire["objective"] = list(self.objective)
        return wire


@dataclass(frozen=True, eq=False)
class Result:
    """What a piece of work found.

    Attributes
    ----------
    asked : Asked
        What was asked.
    wire : dict
        What the page shows.
    slices : DataFrame, optional
        What :meth:`Evaluation.find_slices` returns.
    axes : list, optional
        The two features that explain most.
    """

    asked: Asked
    wire: dict[str, Any]
    slices: pd.DataFrame | None = None
    axes: list[str | None] | None = None


class Exploration:
    """Searches for one explorer, and keeps what was found last.

    Parameters
    ----------
    evaluation : Evaluation
        Whose rows are searched.
    group : Group
        The linked views: their columns and selection.
    features : object
        As in :meth:`Evaluation.find_slices`.
    objective : object
        What is looked for first.
    asked : Asked
        What is asked first.
    k, seed : int
        As in :meth:`Evaluation.find_slices`.
    """

    def __init__(  # noqa: PLR0917  what a search is made of
        self,
        evaluation: Evaluation,
        group: Group,
        features: Any,
        objective: Any,
        asked: Asked,
        k: int,
        seed: int,
    ) -> None:
        self.evaluation, self._group, self._features = evaluation, group, features
        self._objectives = named_objectives(evaluation, objective)
        self.asked = asked
        self._k, self._seed = k, seed
        self._within: Selection | None = None
        self._n_sampled = MOST_SAMPLED
        self._stepped: object = None
        # Searches share sets of rows: one that is not wanted any more ends before the next begins.
        self._searching = threading.Lock()
        self._read: tuple[object, object, Objective] | None = None
        self.slices: pd.DataFrame | None = None
        names = self.names()
        self.axes: list[str | None] = [*names, None, None][:2]

    # ------------------------------------------------------------ what is asked

    def read(self, sent: Any) -> Asked | None:
        """Return what a page asks for; ``None`` when it is nothing that can be asked."""
        return Asked.read(sent, len(self._objectives), len(self.evaluation.classes))

    def take_within(self, selection: Selection | None) -> None:
        """Search among the rows that are selected now, whatever is selected later."""
        self._within = selection or None

    def described(self, asked: Asked) -> dict[str, Any]:
        """Return what can be asked, and is."""
        return {
            "asked": asked.to_wire(),
            "objectives": [name for name, _ in self._objectives],
            "supports": sorted({*SUPPORTS, asked.min_support}),
            "most_conditions": max(MOST_CONDITIONS, asked.max_conditions),
            "within": within_to_wire(self._used_within(asked), self._group.columns,
                                     self._group.held),
        }  # fmt: skip

    def _used_within(self, asked: Asked) -> Selection | None:
        return self._within if asked.within else None

    def objective(self, asked: Asked) -> Objective:
        """Return what is looked for, as the lens shows the predictions."""
        columns = self._group.columns
        known = self._read
        if known is None or (known[0], known[1] is columns) != (asked.objective, True):
            found = read_objective(self.evaluation, self._given(asked), columns)
            self._read = known = (asked.objective, columns, found)
        return known[2]

    def _given(self, asked: Asked) -> Any:
        if isinstance(asked.objective, int):
            return self._objectives[asked.objective][1]
        classes = self.evaluation.classes
        return ("confusion", *(classes[code] for code in asked.objective))

    # ------------------------------------------------------------ searches

    def check(self) -> None:
        """Refuse at once what cannot be searched."""
        self._find(self.asked, self.objective(self.asked), time_limit=0)

    def _find(self, asked: Asked, objective: Objective, **options: Any) -> Any:
        return find(
            self.evaluation, self._features, objective=objective,
            max_conditions=asked.max_conditions, min_support=asked.min_support, k=self._k,
            alpha=asked.alpha, within=self._used_within(asked), seed=self._seed, **options,
        )  # fmt: skip

    def find(self, asked: Asked, progress: Callable[[float], object] | None) -> Result:
        """Search exactly; what the page shows of it is without features and tree."""
        objective = self.objective(asked)
        with self._searching:
            findings = self._find(asked, objective, progress=progress, alike=True)
        found = findings.frame
        given = self._given(asked)
        if isinstance(given, str | tuple):
            found.attrs["objective"] = given
        found.attrs["is_rate"] = objective.is_rate
        columns, held = self._group.columns, self._group.held
        cover = self.evaluation.cover(found, objective=objective) if len(found) else None
        wire = {
            **self.described(asked),
            "measure": objective.measure,
            "noun": objective.noun,
            "is_rate": objective.is_rate,
            "reading": reading_to_wire(
                objective, columns, held, rows=self.evaluation.persist is not False
            ),
            "found": found_to_wire(found, columns, held, findings.alike),
            "note": found.attrs["note"],
            "cover": "" if cover is None else cover.attrs["note"],
            "overall": self._overall(asked, objective),
            "names": self.names(),
        }
        return Result(asked, wire, found)

    def keep(self, result: Result) -> dict[str, Any]:
        """Take over what was found; return what the page shows of it."""
        self.asked = result.asked
        self.slices = self.slices if result.slices is None else result.slices
        self.axes = self.axes if result.axes is None else result.axes
        return result.wire

    def _overall(self, asked: Asked, objective: Objective) -> float | None:
        values, weights = objective.target, self.evaluation.sample_weight
        counts = objective.in_scope
        if (within := self._used_within(asked)) is not None:
            inside = self.evaluation.mask(within)
            counts = inside if counts is None else counts & inside
        if counts is not None:
            values = values[counts]
            weights = None if weights is None else weights[counts]
        if not len(values) or (weights is not None and not weights.any()):
            return None
        mean = values.mean() if weights is None else (values * weights).sum() / weights.sum()
        return float(mean)

    def describe(self, asked: Asked, progress: Callable[[float], object] | None) -> Result:
        """Return the features' groups and a tree of what was searched."""
        wanted = progress or (lambda _: True)
        objective = self.objective(asked)
        common: dict[str, Any] = {"objective": objective, "within": self._used_within(asked)}
        columns, held = self._group.columns, self._group.held
        ranking = self.evaluation.feature_errors(
            self._features, n_permutations=PERMUTATIONS, seed=self._seed, **common
        )
        if wanted(0.5) is False:
            return Result(asked, {})
        axes = self._different(list(dict.fromkeys(ranking["feature"])))
        bins = histograms(self.evaluation, self._features, **common)
        if wanted(0.8) is False:
            return Result(asked, {})
        features = {
            "features": features_to_wire(ranking, columns, held, bins),
            "features_note": ranking.attrs["note"],
            "axes": axes,
        }
        return Result(asked, {**features, **self.tree(asked).wire}, axes=axes)

    def _different(self, ranked: list[Any]) -> list[str | None]:
        """Return the first feature and the next one that does not say nearly the same."""
        if not ranked:
            return [None, None]
        first, *others = ranked
        columns = self.evaluation.columns
        codes = columns[first].codes
        apart = (one for one in others if cramers_v(codes, columns[one].codes) < SAME)
        second = next(apart, others[0] if others else None)
        return [str(first), None if second is None else str(second)]

    def tree(self, asked: Asked) -> Result:
        """Return a tree of what was searched for the page."""
        tree = self.evaluation.error_tree(
            self._features, max_depth=asked.max_depth, min_leaf=asked.min_leaf,
            objective=self.objective(asked), within=self._used_within(asked), seed=self._seed,
        )  # fmt: skip
        wire = tree_to_wire(tree.frame, self._group.columns, self._group.held)
        return Result(asked, {"asked": asked.to_wire(), "tree": wire, "tree_note": tree.note})

    def preview(self, asked: Asked) -> dict[str, Any]:
        """Search a sample while a control is dragged; the next step takes fewer rows if slow."""
        start = time.perf_counter()
        objective = self.objective(asked)
        with self._searching:
            findings = self._find(asked, objective, sample=self._n_sampled)
        found = findings.frame
        shown = {
            "asked": asked.to_wire(),
            "found": found_to_wire(found, self._group.columns, self._group.held, []),
            "note": found.attrs["note"],
        }
        took = time.perf_counter() - start
        scene = (self._n_sampled, asked.objective, self._used_within(asked))
        # The first step over some rows makes their sets; what counts is what later ones take.
        if took > STEP_SECONDS and scene == self._stepped:
            searched = found.attrs["n_searched"] + found.attrs["n_judged"]
            self._n_sampled = max(FEWEST_SAMPLED, int(searched * STEP_SECONDS / took))
        self._stepped = scene
        return shown

    def pair(self, a: Any, b: Any) -> pd.DataFrame:
        """Return two features crossed, by default the two that explain most."""
        names = self.names()
        first, second = self.axes
        a = a if a in self.evaluation.columns else first
        b = b if b in self.evaluation.columns else second
        a, b = (one if one is None else self.evaluation.columns[one].name for one in (a, b))
        if a is None or b is None or a == b:
            raise InputError(
                f"Two features are needed to cross them; there are {len(names)}. Pass X= with "
                f"more columns, or call evaluation.conditions() for one."
            )
        asked = self.asked
        return self.evaluation.feature_pair(
            a, b, objective=self.objective(asked), within=self._used_within(asked)
        )

    def intersections(self, slices: Any) -> pd.DataFrame:
        """Return who is in which slices."""
        return self.evaluation.intersections(slices, objective=self.objective(self.asked))

    def names(self) -> list[str]:
        """Return the columns that slices may speak of."""
        return [str(one.name) for one in read_features(self.evaluation, self._features)]


def named_objectives(evaluation: Evaluation, first: Any) -> list[tuple[str, Any]]:
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
