"""The bundle, once per kernel, and the registry that finds what is shared.

A bundle in every widget would stand in a saved notebook once per widget. One
``Runtime`` carries it; a view is a stub that finds the runtime and mounts.
"""

from __future__ import annotations

import pathlib
import threading
import weakref
from typing import TYPE_CHECKING, Any, Final

import anywidget
import traitlets

if TYPE_CHECKING:
    from errwidgets.evaluation import Evaluation
    from errwidgets.widgets.group import Group
    from errwidgets.widgets.view import View

__all__ = ["REGISTRY", "STATIC", "Registry", "Runtime"]

STATIC: Final = pathlib.Path(__file__).parent.parent / "static"


class Runtime(anywidget.AnyWidget):
    """Carries the JavaScript bundle to the page. It is never displayed."""

    _esm = STATIC / "runtime.js"
    # A Layout model per hidden widget would be dead weight in every saved notebook.
    layout = traitlets.Any(None, allow_none=True).tag(sync=True)


class Registry:
    """What the widgets of one kernel share: the one module-level object of the package.

    It holds the runtime, finds the group of linked views of an evaluation, and
    remembers which views a notebook cell made.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._runtime: Runtime | None = None
        # By identity and weakly: a group keeps its evaluation alive, never the reverse.
        self._groups: weakref.WeakValueDictionary[int, Group] = weakref.WeakValueDictionary()
        self._cells: dict[str, tuple[str, weakref.WeakSet[View]]] = {}

    def runtime(self) -> Runtime:
        """Return the kernel's runtime; a new one when it was closed (``Widget.close_all()``)."""
        with self._lock:
            if self._runtime is None or self._runtime.comm is None:
                self._runtime = Runtime()
            return self._runtime

    def group(self, evaluation: Evaluation, *, linked: bool) -> Group:
        """Return the group of views linked on an evaluation, or one of its own."""
        from errwidgets.widgets.group import Group  # noqa: PLC0415  they name each other

        with self._lock:
            if not linked:
                return Group(evaluation, linked=False)
            group = self._groups.get(id(evaluation))
            if group is None:
                group = self._groups[id(evaluation)] = Group(evaluation, linked=True)
            return group

    def known_group(self, evaluation: Evaluation) -> Group | None:
        """Return the group of linked views of an evaluation, when there is one."""
        with self._lock:
            return self._groups.get(id(evaluation))

    def close_previous(self, cell: tuple[str, str] | None) -> None:
        """Close the views that an earlier run of this cell made.

        Parameters
        ----------
        cell : tuple of (cell id, execution id), optional
            The running cell; ``None`` outside of a notebook.
        """
        if cell is None:
            return
        cell_id, execution = cell
        with self._lock:
            known, views = self._cells.get(cell_id, ("", None))
            if known == execution:
                return
            self._cells[cell_id] = (execution, weakref.WeakSet())
        for view in list(views or ()):
            view.close()

    def remember(self, cell: tuple[str, str] | None, view: Any) -> None:
        """Note that the running cell made a view."""
        if cell is not None:
            with self._lock:
                self._cells[cell[0]][1].add(view)


REGISTRY: Final = Registry()
