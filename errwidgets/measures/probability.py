"""How good predicted probabilities are: log loss, Brier score and calibration error.

Probabilities come as (n_samples, n_classes), column = class code, or as (n_samples,): those of code
1 of two classes. They are read in blocks of rows, as float64, whatever their dtype.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from errwidgets.measures.calibration import expected_calibration_error, reliability_table
from errwidgets.measures.intervals import Estimate, mean_estimate
from errwidgets.measures.margins import aligned, class_count, class_probability, row_blocks

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

EPSILON = float(np.finfo(np.float64).eps)
"""Probabilities are clipped to [2.2e-16, 1 - 2.2e-16] before the logarithm, as in scikit-learn."""


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
    true, table = aligned(true_codes, proba)
    if class_count(table) == 2:  # noqa: PLR2004
        positive = class_probability(np.full(true.size, pos_code), table)
        return np.asarray(np.square(positive - (true == pos_code)))
    distance = np.empty(true.size)
    for rows, block in row_blocks(table):
        block[true[rows], np.arange(block.shape[1])] -= 1
        distance[rows] = np.einsum("ij,ij->j", block, block)
    return distance


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
    true, table = aligned(true_codes, proba)
    highest = 1.0 if class_count(table) == 2 else 2.0  # noqa: PLR2004
    bins = reliability_table(true, table, sample_weight)
    return {
        "log_loss": mean_estimate(row_log_loss(true, table), sample_weight, bounds=(0, np.inf)),
        "brier": mean_estimate(
            row_brier(true, table, pos_code=pos_code), sample_weight, bounds=(0, highest)
        ),
        "ece": Estimate(expected_calibration_error(bins), support=true.size),
    }
