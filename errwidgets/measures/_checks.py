"""What every measure asks of its arrays before it computes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def as_codes(codes: ArrayLike, n_codes: int, name: str) -> NDArray[Any]:
    """Return `codes` as a one-dimensional integer array with values in ``[0, n_codes)``.

    Parameters
    ----------
    codes : array-like of shape (n_samples,)
        Codes of any signed or unsigned integer dtype; bool counts as 0 and 1.
    n_codes : int
        Number of codes allowed, at least 1.
    name : str
        What the array is called in a message.

    Returns
    -------
    ndarray of shape (n_samples,)
        The same memory where the input was an array already.

    Raises
    ------
    TypeError
        The codes are not integers.
    ValueError
        Not one-dimensional, or a code outside ``[0, n_codes)``.
    """
    array = np.asarray(codes)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, got shape {array.shape}.")
    if array.dtype == np.bool_:
        array = array.view(np.uint8)
    if array.size == 0:
        return array.astype(np.uint8)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} must hold integer codes, got dtype {array.dtype}.")
    highest = int(array.max())
    lowest = int(array.min()) if array.dtype.kind == "i" else 0
    if lowest < 0 or highest >= n_codes:
        outside = lowest if lowest < 0 else highest
        raise ValueError(f"{name} must be in [0, {n_codes}), got {outside}.")
    return array


def as_values(values: ArrayLike, name: str, *, n_samples: int | None = None) -> NDArray[np.float64]:
    """Return `values` as a finite one-dimensional float64 array.

    Parameters
    ----------
    values : array-like of shape (n_samples,)
        Numbers of any real dtype.
    name : str
        What the array is called in a message.
    n_samples : int, optional
        The length it must have.

    Returns
    -------
    ndarray of shape (n_samples,), float64
        The same memory where the input was such an array already.

    Raises
    ------
    ValueError
        Not one-dimensional, another length, or NaN or infinity inside.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, got shape {array.shape}.")
    if n_samples is not None and array.size != n_samples:
        raise ValueError(f"{name} has {array.size} values for {n_samples} rows.")
    # A sum is finite when all values are, unless it overflows; only then look at each value.
    with np.errstate(over="ignore", invalid="ignore"):
        suspicious = not np.isfinite(array.sum())
    if suspicious and not np.isfinite(array).all():
        bad = int(np.count_nonzero(~np.isfinite(array)))
        raise ValueError(f"{name} must be finite, got NaN or infinity in {bad} of {array.size}.")
    return array


def as_weights(sample_weight: ArrayLike, n_samples: int) -> NDArray[np.float64]:
    """Return `sample_weight` as finite, non-negative float64 weights, one a row.

    Parameters
    ----------
    sample_weight : array-like of shape (n_samples,)
        Weights; zeros are allowed.
    n_samples : int
        The length it must have.

    Returns
    -------
    ndarray of shape (n_samples,), float64

    Raises
    ------
    ValueError
        Another length, not finite, or negative.
    """
    weights = as_values(sample_weight, "sample_weight", n_samples=n_samples)
    if weights.size and float(weights.min()) < 0:
        raise ValueError(f"sample_weight must not be negative, got {float(weights.min())!r}.")
    return weights


def as_probabilities(proba: ArrayLike, n_samples: int) -> NDArray[Any]:
    """Return `proba` as a floating array of shape (n_samples, n_classes), not copied if it is one.

    Parameters
    ----------
    proba : array-like of shape (n_samples, n_classes) or (n_samples,)
        Probabilities in [0, 1]; one dimension holds those of code 1 of two classes and stays one.
    n_samples : int
        The number of rows it must have.

    Returns
    -------
    ndarray of shape (n_samples, n_classes) or (n_samples,)
        Of the dtype given if floating, else float64.

    Raises
    ------
    ValueError
        Another shape, NaN, or a value outside [0, 1].
    """
    array = np.asarray(proba)
    if array.dtype.kind != "f":
        array = array.astype(np.float64)
    if array.ndim not in (1, 2) or len(array) != n_samples:
        raise ValueError(f"Probabilities have shape {array.shape} for {n_samples} rows.")
    if array.size:
        lowest, highest = float(array.min()), float(array.max())
        if not (lowest >= 0 and highest <= 1):
            raise ValueError(
                f"Probabilities must be in [0, 1] and not NaN, got {lowest!r} to {highest!r}."
            )
    return array


def same_length(first: NDArray[Any], second: NDArray[Any], names: tuple[str, str]) -> None:
    """Refuse two arrays of different length.

    Raises
    ------
    ValueError
        The lengths differ.
    """
    if len(first) != len(second):
        raise ValueError(
            f"{names[0]} and {names[1]} must have one value per row each, "
            f"got {len(first)} and {len(second)}."
        )
