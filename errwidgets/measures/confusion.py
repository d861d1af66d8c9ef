"""Confusion counts: how often each true class was predicted as each class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from errwidgets.measures._checks import as_codes, as_weights, same_length

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Normalize = Literal["true", "pred", "all"]

# Rows per step: the temporaries stay in cache and memory does not grow with the input.
_CHUNK = 1 << 20
# Cells of two rows are packed into one number as long as their pairs fit in 16 bits.
_PACKED_CELLS = 256


def confusion_counts(
    true_codes: ArrayLike,
    pred_codes: ArrayLike,
    n_classes: int,
    sample_weight: ArrayLike | None = None,
) -> NDArray[Any]:
    """Count the rows, or sum their weights, per pair of true and predicted class.

    Parameters
    ----------
    true_codes, pred_codes : array-like of shape (n_samples,)
        Class codes in ``[0, n_classes)`` of any integer dtype; uint8 is fastest.
    n_classes : int
        Number of classes, at least 1; classes without a row get zeros.
    sample_weight : array-like of shape (n_samples,), optional
        Finite, non-negative weights.

    Returns
    -------
    ndarray of shape (n_classes, n_classes), int64 (float64 with weights)
        Row: true class; column: predicted class. Without weights the counts are exact.

    Raises
    ------
    TypeError
        Codes that are not integers.
    ValueError
        Different lengths, codes out of range, weights negative or not finite.

    Examples
    --------
    >>> confusion_counts([0, 0, 1, 1], [0, 1, 1, 1], 2)
    array([[1, 1],
           [0, 2]])
    >>> confusion_counts([0, 0, 1, 1], [0, 1, 1, 1], 2, sample_weight=[1, 2, 3, 4])
    array([[1., 2.],
           [0., 7.]])
    """
    if n_classes < 1:
        raise ValueError(f"n_classes must be at least 1, got {n_classes}.")
    true = as_codes(true_codes, n_classes, "true_codes")
    pred = as_codes(pred_codes, n_classes, "pred_codes")
    same_length(true, pred, ("true_codes", "pred_codes"))
    if sample_weight is not None:
        weights = as_weights(sample_weight, len(true))
        return _weighted_cells(true, pred, weights, n_classes).reshape(n_classes, n_classes)
    if 1 < n_classes * n_classes <= _PACKED_CELLS:
        return _packed_cells(true, pred, n_classes).reshape(n_classes, n_classes)
    return _plain_cells(true, pred, n_classes).reshape(n_classes, n_classes)


def normalize_counts(counts: ArrayLike, normalize: Normalize | None) -> NDArray[Any]:
    """Divide confusion counts by the total of the row, the column or the whole.

    Parameters
    ----------
    counts : array-like of shape (n_classes, n_classes)
        Counts or weighted sums, row: true class.
    normalize : {"true", "pred", "all"} or None
        Sums to 1: each row, each column, the whole; None returns the counts.

    Returns
    -------
    ndarray of shape (n_classes, n_classes)
        Shares in [0, 1] as float64; a share of nothing is 0, as in
        :func:`sklearn.metrics.confusion_matrix`. A copy in every case.

    Raises
    ------
    ValueError
        Another value of `normalize`.

    Examples
    --------
    >>> normalize_counts([[1, 1], [0, 0]], "true")
    array([[0.5, 0.5],
           [0. , 0. ]])
    """
    table = np.array(counts)
    if normalize is None:
        return table
    if normalize == "true":
        total = table.sum(axis=1, keepdims=True)
    elif normalize == "pred":
        total = table.sum(axis=0, keepdims=True)
    elif normalize == "all":
        total = table.sum(keepdims=True)
    else:
        raise ValueError(f'normalize must be "true", "pred", "all" or None, got {normalize!r}.')
    shares = np.zeros(table.shape, dtype=np.float64)
    np.divide(table, total, out=shares, where=total != 0)
    return shares


def most_mistaken(counts: ArrayLike, n_kept: int) -> NDArray[np.intp]:
    """Return the classes with the most mistakes, missed and wrongly given ones together.

    Parameters
    ----------
    counts : array-like of shape (n_classes, n_classes)
        Counts or weighted sums, row: true class.
    n_kept : int
        How many classes; of equal ones the first.

    Returns
    -------
    ndarray of shape (min(n_kept, n_classes),)
        Positions, ascending.

    Examples
    --------
    >>> most_mistaken([[5, 0, 1], [0, 5, 0], [0, 0, 5]], 2)
    array([0, 2])
    """
    table = np.asarray(counts)
    mistakes = table.sum(axis=0) + table.sum(axis=1) - 2 * np.diagonal(table)
    return np.sort(np.argsort(-mistakes, kind="stable")[: max(n_kept, 0)])


def fold_classes(counts: ArrayLike, kept: ArrayLike) -> NDArray[Any]:
    """Add up the classes that are not kept into one, the last; every total stays.

    Parameters
    ----------
    counts : array-like of shape (n_classes, n_classes)
        Counts or weighted sums, row: true class.
    kept : array-like of shape (n_kept,) of int
        Positions of the classes to keep, in the order wanted.

    Returns
    -------
    ndarray of shape (n_kept + 1, n_kept + 1)
        Without the last row and column when all classes are kept.

    Examples
    --------
    >>> fold_classes([[5, 0, 1], [0, 6, 0], [2, 0, 7]], [2])
    array([[ 7,  2],
           [ 1, 11]])
    """
    table = np.asarray(counts)
    positions = np.asarray(kept, dtype=np.intp)
    if len(positions) == len(table):
        return table[np.ix_(positions, positions)]
    target = np.full(len(table), len(positions))
    target[positions] = np.arange(len(positions))
    folded = np.zeros((len(positions) + 1,) * 2, dtype=table.dtype)
    np.add.at(folded, (target[:, None], target[None, :]), table)
    return folded


def _packed_cells(true: NDArray[Any], pred: NDArray[Any], n_classes: int) -> NDArray[np.int64]:
    """Count up to 256 cells, two or more rows at a time.

    `numpy.bincount` costs the same for every element, whatever its value. The cells of neighbouring
    rows are therefore packed into one number, counted together and told apart afterwards.
    """
    n_cells = n_classes * n_classes
    counts = np.zeros(n_cells, dtype=np.int64)
    for start in range(0, len(true), _CHUNK):
        narrow = true[start : start + _CHUNK].astype(np.uint8, copy=False)
        cells = narrow * np.uint8(n_classes)
        cells += pred[start : start + _CHUNK].astype(np.uint8, copy=False)
        counts += _fold(cells, n_cells)
    return counts


def _fold(cells: NDArray[np.uint8], n_cells: int) -> NDArray[np.int64]:
    """Count uint8 values below `n_cells` by counting pairs of them; overwrites them."""
    even = len(cells) - len(cells) % 2
    pairs = cells[:even].view(np.uint16)
    # Close the gaps: 256·high + low becomes n_cells·high + low, a table that fits in cache.
    # Both rows of a pair are counted alike, so the byte order does not matter.
    gap = pairs >> np.uint16(8)
    gap *= np.uint16(256 - n_cells)
    last = int(cells[-1]) if even < len(cells) else None
    pairs -= gap
    if n_cells * n_cells <= _PACKED_CELLS:
        both = _fold(pairs.astype(np.uint8), n_cells * n_cells)
    else:
        both = np.bincount(pairs, minlength=n_cells * n_cells)
    table = both.reshape(n_cells, n_cells)
    counts: NDArray[np.int64] = table.sum(axis=0) + table.sum(axis=1)
    if last is not None:
        counts[last] += 1
    return counts


def _plain_cells(true: NDArray[Any], pred: NDArray[Any], n_classes: int) -> NDArray[np.int64]:
    """Count any number of cells, one row at a time."""
    n_cells = n_classes * n_classes
    counts = np.zeros(n_cells, dtype=np.int64)
    step = max(_CHUNK, n_cells)
    for start in range(0, len(true), step):
        counts += np.bincount(_cells(true, pred, n_classes, start, step), minlength=n_cells)
    return counts


def _weighted_cells(
    true: NDArray[Any], pred: NDArray[Any], weights: NDArray[np.float64], n_classes: int
) -> NDArray[np.float64]:
    """Sum the weights of each cell."""
    n_cells = n_classes * n_classes
    sums = np.zeros(n_cells, dtype=np.float64)
    step = max(_CHUNK, n_cells)
    for start in range(0, len(true), step):
        cells = _cells(true, pred, n_classes, start, step)
        sums += np.bincount(cells, weights=weights[start : start + step], minlength=n_cells)
    return sums


def _cells(
    true: NDArray[Any], pred: NDArray[Any], n_classes: int, start: int, step: int
) -> NDArray[Any]:
    """Return the cell ``n_classes * true + pred`` of some rows, in the narrowest dtype."""
    dtype = np.min_scalar_type(n_classes * n_classes - 1)
    cells = true[start : start + step].astype(dtype)
    cells *= dtype.type(n_classes)
    cells += pred[start : start + step].astype(dtype, copy=False)
    return cells
