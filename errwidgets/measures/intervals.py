"""Confidence intervals in closed form, at 95 %.

Nothing here needs a special function, so that the browser computes the same to the last digits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from errwidgets.measures._checks import as_values, as_weights

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Z_95 = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution: every interval here covers 95 %."""

Interval = tuple["NDArray[np.float64]", "NDArray[np.float64]"]

# A variance this far below that of a plain proportion is the rounding of zero.
_NO_VARIANCE = 1e-12


class Estimate(NamedTuple):
    """A metric, the limits of its interval and the number of rows behind it."""

    value: float
    ci_low: float = float("nan")
    ci_high: float = float("nan")
    support: int = 0


def effective_sample_size(weight_sum: ArrayLike, squared_weight_sum: ArrayLike) -> NDArray[Any]:
    """Return Kish's effective number of rows, ``(Σw)² / Σw²``.

    Parameters
    ----------
    weight_sum, squared_weight_sum : array-like
        Sum of the weights and of their squares, not negative, of one shape.

    Returns
    -------
    ndarray
        Between 0 and the number of rows; equal to it when all weights are equal; 0 without weight.

    References
    ----------
    Kish, L. (1965). Survey Sampling. Wiley, section 11.7.

    Examples
    --------
    >>> float(effective_sample_size(4.0, 4.0)), float(effective_sample_size(5.0, 17.0))
    (4.0, 1.4705882352941178)
    """
    total = np.asarray(weight_sum, dtype=np.float64)
    squares = np.asarray(squared_weight_sum, dtype=np.float64)
    return np.divide(total * total, squares, out=np.zeros(total.shape), where=squares > 0)


def wilson_interval(proportion: ArrayLike, n: ArrayLike) -> Interval:
    """Return Wilson's score interval of a proportion.

    Parameters
    ----------
    proportion : array-like
        Observed shares in [0, 1]; NaN where there is none.
    n : array-like
        Number of rows each share is of; with weights Kish's effective number. Broadcasts.

    Returns
    -------
    low, high : ndarray
        Limits in [0, 1] that enclose `proportion`; NaN where `n` is 0 or the share is NaN.

    Notes
    -----
    The limits are the roots of ``(n + z²) x² - (2 n p + z²) x + n p² = 0``, each in a form
    without cancellation, which is exactly 0 at ``p = 0`` and exactly 1 at ``p = 1``.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    JASA 22, 209-212. With an effective sample size: Korn, E. L. and Graubard, B. I. (1998),
    Survey Methodology 24, 193-201, who do so for the Clopper-Pearson interval.

    Examples
    --------
    >>> low, high = wilson_interval([0.0, 0.5, 1.0], [10, 10, 0])
    >>> low.round(4), high.round(4)
    (array([0.    , 0.2366,    nan]), array([0.2775, 0.7634,    nan]))
    """
    p, size = np.asarray(proportion, dtype=np.float64), np.asarray(n, dtype=np.float64)
    z2 = Z_95 * Z_95
    size = np.where(size > 0, size, np.nan)
    root = z2 / 2 + Z_95 * np.sqrt(size * p * (1 - p) + z2 / 4)
    low = size * p * p / (size * p + root)
    mirrored = 1 - size * (1 - p) * (1 - p) / (size * (1 - p) + root)
    return low, np.where(p < 0.5, (size * p + root) / (size + z2), mirrored)  # noqa: PLR2004


