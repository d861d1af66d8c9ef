"""The selection of linked views, without a page: states go in as a browser would send them."""

from __future__ import annotations

import itertools
import json
import sys
import threading

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ipywidgets import Widget

from errwidgets import ConfusionMatrix, Evaluation
from errwidgets.selection import All, Clause, In, Not, Selection
from errwidgets.widgets import group
from errwidgets.widgets.group import Group

TRUE = ["cat", "dog", "dog", "eel"]
PRED = ["cat", "cat", "dog", "dog"]
CAT, DOG = In("y_true", ("cat",)), In("y_true", ("dog",))


@pytest.fixture(autouse=True)
def _close_widgets():
    yield
    Widget.close_all()


@pytest.fixture
def evaluation() -> Evaluation:
    return Evaluation.from_predictions(TRUE, PRED, name="pets")


def is_in(column: str, *codes: int) -> dict:
    return {"op": "in", "column": column, "codes": list(codes)}


def state(revision: object, writer: object = "confusion_matrix-1@page", **sources: dict) -> dict:
    clauses = [
        {"source": source.replace("_m", "-m"), "predicate": predicate}
        for source, predicate in sources.items()
    ]
    return {"revision": revision, "writer": writer, "clauses": clauses}


def send(view: ConfusionMatrix, data: object) -> None:
    """Send a state as the page does."""
    view._group.store().set_state({"state": data})


def record(view: ConfusionMatrix) -> list[list[int]]:
    calls: list[list[int]] = []
    view.on_select(lambda frame: calls.append(frame.index.tolist()))
    return calls


# ---------------------------------------------------------------- what the browser sends


def test_a_click_in_the_browser_selects_rows(evaluation: Evaluation) -> None:
    matrix = ConfusionMatrix(evaluation)
    calls = record(matrix)
    send(matrix, state(1, a=is_in("y_true", 1)))
    assert matrix.selected.index.tolist() == [1, 2]
    assert matrix.selection == Selection((Clause("a", DOG),))
    assert calls == [[1, 2]]


def test_a_state_of_a_higher_revision_holds_and_of_a_lower_one_does_not(
    evaluation: Evaluation,
) -> None:
    matrix = ConfusionMatrix(evaluation)
    calls = record(matrix)
    send(matrix, state(5, a=is_in("y_true", 1)))
    send(matrix, state(4, a=is_in("y_true", 0)))
    assert matrix.selected.index.tolist() == [1, 2]
    assert matrix._group.store().state["revision"] == 5
    send(matrix, state(6))
    assert matrix.selected.empty
    assert calls == [[1, 2], []]


def test_with_equal_revisions_python_s_state_holds(evaluation: Evaluation) -> None:
    matrix = ConfusionMatrix(evaluation)
    matrix.selection = CAT
    revision = matrix._group.store().state["revision"]
    send(matrix, state(revision, a=is_in("y_true", 1)))
    assert matrix.selected.index.tolist() == [0]
    assert matrix._group.store().state["writer"] == "python"


def test_with_equal_revisions_the_greater_writer_s_state_holds(evaluation: Evaluation) -> None:
    matrix = ConfusionMatrix(evaluation)
    send(matrix, state(1, "m@b", a=is_in("y_true", 1)))
    send(matrix, state(1, "m@a", a=is_in("y_true", 0)))
    assert matrix.selected.index.tolist() == [1, 2]
    send(matrix, state(1, "m@c", a=is_in("y_true", 0)))
    assert matrix.selected.index.tolist() == [0]


def test_an_assignment_overtakes_every_revision_seen(evaluation: Evaluation) -> None:
    matrix = ConfusionMatrix(evaluation)
    send(matrix, state(41, a=is_in("y_true", 1)))
    matrix.selection = CAT
    store = matrix._group.store()
    assert store.state == {
        "revision": 42,
        "writer": "python",
        "clauses": [{"source": "python", "predicate": is_in("y_true", 0)}],
    }


