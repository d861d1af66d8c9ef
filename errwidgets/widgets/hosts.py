"""What the host of the kernel says: which cell is running, in which session, and what it cleans up.

There are IPython kernels (JupyterLab, Notebook 7, VS Code) and marimo. marimo is
never imported here, only asked when it is loaded already. What it is asked by
has names that it calls private, so where they are gone nothing is known, and
nothing is done: views then behave as in a front end that says nothing.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import ipywidgets

__all__ = ["RunningCell", "outlive_cell", "running_cell", "session"]


class RunningCell(NamedTuple):
    """A cell, and which run of it this is."""

    cell: str
    run: object
    """Equal for one run of the cell only."""


def running_cell() -> RunningCell | None:
    """Return the cell that is running, or ``None`` when no notebook cell is.

    JupyterLab, Notebook 7 and VS Code send the cell's id with each request to
    execute, and marimo knows it; other front ends do not say, and there nothing
    is closed on a re-run.
    """
    return _cell_of_ipython() or _cell_of_marimo()


def session() -> object | None:
    """Return what stands for one visitor of a marimo app; ``None`` in every other host.

    ``marimo run`` runs the app once per open page, all of them as threads of one
    process. A model of one page is unknown to the others.
    """
    context: object | None = _marimo_context()
    # An embedded app has a context of its own and the page of the app around it.
    while (around := getattr(context, "parent", None)) is not None:
        context = around
    return context


def outlive_cell(widget: ipywidgets.Widget) -> None:
    """Keep a widget open when the cell that happened to make it runs again.

    marimo closes every comm that was opened while a cell ran before it runs that
    cell again. That is right for a view and wrong for what other cells' views share.
    """
    context = _marimo_context()
    registry = getattr(getattr(context, "cell_lifecycle_registry", None), "registry", None)
    if not isinstance(registry, dict):
        return
    items = registry.get(context.cell_id, set())
    for item in list(items):
        if getattr(item, "_comm", None) is widget.comm:
            items.discard(item)


def _cell_of_ipython() -> RunningCell | None:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return None
    parent = kernel.get_parent()
    header = parent.get("header") or {}
    cell_id = (parent.get("metadata") or {}).get("cellId")
    if header.get("msg_type") != "execute_request" or not isinstance(cell_id, str):
        return None
    return RunningCell(cell_id, str(header.get("msg_id")))


def _cell_of_marimo() -> RunningCell | None:
    context = _marimo_context()
    execution = getattr(context, "execution_context", None)
    # A handler of a control runs in the name of the control's cell, which does not run again.
    if execution is None or getattr(execution, "setting_element_value", False):
        return None
    # Two embedded copies of an app have the same cells.
    return RunningCell(f"{id(context)}:{execution.cell_id}", _Same(execution))


def _marimo_context() -> Any:
    """Return marimo's context of this thread, when there is one."""
    module = sys.modules.get("marimo._runtime.context")
    current = getattr(module, "safe_get_context", None)
    return current() if current is not None else None


class _Same:
    """Equal to itself and to what holds the very same object.

    marimo's contexts of two runs are equal by value, and the id of one that is
    gone is used again; so the object is held.
    """

    def __init__(self, it: object) -> None:
        self._it = it

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self._it is other._it

    def __hash__(self) -> int:
        return id(self._it)