def f1_interval(f1: ArrayLike, n: ArrayLike) -> Interval:
    """Return the interval of an F1 score from the rows of its class.

    Parameters
    ----------
    f1 : array-like
        F1 in [0, 1]; NaN where undefined.
    n : array-like
        Rows that are true or predicted members of the class, ``TP + FP + FN``; with weights Kish's
        effective number of these rows.

    Returns
    -------
    low, high : ndarray
        Limits in [0, 1]; NaN where `n` is 0.

    Notes
    -----
    ``F1 = 2 J / (1 + J)`` with the Jaccard index ``J = TP / (TP + FP + FN)``, a plain proportion of
    the rows that concern the class. Its Wilson limits, mapped through this increasing function,
    have the variance of the delta method to first order, yet never leave [0, 1] and do not shrink
    to a point at an F1 of 0 or 1.

    References
    ----------
    Variance: Takahashi, K. et al. (2022). Confidence interval for micro-averaged F1 and
    macro-averaged F1 scores. Applied Intelligence 52, 4961-4972.

    Examples
    --------
    >>> low, high = f1_interval([0.8, 1.0], [15, 10])
    >>> low.round(4), high.round(4)
    (array([0.5887, 0.8389]), array([0.9179, 1.    ]))
    """
    score = np.asarray(f1, dtype=np.float64)
    low, high = wilson_interval(score / (2 - score), n)
    return 2 * low / (1 + low), 2 * high / (1 + high)


def multinomial_variance(
    gradient: ArrayLike, counts: ArrayLike, squared_counts: ArrayLike | None = None
) -> float:
    """Return the delta-method variance of a function of cell shares.

    Parameters
    ----------
    gradient : array-like
        Derivative of the function with respect to the share of each cell; a constant added to all
        cells changes nothing.
    counts : array-like
        Rows, or summed weights, of each cell; the shape of `gradient`.
    squared_counts : array-like, optional
        Summed squared weights of each cell; None when every row counts once.

    Returns
    -------
    float
        Not negative; NaN without rows or where the gradient is not finite.

    Notes
    -----
    ``Σ s (g - ḡ)² / (Σ n)²`` over cells with count n and squared weights s, where ḡ is the mean of
    the gradient over the rows. Without weights this is the multinomial delta method. With weights
    it is the linearised variance of a weighted mean; where weights and cells are independent, it
    equals the multinomial one with Kish's effective number of rows, and unlike that it stays right
    where they are not, as with weights per class.

    References
    ----------
    Agresti, A. (2013). Categorical Data Analysis, 3rd ed., section 16.1.
    Särndal, C.-E., Swensson, B. and Wretman, J. (1992). Model Assisted Survey Sampling,
    section 5.5 (linearisation).

    Examples
    --------
    The accuracy of 8 right and 2 wrong rows has the variance ``0.8 * 0.2 / 10``:

    >>> round(multinomial_variance([1, 0], [8, 2]), 12)
    0.016
    """
    n = np.asarray(counts, dtype=np.float64)
    squares = n if squared_counts is None else np.asarray(squared_counts, dtype=np.float64)
    total = float(n.sum())
    if total <= 0:
        return float("nan")
    slope = np.where(n > 0, np.asarray(gradient, dtype=np.float64), 0.0)
    centred = slope - float((n * slope).sum()) / total
    return float((squares * centred * centred).sum()) / (total * total)


def score_interval(
    value: float, variance: float, n: float, *, bounds: tuple[float, float] = (0.0, 1.0)
) -> tuple[float, float]:
    """Return an interval for a bounded metric with a known variance.

    Parameters
    ----------
    value : float
        The metric, within `bounds`.
    variance : float
        Its variance, from :func:`multinomial_variance` for example.
    n : float
        Effective number of rows to fall back on where the variance is 0, as when all is right.
    bounds : tuple of float, default (0, 1)
        Lowest and highest possible value of the metric.

    Returns
    -------
    low, high : float
        Limits within `bounds`; NaN where the value or the variance is.

    Notes
    -----
    The metric, scaled to [0, 1], is taken as a proportion of as many rows as would give it this
    variance, ``m (1 - m) / variance``, and gets that proportion's Wilson interval. Unlike
    ``value ± z sd`` it stays within bounds and is not a point at the bounds.

    References
    ----------
    Dean, N. and Pagano, M. (2015). Evaluating confidence interval methods for binomial
    proportions in clustered surveys. J. Survey Statistics and Methodology 3, 484-503.

    Examples
    --------
    >>> [round(limit, 4) for limit in score_interval(0.8, 0.016, 10)]
    [0.4902, 0.9433]
    """
    if not (np.isfinite(value) and np.isfinite(variance)):
        return float("nan"), float("nan")
    lowest, highest = bounds
    width = highest - lowest
    share = min(max((value - lowest) / width, 0.0), 1.0)
    spread = share * (1 - share)
    scaled = variance / (width * width)
    size = spread / scaled if scaled * n > _NO_VARIANCE * spread and spread > 0 else n
    low, high = wilson_interval(share, size)
    return lowest + width * float(low), lowest + width * float(high)


