"""Few and different slices: which are alike, which hold another, which cover the mistakes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.exceptions import ColumnNotFoundError, InputError, InputTypeError
from errwidgets.measures.rates import group_columns
from errwidgets.selection import All, AnyOf, Not, words
from errwidgets.slices.objective import read_objective

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from errwidgets.evaluation import Evaluation
    from errwidgets.selection import Predicate

__all__ = [
    "ALIKE",
    "Folded",
    "cover",
    "cover_frame",
    "fold",
    "intersections_frame",
    "jaccard",
    "overlap_frame",
    "packed",
]

MOST_INTERSECTED = 10
"""Slices that are crossed with one another: each doubles what there can be."""

ALIKE = 0.8
"""Slices that share so much of the rows that either holds count as one."""


def packed(members: Iterable[NDArray[np.bool_]]) -> NDArray[np.uint64]:
    """Return sets of rows as bits, 64 to a word.

    Parameters
    ----------
    members : iterable of ndarray of shape (n_rows,), dtype bool
        At least one.

    Returns
    -------
    ndarray of shape (n_slices, n_words)
    """
    rows = []
    for member in members:
        bits = np.packbits(member, bitorder="little")
        rows.append(np.pad(bits, (0, -len(bits) % 8)).view(np.uint64))
    return np.stack(rows) if rows else np.empty((0, 0), dtype=np.uint64)


def _sizes(bits: NDArray[np.uint64]) -> NDArray[np.int64]:
    return np.asarray(np.bitwise_count(bits).sum(axis=-1, dtype=np.int64))


def jaccard(bits: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Return the share of common rows among the rows of each pair of sets.

    Returns
    -------
    ndarray of shape (n_slices, n_slices)
        In [0, 1]; 1 for a set with itself, and for two sets without rows.
    """
    sizes = _sizes(bits)
    both = np.stack([_sizes(bits & one) for one in bits]) if len(bits) else np.empty((0, 0))
    either = sizes[:, None] + sizes[None, :] - both
    return np.divide(both, either, out=np.ones(both.shape), where=either > 0)


@dataclass(frozen=True, eq=False)
class Folded:
    """Which slices stand for others.

    Attributes
    ----------
    kept : list of int
        Positions of the slices that stand, in order.
    subsumed_by : list of int or None
        Position in `kept` of the first better slice that holds all of its rows.
    similar : list of list of int
        Positions of the slices that each of them stands for, in order.
    """

    kept: list[int]
    subsumed_by: list[int | None]
    similar: list[list[int]]

    @property
    def n_similar(self) -> list[int]:
        """How many others each of them stands for."""
        return [len(others) for others in self.similar]


def fold(bits: NDArray[np.uint64], alike: float = ALIKE, most: int | None = None) -> Folded:
    """Fold slices under better ones that hold nearly the same rows.

    Parameters
    ----------
    bits : ndarray of shape (n_slices, n_words)
        The slices, best first.
    alike : float, default=0.8
        From which Jaccard index on two count as one.
    most : int, optional
        How many to keep; what is alike to none of so many is left out.
    """
    sizes = _sizes(bits)
    kept: list[int] = []
    similar: list[list[int]] = []
    subsumed: list[int | None] = []
    for i, one in enumerate(bits):
        both = _sizes(bits[kept] & one) if kept else np.empty(0, dtype=np.int64)
        either = sizes[kept] + sizes[i] - both
        same = np.flatnonzero(both >= alike * either)
        if len(same):
            similar[same[0]].append(i)
        elif most is None or len(kept) < most:
            holds = np.flatnonzero(both == sizes[i])
            subsumed.append(int(holds[0]) if len(holds) else None)
            kept.append(i)
            similar.append([])
    return Folded(kept, subsumed, similar)


def cover(
    values: NDArray[Any],
    members: Sequence[NDArray[np.bool_]],
    n: int,
    weights: NDArray[np.float64] | None = None,
) -> list[tuple[int, float, float, float]]:
    """Choose slices one by one, each time the one that adds most of what is not yet covered.

    Parameters
    ----------
    values : ndarray of shape (n_rows,)
        Bool, or finite and not negative.
    members : sequence of ndarray of shape (n_rows,), dtype bool
        Which rows each slice holds.
    n : int
        How many are wanted.
    weights : ndarray of shape (n_rows,), optional
        Finite, not negative.

    Returns
    -------
    list of (position, added, share of the total covered so far, share of the rows covered so far)
        Ends early when no slice adds anything. Of two that add the same, the smaller one.

    References
    ----------
    Nemhauser, G. et al. (1978). An analysis of approximations for maximizing submodular set
    functions. Mathematical Programming 14, 265-294: at least 63 % of what any `n` cover.
    """
    worth = values.astype(np.float64) if weights is None else values * weights
    total = float(worth.sum())
    left = worth.copy()
    covered = np.zeros(len(worth), dtype=bool)
    sizes = [int(np.count_nonzero(member)) for member in members]
    # What a slice adds only falls, so the sum of the last round bounds this one's.
    bounds = [float(worth @ member) for member in members]
    chosen: list[tuple[int, float, float, float]] = []
    waiting = set(range(len(members)))
    while waiting and len(chosen) < n:
        best, best_key = -1, (0.0, 0)
        for i in sorted(waiting, key=lambda i: -bounds[i]):
            if bounds[i] < best_key[0]:
                break
            bounds[i] = float(left @ members[i])
            key = (bounds[i], -sizes[i])
            if bounds[i] > total * 1e-12 and (best < 0 or key > best_key):
                best, best_key = i, key
        if best < 0:
            break
        waiting.discard(best)
        left[members[best]] = 0.0
        covered |= members[best]
        share = 1 - float(left.sum()) / total
        chosen.append((best, best_key[0], share, float(covered.mean())))
    return chosen


