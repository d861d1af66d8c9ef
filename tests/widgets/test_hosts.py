"""What hosts say: a request to an IPython kernel, and the context of a marimo app."""

from __future__ import annotations

import dataclasses
import gc
import sys
import threading
import types
import weakref
from typing import Any

import pytest
from ipywidgets import Widget

from errwidgets import ConfusionMatrix, Evaluation
from errwidgets.widgets import hosts
from errwidgets.widgets.runtime import REGISTRY


@pytest.fixture(autouse=True)
def _close_widgets():
    yield
    Widget.close_all()


@pytest.fixture
def evaluation() -> Evaluation:
    return Evaluation.from_predictions(["cat", "dog", "dog"], ["cat", "cat", "dog"])


# ---------------------------------------------------------------- IPython kernels


class Shell:
    def __init__(self, parent: object) -> None:
        self.kernel = self if parent is not None else None
        self._parent = parent

    def get_parent(self) -> object:
        return self._parent


@pytest.mark.parametrize(
    ("parent", "cell"),
    [
        (None, None),
        ({}, None),
        ({"header": {"msg_type": "execute_request", "msg_id": "m"}}, None),
        ({"header": {"msg_type": "comm_msg"}, "metadata": {"cellId": "c"}}, None),
        (
            {"header": {"msg_type": "execute_request", "msg_id": "m"}, "metadata": {"cellId": 3}},
            None,
        ),
        (
            {"header": {"msg_type": "execute_request", "msg_id": "m"}, "metadata": {"cellId": "c"}},
            ("c", "m"),
        ),
    ],
)
def test_the_running_cell_is_read_from_the_request(
    monkeypatch: pytest.MonkeyPatch,
    parent: object,
    cell: tuple[str, str] | None,
) -> None:
    import IPython  # noqa: PLC0415  the module is what is replaced

    monkeypatch.setattr(IPython, "get_ipython", lambda: Shell(parent))
    assert hosts.running_cell() == cell


# ---------------------------------------------------------------- marimo


@dataclasses.dataclass
class Execution:
    """One run of a cell; two of them are equal by value, as marimo's are."""

    cell_id: str
    setting_element_value: bool = False


class Item:
    """What marimo closes before it runs the cell again."""

    def __init__(self, comm: Any) -> None:
        self._comm = comm


@dataclasses.dataclass
class Context:
    """A visitor's; it cannot be hashed, as marimo's cannot."""

    parent: Context | None = None
    execution_context: Execution | None = None
    cell_lifecycle_registry: Any = dataclasses.field(
        default_factory=lambda: types.SimpleNamespace(registry={})
    )

    @property
    def cell_id(self) -> str | None:
        return self.execution_context and self.execution_context.cell_id


class Marimo:
    """Stands for the module that says which context a thread has."""

    def __init__(self) -> None:
        self.context: Context | None = None

    def safe_get_context(self) -> Context | None:
        return self.context

    def run(self, context: Context, cell: str) -> None:
        self.context = context
        context.execution_context = Execution(cell)


@pytest.fixture
def marimo(monkeypatch: pytest.MonkeyPatch) -> Marimo:
    module = Marimo()
    monkeypatch.setitem(sys.modules, "marimo._runtime.context", module)
    return module


@pytest.mark.parametrize("module", [None, types.ModuleType("without the private name")])
def test_where_marimo_says_nothing_nothing_is_done(
    monkeypatch: pytest.MonkeyPatch, evaluation: Evaluation, module: types.ModuleType | None
) -> None:
    monkeypatch.setitem(sys.modules, "marimo._runtime.context", module)
    assert hosts.session() is None
    assert hosts.running_cell() is None
    hosts.outlive_cell(ConfusionMatrix(evaluation))


def test_a_context_without_the_private_names_says_nothing(
    marimo: Marimo, evaluation: Evaluation
) -> None:
    marimo.context = type("Later", (), {})()
    assert hosts.running_cell() is None
    ConfusionMatrix(evaluation)


def test_two_runs_of_a_cell_differ_though_they_are_equal_by_value(marimo: Marimo) -> None:
    context = Context()
    marimo.run(context, "one")
    first = hosts.running_cell()
    assert first == hosts.running_cell()
    marimo.run(context, "one")
    again = hosts.running_cell()
    assert first is not None
    assert again is not None
    assert first.cell == again.cell
    assert first.run != again.run
    assert first != "one"


def test_a_control_s_handler_runs_in_no_cell(marimo: Marimo) -> None:
    context = Context()
    marimo.run(context, "one")
    context.execution_context = Execution("one", setting_element_value=True)
    assert hosts.running_cell() is None


def test_cells_of_an_embedded_app_are_its_own_and_its_page_is_not(marimo: Marimo) -> None:
    around = Context()
    inside = Context(parent=around)
    marimo.run(around, "one")
    outer = hosts.running_cell()
    marimo.run(inside, "one")
    inner = hosts.running_cell()
    assert hosts.session() is around
    assert outer is not None
    assert inner is not None
    assert outer.cell != inner.cell


def test_running_a_cell_of_marimo_again_closes_its_previous_view(
    marimo: Marimo, evaluation: Evaluation
) -> None:
    context = Context()
    marimo.run(context, "one")
    first = ConfusionMatrix(evaluation)
    marimo.run(context, "two")
    other = ConfusionMatrix(evaluation)
    marimo.run(context, "one")
    ConfusionMatrix(evaluation)
    assert first.comm is None
    assert other.comm is not None


