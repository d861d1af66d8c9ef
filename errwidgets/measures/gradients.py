"""Derivatives of classification metrics with respect to the shares of the confusion cells.

For the delta method (:func:`errwidgets.measures.intervals.multinomial_variance`). Each function
takes counts (n_classes, n_classes), row: true class, and returns an array of that shape: the
derivative with respect to each cell's share of all rows, up to a constant that the delta method
ignores. Undefined classes (nothing to divide by) contribute nothing. `r` and `c` are the shares of
the rows and the columns, `d` those of the diagonal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def macro_recall(counts: NDArray[Any], n_averaged: int) -> NDArray[np.float64]:
    """Return the gradient of the mean recall, ``Σ dᵢ / rᵢ / n_averaged``.

    Parameters
    ----------
    counts : ndarray of shape (n_classes, n_classes)
        Rows or summed weights.
    n_averaged : int
        Number of classes the average divides by.

    Returns
    -------
    ndarray of shape (n_classes, n_classes)
    """
    _, r, _, d = _shares(counts)
    inverse = _inverse(r)
    gradient = np.repeat((-d * inverse * inverse)[:, None], len(r), axis=1)
    _add_diagonal(gradient, inverse)
    return gradient / max(n_averaged, 1)


def macro_precision(counts: NDArray[Any], n_averaged: int) -> NDArray[np.float64]:
    """Return the gradient of the mean precision, ``Σ dⱼ / cⱼ / n_averaged``.

    Parameters
    ----------
    counts : ndarray of shape (n_classes, n_classes)
        Rows or summed weights.
    n_averaged : int
        Number of classes the average divides by.

    Returns
    -------
    ndarray of shape (n_classes, n_classes)
    """
    return np.asarray(macro_recall(counts.T, n_averaged).T)


def macro_f1(counts: NDArray[Any], n_averaged: int) -> NDArray[np.float64]:
    """Return the gradient of the mean F1, ``Σ 2 dᵢ / (rᵢ + cᵢ) / n_averaged``.

    Parameters
    ----------
    counts : ndarray of shape (n_classes, n_classes)
        Rows or summed weights.
    n_averaged : int
        Number of classes the average divides by.

    Returns
    -------
    ndarray of shape (n_classes, n_classes)

    References
    ----------
    Takahashi, K. et al. (2022). Applied Intelligence 52, 4961-4972.
    """
    _, r, c, d = _shares(counts)
    inverse = _inverse(r + c)
    fall = 2 * d * inverse * inverse
    gradient = np.asarray(-fall[:, None] - fall[None, :])
    _add_diagonal(gradient, 2 * inverse)
    return gradient / max(n_averaged, 1)


def weighted_f1(counts: NDArray[Any]) -> NDArray[np.float64]:
    """Return the gradient of the F1 averaged by support, ``Σ rᵢ 2 dᵢ / (rᵢ + cᵢ)``.

    Parameters
    ----------
    counts : ndarray of shape (n_classes, n_classes)
        Rows or summed weights.

    Returns
    -------
    ndarray of shape (n_classes, n_classes)
    """
    _, r, c, d = _shares(counts)
    inverse = _inverse(r + c)
    f1 = 2 * d * inverse
    fall = r * f1 * inverse
    gradient = np.asarray((f1 - fall)[:, None] - fall[None, :])
    _add_diagonal(gradient, 2 * r * inverse)
    return gradient


def matthews(counts: NDArray[Any]) -> NDArray[np.float64]:
    """Return the gradient of Matthews' correlation of k classes.

    Parameters
    ----------
    counts : ndarray of shape (n_classes, n_classes)
        Rows or summed weights.

    Returns
    -------
    ndarray of shape (n_classes, n_classes)
        NaN where the coefficient is undefined: one true or one predicted class only.

    Notes
    -----
    ``(Σd - Σ r c) / sqrt((1 - Σc²) (1 - Σr²))``.

    References
    ----------
    Gorodkin, J. (2004). Comparing two K-category assignments by a K-category correlation
    coefficient. Computational Biology and Chemistry 28, 367-374.
    """
    _, r, c, d = _shares(counts)
    true_spread = 1 - float(r @ r)
    pred_spread = 1 - float(c @ c)
    if np.count_nonzero(r) < 2 or np.count_nonzero(c) < 2:  # noqa: PLR2004
        return np.full(counts.shape, np.nan)
    scale = np.sqrt(true_spread * pred_spread)
    value = (float(d.sum()) - float(r @ c)) / scale
    by_row = value * r / true_spread - c / scale
    by_column = value * c / pred_spread - r / scale
    gradient = by_row[:, None] + by_column[None, :]
    _add_diagonal(gradient, np.full(len(r), 1 / scale))
    return np.asarray(gradient)


def cohen_kappa(counts: NDArray[Any]) -> NDArray[np.float64]:
    """Return the gradient of Cohen's kappa, ``(Σd - Σ r c) / (1 - Σ r c)``.

    Parameters
    ----------
    counts : ndarray of shape (n_classes, n_classes)
        Rows or summed weights.

    Returns
    -------
    ndarray of shape (n_classes, n_classes)
        NaN where kappa is undefined: all rows in one diagonal cell.

    References
    ----------
    Fleiss, J. L., Cohen, J. and Everitt, B. S. (1969). Large sample standard errors of kappa and
    weighted kappa. Psychological Bulletin 72, 323-327.
    """
    _, r, c, d = _shares(counts)
    if np.count_nonzero(r + c) < 2:  # noqa: PLR2004
        return np.full(counts.shape, np.nan)
    chance = 1 - float(r @ c)
    fall = (1 - float(d.sum())) / (chance * chance)
    gradient = -fall * (c[:, None] + r[None, :])
    _add_diagonal(gradient, np.full(len(r), 1 / chance))
    return np.asarray(gradient)


def _shares(counts: NDArray[Any]) -> tuple[Any, Any, Any, Any]:
    """Return the shares of the cells, of rows, of columns and of the diagonal."""
    shares = counts / counts.sum()
    return shares, shares.sum(axis=1), shares.sum(axis=0), np.diagonal(shares)


def _inverse(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``1 / values``, 0 where a value is 0."""
    return np.divide(1.0, values, out=np.zeros(values.shape), where=values > 0)


def _add_diagonal(matrix: NDArray[np.float64], values: NDArray[np.float64]) -> None:
    """Add to the diagonal in place."""
    index = np.arange(len(values))
    matrix[index, index] += values
