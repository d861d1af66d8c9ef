"""The store: what the views of one evaluation share with the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from errwidgets.widgets.requests import Requests

if TYPE_CHECKING:
    from errwidgets.widgets.group import Group

__all__ = ["Store"]


class Store(anywidget.AnyWidget):
    """The widget model that carries columns, clauses and lens. It is never displayed.

    Its traits are what may stand in a notebook file; everything else travels by
    message when a page asks (``requests.py``). Python writes `info`, `columns`,
    `tables` and `sample`. `state` and `lens` have two writers: the browser and
    Python each replace them as a whole, under a revision (see ``Group.receive``).
    """

    _esm = "export default {};\n"
    layout = traitlets.Any(None, allow_none=True).tag(sync=True)

    info = traitlets.Dict().tag(sync=True)
    """What the page must know: see ``Info`` in ``js/src/store/connection.ts``."""

    columns = traitlets.Dict().tag(sync=True)
    """Column name → its codes and what they stand for: ``WireColumn`` in ``columns.ts``."""

    tables: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    """Counts per combination of codes, made here: ``WireTable`` in ``connection.ts``."""

    sample = traitlets.Dict(None, allow_none=True).tag(sync=True)
    """Which rows `columns` holds, when not all."""

    page = traitlets.Dict(None, allow_none=True).tag(sync=True)
    """Some readable rows of the selection, where `persist="rows"` allows it."""

    state = traitlets.Dict().tag(
        sync=True, from_json=lambda value, store: store.group.receive("state", value)
    )
    """{revision, writer, clauses}: see ``js/src/store/shared.ts`` for the other side."""

    lens = traitlets.Dict().tag(
        sync=True, from_json=lambda value, store: store.group.receive("lens", value)
    )
    """{revision, writer, finished, threshold, merged, error_threshold, bins}."""

    group: Group

    def __init__(self, group: Group, **traits: Any) -> None:
        self.group = group
        self._requests = Requests(group, self._reply)
        super().__init__(**traits)
        self.on_msg(self._hear)

    def _hear(self, _store: object, content: Any, _buffers: object) -> None:
        self._requests.hear(content)

    def _reply(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        if self.comm is not None:
            self.send(content, buffers)

    def close(self) -> None:
        """Close the comm; questions that wait are dropped."""
        self._requests.close()
        super().close()

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
