"""How many rows have which values of a numeric feature, and how many of them are wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from errwidgets.measures.rates import group_columns
from errwidgets.slices.scene import look_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from errwidgets.columns import CodedColumn
    from errwidgets.evaluation import Evaluation
    from errwidgets.slices.scene import Scene

__all__ = ["Histogram", "histograms", "round_edges"]

N_BINS: Final = 24

FEWEST_VALUES: Final = 13
"""Columns of fewer different values are groups, one per value."""

_TAIL: Final = 0.005
"""Share of the rows at either end that the outer bins take in, however far they reach."""

_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)

_ENOUGH: Final = 50_000
"""Rows that are looked at to see whether a column has many values."""

_PER_SECOND: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}

_SECONDS: Final = (
    *(1, 5, 15, 30),
    *(60 * n for n in (1, 5, 15, 30)),
    *(3_600 * n for n in (1, 3, 6, 12)),
    *(86_400 * n for n in (1, 2, 7, 14, 28, 91, 182, 364)),
)
"""Widths of bins of time, in seconds."""


@dataclass(frozen=True, eq=False)
class Histogram:
    """The rows of a numeric feature in bins of the same width.

    Attributes
    ----------
    feature : str
        The column.
    edges : list
        Where bins meet, as values of the column's order: one fewer than there are bins.
    columns : dict of str to ndarray of shape (n_bins,)
        ``support``, ``error_rate``, ``ci_low``, ``ci_high``; bins hold their upper edge, the outer
        ones all that lies beyond.
    """

    feature: str
    edges: list[Any]
    columns: dict[str, NDArray[Any]]


def round_edges(low: float, high: float, n_bins: int, *, whole: bool) -> NDArray[np.float64]:
    """Return inner edges of about `n_bins` bins of one round width that cover a range.

    Parameters
    ----------
    low, high : float
        The range, finite.
    n_bins : int
        How many bins are wanted at most.
    whole : bool
        Edges are whole numbers.

    Examples
    --------
    >>> round_edges(17, 90, 8, whole=True).tolist()
    [20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0]
    >>> round_edges(0.0, 1.0, 4, whole=False).tolist()
    [0.25, 0.5, 0.75]
    """
    span = high - low
    if not 0 < span < math.inf:
        return np.empty(0)
    rough = span / n_bins
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in _STEPS if power * factor >= rough * (1 - 1e-9))
    if whole:
        step = max(1.0, float(math.ceil(step)))
    first, last = math.floor(low / step) + 1, math.ceil(high / step) - 1
    edges = np.arange(first, last + 1) * step
    # 3 * 0.1 is not 0.3.
    digits = max(0, 2 - math.floor(math.log10(step)))
    rounded: NDArray[np.float64] = np.round(edges, digits)
    return rounded[(rounded > low) & (rounded < high)]


def histograms(
    evaluation: Evaluation, features: Any, *, objective: Any, within: Any, n_bins: int = N_BINS
) -> dict[str, Histogram]:
    """Return a histogram of each feature of numbers or times that has many values.

    Parameters
    ----------
    evaluation : Evaluation
        Whose rows are counted.
    features, objective, within
        See :meth:`Evaluation.find_slices`.
    n_bins : int, default=24
        How many bins at most.
    """
    scene = look_at(evaluation, features, objective, within, apart=False)
    found = {}
    for feature in scene.features:
        edges = _edges(scene, feature.column, n_bins)
        if edges is not None:
            found[feature.name] = _count(scene, feature.column, edges)
    return found


def _edges(scene: Scene, column: CodedColumn, n_bins: int) -> list[Any] | None:
    ordered = column.ordered
    if ordered is None or column.kind == "boolean":
        return None
    values = scene.of(ordered.values)[~scene.of(ordered.missing)]
    if not ordered.is_whole:
        values = values[np.isfinite(values)]
    if not len(values) or len(np.unique(values[:_ENOUGH])) < FEWEST_VALUES:
        return None
    low, high = np.quantile(values, [_TAIL, 1 - _TAIL], method="nearest").tolist()
    if ordered.is_time:
        return _round_times(int(low), int(high), n_bins, ordered.step) or None
    whole = ordered.is_whole or bool((values == np.floor(values)).all())
    edges = round_edges(float(low), float(high), n_bins, whole=whole).tolist()
    if ordered.is_whole:
        return [int(edge) for edge in edges] or None
    narrow = ordered.narrow or float
    return [float(narrow(edge)) for edge in edges] or None


def _round_times(low: int, high: int, n_bins: int, unit: str) -> list[int]:
    """Return edges at whole seconds, minutes, hours or days."""
    second = _PER_SECOND[unit]
    rough = (high - low) / n_bins
    if rough <= 0:
        return []
    steps = (step * second for step in _SECONDS)
    days = 364 * 86_400 * second
    step = next((one for one in steps if one >= rough), days * math.ceil(rough / days))
    return list(range((low // step + 1) * step, high, step))


def _count(scene: Scene, column: CodedColumn, edges: list[Any]) -> Histogram:
    ordered = column.ordered
    assert ordered is not None  # noqa: S101  it has edges
    present = ~scene.of(ordered.missing)
    values = scene.of(ordered.values)[present]
    codes = np.searchsorted(np.asarray(edges, dtype=values.dtype), values, side="left")
    weights = None if scene.weights is None else scene.weights[present]
    columns = group_columns(codes, len(edges) + 1, scene.target[present], weights)
    return Histogram(column.name, edges, columns)
