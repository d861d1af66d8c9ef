"""Classification metrics from confusion counts, per class and over all classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from errwidgets.measures import gradients
from errwidgets.measures.intervals import (
    Estimate,
    effective_sample_size,
    f1_interval,
    multinomial_variance,
    score_interval,
    wilson_interval,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

NAN = float("nan")
_TIE = 1e-12


def per_class(
    counts: ArrayLike,
    *,
    zero_division: float = NAN,
    squared_counts: ArrayLike | None = None,
    row_counts: ArrayLike | None = None,
) -> dict[str, NDArray[Any]]:
    """Return precision, recall, F1 and specificity of each class, with intervals.

    Parameters
    ----------
    counts : array-like of shape (n_classes, n_classes)
        Confusion counts, or summed weights; row: true class.
    zero_division : float, default nan
        Value of a metric that divides by nothing: nan, 0 or 1, as in scikit-learn. Its interval is
        NaN in every case.
    squared_counts : array-like of shape (n_classes, n_classes), optional
        Summed squared weights of each cell: needed with weights, for Kish's effective number.
    row_counts : array-like of shape (n_classes, n_classes), optional
        Unweighted counts: given with weights, `n_samples` is added.

    Returns
    -------
    dict of str to ndarray of shape (n_classes,)
        ``precision``, ``recall``, ``f1``, ``specificity`` in [0, 1]; ``support`` and ``predicted``,
        rows (summed weights) of the true and of the predicted class; ``n_samples``, rows of the
        true class, if `row_counts` is given; ``…_ci_low`` and ``…_ci_high`` of the four metrics.

    Raises
    ------
    ValueError
        Counts that are not square, negative or not finite, or another `zero_division`.

    References
    ----------
    Intervals: :func:`~errwidgets.measures.intervals.wilson_interval`, and
    :func:`~errwidgets.measures.intervals.f1_interval` for F1.

    Examples
    --------
    >>> table = per_class([[8, 2], [1, 9]])
    >>> table["recall"], table["support"]
    (array([0.8, 0.9]), array([10, 10]))
    >>> table["recall_ci_low"].round(3), table["recall_ci_high"].round(3)
    (array([0.49 , 0.596]), array([0.943, 0.982]))
    """
    table = _as_table(counts, "counts")
    _check_zero_division(zero_division)
    parts, whole = _proportions(table)
    if squared_counts is None:
        sizes = whole.astype(np.float64)
        union = (whole[2] - parts[0]).astype(np.float64)
    else:
        squared_parts, squared_whole = _proportions(_as_table(squared_counts, "squared_counts"))
        sizes = effective_sample_size(whole, squared_whole)
        union = effective_sample_size(whole[2] - parts[0], squared_whole[2] - squared_parts[0])
    scores = _divide(parts, whole, NAN)
    scores[2] *= 2
    low, high = wilson_interval(scores, sizes)
    low[2], high[2] = f1_interval(scores[2], union)

    shown = np.where(whole > 0, scores, zero_division)
    names = ("precision", "recall", "f1", "specificity")
    result: dict[str, NDArray[Any]] = dict(zip(names, shown, strict=True))
    result["support"] = whole[1].copy()
    result["predicted"] = whole[0].copy()
    if row_counts is not None:
        result["n_samples"] = _as_table(row_counts, "row_counts").sum(axis=1)
    for position, name in enumerate(names):
        result[f"{name}_ci_low"] = low[position]
        result[f"{name}_ci_high"] = high[position]
    return result


def metric_values(
    counts: ArrayLike, *, zero_division: float = NAN
) -> dict[str, NDArray[np.float64]]:
    """Return the metrics over all classes, of one or many tables of counts at once.

    Parameters
    ----------
    counts : array-like of shape (..., n_classes, n_classes)
        Confusion counts, or summed weights; row: true class.
    zero_division : float, default nan
        Value of the precision, recall or F1 of a class that divides by nothing, as in scikit-learn:
        nan leaves the class out of the averages, 0 and 1 count.

    Returns
    -------
    dict of str to ndarray of shape (...)
        ``accuracy``, ``error_rate``, ``balanced_accuracy`` (the mean recall of the classes that
        occur), ``macro_precision``, ``macro_recall``, ``macro_f1``, ``weighted_f1`` and
        ``baseline_accuracy`` (always the majority class) in [0, 1]; ``mcc`` in [-1, 1], 0 where
        it is undefined; ``cohen_kappa`` in [-1, 1], NaN where undefined. All are NaN without rows.

    Raises
    ------
    ValueError
        Counts that are not square, negative or not finite, or another `zero_division`.

    Examples
    --------
    >>> values = metric_values([[8, 2], [1, 9]])
    >>> float(values["accuracy"]), float(values["mcc"].round(4))
    (0.85, 0.7035)
    """
    table = _as_table(counts, "counts").astype(np.float64)
    _check_zero_division(zero_division)
    hits = np.diagonal(table, axis1=-2, axis2=-1)
    true = table.sum(axis=-1)
    pred = table.sum(axis=-2)
    total = true.sum(axis=-1)
    right = hits.sum(axis=-1)
    precision = _divide(hits, pred, zero_division)
    recall = _divide(hits, true, zero_division)
    f1 = _divide(2 * hits, true + pred, zero_division)
    agreement = (true * pred).sum(axis=-1)
    values = {
        "accuracy": _divide(right, total, NAN),
        "error_rate": _divide(_off_diagonal(table, hits), total, NAN),
        "balanced_accuracy": _mean(_divide(hits, true, NAN)),
        "macro_precision": _mean(precision),
        "macro_recall": _mean(recall),
        "macro_f1": _mean(f1),
        # A class without rows has no weight, whatever its F1 is set to.
        "weighted_f1": _divide((true * np.where(true > 0, f1, 0.0)).sum(axis=-1), total, NAN),
        "mcc": _matthews(true, pred, right, agreement),
        "cohen_kappa": _cohen_kappa(table, hits, true, pred),
        "baseline_accuracy": _divide(true.max(axis=-1), total, NAN),
    }
    # A table without rows has nothing to average: zero_division speaks of classes, not of it.
    return {name: np.where(total > 0, value, NAN) for name, value in values.items()}


def classification_summary(
    counts: ArrayLike,
    *,
    zero_division: float = NAN,
    squared_counts: ArrayLike | None = None,
    n_samples: int | None = None,
) -> dict[str, Estimate]:
    """Return the metrics over all classes with their intervals.

    Parameters
    ----------
    counts : array-like of shape (n_classes, n_classes)
        Confusion counts, or summed weights; row: true class.
    zero_division : float, default nan
        As in :func:`metric_values`.
    squared_counts : array-like of shape (n_classes, n_classes), optional
        Summed squared weights of each cell: needed with weights.
    n_samples : int, optional
        Number of rows, the `support` of each metric; default: the sum of `counts`.

    Returns
    -------
    dict of str to Estimate
        In the order of :func:`metric_values`; limits are NaN where the metric is.

    Raises
    ------
    ValueError
        As in :func:`metric_values`.

    Notes
    -----
    Shares of rows (accuracy, error rate, baseline) have Wilson's interval. The averages, Matthews'
    coefficient and kappa have the multinomial delta variance of
    :func:`~errwidgets.measures.intervals.multinomial_variance` with the derivatives of
    :mod:`errwidgets.measures.gradients`, turned into limits by
    :func:`~errwidgets.measures.intervals.score_interval`. Where that variance is 0, the effective
    number of rows of an average with shares ``aᵢ`` of classes with ``nᵢ`` rows takes its place,
    ``1 / (Σ aᵢ² / nᵢ)``. With weights the shares of rows have the linearised variance too: Kish's
    number takes weights and errors as unrelated, which weights per class are not. The interval
    of the baseline takes the majority class as known.

    Examples
    --------
    >>> summary = classification_summary([[80, 20], [10, 90]])
    >>> [round(number, 4) for number in summary["macro_f1"]]
    [0.8496, 0.7934, 0.8926, 200]
    """
    table = _as_table(counts, "counts")
    squares = table if squared_counts is None else _as_table(squared_counts, "squared_counts")
    total = float(table.sum())
    rows = round(total) if n_samples is None else n_samples
    values = {
        name: float(value)
        for name, value in metric_values(table, zero_division=zero_division).items()
    }
    effective = float(effective_sample_size(total, float(squares.sum())))
    summary: dict[str, Estimate] = {}
    variances = _variances(table, squares, zero_division) if total > 0 else {}
    if squared_counts is not None and total > 0:
        variances |= _share_variances(table, squares, effective)
    for name, value in values.items():
        if name in variances:
            variance, size, lowest = variances[name]
            low, high = score_interval(value, variance, size, bounds=(lowest, 1.0))
        else:
            limits = wilson_interval(value, effective)
            low, high = float(limits[0]), float(limits[1])
        summary[name] = Estimate(value, low, high, rows)
    return summary


def _variances(
    counts: NDArray[Any], squares: NDArray[Any], zero_division: float
) -> dict[str, tuple[float, float, float]]:
    """Return delta variance, fall-back number of rows and lowest value of each average."""
    n_classes = len(counts)
    hits, true, pred = np.diagonal(counts), counts.sum(axis=1), counts.sum(axis=0)
    squared_true, squared_pred = squares.sum(axis=1), squares.sum(axis=0)
    true_size = effective_sample_size(true, squared_true)
    pred_size = effective_sample_size(pred, squared_pred)
    union_size = effective_sample_size(
        true + pred - hits, squared_true + squared_pred - np.diagonal(squares)
    )
    drop = bool(np.isnan(zero_division))
    n_true = int(np.count_nonzero(true))
    n_recall = n_true if drop else n_classes
    n_precision = int(np.count_nonzero(pred)) if drop else n_classes
    n_f1 = int(np.count_nonzero(true + pred)) if drop else n_classes
    even = np.ones(n_classes)
    by_true, by_pred = _average_size(even, true_size), _average_size(even, pred_size)
    plan = {
        "balanced_accuracy": (gradients.macro_recall(counts, n_true), by_true, 0.0),
        "macro_precision": (gradients.macro_precision(counts, n_precision), by_pred, 0.0),
        "macro_recall": (gradients.macro_recall(counts, n_recall), by_true, 0.0),
        "macro_f1": (gradients.macro_f1(counts, n_f1), _average_size(even, union_size), 0.0),
        "weighted_f1": (gradients.weighted_f1(counts), _average_size(true, union_size), 0.0),
        "mcc": (gradients.matthews(counts), min(by_true, by_pred), -1.0),
        "cohen_kappa": (gradients.cohen_kappa(counts), min(by_true, by_pred), -1.0),
    }
    return {
        name: (multinomial_variance(gradient, counts, squares), size, lowest)
        for name, (gradient, size, lowest) in plan.items()
    }


def _share_variances(
    counts: NDArray[Any], squares: NDArray[Any], size: float
) -> dict[str, tuple[float, float, float]]:
    """Return linearised variance, fall-back number of rows and lowest value of weighted shares."""
    right = np.eye(len(counts))
    true = counts.sum(axis=1)
    majority = np.zeros(counts.shape)
    # Sums that differ by rounding are equal, as with balanced weights: the first class is it then.
    majority[int((true >= true.max() * (1 - _TIE)).argmax())] = 1.0
    accuracy = (multinomial_variance(right, counts, squares), size, 0.0)
    baseline = (multinomial_variance(majority, counts, squares), size, 0.0)
    return {"accuracy": accuracy, "error_rate": accuracy, "baseline_accuracy": baseline}


def _average_size(shares: NDArray[Any], sizes: NDArray[np.float64]) -> float:
    """Return how many rows a proportion needs for the variance of this average of proportions."""
    kept = sizes > 0
    part = shares[kept] / shares[kept].sum()
    return float(1 / (part * part / sizes[kept]).sum())


def _proportions(table: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return hits and totals of precision, recall, half the F1 and specificity, (4, n_classes)."""
    hits, true, pred = np.diagonal(table), table.sum(axis=1), table.sum(axis=0)
    rest = true.sum() - true
    # Rounding of weighted sums must not leave a class with fewer than no true negatives.
    true_negatives = np.maximum(rest - (pred - hits), 0)
    return np.stack((hits, hits, hits, true_negatives)), np.stack((pred, true, true + pred, rest))