def test_an_echo_calls_no_handler(evaluation: Evaluation) -> None:
    matrix = ConfusionMatrix(evaluation)
    calls = record(matrix)
    changes: list[object] = []
    matrix.observe(changes.append, "selection")
    sent = state(1, a=is_in("y_true", 1))
    send(matrix, sent)
    send(matrix, json.loads(json.dumps(sent)))
    send(matrix, dict(matrix._group.store().state))
    assert calls == [[1, 2]]
    assert len(changes) == 1


def test_another_way_to_say_the_same_rows_calls_no_handler(evaluation: Evaluation) -> None:
    matrix = ConfusionMatrix(evaluation)
    calls = record(matrix)
    changes: list[object] = []
    matrix.observe(changes.append, "selection")
    send(matrix, state(1, a=is_in("y_true", 1)))
    send(matrix, state(2, b=is_in("y_true", 1)))
    assert calls == [[1, 2]]
    assert len(changes) == 2


GARBAGE = [
    None,
    {},
    [],
    "state",
    3,
    {"revision": 9},
    {"revision": 9, "writer": "x"},
    {"revision": None, "writer": "x", "clauses": []},
    {"revision": [], "writer": "x", "clauses": []},
    {"revision": "nine", "writer": "x", "clauses": []},
    {"revision": float("nan"), "writer": "x", "clauses": []},
    {"revision": float("inf"), "writer": "x", "clauses": []},
    {"revision": 9, "writer": "x", "clauses": None},
    {"revision": 9, "writer": "x", "clauses": 3},
    {"revision": 9, "writer": "x", "clauses": "cat"},
    {"revision": 9, "writer": "x", "clauses": [None]},
    {"revision": 9, "writer": "x", "clauses": ["cat"]},
    {"revision": 9, "writer": "x", "clauses": [{}]},
    {"revision": 9, "writer": "x", "clauses": [{"source": "a"}]},
    {"revision": 9, "writer": "x", "clauses": [{"source": "a", "predicate": None}]},
    state(9, a=is_in("y_true", 3)),
    state(9, a=is_in("age", 0)),
    state(9, a=is_in("y_true", 0), b={"op": "rows"}),
]


@pytest.mark.parametrize("data", GARBAGE, ids=repr)
def test_a_state_that_cannot_be_read_changes_nothing(
    evaluation: Evaluation,
    data: object,
    caplog: pytest.LogCaptureFixture,
) -> None:
    matrix = ConfusionMatrix(evaluation)
    matrix.selection = CAT
    calls = record(matrix)
    before = dict(matrix._group.store().state)
    send(matrix, data)
    assert matrix.selection == Selection((Clause("python", CAT),))
    after = matrix._group.store().state
    assert after["clauses"] == before["clauses"]
    assert calls == []
    assert "cannot be read" in caplog.text
    # What Python holds wins on the page, whatever revision the page claimed.
    claimed = data.get("revision") if isinstance(data, dict) else None
    if type(claimed) is int and claimed > before["revision"]:
        assert (after["revision"], after["writer"]) == (claimed, "python")
    else:
        assert after == before
    send(matrix, state(after["revision"] + 1, a=is_in("y_true", 1)))
    assert calls == [[1, 2]]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["revision", "writer", "clauses", "op"]), inner)
    ),
    max_leaves=6,
)
STATES = st.fixed_dictionaries(
    {"revision": st.integers(0, 5) | JSON, "writer": st.text(max_size=2) | JSON},
    optional={
        "clauses": st.lists(
            st.fixed_dictionaries(
                {
                    "source": st.sampled_from(["a", "b"]) | JSON,
                    "predicate": st.builds(lambda code: is_in("y_true", code), st.integers(0, 3))
                    | JSON,
                },
            ),
            max_size=2,
        )
        | JSON,
    },
)


