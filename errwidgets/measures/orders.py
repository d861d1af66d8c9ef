"""Orders of the classes of a confusion matrix."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from errwidgets.exceptions import InputError, listed, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["ClassOrder", "class_order"]

ClassOrder = Literal["given", "support", "error", "name", "cluster"]
ORDERS = ("given", "support", "error", "name", "cluster")

# Turning the leaves takes the cube of their number: 0.1 s here, 5 s at 1,000.
_MAX_TURNED = 400
_NUMBER = re.compile(r"[+\-−]?\d+(\.\d+)?")


def class_order(
    counts: ArrayLike, by: ClassOrder, labels: Sequence[str] | None = None
) -> tuple[int, ...]:
    """Return the positions of the classes in the order wanted.

    Parameters
    ----------
    counts : array-like of shape (n_classes, n_classes)
        Confusion counts, or summed weights; row: true class.
    by : {"given", "support", "error", "name", "cluster"}
        As given; most rows of the true class first; most mistakes first (rows of the class that
        were missed plus rows wrongly given to it); by name, numbers in names by their value and
        case ignored; or so that classes that are confused with each other stand together. Ties keep
        the order given.
    labels : sequence of str, optional
        The names, needed for ``"name"``.

    Returns
    -------
    tuple of int
        Each position once.

    Raises
    ------
    InputError
        Counts that are not square, another `by`, or names missing or too few.

    Notes
    -----
    ``"cluster"``: two classes are as near as the mean of the shares of each that is predicted as
    the other. They are joined by average linkage, and the leaves of the tree are turned so that
    neighbours are as near as the tree allows. Of the two directions the one is taken that has the
    larger classes first. Classes without any row, true or predicted, come last. Above 400 classes
    the leaves are not turned, which would take seconds.

    References
    ----------
    Bar-Joseph, Z., Gifford, D. K. and Jaakkola, T. S. (2001). Fast optimal leaf ordering for
    hierarchical clustering. Bioinformatics 17, S22-S29.

    Examples
    --------
    Cats and lynxes are confused, dogs and wolves are:

    >>> counts = [[50, 0, 9, 0], [0, 70, 0, 5], [8, 0, 20, 0], [0, 7, 0, 30]]
    >>> class_order(counts, "cluster")
    (1, 3, 2, 0)
    >>> class_order(counts, "error")
    (0, 2, 1, 3)
    >>> class_order(counts, "name", ["size 10", "Size 9", "size 1", "all"])
    (3, 2, 1, 0)
    """
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim != 2 or table.shape[0] != table.shape[1]:  # noqa: PLR2004
        raise InputError(f"counts must have shape (n_classes, n_classes); got {table.shape}.")
    if by == "given":
        return tuple(range(len(table)))
    if by == "support":
        return _descending(table.sum(axis=1))
    if by == "error":
        return _descending(table.sum(axis=0) + table.sum(axis=1) - 2 * np.diagonal(table))
    if by == "name":
        return _by_name(labels, len(table))
    if by == "cluster":
        return _clustered(table)
    raise InputError(f"order must be one of {listed(ORDERS)}; got {shown(by)}.")


def _descending(values: NDArray[Any]) -> tuple[int, ...]:
    return tuple(np.argsort(-values, kind="stable").tolist())


def _by_name(labels: Sequence[str] | None, n_classes: int) -> tuple[int, ...]:
    if labels is None or len(labels) != n_classes:
        found = "none" if labels is None else len(labels)
        raise InputError(f"An order by name needs a label per class, {n_classes}; got {found}.")
    return tuple(sorted(range(n_classes), key=lambda position: _name_key(labels[position])))


def _name_key(name: str) -> tuple[Any, ...]:
    """Return what names are compared by: plain numbers first, by value, then text."""
    text = name.strip()
    if _NUMBER.fullmatch(text):
        return (0, float(text.replace("−", "-")))
    # Every second part is a number, so that text never meets a number. As text without zeros in
    # front, longer is larger, and no length is too long to convert.
    parts: list[Any] = re.split(r"(\d+)", text.casefold())
    whole = [digits.lstrip("0") for digits in parts[1::2]]
    parts[1::2] = [(len(digits), digits) for digits in whole]
    return (1, parts)


def _clustered(table: NDArray[np.float64]) -> tuple[int, ...]:
    size = table.sum(axis=0) + table.sum(axis=1)
    used = np.flatnonzero(size > 0)
    empty = np.flatnonzero(~(size > 0)).tolist()
    leaves = used[_leaves(_nearness(table[np.ix_(used, used)]))]
    # A tree has no direction: the end that weighs more comes first.
    place = np.arange(len(leaves)) - (len(leaves) - 1) / 2
    if float(place @ size[leaves]) > 0:
        leaves = leaves[::-1]
    return (*leaves.tolist(), *empty)


def _nearness(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of the shares of two classes that are predicted as the other."""
    total = table.sum(axis=1, keepdims=True)
    shares = np.divide(table, total, out=np.zeros(table.shape), where=total > 0)
    return np.asarray((shares + shares.T) / 2)


def _leaves(nearness: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the leaves of the tree, neighbours as near as it allows."""
    n_classes = len(nearness)
    if n_classes < 3:  # noqa: PLR2004
        return np.arange(n_classes)
    from scipy.cluster.hierarchy import leaves_list, linkage  # noqa: PLC0415
    from scipy.spatial.distance import squareform  # noqa: PLC0415

    distance = np.maximum(1 - nearness, 0)
    np.fill_diagonal(distance, 0.0)
    condensed = squareform(distance, checks=False)
    tree = linkage(condensed, "average", optimal_ordering=n_classes <= _MAX_TURNED)
    return np.asarray(leaves_list(tree), dtype=np.intp)
