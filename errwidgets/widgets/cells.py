"""Which notebook cell is running: where a view was made."""

from __future__ import annotations

import sys

__all__ = ["running_cell"]


def running_cell() -> tuple[str, str] | None:
    """Return (cell id, execution id), or ``None`` when no notebook cell is running.

    JupyterLab, Notebook 7 and VS Code send the cell's id with each request to
    execute; other front ends do not, and there nothing is closed on a re-run.
    """
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
    return cell_id, str(header.get("msg_id"))
