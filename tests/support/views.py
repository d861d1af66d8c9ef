"""What tests hold on to in a widget: the accessible names of the contract."""

from __future__ import annotations

import re


def cell(widget, true: str, predicted: str):
    """Return a matrix cell."""
    return widget.get_by_role(
        "gridcell", name=re.compile(f"^true {re.escape(true)}, predicted {re.escape(predicted)}: ")
    )


def status(widget) -> str:
    """Return the status line."""
    return widget.get_by_role("status").inner_text()