@given(st.lists(STATES | JSON, max_size=5))
@settings(deadline=None, max_examples=120)
def test_nothing_that_arrives_raises_or_leaves_a_broken_group(states: list) -> None:
    evaluation = Evaluation.from_predictions(TRUE, PRED)
    group = Group(evaluation, linked=False)
    for data in states:
        held = group.receive("state", data)
        assert set(held) == {"revision", "writer", "clauses"}
        assert isinstance(held["revision"], int)
        assert group.mask.shape == (4,)
        np.testing.assert_array_equal(group.mask, evaluation.mask(group.selection))
        assert group.receive("state", held) == held


# ---------------------------------------------------------------- both sides end equal


def compare(first: dict, second: dict) -> bool:
    """Tell whether the first state beats the second: the rule of connection.ts, written again."""
    if first["revision"] != second["revision"]:
        return first["revision"] > second["revision"]
    if first["writer"] == second["writer"]:
        return False
    if "python" in (first["writer"], second["writer"]):
        return first["writer"] == "python"
    return first["writer"] > second["writer"]


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["a", "b", "z"])), min_size=1))
@settings(deadline=None, max_examples=80)
def test_the_order_of_arrival_does_not_matter(keys: list[tuple[int, str]]) -> None:
    evaluation = Evaluation.from_predictions(TRUE, PRED)
    codes = {key: number % 3 for number, key in enumerate(dict.fromkeys(keys))}
    states = [state(*key, x=is_in("y_true", codes[key])) for key in keys]
    ends = []
    for order in (states, states[::-1]):
        group = Group(evaluation, linked=False)
        expected = group._states()["state"]
        for item in order:
            group.receive("state", item)
            expected = item if compare(item, expected) else expected
        assert group._states()["state"] == expected
        ends.append(group._states()["state"])
    assert ends[0] == ends[1]


def test_two_threads_that_assign_and_receive_end_in_one_state(evaluation: Evaluation) -> None:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    matrix = ConfusionMatrix(evaluation)
    group, store = matrix._group, matrix._group.store()
    calls = record(matrix)
    failures: list[BaseException] = []

    def guarded(work: object) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  shown by the main thread
            failures.append(error)

    def assign() -> None:
        for predicate in itertools.islice(itertools.cycle([CAT, DOG, Not(CAT)]), 60):
            matrix.selection = predicate

    def receive() -> None:
        for number in range(60):
            revision = store.state["revision"] + 1
            store.set_state({"state": state(revision, f"m@{number}", a=is_in("y_pred", 0))})

    threads = [threading.Thread(target=guarded, args=(work,)) for work in (assign, receive)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=20)
    finally:
        sys.setswitchinterval(interval)
    assert not any(thread.is_alive() for thread in threads)
    assert failures == []
    assert store.state == group._states()["state"]
    assert matrix.selection == group.selection == evaluation.notes.selection
    np.testing.assert_array_equal(group.mask, evaluation.mask(group.selection))
    assert not group._changes
    assert calls[-1] == matrix.selected.index.tolist()


def test_a_slow_handler_does_not_hold_up_a_click(evaluation: Evaluation) -> None:
    matrix = ConfusionMatrix(evaluation)
    store = matrix._group.store()
    entered, go_on = threading.Event(), threading.Event()
    seen: list[list[int]] = []

    def slow(frame: pd.DataFrame) -> None:
        seen.append(frame.index.tolist())
        entered.set()
        assert go_on.wait(10)

    matrix.on_select(slow)
    thread = threading.Thread(target=lambda: setattr(matrix, "selection", CAT))
    thread.start()
    assert entered.wait(10)
    clicker = threading.Thread(
        target=lambda: store.set_state({"state": state(7, a=is_in("y_true", 1))}),
    )
    clicker.start()
    clicker.join(10)
    assert not clicker.is_alive()
    assert matrix.selected.index.tolist() == [1, 2]
    go_on.set()
    thread.join(10)
    assert seen == [[0], [1, 2]]


# ---------------------------------------------------------------- handlers


