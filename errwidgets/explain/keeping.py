"""What was explained is kept by row, so that opening it again costs nothing."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from errwidgets.explain.attributions import Attributions

if TYPE_CHECKING:
    from collections.abc import Hashable

    from numpy.typing import NDArray

    from errwidgets.evaluation import Evaluation
    from errwidgets.explain.explained import Explained
    from errwidgets.explain.targets import Target

    Positions = NDArray[np.intp]

__all__ = ["Kept", "assembled", "digest", "kept_of"]

MOST_KEPT: Final = 12
"""Combinations of output, space, background and seed whose rows are kept."""


@dataclass(frozen=True, eq=False, slots=True)
class _Row:
    """One row of an :class:`Explained`; what is kept is float32, after sums were checked."""

    values: NDArray[np.float32]
    base: float
    output: float
    errors: NDArray[np.float32] | None
    space: str
    route: str
    exact: bool


class Kept:
    """Explained rows of one evaluation. Views explain in threads of their own: one lock for all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[Hashable, dict[int, _Row]] = {}

    def of(self, key: Hashable) -> dict[int, _Row]:
        """Return a copy of the rows that are known, by position; of a key that is None none."""
        with self._lock:
            found = self._rows.pop(key, None)
            if found is None:
                return {}
            self._rows[key] = found
            return dict(found)

    def add(self, key: Hashable, found: Explained, positions: Positions) -> dict[int, _Row]:
        """Keep rows, and return them."""
        made = {
            at: _Row(
                found.values[i].astype(np.float32),
                float(found.base[i]),
                float(found.outputs[i]),
                None if found.errors is None else found.errors[i].astype(np.float32),
                found.space,
                found.route,
                found.exact,
            )
            for i, at in enumerate(positions.tolist())
        }
        if key is not None:
            with self._lock:
                self._rows.setdefault(key, {}).update(made)
                while len(self._rows) > MOST_KEPT:
                    self._rows.pop(next(iter(self._rows)))
        return made


def kept_of(evaluation: Evaluation) -> Kept:
    """Return what was explained of an evaluation."""
    found: Kept = evaluation.kept.setdefault("attributions", Kept())
    return found


def digest(rows: pd.DataFrame | Positions) -> str | None:
    """Return what tells rows apart from others; ``None`` for values that cannot be told apart.

    Examples
    --------
    >>> digest(np.array([1, 2])) == digest(np.array([1, 3]))
    False
    """
    if isinstance(rows, np.ndarray):
        return hashlib.sha256(rows.astype(np.int64).tobytes()).hexdigest()
    try:
        hashes = pd.util.hash_pandas_object(rows, index=False).to_numpy()
    except TypeError:
        return None
    types = ",".join(f"{name!r}:{dtype}" for name, dtype in rows.dtypes.items())
    return hashlib.sha256(hashes.tobytes() + types.encode()).hexdigest()


def assembled(
    known: dict[int, _Row],
    positions: Positions,
    frame: pd.DataFrame,
    target: Target,
    notes: list[str],
) -> Attributions:
    """Return kept rows as attributions.

    Parameters
    ----------
    known : dict of int to row
        All of the rows.
    positions : ndarray of shape (n_rows,)
        Their order.
    frame : DataFrame of shape (n_rows, n_features)
        In the user's units.
    target : Target
        What was explained.
    notes : list of str
        What was decided.
    """
    rows = [known[at] for at in positions.tolist()]
    first = rows[0]
    if len({(one.space, one.route) for one in rows}) > 1:
        notes = [*notes, "Rows were explained in several ways."]
    errors = [one.errors for one in rows]
    return Attributions(
        np.array([one.values for one in rows], dtype=np.float64).reshape(len(rows), -1),
        np.array([one.base for one in rows]),
        np.array([one.output for one in rows]),
        frame,
        positions,
        tuple(map(str, frame.columns)),
        "shap", first.route, target.words, first.space, all(one.exact for one in rows),
        None if any(one is None for one in errors) else np.array(errors, dtype=np.float64),
        notes=tuple(notes),
    )  # fmt: skip
