"""What selected rows share that others do not: in their values, and in what pushes the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.exceptions import EmptyInputError, InputError, TaskError, listed, shown
from errwidgets.explain.attributions import Attributions
from errwidgets.explain.explaining import explain
from errwidgets.measures.intervals import t_quantile
from errwidgets.slices.evidence import benjamini_hochberg

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from errwidgets.columns import CodedColumn
    from errwidgets.evaluation import Evaluation

    Positions = NDArray[np.intp]

__all__ = ["COLUMNS", "contrast", "sides"]

COLUMNS = (
    "feature", "attribution_gap", "attribution_gap_ci_low", "attribution_gap_ci_high",
    "attribution_gap_p_value", "attribution_gap_q_value", "value_gap", "value_gap_ci_low",
    "value_gap_ci_high", "value_gap_p_value", "value_gap_q_value", "selected_attribution",
    "other_attribution", "words",
)  # fmt: skip

N_RESAMPLES = 200

LEVEL = 0.05

ABOUT = 0.05
"""A ratio so near to 1 is not worth a number."""

_FEWEST = 2


def sides(
    evaluation: Evaluation, selection: Any, against: Any
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], str]:
    """Return the selected rows, those they are held against, and what these are called.

    Raises
    ------
    InputError, EmptyInputError, SelectionError
        When either has no rows, or `against` is unknown.
    """
    inside = evaluation.mask(selection)
    match against:
        case "rest":
            other, said = ~inside, "rest"
        case "correct":
            if not evaluation.has_errors:
                raise InputError("against='correct' needs is_error=; pass 'rest'.")
            other, said = ~inside & ~evaluation.row_values("is_error"), "correct rows"
        case ("cohort", str(name)):
            cohorts = evaluation.notes.cohorts
            if name not in cohorts:
                raise InputError(
                    f"There is no cohort {shown(name)}. Cohorts: {listed(cohorts) or 'none'}."
                )
            other, said = evaluation.mask(cohorts[name]) & ~inside, name
        case _:
            raise InputError(
                f"against={shown(against)} is unknown. Allowed are 'rest', 'correct' and "
                f"('cohort', name)."
            )
    for rows, name in ((inside, "The selection"), (other, f"against={shown(against)}")):
        if int(rows.sum()) < _FEWEST:
            raise EmptyInputError(
                f"{name} has {int(rows.sum())} rows; to compare, {_FEWEST} are needed."
            )
    return inside, other, said


def contrast(
    evaluation: Evaluation,
    selection: Any,
    *,
    against: Any,
    output: Any,
    background: Any,
    max_rows: int,
    seed: int,
    values: Any,
    progress: Callable[[float], object] | None = None,
) -> pd.DataFrame:
    """Return :meth:`Evaluation.contrast`."""
    inside, other, said = sides(evaluation, selection, against)
    common: dict[str, Any] = {
        "method": "shap", "output": output, "space": None, "background": background,
        "max_rows": max_rows, "seed": seed, "values": values,
    }  # fmt: skip

    def part(begin: float) -> Callable[[float], object] | None:
        return None if progress is None else lambda done: progress(begin + done / 2)

    first = explain(evaluation, inside, progress=part(0.0), **common)
    second = explain(evaluation, other, progress=part(0.5), **common)
    if not isinstance(first, Attributions) or not isinstance(second, Attributions):
        raise TaskError(
            "contrast() compares features; this model takes whole texts or images. Compare "
            "features of them with values=, or what derives from them with find_slices()."
        )
    rng = np.random.default_rng(seed)
    rows = []
    for j, name in enumerate(first.feature_names):
        a, b = (np.abs(one.values[:, j]) for one in (first, second))  # noqa: PD011
        gap, low, high, p_value = _welch(a, b)
        rows.append(
            {
                "feature": name,
                "attribution_gap": gap,
                "attribution_gap_ci_low": low,
                "attribution_gap_ci_high": high,
                "attribution_gap_p_value": p_value,
                **_value_gap(evaluation, name, first.positions, second.positions, rng),
                "selected_attribution": float(a.mean()),
                "other_attribution": float(b.mean()),
            }
        )
    frame = pd.DataFrame(rows, columns=[name for name in COLUMNS if name in rows[0]])
    # Both questions of every feature are asked together, so they are corrected together.
    p_values = frame[["attribution_gap_p_value", "value_gap_p_value"]].to_numpy().ravel()
    q_values = benjamini_hochberg(p_values).reshape(-1, 2)
    frame["attribution_gap_q_value"], frame["value_gap_q_value"] = q_values.T
    frame["words"] = [_words(evaluation, one, first, second, said) for _, one in frame.iterrows()]
    frame = frame[list(COLUMNS)]
    order = np.argsort(-np.nanmax(np.abs(_strengths(frame)), axis=1, initial=0.0), kind="stable")
    frame = frame.iloc[order].reset_index(drop=True)
    held = int(((q_values < LEVEL).any(axis=1)).sum())
    notes = [f"{held} of {len(frame)} features differ beyond chance (false discovery rate 5 %)."]
    for one, what in ((first, "selected"), (second, said)):
        notes += [f"{what}: {text}" for text in one.notes]
    frame.attrs = {
        "note": " ".join(notes),
        "route": first.route,
        "space": first.space,
        "output": first.output,
        "n_selected": int(inside.sum()),
        "n_other": int(other.sum()),
        "against": said,
    }
    return frame


def _strengths(frame: pd.DataFrame) -> NDArray[np.float64]:
    """Return how strong each difference is, for the order: attributions by their largest."""
    largest = float(frame[["selected_attribution", "other_attribution"]].to_numpy().max())
    gaps = frame["attribution_gap"].to_numpy() / (largest or 1.0)
    sure = (frame["attribution_gap_q_value"] < LEVEL).to_numpy()
    values = frame["value_gap"].to_numpy(dtype=np.float64)
    known = (frame["value_gap_q_value"] < LEVEL).to_numpy()
    return np.column_stack(
        [np.where(sure, gaps, gaps / 1e3), np.where(known, values, values / 1e3)]
    )


def _welch(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[float, float, float, float]:
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


def _value_gap(
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
        gap, low, high, p_value = _welch(a, b)
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


# ---------------------------------------------------------------- in words


def _words(
    evaluation: Evaluation, one: Any, first: Attributions, second: Attributions, other: str
) -> str:
    name = one["feature"]
    said = []
    if name in evaluation.columns:
        said.append(_values_in_words(evaluation.columns[name], name, first.positions,
                                     second.positions, other))  # fmt: skip
    a, b = one["selected_attribution"], one["other_attribution"]
    if one["attribution_gap_q_value"] < LEVEL and b > 0 and a > 0:
        said.append(_pull(a / b))
    return " and ".join(said) or f"{name}: about the same"


def _pull(ratio: float) -> str:
    if abs(ratio - 1) < ABOUT:
        return "pulls about as hard"
    if ratio > 1:
        return f"pulls {ratio:.1f} times as hard"
    return f"pulls {1 / ratio:.1f} times less"


def _values_in_words(
    column: CodedColumn, name: str, first: Positions, second: Positions, other: str
) -> str:
    """Return the value in which two groups differ most, or their means."""
    n = len(column.categories)
    shares = [np.bincount(column.codes[at], minlength=n) / len(at) for at in (first, second)]
    at = int(np.argmax(np.abs(shares[0] - shares[1])))
    numbers = column.numbers
    tied = column.lows is not None and column.lows[at] == (column.highs or [None] * n)[at]
    if numbers is not None and not (tied and shares[0][at] > 0.5):  # noqa: PLR2004
        means = [float(np.nanmean(np.asarray(numbers, dtype=np.float64)[rows]))
                 for rows in (first, second)]  # fmt: skip
        return f"{name} is {means[0]:,.4g} on average ({other} {means[1]:,.4g})"
    label = column.display_labels[at]
    return f"{name} is {label} in {100 * shares[0][at]:.0f} % ({other} {100 * shares[1][at]:.0f} %)"
