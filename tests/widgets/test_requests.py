"""What the page asks by message, without a page."""

from __future__ import annotations

import threading
import time

import numpy as np
import pandas as pd
import pytest
from ipywidgets import Widget

from errwidgets import ConfusionMatrix, Evaluation
from errwidgets.widgets.requests import PART_BYTES

rng = np.random.default_rng(3)
N = 5_000_000
EVALUATION = Evaluation.from_predictions(
    rng.integers(0, 2, N).astype(np.uint8), rng.integers(0, 2, N).astype(np.uint8),
    X=pd.DataFrame({"age": rng.random(N)}),
)  # fmt: skip


class Page:
    """Asks a store as the page does, and keeps what it hears."""

    def __init__(self, matrix: ConfusionMatrix) -> None:
        self.store = matrix._group.store()
        self.heard: list[tuple[dict, list]] = []
        self.came = threading.Event()
        self.store.send = self._send  # type: ignore[method-assign]

    def _send(self, content: dict, buffers: list | None = None) -> None:
        self.heard.append((content, buffers or []))
        self.came.set()

    def tell(self, **content: object) -> None:
        self.store._handle_custom_msg(content, [])

    def ask(self, **content: object) -> tuple[dict, list]:
        self.came.clear()
        self.tell(id=len(self.heard) + 1, **content)
        assert self.came.wait(20)
        return self.heard[-1]


@pytest.fixture
def page():
    yield Page(ConfusionMatrix(EVALUATION))
    Widget.close_all()


def test_a_ping_is_answered(page: Page) -> None:
    page.tell(kind="ping")
    assert page.heard == [({"kind": "pong"}, [])]


def test_a_column_comes_in_parts_of_at_most_four_megabytes(page: Page) -> None:
    content, buffers = page.ask(kind="column", name="y_true", part="codes", offset=0)
    assert content["size"] == N
    assert content["column"]["display_labels"] == ["0", "1"]
    assert content["column"]["codes"] == b""
    whole = b"".join(buffers)
    assert len(whole) == PART_BYTES < 4_000_000
    content, buffers = page.ask(kind="column", name="y_true", part="codes", offset=len(whole))
    assert "column" not in content
    whole += b"".join(buffers)
    assert whole == EVALUATION.columns["y_true"].codes.tobytes()


def test_values_come_apart_from_codes(page: Page) -> None:
    content, buffers = page.ask(kind="column", name="age", part="values", offset=0)
    assert content["size"] == 8 * N
    assert content["column"]["values"] == {"dtype": "float64", "data": b""}
    first = np.frombuffer(buffers[0])
    assert first.tolist() == EVALUATION.columns["age"].numbers[: len(first)].tolist()


def test_a_query_is_answered_in_arrays(page: Page) -> None:
    query = {"ask": "aggregate", "keys": ["y_true"], "where": []}
    content, buffers = page.ask(kind="query", query=query)
    assert content["answer"]["fields"]["shape"] == [2]
    assert content["answer"]["arrays"][0] == ["counts", "float64"]
    counts = np.frombuffer(buffers[0])
    assert counts.tolist() == np.bincount(EVALUATION.columns["y_true"].codes).tolist()


@pytest.mark.parametrize(
    "question",
    [
        {"kind": "column", "name": "nothing", "part": "codes", "offset": 0},
        {"kind": "column", "name": "age", "part": "text", "offset": 0},
        {"kind": "query", "query": {"ask": "aggregate", "keys": ["nothing"]}},
        {"kind": "odd"},
    ],
)
def test_what_cannot_be_answered_is_said(page: Page, question: dict) -> None:
    content, buffers = page.ask(**question)
    assert content["error"]
    assert not buffers


@pytest.mark.parametrize("content", [None, 3, [], {}, {"kind": "query"}, {"id": "1"}])
def test_messages_that_are_none_are_ignored(page: Page, content: object) -> None:
    page.store._handle_custom_msg(content, [])
    time.sleep(0.05)
    assert page.heard == []


def test_a_closed_store_answers_nothing(page: Page) -> None:
    page.store.close()
    page.store._requests.hear({"kind": "ping"})
    assert page.store.comm is None
