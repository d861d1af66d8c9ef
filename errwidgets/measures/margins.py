"""Of each row's probabilities: that of one class, of the top class, and the distance to the next.

Probabilities come as (n_samples, n_classes), column = class code, or as (n_samples,): those of code
1 of two classes. They are read in blocks of rows, as float64, whatever their dtype.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from errwidgets.measures._checks import as_codes, as_probabilities

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike, NDArray

_BLOCK = 1 << 18  # numbers read at a time


def class_probability(codes: ArrayLike, proba: ArrayLike) -> NDArray[np.float64]:
    """Return the probability of one class per row.

    Of the predicted class it is the `confidence`.

    Parameters
    ----------
    codes : array-like of shape (n_samples,)
        The class asked for in each row.
    proba : array-like of shape (n_samples, n_classes) or (n_samples,)
        Probabilities in [0, 1].

    Returns
    -------
    ndarray of shape (n_samples,), float64
        In [0, 1].

    Raises
    ------
    TypeError
        Codes that are not integers.
    ValueError
        Different lengths, codes without a column, probabilities outside [0, 1].

    Examples
    --------
    >>> class_probability([0, 1], [0.25, 0.75])
    array([0.75, 0.75])
    """
    asked, table = aligned(codes, proba)
    if table.ndim == 1:
        positive = table.astype(np.float64, copy=False)
        return np.where(asked == 1, positive, 1 - positive)
    return np.asarray(table[np.arange(asked.size), asked], dtype=np.float64)


def true_margin(true_codes: ArrayLike, proba: ArrayLike) -> NDArray[np.float64]:
    """Return the probability of the true class minus that of the best other class.

    Parameters
    ----------
    true_codes : array-like of shape (n_samples,)
        Codes of the true classes.
    proba : array-like of shape (n_samples, n_classes) or (n_samples,)
        Probabilities in [0, 1].

    Returns
    -------
    ndarray of shape (n_samples,)
        In [-1, 1]; negative where another class is more probable. With a single class, its
        probability.

    Raises
    ------
    TypeError
        Codes that are not integers.
    ValueError
        Different lengths, codes without a column, probabilities outside [0, 1].

    Examples
    --------
    >>> true_margin([0, 1], [[0.5, 0.25, 0.25], [0.75, 0.25, 0.0]])
    array([ 0.25, -0.5 ])
    """
    true, table = aligned(true_codes, proba)
    return _margin(table, true)


def top_margin(proba: ArrayLike) -> NDArray[np.float64]:
    """Return the probability of the most probable class minus that of the second.

    Parameters
    ----------
    proba : array-like of shape (n_samples, n_classes) or (n_samples,)
        Probabilities in [0, 1].

    Returns
    -------
    ndarray of shape (n_samples,)
        In [0, 1]; 0 is a tie. With a single class, its probability.

    Raises
    ------
    ValueError
        Another shape, or probabilities outside [0, 1].

    Examples
    --------
    >>> top_margin([[0.5, 0.25, 0.25], [0.5, 0.5, 0.0]])
    array([0.25, 0.  ])
    """
    return _margin(as_probabilities(proba, len(np.asarray(proba))), None)


def top_class(proba: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the most probable class of each row and its probability.

    Parameters
    ----------
    proba : array-like of shape (n_samples, n_classes) or (n_samples,)
        Probabilities in [0, 1].

    Returns
    -------
    codes : ndarray of shape (n_samples,)
        The first of the most probable classes.
    confidence : ndarray of shape (n_samples,), float64
        In [0, 1].

    Raises
    ------
    ValueError
        Another shape, or probabilities outside [0, 1].

    Examples
    --------
    >>> top_class([0.25, 0.5, 0.75])
    (array([0, 0, 1]), array([0.75, 0.5 , 0.75]))
    """
    table = as_probabilities(proba, len(np.asarray(proba)))
    codes = np.empty(len(table), dtype=np.intp)
    confidence = np.empty(len(table))
    for rows, block in row_blocks(table):
        codes[rows] = block.argmax(axis=0)
        confidence[rows] = block.max(axis=0)
    return codes, confidence


def aligned(codes: ArrayLike, proba: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return checked codes and probabilities of the same rows."""
    table = as_probabilities(proba, len(np.asarray(codes)))
    return as_codes(codes, class_count(table), "codes"), table


def class_count(table: NDArray[Any]) -> int:
    """Return the number of classes that probabilities speak of."""
    return 2 if table.ndim == 1 else table.shape[1]


def row_blocks(table: NDArray[Any]) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Yield slices of rows with a float64 copy of their probabilities, (n_classes, n_rows)."""
    step = max(1, _BLOCK // class_count(table))
    for start in range(0, len(table), step):
        rows = slice(start, start + step)
        part = table[rows]
        if table.ndim == 1:
            positive = part.astype(np.float64)
            yield rows, np.stack((1 - positive, positive))
        else:
            yield rows, np.array(part.T, dtype=np.float64, order="C")


def _margin(table: NDArray[Any], codes: NDArray[Any] | None) -> NDArray[np.float64]:
    """Return the probability of a class (default: the top class) minus the best of the others."""
    margin = np.empty(len(table))
    for rows, block in row_blocks(table):
        position = np.arange(block.shape[1])
        asked = block.argmax(axis=0) if codes is None else codes[rows]
        own = block[asked, position]
        # Lower than any probability of another class, and 0 where there is none.
        block[asked, position] = 0.0 if len(block) == 1 else -1.0
        margin[rows] = own - block.max(axis=0)
    return margin
