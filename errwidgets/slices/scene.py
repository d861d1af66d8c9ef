"""What a question about slices is asked of: the rows that count, their values, the conditions."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from errwidgets.exceptions import InputError, InputTypeError, shown
from errwidgets.selection import All, query_string, words
from errwidgets.slices.bitsets import Lattice
from errwidgets.slices.conditions import read_features
from errwidgets.slices.evidence import halves, stratified_order
from errwidgets.slices.objective import read_objective

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from errwidgets.evaluation import Evaluation
    from errwidgets.selection import Predicate
    from errwidgets.slices.conditions import Conditions
    from errwidgets.slices.objective import Objective

    Parts = Sequence[tuple[int, int]]

__all__ = ["Scene", "look_at", "needed_rows"]

# What is kept with an evaluation for the next search: the sets of a few kinds of rows.
_KEPT_LATTICES = 3

_STRATA_OF_NUMBERS = 8

_FEW = 2_000


@dataclass(frozen=True, eq=False)
class Scene:
    """The rows that count, what is looked for in them, and what can be said of them.

    Attributes
    ----------
    evaluation : Evaluation
        Whose rows they are.
    objective : Objective
        What is looked for.
    features : list of Conditions
        What slices may say.
    rows : ndarray of int, optional
        Positions of the rows that count; ``None`` when all do.
    narrowed : tuple of Predicate
        What makes a row count.
    notes : list of str
        What was decided, in words.
    """

    evaluation: Evaluation
    objective: Objective
    features: list[Conditions]
    rows: NDArray[np.intp] | None
    narrowed: tuple[Predicate, ...] = ()
    notes: list[str] = field(default_factory=list)

    @property
    def n_rows(self) -> int:
        """How many rows count."""
        return self.evaluation.n_samples if self.rows is None else len(self.rows)

    def of(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return the part of an array of shape (n_samples,) that is of the rows that count."""
        return array if self.rows is None else array[self.rows]

    @functools.cached_property
    def target(self) -> NDArray[Any]:
        """What is looked for, of the rows that count."""
        return self.of(self.objective.target)

    @functools.cached_property
    def weights(self) -> NDArray[np.float64] | None:
        """The weights of the rows that count."""
        weights = self.evaluation.sample_weight
        return None if weights is None else self.of(weights)

    def sampled(self, n_rows: int, seed: int) -> Scene:
        """Return the same with at most so many of the rows: the same ones each time.

        A smaller sample is a part of a larger one, and both hold a fair share of every
        stratum of what is looked for and the labels.
        """
        if n_rows >= self.n_rows:
            return self
        kept: dict[Any, tuple[Objective, NDArray[np.intp]]]
        kept = self.evaluation.kept.setdefault("samples", {})
        key = (id(self.objective), None if self.rows is None else _digest(self.rows), seed)
        if key not in kept:
            kept.clear()
            # The objective's id is a part of the key, so it must not go.
            kept[key] = self.objective, stratified_order(self._strata(), seed)
        first = kept[key][1][:n_rows]
        part = np.sort(first if self.rows is None else self.rows[first])
        said = f"A sample of {n_rows:,} of {self.n_rows:,} rows."
        return replace(self, rows=part, notes=[said, *self.notes])

    def apart(self) -> Scene:
        """Return the same without features that say nothing, or the same as another."""
        left_out = _left_out(self)
        kept = [one for i, one in enumerate(self.features) if i not in left_out]
        return replace(self, features=kept, notes=[*self.notes, *left_out.values()])

    # ------------------------------------------------------------ slices

    def member(self, parts: Parts) -> NDArray[np.bool_]:
        """Return which of the rows that count are in a slice.

        Parameters
        ----------
        parts : sequence of (feature, code)
            Positions in `features` and the code of a condition.
        """
        member: NDArray[np.bool_] | None = None
        for feature, code in parts:
            met = self.codes[feature] == code
            member = met if member is None else member & met
        return np.ones(self.n_rows, dtype=bool) if member is None else member

    @functools.cached_property
    def codes(self) -> list[NDArray[Any]]:
        """The codes of each feature, of the rows that count."""
        return [self.of(feature.codes) for feature in self.features]

    def predicate(self, parts: Parts) -> Predicate:
        """Return a slice in the selection grammar: exactly the rows that it is judged by."""
        return self.joined([self.features[f].predicates[code] for f, code in parts])

    def joined(self, said: Sequence[Predicate]) -> Predicate:
        """Return conditions with what makes a row count."""
        whole = (*said, *self.narrowed)
        return whole[0] if len(whole) == 1 else All(whole)

    def words(self, parts: Parts) -> str:
        """Return a slice in words, without what is said of all rows that count."""
        return " and ".join(self.features[f].words(code) for f, code in parts) or "all rows"

    def query(self, predicate: Predicate) -> str | None:
        """Return the pandas query of a slice."""
        return query_string(predicate, self.evaluation.columns)

    # ------------------------------------------------------------ halves and lattices

    def searched(self, seed: int) -> NDArray[np.bool_]:
        """Return which of the rows that count are searched, for the others to judge."""
        return halves(self._strata(), seed)

    def _strata(self) -> NDArray[Any]:
        evaluation, values = self.evaluation, self.target
        if values.dtype == bool:
            strata = values.astype(np.uint32)
        else:
            edges = np.quantile(values, np.linspace(0, 1, _STRATA_OF_NUMBERS + 1)[1:-1])
            strata = np.searchsorted(edges, values).astype(np.uint32)
        if evaluation.is_classification:
            n = len(evaluation.classes)
            for role in ("y_true", "y_pred"):
                strata = strata * n + self.of(evaluation.columns[role].codes)
        return strata

    def lattice(
        self,
        chosen: NDArray[np.bool_] | None = None,
        tick: Callable[[], None] = lambda: None,
    ) -> Lattice:
        """Return the sets of the conditions over the rows that count, or over some of them.

        Sets are kept with the evaluation: the next search over the same rows has them at once.
        Calls `tick` between two pieces of work, which may raise to stop.
        """
        kept: dict[Any, Lattice] = self.evaluation.kept.setdefault("lattices", {})
        key = (
            tuple((one.name, id(one.column)) for one in self.features),
            None if self.rows is None else _digest(self.rows),
            None if chosen is None else _digest(np.packbits(chosen)),
        )
        found = kept.pop(key, None)
        if found is None:
            at = None if chosen is None else np.flatnonzero(chosen)
            codes = [one if at is None else one.take(at) for one in self.codes]
            some = any(one.only_true for one in self.features)
            found = Lattice(
                codes,
                [len(one) for one in self.features],
                [one.searched for one in self.features] if some else None,
                tick,
            )
            # The columns' ids are part of the key, so the columns must not go.
            found.keeps = tuple(one.column for one in self.features)
        kept[key] = found.watched(tick)
        while len(kept) > _KEPT_LATTICES:
            kept.pop(next(iter(kept)))
        return found


