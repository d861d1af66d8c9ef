"""Regression metrics with intervals, and the threshold above which a residual is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from errwidgets.measures._checks import as_values, as_weights
from errwidgets.measures.intervals import (
    Z_95,
    Estimate,
    effective_sample_size,
    mean_estimate,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

NAN = float("nan")


def regression_summary(
    y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
) -> dict[str, Estimate]:
    """Return the regression metrics with their intervals.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted values, finite.
    sample_weight : array-like of shape (n_samples,), optional
        Finite, non-negative weights; rows without weight count only in `support`.

    Returns
    -------
    dict of str to Estimate
        ``mean_absolute_error``, ``root_mean_squared_error``, ``median_absolute_error``, at least 0,
        in the unit of `y_true`, lower is better; ``r2``, at most 1, higher is better; ``bias``, the
        mean of ``y_pred - y_true`` (minus the mean residual), positive where predictions are too
        high; ``baseline_mae``, the mean absolute error of always predicting the median of `y_true`.

    Raises
    ------
    ValueError
        Different lengths, values or weights that are not finite, negative weights.

    Notes
    -----
    Means have Student's interval, with weights for Kish's effective number of rows; that of the
    root is the root of the limits of the mean square; that of the baseline takes the median as
    known. The median has the limits whose ranks are ``n / 2 ± z √n / 2``, which hold whatever the
    distribution, and none below four rows. R² has the delta method's normal interval: with
    ``d = y_true - mean``, each row adds ``((1 - R²) d² - residual²) / mean(d²)`` to its deviation.
    Without spread in `y_true`, R² is 1 for perfect predictions, else 0, as in scikit-learn.

    References
    ----------
    Median: Conover, W. J. (1999). Practical Nonparametric Statistics, section 3.2; with weights
    Woodruff, R. S. (1952), JASA 47, 635-646. R²: the influence function of a ratio of means,
    Särndal, C.-E. et al. (1992), Model Assisted Survey Sampling, section 5.6.

    Examples
    --------
    >>> summary = regression_summary([1.0, 2.0, 3.0, 4.0], [1.5, 2.0, 2.5, 5.0])
    >>> summary["mean_absolute_error"].value, summary["bias"].value, summary["r2"].value
    (0.5, 0.25, 0.7)
    """
    true = as_values(y_true, "y_true")
    error = as_values(y_pred, "y_pred", n_samples=true.size) - true
    weights = None if sample_weight is None else as_weights(sample_weight, true.size)
    size = np.abs(error)
    square = mean_estimate(error * error, weights, bounds=(0, np.inf))
    center = weighted_median(true, weights)
    return {
        "mean_absolute_error": mean_estimate(size, weights, bounds=(0, np.inf)),
        "root_mean_squared_error": Estimate(
            float(np.sqrt(square.value)),
            float(np.sqrt(square.ci_low)),
            float(np.sqrt(square.ci_high)),
            true.size,
        ),
        "median_absolute_error": _median_estimate(size, weights),
        "r2": _r2_estimate(true, error, weights),
        "bias": mean_estimate(error, weights),
        "baseline_mae": (
            mean_estimate(np.abs(true - center), weights, bounds=(0, np.inf))
            if np.isfinite(center)
            else Estimate(NAN, support=true.size)
        ),
    }


def weighted_median(values: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
    """Return the value with half of the weight on either side.

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        Finite numbers.
    sample_weight : array-like of shape (n_samples,), optional
        Finite, non-negative weights.

    Returns
    -------
    float
        The mean of two values where both halve the weight; NaN without rows or weight.

    Raises
    ------
    ValueError
        Different lengths, values or weights that are not finite, negative weights.

    Examples
    --------
    >>> weighted_median([1.0, 2.0, 4.0, 8.0]), weighted_median([1.0, 2.0, 4.0], [1, 1, 5])
    (3.0, 4.0)
    """
    rows = as_values(values, "values")
    if sample_weight is None:
        return float(np.median(rows)) if rows.size else NAN
    ordered, reached = _by_weight(rows, as_weights(sample_weight, rows.size))
    if not ordered.size:
        return NAN
    half = reached[-1] / 2
    position = int(np.searchsorted(reached, half))
    after = min(position + 1, ordered.size - 1)
    if reached[position] - half > np.finfo(np.float64).eps:
        return float(ordered[position])
    return float((ordered[position] + ordered[after]) / 2)


def rec_curve(
    absolute_residual: ArrayLike, sample_weight: ArrayLike | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the regression error characteristic: the share of rows within each tolerance.

    Parameters
    ----------
    absolute_residual : array-like of shape (n_samples,)
        ``abs(y_true - y_pred)``, finite.
    sample_weight : array-like of shape (n_samples,), optional
        Finite, non-negative weights.

    Returns
    -------
    tolerance : ndarray of shape (n_distinct,)
        The distinct absolute residuals of rows with weight, ascending.
    share : ndarray of shape (n_distinct,)
        Share of the rows, or of the weight, with at most that residual, in (0, 1], ending at 1.

    Raises
    ------
    ValueError
        Different lengths, numbers that are not finite, negative weights or residuals.

    References
    ----------
    Bi, J. and Bennett, K. P. (2003). Regression error characteristic curves. ICML.

    Examples
    --------
    >>> rec_curve([0.0, 2.0, 1.0, 1.0])
    (array([0., 1., 2.]), array([0.25, 0.75, 1.  ]))
    """
    size = as_values(absolute_residual, "absolute_residual")
    if size.size and float(size.min()) < 0:
        raise ValueError(f"absolute_residual must not be negative, got {float(size.min())!r}.")
    weights = None if sample_weight is None else as_weights(sample_weight, size.size)
    ordered, reached = _by_weight(size, weights)
    if not ordered.size:
        return ordered, reached
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    return ordered[last], reached[last] / reached[-1]


