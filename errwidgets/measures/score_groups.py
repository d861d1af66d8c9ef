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
_CHUNK = 1 << 17


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
    """Group rows by bins of equal width, and by distinct score where that is too coarse."""
    lowest, highest = float(scores.min()), float(scores.max())
    # Halved, because the range of two finite numbers may overflow.
    width = highest / 2 - lowest / 2
    bins = np.zeros(scores.size, dtype=np.uint16)
    if width > 0:
        _fill_bins(bins, scores, lowest, width)
    sides = _count(bins, positive, weights, _N_BINS)
    coarse = _too_coarse(sides[0], sides[1], tolerance)
    half = np.arange(_N_BINS) / _N_BINS * width
    edges = lowest + half + half
    kept = (sides[0] + sides[1] > 0) & ~coarse
    bound = float(_errors(sides[0], sides[1])[:, kept].sum(axis=1).max(initial=0.0))
    columns: list[NDArray[Any]] = [
        np.flatnonzero(kept),
        edges[kept],
        *(side[kept] for side in sides),
    ]
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


def _fill_bins(
    bins: NDArray[np.uint16], scores: NDArray[np.float64], lowest: float, width: float
) -> None:
    """Write the bin of each score, never decreasing with the score."""
    buffer = np.empty(_CHUNK)
    for start in range(0, scores.size, _CHUNK):
        part = scores[start : start + _CHUNK]
        scaled = buffer[: part.size]
        np.divide(part, 2, out=scaled)
        scaled -= lowest / 2
        scaled *= _N_BINS / width if _N_BINS / width < np.inf else 0.0
        np.minimum(scaled, _N_BINS - 1, out=scaled)
        bins[start : start + _CHUNK] = scaled


def _count(
    bins: NDArray[np.uint16],
    positive: NDArray[np.bool_],
    weights: NDArray[np.float64] | None,
    n_bins: int,
) -> list[NDArray[Any]]:
    """Return positives, negatives, and the squared weights of both, of each bin."""
    dtype: type = np.int64 if weights is None else np.float64
    total: NDArray[Any] = np.zeros((2, n_bins, 2), dtype=dtype)
    for start in range(0, bins.size, _CHUNK):
        code = bins[start : start + _CHUNK] << np.uint16(1)
        code |= positive[start : start + _CHUNK].view(np.uint8)
        if weights is None:
            total[0] += np.bincount(code, minlength=2 * n_bins).reshape(n_bins, 2)
            continue
        part = weights[start : start + _CHUNK]
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