def _matthews(true: Any, pred: Any, right: Any, agreement: Any) -> NDArray[np.float64]:
    """Return Matthews' correlation of k classes, 0 where one side has a single class."""
    total = true.sum(axis=-1)
    spread = (total**2 - (pred * pred).sum(axis=-1)) * (total**2 - (true * true).sum(axis=-1))
    several = ((true > 0).sum(axis=-1) > 1) & ((pred > 0).sum(axis=-1) > 1) & (spread > 0)
    root = np.sqrt(np.where(several, spread, 1.0))
    return np.where(several, (right * total - agreement) / root, 0.0)


def _cohen_kappa(table: Any, hits: Any, true: Any, pred: Any) -> NDArray[np.float64]:
    """Return Cohen's kappa, NaN where chance alone agrees always."""
    total = true.sum(axis=-1)
    expected = (true * (total[..., None] - pred)).sum(axis=-1)
    several = ((true + pred) > 0).sum(axis=-1) > 1
    observed = _off_diagonal(table, hits) * total
    return 1 - _divide(observed, np.where(several, expected, 0.0), NAN)


def _off_diagonal(table: NDArray[Any], hits: NDArray[Any]) -> NDArray[Any]:
    """Return the sum of the wrong cells, exact for whole counts and never negative."""
    return np.asarray(np.maximum(table.sum(axis=(-2, -1)) - hits.sum(axis=-1), 0.0))