def rec_knee(absolute_residual: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
    """Return the tolerance at the knee of the regression error characteristic.

    Rows with a larger absolute residual are the errors: past the knee, a wider tolerance takes in
    few further rows.

    Parameters
    ----------
    absolute_residual : array-like of shape (n_samples,)
        ``abs(y_true - y_pred)``, finite.
    sample_weight : array-like of shape (n_samples,), optional
        Finite, non-negative weights.

    Returns
    -------
    float
        One of the residuals, the smallest of several knees: where the share of rows is highest
        above the line from the origin to the largest residual. 0 for perfect predictions; the
        residual itself where all are equal, so that no row is an error; NaN without rows or weight.

    Raises
    ------
    ValueError
        As in :func:`rec_curve`.

    References
    ----------
    Satopää, V. et al. (2011). Finding a "kneedle" in a haystack: detecting knee points in system
    behavior. ICDCS Workshops (the distance to the diagonal, without smoothing).

    Examples
    --------
    >>> rec_knee([0.1, 0.2, 0.2, 0.3, 0.3, 5.0, 9.0])
    0.3
    """
    tolerance, share = rec_curve(absolute_residual, sample_weight)
    if not tolerance.size:
        return NAN
    widest = float(tolerance[-1])
    if widest == 0:
        return 0.0
    # Shares that differ by rounding only are one knee, so that the answer is the same everywhere.
    height = np.round(share - tolerance / widest, 12)
    return float(tolerance[int(height.argmax())])


def _by_weight(
    values: NDArray[np.float64], weights: NDArray[np.float64] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the values with weight in order, and the weight reached with each."""
    if weights is None:
        return np.sort(values), np.arange(1.0, values.size + 1)
    kept = weights > 0
    values, weights = values[kept], weights[kept]
    order = np.argsort(values, kind="stable")
    return values[order], np.cumsum(weights[order])


def _median_estimate(size: NDArray[np.float64], weights: NDArray[np.float64] | None) -> Estimate:
    """Return the median with its rank limits."""
    value = weighted_median(size, weights)
    ordered, reached = _by_weight(size, weights)
    if weights is None:
        effective = float(size.size)
    else:
        effective = float(effective_sample_size(weights.sum(), weights @ weights))
    reach = Z_95 / 2 / np.sqrt(effective) if effective > 0 else np.inf
    if reach >= 0.5:  # noqa: PLR2004
        return Estimate(value, support=size.size)
    ranks = np.searchsorted(reached, np.array([0.5 - reach, 0.5 + reach]) * reached[-1])
    low, high = ordered[np.minimum(ranks, ordered.size - 1)]
    return Estimate(value, float(low), float(high), size.size)


def _r2_estimate(
    true: NDArray[np.float64], error: NDArray[np.float64], weights: NDArray[np.float64] | None
) -> Estimate:
    """Return R² with its delta-method limits."""
    total = float(true.size if weights is None else weights.sum())
    if true.size < 2 or total == 0:  # noqa: PLR2004
        return Estimate(NAN, support=true.size)
    share = np.full(true.size, 1 / total) if weights is None else weights / total
    spread = (true - float(share @ true)) ** 2
    squares = error * error
    whole, left = float(share @ spread), float(share @ squares)
    # The rounding of the mean must not pass for spread.
    if np.ptp(true[share > 0]) == 0:
        return Estimate(1.0 if left == 0 else 0.0, support=true.size)
    value = 1 - left / whole
    influence = share * ((1 - value) * spread - squares) / whole
    deviation = Z_95 * float(np.sqrt(influence @ influence))
    return Estimate(value, value - deviation, min(value + deviation, 1.0), true.size)
