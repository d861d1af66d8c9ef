"""Exact search for the slices with the highest score, level by level.

The score is SliceLine's: ``alpha * (mean of the slice / mean of all - 1) - (1 - alpha) * (rows of
all / rows of the slice - 1)``. Written as ``(a * loss - c) / rows + 1 - 2 * alpha`` with ``a =
alpha * rows / loss of all`` and ``c = (1 - alpha) * rows of all``, a score is over ``t`` where the
rows' gains ``a * loss - tau``, ``tau = t + 2 * alpha - 1``, sum to more than ``c``. No subset of a
slice gains more than the slice's rows with a positive gain do, so a slice in which these gain no
more than ``c`` holds no slice worth looking at: the bound that everything here rests on.

References
----------
Sagadeeva, S. and Boehm, M. (2021). SliceLine: Fast, Linear-Algebra-based Slice Finding for ML
Model Debugging. SIGMOD, 2290-2299.
"""

from __future__ import annotations

import heapq
import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from errwidgets.slices.targets import Binary, Graded, Problem, Score

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from errwidgets.slices.bitsets import Lattice
    from errwidgets.slices.targets import Target

__all__ = ["Found", "Slice", "Stopped", "Watch", "search"]

_BATCH = 128

_MANY = 1 << 16


@dataclass(frozen=True, slots=True)
class Slice:
    """A conjunction of conditions and what the search knows of it.

    Attributes
    ----------
    conditions : tuple of int
        Positions in the lattice, ascending.
    score : float
        SliceLine's score, over 0.
    size : int
        Rows.
    weight, loss : float
        Sum of the rows' weights, and of weight times value.
    """

    conditions: tuple[int, ...]
    score: float
    size: int
    weight: float
    loss: float


@dataclass(frozen=True, slots=True)
class Found:
    """The best slices, best first, and whether every slice was considered."""

    slices: tuple[Slice, ...]
    exhaustive: bool


class Stopped(Exception):  # noqa: N818  not an error: the user's wish, or the time limit
    """Ends a search early; what was found so far stands."""


class Watch:
    """Tells how far a search is, and stops it.

    Parameters
    ----------
    progress : callable, optional
        Called with the fraction that is done, at most 20 times a second; stops by ``False``.
    time_limit : float, optional
        Seconds from now.
    """

    def __init__(
        self,
        progress: Callable[[float], object] | None = None,
        time_limit: float | None = None,
    ) -> None:
        self._progress = progress
        self._deadline = None if time_limit is None else time.perf_counter() + time_limit
        self._told = 0.0
        self.fraction = 0.0

    def tick(self) -> None:
        """Tell the progress when it is time to, and stop when it is time to."""
        if self._progress is None and self._deadline is None:
            return
        now = time.perf_counter()
        if self._deadline is not None and now >= self._deadline:
            raise Stopped
        if self._progress is not None and now - self._told >= 0.05:  # noqa: PLR2004
            self._told = now
            if self._progress(self.fraction) is False:
                raise Stopped

    def finish(self) -> None:
        """Tell that all is done."""
        if self._progress is not None:
            self._progress(1.0)


def search(
    lattice: Lattice,
    values: NDArray[Any],
    weights: NDArray[np.float64] | None = None,
    *,
    max_conditions: int = 3,
    min_rows: int = 1,
    k: int = 10,
    alpha: float = 0.95,
    distinct: bool = False,
    watch: Watch | None = None,
) -> Found:
    """Return the `k` slices with the highest score.

    Parameters
    ----------
    lattice : Lattice
        The conditions, over the rows that are searched.
    values : ndarray of shape (n_rows,)
        Bool, or float64 that is finite and not negative; higher is worse.
    weights : ndarray of shape (n_rows,), optional
        Finite, not negative. Loss and rows in the score are then sums of weights.
    max_conditions : int, default=3
        Most conditions of a slice, each of another feature.
    min_rows : int, default=1
        Fewest rows of a slice.
    k : int, default=10
        How many slices are wanted.
    alpha : float in (0, 1], default=0.95
        What a high mean counts against a large slice.
    distinct : bool, default=False
        Whether slices of the same rows count as one: the one with the fewest conditions.
    watch : Watch, optional
        Hears of the progress and may stop the search.

    Returns
    -------
    Found
        Scores are positive and descending; among equal ones, which are kept is not said.
    """
    watch = watch or Watch()
    n_rows = lattice.n_rows
    total = float(n_rows if weights is None else weights.sum())
    if values.dtype == bool:
        loss = float(np.count_nonzero(values) if weights is None else weights[values].sum())
    else:
        loss = float(values.sum() if weights is None else values @ weights)
    if not (total > 0 and loss > 0 and len(lattice)):
        watch.finish()
        return Found((), exhaustive=True)
    score = Score(alpha, total, loss)
    run = _Run(lattice, score, _Best(k), watch, min_rows=min_rows, distinct=distinct)
    exhaustive = True
    try:
        run.go(values, weights, max_conditions)
    except Stopped:
        exhaustive = False
    if exhaustive:
        watch.finish()
    return Found(run.best.slices(), exhaustive)


