"""How sure a slice is: rows that were not searched, intervals, a test, and many tests at once."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from errwidgets.measures.intervals import effective_sample_size, mean_interval, wilson_interval

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "LEVEL",
    "Evidence",
    "benjamini_hochberg",
    "halves",
    "hypergeometric_tail",
    "judge",
    "stratified_order",
]

LEVEL = 0.05
"""The share of false discoveries among what is called verified."""


def halves(strata: NDArray[Any], seed: int) -> NDArray[np.bool_]:
    """Return which half of the rows is searched, the same share of every stratum.

    Parameters
    ----------
    strata : ndarray of int and shape (n_rows,)
        Which stratum each row is in.
    seed : int
        Of the random order.

    Returns
    -------
    ndarray of shape (n_rows,), dtype bool
        Half of the rows of each stratum, to within one; half of all rows, rounded up.

    Examples
    --------
    >>> import numpy as np
    >>> searched = halves(np.array([0, 0, 1, 1, 1, 1]), seed=0)
    >>> int(searched[:2].sum()), int(searched[2:].sum())
    (1, 2)
    """
    n = len(strata)
    order = np.random.default_rng(seed).permutation(n)
    # A stable sort of a random order puts the rows of a stratum together in random order; every
    # second one of them is a half, and an odd stratum's last row starts the next one.
    codes = np.unique(strata, return_inverse=True)[1] if strata.dtype.kind != "u" else strata
    if codes.max(initial=0) <= np.iinfo(np.uint16).max:
        codes = codes.astype(np.uint16)  # NumPy sorts those by radix
    order = order[np.argsort(codes[order], kind="stable")]
    searched = np.zeros(n, dtype=bool)
    searched[order[::2]] = True
    return searched


def stratified_order(strata: NDArray[Any], seed: int) -> NDArray[np.intp]:
    """Return a random order of rows whose every beginning holds a fair share of every stratum.

    Parameters
    ----------
    strata : ndarray of int and shape (n_rows,)
        Which stratum each row is in.
    seed : int
        Of the random order.

    Returns
    -------
    ndarray of shape (n_rows,)
        Positions of rows. Of the first m a stratum of s rows holds m * s / n_rows, to within one
        for each other stratum that is about as far.

    Examples
    --------
    >>> import numpy as np
    >>> order = stratified_order(np.array([0] * 90 + [1] * 10), seed=0)
    >>> int((order[:50] >= 90).sum())
    5
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(strata))
    _, codes, sizes = np.unique(strata, return_inverse=True, return_counts=True)
    order = order[np.argsort(codes[order], kind="stable")]
    # The i-th row of a stratum of s comes at about i / s of the way, wherever in that step.
    starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    at = (np.arange(len(order)) - starts + rng.random(len(order))) / np.repeat(sizes, sizes)
    return order[np.argsort(at, kind="stable")]


def hypergeometric_tail(hits: int, drawn: int, wrong: int, total: int) -> float:
    """Return how likely a random draw has so many mistakes or more: Fisher's one-sided test.

    Parameters
    ----------
    hits : int
        Mistakes in the slice.
    drawn : int
        Rows of the slice.
    wrong, total : int
        Mistakes and rows there are.

    Returns
    -------
    float
        ``P(X >= hits)`` of the hypergeometric distribution.

    References
    ----------
    Fisher, R. A. (1935). The logic of inductive inference. J. Royal Statistical Society 98, 39-82.

    Examples
    --------
    >>> round(hypergeometric_tail(3, 4, 4, 8), 4)
    0.2429
    """
    lowest, highest = max(0, drawn + wrong - total), min(drawn, wrong)
    if hits <= lowest:
        return 1.0
    if hits > highest:
        return 0.0
    # The tail away from the mean is summed, whose terms only fall.
    if hits * total >= drawn * wrong:
        return min(1.0, _tail(hits, drawn, wrong, total, up=True))
    return max(0.0, 1.0 - _tail(hits - 1, drawn, wrong, total, up=False))


