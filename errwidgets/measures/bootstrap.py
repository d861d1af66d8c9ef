"""Percentile bootstrap: of counts by drawing tables, of means by drawing rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from errwidgets.measures._checks import as_values, as_weights
from errwidgets.measures.classification import metric_values
from errwidgets.measures.intervals import Estimate

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

_LIMITS = (0.025, 0.975)
# Numbers drawn at a time, so that memory does not grow with n_resamples.
_BLOCK = 1 << 22


def resample_counts(
    counts: ArrayLike, n_resamples: int = 1000, *, seed: int = 0
) -> NDArray[np.int64]:
    """Draw tables of counts as if all rows had been drawn again with replacement.

    Parameters
    ----------
    counts : array-like of int
        Rows in each cell, of any shape.
    n_resamples : int, default 1000
        Number of tables.
    seed : int, default 0
        Seed of the draws; the same seed gives the same tables.

    Returns
    -------
    ndarray of shape (n_resamples, *counts.shape), int64
        Tables with as many rows as `counts`.

    Raises
    ------
    ValueError
        Counts that are not whole or negative, or `n_resamples` below 1.

    Notes
    -----
    Drawing n rows with replacement and counting them is one multinomial draw with the observed
    shares, so the work depends on the number of cells and not on the number of rows.

    References
    ----------
    Efron, B. and Tibshirani, R. J. (1993). An Introduction to the Bootstrap, chapter 6.

    Examples
    --------
    >>> resample_counts([[8, 2], [1, 9]], 3).sum(axis=(1, 2))
    array([20, 20, 20])
    """
    table = np.asarray(counts)
    if table.dtype.kind not in "iu" and not np.array_equal(table, np.rint(table)):
        raise ValueError(
            "Only whole counts can be drawn again; weighted rows need resample_weighted_counts."
        )
    if table.size and table.min() < 0:
        raise ValueError(f"counts must not be negative, got {table.min()}.")
    _check_resamples(n_resamples)
    total = int(table.sum())
    cells = table.ravel().astype(np.float64)
    drawn = np.zeros((n_resamples, cells.size), dtype=np.int64)
    filled = np.flatnonzero(cells)
    if total:
        rng = np.random.default_rng(seed)
        drawn[:, filled] = rng.multinomial(total, cells[filled] / total, size=n_resamples)
    return drawn.reshape(n_resamples, *table.shape)


def resample_weighted_counts(
    cells: ArrayLike,
    n_cells: int,
    sample_weight: ArrayLike,
    n_resamples: int = 1000,
    *,
    seed: int = 0,
) -> NDArray[np.float64]:
    """Draw weighted rows again with replacement and sum their weights per cell.

    Parameters
    ----------
    cells : array-like of shape (n_samples,), int
        Cell of each row, in ``[0, n_cells)``.
    n_cells : int
        Number of cells.
    sample_weight : array-like of shape (n_samples,)
        Weights, kept by their rows: a row is drawn with probability 1 / n whatever its weight.
    n_resamples : int, default 1000
        Number of tables.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    ndarray of shape (n_resamples, n_cells), float64

    Raises
    ------
    ValueError
        Different lengths, weights negative or not finite, or `n_resamples` below 1.

    Notes
    -----
    Rows with the same cell and the same weight are alike, so the draw is multinomial over the
    distinct pairs: as cheap as without weights where weights take few values, and never more than
    one number per row and resample.

    Examples
    --------
    >>> resample_weighted_counts([0, 0, 1], 2, [1.0, 1.0, 2.0], 1, seed=1).sum() > 0
    np.True_
    """
    codes = np.asarray(cells).astype(np.int64)
    weights = as_weights(sample_weight, codes.size)
    _check_resamples(n_resamples)
    if codes.size == 0:
        return np.zeros((n_resamples, n_cells))
    distinct, weight_code = np.unique(weights, return_inverse=True)
    pair, rows = np.unique(codes * distinct.size + weight_code, return_counts=True)
    cell, weight = pair // distinct.size, distinct[pair % distinct.size]
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    rng = np.random.default_rng(seed)
    sums = np.zeros((n_resamples, n_cells))
    step = max(1, _BLOCK // pair.size)
    for start in range(0, n_resamples, step):
        size = min(step, n_resamples - start)
        drawn = rng.multinomial(codes.size, rows / codes.size, size=size) * weight
        sums[start : start + size, cell[starts]] = np.add.reduceat(drawn, starts, axis=1)
    return sums


def bootstrap_counts(
    counts: ArrayLike,
    statistic: Callable[[NDArray[Any]], NDArray[np.float64]],
    n_resamples: int = 1000,
    *,
    seed: int = 0,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the percentile interval of any statistic of counts.

    Parameters
    ----------
    counts : array-like of int
        Rows in each cell, of any shape.
    statistic : callable
        Takes tables of shape (n_tables, *counts.shape), returns an array with n_tables first.
    n_resamples : int, default 1000
        Number of tables drawn.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    low, high : ndarray
        The 2.5 % and 97.5 % quantiles over tables where the statistic is a number; NaN where it is
        never one.

    Raises
    ------
    ValueError
        As in :func:`resample_counts`.

    Examples
    --------
    >>> low, high = bootstrap_counts([80, 20], lambda tables: tables[:, 0] / tables.sum(axis=1))
    >>> bool(0.68 < low < 0.76), bool(0.84 < high < 0.92)
    (True, True)
    """
    return _percentiles(np.asarray(statistic(resample_counts(counts, n_resamples, seed=seed))))


