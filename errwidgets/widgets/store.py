"""The store: what the views of one evaluation share with the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

if TYPE_CHECKING:
    from errwidgets.widgets.group import Group

__all__ = ["Store"]


class Store(anywidget.AnyWidget):
    """The widget model that carries columns and clauses. It is never displayed.

    Python writes `info` and `columns`. `state` has two writers: the browser and
    Python each replace it as a whole, under a revision (see ``Group.receive``).
    """

    _esm = "export default {};\n"
    layout = traitlets.Any(None, allow_none=True).tag(sync=True)

    info = traitlets.Dict().tag(sync=True)
    """name, n_samples."""

    columns = traitlets.Dict().tag(sync=True)
    """Column name → {codes: bytes, dtype, display_labels, literals, reference}."""

    state = traitlets.Dict().tag(
        sync=True, from_json=lambda value, store: store.group.receive(value)
    )
    """{revision, writer, clauses}: see ``js/src/store/connection.ts`` for the other side."""

    group: Group

    def __init__(self, group: Group, **traits: Any) -> None:
        self.group = group
        super().__init__(**traits)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the browser sent, under the group's lock.

        With subshells this runs in another thread than the user's cell, and
        traitlets' own bookkeeping of held notifications is not thread-safe.
        """
        with self.group.lock:
            super().set_state(sync_data)
        self.group.deliver()