def _tail(start: int, drawn: int, wrong: int, total: int, *, up: bool) -> float:
    log = -_log_choose(total, drawn)
    log += _log_choose(wrong, start) + _log_choose(total - wrong, drawn - start)
    end = min(drawn, wrong) if up else max(0, drawn + wrong - total)
    # Beyond 40 standard deviations nothing is left that a double holds.
    spread = math.sqrt(drawn * wrong / total * (1 - wrong / total)) if total else 0.0
    reach = min(abs(end - start), int(40 * spread) + 64)
    x = start + np.arange(reach, dtype=np.float64) * (1 if up else -1)
    right = total - wrong - drawn
    above, below = (wrong - x) * (drawn - x), (x + 1) * (right + x + 1)
    if not up:
        above, below = x * (right + x), (wrong - x + 1) * (drawn - x + 1)
    return math.exp(log) * (1.0 + float(np.cumprod(above / below).sum()))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def benjamini_hochberg(p_values: ArrayLike) -> NDArray[np.float64]:
    """Return q-values: the lowest rate of false discoveries at which each is still reported.

    Parameters
    ----------
    p_values : array-like of shape (n,)
        NaN where there was no test.

    Returns
    -------
    ndarray of shape (n,)
        NaN where there was no test.

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. J. Royal
    Statistical Society B 57, 289-300.

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03]).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    p = np.asarray(p_values, dtype=np.float64)
    q = np.full(p.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    raised = p[order] * len(order) / np.arange(1, len(order) + 1)
    q[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return q


@dataclass(frozen=True, eq=False)
class Evidence:
    """What rows say of slices; every attribute is an ndarray of shape (n_slices,).

    Attributes
    ----------
    support : rows of the slice
    rate : their mean objective; with weights the weighted mean
    lift : the mean over that of all rows
    gap : the mean less that of the other rows
    potential_gain : by how much the mean of all rows falls when the slice becomes as the rest
    ci_low, ci_high : 95 % limits of the mean: Wilson's for a rate, else Student's
    p_value : of the one-sided test that the slice is no worse than the other rows
    q_value : the same for all slices together
    """

    support: NDArray[np.int64]
    rate: NDArray[np.float64]
    lift: NDArray[np.float64]
    gap: NDArray[np.float64]
    potential_gain: NDArray[np.float64]
    ci_low: NDArray[np.float64]
    ci_high: NDArray[np.float64]
    p_value: NDArray[np.float64]
    q_value: NDArray[np.float64]

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the attributes by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def judge(
    values: NDArray[Any],
    members: Iterable[NDArray[np.bool_]],
    weights: NDArray[np.float64] | None = None,
) -> Evidence:
    """Return what rows say of slices.

    Parameters
    ----------
    values : ndarray of shape (n_rows,)
        Bool for a rate, else finite and not negative.
    members : iterable of ndarray of shape (n_rows,), dtype bool
        Which rows each slice holds.
    weights : ndarray of shape (n_rows,), optional
        Finite, not negative.

    Returns
    -------
    Evidence

    Notes
    -----
    The test is Fisher's exact one for rates; Welch's for means; with weights the difference of
    the two weighted means over its linearised standard error, against the normal distribution.
    """
    is_rate = values.dtype == bool
    total = _Sums.of(values, None, weights)
    rows = []
    for member in members:
        inside = _Sums.of(values, member, weights)
        rows.append(_compare(inside, total, is_rate=is_rate, weighted=weights is not None))
    names = ("support", "rate", "lift", "gap", "potential_gain", "ci_low", "ci_high", "p_value")
    table = {name: np.array([row[name] for row in rows], dtype=float) for name in names}
    support = table.pop("support").astype(np.int64)
    return Evidence(support, **table, q_value=benjamini_hochberg(table["p_value"]))


@dataclass(frozen=True, slots=True)
class _Sums:
    """What is added up of some rows: n, Σw, Σw², Σwv, Σwv², Σw²v, Σw²v²."""

    n: int
    w: float
    w2: float
    wv: float
    wv2: float
    w2v: float
    w2v2: float

    @classmethod
    def of(
        cls,
        values: NDArray[Any],
        member: NDArray[np.bool_] | None,
        weights: NDArray[np.float64] | None,
    ) -> _Sums:
        if weights is None and values.dtype == bool:
            n = len(values) if member is None else int(np.count_nonzero(member))
            hits = int(np.count_nonzero(values if member is None else values & member))
            return cls(n, n, n, hits, hits, hits, hits)
        chosen = (values if member is None else values[member]).astype(np.float64)
        n, v, v2 = len(chosen), chosen, chosen * chosen
        if weights is None:
            first, second = float(v.sum()), float(v2.sum())
            return cls(n, n, n, first, second, first, second)
        w = weights if member is None else weights[member]
        w2 = w * w
        return cls(n, float(w.sum()), float(w2.sum()), float(w @ v), float(w @ v2),
                   float(w2 @ v), float(w2 @ v2))  # fmt: skip

    def without(self, other: _Sums) -> _Sums:
        return _Sums(*(getattr(self, name) - getattr(other, name) for name in self.__slots__))

    @property
    def mean(self) -> float:
        return self.wv / self.w if self.w > 0 else math.nan

    @property
    def variance(self) -> float:
        """Mean squared distance from the mean, divided by n."""
        return max(self.wv2 / self.w - self.mean**2, 0.0) if self.w > 0 else math.nan

    @property
    def linear_variance(self) -> float:
        """Variance of the weighted mean: Σ w² (v - mean)² / (Σ w)²."""
        m = self.mean
        return max(self.w2v2 - 2 * m * self.w2v + m * m * self.w2, 0.0) / self.w**2


def _compare(inside: _Sums, total: _Sums, *, is_rate: bool, weighted: bool) -> dict[str, float]:
    rest = total.without(inside)
    size = float(effective_sample_size(inside.w, inside.w2))
    # A slice of every row has no rest: what is left of the sums is their rounding.
    rest_mean = rest.mean if rest.n > 0 else math.nan
    if is_rate:
        low, high = wilson_interval(min(max(inside.mean, 0.0), 1.0), size)
    else:
        low, high = mean_interval(inside.mean, inside.variance, size, bounds=(0.0, math.inf))
    if inside.n == 0 or rest.n == 0 or not (inside.w > 0 and rest.w > 0):
        p_value = math.nan
    elif weighted:
        p_value = _linear_test(inside, rest)
    elif is_rate:
        p_value = hypergeometric_tail(int(inside.wv), inside.n, int(total.wv), total.n)
    else:
        p_value = _welch_test(inside, rest)
    return {
        "support": inside.n,
        "rate": inside.mean,
        "lift": inside.mean / total.mean if total.mean > 0 else math.nan,
        "gap": inside.mean - rest_mean,
        "potential_gain": total.mean - rest_mean,
        "ci_low": float(low),
        "ci_high": float(high),
        "p_value": p_value,
    }


def _linear_test(inside: _Sums, rest: _Sums) -> float:
    spread = math.sqrt(inside.linear_variance + rest.linear_variance)
    gap = inside.mean - rest.mean
    if spread <= 0:  # no spread in either: nothing to compare with
        return math.nan
    return 0.5 * math.erfc(gap / spread / math.sqrt(2))


def _welch_test(inside: _Sums, rest: _Sums) -> float:
    """Return the upper tail of Welch's test.

    References
    ----------
    Welch, B. L. (1947). The generalization of Student's problem when several different population
    variances are involved. Biometrika 34, 28-35.
    """
    if inside.n < 2 or rest.n < 2:  # noqa: PLR2004  a variance needs two
        return math.nan
    parts = [one.variance / (one.n - 1) for one in (inside, rest)]
    spread = sum(parts)
    if spread <= 0:
        return math.nan
    from scipy.special import stdtr  # noqa: PLC0415  only means need it

    free = spread**2 / sum(p**2 / (one.n - 1) for p, one in zip(parts, (inside, rest), strict=True))
    return float(stdtr(free, -(inside.mean - rest.mean) / math.sqrt(spread)))
