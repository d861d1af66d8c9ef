"""Where the bins of a number meet, so that they tell a target apart: a small tree of its own."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["tree_edges"]

_MOST_BINS = 8

_LEAST_SHARE = 0.01


def tree_edges(
    values: NDArray[Any],
    target: NDArray[np.float64],
    *,
    most_bins: int = _MOST_BINS,
    least_share: float = _LEAST_SHARE,
) -> list[Any]:
    """Return the edges of bins that a regression tree on one feature would make.

    Parameters
    ----------
    values : ndarray of shape (n_rows,)
        Numbers without missing ones; whole numbers for times.
    target : ndarray of shape (n_rows,)
        What the bins should tell apart.
    most_bins : int, default=8
        How many bins at most; the split that removes most squared error is made first.
    least_share : float, default=0.01
        The fewest rows of a bin, as a share.

    Returns
    -------
    list
        Ascending; bins hold values up to and including their upper edge.

    References
    ----------
    Breiman, L. et al. (1984). Classification and Regression Trees. Chapter 8.

    Examples
    --------
    >>> import numpy as np
    >>> tree_edges(np.arange(100.0), (np.arange(100) > 60) * 1.0)
    [60.0]
    """
    n = len(values)
    if not n:
        return []
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    sums = np.concatenate(([0.0], np.cumsum(target[order])))
    # Where a bin may end: between two different values.
    ends = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    least = max(1, int(np.ceil(least_share * n)))
    edges: list[Any] = []
    waiting: list[tuple[float, int, int, int]] = []

    def offer(first: int, last: int) -> None:
        inside = ends[(ends >= first + least) & (ends <= last - least)]
        if not len(inside):
            return
        left, right = inside - first, last - inside
        mean = (sums[last] - sums[first]) / (last - first)
        # The squared error that a split removes: n_left n_right / n (mean_left - mean_right)².
        gain = (sums[inside] - sums[first] - left * mean) ** 2 * (1 / left + 1 / right)
        best = int(np.argmax(gain))
        if gain[best] > 1e-12 * max(1.0, abs(sums[-1])):
            heapq.heappush(waiting, (-float(gain[best]), first, int(inside[best]), last))

    offer(0, n)
    while waiting and len(edges) < most_bins - 1:
        _, first, cut, last = heapq.heappop(waiting)
        edges.append(ordered[cut - 1].item())
        offer(first, cut)
        offer(cut, last)
    return sorted(edges)
