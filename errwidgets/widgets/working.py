"""A view that works beside the user's cell: what it found, what it is asked, what it is doing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import traitlets

from errwidgets.widgets.tasks import Tasks
from errwidgets.widgets.view import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from errwidgets.evaluation import Evaluation
    from errwidgets.lens import Lens
    from errwidgets.selection import Selection

__all__ = ["WorkingView"]


class WorkingView(View):
    """Base of the views that publish what Python works out.

    Parameters
    ----------
    evaluation : Evaluation
        What to show.
    **options
        As :class:`View` takes them.
    """

    _content = traitlets.Dict().tag(sync=True)
    """What was found: see ``js/src/store/told.ts``. Python writes it."""

    _follows = False
    """Whether the view is made: before, it takes the selection and the lens as they are."""

    def __init__(self, evaluation: Evaluation, **options: Any) -> None:
        self._works: list[Tasks] = []
        self._said = ""
        super().__init__(evaluation, **options)
        group = self._group
        made_for = (group.selection, group.lens)
        try:
            self._set_up()
        except BaseException:
            self.close()
            raise
        self.on_msg(self._listen)
        with group.lock:
            self._follows, now = True, (group.selection, group.lens)
        if now != made_for:
            self._follow(made_for, now)

    def _set_up(self) -> None:
        """Make what the view works with, and begin."""
        raise NotImplementedError

    def _follow(self, old: tuple[Selection, Lens], new: tuple[Selection, Lens]) -> None:
        """Take up another selection or lens."""

    def _hear(self, content: Any) -> None:
        """Do what a page asks; what it cannot ask is passed over."""

    def announce(self, old: tuple[Selection, Lens], new: tuple[Selection, Lens]) -> None:
        """Tell observers what changed, and work on what is selected or looked at now."""
        super().announce(old, new)
        if self._follows:
            self._follow(old, new)

    def _listen(self, _view: object, content: Any, _buffers: object) -> None:
        match content:
            case {"kind": "cancel"}:
                self._cancel()
            case _:
                self._hear(content)

    def _work_of(self, what: str = "") -> Tasks:
        """Return work of its own: a new piece of it ends the last one, and no other work."""
        tasks = Tasks(partial(self._tell, what))
        self._works.append(tasks)
        return tasks

    def _tell(self, of: str, said: dict[str, Any]) -> None:
        if not of:
            self._said = said.get("message", "")
        self._send_now({"kind": "task", "of": of, **said})

    def _send_now(self, message: dict[str, Any], buffers: Sequence[bytes] = ()) -> None:
        if self.comm is not None:
            self.send(message, list(buffers))

    def _cancel(self) -> None:
        for tasks in self._works:
            tasks.cancel()

    def close(self) -> None:
        """Close this view; what it works on is dropped. The selection stays."""
        if self.comm is not None:
            self._cancel()
        super().close()
