"""Scores in order: how many positive and negative rows share a score, or a narrow bin of scores.

Curves and areas need no more than this, see :mod:`errwidgets.measures.ranking`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from errwidgets.measures._checks import as_values, as_weights, same_length

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

MAX_EXACT_ROWS = 1_000_000
"""Up to this many rows every distinct score is a group of its own."""

TOLERANCE = 1e-4
"""Above that, areas differ by at most this from those of distinct scores."""

_N_BINS = 1 << 15
_N_CELLS = 1 << 13
_SKETCH_ROWS = 1 << 17
# Share of rows that is sorted sooner than all are placed in uneven bins.
_FEW = 0.02
# Rows counted at a time, and rows placed in bins at a time, so that what they need stays in cache.
_CHUNK = 1 << 18
_STEP = 1 << 14


class ScoreGroups(NamedTuple):
    """Positive and negative rows by score, highest first.

    Attributes
    ----------
    thresholds : ndarray of shape (n_groups,)
        Lowest score of each group, descending.
    positives, negatives : ndarray of shape (n_groups,)
        Rows, or summed weights, of each group.
    squared_positives, squared_negatives : ndarray of shape (n_groups,)
        Summed squared weights; the rows themselves without weights.
    n_samples : int
        Number of rows.
    error_bound : float
        The most by which the area under the ROC curve, and the average precision, can differ from
        those of distinct scores; 0 where each group is one score.
    """

    thresholds: NDArray[np.float64]
    positives: NDArray[Any]
    negatives: NDArray[Any]
    squared_positives: NDArray[Any]
    squared_negatives: NDArray[Any]
    n_samples: int
    error_bound: float

    @property
    def is_exact(self) -> bool:
        """Whether nothing was binned."""
        return self.error_bound == 0


def score_groups(
    is_positive: ArrayLike,
    scores: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    max_exact_rows: int = MAX_EXACT_ROWS,
    tolerance: float = TOLERANCE,
) -> ScoreGroups:
    """Count positive and negative rows by score.

    Parameters
    ----------
    is_positive : array-like of shape (n_samples,), bool
        Whether each row is of the positive class.
    scores : array-like of shape (n_samples,)
        Finite scores, higher for the positive class.
    sample_weight : array-like of shape (n_samples,), optional
        Finite, non-negative weights.
    max_exact_rows : int, default 1_000_000
        With more rows, scores are binned.
    tolerance : float, default 1e-4
        What binning may change of an area; bins that hold too much are taken apart.

    Returns
    -------
    ScoreGroups
        Groups without any row or weight may occur only where weights are 0.

    Raises
    ------
    ValueError
        Different lengths, scores or weights that are not finite, weights negative.

    Examples
    --------
    >>> groups = score_groups([True, False, True], [0.5, 0.5, 0.75])
    >>> groups.thresholds, groups.positives, groups.negatives
    (array([0.75, 0.5 ]), array([1, 1]), array([0, 1]))
    """
    positive = np.asarray(is_positive, dtype=np.bool_)
    values = np.asarray(scores)
    same_length(positive, values, ("is_positive", "scores"))
    weights = None if sample_weight is None else as_weights(sample_weight, positive.size)
    if positive.size > max_exact_rows:
        return _binned(positive, as_values(values, "scores"), weights, tolerance)
    return exact_groups(positive, as_values(values, "scores"), weights)[0]


def exact_groups(
    positive: NDArray[np.bool_],
    scores: NDArray[np.float64],
    weights: NDArray[np.float64] | None,
) -> tuple[ScoreGroups, NDArray[np.intp], NDArray[np.intp]]:
    """Group checked rows by distinct score.

    Returns
    -------
    groups : ScoreGroups
        One group a distinct score.
    order : ndarray of shape (n_samples,)
        Rows by descending score.
    starts : ndarray of shape (n_groups,)
        Where each group starts in `order`.
    """
    order = np.argsort(-scores)
    ordered = scores[order]
    changes = np.ones(ordered.size, dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=changes[1:])
    starts = np.flatnonzero(changes)
    sides = []
    for side in (positive[order], ~positive[order]):
        for power in (1, 2):
            rows = side.astype(np.int64) if weights is None else side * weights[order] ** power
            sides.append(np.add.reduceat(rows, starts) if starts.size else rows)
    groups = ScoreGroups(
        ordered[starts], sides[0], sides[2], sides[1], sides[3], positive.size, 0.0
    )
    return groups, order, starts


def _binned(
    positive: NDArray[np.bool_],
    scores: NDArray[np.float64],
    weights: NDArray[np.float64] | None,
    tolerance: float,
) -> ScoreGroups:
    """Group rows by bins of scores, and by distinct score where a bin is too coarse."""
    grid = _choose_grid(positive, scores, tolerance)
    bins = np.empty(scores.size, dtype=np.uint16)
    sides = _count(bins, grid, positive, scores, weights)
    coarse = _too_coarse(sides[0], sides[1], tolerance)
    kept = (sides[0] + sides[1] > 0) & ~coarse
    bound = float(_errors(sides[0], sides[1])[:, kept].sum(axis=1).max(initial=0.0))
    columns: list[NDArray[Any]] = [np.flatnonzero(kept), grid.edges()[kept]]
    columns += [side[kept] for side in sides]
    if coarse.any():
        rows = np.flatnonzero(coarse[bins])
        part = None if weights is None else weights[rows]
        fine, order, starts = exact_groups(positive[rows], scores[rows], part)
        taken_apart: list[NDArray[Any]] = [bins[rows[order[starts]]], *fine[:5]]
        columns = [np.concatenate(pair) for pair in zip(columns, taken_apart, strict=True)]
    # By bin, and within a bin (only in those taken apart) by score.
    final = np.lexsort((-columns[1], -columns[0].astype(np.int64)))
    thresholds, pos, neg, pos2, neg2 = (column[final] for column in columns[1:])
    return ScoreGroups(thresholds, pos, neg, pos2, neg2, scores.size, bound)


class _Grid(NamedTuple):
    """Bins of scores: cells of equal width, each cut into a whole number of equal bins."""

    lowest: float
    highest: float
    pieces: NDArray[np.int64]  # bins of each cell

    def fill(self, bins: NDArray[np.uint16], scores: NDArray[np.float64]) -> None:
        """Write the bin of each score, which never decreases with the score."""
        # The range of two finite numbers may overflow: halve both then.
        shrink = 1.0 if np.isfinite(self.highest - self.lowest) else 0.5
        width = self.highest * shrink - self.lowest * shrink
        scale = self.pieces.size / width if width > 0 else 0.0
        n_bins = int(self.pieces.sum())
        even = n_bins == self.pieces.size
        factor = self.pieces.astype(np.float64)
        shift = np.cumsum(factor) - factor - np.arange(factor.size) * factor
        for start in range(0, scores.size, _STEP):
            part = scores[start : start + _STEP]
            position = part - self.lowest if shrink == 1 else part * shrink - self.lowest * shrink
            # A range so narrow that the scale overflows is one cell; rows in it are sorted.
            position *= scale if np.isfinite(scale) else 0.0
            if not even:
                cell = position.astype(np.intp)
                np.minimum(cell, factor.size - 1, out=cell)
                position *= factor[cell]
                position += shift[cell]
            np.minimum(position, n_bins - 1, out=position)
            bins[start : start + _STEP] = position

    def edges(self) -> NDArray[np.float64]:
        """Return the lowest score of each bin."""
        cell = np.repeat(np.arange(self.pieces.size), self.pieces)
        first = np.cumsum(self.pieces) - self.pieces
        inner = (np.arange(cell.size) - first[cell]) / self.pieces[cell]
        half = (cell + inner) / self.pieces.size * (self.highest / 2 - self.lowest / 2)
        edges: NDArray[np.float64] = self.lowest + half + half
        return edges


def _choose_grid(
    positive: NDArray[np.bool_], scores: NDArray[np.float64], tolerance: float
) -> _Grid:
    """Return bins of equal width if they are fine enough, else narrower ones where it matters.

    Which it is, is judged by some of the rows; what the bins then hold is counted from all.
    """
    lowest, highest = float(scores.min()), float(scores.max())
    even = _Grid(lowest, highest, np.ones(_N_BINS, dtype=np.int64))
    step = max(1, scores.size // _SKETCH_ROWS)
    seen = scores[::step].copy()
    bins = np.empty(seen.size, dtype=np.uint16)
    even.fill(bins, seen)
    # A bin whose few rows seen are all of one side still holds some of the other.
    rows = np.bincount(bins, minlength=_N_BINS)
    share = max(float(positive[::step].mean()), 1 / seen.size)
    hits = np.bincount(bins[positive[::step]], minlength=_N_BINS) * 0.98 + rows * share * 0.02
    misses = np.maximum(rows - hits, 0.0)
    if rows[_too_coarse(hits, misses, tolerance)].sum() <= _FEW * seen.size:
        return even
    by_cell = (_N_CELLS, -1)
    hits, misses = hits.reshape(by_cell).sum(axis=1), misses.reshape(by_cell).sum(axis=1)
    # Cutting a cell into m divides its error by m; all errors together are then smallest with m
    # proportional to the root of the cell's error.
    error = np.sqrt(_errors(hits, misses).sum(axis=0))
    pieces = 1 + np.floor((_N_BINS - _N_CELLS) * error / max(float(error.sum()), 1e-300))
    return _Grid(lowest, highest, pieces.astype(np.int64))


def _count(
    bins: NDArray[np.uint16],
    grid: _Grid,
    positive: NDArray[np.bool_],
    scores: NDArray[np.float64],
    weights: NDArray[np.float64] | None,
) -> list[NDArray[Any]]:
    """Fill in the bins; return positives, negatives, and squared weights of both, of each bin."""
    dtype: type = np.int64 if weights is None else np.float64
    n_bins = int(grid.pieces.sum())
    total: NDArray[Any] = np.zeros((2, n_bins, 2), dtype=dtype)
    for start in range(0, bins.size, _CHUNK):
        rows = slice(start, start + _CHUNK)
        grid.fill(bins[rows], scores[rows])
        code = bins[rows] << np.uint16(1)
        code |= positive[rows].view(np.uint8)
        if weights is None:
            total[0] += np.bincount(code, minlength=2 * n_bins).reshape(n_bins, 2)
            continue
        part = weights[rows]
        total[0] += np.bincount(code, part, 2 * n_bins).reshape(n_bins, 2)
        total[1] += np.bincount(code, part * part, 2 * n_bins).reshape(n_bins, 2)
    if weights is None:
        total[1] = total[0]
    return [total[0, :, 1], total[0, :, 0], total[1, :, 1], total[1, :, 0]]


def _errors(positives: NDArray[Any], negatives: NDArray[Any]) -> NDArray[np.float64]:
    """Return the most each bin can change the ROC area and the average precision, (2, n_bins).

    A bin's rows count as tied. Had they distinct scores, the area could differ by half of the pairs
    within the bin. Its positives would find a precision between that with all of the bin's
    negatives before them and that with none.
    """
    p, q = positives[::-1].astype(np.float64), negatives[::-1].astype(np.float64)
    above_p, above_q = np.cumsum(p) - p, np.cumsum(q) - q
    all_p, all_q = p.sum(), q.sum()
    area = np.divide(p * q, 2 * all_p * all_q, out=np.zeros(p.size), where=p * q > 0)
    best = np.divide(above_p + p, above_p + p + above_q, out=np.zeros(p.size), where=p > 0)
    worst = np.divide(above_p, above_p + above_q + q, out=np.zeros(p.size), where=above_p > 0)
    precision = np.divide(p * (best - worst), all_p, out=np.zeros(p.size), where=p * q > 0)
    return np.stack((area, precision))[:, ::-1]


def _too_coarse(
    positives: NDArray[Any], negatives: NDArray[Any], tolerance: float
) -> NDArray[np.bool_]:
    """Return the fewest bins without which both errors stay within the tolerance."""
    coarse = np.zeros(positives.size, dtype=np.bool_)
    for errors in _errors(positives, negatives):
        order = np.argsort(errors)
        coarse[order[np.cumsum(errors[order]) > tolerance]] = True
    return coarse