def t_quantile(degrees_of_freedom: ArrayLike) -> NDArray[np.float64]:
    """Return the 97.5 % quantile of Student's t distribution, by its asymptotic expansion.

    Parameters
    ----------
    degrees_of_freedom : array-like
        Positive, need not be whole (effective numbers of rows).

    Returns
    -------
    ndarray
        Within 1 % of the quantile from 2 degrees of freedom on, 0.02 % from 5 on; NaN where not
        positive.

    References
    ----------
    Abramowitz, M. and Stegun, I. A. (1964). Handbook of Mathematical Functions, 26.7.5.

    Examples
    --------
    >>> t_quantile([2, 5, 30, 1e9]).round(3)
    array([4.271, 2.57 , 2.042, 1.96 ])
    """
    df = np.asarray(degrees_of_freedom, dtype=np.float64)
    inverse = np.divide(1.0, df, out=np.full(df.shape, np.nan), where=df > 0)
    z = Z_95
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    quantile = np.zeros(df.shape)
    for term in reversed(terms):
        quantile = quantile * inverse + term
    return quantile


def mean_interval(
    mean: ArrayLike,
    variance: ArrayLike,
    n: ArrayLike,
    *,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Interval:
    """Return Student's interval of a mean.

    Parameters
    ----------
    mean : array-like
        Mean of the rows; with weights the weighted mean.
    variance : array-like
        Mean squared distance of the rows from `mean` (divided by n, not by n - 1; weighted with
        weights).
    n : array-like
        Number of rows; with weights Kish's effective number.
    bounds : tuple of float, optional
        Possible values; limits beyond are cut.

    Returns
    -------
    low, high : ndarray
        ``mean ± t sqrt(variance / (n - 1))`` within `bounds`; NaN where `n` is not over 1.

    References
    ----------
    Student (1908). The probable error of a mean. Biometrika 6, 1-25.

    Examples
    --------
    >>> low, high = mean_interval(2.0, 2 / 3, 3)
    >>> float(low.round(1)), float(high.round(1))
    (-0.5, 4.5)
    """
    centre, spread, size = np.broadcast_arrays(
        *(np.asarray(part, dtype=np.float64) for part in (mean, variance, n))
    )
    free = np.where(size > 1, size - 1, np.nan)
    half = t_quantile(free) * np.sqrt(np.maximum(spread, 0.0) / free)
    return np.maximum(centre - half, bounds[0]), np.minimum(centre + half, bounds[1])


def mean_estimate(
    values: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Estimate:
    """Return the mean of rows with Student's interval.

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        One finite number per row.
    sample_weight : array-like of shape (n_samples,), optional
        Finite, non-negative weights; the interval then has Kish's effective number of rows.
    bounds : tuple of float, optional
        Possible values; limits beyond are cut.

    Returns
    -------
    Estimate
        NaN without rows or weight; limits are NaN for a single row.

    Raises
    ------
    ValueError
        Another length, values or weights not finite, weights negative.

    Examples
    --------
    >>> estimate = mean_estimate([0.0, 1.0, 1.0, 2.0])
    >>> estimate.value, round(estimate.ci_high, 2), estimate.support
    (1.0, 2.3, 4)
    """
    rows = as_values(values, "values")
    weights = None if sample_weight is None else as_weights(sample_weight, rows.size)
    total = float(rows.size if weights is None else weights.sum())
    if total == 0:
        return Estimate(float("nan"), support=rows.size)
    mean = float(np.average(rows, weights=weights))
    variance = float(np.average((rows - mean) ** 2, weights=weights))
    squares = total if weights is None else float(weights @ weights)
    size = effective_sample_size(total, squares)
    low, high = mean_interval(mean, variance, size, bounds=bounds)
    return Estimate(mean, float(low), float(high), rows.size)