def _named_masks(evaluation: Evaluation, slices: Any) -> tuple[list[str], list[NDArray[np.bool_]]]:
    """Return the words and the rows of slices: a frame of them, or a list of selections."""
    if isinstance(slices, pd.DataFrame):
        for column in ("slice", "conditions"):
            if column not in slices:
                raise ColumnNotFoundError.of("slices", column, slices.columns)
        said = [str(text) for text in slices["slice"]]
        return said, [evaluation.mask(one) for one in slices["conditions"]]
    if isinstance(slices, str) or not hasattr(slices, "__iter__"):
        raise InputTypeError.expected(
            "slices", "a frame of find_slices, or a list of selections", slices
        )
    chosen = [(one, evaluation.selection(one).predicate()) for one in slices]
    said = [
        one if isinstance(one, str)
        else "nothing" if predicate is None else words(predicate, evaluation.columns)
        for one, predicate in chosen
    ]  # fmt: skip
    return said, [evaluation.mask(one) for one, _ in chosen]


def cover_frame(evaluation: Evaluation, slices: Any, n: int, objective: Any) -> pd.DataFrame:
    """Return :meth:`Evaluation.cover`."""
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise InputError(f"n must be 1 slice or more; got {n!r}.")
    said, members = _named_masks(evaluation, slices)
    attributes = slices.attrs if isinstance(slices, pd.DataFrame) else {}
    if objective is None:
        objective = attributes.get("objective", "error" if evaluation.has_errors else "loss")
    wanted = read_objective(evaluation, objective)
    values, weights = wanted.target, evaluation.sample_weight
    if wanted.in_scope is not None:
        members = [member[wanted.in_scope] for member in members]
        values = values[wanted.in_scope]
        weights = None if weights is None else weights[wanted.in_scope]
    if not values.any():
        chosen: list[tuple[int, float, float, float]] = []
    else:
        chosen = cover(values, members, int(n), weights)
    frame = pd.DataFrame(
        {
            "slice": pd.Series([said[i] for i, *_ in chosen], dtype=object),
            "errors_added": np.array([added for _, added, *_ in chosen], dtype=float),
            "error_share": np.array([share for *_, share, _ in chosen], dtype=float),
            "support_share": np.array([share for *_, share in chosen], dtype=float),
        }
    )
    if wanted.is_rate and weights is None:
        frame["errors_added"] = frame["errors_added"].astype(int)
    frame.attrs["note"] = _cover_words(frame, wanted.noun)
    return frame


def _cover_words(frame: pd.DataFrame, noun: str) -> str:
    if frame.empty:
        return "No slice holds anything to cover."
    last = frame.iloc[-1]
    one = len(frame) == 1
    said = "This slice holds" if one else f"These {len(frame)} slices hold"
    what = noun if noun.startswith("of ") else f"of all {noun}"
    held, rows = (f"{100 * last[name]:.0f} %" for name in ("error_share", "support_share"))
    return f"{said} {held} {what} in {rows} of the rows."


def intersections_frame(evaluation: Evaluation, slices: Any, objective: Any) -> pd.DataFrame:
    """Return :meth:`Evaluation.intersections`."""
    said, members = _named_masks(evaluation, slices)
    if len(said) > MOST_INTERSECTED:
        raise InputError(
            f"intersections() is of at most {MOST_INTERSECTED} slices; got {len(said)}. Pass the "
            f"first ones, as slices.head({MOST_INTERSECTED})."
        )
    if objective is None:
        attributes = slices.attrs if isinstance(slices, pd.DataFrame) else {}
        objective = attributes.get("objective", "error" if evaluation.has_errors else "loss")
    wanted = read_objective(evaluation, objective)
    chosen = [evaluation.selection(one).predicate() for one in _selections(slices)]
    code = np.zeros(evaluation.n_samples, dtype=np.uint16)
    for i, member in enumerate(members):
        code |= member.astype(np.uint16) << i
    values, weights = wanted.target, evaluation.sample_weight
    if wanted.in_scope is not None:
        code, values = code[wanted.in_scope], values[wanted.in_scope]
        weights = None if weights is None else weights[wanted.in_scope]
    columns = group_columns(code, 1 << len(said), values, weights)
    # The largest first, and last the rows in none of them.
    held = np.flatnonzero(columns["support"])
    order = sorted(held.tolist(), key=lambda one: (one == 0, -columns["support"][one], one))
    within = [[i for i in range(len(said)) if one >> i & 1] for one in order]
    frame = pd.DataFrame(
        {
            "slices": pd.Series([tuple(said[i] for i in some) for some in within], dtype=object),
            "n_slices": [len(some) for some in within],
            "conditions": pd.Series(
                [_only_in(chosen, some, wanted.scope) for some in within], dtype=object
            ),
            **{name: column[order] for name, column in columns.items()},
        }
    )
    frame.attrs["measure"] = wanted.measure
    return frame


def _selections(slices: Any) -> list[Any]:
    return list(slices["conditions"] if isinstance(slices, pd.DataFrame) else slices)


def _only_in(
    chosen: Sequence[Predicate | None], some: Sequence[int], scope: Predicate | None
) -> Predicate:
    parts: list[Predicate] = [] if scope is None else [scope]
    for i, one in enumerate(chosen):
        held = AnyOf(()) if one is None else one
        parts.append(held if i in some else Not(held))
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def overlap_frame(evaluation: Evaluation, slices: Any) -> pd.DataFrame:
    """Return :meth:`Evaluation.overlap`."""
    said, members = _named_masks(evaluation, slices)
    return pd.DataFrame(jaccard(packed(members)), index=said, columns=said)