def _digest(array: NDArray[Any]) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(array).data, digest_size=16).digest()


def look_at(
    evaluation: Evaluation,
    features: Any,
    objective: Any,
    within: Any,
    *,
    apart: bool = True,
) -> Scene:
    """Return what a question about slices is asked of.

    Parameters
    ----------
    evaluation : Evaluation
        Whose rows are looked at.
    features, objective, within
        See :meth:`Evaluation.find_slices`.
    apart : bool, default=True
        Whether features that say nothing, or the same as another, are left out.
    """
    wanted = read_objective(evaluation, objective)
    narrowed: list[Predicate] = [] if wanted.scope is None else [wanted.scope]
    counts, notes = wanted.in_scope, []
    if within is not None:
        chosen = evaluation.selection(within)
        predicate = chosen.predicate()
        if predicate is None:
            raise InputError(
                f"within={shown(within)} selects nothing, so there are no rows to search. "
                f"Pass a selection, or None for all rows."
            )
        inside = evaluation.mask(chosen)
        counts = inside if counts is None else counts & inside
        narrowed.append(predicate)
        notes.append(f"Only among: {words(predicate, evaluation.columns)}.")
    rows = None if counts is None else np.flatnonzero(counts)
    read = read_features(evaluation, features, wanted.target)
    scene = Scene(evaluation, wanted, read, rows, tuple(narrowed), notes)
    return scene.apart() if apart else scene


def _left_out(scene: Scene) -> dict[int, str]:
    """Return the features that say nothing of their own, and why, in words."""
    reasons: dict[int, str] = {}
    alike: dict[tuple[int, ...], list[int]] = {}
    for i, feature in enumerate(scene.features):
        sizes = np.bincount(scene.codes[i], minlength=len(feature))
        used = sizes[sizes > 0]
        if len(used) <= 1:
            reasons[i] = f"{feature.name} is left out: it has one value here."
            continue
        # Features that part the rows alike have groups of the same sizes.
        same = alike.setdefault(tuple(sorted(used.tolist())), [])
        twin = next((other for other in same if _part_alike(scene, other, i)), None)
        if twin is None:
            same.append(i)
        else:
            name = scene.features[twin].name
            reasons[i] = f"{feature.name} is left out: it says the same as {name}."
    return reasons


def _part_alike(scene: Scene, one: int, other: int) -> bool:
    # A few rows tell nearly all that differ apart: bins of equal support have the same sizes.
    for rows in (slice(_FEW), slice(None)):
        first, second = scene.codes[one][rows], scene.codes[other][rows]
        table = np.zeros(len(scene.features[one]), dtype=second.dtype)
        table[first] = second
        if not np.array_equal(table[first], second):
            return False
    return True


def needed_rows(min_support: Any, n_rows: int, name: str = "min_support") -> int:
    """Return the fewest rows of a slice.

    Parameters
    ----------
    min_support : int or float
        Rows, or a share of `n_rows` in (0, 1].
    n_rows : int
        Rows that are searched.
    name : str
        What the parameter is called.

    Raises
    ------
    InputTypeError, InputError
        When it is neither.

    Examples
    --------
    >>> needed_rows(0.01, 12_345), needed_rows(50, 12_345)
    (124, 50)
    """
    if isinstance(min_support, bool | np.bool_) or not isinstance(
        min_support, int | float | np.integer | np.floating
    ):
        raise InputTypeError.expected(
            name, "a number of rows (int) or a share of them (float)", min_support
        )
    if isinstance(min_support, int | np.integer):
        if min_support < 1:
            raise InputError(f"{name} must be 1 row or more; got {min_support}.")
        return int(min_support)
    if not 0 < min_support <= 1:
        raise InputError(
            f"{name} as a share must be over 0 and at most 1; got {min_support:g}. "
            f"An int is a number of rows: {name}={max(1, int(np.nan_to_num(min_support)))}."
        )
    return max(1, int(np.ceil(min_support * n_rows - 1e-9)))
