"""Mistakes as a tree: where to ask first, what to ask next, rates from rows it has not seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.exceptions import InputError, InputTypeError
from errwidgets.selection import AnyOf, In, IsNull, Not, Range, words
from errwidgets.slices.finding import as_frame, slice_columns
from errwidgets.slices.scene import look_at, needed_rows
from errwidgets.slices.targets import Score

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from errwidgets.evaluation import Evaluation
    from errwidgets.selection import Predicate
    from errwidgets.slices.conditions import Conditions
    from errwidgets.slices.scene import Scene

__all__ = ["ErrorTree", "error_tree"]

_ALPHA = 0.95

_LEAST_GAIN = 1e-9


@dataclass(frozen=True, eq=False)
class ErrorTree:
    """A tree whose nodes are slices.

    Attributes
    ----------
    frame : DataFrame
        One row per node, parents before children: the columns of
        :meth:`Evaluation.find_slices`, ``node``, ``parent`` (-1 for the root), ``depth``
        and ``is_leaf``.
    fidelity : float
        The share of the variance of the objective that the leaves' rates, taken from the
        rows that were searched, explain in the others; at least 0.
    note : str
        What was done, in words.
    """

    frame: pd.DataFrame
    fidelity: float
    note: str

    def __repr__(self) -> str:
        frame = self.frame
        shares = frame["error_rate"].max() <= 1
        lines = []
        for _, node in frame.iterrows():
            rate = f"{node['error_rate']:.1%}" if shares else f"{node['error_rate']:,.2f}"
            said = node["step"] or "all rows"
            lines.append(f"{'  ' * node['depth']}{said}: {rate} of {node['support']:,} rows")
        return "\n".join([*lines, self.note])


@dataclass
class _Node:
    """A node while the tree grows: which codes of each feature it holds."""

    depth: int
    parent: int
    allowed: dict[int, NDArray[np.bool_]] = field(default_factory=dict)
    step: str = ""
    is_leaf: bool = True


def error_tree(
    evaluation: Evaluation,
    features: Any,
    *,
    max_depth: int,
    min_leaf: float,
    objective: Any,
    within: Any,
    seed: int,
) -> ErrorTree:
    """Return :meth:`Evaluation.error_tree`."""
    if isinstance(max_depth, bool) or not isinstance(max_depth, int | np.integer):
        raise InputTypeError.expected("max_depth", "a whole number", max_depth)
    if max_depth < 1:
        raise InputError(f"max_depth must be 1 or more; got {max_depth}.")
    scene = look_at(evaluation, features, objective, within)
    if not scene.n_rows:
        raise InputError(f"There are no {scene.objective.scope_words} to make a tree of.")
    searched = scene.searched(seed)
    least = needed_rows(min_leaf, int(np.count_nonzero(searched)), "min_leaf")
    grower = _Grower(scene, searched, least)
    nodes = grower.grow(int(max_depth))
    members = [_member(scene, node) for node in nodes]
    frame = _frame(scene, nodes, members, searched)
    fidelity = _fidelity(scene, nodes, members, searched, frame)
    explained = f"{100 * fidelity:.0f} %"
    note = (
        f"Split on {np.count_nonzero(searched):,} rows; rates come from the other "
        f"{np.count_nonzero(~searched):,}, in which the leaves explain {explained} of the "
        f"variance of the {scene.objective.measure}."
    )
    if len(nodes) == 1:
        note = f"No split of {least:,} rows or more tells anything. {note}"
    return ErrorTree(frame, fidelity, " ".join([note, *scene.notes]))


class _Grower:
    """Grows a tree a level at a time: every feature is counted once for all nodes of a level."""

    def __init__(self, scene: Scene, searched: NDArray[np.bool_], least: int) -> None:
        self.scene, self.least = scene, least
        rows = np.flatnonzero(searched)  # taking by position is quicker than by mask
        self.codes = [codes.take(rows) for codes in scene.codes]
        self.target = scene.target.take(rows).astype(np.float64)
        weights = scene.weights
        self.weights = None if weights is None else weights.take(rows)
        self.wrong = np.flatnonzero(self.target) if scene.objective.is_rate else None

    def grow(self, max_depth: int) -> list[_Node]:
        nodes = [_Node(0, -1)]
        level = [0]
        place = np.zeros(len(self.target), dtype=np.intp)
        for depth in range(max_depth):
            splits = self._best_splits(place, len(level))
            following: list[int] = []
            after = np.full(len(place), -1)
            for at, found in enumerate(splits):
                if found is None:
                    continue
                feature, left = found
                node = level[at]
                nodes[node].is_leaf = False
                rows = np.flatnonzero(place == at)
                goes_left = left[self.codes[feature][rows]]
                for side in (left, ~left):
                    child = _Node(depth + 1, node, dict(nodes[node].allowed))
                    known = child.allowed.get(feature)
                    child.allowed[feature] = side if known is None else known & side
                    child.step = _said(self.scene, feature, child.allowed[feature])
                    after[rows[goes_left] if side is left else rows[~goes_left]] = len(following)
                    following.append(len(nodes))
                    nodes.append(child)
            if not following:
                break
            place, level = after, following
        return _in_reading_order(nodes)

    def _best_splits(
        self, place: NDArray[np.intp], n_nodes: int
    ) -> list[tuple[int, NDArray[np.bool_]] | None]:
        """Return for each node of a level the best feature and the codes that go left."""
        active = np.flatnonzero(place >= 0)
        whole = len(active) == len(place)
        of = place if whole else place[active]
        wrong = None
        if self.wrong is not None:
            wrong = self.wrong[place[self.wrong] >= 0]
        best: list[tuple[float, int, NDArray[np.bool_]] | None] = [None] * n_nodes
        for feature, codes in enumerate(self.codes):
            n = len(self.scene.features[feature])
            key = of * n + (codes if whole else codes[active])
            counts = self._histograms(key, place, codes, active, wrong, n_nodes * n, n)
            rows, weight, loss = (one.reshape(n_nodes, n) for one in counts)
            for node in range(n_nodes):
                found = _best_split(
                    self.scene.features[feature], rows[node], weight[node], loss[node], self.least
                )
                kept = best[node]
                if found is not None and (kept is None or found[0] > kept[0] * (1 + _LEAST_GAIN)):
                    best[node] = (found[0], feature, found[1])
        return [None if one is None else one[1:] for one in best]

    def _histograms(  # noqa: PLR0917  three ways to count
        self,
        key: NDArray[np.intp],
        place: NDArray[np.intp],
        codes: NDArray[Any],
        active: NDArray[np.intp],
        wrong: NDArray[np.intp] | None,
        size: int,
        n: int,
    ) -> tuple[NDArray[Any], ...]:
        rows = np.bincount(key, minlength=size)
        if self.weights is not None:
            w = self.weights[active]
            weight = np.bincount(key, w, minlength=size)
            return rows, weight, np.bincount(key, w * self.target[active], minlength=size)
        if wrong is not None:  # the mistakes alone, which are few
            loss = np.bincount(place[wrong] * n + codes[wrong], minlength=size)
            return rows, rows.astype(np.float64), loss.astype(np.float64)
        return rows, rows.astype(np.float64), np.bincount(key, self.target[active], minlength=size)


def _best_split(
    feature: Conditions,
    rows: NDArray[Any],
    weight: NDArray[np.float64],
    loss: NDArray[np.float64],
    least: int,
) -> tuple[float, NDArray[np.bool_]] | None:
    """Return the gain of the best split of a node on a feature, and the codes that go left.

    The gain is the squared error that a split removes, ``w_left w_right / w (mean_left -
    mean_right)²``.
    """
    n = len(rows)
    missing = n - 1 if n and feature.column.categories[-1] is None else None
    if feature.is_ordered:
        n_present = n if missing is None else n - 1
        lefts = np.tril(np.ones((max(n_present - 1, 0), n), dtype=bool))
        if missing is not None:
            # A missing value goes to either side, or is a side of its own.
            with_missing = lefts.copy()
            with_missing[:, missing] = True
            alone = np.zeros((1, n), dtype=bool)
            alone[0, missing] = True
            lefts = np.concatenate([lefts, with_missing, alone])
    else:
        occurring = np.flatnonzero(rows)
        lefts = np.zeros((len(occurring), n), dtype=bool)
        lefts[np.arange(len(occurring)), occurring] = True
    if not len(lefts):
        return None
    left_rows, left_weight, left_loss = lefts @ rows, lefts @ weight, lefts @ loss
    right_weight, right_loss = weight.sum() - left_weight, loss.sum() - left_loss
    fits = (left_rows >= least) & (rows.sum() - left_rows >= least)
    fits &= (left_weight > 0) & (right_weight > 0)
    if not fits.any():
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = left_loss / left_weight - right_loss / right_weight
        gain = np.where(fits, left_weight * right_weight / weight.sum() * apart**2, -1.0)
    best = int(np.argmax(gain))
    if gain[best] <= _LEAST_GAIN * max(float(loss.sum()), _LEAST_GAIN):
        return None
    return float(gain[best]), lefts[best]


def _in_reading_order(nodes: list[_Node]) -> list[_Node]:
    """Return nodes as a reader goes through them, each followed by all that is below it."""
    below: dict[int, list[int]] = {}
    for i, node in enumerate(nodes):
        below.setdefault(node.parent, []).append(i)
    order: list[int] = []
    waiting = [0]
    while waiting:
        at = waiting.pop()
        order.append(at)
        waiting.extend(reversed(below.get(at, [])))
    place = {old: new for new, old in enumerate(order)}
    for node in nodes:
        node.parent = place.get(node.parent, -1)
    return [nodes[old] for old in order]


def _member(scene: Scene, node: _Node) -> NDArray[np.bool_]:
    member = np.ones(scene.n_rows, dtype=bool)
    for feature, allowed in node.allowed.items():
        member &= allowed[scene.codes[feature]]
    return member


def _condition(feature: Conditions, allowed: NDArray[np.bool_]) -> Predicate:
    """Return the codes that a node allows as one condition."""
    column = feature.column
    codes = np.flatnonzero(allowed).tolist()
    missing = [code for code in codes if column.categories[code] is None]
    present = [code for code in codes if column.categories[code] is not None]
    others = np.flatnonzero(~allowed).tolist()
    if feature.is_ordered:
        n_present = feature.n_present
        if not present:
            return IsNull(feature.name)
        if len(present) == n_present:
            return Not(IsNull(feature.name))
        run = _run(feature, present[0], present[-1], n_present)
        return AnyOf((run, IsNull(feature.name))) if missing else run
    if len(codes) <= len(others):
        return In(feature.name, tuple(column.categories[code] for code in codes))
    return Not(In(feature.name, tuple(column.categories[code] for code in others)))


def _run(feature: Conditions, first: int, last: int, n_present: int) -> Predicate:
    """Return neighbouring bins or values of an ordered column as one range."""
    column = feature.column
    ordered = column.ordered
    assert ordered is not None  # noqa: S101  an ordered column has them
    if isinstance(column.categories[first], tuple):
        if first == last:
            return feature.predicates[first]
        low, high = feature.limits(first)[0], feature.limits(last)[1]
        return Range(feature.name, low, high, "right")
    values = column.categories
    if first == last:
        return In(feature.name, (values[first],))
    if column.kind == "boolean":
        return In(feature.name, tuple(values[first : last + 1]))
    low = None if first == 0 else values[first - 1]
    high = None if last == n_present - 1 else values[last]
    return Range(feature.name, low, high, "right")


def _said(scene: Scene, feature: int, allowed: NDArray[np.bool_]) -> str:
    one = scene.features[feature]
    return words(_condition(one, allowed), {one.name: one.column})


def _frame(
    scene: Scene,
    nodes: list[_Node],
    members: list[NDArray[np.bool_]],
    searched: NDArray[np.bool_],
) -> pd.DataFrame:
    said = [
        " and ".join(_said(scene, f, allowed) for f, allowed in node.allowed.items()) or "all rows"
        for node in nodes
    ]
    predicates = [
        scene.joined([_condition(scene.features[f], one) for f, one in node.allowed.items()])
        for node in nodes
    ]
    rows = np.flatnonzero(searched)
    values = scene.target.take(rows).astype(np.float64)
    w = np.ones(len(rows)) if scene.weights is None else scene.weights.take(rows)
    worth = w * values
    inside = [member.take(rows).astype(np.float64) for member in members]
    weight = np.array([float(w @ one) for one in inside])
    loss = np.array([float(worth @ one) for one in inside])
    score = np.full(len(nodes), np.nan)
    if loss[0] > 0:
        score = Score(_ALPHA, float(weight[0]), float(loss[0])).of(loss, weight)
    rate = np.divide(loss, weight, out=np.full(len(nodes), np.nan), where=weight > 0)
    frame = as_frame(
        slice_columns(scene, members, searched)
        | {
            "slice": said,
            "conditions": predicates,
            "query": [scene.query(one) for one in predicates],
            "score": score,
            "discovery_rate": rate,
            "n_similar": np.zeros(len(nodes), dtype=int),
            "subsumed_by": [None] * len(nodes),
        }
    )
    frame["node"] = np.arange(len(nodes))
    frame["parent"] = [node.parent for node in nodes]
    frame["depth"] = [node.depth for node in nodes]
    frame["is_leaf"] = [node.is_leaf for node in nodes]
    frame["step"] = pd.Series([node.step for node in nodes], dtype=object)
    frame.attrs = {"measure": scene.objective.measure}
    return frame


def _fidelity(
    scene: Scene,
    nodes: list[_Node],
    members: list[NDArray[np.bool_]],
    searched: NDArray[np.bool_],
    frame: pd.DataFrame,
) -> float:
    values = scene.target.astype(np.float64)
    weights = np.ones(len(values)) if scene.weights is None else scene.weights
    rates = frame["discovery_rate"].to_numpy()
    expected = np.zeros(len(values))
    for node, member, rate in zip(nodes, members, rates, strict=True):
        if node.is_leaf and not np.isnan(rate):
            expected[member] = rate
    other = ~searched
    judged, w = values[other], weights[other]
    if not w.sum() > 0:
        return 0.0
    whole = float(w @ (judged - np.average(judged, weights=w)) ** 2)
    left = float(w @ (judged - expected[other]) ** 2)
    return max(0.0, 1 - left / whole) if whole > 0 else 0.0