class _Best:
    """The best slices so far."""

    def __init__(self, k: int) -> None:
        self.k = k
        self._heap: list[tuple[float, int, Slice]] = []
        self._order = itertools.count(0, -1)

    @property
    def threshold(self) -> float:
        """The score that a slice has to exceed to be among the best."""
        return self._heap[0][0] if len(self._heap) >= self.k else 0.0

    def add(self, found: Slice) -> None:
        """Add a slice whose score is over the threshold."""
        entry = (found.score, next(self._order), found)
        if len(self._heap) < self.k:
            heapq.heappush(self._heap, entry)
        else:
            heapq.heapreplace(self._heap, entry)

    def like(self, size: int, loss: float) -> Iterator[Slice]:
        """Yield the slices of so many rows and so much loss."""
        for _, _, kept in self._heap:
            if kept.size == size and kept.loss == loss:
                yield kept

    def slices(self) -> tuple[Slice, ...]:
        """Return the slices, best first; of equal scores the one with fewer conditions first."""
        kept = [entry[2] for entry in self._heap]
        kept.sort(key=lambda one: (-one.score, len(one.conditions), one.conditions))
        return tuple(kept)


class _Run:
    """One search: what is kept between the levels."""

    def __init__(
        self,
        lattice: Lattice,
        score: Score,
        best: _Best,
        watch: Watch,
        *,
        min_rows: int,
        distinct: bool,
    ) -> None:
        self.lattice, self.score, self.best, self.watch = lattice, score, best, watch
        self.min_rows, self.distinct = max(1, min_rows), distinct
        self.ids = np.flatnonzero(lattice.sizes >= self.min_rows)
        self.target: Target

    @property
    def tau(self) -> float:
        """The cost of a row, by what was found so far."""
        return self.score.tau(self.best.threshold)

    def go(self, values: NDArray[Any], weights: NDArray[np.float64] | None, deepest: int) -> None:
        if not len(self.ids):
            return
        self.watch.tick()
        problem = Problem(self.lattice, self.ids, values, weights, self.score, self.min_rows,
                          self.watch.tick)  # fmt: skip
        plain = values.dtype == bool and weights is None
        self.target = Binary(problem) if plain else Graded(problem)
        self.watch.fraction = 0.1
        ones = np.arange(len(self.ids))[:, None]
        measures, state = self.target.measures(ones, self.tau)
        self._judge(ones, measures, state)
        live = np.flatnonzero(self._worth(measures))
        measures = self.target.again(ones[live], measures[live], self.tau)
        # Strong conditions first: what they make raises the threshold for the rest.
        order = np.argsort(-measures, kind="stable")
        live = live[order][self._worth(measures[order])]
        if deepest == 1 or len(live) < 2:  # noqa: PLR2004  a pair
            return
        pairs = self._pairs(live)
        if deepest > 2:  # noqa: PLR2004  more than pairs
            self._deeper(live, pairs, deepest)

    def _worth(self, measures: NDArray[Any]) -> NDArray[np.bool_]:
        """Return which sets may hold a slice among the best, by what is known now."""
        worth: NDArray[np.bool_] = measures > self.target.least(self.tau)
        return worth

    def _promise(self, sets: NDArray[np.intp], measures: NDArray[Any]) -> NDArray[np.float64]:
        """Return what sets would score if conditions were independent: an order, no bound."""
        shares = self.lattice.sizes[self.ids] / self.lattice.n_rows
        rows = self.lattice.n_rows * shares[sets].prod(axis=1)
        promise: NDArray[np.float64] = (self.target.reward(measures) - self.score.c) / rows
        return promise

    # ------------------------------------------------------------ judging

    def _judge(self, sets: NDArray[np.intp], measures: NDArray[np.float64], state: Any) -> None:
        """Find the scores of the sets that may still be among the best, the likely ones first."""
        order = np.flatnonzero(self._worth(measures))
        order = order[np.argsort(-self._promise(sets[order], measures[order]), kind="stable")]
        batch = _BATCH
        while len(order):
            now, order = order[:batch], order[batch:]
            self._add(sets[now], self.target.exact(sets[now], state[now], self.tau))
            if len(order):
                order = order[self.target.may_gain(state[order], self.tau) > self.score.enough]
            batch *= 2

    def _add(self, sets: NDArray[np.intp], known: tuple[NDArray[Any], ...]) -> None:
        which, sizes, weights, losses = known
        scores = self.score.of(losses, weights)
        for i in np.argsort(-scores, kind="stable"):
            if not scores[i] > self.best.threshold:
                break
            if sizes[i] < self.min_rows:
                continue
            conditions = tuple(sorted(int(one) for one in self.ids[sets[which[i]]]))
            size, loss = int(sizes[i]), float(losses[i])
            if self.distinct and self._is_known(conditions, size, loss):
                continue
            self.best.add(Slice(conditions, float(scores[i]), size, float(weights[i]), loss))

    def _is_known(self, conditions: tuple[int, ...], size: int, loss: float) -> bool:
        return any(
            self.lattice.same_rows(conditions, kept.conditions)
            for kept in self.best.like(size, loss)
        )

    # ------------------------------------------------------------ pairs

    def _pairs(self, live: NDArray[np.intp]) -> NDArray[np.float32]:
        """Look at all pairs; return the measures of those worth extending, 0 for the others."""
        n = len(live)
        feature = self.lattice.feature[self.ids[live]]
        kept = np.zeros((n, n), dtype=np.float32)
        for rows, measures in self.target.pair_measures(live, self.tau):
            worth = self._worth(measures)
            worth &= feature[rows][:, None] != feature[None, :]
            worth &= rows[:, None] < np.arange(n)[None, :]
            first, second = np.nonzero(worth)
            pairs = np.stack([live[rows[first]], live[second]], axis=1)
            order = np.argsort(-self._promise(pairs, measures[first, second]))
            first, second = first[order], second[order]
            for start in range(0, len(first), _MANY):
                i, j = first[start : start + _MANY], second[start : start + _MANY]
                pairs = np.stack([live[rows[i]], live[j]], axis=1)
                sharp, state = self.target.refine(pairs, measures[i, j], self.tau)
                self._judge(pairs, sharp, state)
                # Measures are kept in single precision, rounded up.
                up = np.nextafter(sharp.astype(np.float32), np.float32(np.inf))
                kept[rows[i], j] = kept[j, rows[i]] = np.maximum(up, 0)
        self._sharpen(live, kept)
        self.watch.fraction = 0.5
        return kept

    def _sharpen(self, live: NDArray[np.intp], kept: NDArray[np.float32]) -> None:
        """Drop the pairs that what was found since makes worthless."""
        kept[~self._worth(kept)] = 0
        i, j = np.nonzero(np.triu(kept))
        for start in range(0, len(i), _MANY):
            part = slice(start, start + _MANY)
            pairs = np.stack([live[i[part]], live[j[part]]], axis=1)
            sharp = self.target.again(pairs, kept[i[part], j[part]].astype(np.float64), self.tau)
            up = np.nextafter(sharp.astype(np.float32), np.float32(np.inf))
            kept[i[part], j[part]] = kept[j[part], i[part]] = np.where(self._worth(up), up, 0)

    # ------------------------------------------------------------ three and more

    def _deeper(self, live: NDArray[np.intp], pairs: NDArray[np.float32], deepest: int) -> None:
        level = self._triples(live, pairs, keep=deepest > 3)  # noqa: PLR2004
        for depth in range(4, deepest + 1):
            if not len(level):
                return
            self.watch.fraction = 1 - 0.5 ** (depth - 1)
            level = self._extend(level, keep=depth < deepest)

    def _triples(
        self, live: NDArray[np.intp], pairs: NDArray[np.float32], *, keep: bool
    ) -> NDArray[np.intp]:
        """Look at the triples whose three pairs are worth it."""
        waiting: list[NDArray[np.intp]] = []
        uppers: list[NDArray[np.float32]] = []
        kept = [np.empty((0, 3), dtype=np.intp)]
        n_waiting = 0
        for i in range(len(live)):
            of_i = pairs[i]
            others = np.flatnonzero(of_i[i + 1 :]) + i + 1
            upper = pairs[others[:, None], others]
            np.minimum(upper, of_i[others], out=upper)
            np.minimum(upper, of_i[others, None], out=upper)
            j, m = np.nonzero(upper > max(self.target.least(self.tau), 0))
            once = j < m
            j, m = j[once], m[once]
            first = np.full(len(j), live[i])
            waiting.append(np.stack([first, live[others[j]], live[others[m]]], axis=1))
            uppers.append(upper[j, m])
            n_waiting += len(j)
            if n_waiting >= 4 * _MANY or i == len(live) - 1:
                kept += self._look_at(np.concatenate(waiting), np.concatenate(uppers))
                waiting, uppers, n_waiting = [], [], 0
                self.watch.fraction = 0.5 + 0.5 * i / len(live)
            self.watch.tick()
        return np.concatenate(kept) if keep else kept[0]

    def _look_at(
        self, sets: NDArray[np.intp], uppers: NDArray[np.float32] | None = None
    ) -> list[NDArray[np.intp]]:
        """Judge sets, the promising ones first, and return those worth extending.

        Parameters
        ----------
        sets : ndarray of shape (n_sets, n_conditions)
            What to look at.
        uppers : ndarray of shape (n_sets,), optional
            What their measures are at most.
        """
        if uppers is None:
            uppers = np.full(len(sets), np.inf, dtype=np.float32)
        else:
            order = np.argsort(-self._promise(sets, uppers))
            sets, uppers = sets[order], uppers[order]
        worth = []
        size = _BATCH
        while len(sets):
            part, sets, uppers = sets[:size], sets[size:], uppers[size:]
            measures, state = self.target.measures(part, self.tau)
            self._judge(part, measures, state)
            worth.append(part[self._worth(measures)])
            left = self._worth(uppers)
            sets, uppers = sets[left], uppers[left]
            size = min(2 * size, _MANY // 8)
        return worth

    def _extend(self, level: NDArray[np.intp], *, keep: bool) -> NDArray[np.intp]:
        """Join sets that differ in their last condition, where all their subsets are alive."""
        level = np.sort(level, axis=1)
        rank = dict.fromkeys(map(tuple, level[np.lexsort(level.T[::-1])].tolist()))
        by_start: dict[tuple[int, ...], list[int]] = {}
        for one in rank:
            by_start.setdefault(one[:-1], []).append(one[-1])
        feature = self.lattice.feature[self.ids]
        kept = [np.empty((0, level.shape[1] + 1), dtype=np.intp)]
        waiting: list[tuple[int, ...]] = []
        for start, ends in by_start.items():
            self.watch.tick()
            for first, second in itertools.combinations(ends, 2):
                joined = (*start, first, second)
                if feature[first] != feature[second] and all(
                    (*joined[:i], *joined[i + 1 :]) in rank for i in range(len(start))
                ):
                    waiting.append(joined)
            if len(waiting) >= _MANY // 4:
                kept += self._look_at(np.array(waiting))
                waiting = []
        if waiting:
            kept += self._look_at(np.array(waiting))
        return np.concatenate(kept) if keep else kept[0]
