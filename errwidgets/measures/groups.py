"""Metrics of every group of rows, with intervals, beside the best group.

Each group is a code; a pair of columns is one code, ``first * n_second + second``. All groups are
counted in one pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from errwidgets.measures._checks import as_codes, as_values, as_weights, same_length
from errwidgets.measures.classification import classification_summary
from errwidgets.measures.intervals import (
    effective_sample_size,
    f1_interval,
    mean_interval,
    wilson_interval,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

NAN = float("nan")
Best = Literal["highest", "lowest", "nearest to 0"]

BEST: dict[str, Best] = {
    "error_rate": "lowest",
    "accuracy": "highest",
    "precision": "highest",
    "recall": "highest",
    "f1": "highest",
    "false_positive_rate": "lowest",
    "false_negative_rate": "lowest",
    # Neither is better in itself; being selected is the good the four-fifths rule compares.
    "selection_rate": "highest",
    "mean_loss": "lowest",
    "mean_absolute_error": "lowest",
    "root_mean_squared_error": "lowest",
    "bias": "nearest to 0",
}
"""Which value of each metric is the best one, with which the other groups are compared."""

Frame = dict[str, "NDArray[Any]"]


def classification_groups(
    group_codes: ArrayLike,
    n_groups: int,
    true_codes: ArrayLike,
    pred_codes: ArrayLike,
    n_classes: int,
    *,
    pos_code: int | None = None,
    sample_weight: ArrayLike | None = None,
    zero_division: float = NAN,
) -> Frame:
    """Return the classification metrics of each group.

    Parameters
    ----------
    group_codes, true_codes, pred_codes : array-like of shape (n_samples,)
        Codes of the group, the true and the predicted class.
    n_groups, n_classes : int
        Number of codes.
    pos_code : int, optional
        The positive class, against the rest. Without it precision, recall and F1 are averages over
        the classes, and the three rates that speak of a positive class are left out.
    sample_weight : array-like of shape (n_samples,), optional
        Finite, non-negative weights: rates are weighted, `support` stays rows.
    zero_division : float, default nan
        Value of a precision, recall or F1 that divides by nothing: nan, 0 or 1.

    Returns
    -------
    dict of str to ndarray of shape (n_groups,)
        ``support``, rows, then for each metric ``m`` of ``error_rate``, ``accuracy``,
        ``precision``, ``recall``, ``f1`` and, with `pos_code`, ``false_positive_rate``,
        ``false_negative_rate``, ``selection_rate``, all in [0, 1]: ``m``, ``m_ci_low``,
        ``m_ci_high``, ``m_gap``, ``m_ratio`` as in :func:`compare_with_best`. NaN in groups where
        the metric divides by nothing.

    Raises
    ------
    TypeError
        Codes that are not integers.
    ValueError
        Different lengths, codes out of range, weights negative or not finite.

    Notes
    -----
    Rates have Wilson's interval, with weights for Kish's effective number of rows; F1 that of
    :func:`~errwidgets.measures.intervals.f1_interval`; averages over classes that of
    :func:`~errwidgets.measures.classification.classification_summary`. Memory is that of the
    counts: ``n_groups * n_classes²`` numbers, 4 instead of ``n_classes²`` with `pos_code`.

    Examples
    --------
    >>> frame = classification_groups([0, 0, 1, 1], 2, [0, 1, 0, 1], [0, 0, 0, 1], 2, pos_code=1)
    >>> frame["error_rate"], frame["error_rate_gap"], frame["selection_rate"]
    (array([0.5, 0. ]), array([0.5, 0. ]), array([0. , 0.5]))
    """
    group = as_codes(group_codes, n_groups, "group_codes")
    true = as_codes(true_codes, n_classes, "true_codes")
    pred = as_codes(pred_codes, n_classes, "pred_codes")
    same_length(group, true, ("group_codes", "true_codes"))
    same_length(true, pred, ("true_codes", "pred_codes"))
    support = np.bincount(group, minlength=n_groups)
    weights = None if sample_weight is None else as_weights(sample_weight, group.size)
    wrong = true != pred
    share = _Rates(group, n_groups, weights)
    frame: Frame = {"support": support}
    frame |= share.rate("error_rate", wrong, None)
    frame |= share.rate("accuracy", ~wrong, None)
    if pos_code is None:
        frame |= _averages(share, true, pred, n_classes, zero_division)
    else:
        is_pos, is_chosen = true == pos_code, pred == pos_code
        hit = is_pos & is_chosen
        frame |= share.rate("precision", hit, is_chosen, zero_division)
        frame |= share.rate("recall", hit, is_pos, zero_division)
        frame |= share.f1(hit, is_pos | is_chosen, zero_division)
        frame |= share.rate("false_positive_rate", is_chosen & ~is_pos, ~is_pos)
        frame |= share.rate("false_negative_rate", is_pos & ~is_chosen, is_pos)
        frame |= share.rate("selection_rate", is_chosen, None)
    return compare_with_best(frame)


def mean_groups(
    group_codes: ArrayLike,
    n_groups: int,
    values: ArrayLike,
    *,
    name: str = "mean_loss",
    sample_weight: ArrayLike | None = None,
) -> Frame:
    """Return the mean of one number per row in each group.

    Parameters
    ----------
    group_codes : array-like of shape (n_samples,)
        Codes of the group.
    n_groups : int
        Number of codes.
    values : array-like of shape (n_samples,)
        Finite numbers, per-row losses for example.
    name : {"mean_loss", "mean_absolute_error", "bias", ...}, default "mean_loss"
        A metric of ``BEST``.
    sample_weight : array-like of shape (n_samples,), optional
        Finite, non-negative weights; `support` stays rows.

    Returns
    -------
    dict of str to ndarray of shape (n_groups,)
        ``support``, then the metric with ``_ci_low``, ``_ci_high`` (Student's interval, NaN below
        two rows), ``_gap`` and ``_ratio``.

    Raises
    ------
    TypeError
        Codes that are not integers.
    ValueError
        An unknown name, different lengths, codes out of range, numbers that are not finite.

    Examples
    --------
    >>> frame = mean_groups([0, 0, 1], 2, [1.0, 3.0, 4.0])
    >>> frame["mean_loss"], frame["mean_loss_ratio"]
    (array([2., 4.]), array([1., 2.]))
    """
    if name not in BEST:
        raise ValueError(f"name must be one of {', '.join(BEST)}, got {name!r}.")
    group = as_codes(group_codes, n_groups, "group_codes")
    rows = as_values(values, "values", n_samples=group.size)
    weights = None if sample_weight is None else as_weights(sample_weight, group.size)
    share = _Rates(group, n_groups, weights)
    frame: Frame = {"support": np.bincount(group, minlength=n_groups)}
    return compare_with_best(frame | share.mean(name, rows))


def regression_groups(
    group_codes: ArrayLike,
    n_groups: int,
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
) -> Frame:
    """Return the regression metrics of each group.

    Parameters
    ----------
    group_codes : array-like of shape (n_samples,)
        Codes of the group.
    n_groups : int
        Number of codes.
    y_true, y_pred : array-like of shape (n_samples,)
        True and predicted values, finite.
    sample_weight : array-like of shape (n_samples,), optional
        Finite, non-negative weights; `support` stays rows.

    Returns
    -------
    dict of str to ndarray of shape (n_groups,)
        ``support``, then ``mean_absolute_error``, ``root_mean_squared_error`` and ``bias`` (mean of
        ``y_pred - y_true``), each with ``_ci_low``, ``_ci_high``, ``_gap`` and ``_ratio``.

    Raises
    ------
    TypeError
        Codes that are not integers.
    ValueError
        Different lengths, codes out of range, numbers that are not finite.

    Examples
    --------
    >>> frame = regression_groups([0, 0, 1], 2, [1.0, 2.0, 3.0], [2.0, 2.0, 5.0])
    >>> frame["mean_absolute_error"], frame["bias"]
    (array([0.5, 2. ]), array([0.5, 2. ]))
    """
    group = as_codes(group_codes, n_groups, "group_codes")
    true = as_values(y_true, "y_true", n_samples=group.size)
    error = as_values(y_pred, "y_pred", n_samples=group.size) - true
    weights = None if sample_weight is None else as_weights(sample_weight, group.size)
    share = _Rates(group, n_groups, weights)
    frame: Frame = {"support": np.bincount(group, minlength=n_groups)}
    frame |= share.mean("mean_absolute_error", np.abs(error), lowest=0.0)
    squares = share.mean("root_mean_squared_error", error * error, lowest=0.0)
    frame |= {name: np.sqrt(column) for name, column in squares.items()}
    return compare_with_best(frame | share.mean("bias", error))


def compare_with_best(frame: Frame) -> Frame:
    """Add to each metric its distance from the group with the best value.

    Parameters
    ----------
    frame : dict of str to ndarray of shape (n_groups,)
        ``support``, and metrics of ``BEST`` followed by their limits.

    Returns
    -------
    dict of str to ndarray of shape (n_groups,)
        After the limits of each metric ``m``: ``m_gap``, its value minus the best; ``m_ratio``, its
        value divided by the best: 1 where equal, otherwise NaN where the best is 0. Which value is
        the best stands in ``BEST``; groups where the metric is NaN are not compared.

    Examples
    --------
    >>> compare_with_best({"accuracy": np.array([0.5, 0.8, np.nan])})["accuracy_gap"].round(3)
    array([-0.3,  0. ,  nan])
    """
    result: Frame = {}
    for column, values in frame.items():
        result[column] = values
        metric = column.removesuffix("_ci_high")
        if metric not in BEST or (metric == column and f"{metric}_ci_high" in frame):
            continue
        best = _best(frame[metric], BEST[metric])
        result[f"{metric}_gap"] = frame[metric] - best
        ratio = np.full(frame[metric].shape, np.nan)
        np.divide(frame[metric], best, out=ratio, where=best != 0)
        ratio[frame[metric] == best] = 1.0
        result[f"{metric}_ratio"] = ratio
    return result


def _best(values: NDArray[np.float64], rule: Best) -> float:
    """Return the best of the values that are numbers, NaN without any."""
    defined = values[~np.isnan(values)]
    if not defined.size:
        return NAN
    if rule == "highest":
        return float(defined.max())
    if rule == "lowest":
        return float(defined.min())
    return float(defined[np.abs(defined).argmin()])


class _Rates:
    """Shares and means of rows by group, with their intervals."""

    def __init__(
        self, group: NDArray[Any], n_groups: int, weights: NDArray[np.float64] | None
    ) -> None:
        self.group, self.n_groups, self.weights = group, n_groups, weights
        self.everything = self._sums(None)

    def _sums(self, chosen: NDArray[np.bool_] | None) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return rows or weights, and squared weights, of the chosen rows of each group."""
        group = self.group if chosen is None else self.group[chosen]
        if self.weights is None:
            rows = np.bincount(group, minlength=self.n_groups)
            return rows, rows
        weights = self.weights if chosen is None else self.weights[chosen]
        return (
            np.bincount(group, weights, self.n_groups),
            np.bincount(group, weights * weights, self.n_groups),
        )

    def rate(
        self,
        name: str,
        hits: NDArray[np.bool_],
        among: NDArray[np.bool_] | None,
        undefined: float = NAN,
    ) -> Frame:
        """Return the share of hits among some rows (None: all) with Wilson's interval."""
        whole, squares = self.everything if among is None else self._sums(among)
        share = np.full(self.n_groups, np.nan)
        np.divide(self._sums(hits)[0], whole, out=share, where=whole > 0)
        low, high = wilson_interval(share, effective_sample_size(whole, squares))
        return _columns(name, np.where(whole > 0, share, undefined), low, high)

    def f1(self, hits: NDArray[np.bool_], concerned: NDArray[np.bool_], undefined: float) -> Frame:
        """Return the F1 of the positive class; `concerned` rows are or were predicted positive."""
        whole, squares = self._sums(concerned)
        part = self._sums(hits)[0]
        score = np.full(self.n_groups, np.nan)
        np.divide(2 * part, whole + part, out=score, where=whole > 0)
        low, high = f1_interval(score, effective_sample_size(whole, squares))
        return _columns("f1", np.where(whole > 0, score, undefined), low, high)

    def mean(self, name: str, values: NDArray[np.float64], lowest: float = -np.inf) -> Frame:
        """Return the mean of the values with Student's interval."""
        whole, squares = self.everything
        weights = 1.0 if self.weights is None else self.weights
        mean, variance = np.full((2, self.n_groups), np.nan)
        filled = whole > 0
        summed = np.bincount(self.group, values * weights, self.n_groups)
        np.divide(summed, whole, out=mean, where=filled)
        distance = (values - mean[self.group]) ** 2
        if self.weights is not None:
            # Rows of a group without weight have no mean to be distant from.
            distance = np.where(self.weights > 0, distance, 0.0)
        spread = np.bincount(self.group, distance * weights, self.n_groups)
        np.divide(spread, whole, out=variance, where=filled)
        size = effective_sample_size(whole, squares)
        low, high = mean_interval(mean, variance, size, bounds=(lowest, np.inf))
        return _columns(name, mean, low, high)


def _averages(
    share: _Rates, true: NDArray[Any], pred: NDArray[Any], n_classes: int, zero_division: float
) -> Frame:
    """Return precision, recall and F1 averaged over the classes."""
    cells = (share.group.astype(np.int64) * n_classes + true) * n_classes + pred
    shape = (share.n_groups, n_classes, n_classes)
    n_cells = share.n_groups * n_classes * n_classes
    counts = np.bincount(cells, share.weights, n_cells).reshape(shape)
    squares = None
    if share.weights is not None:
        squares = np.bincount(cells, share.weights**2, n_cells).reshape(shape)
    names = ("precision", "recall", "f1")
    table = np.full((3, 3, share.n_groups), np.nan)
    for code in range(share.n_groups):
        summary = classification_summary(
            counts[code],
            zero_division=zero_division,
            squared_counts=None if squares is None else squares[code],
        )
        for position, name in enumerate(names):
            table[position, :, code] = summary[f"macro_{name}"][:3]
    frame: Frame = {}
    for name, columns in zip(names, table, strict=True):
        frame |= _columns(name, *columns)
    return frame


def _columns(name: str, value: Any, low: Any, high: Any) -> Frame:
    return {name: value, f"{name}_ci_low": low, f"{name}_ci_high": high}
