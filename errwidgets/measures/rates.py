"""Rates of groups of rows with intervals, counted in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from errwidgets.measures.intervals import effective_sample_size, mean_interval, wilson_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["group_columns"]


def group_columns(
    codes: NDArray[Any],
    n_codes: int,
    target: NDArray[Any],
    weights: NDArray[np.float64] | None = None,
) -> dict[str, NDArray[Any]]:
    """Return support, rate and 95 % interval of each group of rows.

    Parameters
    ----------
    codes : ndarray of shape (n_rows,), unsigned
        The group of each row.
    n_codes : int
        How many groups there are.
    target : ndarray of shape (n_rows,)
        Bool for a rate (Wilson's interval), else numbers (Student's).
    weights : ndarray of shape (n_rows,), optional
        Rates are then weighted, intervals use Kish's effective number of rows.

    Returns
    -------
    dict
        ``support`` (rows), ``error_rate``, ``ci_low``, ``ci_high``, each of shape (n_codes,); NaN
        for a group without rows or weight.
    """

    def total(of: NDArray[Any] | None) -> NDArray[Any]:
        return np.bincount(codes, of, minlength=n_codes)

    support = total(None)
    weight = support if weights is None else total(weights)
    squares = support if weights is None else total(weights * weights)
    if target.dtype == bool and weights is None:
        loss = np.bincount(codes[target], minlength=n_codes)
    else:
        loss = total(target if weights is None else target * weights)
    size = effective_sample_size(weight, squares)
    rate = np.divide(loss, weight, out=np.full(n_codes, np.nan), where=weight > 0)
    if target.dtype == bool:
        low, high = wilson_interval(np.clip(rate, 0, 1), size)
    else:
        second = total(target**2 if weights is None else target**2 * weights)
        square = np.divide(second, weight, out=np.full(n_codes, np.nan), where=weight > 0)
        low, high = mean_interval(rate, square - rate**2, size, bounds=(0.0, np.inf))
    return {"support": support, "error_rate": rate, "ci_low": low, "ci_high": high}
