"""The search as users call it: what is looked for, exact search, evidence, words, a frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.exceptions import InputError, InputTypeError
from errwidgets.slices.bitsets import Lattice
from errwidgets.slices.evidence import LEVEL, judge
from errwidgets.slices.overlap import fold, packed
from errwidgets.slices.scene import look_at, needed_rows
from errwidgets.slices.search import Found, Stopped, Watch, search

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from errwidgets.evaluation import Evaluation
    from errwidgets.slices.evidence import Evidence
    from errwidgets.slices.overlap import Folded
    from errwidgets.slices.scene import Parts, Scene
    from errwidgets.slices.search import Slice

__all__ = ["COLUMNS", "Findings", "as_frame", "find", "find_slices", "slice_columns"]

# Nearly the same slices come in numbers; so many are looked at to find few different ones.
_MORE = 5

_MOST = 4_000


_ALIKE_SHOWN = 5
"""Slices nearly the same as another that are looked at closer."""


@dataclass(frozen=True, eq=False)
class Findings:
    """What a search found.

    Attributes
    ----------
    frame : DataFrame
        What :meth:`Evaluation.find_slices` returns.
    alike : list of DataFrame
        For each slice of `frame` the first slices that were folded under it.
    """

    frame: pd.DataFrame
    alike: list[pd.DataFrame]


def find_slices(evaluation: Evaluation, features: Any, **options: Any) -> pd.DataFrame:
    """Return :meth:`Evaluation.find_slices`."""
    return find(evaluation, features, **options).frame


def find(
    evaluation: Evaluation,
    features: Any = None,
    *,
    objective: Any = "error",
    max_conditions: int = 3,
    min_support: float = 0.01,
    k: int = 20,
    alpha: float = 0.95,
    within: Any = None,
    verify: bool = True,
    deduplicate: bool = True,
    time_limit: float | None = None,
    progress: Callable[[float], object] | None = None,
    seed: int = 0,
    alike: bool = False,
    sample: int | None = None,
) -> Findings:
    """Return what :meth:`Evaluation.find_slices` finds, and more.

    Parameters
    ----------
    evaluation : Evaluation
        Whose rows are searched.
    features, objective, max_conditions, min_support, k, alpha, within, verify, deduplicate
        See :meth:`Evaluation.find_slices`.
    time_limit, progress, seed
        See there too.
    alike : bool, default=False
        Whether what is folded is wanted as well.
    sample : int, optional
        Search so many rows only, the same ones each time, a fair share of every stratum.
    """
    _check(max_conditions, k, alpha, time_limit, progress, seed)
    watch = Watch(progress, time_limit)
    scene = look_at(evaluation, features, objective, within, apart=False)
    if sample is not None:
        scene = scene.sampled(sample, seed)
    if deduplicate:
        scene = scene.apart()
    searched = scene.searched(seed) if verify and scene.n_rows else None
    values, weights = scene.target, scene.weights
    if searched is not None:
        values = values[searched]
        weights = None if weights is None else weights[searched]
    min_rows = needed_rows(min_support, len(values))
    wanted = _MORE * k if deduplicate else k
    while True:
        try:
            lattice = scene.lattice(searched, watch.tick)
        except Stopped:
            lattice, found, parts, folded = Lattice([], []), Found((), exhaustive=False), [], None
            break
        found = search(
            lattice, values, weights, max_conditions=max_conditions, min_rows=min_rows, k=wanted,
            alpha=alpha, distinct=deduplicate, watch=watch,
        )  # fmt: skip
        parts = [_parts(lattice, one.conditions) for one in found.slices]
        folded = _folded(scene, parts, k) if deduplicate else None
        enough = folded is None or len(folded.kept) >= k or len(parts) < wanted
        if enough or not found.exhaustive or wanted >= _MOST:
            break
        wanted *= 4
    kept = range(len(parts)) if folded is None else folded.kept
    frame = _frame(scene, [parts[i] for i in kept], [found.slices[i] for i in kept], searched,
                   folded)  # fmt: skip
    notes = _notes(scene, frame, found, lattice, searched, min_rows, max_conditions)
    frame.attrs = {
        "exhaustive": found.exhaustive,
        "note": " ".join(notes),
        "measure": scene.objective.measure,
        "n_searched": len(values),
        "n_judged": scene.n_rows - (0 if searched is None else len(values)),
    }
    if isinstance(objective, str | tuple):
        frame.attrs["objective"] = objective
    some = [of[:_ALIKE_SHOWN] for of in folded.similar] if alike and folded else []
    return Findings(frame, _frames(scene, parts, found.slices, searched, some))


def _frames(
    scene: Scene,
    parts: Sequence[Parts],
    slices: Sequence[Slice],
    searched: NDArray[np.bool_] | None,
    groups: Sequence[Sequence[int]],
) -> list[pd.DataFrame]:
    """Return a frame of each group of slices; what is judged together is judged at once."""
    at = [i for group in groups for i in group]
    whole = _frame(scene, [parts[i] for i in at], [slices[i] for i in at], searched, None)
    ends = np.cumsum([len(group) for group in groups]).tolist()
    starts = [0, *ends[:-1]] if ends else []
    return [whole.iloc[start:end] for start, end in zip(starts, ends, strict=True)]


COLUMNS = (
    "slice", "conditions", "query", "support", "support_share", "errors", "error_share",
    "verified_support", "error_rate", "lift", "gap", "potential_gain", "ci_low", "ci_high",
    "p_value", "q_value", "verified", "score", "discovery_rate", "n_similar", "subsumed_by",
)  # fmt: skip


def _check(  # noqa: PLR0917  one per parameter
    max_conditions: Any, k: Any, alpha: Any, time_limit: Any, progress: Any, seed: Any
) -> None:
    whole = (int, np.integer)
    for name, value, least in (
        ("max_conditions", max_conditions, 1),
        ("k", k, 1),
        ("seed", seed, 0),
    ):
        if isinstance(value, bool | np.bool_) or not isinstance(value, whole):
            raise InputTypeError.expected(name, "a whole number", value)
        if value < least:
            raise InputError(f"{name} must be {least} or more; got {value}.")
    real = (int, float, np.integer, np.floating)
    if isinstance(alpha, bool) or not isinstance(alpha, real):
        raise InputTypeError.expected("alpha", "a number in (0, 1]", alpha)
    if not 0 < alpha <= 1:
        raise InputError(
            f"alpha must be over 0 and at most 1; got {alpha:g}. Near 1 small slices with many "
            f"mistakes win, near 0 large ones."
        )
    if time_limit is not None:
        if isinstance(time_limit, bool) or not isinstance(time_limit, real):
            raise InputTypeError.expected("time_limit", "a number of seconds or None", time_limit)
        if not time_limit >= 0:
            raise InputError(f"time_limit must be 0 seconds or more; got {time_limit:g}.")
    if progress is not None and not callable(progress):
        raise InputTypeError.expected("progress", "a function of one fraction, or None", progress)


def _parts(lattice: Lattice, conditions: Sequence[int]) -> list[tuple[int, int]]:
    return [(int(lattice.feature[one]), int(lattice.code[one])) for one in conditions]


def _folded(scene: Scene, parts: Sequence[Parts], k: int) -> Folded:
    return fold(packed(scene.member(one) for one in parts), most=k)


def _frame(
    scene: Scene,
    parts: Sequence[Parts],
    slices: Sequence[Slice],
    searched: NDArray[np.bool_] | None,
    folded: Folded | None,
) -> pd.DataFrame:
    predicates = [scene.predicate(one) for one in parts]
    said = [scene.words(one) for one in parts]
    held_by = [None] * len(parts) if folded is None else folded.subsumed_by
    return as_frame(
        slice_columns(scene, [scene.member(one) for one in parts], searched)
        | {
            "slice": said,
            "conditions": predicates,
            "query": [scene.query(one) for one in predicates],
            "score": np.array([one.score for one in slices], dtype=float),
            "discovery_rate": np.array([one.loss / one.weight for one in slices], dtype=float),
            "n_similar": np.array([0] * len(parts) if folded is None else folded.n_similar, int),
            "subsumed_by": [None if at is None else said[at] for at in held_by],
        }
    )


def as_frame(columns: dict[str, Any]) -> pd.DataFrame:
    """Return columns in the order of :data:`COLUMNS`, lists as objects."""
    ordered = (name for name in COLUMNS if name in columns)
    return pd.DataFrame(
        {
            name: pd.Series(columns[name], dtype=object)
            if isinstance(columns[name], list)
            else columns[name]
            for name in ordered
        }
    )


def slice_columns(
    scene: Scene, members: Sequence[NDArray[np.bool_]], searched: NDArray[np.bool_] | None
) -> dict[str, NDArray[Any]]:
    """Return what is known of slices by their rows.

    Parameters
    ----------
    scene : Scene
        What is looked at.
    members : sequence of ndarray of shape (n_rows,), dtype bool
        Which of the rows that count each slice holds.
    searched : ndarray of shape (n_rows,), dtype bool, optional
        The rows that were searched, which judge nothing; without it all rows judge.

    Returns
    -------
    dict
        ``support`` to ``verified`` of the columns of :meth:`Evaluation.find_slices`.
    """
    values, weights = scene.target, scene.weights
    support = np.array([np.count_nonzero(member) for member in members], dtype=np.int64)
    errors: NDArray[Any] = np.empty(0)
    if scene.objective.is_rate:  # rows, whatever they weigh
        counted = [np.count_nonzero(member & values) for member in members]
        errors = np.array(counted, dtype=np.int64)
    if scene.objective.is_rate and weights is None:
        shares, total = errors, float(np.count_nonzero(values))
    else:
        worth = values.astype(np.float64) if weights is None else values * weights
        total = float(worth.sum())
        shares = np.array([float(worth[member].sum()) for member in members], dtype=np.float64)
        errors = errors if scene.objective.is_rate else shares
    evidence = _judged(scene, members, searched).columns()
    verified_support, rate = evidence.pop("support"), evidence.pop("rate")
    columns: dict[str, NDArray[Any]] = {
        "support": support,
        "support_share": support / max(scene.n_rows, 1),
        "errors": errors,
        "error_share": shares / total if total > 0 else np.full(len(members), np.nan),
        "verified_support": verified_support,
        "error_rate": rate,
        **evidence,
    }
    if searched is not None:
        columns["verified"] = np.nan_to_num(evidence["q_value"], nan=1.0) < LEVEL
    return columns


def _judged(
    scene: Scene, members: Sequence[NDArray[np.bool_]], searched: NDArray[np.bool_] | None
) -> Evidence:
    if searched is None:
        return judge(scene.target, members, scene.weights)
    others = np.flatnonzero(~searched)  # taking by position is quicker than by mask
    weights = None if scene.weights is None else scene.weights.take(others)
    return judge(scene.target.take(others), (one.take(others) for one in members), weights)


def _notes(  # noqa: PLR0917  what there is to say
    scene: Scene,
    frame: pd.DataFrame,
    found: Found,
    lattice: Lattice,
    searched: NDArray[np.bool_] | None,
    min_rows: int,
    max_conditions: int,
) -> list[str]:
    if not found.slices and found.exhaustive:
        return [_why_nothing(scene, lattice, min_rows), *scene.notes]
    if not len(lattice):
        return ["Stopped early, before anything was searched.", *scene.notes]
    n_slices = lattice.n_slices(max_conditions)
    of = f"of at most {max_conditions} conditions" if max_conditions > 1 else "of one condition"
    if found.exhaustive:
        said = [f"Searched all {n_slices:,} slices {of} in {lattice.n_rows:,} rows exactly"]
    else:
        said = [
            f"Stopped early: the best of what was looked at, not of all {n_slices:,} slices {of}"
        ]
        said[0] += f" in {lattice.n_rows:,} rows"
    if searched is None:
        said[0] += "; rates come from the same rows, so they look worse than they are."
    else:
        said[0] += f"; rates come from the other {scene.n_rows - lattice.n_rows:,} rows."
        held = int(frame["verified"].sum()) if len(frame) else 0
        said.append(f"{held:,} of {len(frame):,} are verified there.")
    if scene.objective.scope is not None:
        said.append(f"Only {scene.objective.scope_words} count.")
    return [*said, *scene.notes]


def _why_nothing(scene: Scene, lattice: Lattice, min_rows: int) -> str:
    values = scene.target
    if not scene.features:
        return "There are no features to describe rows by. Pass X=, or features=."
    if not len(values):
        return f"There are no {scene.objective.scope_words} to search."
    if not values.any():
        none = "No row is wrong" if scene.objective.is_rate else "The objective is 0 in every row"
        return f"{none}, so there is nothing to find."
    if bool((values == values[0]).all()):
        every = "Every row is wrong" if scene.objective.is_rate else "Every row has the same value"
        return f"{every}, so no group is worse than the rest."
    if min_rows > int(lattice.sizes.max(initial=0)):
        return (
            f"No condition holds in {min_rows:,} of the {lattice.n_rows:,} searched rows, which is "
            f"the fewest that a slice may have. Pass a smaller min_support=."
        )
    return (
        f"No slice of {min_rows:,} rows or more scores over 0 in {lattice.n_rows:,} rows: the "
        f"{scene.objective.measure} is about the same everywhere, or differs only in groups too "
        f"small for this alpha=."
    )
