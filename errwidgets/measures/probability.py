"""How good predicted probabilities are: log loss, Brier score, calibration, margins.

Probabilities come as (n_samples, n_classes), column = class code, or as (n_samples,): those of code
1 of two classes. They are read in blocks of rows, as float64, whatever their dtype.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from errwidgets.measures._checks import as_codes, as_probabilities, as_weights
from errwidgets.measures.intervals import (
    Estimate,
    effective_sample_size,
    mean_estimate,
    wilson_interval,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

EPSILON = float(np.finfo(np.float64).eps)
"""Probabilities are clipped to [2.2e-16, 1 - 2.2e-16] before the logarithm, as in scikit-learn."""

_BLOCK = 1 << 18  # numbers read at a time


def row_log_loss(true_codes: ArrayLike, proba: ArrayLike) -> NDArray[np.float64]:
    """Return minus the logarithm of the probability given to the true class.

    Parameters
    ----------
    true_codes : array-like of shape (n_samples,)
        Codes of the true classes.
    proba : array-like of shape (n_samples, n_classes) or (n_samples,)
        Probabilities in [0, 1].

    Returns
    -------
    ndarray of shape (n_samples,)
        In nats, from 0 to 36.04; lower is better.

    Raises
    ------
    TypeError
        Codes that are not integers.
    ValueError
        Different lengths, codes without a column, probabilities outside [0, 1].

    Examples
    --------
    >>> row_log_loss([0, 1], [[0.5, 0.5], [1.0, 0.0]]).round(4)
    array([ 0.6931, 36.0437])
    """
    return -np.log(np.clip(class_probability(true_codes, proba), EPSILON, 1 - EPSILON))


def row_brier(true_codes: ArrayLike, proba: ArrayLike, *, pos_code: int = 1) -> NDArray[np.float64]:
    """Return the squared distance of the probabilities from what happened.

    Parameters
    ----------
    true_codes : array-like of shape (n_samples,)
        Codes of the true classes.
    proba : array-like of shape (n_samples, n_classes) or (n_samples,)
        Probabilities in [0, 1].
    pos_code : int, default 1
        With two classes, the class whose probability is compared.

    Returns
    -------
    ndarray of shape (n_samples,)
        Two classes: squared difference of `pos_code` alone, in [0, 1]. More: sum over the classes,
        in [0, 2]. Lower is better.

    Raises
    ------
    TypeError
        Codes that are not integers.
    ValueError
        Different lengths, codes without a column, probabilities outside [0, 1].

    References
    ----------
    Brier, G. W. (1950). Verification of forecasts expressed in terms of probability. Monthly
    Weather Review 78, 1-3.

    Examples
    --------
    >>> row_brier([0, 1], [0.5, 1.0])
    array([0.25, 0.  ])
    >>> row_brier([0], [[0.5, 0.25, 0.25]])
    array([0.375])
    """
    true, table = _aligned(true_codes, proba)
    if _n_classes(table) == 2:  # noqa: PLR2004
        positive = class_probability(np.full(true.size, pos_code), table)
        return np.square(positive - (true == pos_code))
    distance = np.empty(true.size)
    for rows, block in _blocks(table):
        block[true[rows], np.arange(block.shape[1])] -= 1
        distance[rows] = np.einsum("ij,ij->j", block, block)
    return distance


def class_probability(codes: ArrayLike, proba: ArrayLike) -> NDArray[np.float64]:
    """Return the probability of one class per row.

    Of the predicted class it is the `confidence`.

    Parameters
    ----------
    codes : array-like of shape (n_samples,)
        The class asked for in each row.
    proba : array-like of shape (n_samples, n_classes) or (n_samples,)
        Probabilities in [0, 1].

    Returns
    -------
    ndarray of shape (n_samples,), float64
        In [0, 1].

    Raises
    ------
    TypeError
        Codes that are not integers.
    ValueError
        Different lengths, codes without a column, probabilities outside [0, 1].

    Examples
    --------
    >>> class_probability([0, 1], [0.25, 0.75])
    array([0.75, 0.75])
    """
    asked, table = _aligned(codes, proba)
    if table.ndim == 1:
        positive = table.astype(np.float64, copy=False)
        return np.where(asked == 1, positive, 1 - positive)
    return np.asarray(table[np.arange(asked.size), asked], dtype=np.float64)


def true_margin(true_codes: ArrayLike, proba: ArrayLike) -> NDArray[np.float64]:
    """Return the probability of the true class minus that of the best other class.

    Parameters
    ----------
    true_codes : array-like of shape (n_samples,)
        Codes of the true classes.
    proba : array-like of shape (n_samples, n_classes) or (n_samples,)
        Probabilities in [0, 1].

    Returns
    -------
    ndarray of shape (n_samples,)
        In [-1, 1]; negative where another class is more probable. With a single class, its
        probability.

    Raises
    ------
    TypeError
        Codes that are not integers.
    ValueError
        Different lengths, codes without a column, probabilities outside [0, 1].

    Examples
    --------
    >>> true_margin([0, 1], [[0.5, 0.25, 0.25], [0.75, 0.25, 0.0]])
    array([ 0.25, -0.5 ])
    """
    true, table = _aligned(true_codes, proba)
    return _margin(table, true)


def top_margin(proba: ArrayLike) -> NDArray[np.float64]:
    """Return the probability of the most probable class minus that of the second.

    Parameters
    ----------
    proba : array-like of shape (n_samples, n_classes) or (n_samples,)
        Probabilities in [0, 1].

    Returns
    -------
    ndarray of shape (n_samples,)
        In [0, 1]; 0 is a tie. With a single class, its probability.

    Raises
    ------
    ValueError
        Another shape, or probabilities outside [0, 1].

    Examples
    --------
    >>> top_margin([[0.5, 0.25, 0.25], [0.5, 0.5, 0.0]])
    array([0.25, 0.  ])
    """
    return _margin(as_probabilities(proba, len(np.asarray(proba))), None)


def top_class(proba: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the most probable class of each row and its probability.

    Parameters
    ----------
    proba : array-like of shape (n_samples, n_classes) or (n_samples,)
        Probabilities in [0, 1].

    Returns
    -------
    codes : ndarray of shape (n_samples,)
        The first of the most probable classes.
    confidence : ndarray of shape (n_samples,), float64
        In [0, 1].

    Raises
    ------
    ValueError
        Another shape, or probabilities outside [0, 1].

    Examples
    --------
    >>> top_class([0.25, 0.5, 0.75])
    (array([0, 0, 1]), array([0.75, 0.5 , 0.75]))
    """
    table = as_probabilities(proba, len(np.asarray(proba)))
    codes = np.empty(len(table), dtype=np.intp)
    confidence = np.empty(len(table))
    for rows, block in _blocks(table):
        codes[rows] = block.argmax(axis=0)
        confidence[rows] = block.max(axis=0)
    return codes, confidence


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
    true, checked = _aligned(true_codes, proba)
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


