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

    def open(self) -> None:
        """Open the comm."""
        super().open()
        self._answer_where_asked()

    def _send(self, msg: Any, buffers: Any = None) -> None:
        super()._send(msg, buffers)
        self._answer_where_asked()

    def _answer_where_asked(self) -> None:
        """Let the page choose the subshell that handles its messages.

        ipykernel 7.4 sends what comes from the page to the loop that last
        published on the comm: the main one for a widget made in a cell, where a
        click would wait until the running cell ends. Nothing here waits for an
        answer, so that memory is dropped and the subshell that the page asked
        for is used. Other versions have no such memory.
        """
        if self.comm is not None:
            self.comm.__dict__.pop("_reply_subshell_id", None)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the browser sent, under the group's lock.

        With subshells this runs in another thread than the user's cell, and
        traitlets' own bookkeeping of held notifications is not thread-safe.
        """
        with self.group.lock:
            super().set_state(sync_data)
        self.group.deliver()