def _divide(part: Any, whole: Any, undefined: float) -> NDArray[np.float64]:
    """Return ``part / whole``, `undefined` where there is nothing to divide by."""
    out = np.full(np.shape(whole), undefined, dtype=np.float64)
    return np.asarray(np.divide(part, whole, out=out, where=np.asarray(whole) > 0))


def _mean(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean over the last axis of the scores that are numbers."""
    defined = ~np.isnan(scores)
    return _divide(np.where(defined, scores, 0.0).sum(axis=-1), defined.sum(axis=-1), NAN)


def _as_table(counts: ArrayLike, name: str) -> NDArray[Any]:
    """Return square counts, refusing what cannot be counts."""
    table = np.asarray(counts)
    if table.ndim < 2 or table.shape[-1] != table.shape[-2] or table.shape[-1] == 0:  # noqa: PLR2004
        raise ValueError(f"{name} must have shape (n_classes, n_classes), got {table.shape}.")
    if table.dtype.kind not in "iuf":
        raise ValueError(f"{name} must hold numbers, got dtype {table.dtype}.")
    if table.size and not (float(table.min()) >= 0 and np.isfinite(float(table.max()))):
        raise ValueError(f"{name} must be finite and not negative.")
    return table


def _check_zero_division(zero_division: float) -> None:
    """Refuse what scikit-learn refuses."""
    if not (np.isnan(zero_division) or zero_division in (0, 1)):
        raise ValueError(f"zero_division must be nan, 0 or 1, got {zero_division!r}.")
