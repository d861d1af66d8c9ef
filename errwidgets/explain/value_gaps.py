"""How far the values of a feature differ between two groups of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from errwidgets.measures.intervals import t_quantile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from errwidgets.columns import CodedColumn
    from errwidgets.evaluation import Evaluation

    Positions = NDArray[np.intp]

__all__ = ["value_gap", "welch"]

N_RESAMPLES = 200

_FEWEST = 2


def welch(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Return a difference of means with its 95 % interval and Welch's p-value."""
    from scipy.stats import t as student  # noqa: PLC0415  heavy

    gap = float(a.mean() - b.mean())
    parts = [one.var(ddof=1) / len(one) if len(one) > 1 else np.nan for one in (a, b)]
    error = float(np.sqrt(sum(parts)))
    if not error > 0:
        return gap, np.nan, np.nan, 1.0 if gap == 0 else np.nan
    below = sum(p * p / (len(one) - 1) for p, one in zip(parts, (a, b), strict=True))
    free = float(sum(parts) ** 2 / below)
    half = float(t_quantile(free)) * error
    return gap, gap - half, gap + half, float(2 * student.sf(abs(gap) / error, free))


def value_gap(
    evaluation: Evaluation, name: str, first: Positions, second: Positions,
    rng: np.random.Generator,
) -> dict[str, float]:  # fmt: skip
    """Return how far the values of a feature differ.

    Numbers: the standardised difference of means (by the pooled deviation), Welch's test.
    Categories: the total variation distance, bootstrapped, with the chi-squared test.
    """
    empty = dict.fromkeys(
        ("value_gap", "value_gap_ci_low", "value_gap_ci_high", "value_gap_p_value"), np.nan
    )
    if name not in evaluation.columns:
        return empty
    column = evaluation.columns[name]
    if column.numbers is not None:
        sides_of = [np.asarray(column.numbers, dtype=np.float64)[at] for at in (first, second)]
        a, b = (one[np.isfinite(one)] for one in sides_of)
        if len(a) < _FEWEST or len(b) < _FEWEST:
            return empty
        pooled = float(np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2))
        if not pooled > 0:
            return {**empty, "value_gap": 0.0, "value_gap_p_value": 1.0} if (
                a[0] == b[0]
            ) else empty  # fmt: skip
        gap, low, high, p_value = welch(a, b)
        return {
            "value_gap": gap / pooled,
            "value_gap_ci_low": low / pooled,
            "value_gap_ci_high": high / pooled,
            "value_gap_p_value": p_value,
        }
    return _category_gap(column, first, second, rng)


def _category_gap(
    column: CodedColumn, first: Positions, second: Positions, rng: np.random.Generator
) -> dict[str, float]:
    from scipy.stats import chi2_contingency  # noqa: PLC0415  heavy

    n = len(column.categories)
    a, b = (np.bincount(column.codes[at], minlength=n) for at in (first, second))
    used = (a + b) > 0
    a, b = a[used], b[used]
    gap = _distance(a, b)
    drawn = [
        _distance(rng.multinomial(a.sum(), a / a.sum()), rng.multinomial(b.sum(), b / b.sum()))
        for _ in range(N_RESAMPLES)
    ]
    # A bootstrap of a distance is too far by what noise adds; it is turned round.
    low, high = 2 * gap - np.quantile(drawn, [0.975, 0.025])
    p_value = 1.0 if len(a) < _FEWEST else float(chi2_contingency(np.stack([a, b]))[1])
    return {
        "value_gap": gap,
        "value_gap_ci_low": float(np.clip(low, 0, 1)),
        "value_gap_ci_high": float(np.clip(high, 0, 1)),
        "value_gap_p_value": p_value,
    }


def _distance(a: NDArray[Any], b: NDArray[Any]) -> float:
    return float(0.5 * np.abs(a / a.sum() - b / b.sum()).sum())