def probability_summary(
    true_codes: ArrayLike,
    proba: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    pos_code: int = 1,
) -> dict[str, Estimate]:
    """Return log loss, Brier score and expected calibration error.

    Parameters
    ----------
    true_codes : array-like of shape (n_samples,)
        Codes of the true classes.
    proba : array-like of shape (n_samples, n_classes) or (n_samples,)
        Probabilities in [0, 1].
    sample_weight : array-like of shape (n_samples,), optional
        Finite, non-negative weights.
    pos_code : int, default 1
        With two classes, the class of the Brier score.

    Returns
    -------
    dict of str to Estimate
        ``log_loss``, ``brier`` with Student's interval of a mean, within the possible values;
        ``ece`` with 10 bins, for whose interval there is no closed form: NaN. Lower is better.

    Raises
    ------
    TypeError
        Codes that are not integers.
    ValueError
        Different lengths, codes without a column, probabilities outside [0, 1].

    Examples
    --------
    >>> summary = probability_summary([0, 1, 1], [0.25, 0.75, 0.5])
    >>> summary["brier"].value, round(summary["log_loss"].value, 4), summary["ece"].support
    (0.125, 0.4228, 3)
    """
    true, table = _aligned(true_codes, proba)
    highest = 1.0 if _n_classes(table) == 2 else 2.0  # noqa: PLR2004
    bins = reliability_table(true, table, sample_weight)
    return {
        "log_loss": mean_estimate(row_log_loss(true, table), sample_weight, bounds=(0, np.inf)),
        "brier": mean_estimate(
            row_brier(true, table, pos_code=pos_code), sample_weight, bounds=(0, highest)
        ),
        "ece": Estimate(expected_calibration_error(bins), support=true.size),
    }


def _aligned(codes: ArrayLike, proba: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return checked codes and probabilities of the same rows."""
    table = as_probabilities(proba, len(np.asarray(codes)))
    return as_codes(codes, _n_classes(table), "codes"), table


def _n_classes(table: NDArray[Any]) -> int:
    return 2 if table.ndim == 1 else table.shape[1]


def _blocks(table: NDArray[Any]) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Yield slices of rows with a float64 copy of their probabilities, (n_classes, n_rows)."""
    step = max(1, _BLOCK // _n_classes(table))
    for start in range(0, len(table), step):
        rows = slice(start, start + step)
        part = table[rows]
        if table.ndim == 1:
            positive = part.astype(np.float64)
            yield rows, np.stack((1 - positive, positive))
        else:
            yield rows, np.array(part.T, dtype=np.float64, order="C")


def _margin(table: NDArray[Any], codes: NDArray[Any] | None) -> NDArray[np.float64]:
    """Return the probability of a class (default: the top class) minus the best of the others."""
    margin = np.empty(len(table))
    for rows, block in _blocks(table):
        position = np.arange(block.shape[1])
        asked = block.argmax(axis=0) if codes is None else codes[rows]
        own = block[asked, position]
        # Lower than any probability of another class, and 0 where there is none.
        block[asked, position] = 0.0 if len(block) == 1 else -1.0
        margin[rows] = own - block.max(axis=0)
    return margin
