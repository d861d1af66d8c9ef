"""Going through rows one after another."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["Walk"]


class Walk:
    """Goes through rows that may change on the way.

    Parameters
    ----------
    order : callable
        Returns the positions of the rows, in the order in which they are gone through. Sorting
        many takes longer than a click may, so it is asked only when a row is wanted.
    state : callable
        Returns what the order depends on, and the part of it with which to begin anew: while
        only the rest changes, the row that was reached stays, if it is still among the rows.

    Examples
    --------
    >>> import numpy as np
    >>> rows = {"order": np.array([7, 3, 5]), "begun": 0}
    >>> walk = Walk(lambda: rows["order"], lambda: (len(rows["order"]), rows["begun"]))
    >>> walk.go(step=1)
    (3, 2, 3)
    >>> rows["order"] = np.array([5, 3])
    >>> walk.go()
    (3, 2, 2)
    >>> rows |= {"order": np.array([5, 3, 7]), "begun": 1}
    >>> walk.go()
    (5, 1, 3)
    """

    def __init__(
        self, order: Callable[[], NDArray[np.intp]], state: Callable[[], tuple[Any, Any]]
    ) -> None:
        self._find, self._state = order, state
        self._found: tuple[tuple[Any, Any], NDArray[np.intp]] | None = None
        self._at = -1
        self._lock = threading.RLock()

    def go(self, *, step: int = 0, to: int | None = None) -> tuple[int, int, int]:
        """Return the position of a row, its place from 1 on, and how many rows there are.

        Parameters
        ----------
        step : int, default=0
            How many rows on, or back; the first and the last row are the ends.
        to : int, optional
            The position of the row to go to, where it is among the rows.
        """
        with self._lock:
            state = self._state()
            if self._found is None or self._found[0] != state:
                if self._found is not None and self._found[0][1] != state[1]:
                    self._at = -1
                self._found = (state, self._find())
            order = self._found[1]
            if to is not None and (order == to).any():
                self._at = to
            place = np.flatnonzero(order == self._at)
            at = int(np.clip((place[0] if len(place) else 0) + step, 0, len(order) - 1))
            self._at = int(order[at])
            return self._at, at + 1, len(order)
