"""The linked views of one evaluation: their selection, and who hears of a change."""

from __future__ import annotations

import collections
import logging
import threading
import traceback
from typing import TYPE_CHECKING, Any

import numpy as np

from errwidgets import selection as sel
from errwidgets.columns import wire_column
from errwidgets.exceptions import ErrwidgetsError
from errwidgets.selection import Clause, Selection
from errwidgets.widgets.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd

    from errwidgets.evaluation import Evaluation
    from errwidgets.widgets.view import View

    Handler = Callable[[pd.DataFrame], object]

__all__ = ["PYTHON", "Group"]

logger = logging.getLogger("errwidgets")

PYTHON = "python"
"""Source of the clause that an assignment in code makes, and the writer of its state."""


class Group:
    """Holds the selection of linked views; the truth for all of them.

    Every change happens under one lock. Who must hear of it is queued there and
    told after the lock is free, so that a slow handler never blocks a click.

    Parameters
    ----------
    evaluation : Evaluation
        What the views show.
    linked : bool
        Whether the selection is the evaluation's own, taken up by later views.
    """

    def __init__(self, evaluation: Evaluation, *, linked: bool) -> None:
        self.evaluation = evaluation
        self.linked = linked
        self.lock = threading.RLock()
        self.selection = evaluation.notes.selection if linked else Selection()
        self._mask = evaluation.mask(self.selection)
        self._revision = 0
        self._writer = PYTHON
        self._views: dict[str, View] = {}
        self._columns: dict[str, dict[str, Any]] = {}
        self._handlers: list[Handler] = []
        self._changes: collections.deque[tuple[Selection, Selection, bool]] = collections.deque()
        self._delivering = False
        self._store: Store | None = None

    # ------------------------------------------------------------ views come and go

    def join(self, view: View, columns: Iterable[str]) -> str:
        """Take in a view and return its source name.

        A clause that a closed view of this kind left behind becomes the new
        view's own, so that re-running a cell keeps what was selected there.
        """
        with self.lock:
            kind = view.kind
            taken = set(self._views)
            left = [clause.source for clause in self.selection if clause.source not in taken]
            adopted = [source for source in left if source.rpartition("-")[0] == kind]
            number = 1
            while f"{kind}-{number}" in taken | set(left):
                number += 1
            source = adopted[0] if adopted else f"{kind}-{number}"
            self._views[source] = view
            self._require(columns)
            return source

    def leave(self, source: str) -> None:
        """Let a view go; the store's comm closes with the last one."""
        with self.lock:
            self._views.pop(source, None)
            if not self._views and self._store is not None:
                self._store.close()
                self._store = None

    def store(self) -> Store:
        """Return the store, made when the first view asks for it."""
        with self.lock:
            if self._store is None or self._store.comm is None:
                info = {"name": self.evaluation.name, "n_samples": self.evaluation.n_samples}
                self._store = Store(
                    self, info=info, columns=dict(self._columns), state=self._state()
                )
            return self._store

    def _require(self, names: Iterable[str]) -> None:
        """Make columns part of what the page holds (and a saved notebook keeps)."""
        missing = [name for name in names if name not in self._columns]
        for name in missing:
            self._columns[name] = wire_column(self.evaluation.columns[name])
        if missing and self._store is not None:
            self._store.columns = dict(self._columns)

    # ------------------------------------------------------------ the selection changes

    def assign(self, value: object) -> None:
        """Replace the selection from Python.

        Raises
        ------
        SelectionTypeError, SelectionError
            When no selection can be made from `value`, or not for this evaluation.
        """
        selection = self._coerce(value)
        mask = self.evaluation.mask(selection)
        with self.lock:
            if selection != self.selection:
                self._revision += 1
                self._writer = PYTHON
                self._change(selection, mask)
                if self._store is not None:
                    self._store.state = self._state()
        self.deliver()

    def receive(self, data: Any) -> dict[str, Any]:
        """Judge a state that a browser sent, and return the one that holds.

        Of two states the one with the higher revision holds; with equal
        revisions Python's does, then the greater writer name. Both sides know
        the rule, so they end up equal without asking each other.
        """
        try:
            revision, writer = int(data["revision"]), str(data["writer"])
            clauses = tuple(
                Clause(
                    str(item["source"]),
                    sel.from_wire(
                        item["predicate"],
                        self.evaluation.columns,
                        n_samples=self.evaluation.n_samples,
                    ),
                )
                for item in data["clauses"]
            )
        except (ErrwidgetsError, KeyError, TypeError, ValueError, OverflowError):
            logger.exception("The page sent a selection that cannot be read; it is taken back.")
            # At the page's own revision Python's state holds, so the page will take it.
            sent = data.get("revision") if isinstance(data, dict) else None
            if type(sent) is int and sent >= self._revision:
                self._revision, self._writer = sent, PYTHON
            return self._state()
        if _rank(revision, writer) > _rank(self._revision, self._writer):
            self._revision, self._writer = revision, writer
            selection = Selection(clauses)
            self._change(selection, self.evaluation.mask(selection))
        return self._state()

    def _change(self, selection: Selection, mask: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
        rows_differ = not np.array_equal(mask, self._mask)
        self._changes.append((self.selection, selection, rows_differ))
        self.selection, self._mask = selection, mask
        if self.linked:
            self.evaluation.notes.selection = selection

    def _state(self) -> dict[str, Any]:
        columns = self.evaluation.columns
        return {
            "revision": self._revision,
            "writer": self._writer,
            "clauses": [
                {
                    "source": clause.source,
                    "predicate": sel.to_wire(clause.predicate, columns, held=self._columns or None),
                }
                for clause in self.selection
            ],
        }

    def _coerce(self, value: object) -> Selection:
        if value is None:
            return Selection()
        if isinstance(value, Selection):
            if value == self.selection:
                return value
            predicate = value.predicate()
            return Selection() if predicate is None else Selection((Clause(PYTHON, predicate),))
        return self.evaluation.selection(value)

    # ------------------------------------------------------------ the rows

    @property
    def mask(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Which rows are selected, aligned with the input. A copy."""
        return self._mask.copy()

    @property
    def index(self) -> pd.Index[Any]:
        """The index labels of the selected rows."""
        return self.evaluation.index[self._mask]

    def selected(self) -> Any:
        """Return the selected rows; no rows when nothing is selected."""
        return self.evaluation.take(self._mask)

    # ------------------------------------------------------------ who hears of it

    def on_select(self, handler: Handler, *, remove: bool) -> None:
        """Call a handler with the selected rows whenever they change."""
        with self.lock:
            if remove:
                self._handlers = [known for known in self._handlers if known != handler]
            elif handler not in self._handlers:
                self._handlers = [*self._handlers, handler]

    def deliver(self) -> None:
        """Tell views and handlers of queued changes, in order, outside of the lock."""
        with self.lock:
            if self._delivering:  # another thread, or a handler further up, is at it
                return
            self._delivering = True
        try:
            while True:
                with self.lock:
                    if not self._changes:
                        self._delivering = False
                        return
                    old, new, rows_differ = self._changes.popleft()
                    views, handlers = list(self._views.values()), self._handlers
                for view in views:
                    self._call("observer of the selection", view.announce, old, new)
                for handler in handlers if rows_differ else ():
                    name = getattr(handler, "__name__", type(handler).__name__)
                    self._call(f"on_select handler {name}", handler, self.selected())
        except BaseException:
            self._delivering = False
            raise

    def _call(self, name: str, function: Callable[..., object], *arguments: object) -> None:
        """Call what a user wrote; a failure is shown and stops nothing else."""
        try:
            function(*arguments)
        except Exception as error:  # noqa: BLE001  whatever the user's code raises
            traceback.print_exc()
            message = f"{name} failed: {type(error).__name__}: {error}"
            if self._store is not None:
                self._store.send({"kind": "failure", "message": message})


def _rank(revision: int, writer: str) -> tuple[int, bool, str]:
    return revision, writer == PYTHON, writer
