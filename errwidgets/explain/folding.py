"""Pipelines in the user's own columns: which encoded columns each of them became."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from errwidgets.explain.model import Model

__all__ = ["Folded", "fold_pipeline"]

_MOST_CELLS = 50_000_000
"""Encoded matrices of more cells are not made dense."""

_PROBES = 256
"""Rows in which columns are shuffled to see which encoded columns follow."""


@dataclass(frozen=True, eq=False)
class Folded:
    """The last step of a pipeline, and how its columns belong to the user's.

    Attributes
    ----------
    estimator : object
        What predicts.
    transform : object
        The steps before it; ``None`` when there are none.
    owner : ndarray of shape (n_encoded,)
        The user's column (by position) of each encoded one; -1 for one that never changes.
    as_array : bool
        Whether the first step was fitted on an array.
    """

    estimator: Any
    transform: Any
    owner: NDArray[np.intp]
    as_array: bool

    def encoded(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Return rows as the last step gets them."""
        given = frame.to_numpy() if self.as_array else frame
        return _dense(given if self.transform is None else self.transform.transform(given))

    def fold(self, values: NDArray[np.float64], n_features: int) -> NDArray[np.float64]:
        """Sum attributions of encoded columns, the second axis, to the user's columns."""
        folded = np.zeros((values.shape[0], n_features, *values.shape[2:]))
        for j, owner in enumerate(self.owner):
            if owner >= 0:
                folded[:, owner] += values[:, j]
        return folded


def _dense(table: Any) -> NDArray[np.float64]:
    if hasattr(table, "toarray"):
        if table.shape[0] * table.shape[1] > _MOST_CELLS:
            raise MemoryError(f"{table.shape[0]:,} x {table.shape[1]:,} encoded cells")
        table = table.toarray()
    found: NDArray[np.float64] = np.asarray(table, dtype=np.float64)
    return found


def fold_pipeline(model: Model, background: pd.DataFrame, rows: pd.DataFrame) -> Folded | None:
    """Return the last step of a model's pipeline in terms of the user's columns.

    Which encoded columns come from which of the user's is found by trying: the values of one
    column are shuffled, and the encoded columns that change are its own. No transformer needs to be
    known for that.

    Parameters
    ----------
    model : Model
        A pipeline, or an estimator alone.
    background, rows : DataFrame
        Rows to try with: those that are explained, and those they are compared with.

    Returns
    -------
    Folded or None
        ``None`` where an encoded column comes from several of the user's, or rows cannot be
        encoded as numbers.
    """
    estimator, transform = model.estimator, None
    if getattr(estimator, "steps", None):
        transform, estimator = (
            estimator[:-1],
            estimator[-1][1] if isinstance(estimator[-1], tuple) else estimator[-1],
        )
        transform = transform if len(transform.steps) else None
    n = len(model.columns)
    try:
        if transform is None:
            _dense(model.given(rows.head(2)))
            return Folded(estimator, None, np.arange(n), model.as_array)
        return Folded(estimator, transform, _owners(model, transform, background, rows),
                      model.as_array)  # fmt: skip
    except (TypeError, ValueError, MemoryError, _SharedError):
        return None


class _SharedError(Exception):
    """An encoded column comes from several of the user's columns."""


def _owners(
    model: Model, transform: Any, background: pd.DataFrame, rows: pd.DataFrame
) -> NDArray[np.intp]:
    import pandas as pd  # noqa: PLC0415

    both = pd.concat([rows.head(_PROBES), background.head(_PROBES)], ignore_index=True)
    plain = _dense(transform.transform(model.given(both)))
    owner = np.full(plain.shape[1], -1, dtype=np.intp)
    rng = np.random.default_rng(0)
    for j, name in enumerate(model.columns):
        changed = np.zeros(plain.shape[1], dtype=bool)
        # Turned and shuffled: a value that meets itself shows nothing.
        for order in (np.roll(np.arange(len(both)), 1), rng.permutation(len(both))):
            other = both.copy(deep=False)
            other[name] = both[name].iloc[order].set_axis(both.index)
            moved = _dense(transform.transform(model.given(other)))
            if moved.shape != plain.shape:
                raise _SharedError
            changed |= ((moved != plain) & ~(np.isnan(moved) & np.isnan(plain))).any(axis=0)
        if (owner[changed] >= 0).any():
            raise _SharedError
        owner[changed] = j
    return owner
