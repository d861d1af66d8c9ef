"""Pipelines in the user's own columns: which encoded columns each of them became."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from errwidgets.explain.model import Model

__all__ = ["Folded", "fold_pipeline"]

_MOST_CELLS = 50_000_000
"""Encoded matrices of more cells are not made dense."""

_ROUNDS = 8

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
    """Return which of the user's columns each encoded column comes from; -1 for a constant."""
    import pandas as pd  # noqa: PLC0415

    def encode(frame: pd.DataFrame) -> NDArray[np.float64]:
        return _dense(transform.transform(model.given(frame)))

    whole = pd.concat([rows, background], ignore_index=True)
    table = encode(whole)
    varies = _differ(table, table[:1])
    # Whose a column is depends on no rows: what was found before is gone on from.
    owner = model.evaluation.kept.get("owners")
    if owner is None or owner.shape != (table.shape[1],):
        owner = np.full(table.shape[1], -1, dtype=np.intp)
        first, second = (np.arange(min(_PROBES, len(part))) for part in (rows, background))
        _probe(encode, whole.iloc[np.concatenate([first, len(rows) + second])], owner)
    owner = owner.copy()
    for _ in range(_ROUNDS):
        left = np.flatnonzero(varies.any(axis=0) & (owner < 0))
        if not len(left):
            model.evaluation.kept["owners"] = owner
            return owner
        # Values so rare that none was tried, each beside a row that does not have it.
        rare = varies[:, left[:_PROBES]].argmax(axis=0)
        _probe(encode, whole.iloc[np.stack([np.zeros_like(rare), rare], axis=1).ravel()], owner)
    raise _SharedError  # it varies, but with no single column


def _probe(
    encode: Callable[[pd.DataFrame], NDArray[np.float64]],
    rows: pd.DataFrame,
    owner: NDArray[np.intp],
) -> None:
    """Note which encoded columns change with the values of each column.

    Raises
    ------
    _SharedError
        When one changes with several.
    """
    rows = rows.reset_index(drop=True)
    plain = encode(rows)
    rng = np.random.default_rng(0)
    for j, name in enumerate(rows.columns):
        changed = np.zeros(plain.shape[1], dtype=bool)
        # Turned and shuffled: a value that meets itself shows nothing.
        for order in (np.roll(np.arange(len(rows)), 1), rng.permutation(len(rows))):
            other = rows.copy(deep=False)
            other[name] = rows[name].iloc[order].set_axis(rows.index)
            moved = encode(other)
            if moved.shape != plain.shape:
                raise _SharedError
            changed |= _differ(moved, plain).any(axis=0)
        if ((owner[changed] >= 0) & (owner[changed] != j)).any():
            raise _SharedError
        owner[changed] = j


def _differ(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (a != b) & ~(np.isnan(a) & np.isnan(b))
    return found
