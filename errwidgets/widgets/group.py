"""The linked views of one evaluation: their selection, and who hears of a change."""

from __future__ import annotations

import collections
import json
import logging
import threading
import traceback
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from errwidgets import selection as sel
from errwidgets.exceptions import ErrwidgetsError, SelectionError
from errwidgets.lens import Lens
from errwidgets.selection import Clause, Selection
from errwidgets.sharing.persisted import PAGE_ROWS, persist, readable
from errwidgets.sources.columns import ViewColumns
from errwidgets.sources.lensed import through_lens, without_lens
from errwidgets.widgets.hosts import outlive_cell
from errwidgets.widgets.needs import view_info
from errwidgets.widgets.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from errwidgets.evaluation import Evaluation
    from errwidgets.sharing.persisted import Persisted
    from errwidgets.widgets.needs import Needs
    from errwidgets.widgets.view import View

    Handler = Callable[[pd.DataFrame], object]

__all__ = ["PYTHON", "Group"]

logger = logging.getLogger("errwidgets")

PYTHON = "python"
"""Source of the clause that an assignment in code makes, and the writer of its state."""


class _Change(NamedTuple):
    old: tuple[Selection, Lens]
    new: tuple[Selection, Lens]
    rows_differ: bool
    gesture: bool
    """A gesture on a page, which has ended."""


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
        notes = evaluation.notes
        self.selection = notes.selection if linked else Selection()
        self.lens = notes.lens if linked else Lens()
        self.columns = ViewColumns(evaluation).through(self.lens)
        self._mask = self._resolve(self.selection)
        self._told = self._mask
        self._turn = {"state": (0, PYTHON), "lens": (0, PYTHON)}
        self._finished = True
        self._views: dict[str, View] = {}
        self._needs: dict[str, None] = {}
        self._cubes: dict[tuple[tuple[str, ...], str | None], None] = {}
        self._orders: dict[str, list[int]] = {}
        self._wired: dict[int, tuple[Clause | None, ViewColumns | None, dict[str, Any]]] = {}
        self._handlers: list[Handler] = []
        self._changes: collections.deque[_Change] = collections.deque()
        self._delivering = False
        self._store: Store | None = None
        notes.watch(self._cohorts_changed)

    # ------------------------------------------------------------ views come and go

    def join(self, view: View) -> str:
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
            needs = view.needs(self.columns)  # may refuse what the view is to show
            self._views[source] = view
            self._require(needs)
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
                self._store = Store(self, **self._published(), **self._states())
                outlive_cell(self._store)
            return self._store

    def _require(self, needs: Needs) -> None:
        """Make columns part of what a saved notebook keeps."""
        before = (len(self._needs), len(self._cubes), len(self._orders))
        self._needs |= dict.fromkeys(needs.columns)
        self._cubes |= dict.fromkeys(needs.cubes)
        self._orders |= needs.orders
        if before != (len(self._needs), len(self._cubes), len(self._orders)):
            self._wired = {}
            self._publish()

    def _cohorts_changed(self) -> None:
        with self.lock:
            for view in self._views.values():
                self._needs |= dict.fromkeys(view.needs(self.columns).columns)
            self._wired = {}
            self._publish()

    @property
    def held(self) -> frozenset[str] | None:
        """The columns that the page has; ``None`` without a view, which could lack one."""
        return frozenset(self._needs) or None

    def persisted(self) -> Persisted:
        """Return what a saved notebook keeps of the data."""
        with self.lock:
            return persist(
                self.columns.base,
                tuple(self._needs),
                tuple(self._cubes),
                mode=self.evaluation.persist,
                derived=self.columns.derived,
            )

    @property
    def page(self) -> dict[str, Any] | None:
        """Readable rows of the selection, for notebooks that may keep some."""
        if self.evaluation.persist != "rows" or not self._mask.any():
            return None
        first = np.flatnonzero(self._mask)[:PAGE_ROWS]
        shown = np.zeros_like(self._mask)
        shown[first] = True
        rows = through_lens(self.evaluation.take(shown), self.columns, shown)
        return readable(rows, self.evaluation.index[shown], int(self._mask.sum()))

    def _published(self) -> dict[str, Any]:
        saved = self.persisted()
        return {
            "page": self.page,
            "info": {**view_info(self.columns), "orders": self._orders},
            "columns": saved.columns,
            "tables": saved.tables,
            "sample": saved.sample,
        }

    def _publish(self) -> None:
        if self._store is not None:
            with self._store.hold_sync():
                for name, value in self._published().items():
                    setattr(self._store, name, value)

    # ------------------------------------------------------------ the selection changes

    def assign(self, value: object) -> None:
        """Replace the selection from Python.

        Raises
        ------
        SelectionTypeError, SelectionError
            When no selection can be made from `value`, or not for this evaluation.
        """
        selection = self._coerce(value)
        mask = self._resolve(selection)
        with self.lock:
            if selection != self.selection:
                self._take_turn("state")
                self._change(selection, self.lens, mask)
                self._send_state("state")
        self.deliver()

    def look(self, value: object) -> None:
        """Look through another lens, from Python.

        Raises
        ------
        LensError
            When it is no lens, or has no meaning for the evaluation.
        """
        lens = Lens.of(value)
        lens.check(self.evaluation)
        with self.lock:
            if lens != self.lens:
                self._take_turn("lens")
                self._finished = True
                self._through(lens)
                self._send_state("lens")
        self.deliver()

    def receive(self, trait: str, data: Any) -> dict[str, Any]:
        """Judge a state that a browser sent, and return the one that holds.

        Of two states the one with the higher revision holds; with equal
        revisions Python's does, then the greater writer name. Both sides know
        the rule, so they end up equal without asking each other.
        """
        try:
            turn = int(data["revision"]), str(data["writer"])
            if trait == "state":
                selection = self._read_clauses(data["clauses"])
                mask = self._resolve(selection)
            else:
                lens = Lens.from_wire(data, self.evaluation)
                finished = data.get("finished") is not False
        except (ErrwidgetsError, KeyError, TypeError, ValueError, OverflowError):
            logger.exception("The page sent a %s that cannot be read; it is taken back.", trait)
            # At the page's own revision Python's state holds, so the page will take it.
            sent = data.get("revision") if isinstance(data, dict) else None
            if type(sent) is int and sent >= self._turn[trait][0]:
                self._turn[trait] = sent, PYTHON
            return self._shared(trait)
        if _rank(*turn) > _rank(*self._turn[trait]):
            self._turn[trait] = turn
            if trait == "state":
                self._change(selection, self.lens, mask, gesture=True)
            else:
                self._finished = finished
                self._through(lens, finished=finished, gesture=finished)
        return self._shared(trait)

    def _read_clauses(self, items: Any) -> Selection:
        """Read clauses; one that did not change stays the object it was."""
        known = {json.dumps(self.wire_clause(clause), sort_keys=True): clause
                 for clause in self.selection}  # fmt: skip
        clauses = []
        for item in items:
            same = known.get(json.dumps(item, sort_keys=True))
            predicate = self._read(item["predicate"]) if same is None else None
            clauses.append(same or Clause(str(item["source"]), predicate))  # type: ignore[arg-type]
        return Selection(tuple(clauses))

    def _read(self, predicate: Any) -> sel.Predicate:
        return sel.from_wire(predicate, self.columns, n_samples=self.evaluation.n_samples)

    def _take_turn(self, trait: str) -> None:
        self._turn[trait] = self._turn[trait][0] + 1, PYTHON

    def _through(self, lens: Lens, *, finished: bool = True, gesture: bool = False) -> None:
        """Look through a lens: what is selected is found anew."""
        columns = self.columns.through(lens)
        recoded = columns.base is not self.columns.base
        self.columns = columns
        if recoded:
            self._publish()
            if self._store is not None:
                self._store.send({"kind": "recoded"})
        mask = self._resolve(self.selection)
        self._change(self.selection, lens, mask, finished=finished, gesture=gesture)

    def _resolve(self, selection: Selection) -> np.ndarray[Any, np.dtype[np.bool_]]:
        predicate = selection.predicate()
        if predicate is None:
            return np.zeros(self.evaluation.n_samples, dtype=bool)
        return sel.mask(predicate, self.columns, self.evaluation.n_samples)

    def _change(
        self,
        selection: Selection,
        lens: Lens,
        mask: np.ndarray[Any, np.dtype[np.bool_]],
        *,
        finished: bool = True,
        gesture: bool = False,
    ) -> None:
        """Take over a change; handlers hear of it when the gesture has ended."""
        old = self.selection, self.lens
        self.selection, self.lens, self._mask = selection, lens, mask
        rows_differ = finished and not np.array_equal(mask, self._told)
        if finished:
            self._told = mask
        if self._store is not None and self.evaluation.persist == "rows" and finished:
            self._store.page = self.page  # type: ignore[assignment]
        self._changes.append(_Change(old, (selection, lens), rows_differ, gesture))
        if self.linked:
            self.evaluation.notes.selection = selection
            self.evaluation.notes.lens = lens

    def _shared(self, trait: str) -> dict[str, Any]:
        """Return one of the states that both sides write."""
        revision, writer = self._turn[trait]
        turn = {"revision": revision, "writer": writer}
        if trait == "state":
            return {**turn, "clauses": [self.wire_clause(clause) for clause in self.selection]}
        return {**turn, **self.lens.to_wire(self.evaluation), "finished": self._finished}

    def _states(self) -> dict[str, Any]:
        return {trait: self._shared(trait) for trait in self._turn}

    def wire_clause(self, clause: Clause) -> dict[str, Any]:
        """Return a clause as the page reads it."""
        # What stays selected is written once: with the rows of a column that the page lacks it may
        # be large, and every gesture compares and sends it.
        of, columns, wire = self._wired.get(id(clause), (None, None, {}))
        if of is not clause or columns is not self.columns:
            predicate = sel.to_wire(clause.predicate, self.columns, self.held)
            wire = {"source": clause.source, "predicate": predicate}
            known = {id(known): self._wired.get(id(known)) for known in self.selection}
            self._wired = {key: entry for key, entry in known.items() if entry is not None}
            self._wired[id(clause)] = (clause, self.columns, wire)
        return wire

    def _send_state(self, trait: str) -> None:
        if self._store is not None:
            setattr(self._store, trait, self._shared(trait))

    def plain_selection(self) -> Selection:
        """Return what is selected now in terms of the evaluation's own columns.

        A lens changes predictions, and views have columns of their own: where these decide,
        the rows themselves are said.
        """
        with self.lock:
            columns, selection, mask = self.columns, self.selection, self._mask
        predicate = selection.predicate()
        if predicate is None:
            return selection
        try:
            if np.array_equal(self.evaluation.mask(selection), mask):
                return selection
        except SelectionError:
            pass  # it names a column of a view
        said = sel.words(predicate, columns)
        rows = sel.Rows.of(mask, self.evaluation.n_samples, words=said)
        return Selection((Clause(PYTHON, rows),))

    def _coerce(self, value: object) -> Selection:
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
        with self.lock:
            columns, mask = self.columns, self._mask
        return through_lens(self.evaluation.take(mask), columns, mask)

    def query_string(self) -> str | None:
        """Return the pandas query that gives the same rows of ``evaluation.frame``."""
        with self.lock:
            columns, predicate = self.columns, self.selection.predicate()
        if predicate is None:
            return None
        plain = without_lens(predicate, columns)
        return None if plain is None else sel.query_string(plain, columns)

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
                    change = self._changes.popleft()
                    views, handlers = list(self._views.values()), self._handlers
                for view in views:
                    self._call("observer of the selection", view.announce, change.old, change.new)
                for handler in handlers if change.rows_differ else ():
                    name = getattr(handler, "__name__", type(handler).__name__)
                    self._call(f"on_select handler {name}", handler, self.selected())
                for view in views if change.gesture else ():
                    view.say_changed()
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
