"""Calibration: do rows predicted with a probability of 0.8 turn out right eight times in ten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from errwidgets.measures._checks import as_weights
from errwidgets.measures.intervals import effective_sample_size, wilson_interval
from errwidgets.measures.margins import aligned, top_class

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def reliability_table(
    true_codes: ArrayLike,
    proba: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    n_bins: int = 10,
) -> dict[str, NDArray[Any]]:
    """Return how often the most probable class was right, by its probability.

    Parameters
    ----------
    true_codes : array-like of shape (n_samples,)
        Codes of the true classes.
    proba : array-like of shape (n_samples, n_classes) or (n_samples,)
        Probabilities in [0, 1].
    sample_weight : array-like of shape (n_samples,), optional
        Finite, non-negative weights.
    n_bins : int, default 10
        Number of bins of equal width, ``(low, high]``; the first also holds 0.

    Returns
    -------
    dict of str to ndarray of shape (n_bins,)
        ``bin_low``, ``bin_high``; ``support``, rows; ``weight``, summed weights (rows without
        weights); ``confidence``, mean probability of the top class; ``accuracy`` with
        ``accuracy_ci_low`` and ``accuracy_ci_high``. NaN in bins without rows.

    Raises
    ------
    TypeError
        Codes that are not integers.
    ValueError
        Different lengths, codes without a column, probabilities outside [0, 1], ``n_bins < 1``.

    References
    ----------
    Guo, C. et al. (2017). On calibration of modern neural networks. ICML.
    Intervals: Wilson's, with weights for Kish's effective number of rows.

    Examples
    --------
    >>> table = reliability_table([1, 0, 1], [0.95, 0.95, 0.55])
    >>> table["support"][[5, 9]], table["accuracy"][[5, 9]]
    (array([1, 2]), array([1. , 0.5]))
    """
    if n_bins < 1:
        raise ValueError(f"n_bins must be at least 1, got {n_bins}.")
    true, checked = aligned(true_codes, proba)
    weights = None if sample_weight is None else as_weights(sample_weight, true.size)
    top, confidence = top_class(checked)
    edges = np.arange(n_bins + 1) / n_bins
    bins = np.searchsorted(edges[1:-1], confidence, side="left")
    support = np.bincount(bins, minlength=n_bins)
    weight = np.bincount(bins, weights, n_bins)
    squares = weight if weights is None else np.bincount(bins, weights * weights, n_bins)
    kept = top == true
    right = np.bincount(bins[kept], None if weights is None else weights[kept], n_bins)
    summed = np.bincount(bins, confidence if weights is None else weights * confidence, n_bins)
    empty = np.full(n_bins, np.nan)
    accuracy = np.divide(right, weight, out=empty.copy(), where=weight > 0)
    low, high = wilson_interval(accuracy, effective_sample_size(weight, squares))
    return {
        "bin_low": edges[:-1],
        "bin_high": edges[1:],
        "support": support,
        "weight": weight,
        "confidence": np.divide(summed, weight, out=empty, where=weight > 0),
        "accuracy": accuracy,
        "accuracy_ci_low": low,
        "accuracy_ci_high": high,
    }


def expected_calibration_error(table: dict[str, NDArray[Any]]) -> float:
    """Return the mean distance of accuracy and confidence over the bins of a reliability table.

    Parameters
    ----------
    table : dict
        What :func:`reliability_table` returns.

    Returns
    -------
    float
        In [0, 1], bins weighted by their rows (summed weights); lower is better; NaN without rows.

    References
    ----------
    Naeini, M. P., Cooper, G. F. and Hauskrecht, M. (2015). Obtaining well calibrated probabilities
    using Bayesian binning. AAAI.

    Examples
    --------
    >>> round(expected_calibration_error(reliability_table([1, 0], [0.75, 0.75])), 12)
    0.25
    """
    filled = table["weight"] > 0
    if not filled.any():
        return float("nan")
    distance = np.abs(table["accuracy"][filled] - table["confidence"][filled])
    return float(np.average(distance, weights=table["weight"][filled]))