def bootstrap_summary(
    counts: ArrayLike,
    *,
    zero_division: float = float("nan"),
    n_resamples: int = 1000,
    seed: int = 0,
    tables: ArrayLike | None = None,
    n_samples: int | None = None,
) -> dict[str, Estimate]:
    """Return the metrics over all classes with percentile intervals instead of closed forms.

    Parameters
    ----------
    counts : array-like of shape (n_classes, n_classes)
        Confusion counts, or with `tables` summed weights; row: true class.
    zero_division : float, default nan
        As in :func:`~errwidgets.measures.classification.metric_values`.
    n_resamples : int, default 1000
        Number of tables drawn.
    seed : int, default 0
        Seed of the draws.
    tables : array-like of shape (n_resamples, n_classes, n_classes), optional
        Tables drawn before: with weights, those of :func:`resample_weighted_counts`.
    n_samples : int, optional
        Number of rows, the `support` of each metric; default: the sum of `counts`.

    Returns
    -------
    dict of str to Estimate
        The metrics of :func:`~errwidgets.measures.classification.metric_values`.

    Raises
    ------
    ValueError
        As in :func:`resample_counts`: weighted counts without `tables` are refused.

    Examples
    --------
    >>> bootstrap_summary([[80, 20], [10, 90]])["accuracy"].value
    0.85
    """
    table = np.asarray(counts)
    values = metric_values(table, zero_division=zero_division)
    if tables is None:
        tables = resample_counts(table, n_resamples, seed=seed)
    drawn = metric_values(tables, zero_division=zero_division)
    rows = round(float(table.sum())) if n_samples is None else n_samples
    summary = {}
    for name, value in values.items():
        low, high = _percentiles(drawn[name])
        summary[name] = Estimate(float(value), float(low), float(high), rows)
    return summary


def bootstrap_mean(
    values: ArrayLike,
    sample_weight: ArrayLike | None = None,
    n_resamples: int = 1000,
    *,
    seed: int = 0,
) -> Estimate:
    """Return the mean of rows with its percentile interval.

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        One finite number per row, a loss for example.
    sample_weight : array-like of shape (n_samples,), optional
        Weights; rows are drawn with equal probability and keep their weight.
    n_resamples : int, default 1000
        Number of draws.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    Estimate
        The (weighted) mean and its limits; NaN without rows or weight.

    Raises
    ------
    ValueError
        Different lengths, or values that are not finite.

    Examples
    --------
    >>> bootstrap_mean([0.0, 1.0, 1.0, 2.0]).value
    1.0
    """
    rows = as_values(values, "values")
    weights = None if sample_weight is None else as_weights(sample_weight, rows.size)
    _check_resamples(n_resamples)
    if rows.size == 0 or (weights is not None and weights.sum() == 0):
        return Estimate(float("nan"), support=rows.size)
    rng = np.random.default_rng(seed)
    means = np.empty(n_resamples)
    for resample in range(n_resamples):
        drawn = rng.integers(0, rows.size, rows.size)
        if weights is None:
            means[resample] = rows[drawn].mean()
        else:
            total = weights[drawn].sum()
            means[resample] = (rows * weights)[drawn].sum() / total if total > 0 else np.nan
    low, high = _percentiles(means)
    return Estimate(float(np.average(rows, weights=weights)), float(low), float(high), rows.size)


def _percentiles(drawn: NDArray[np.float64]) -> tuple[Any, Any]:
    """Return the limits over the first axis, leaving out what is undefined."""
    lost = np.isnan(drawn)
    if not lost.any():
        return tuple(np.quantile(drawn, _LIMITS, axis=0))
    # Undefined draws are put last; the quantiles are those of the draws before them.
    ordered = np.sort(drawn, axis=0)
    left = (~lost).sum(axis=0)
    limits = []
    for limit in _LIMITS:
        position = limit * np.maximum(left - 1, 0)
        below = np.floor(position).astype(np.intp)
        above = np.minimum(below + 1, np.maximum(left - 1, 0))
        first = np.take_along_axis(ordered, below[None, ...], axis=0)[0]
        second = np.take_along_axis(ordered, above[None, ...], axis=0)[0]
        limits.append(first + (position - below) * (second - first))
    return limits[0], limits[1]


def _check_resamples(n_resamples: int) -> None:
    """Refuse a number of resamples that gives no interval."""
    if n_resamples < 1:
        raise ValueError(f"n_resamples must be at least 1, got {n_resamples}.")
