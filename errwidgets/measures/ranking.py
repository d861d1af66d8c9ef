"""How well scores put positive rows before negative ones: ROC and precision-recall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from errwidgets.measures._checks import as_codes, as_values, as_weights
from errwidgets.measures.intervals import Estimate, effective_sample_size, score_interval
from errwidgets.measures.score_groups import (
    MAX_EXACT_ROWS,
    TOLERANCE,
    exact_groups,
    score_groups,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

    from errwidgets.measures.score_groups import ScoreGroups

NAN = float("nan")


class RankingSummary(NamedTuple):
    """Areas under the curves, and how they were computed.

    Attributes
    ----------
    roc_auc, average_precision : Estimate
        In [0, 1], higher is better. There is no closed form for the interval of the latter.
    is_exact : bool
        False where scores were binned, above a million rows.
    error_bound : float
        The most by which binning can have changed either value.
    """

    roc_auc: Estimate
    average_precision: Estimate
    is_exact: bool
    error_bound: float


def roc_curve(
    groups: ScoreGroups,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the ROC curve.

    Parameters
    ----------
    groups : ScoreGroups
        From :func:`~errwidgets.measures.score_groups.score_groups`.

    Returns
    -------
    fpr, tpr, thresholds : ndarray of shape (n_groups + 1,)
        False-positive and true-positive rate in [0, 1] of the rows with at least the threshold's
        score; the first threshold is infinity. A rate without rows to divide by is NaN. As
        :func:`sklearn.metrics.roc_curve` with ``drop_intermediate=False``.

    Examples
    --------
    >>> fpr, tpr, _ = roc_curve(score_groups([True, False, True], [0.5, 0.25, 0.75]))
    >>> fpr, tpr
    (array([0., 0., 0., 1.]), array([0. , 0.5, 1. , 1. ]))
    """
    hits = np.concatenate(([0], np.cumsum(groups.positives))).astype(np.float64)
    alarms = np.concatenate(([0], np.cumsum(groups.negatives))).astype(np.float64)
    thresholds = np.concatenate(([np.inf], groups.thresholds))
    return _share(alarms, alarms[-1]), _share(hits, hits[-1]), thresholds


