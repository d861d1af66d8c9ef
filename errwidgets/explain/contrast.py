"""What selected rows share that others do not: in their values, and in what pushes the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.exceptions import EmptyInputError, InputError, TaskError, listed, shown
from errwidgets.explain.attributions import Attributions
from errwidgets.explain.explaining import chosen_rows, explain
from errwidgets.explain.targets import OUTPUT_FOR
from errwidgets.explain.value_gaps import value_gap, welch
from errwidgets.slices.conditions import read_features
from errwidgets.slices.evidence import benjamini_hochberg

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from numpy.typing import NDArray

    from errwidgets.columns import CodedColumn
    from errwidgets.evaluation import Evaluation

    Positions = NDArray[np.intp]

__all__ = ["COLUMNS", "Contrast", "contrast", "contrasted", "sides", "values_contrasted"]

COLUMNS = (
    "feature", "attribution_gap", "attribution_gap_ci_low", "attribution_gap_ci_high",
    "attribution_gap_p_value", "attribution_gap_q_value", "value_gap", "value_gap_ci_low",
    "value_gap_ci_high", "value_gap_p_value", "value_gap_q_value", "selected_attribution",
    "other_attribution", "words",
)  # fmt: skip

LEVEL = 0.05

ABOUT = 0.05
"""A ratio so near to 1 is not worth a number."""

_GAP = tuple(f"attribution_gap{part}" for part in ("", "_ci_low", "_ci_high", "_p_value"))

MOSTLY = 0.5
"""The share of a feature's pull that must point one way to be said to do so."""

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


@dataclass(frozen=True, eq=False)
class Contrast:
    """Two groups of rows held against each other.

    Attributes
    ----------
    frame : DataFrame
        As :meth:`Evaluation.contrast` returns it.
    first, second : Attributions
        Of the rows of either side that were explained.
    """

    frame: pd.DataFrame
    first: Attributions
    second: Attributions


def contrast(
    evaluation: Evaluation, selection: Any, *, against: Any, **options: Any
) -> pd.DataFrame:
    """Return :meth:`Evaluation.contrast`."""
    inside, other, said = sides(evaluation, selection, against)
    return contrasted(evaluation, inside, other, said, **options).frame


def contrasted(
    evaluation: Evaluation,
    inside: NDArray[np.bool_],
    other: NDArray[np.bool_],
    said: str,
    *,
    output: Any,
    background: Any,
    max_rows: int,
    seed: int,
    values: Any,
    progress: Callable[[float], object] | None = None,
) -> Contrast:
    """Hold rows against others, in what pushes the model and in their values.

    Parameters
    ----------
    evaluation : Evaluation
        Whose rows they are.
    inside, other : ndarray of shape (n_samples,)
        The two sides, each with two rows or more.
    said : str
        What the other side is called.
    output, background, max_rows, seed, values
        As in :meth:`Evaluation.contrast`.
    progress : callable, optional
        Called with the fraction that is done; stops by ``False``.
    """
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
    frame = _compared(
        evaluation, first.feature_names, (first.positions, second.positions), seed,
        (np.abs(first.values), np.abs(second.values)),
    )  # fmt: skip
    every = np.flatnonzero(inside), np.flatnonzero(other)
    signed = first.frame.mean()
    frame["words"] = [
        _words(evaluation, one, every, said, first, float(signed[one["feature"]]))
        for _, one in frame.iterrows()
    ]
    notes = [f"selected: {text}" for text in first.notes]
    notes += [f"{said}: {text}" for text in second.notes]
    about: dict[Hashable, Any] = {
        "route": first.route,
        "space": first.space,
        "output": first.output,
    }
    return Contrast(_told(frame, every, said, notes, about), first, second)


def values_contrasted(
    evaluation: Evaluation,
    inside: NDArray[np.bool_],
    other: NDArray[np.bool_],
    said: str,
    *,
    max_rows: int,
    seed: int,
) -> pd.DataFrame:
    """Hold rows against others in their values alone, where nothing explains features.

    The features are those that slices may speak of: of texts and images what derives from them.

    Parameters
    ----------
    evaluation, inside, other, said, max_rows, seed
        As in :func:`contrasted`.

    Returns
    -------
    DataFrame
        As :meth:`Evaluation.contrast`; what is said of attributions is missing.
    """
    names = tuple(str(one.name) for one in read_features(evaluation, None))
    drawn, notes = [], []
    for rows, what in ((inside, "selected"), (other, said)):
        at, sampled = chosen_rows(evaluation, rows, max_rows, seed)
        drawn.append(at)
        notes += [f"{what}: {text}" for text in sampled]
    frame = _compared(evaluation, names, (drawn[0], drawn[1]), seed, None)
    every = np.flatnonzero(inside), np.flatnonzero(other)
    frame["words"] = [
        _values_in_words(evaluation.columns[name], name, *every, said) for name in names
    ]
    notes = ["Values alone are compared.", *notes]
    about: dict[Hashable, Any] = {"route": "", "space": "", "output": ""}
    return _told(frame, every, said, notes, about)


