"""What hosts say: a request to an IPython kernel, and the context of a marimo app."""

from __future__ import annotations

import dataclasses
import gc
import sys
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