def precision_recall_curve(
    groups: ScoreGroups,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the precision-recall curve.

    Parameters
    ----------
    groups : ScoreGroups
        From :func:`~errwidgets.measures.score_groups.score_groups`.

    Returns
    -------
    precision, recall : ndarray of shape (n_groups + 1,)
        In [0, 1], by ascending threshold, ending at precision 1 and recall 0. Without positives
        recall is 1 up to there.
    thresholds : ndarray of shape (n_groups,)
        Ascending. All as :func:`sklearn.metrics.precision_recall_curve`.

    Examples
    --------
    >>> groups = score_groups([True, False, True], [0.5, 0.25, 0.75])
    >>> precision, recall, thresholds = precision_recall_curve(groups)
    >>> precision.round(2), recall
    (array([0.67, 1.  , 1.  , 1.  ]), array([1. , 1. , 0.5, 0. ]))
    """
    hits = np.cumsum(groups.positives).astype(np.float64)
    chosen = hits + np.cumsum(groups.negatives)
    precision = np.divide(hits, chosen, out=np.zeros(hits.size), where=chosen > 0)
    total = hits[-1] if hits.size else 0.0
    recall = hits / total if total > 0 else np.ones(hits.size)
    return (
        np.concatenate((precision[::-1], [1.0])),
        np.concatenate((recall[::-1], [0.0])),
        groups.thresholds[::-1],
    )


def roc_auc(groups: ScoreGroups) -> float:
    """Return the area under the ROC curve.

    Parameters
    ----------
    groups : ScoreGroups
        From :func:`~errwidgets.measures.score_groups.score_groups`.

    Returns
    -------
    float
        In [0, 1]: the share of pairs of a positive and a negative row that are in the right order,
        ties half. NaN without positives or without negatives.

    References
    ----------
    Hanley, J. A. and McNeil, B. J. (1982). The meaning and use of the area under a ROC curve.
    Radiology 143, 29-36.

    Examples
    --------
    >>> roc_auc(score_groups([True, False, True, False], [0.5, 0.5, 0.75, 0.25]))
    0.875
    """
    positives = groups.positives.astype(np.float64)
    beaten, _ = _placements(groups)
    total = float(positives.sum())
    return float(positives @ beaten) / total if total > 0 else NAN


def average_precision(groups: ScoreGroups) -> float:
    """Return the average precision, ``Σ (recallᵢ - recallᵢ₋₁) precisionᵢ``.

    Parameters
    ----------
    groups : ScoreGroups
        From :func:`~errwidgets.measures.score_groups.score_groups`.

    Returns
    -------
    float
        In [0, 1]; 0 without positives, as in scikit-learn; NaN without rows.

    Examples
    --------
    >>> round(average_precision(score_groups([True, False, True], [0.5, 0.6, 0.75])), 4)
    0.8333
    """
    if not groups.thresholds.size:
        return NAN
    hits = groups.positives.astype(np.float64)
    reached = np.cumsum(hits)
    if reached[-1] == 0:
        return 0.0
    chosen = reached + np.cumsum(groups.negatives)
    precision = np.divide(reached, chosen, out=np.zeros(hits.size), where=chosen > 0)
    return float(hits @ precision) / float(reached[-1])


def ranking_summary(
    true_codes: ArrayLike,
    scores: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    pos_code: int = 1,
    max_exact_rows: int = MAX_EXACT_ROWS,
    tolerance: float = TOLERANCE,
) -> RankingSummary:
    """Return the areas under the ROC and the precision-recall curve, with intervals.

    Parameters
    ----------
    true_codes : array-like of shape (n_samples,)
        Codes of the true classes.
    scores : array-like of shape (n_samples,) or (n_samples, n_classes)
        One dimension: scores of `pos_code` against the rest. Two: one column a class, each against
        the rest, averaged over the classes that occur and are not alone; with two columns only
        that of `pos_code` counts.
    sample_weight : array-like of shape (n_samples,), optional
        Finite, non-negative weights.
    pos_code : int, default 1
        The positive class of two.
    max_exact_rows, tolerance
        See :func:`~errwidgets.measures.score_groups.score_groups`.

    Returns
    -------
    RankingSummary
        Values NaN where undefined: without rows of one of the two sides.

    Raises
    ------
    TypeError
        Codes that are not integers.
    ValueError
        Different lengths, scores that are not finite, weights negative or not finite.

    Notes
    -----
    The variance of the area is DeLong's: that of each row's share of rows of the other side it is
    in order with. Averages over classes take the rows' shares in all classes together, so the
    correlation of the classes counts; where scores are binned, they take the classes as fully
    correlated, which is never too narrow. With weights each row counts by its weight, and Kish's
    effective numbers stand for the rows of a side.

    References
    ----------
    DeLong, E. R., DeLong, D. M. and Clarke-Pearson, D. L. (1988). Comparing the areas under two or
    more correlated receiver operating characteristic curves. Biometrics 44, 837-845.

    Examples
    --------
    >>> summary = ranking_summary([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    >>> summary.roc_auc.value, round(summary.average_precision.value, 4), summary.is_exact
    (0.75, 0.8333, True)
    """
    table = np.asarray(scores)
    if table.ndim not in (1, 2):
        raise ValueError(f"scores must have one or two dimensions, got shape {table.shape}.")
    n_classes = max(2, pos_code + 1) if table.ndim == 1 else table.shape[1]
    true = as_codes(true_codes, n_classes, "true_codes")
    if len(table) != true.size:
        raise ValueError(f"scores have {len(table)} rows for {true.size} true codes.")
    weights = None if sample_weight is None else as_weights(sample_weight, true.size)
    single = table.ndim == 1 or n_classes == 2  # noqa: PLR2004
    values = _Areas(true.size)
    for positive, column in _against_the_rest(true, table, pos_code):
        if true.size > max_exact_rows:
            groups = score_groups(
                positive, column, weights, max_exact_rows=max_exact_rows, tolerance=tolerance
            )
            values.add(groups, single=single)
            continue
        groups, order, starts = exact_groups(positive, as_values(column, "scores"), weights)
        if values.add(groups, single=single) and not single:
            own = None if weights is None else weights[order]
            influence = _influence(groups, values.areas[-1], starts, positive[order], own)
            values.add_influence(order, influence)
    return values.summary()


def _against_the_rest(
    true: NDArray[Any], table: NDArray[Any], pos_code: int
) -> Iterator[tuple[NDArray[np.bool_], NDArray[Any]]]:
    """Yield, for each class that counts, which rows are of it and their scores."""
    if table.ndim == 1:
        yield true == pos_code, table
    elif table.shape[1] == 2:  # noqa: PLR2004
        yield true == pos_code, table[:, pos_code]
    else:
        for code in range(table.shape[1]):
            yield true == code, table[:, code]


class _Areas:
    """The areas of one class after the other, and what their average's variance needs."""

    def __init__(self, n_samples: int) -> None:
        self.n_samples = n_samples
        self.areas: list[float] = []
        self.precisions: list[float] = []
        self.deviations: list[float] = []
        self.sizes: list[float] = []
        self.bound = 0.0
        self.influence: NDArray[np.float64] | None = None

    def add(self, groups: ScoreGroups, *, single: bool) -> bool:
        """Take up a class and return whether its area is defined."""
        value = roc_auc(groups)
        defined = not np.isnan(value)
        if defined or single:
            self.precisions.append(average_precision(groups))
            self.bound = max(self.bound, groups.error_bound)
        if defined:
            variance, size = _delong(groups, value)
            self.areas.append(value)
            self.deviations.append(float(np.sqrt(variance)))
            self.sizes.append(size)
        return defined

    def add_influence(self, order: NDArray[np.intp], influence: NDArray[np.float64]) -> None:
        """Sum what each row adds to the deviation of the average."""
        if self.influence is None:
            self.influence = np.zeros(self.n_samples)
        self.influence[order] += influence

    def summary(self) -> RankingSummary:
        """Return the averages of what was taken up."""
        exact, n_areas = self.bound == 0, len(self.areas)
        precision = sum(self.precisions) / len(self.precisions) if self.precisions else NAN
        area = Estimate(NAN, support=self.n_samples)
        if n_areas:
            if self.influence is None:
                variance = (sum(self.deviations) / n_areas) ** 2
            else:
                variance = float(self.influence @ self.influence) / n_areas**2
            mean = sum(self.areas) / n_areas
            # The rows a proportion needs for such a variance, taking the classes as unrelated.
            size = n_areas**2 / sum(1 / each for each in self.sizes)
            area = Estimate(mean, *score_interval(mean, variance, size), self.n_samples)
        return RankingSummary(area, Estimate(precision, support=self.n_samples), exact, self.bound)


def _placements(groups: ScoreGroups) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return, by group, the share of negatives below and of positives above, ties half."""
    pos, neg = groups.positives.astype(np.float64), groups.negatives.astype(np.float64)
    above = np.cumsum(pos) - pos / 2
    total = float(neg.sum())
    beaten = total - np.cumsum(neg) + neg / 2
    return _share(beaten, total), _share(above, float(pos.sum()))


def _delong(groups: ScoreGroups, value: float) -> tuple[float, float]:
    """Return the variance of an area, and the rows a proportion would need in its place."""
    variance, inverse = 0.0, 0.0
    sides = (
        (groups.positives, groups.squared_positives),
        (groups.negatives, groups.squared_negatives),
    )
    for (rows, squares), placement in zip(sides, _placements(groups), strict=True):
        total = float(rows.sum())
        size = float(effective_sample_size(total, float(squares.sum())))
        spread = float(squares @ (placement - value) ** 2) / total**2
        variance += spread * size / (size - 1) if size > 1 else spread
        inverse += 1 / size
    return variance, 1 / inverse


def _influence(
    groups: ScoreGroups,
    value: float,
    starts: NDArray[np.intp],
    positive: NDArray[np.bool_],
    weights: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    """Return what each row, by descending score, adds to the deviation of the area."""
    lengths = np.diff(starts, append=positive.size)
    beaten, above = _placements(groups)
    sides = []
    for rows, squares, placement in (
        (groups.positives, groups.squared_positives, beaten),
        (groups.negatives, groups.squared_negatives, above),
    ):
        total = float(rows.sum())
        size = float(effective_sample_size(total, float(squares.sum())))
        factor = np.sqrt(size / (size - 1)) if size > 1 else 1.0
        sides.append(np.repeat((placement - value) * (factor / total), lengths))
    influence = np.where(positive, sides[0], sides[1])
    return influence if weights is None else influence * weights


def _share(part: NDArray[np.float64], total: Any) -> NDArray[np.float64]:
    """Return ``part / total``, NaN where there is nothing to divide by."""
    return part / total if total > 0 else np.full(part.shape, np.nan)