def test_a_handler_is_called_once_per_change_of_the_rows(evaluation: Evaluation) -> None:
    matrix = ConfusionMatrix(evaluation)
    calls = record(matrix)
    matrix.selection = CAT
    matrix.selection = CAT
    matrix.selection = In("y_true", ("cat", "cat"))
    matrix.selection = Not(CAT)
    matrix.selection = None
    matrix.selection = None
    assert calls == [[0], [1, 2, 3], []]


def test_a_handler_on_any_linked_view_hears_of_a_change_once(evaluation: Evaluation) -> None:
    first, second = ConfusionMatrix(evaluation), ConfusionMatrix(evaluation)
    apart = ConfusionMatrix(evaluation, linked=False)
    calls = [record(view) for view in (first, second, apart)]
    first.selection = CAT
    assert calls == [[[0]], [[0]], []]


def test_the_same_handler_is_registered_once_and_can_be_removed(evaluation: Evaluation) -> None:
    matrix, other = ConfusionMatrix(evaluation), ConfusionMatrix(evaluation)
    calls: list[int] = []

    def handler(frame: pd.DataFrame) -> None:
        calls.append(len(frame))

    matrix.on_select(handler)
    other.on_select(handler)
    matrix.selection = DOG
    matrix.on_select(handler, remove=True)
    matrix.on_select(print, remove=True)
    matrix.selection = CAT
    assert calls == [2]


