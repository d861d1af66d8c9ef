"""What a search adds up: mistakes as single bits, or losses and weights in order of their size."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from errwidgets.slices.bitsets import BLOCK_WORDS, WORD_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from errwidgets.slices.bitsets import Bitsets, Lattice

    Sets = NDArray[np.intp]
    Floats = NDArray[np.float64]
    Known = tuple[NDArray[np.intp], NDArray[Any], NDArray[Any], NDArray[Any]]

__all__ = ["Binary", "Graded", "Problem", "Score", "Target"]

_WHOLE_BLOCK = np.zeros(1, dtype=np.intp)

# Rows of a matrix product: sums of so many products of floats are off by less than 1 in 1,000.
_PRODUCT_ROWS = 8192

_PRODUCT_CELLS = 1 << 22

_ROUNDING = 1.001

_FEW_WORDS = 8_000_000

_EXACT_CELLS = 1 << 21

_N_SEGMENTS = 64


@dataclass(frozen=True, slots=True)
class Score:
    """SliceLine's score in its linear form."""

    alpha: float
    total: float
    loss: float

    @property
    def a(self) -> float:
        """The gain of a unit of loss."""
        return self.alpha * self.total / self.loss

    @property
    def c(self) -> float:
        """The gain that a slice needs."""
        return (1 - self.alpha) * self.total

    @property
    def enough(self) -> float:
        """The gain that a slice needs, less the rounding of sums of doubles."""
        return self.c - 1e-12 * self.total

    def tau(self, threshold: float) -> float:
        """Return what a row costs when scores over `threshold` are wanted."""
        return threshold + 2 * self.alpha - 1

    def of(self, loss: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the scores of slices by their losses and weights; minus infinity for none."""
        mean, all_ = loss / self.loss * self.total, np.maximum(weight, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            gain = self.alpha * (mean / all_ - 1) - (1 - self.alpha) * (self.total / all_ - 1)
        return np.where(all_ > 0, gain, -np.inf)


@dataclass(frozen=True, eq=False)
class Problem:
    """What is searched.

    Attributes
    ----------
    lattice : Lattice
        The conditions.
    ids : ndarray of shape (n_conditions,)
        Those with enough rows; sets are rows of positions in this array.
    values : ndarray of shape (n_rows,)
        Bool or float64.
    weights : ndarray of shape (n_rows,), optional
        What rows weigh.
    score : Score
        What is looked for.
    min_rows : int
        Fewest rows of a slice.
    tick : callable
        Called between two pieces of work; may raise to stop.
    """

    lattice: Lattice
    ids: NDArray[np.intp]
    values: NDArray[Any]
    weights: Floats | None
    score: Score
    min_rows: int
    tick: Callable[[], None]


class Target(Protocol):
    """The bounds and sums a search asks for.

    A *measure* is a number that falls as conditions are added and that has to be over
    :meth:`least` in a slice that is worth looking at.
    """

    def least(self, tau: float) -> float:
        """Return what a measure has to exceed when rows cost `tau`."""

    def reward(self, measures: NDArray[Any]) -> NDArray[Any]:
        """Return what rows of such measures gain at most before they cost anything."""

    def measures(self, sets: Sets, tau: float) -> tuple[Floats, NDArray[Any]]:
        """Return the measures of sets, and a state per set to go on from."""

    def again(self, sets: Sets, measures: Floats, tau: float) -> Floats:
        """Return measures that a higher cost makes sharper."""

    def pair_measures(self, live: NDArray[np.intp], tau: float) -> Iterator[tuple[Any, Floats]]:
        """Yield rows of the matrix of measures of pairs, with which rows they are."""

    def refine(self, sets: Sets, measures: Floats, tau: float) -> tuple[Floats, NDArray[Any]]:
        """Return measures and states of sets whose measure from a matrix is known."""

    def may_gain(self, state: NDArray[Any], tau: float) -> Floats:
        """Return what the rows of sets gain at most, themselves and not their subsets."""

    def exact(self, sets: Sets, state: NDArray[Any], tau: float) -> Known:
        """Return which of the sets may gain enough, and their rows, weights and losses."""


class Binary:
    """Rows that are wrong or right, all of one weight.

    Mistakes are counted among the wrong rows alone; the rows of a slice only where its mistakes
    could carry it, and only until they are too many.
    """

    def __init__(self, problem: Problem) -> None:
        self.lattice, self.ids, self.score = problem.lattice, problem.ids, problem.score
        self.min_rows, self.tick = problem.min_rows, problem.tick
        self.wrong = self.lattice.pack(self.ids, np.flatnonzero(problem.values))

    def least(self, tau: float) -> float:
        """Return the fewest mistakes, not whole, that can gain enough."""
        score, n_rows = self.score, self.lattice.n_rows
        if score.a <= tau:
            return np.inf
        if tau < 0:
            return (score.enough + tau * n_rows) / score.a
        alone = score.enough / (score.a - tau)
        return alone if alone >= self.min_rows else (score.enough + tau * self.min_rows) / score.a

    def reward(self, measures: NDArray[Any]) -> NDArray[Any]:
        """Return the gain of so many mistakes."""
        gain: NDArray[Any] = self.score.a * measures
        return gain

    def measures(self, sets: Sets, tau: float) -> tuple[Floats, NDArray[Any]]:  # noqa: ARG002
        """Count the mistakes."""
        wrong = np.zeros(len(sets), dtype=np.int64)
        for block in range(len(self.wrong.blocks)):
            wrong += _count_block(self.wrong, block, sets, self.tick)
        return wrong.astype(np.float64), wrong

    def again(self, sets: Sets, measures: Floats, tau: float) -> Floats:  # noqa: ARG002
        """Return the counts, which no cost changes."""
        return measures

    def pair_measures(self, live: NDArray[np.intp], tau: float) -> Iterator[tuple[Any, Floats]]:
        """Yield the mistakes in each pair."""
        if _is_small(self.wrong, live, len(self.wrong.blocks)):
            return iter([_one_by_one(self, live, tau)])
        return _products(self.wrong, live, None, len(self.wrong.blocks), self.tick)

    def refine(self, sets: Sets, measures: Floats, tau: float) -> tuple[Floats, NDArray[Any]]:  # noqa: ARG002
        """Return the counts as they are: whole numbers that a float holds exactly."""
        return measures, measures.astype(np.int64)

    def may_gain(self, state: NDArray[Any], tau: float) -> Floats:
        """Return what so many mistakes gain among the fewest rows."""
        fewest = np.maximum(state, self.min_rows) if tau >= 0 else self.lattice.n_rows
        gain: Floats = self.score.a * state - tau * fewest
        return gain

    def exact(self, sets: Sets, state: NDArray[Any], tau: float) -> Known:
        """Count rows until they cost more than the mistakes gain."""
        packed, row = self.lattice.sets_of(self.ids)
        which = np.arange(len(sets))
        sizes = np.zeros(len(sets), dtype=np.int64)
        for block in range(len(packed.blocks)):
            sizes[which] += _count_block(packed, block, row[sets[which]], self.tick)
            if tau > 0:
                gain = self.score.a * state[which] - tau * sizes[which]
                which = which[gain > self.score.enough]
        sizes, wrong = sizes[which], state[which]
        return which, sizes, sizes.astype(np.float64), wrong.astype(np.float64)


class Graded:
    """Rows that are wrong by some amount, or that weigh differently.

    Rows are sorted by what they gain, so that those that may gain come first, and cut into
    segments. A slice that has so many rows in a segment gains no more there than the segment's
    best so many rows do.
    """

    def __init__(self, problem: Problem) -> None:
        self.lattice, self.ids, self.score = problem.lattice, problem.ids, problem.score
        self.min_rows, self.tick = problem.min_rows, problem.tick
        values, weights = problem.values.astype(np.float64), problem.weights
        order = np.argsort(-values)
        self.values = values[order]
        self.weights = None if weights is None else weights[order]
        self.ends, self.offsets, lengths = _segments(-(-len(values) // WORD_ROWS))
        self.rows = np.concatenate(([0], np.cumsum(lengths) * WORD_ROWS))[:-1]
        """Where each segment begins, in sorted rows."""
        self.sums = np.concatenate(([0.0], np.cumsum(self.values)))
        self.sets = self.lattice.pack(self.ids, order)
        self._tops: tuple[float, Floats] | None = None

    def least(self, tau: float) -> float:  # noqa: ARG002  a measure is a gain
        """Return the gain that is needed."""
        return self.score.enough

    # ------------------------------------------------------------ gains per segment

    def _top_gains(self, tau: float) -> Floats:
        """Return the highest gain of a row in each segment (with weights)."""
        if self._tops is None or self._tops[0] != tau:
            assert self.weights is not None  # noqa: S101  sums serve without weights
            gains = self.weights * (self.score.a * self.values - tau)
            self._tops = (tau, np.maximum.reduceat(gains, self.rows))
        return self._tops[1]

    def _n_hot(self, tau: float) -> int:
        """Return how many sorted rows gain: ``a * value > tau``."""
        limit = tau / self.score.a
        return len(self.values) - bisect.bisect_left(self.values[::-1], limit)

    def _hot_blocks(self, tau: float) -> int:
        n_hot = self._n_hot(tau)
        last = int(np.searchsorted(self.rows, n_hot, side="left"))
        return bisect.bisect_left(self.ends, last) + 1 if last else 0

    def _hot_gain(self, counts: NDArray[Any], tau: float) -> Floats:
        """Return what the gaining rows of sets gain at most, those that must be added with them."""
        n = counts.shape[1]
        if self.weights is not None:
            gained: Floats = counts @ np.maximum(self._top_gains(tau)[:n], 0.0)
            return gained
        n_hot = self._n_hot(tau)
        starts = self.rows[:n]
        hot = np.minimum(counts, np.maximum(n_hot - starts, 0))
        loss = (self.sums[starts + hot] - self.sums[starts]).sum(axis=1)
        n_rows = hot.sum(axis=1, dtype=np.int64)
        gain = self.score.a * loss - tau * n_rows
        lacking = np.minimum(np.maximum(self.min_rows - n_rows, 0), len(self.values) - n_hot)
        gain += self.score.a * (self.sums[n_hot + lacking] - self.sums[n_hot]) - tau * lacking
        return np.asarray(gain)

    def _full_gain(self, counts: NDArray[Any], first: int, tau: float) -> Floats:
        """Return what the rows of sets in segments from `first` on gain at most."""
        last = first + counts.shape[1]
        if self.weights is not None:
            gain: Floats = counts @ self._top_gains(tau)[first:last]
            return gain
        starts = self.rows[first:last]
        loss = (self.sums[starts + counts] - self.sums[starts]).sum(axis=1)
        return np.asarray(self.score.a * loss - tau * counts.sum(axis=1, dtype=np.int64))

    # ------------------------------------------------------------ what a search asks

    def reward(self, measures: NDArray[Any]) -> NDArray[Any]:
        """Return the gains themselves."""
        return measures

    def measures(self, sets: Sets, tau: float) -> tuple[Floats, NDArray[Any]]:
        """Return the gains of the rows that gain, and the counts that say so."""
        n_blocks = max(self._hot_blocks(tau), 1)
        counts = np.empty((len(sets), self.ends[n_blocks - 1]), dtype=np.uint16)
        first = 0
        for block in range(n_blocks):
            last = self.ends[block]
            counts[:, first:last] = self.sets.count(block, sets, self.offsets[block], self.tick)
            first = last
        return self._in_parts(counts, tau, self._hot_gain), counts

    def _in_parts(
        self, counts: NDArray[Any], tau: float, of: Callable[[NDArray[Any], float], Floats]
    ) -> Floats:
        result = np.empty(len(counts))
        step = max(1, _EXACT_CELLS // max(1, counts.shape[1]))
        for start in range(0, len(counts), step):
            result[start : start + step] = of(counts[start : start + step], tau)
        return result

    def again(self, sets: Sets, measures: Floats, tau: float) -> Floats:
        """Return the gains at a higher cost."""
        return np.minimum(measures, self.measures(sets, tau)[0])

    def pair_measures(self, live: NDArray[np.intp], tau: float) -> Iterator[tuple[Any, Floats]]:
        """Yield the gains of each pair, rounded up."""
        if _is_small(self.sets, live, self._hot_blocks(tau)):
            yield _one_by_one(self, live, tau)
            return
        gains = np.maximum(self.score.a * self.values - tau, 0.0)
        if self.weights is not None:
            gains *= self.weights
        roots = np.sqrt(gains).astype(np.float32)
        scale = float(gains.max(initial=0.0))
        for rows, sums in _products(self.sets, live, roots, self._hot_blocks(tau), self.tick):
            yield rows, sums * _ROUNDING + scale * 1e-6

    def refine(self, sets: Sets, measures: Floats, tau: float) -> tuple[Floats, NDArray[Any]]:
        """Return the lower of two bounds, each right."""
        tight, state = self.measures(sets, tau)
        return np.minimum(measures, tight), state

    def may_gain(self, state: NDArray[Any], tau: float) -> Floats:
        """Return what the rows that were counted gain at most."""
        if tau < 0:  # rows further down gain too
            return np.full(len(state), np.inf)
        return self._in_parts(state, tau, lambda counts, at: self._full_gain(counts, 0, at))

    def exact(self, sets: Sets, state: NDArray[Any], tau: float) -> Known:
        """Count rows until they cost too much; add up what is left row by row."""
        n_known = state.shape[1]
        done = bisect.bisect_left(self.ends, n_known) + 1
        gain = self._full_gain(state, 0, tau)
        sizes = state.sum(axis=1, dtype=np.int64)
        which = np.arange(len(sets))
        for block in range(len(self.sets.blocks)):
            if block < done:
                continue
            first = self.ends[block - 1]
            counts = self.sets.count(block, sets[which], self.offsets[block], self.tick)
            gain[which] += self._full_gain(counts, first, tau)
            sizes[which] += counts.sum(axis=1, dtype=np.int64)
            if tau >= 0:
                which = which[gain[which] > self.score.enough]
        which = which[(gain[which] > self.score.enough) & (sizes[which] >= self.min_rows)]
        loss, weight = self._sums(sets[which])
        if self.weights is None:
            weight = sizes[which].astype(np.float64)
        return which, sizes[which], weight, loss

    def _sums(self, sets: Sets) -> tuple[Floats, Floats]:
        """Return the loss and the weight of sets, row by row."""
        per_row = self.values[:, None]
        if self.weights is not None:
            per_row = np.stack([self.values * self.weights, self.weights], axis=1)
        result = np.zeros((len(sets), per_row.shape[1]))
        step = max(1, _EXACT_CELLS // (BLOCK_WORDS * WORD_ROWS))
        for block, words in enumerate(self.sets.blocks):
            first = self.sets.starts[block] * WORD_ROWS
            part = per_row[first : first + words.shape[1] * WORD_ROWS]
            for start in range(0, len(sets), step):
                truths = self.sets.truths(block, sets[start : start + step], slice(None))
                result[start : start + step] += truths[:, : len(part)].astype(np.float64) @ part
                self.tick()
        return result[:, 0], result[:, -1]


def _count_block(
    bitsets: Bitsets, block: int, sets: Sets, tick: Callable[[], None]
) -> NDArray[np.int64]:
    """Return how many rows of a block are in all of some sets."""
    return bitsets.count(block, sets, _WHOLE_BLOCK, tick)[:, 0].astype(np.int64)


def _is_small(bitsets: Bitsets, live: NDArray[np.intp], n_blocks: int) -> bool:
    """Return whether pairs are counted sooner than the threads of a product have met."""
    n_words = sum(words.shape[1] for words in bitsets.blocks[:n_blocks])
    return bool(len(live) ** 2 * n_words < _FEW_WORDS)


def _one_by_one(
    target: Target, live: NDArray[np.intp], tau: float
) -> tuple[NDArray[np.intp], Floats]:
    """Return the matrix of the measures of pairs; 0 below its diagonal."""
    n = len(live)
    first, second = np.triu_indices(n, 1)
    total = np.zeros((n, n))
    pairs = np.stack([live[first], live[second]], axis=1)
    total[first, second] = target.measures(pairs, tau)[0]
    return np.arange(n), total


def _products(
    bitsets: Bitsets,
    live: NDArray[np.intp],
    roots: NDArray[np.float32] | None,
    n_blocks: int,
    tick: Callable[[], None],
) -> Iterator[tuple[NDArray[np.intp], Floats]]:
    """Yield, for each pair of sets, the rows in both, or the sum of their squared `roots`."""
    n = len(live)
    tile = max(1, min(n, 1 << 11))
    for top in range(0, n, tile):
        rows = np.arange(top, min(n, top + tile))
        total = np.zeros((len(rows), n))
        for block in range(n_blocks):
            words = bitsets.blocks[block]
            step = min(_PRODUCT_ROWS, max(1024, _PRODUCT_CELLS // n)) // WORD_ROWS
            for start in range(0, words.shape[1], step):
                bits = words[live, start : start + step]
                truths = np.unpackbits(bits.view(np.uint8), axis=1, bitorder="little")
                first = (bitsets.starts[block] + start) * WORD_ROWS
                if roots is None:
                    matrix = truths.astype(np.float32)
                else:
                    part = np.zeros(truths.shape[1], dtype=np.float32)
                    known = roots[first : first + len(part)]
                    part[: len(known)] = known
                    matrix = truths * part
                total += matrix[rows] @ matrix.T if tile < n else matrix @ matrix.T
                tick()
        yield rows, total


def _segments(
    n_words: int,
) -> tuple[list[int], list[NDArray[np.intp]], NDArray[np.intp]]:
    """Cut words into segments, short ones first, and those into blocks.

    Returns
    -------
    ends : list of int
        The number of segments up to the end of each block.
    offsets : list of ndarray
        Where the segments of each block begin, in words of the block.
    lengths : ndarray
        Words per segment.
    """
    longest = int(np.clip(n_words // _N_SEGMENTS, 1, BLOCK_WORDS))
    lengths: list[int] = []
    ends: list[int] = []
    offsets: list[NDArray[np.intp]] = []
    done = 0
    while done < n_words:
        block = min(BLOCK_WORDS, n_words - done)
        at = 0
        starts = []
        while at < block:
            length = min(longest, 1 + (done + at) // 8, block - at)
            starts.append(at)
            lengths.append(length)
            at += length
        offsets.append(np.array(starts, dtype=np.intp))
        ends.append(len(lengths))
        done += block
    return ends, offsets, np.array(lengths, dtype=np.intp)
