"""The bundle, once per session, and the registry that finds what is shared.

A bundle in every widget would stand in a saved notebook once per widget. One
``Runtime`` carries it; a view is a stub that finds the runtime and mounts.
"""

from __future__ import annotations

import pathlib
import threading
import weakref
from typing import TYPE_CHECKING, Final

import anywidget
import traitlets

from errwidgets.widgets.hosts import outlive_cell, session

if TYPE_CHECKING:
    from errwidgets.evaluation import Evaluation
    from errwidgets.widgets.group import Group
    from errwidgets.widgets.hosts import RunningCell
    from errwidgets.widgets.view import View

__all__ = ["REGISTRY", "STATIC", "Registry", "Runtime"]

STATIC: Final = pathlib.Path(__file__).parent.parent / "static"


class Runtime(anywidget.AnyWidget):
    """Carries the JavaScript bundle to the page. It is never displayed."""

    _esm = STATIC / "runtime.js"
    # A Layout model per hidden widget would be dead weight in every saved notebook.
    layout = traitlets.Any(None, allow_none=True).tag(sync=True)


class _Shared:
    """What the widgets of one session share."""

    def __init__(self) -> None:
        self.thread = threading.current_thread()
        self.runtime: Runtime | None = None
        # By identity and weakly: a group keeps its evaluation alive, never the reverse.
        self.groups: weakref.WeakValueDictionary[int, Group] = weakref.WeakValueDictionary()
        self.cells: dict[str, tuple[object, weakref.WeakSet[View]]] = {}
        self.views: weakref.WeakSet[View] = weakref.WeakSet()

    def close(self) -> None:
        """Let go of all that a session that has ended still holds open."""
        for view in list(self.views):
            view.close()
        if self.runtime is not None:
            self.runtime.close()


class Registry:
    """What the widgets of one kernel share: the one module-level object of the package.

    It holds the runtime, finds the group of linked views of an evaluation, and
    remembers which views a notebook cell made. A kernel is one session, but for
    marimo's apps, where every visitor has one (``hosts.session``).
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._shared: dict[int, _Shared] = {}

    def _here(self) -> _Shared:
        """Return what is shared in the session that runs."""
        now = session()
        key = id(now)
        shared = self._shared.get(key)
        if shared is None:
            if now is not None:
                self._end_dead_sessions()
                # By its id, because marimo's contexts cannot be hashed.
                weakref.finalize(now, self._end, key).atexit = False
            shared = self._shared[key] = _Shared()
        return shared

    def _end_dead_sessions(self) -> None:
        """End what marimo still holds: it never lets go of a context that showed a widget."""
        for key, shared in list(self._shared.items()):
            if key != id(None) and not shared.thread.is_alive():
                self._end(key)

    def _end(self, key: int) -> None:
        with self._lock:
            shared = self._shared.pop(key, None)
        if shared is not None:
            shared.close()

    def runtime(self) -> Runtime:
        """Return the session's runtime; a new one when it was closed (``Widget.close_all()``)."""
        with self._lock:
            shared = self._here()
            if shared.runtime is None or shared.runtime.comm is None:
                shared.runtime = Runtime()
                outlive_cell(shared.runtime)
            return shared.runtime

    def group(self, evaluation: Evaluation, *, linked: bool) -> Group:
        """Return the group of views linked on an evaluation, or one of its own."""
        from errwidgets.widgets.group import Group  # noqa: PLC0415  they name each other

        with self._lock:
            if not linked:
                return Group(evaluation, linked=False)
            groups = self._here().groups
            group = groups.get(id(evaluation))
            if group is None:
                group = groups[id(evaluation)] = Group(evaluation, linked=True)
            return group

    def known_group(self, evaluation: Evaluation) -> Group | None:
        """Return the group of linked views of an evaluation, when there is one."""
        with self._lock:
            return self._here().groups.get(id(evaluation))

    def close_previous(self, cell: RunningCell | None) -> None:
        """Close the views that an earlier run of this cell made.

        Parameters
        ----------
        cell : RunningCell, optional
            The running cell; ``None`` outside of a notebook.
        """
        if cell is None:
            return
        with self._lock:
            cells = self._here().cells
            known, views = cells.get(cell.cell, ("", None))
            if known == cell.run:
                return
            cells[cell.cell] = (cell.run, weakref.WeakSet())
        for view in list(views or ()):
            view.close()

    def remember(self, cell: RunningCell | None, view: View, *, keep: bool) -> None:
        """Note that a view was made, and in which cell; with `keep` it outlives that."""
        with self._lock:
            shared = self._here()
            shared.views.add(view)
            if cell is not None and not keep:
                shared.cells[cell.cell][1].add(view)


REGISTRY: Final = Registry()