def test_what_views_share_is_not_cleaned_up_with_a_cell(
    marimo: Marimo, evaluation: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = Context()
    marimo.run(context, "one")
    items: set[Item] = set()
    context.cell_lifecycle_registry.registry["one"] = items
    opened = Widget.open

    def open_and_note(self: Widget) -> None:
        opened(self)
        items.add(Item(self.comm))

    monkeypatch.setattr(Widget, "open", open_and_note)
    matrix = ConfusionMatrix(evaluation)
    left = [item._comm for item in items]
    assert matrix.comm in left
    assert REGISTRY.runtime().comm not in left
    assert matrix._group.store().comm not in left


def test_visitors_share_no_runtime_and_no_group(marimo: Marimo, evaluation: Evaluation) -> None:
    first, second = Context(), Context()
    marimo.run(first, "one")
    mine = ConfusionMatrix(evaluation)
    marimo.run(second, "one")
    yours = ConfusionMatrix(evaluation)
    assert mine.comm is not None
    assert mine._runtime != yours._runtime
    assert mine._store != yours._store
    mine.selection = "y_true == 'dog'"
    assert yours.selected.empty
    marimo.run(first, "two")
    assert ConfusionMatrix(evaluation)._store == mine._store


def test_what_a_visitor_had_is_closed_and_freed_when_the_session_ends(marimo: Marimo) -> None:
    context = Context()
    marimo.run(context, "one")
    evaluation = Evaluation.from_predictions(["cat", "dog"], ["cat", "cat"])
    matrix = ConfusionMatrix(evaluation)
    runtime = REGISTRY.runtime()
    freed = weakref.ref(matrix), weakref.ref(evaluation)
    marimo.context = None
    del context, matrix, evaluation
    gc.collect()
    assert runtime.comm is None
    assert [reference() for reference in freed] == [None, None]


def test_a_session_that_is_held_ends_with_its_thread_when_the_next_begins(marimo: Marimo) -> None:
    held = Context()
    made: list[ConfusionMatrix] = []

    def visit() -> None:
        marimo.run(held, "one")
        made.append(ConfusionMatrix.from_predictions(["cat", "dog"], ["cat", "cat"]))

    visitor = threading.Thread(target=visit)
    visitor.start()
    visitor.join()
    assert made[0].comm is not None
    marimo.run(Context(), "one")
    again = ConfusionMatrix.from_predictions(["cat", "dog"], ["cat", "cat"])
    assert made[0].comm is None
    assert again.comm is not None


# ---------------------------------------------------------------- gestures that readers hear of


def gesture(matrix: ConfusionMatrix, trait: str, revision: int, **state: Any) -> None:
    """Send what a page sends."""
    sent = {"revision": revision, "writer": "confusion_matrix-1@p", **state}
    matrix._group.store().set_state({trait: sent})


def dogs(matrix: ConfusionMatrix, revision: int) -> None:
    predicate = {"op": "in", "column": "y_true", "codes": [1]}
    clauses = [{"source": "confusion_matrix-1", "predicate": predicate}]
    gesture(matrix, "state", revision, clauses=clauses)


def test_in_marimo_every_view_counts_the_gestures_that_were_taken_up(
    marimo: Marimo, evaluation: Evaluation
) -> None:
    marimo.run(Context(), "one")
    first, second = ConfusionMatrix(evaluation), ConfusionMatrix(evaluation)
    alone = ConfusionMatrix(evaluation, linked=False)
    dogs(first, 1)
    assert [view._revision for view in (first, second, alone)] == [1, 1, 0]
    dogs(first, 1)  # stale
    gesture(first, "state", 2, clauses="unreadable")
    first.selection = None
    first.lens = {"merged": {"pets": ["cat", "dog"]}}
    assert first._revision == 1


def test_what_a_page_says_back_changes_no_count(marimo: Marimo, evaluation: Evaluation) -> None:
    marimo.run(Context(), "one")
    matrix = ConfusionMatrix(evaluation)
    dogs(matrix, 1)
    heard: list[object] = []
    matrix.observe(heard.append, "_revision")
    for said in (1, 0, 99, "x"):
        matrix.set_state({"_revision": said})
    assert matrix._revision == 1
    assert heard == []


def test_while_a_slider_is_dragged_nothing_is_counted(marimo: Marimo) -> None:
    marimo.run(Context(), "one")
    evaluation = Evaluation.from_predictions([0, 1, 1], [0, 0, 1], y_proba=[0.1, 0.4, 0.9])
    matrix = ConfusionMatrix(evaluation)
    for revision, threshold in enumerate((0.3, 0.2, 0.1), start=1):
        gesture(matrix, "lens", revision, threshold=threshold, finished=False)
    assert matrix.lens.threshold == 0.1
    assert matrix._revision == 0
    gesture(matrix, "lens", 4, threshold=0.1, finished=True)
    assert matrix._revision == 1


def test_elsewhere_nothing_is_counted(evaluation: Evaluation) -> None:
    matrix = ConfusionMatrix(evaluation)
    dogs(matrix, 1)
    assert len(matrix.selected) == 2
    assert matrix._revision == 0