def _compared(
    evaluation: Evaluation,
    names: tuple[str, ...],
    drawn: tuple[Positions, Positions],
    seed: int,
    sizes: tuple[NDArray[np.float64], NDArray[np.float64]] | None,
) -> pd.DataFrame:
    """Return both questions of every feature, corrected together, in the order of `names`."""
    rng = np.random.default_rng(seed)
    rows = []
    for j, name in enumerate(names):
        a, b = (None, None) if sizes is None else (sizes[0][:, j], sizes[1][:, j])
        gap = (np.nan,) * 4 if a is None or b is None else welch(a, b)
        rows.append(
            {
                "feature": name,
                **dict(zip(_GAP, gap, strict=True)),
                **value_gap(evaluation, name, *drawn, rng),
                "selected_attribution": np.nan if a is None else float(a.mean()),
                "other_attribution": np.nan if b is None else float(b.mean()),
            }
        )
    if not rows:
        raise InputError("There are no features to compare. Pass X= with more columns.")
    frame = pd.DataFrame(rows)
    p_values = frame[["attribution_gap_p_value", "value_gap_p_value"]].to_numpy().ravel()
    q_values = benjamini_hochberg(p_values).reshape(-1, 2)
    frame["attribution_gap_q_value"], frame["value_gap_q_value"] = q_values.T
    return frame


def _told(
    frame: pd.DataFrame,
    every: tuple[Positions, Positions],
    said: str,
    notes: list[str],
    about: dict[Hashable, Any],
) -> pd.DataFrame:
    """Return the frame in its order, with what is to be said of it."""
    frame = frame[list(COLUMNS)]
    order = np.argsort(-np.nanmax(np.abs(_strengths(frame)), axis=1, initial=0.0), kind="stable")
    frame = frame.iloc[order].reset_index(drop=True)
    q_values = frame[["attribution_gap_q_value", "value_gap_q_value"]].to_numpy()
    held = int(((q_values < LEVEL).any(axis=1)).sum())
    counted = f"{held} of {len(frame)} features differ beyond chance (false discovery rate 5 %)."
    frame.attrs = {
        "note": " ".join([counted, *notes]),
        **about,
        "n_selected": len(every[0]),
        "n_other": len(every[1]),
        "against": said,
    }
    return frame


def _strengths(frame: pd.DataFrame) -> NDArray[np.float64]:
    """Return how strong each difference is, for the order: attributions by their largest."""
    sizes = frame[["selected_attribution", "other_attribution"]].to_numpy()
    largest = float(np.nanmax(sizes, initial=0.0))
    gaps = frame["attribution_gap"].to_numpy() / (largest or 1.0)
    sure = (frame["attribution_gap_q_value"] < LEVEL).to_numpy()
    values = frame["value_gap"].to_numpy(dtype=np.float64)
    known = (frame["value_gap_q_value"] < LEVEL).to_numpy()
    return np.column_stack(
        [np.where(sure, gaps, gaps / 1e3), np.where(known, values, values / 1e3)]
    )


# ---------------------------------------------------------------- in words


def _words(  # noqa: PLR0917  what is held against what
    evaluation: Evaluation, one: Any, every: tuple[Positions, Positions], other: str,
    first: Attributions, signed: float,
) -> str:  # fmt: skip
    """Return a difference in words. Values are counted in all rows, not only the explained ones."""
    name = one["feature"]
    said = []
    if name in evaluation.columns:
        said.append(_values_in_words(evaluation.columns[name], name, *every, other))
    a, b = one["selected_attribution"], one["other_attribution"]
    if one["attribution_gap_q_value"] < LEVEL and b > 0 and a > 0:
        where = _direction(first, signed) if abs(signed) > a * MOSTLY else ""
        said.append(_pull(a / b, where))
    return " and ".join(said) or f"{name}: about the same"


def _direction(first: Attributions, signed: float) -> str:
    """Return where a feature pulls, in words."""
    if first.space == "loss":
        return " up" if signed > 0 else " down"
    if not first.output.startswith(OUTPUT_FOR):
        return " up" if signed > 0 else " down"
    label = first.output.removeprefix(OUTPUT_FOR)
    return f" toward {label}" if signed > 0 else f" away from {label}"


def _pull(ratio: float, where: str) -> str:
    if abs(ratio - 1) < ABOUT:
        return f"pulls{where} about as hard"
    if ratio > 1:
        return f"pulls{where} {ratio:.1f} times as hard"
    return f"pulls{where} {1 / ratio:.1f} times less"


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
    low = None if column.lows is None else column.lows[at]
    if tied and numbers is not None and low is not None:
        label = f"{low:.6g}"  # a bin of one value is said by it
    return f"{name} is {label} in {100 * shares[0][at]:.0f} % ({other} {100 * shares[1][at]:.0f} %)"