def test_a_handler_that_fails_is_shown_and_stops_no_other(
    evaluation: Evaluation,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    matrix = ConfusionMatrix(evaluation)
    messages: list[object] = []
    monkeypatch.setattr(matrix._group.store(), "send", messages.append)

    def broken(frame: pd.DataFrame) -> None:
        raise ZeroDivisionError("no rows")

    matrix.on_select(broken)
    calls = record(matrix)
    matrix.selection = CAT
    send(matrix, state(7, a=is_in("y_true", 1)))
    assert calls == [[0], [1, 2]]
    message = "on_select handler broken failed: ZeroDivisionError: no rows"
    assert messages == [{"kind": "failure", "message": message}] * 2
    assert capsys.readouterr().err.count("ZeroDivisionError: no rows") == 2


def test_a_handler_may_change_the_selection(evaluation: Evaluation) -> None:
    matrix = ConfusionMatrix(evaluation)
    order: list[tuple[str, list[int]]] = []

    def narrow(frame: pd.DataFrame) -> None:
        order.append(("first", frame.index.tolist()))
        if len(frame) > 1:
            matrix.selection = CAT

    matrix.on_select(narrow)
    matrix.on_select(lambda frame: order.append(("second", frame.index.tolist())))
    matrix.selection = DOG
    assert matrix.selected.index.tolist() == [0]
    assert order[0] == ("first", [1, 2])
    assert order[-1] == ("second", [0])
    assert len(order) == 4


def test_a_handler_that_removes_itself_does_not_skip_the_next(evaluation: Evaluation) -> None:
    matrix = ConfusionMatrix(evaluation)
    calls: list[str] = []

    def once(frame: pd.DataFrame) -> None:
        calls.append("once")
        matrix.on_select(once, remove=True)

    matrix.on_select(once)
    matrix.on_select(lambda _: calls.append("always"))
    matrix.selection = CAT
    matrix.selection = DOG
    assert calls == ["once", "always", "always"]


def test_observers_hear_old_and_new_on_every_linked_view(evaluation: Evaluation) -> None:
    first, second = ConfusionMatrix(evaluation), ConfusionMatrix(evaluation)
    changes: list[tuple] = []
    second.observe(
        lambda change: changes.append((change.old, change.new, change.owner)),
        "selection",
    )
    first.selection = CAT
    first.selection = None
    chosen = Selection((Clause("python", CAT),))
    assert changes == [(Selection(), chosen, second), (chosen, Selection(), second)]
    second.unobserve_all("selection")
    first.selection = CAT
    assert len(changes) == 2


def test_an_observer_that_fails_is_shown_and_leaves_handlers_working(
    evaluation: Evaluation, capsys: pytest.CaptureFixture[str]
) -> None:
    matrix = ConfusionMatrix(evaluation)
    calls = record(matrix)

    def broken(change: object) -> None:
        raise ZeroDivisionError

    matrix.observe(broken, "selection")
    matrix.selection = CAT
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert len(calls) == 1
    matrix.selection = DOG
    assert calls[-1] == [1, 2]


# ---------------------------------------------------------------- linked, and after


def test_linked_views_share_one_selection_and_unlinked_ones_do_not(
    evaluation: Evaluation,
) -> None:
    first, second = ConfusionMatrix(evaluation), ConfusionMatrix(evaluation)
    apart = ConfusionMatrix(evaluation, linked=False)
    assert first._store == second._store != apart._store
    first.selection = CAT
    assert second.selection == first.selection
    assert second.selected.index.tolist() == [0]
    assert apart.selected.empty
    apart.selection = DOG
    assert first.selected.index.tolist() == [0]
    assert evaluation.notes.selection == first.selection


def test_two_evaluations_of_the_same_labels_are_not_linked() -> None:
    first, second = (ConfusionMatrix(Evaluation.from_predictions(TRUE, PRED)) for _ in range(2))
    first.selection = CAT
    assert second.selected.empty


def test_own_clause_is_what_the_view_itself_contributes(evaluation: Evaluation) -> None:
    first, second = ConfusionMatrix(evaluation), ConfusionMatrix(evaluation)
    assert first.own_clause is None
    clauses = {
        "revision": 1,
        "writer": "w",
        "clauses": [
            {"source": first._source, "predicate": is_in("y_true", 1)},
            {"source": second._source, "predicate": is_in("y_pred", 0)},
        ],
    }
    send(first, clauses)
    assert first.own_clause == Clause(first._source, DOG)
    assert second.own_clause == Clause(second._source, In("y_pred", ("cat",)))
    assert first.selected.index.tolist() == [1]
    first.selection = CAT
    assert first.own_clause is None
    assert first.selection == Selection((Clause("python", CAT),))


def test_a_selection_assigned_from_another_view_becomes_one_clause(evaluation: Evaluation) -> None:
    first, apart = ConfusionMatrix(evaluation), ConfusionMatrix(evaluation, linked=False)
    send(first, state(1, a=is_in("y_true", 1), b=is_in("y_pred", 0)))
    apart.selection = first.selection
    assert apart.selection == Selection((Clause("python", All((DOG, In("y_pred", ("cat",))))),))
    assert apart.selected.index.tolist() == first.selected.index.tolist() == [1]
    first.selection = first.selection
    assert len(first.selection) == 2


def test_the_next_view_takes_up_the_clause_of_a_closed_one(evaluation: Evaluation) -> None:
    first = ConfusionMatrix(evaluation)
    source = first._source
    send(first, state(1, **{source.replace("-", "_n_"): is_in("y_true", 0)}))
    send(
        first,
        {
            "revision": 2,
            "writer": f"{source}@p",
            "clauses": [{"source": source, "predicate": is_in("y_true", 1)}],
        },
    )
    first.close()
    del first
    again = ConfusionMatrix(evaluation)
    assert again._source == source
    assert again.own_clause == Clause(source, DOG)
    assert again.selected.index.tolist() == [1, 2]
    other = ConfusionMatrix(evaluation)
    assert other._source != source
    assert other.own_clause is None


def test_sources_are_never_shared_by_open_views(evaluation: Evaluation) -> None:
    views = [ConfusionMatrix(evaluation) for _ in range(4)]
    views[1].close()
    views.append(ConfusionMatrix(evaluation))
    open_sources = [view._source for view in views if view.comm is not None]
    assert len(set(open_sources)) == len(open_sources) == 4


def test_an_unlinked_view_leaves_nothing_behind(evaluation: Evaluation) -> None:
    apart = ConfusionMatrix(evaluation, linked=False)
    apart.selection = CAT
    apart.close()
    assert ConfusionMatrix(evaluation).selected.empty
    assert ConfusionMatrix(evaluation, linked=False).selected.empty


def test_a_view_that_could_not_be_made_leaves_no_trace(evaluation: Evaluation) -> None:
    first = ConfusionMatrix(evaluation)
    with pytest.raises(Exception, match="layout"):
        ConfusionMatrix(evaluation, layout=5)
    assert list(first._group._views) == [first._source]
    store = first._group.store()
    first.close()
    assert store.comm is None


# ---------------------------------------------------------------- what the page gets


def test_the_store_carries_codes_and_spellings() -> None:
    evaluation = Evaluation.from_predictions(["b", None, "`"], ["b", "b", "b"], name="n")
    store = ConfusionMatrix(evaluation)._group.store()
    assert store.info["name"] == "n"
    assert store.info["n_samples"] == 3
    assert set(store.columns) == {"y_true", "y_pred", "is_error"}
    column = store.columns["y_true"]
    assert column["codes"] == bytes([1, 2, 0])
    assert column["display_labels"] == ["`", "b", "(missing)"]
    assert column["literals"] == ["'\\x60'", "'b'", None]
    assert (column["missing"], column["reference"]) == ([2], "y_true")
    assert store.columns["is_error"]["codes"] == b""  # worked out on the page
    assert store.state == {"revision": 0, "writer": "python", "clauses": []}


def test_wide_codes_are_little_endian() -> None:
    labels = list(range(300))
    store = ConfusionMatrix.from_predictions(labels, labels)._group.store()
    column = store.columns["y_true"]
    assert column["dtype"] == "uint16"
    assert np.frombuffer(column["codes"], dtype="<u2").tolist() == labels


def test_a_clash_is_spelled_with_the_name_in_the_frame() -> None:
    table = pd.DataFrame({"y_pred": [0, 0], "t": ["a", "b"], "p": ["a", "a"]})
    matrix = ConfusionMatrix(Evaluation.from_frame(table, y_true="t", y_pred="p"))
    assert matrix._group.store().columns["y_pred"]["reference"] == "y_pred_"
    matrix.selection = In("y_pred", ("a",))
    assert matrix.query_string == "y_pred_ == 'a'"
    assert matrix.evaluation.frame.query(matrix.query_string).index.tolist() == [0, 1]


def test_python_answers_a_winning_state_with_nothing_and_a_stale_one_with_its_own(
    evaluation: Evaluation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    matrix = ConfusionMatrix(evaluation)
    store = matrix._group.store()
    sent: list[dict] = []
    monkeypatch.setattr(store, "_send", lambda message, **_: sent.append(message))

    def updates() -> list[dict]:
        return [message["state"]["state"] for message in sent if message["method"] == "update"]

    store.set_state({"state": state(1, a=is_in("y_true", 1))})
    assert updates() == []
    matrix.selection = CAT
    assert [item["revision"] for item in updates()] == [2]


def test_what_stays_selected_is_written_once(
    evaluation: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    matrix = ConfusionMatrix(evaluation)
    matrix.selection = [1, 2]
    kept = matrix._group.store().state["clauses"][0]
    written: list[object] = []
    to_wire = group.sel.to_wire

    def counted(predicate: object, *rest: object) -> dict:
        written.append(predicate)
        return to_wire(predicate, *rest)

    monkeypatch.setattr(group.sel, "to_wire", counted)
    for revision, code in enumerate([0, 1, 2], start=5):
        data = state(revision, a=is_in("y_true", code))
        send(matrix, {**data, "clauses": [kept, *data["clauses"]]})
        assert matrix.selection.clauses[0].source == "python"
    assert len(written) == 3
    assert all(isinstance(predicate, In) for predicate in written)
