"""Long work beside the user's cell: one thread, progress, cancel."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Progress = Callable[[float], bool]

__all__ = ["Tasks"]

logger = logging.getLogger("errwidgets")


class Tasks:
    """The long work of one view. At most one piece of it counts: a new one takes its place.

    Parameters
    ----------
    tell : callable
        Takes what the page should know: a dict with ``state`` (``"running"``,
        ``"ended"``, ``"cancelled"`` or ``"failed"``), ``what``, ``done`` (a fraction) and
        ``message``.
    """

    def __init__(self, tell: Callable[[dict[str, Any]], None]) -> None:
        self._tell = tell
        self._lock = threading.RLock()
        self._turn = 0

    def start(
        self,
        what: str | None,
        work: Callable[[Progress], Any],
        done: Callable[[Any], None],
        *,
        quiet: type[Exception] | tuple[()] = (),
    ) -> threading.Thread:
        """Begin work in a thread of its own.

        Parameters
        ----------
        what : str, optional
            What is being done, in words; ``None`` for what is too short to be told of.
        work : callable
            Takes a function of the fraction done that returns False when the work is not
            wanted any more.
        done : callable
            Takes the result; not called when the work was cancelled meanwhile. May start the
            work that comes next.
        quiet : type of exception, optional
            By which work ends that learns that it is not wanted any more.
        """
        with self._lock:
            self._turn += 1
            turn = self._turn

        def progress(fraction: float) -> bool:
            if turn != self._turn:
                return False
            if what is not None:
                self._tell({"state": "running", "what": what, "done": float(fraction)})
            return True

        def run() -> None:
            try:
                result = work(progress)
            except quiet:
                return
            except Exception as error:
                logger.exception("%s failed.", what)
                self._end(turn, {"state": "failed", "message": f"{error}"})
                return
            with self._lock:
                if turn != self._turn:
                    return  # cancelled: its result is dropped
                done(result)
            self._end(turn, {"state": "ended"})

        if what is not None:
            self._tell({"state": "running", "what": what, "done": 0.0})
        thread = threading.Thread(target=run, name="errwidgets task", daemon=True)
        thread.start()
        return thread

    def cancel(self) -> None:
        """Want nothing of what runs any more; it stops when it next tells its progress."""
        with self._lock:
            self._turn += 1
        self._tell({"state": "cancelled"})

    def _end(self, turn: int, how: dict[str, Any]) -> None:
        if turn == self._turn:
            self._tell(how)
