"""What a way to attributions gives, and how far it may be believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from errwidgets.explain.attributions import additivity

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Progress = Callable[[float], object]

__all__ = ["Cancelled", "Explained", "adds_up", "go_on"]


class Cancelled(Exception):  # noqa: N818  not an error: the user's wish
    """The work is not wanted any more."""


@dataclass(frozen=True, eq=False)
class Explained:
    """What a route found: see :class:`Attributions`.

    Attributes
    ----------
    values : ndarray of shape (n_rows, n_features)
    base, outputs : ndarray of shape (n_rows,)
    space, route : str
    exact : bool
    errors : ndarray of shape (n_rows, n_features), optional
    """

    values: NDArray[np.float64]
    base: NDArray[np.float64]
    outputs: NDArray[np.float64]
    space: str
    route: str
    exact: bool
    errors: NDArray[np.float64] | None = None


def go_on(progress: Progress | None, done: float) -> None:
    """Tell how much is done.

    Raises
    ------
    Cancelled
        When the rest is not wanted any more.
    """
    if progress is not None and progress(done) is False:
        raise Cancelled


def adds_up(found: Explained) -> bool:
    """Return whether base and attributions sum to what is explained, for every row."""
    parts = (found.values, found.base, found.outputs)
    finite = all(np.isfinite(one).all() for one in parts)
    return bool(finite and (additivity(*parts) <= 1).all())
