"""The slice explorer without a page: what it finds, what it is asked, what it hands back."""

from __future__ import annotations

import html
import json
import threading

import numpy as np
import pandas as pd
import pytest

import errwidgets as ew
from errwidgets.exceptions import (
    ColumnNotFoundError,
    InputError,
    InputTypeError,
    TaskError,
    UnknownKeywordError,
)
from errwidgets.selection import Rows
from errwidgets.widgets import exploring, slice_explorer
from errwidgets.widgets.tasks import Tasks


def make(n: int = 1200, **options) -> ew.Evaluation:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 80, n),
            "side": rng.choice(["left", "right", None], n),
            "<b>bold</b>": rng.choice(["<img src=x onerror=alert(1)>", "b"], n),
        }
    )
    wrong = rng.random(n) < np.where((frame["age"] > 60) & (frame["side"] == "left"), 0.7, 0.1)
    y = rng.integers(0, 2, n)
    return ew.Evaluation.from_predictions(y, np.where(wrong, 1 - y, y), X=frame, **options)


class Page:
    """Hears what a view says, and asks it."""

    def __init__(self, explorer: ew.SliceExplorer) -> None:
        self.explorer = explorer
        self.heard: list[dict] = []
        self.ended = threading.Event()
        explorer.send = self._send  # type: ignore[method-assign]

    def _send(self, content: dict, _buffers: object = None) -> None:
        self.heard.append(content)
        if content.get("state", "running") != "running":
            self.ended.set()

    def ask(self, kind: str = "search", *, afresh: bool = False, **asked: object) -> dict:
        self.ended.clear()
        message = {"kind": kind, "asked": asked, "afresh": afresh}
        self.explorer._handle_custom_msg(message, [])
        assert self.ended.wait(20)
        return self.heard[-1]


ASKED = {
    "objective": 0, "max_conditions": 3, "min_support": 0.01, "alpha": 0.95, "within": False,
    "max_depth": 3, "min_leaf": 0.01,
}  # fmt: skip


def test_what_it_finds_is_what_the_evaluation_finds():
    evaluation = make()
    explorer = ew.SliceExplorer(evaluation, k=5)
    expected = evaluation.find_slices(k=5)
    pd.testing.assert_frame_equal(explorer.slices, expected)
    content = explorer._content
    assert [one["words"] for one in content["found"]] == expected["slice"].tolist()
    assert [one["rate"] for one in content["found"]] == expected["error_rate"].tolist()
    assert [" and ".join(one["parts"]) for one in content["found"]] == expected["slice"].tolist()
    assert content["note"] == expected.attrs["note"]
    assert content["overall"] == evaluation.error_tree().frame["error_rate"][0]
    json.dumps(content)
    explorer.close()


def test_a_slice_that_the_page_selects_gives_its_rows():
    evaluation = make()
    explorer = ew.SliceExplorer(evaluation)
    matrix = ew.ConfusionMatrix(evaluation)
    for at, one in enumerate(explorer._content["found"][:3]):
        state = {
            "revision": at + 1, "writer": "page",
            "clauses": [{"source": explorer._source, "predicate": one["where"]}],
        }  # fmt: skip
        explorer._group.store().set_state({"state": state})
        row = explorer.slices.iloc[at]
        assert len(explorer.selected) == row["support"]
        pd.testing.assert_frame_equal(matrix.selected, evaluation.frame.query(row["query"]))
        assert explorer.selected_slices["slice"].tolist() == [row["slice"]]
    both = [one["where"] for one in explorer._content["found"][:2]]
    clause = {"source": explorer._source, "predicate": {"op": "any", "of": both}}
    state = {"revision": 9, "writer": "page", "clauses": [clause]}
    explorer._group.store().set_state({"state": state})
    assert explorer.selected_slices["slice"].tolist() == explorer.slices["slice"][:2].tolist()
    explorer.selection = None
    assert explorer.selected_slices.empty
    explorer.close()
    matrix.close()


def test_groups_and_nodes_are_selections_too():
    evaluation = make()
    explorer = ew.SliceExplorer(evaluation)
    group = explorer._group
    content = explorer._content
    rated = [one for feature in content["features"] for one in feature["groups"]]
    for one in [*rated, *content["tree"][1:]]:
        predicate = group._read(one["where"])
        assert evaluation.mask(predicate).sum() == one["support"]
    assert content["tree"][0]["where"] is None
    assert content["tree"][0]["support"] == evaluation.n_samples
    explorer.close()


def test_a_page_searches_again_in_a_thread():
    evaluation = make()
    explorer = ew.SliceExplorer(evaluation)
    page = Page(explorer)
    said = page.ask(**{**ASKED, "max_conditions": 1, "min_support": 0.05})
    assert said == {"kind": "task", "of": "", "state": "ended"}
    expected = evaluation.find_slices(max_conditions=1, min_support=0.05)
    assert explorer.slices["slice"].tolist() == expected["slice"].tolist()
    assert explorer._content["asked"]["max_conditions"] == 1
    assert page.heard[0] == {
        "kind": "task", "of": "", "state": "running", "what": "Searching", "done": 0.0,
    }  # fmt: skip
    explorer.close()


def test_within_means_what_is_selected():
    evaluation = make()
    explorer = ew.SliceExplorer(evaluation)
    explorer.selection = "age > 40"
    Page(explorer).ask(afresh=True, **{**ASKED, "within": True})
    inside = evaluation.mask("age > 40")
    for predicate in explorer.slices["conditions"]:
        assert inside[evaluation.mask(predicate)].all()
    assert "age > 40" in explorer._content["note"]
    explorer.close()


@pytest.mark.parametrize(
    "asked",
    [
        {}, {**ASKED, "objective": 99}, {**ASKED, "objective": "loss"},
        {**ASKED, "max_conditions": 0}, {**ASKED, "max_conditions": 9},
        {**ASKED, "min_support": 0.0}, {**ASKED, "alpha": 2}, {**ASKED, "max_depth": 99},
        {**ASKED, "objective": [0, 0]}, {**ASKED, "objective": [0, 7]},
        {**ASKED, "objective": True}, {**ASKED, "objective": None}, {**ASKED, "within": "yes"},
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_asked_changes_nothing(asked):
    explorer = ew.SliceExplorer(make())
    page = Page(explorer)
    before = explorer._content
    explorer._handle_custom_msg({"kind": "search", "asked": asked}, [])
    explorer._handle_custom_msg({"kind": "nothing"}, [])
    explorer._handle_custom_msg("text", [])
    assert page.heard == []
    assert explorer._content == before
    explorer.close()


def test_a_failure_is_said_and_what_was_found_stays(monkeypatch):
    explorer = ew.SliceExplorer(make())
    page = Page(explorer)
    before = explorer._content

    def fail(*_arguments: object) -> None:
        raise RuntimeError("no more memory")

    monkeypatch.setattr(explorer._exploration, "find", fail)
    assert page.ask(**ASKED) == {
        "kind": "task",
        "of": "",
        "state": "failed",
        "message": "no more memory",
    }
    assert explorer._content == before
    explorer.close()


def test_what_is_cancelled_is_dropped():
    told: list[dict] = []
    tasks = Tasks(told.append)
    begun, go_on, results = threading.Event(), threading.Event(), []

    def work(progress):
        assert progress(0.5)
        begun.set()
        assert go_on.wait(10)
        return progress(0.9)

    thread = tasks.start("Working", work, results.append)
    assert begun.wait(10)
    tasks.cancel()
    go_on.set()
    thread.join(10)
    assert results == []
    assert [one["state"] for one in told] == ["running", "running", "cancelled"]


def test_a_new_task_takes_the_place_of_the_old_one():
    told: list[dict] = []
    tasks = Tasks(told.append)
    go_on, results = threading.Event(), []
    first = tasks.start("First", lambda _: go_on.wait(10), lambda _: results.append("first"))
    second = tasks.start("Second", lambda _: None, lambda _: results.append("second"))
    second.join(10)
    go_on.set()
    first.join(10)
    assert results == ["second"]
    assert told[-1] == {"state": "ended"}


def test_much_data_is_searched_when_it_is_asked_for(monkeypatch):
    monkeypatch.setattr(slice_explorer, "CHEAP", 10)
    explorer = ew.SliceExplorer(make())
    assert explorer.slices is None
    assert explorer.selected_slices is None
    assert "found" not in explorer._content
    plain, markup = explorer.fallback()
    assert "Nothing was searched yet" in plain
    assert "Nothing was searched yet" in markup
    with pytest.raises(InputTypeError, match="Nothing was searched"):
        explorer.to_chart()
    Page(explorer).ask(**ASKED)
    assert len(explorer.slices)
    explorer.close()
    with pytest.raises(InputError, match="min_support"):
        ew.SliceExplorer(make(), min_support=2.0)


def test_every_kind_of_task_has_its_objectives():
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"side": rng.choice(["l", "r"], 600)})
    off = np.where(table["side"] == "l", 5.0, 1.0) * rng.random(600)
    truth = rng.normal(size=600)
    regression = ew.SliceExplorer(
        ew.Evaluation.from_predictions(truth, truth + off, X=table), objective="absolute_error"
    )
    assert regression._content["objectives"][0] == "absolute error"
    assert regression._content["is_rate"] is False
    scores = ew.SliceExplorer(ew.Evaluation.from_scores(table, loss=off))
    assert scores._content["measure"] == "mean loss"
    assert scores.slices["slice"].tolist() == ["side = l"]
    with pytest.raises(TaskError, match="is_error"):
        ew.SliceExplorer(ew.Evaluation.from_scores(table, loss=off), objective="error")
    three = ew.Evaluation.from_predictions(
        rng.choice(["a", "b", "c"], 600), rng.choice(["a", "b", "c"], 600), X=table
    )
    many = ew.SliceExplorer(three, objective=("recall", "b"))
    assert many._content["objectives"][0] == "missed b"
    assert "missed c" in many._content["objectives"]
    own = ew.SliceExplorer(three, objective=off)
    assert own._content["objectives"][:2] == ["mean objective", "mistakes"]
    for one in (regression, scores, many, own):
        one.close()


def test_the_table_for_readers_without_javascript_is_escaped():
    evaluation = make(name="<script>alert(1)</script>")
    explorer = ew.SliceExplorer(evaluation, alpha=0.99, min_support=0.02)
    plain, markup = explorer.fallback()
    assert "<script" not in markup
    assert "<img" not in markup
    assert html.escape("<script>") in markup
    assert markup.count("<tr>") == min(len(explorer.slices), 10) + 1
    assert plain.startswith("Slice explorer · <script>")
    explorer.close()


def test_charts_of_each_tab():
    explorer = ew.SliceExplorer(make())
    sizes = {}
    for tab in ("found", "features", "pair", "tree", "build", "overlap"):
        explorer.tab = tab
        chart = explorer.to_chart().to_dict()
        sizes[tab] = max(map(len, chart["datasets"].values()))
    assert sizes["found"] == len(explorer.slices)
    assert sizes["tree"] == len(explorer._content["tree"])
    assert sizes["features"] > 5
    assert sizes["pair"] == len(explorer.pair)
    assert sizes["overlap"] == len(explorer.intersections)
    assert sizes["build"] == 1  # nothing is selected here: all rows
    explorer.close()


def test_the_constructors_of_every_widget():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"side": rng.choice(["l", "r"], 400)})
    explorer = ew.SliceExplorer.from_predictions(
        np.zeros(400, int), (table["side"] == "l") * 1, X=table, k=3, tab="tree", name="sides"
    )
    assert explorer.tab == "tree"
    assert explorer.evaluation.name == "sides"
    explorer.close()
    with pytest.raises(UnknownKeywordError, match="min_support"):
        ew.SliceExplorer(make(), min_suport=0.1)
    with pytest.raises(InputTypeError, match="an Evaluation"):
        ew.SliceExplorer([1, 2])
    with pytest.raises(ColumnNotFoundError):
        ew.SliceExplorer(make(), features=["nothing"])


def test_a_refused_explorer_leaves_nothing_open():
    evaluation = make()
    kept = ew.SliceExplorer(evaluation, keep=True)
    with pytest.raises(InputError):
        ew.SliceExplorer(evaluation, objective="nonsense")
    assert list(kept._group._views.values()) == [kept]
    kept.close()


def test_rows_sets_are_kept_small_in_what_is_saved():
    # A condition on a column that the page holds carries no rows.
    explorer = ew.SliceExplorer(make())
    assert "given" not in json.dumps(explorer._content)
    assert not isinstance(explorer.slices["conditions"][0], Rows)
    assert len(json.dumps(explorer._content)) < 60_000
    explorer.close()


# ---------------------------------------------------------------- what it shows beside slices


def test_its_frames_are_those_of_the_evaluation():
    evaluation = make()
    explorer = ew.SliceExplorer(evaluation, objective="false_negative")
    a, b = explorer._content["axes"]
    expected = evaluation.feature_pair(a, b, objective="false_negative")
    pd.testing.assert_frame_equal(explorer.pair, expected)
    explorer._options = {**explorer._options, "x": b, "y": a}
    assert explorer.pair["first"][0].startswith(b)
    pd.testing.assert_frame_equal(
        explorer.intersections,
        evaluation.intersections(explorer.slices.head(6), objective="false_negative"),
    )
    select(explorer, explorer._content["found"][0]["where"])
    built = explorer.built
    assert built["support"][0] == explorer.slices["support"][0]
    assert built["support"].sum() == (evaluation.frame["y_true"] == 1).sum()
    explorer.close()


def select(explorer: ew.SliceExplorer, predicate: dict, revision: int = 1) -> None:
    clause = {"source": explorer._source, "predicate": predicate}
    state = {"revision": revision, "writer": "page", "clauses": [clause]}
    explorer._group.store().set_state({"state": state})


def test_what_is_selected_in_code_is_shown_here():
    explorer = ew.SliceExplorer(make())
    explorer.selection = explorer.slices["conditions"][1]
    assert explorer.selected_slices["slice"].tolist() == [explorer.slices["slice"][1]]
    assert explorer.built["support"][0] == explorer.slices["support"][1]
    explorer.close()


def test_crossed_slices_are_selected_slices():
    evaluation = make()
    explorer = ew.SliceExplorer(evaluation)
    first, second = (one["where"] for one in explorer._content["found"][:2])
    parts = [one if one["op"] == "all" else {"op": "all", "of": [one]} for one in (first, second)]
    select(explorer, {"op": "all", "of": parts})
    assert explorer.selected_slices["slice"].tolist() == explorer.slices["slice"][:2].tolist()
    inside = [evaluation.mask(one) for one in explorer.slices["conditions"][:2]]
    assert (explorer.mask == (inside[0] & inside[1])).all()
    explorer.close()


def test_histograms_are_in_what_the_page_gets_and_ranges_give_rows():
    evaluation = make()
    explorer = ew.SliceExplorer(evaluation)
    (age,) = [one for one in explorer._content["features"] if one["histogram"]]
    edges = age["histogram"]["edges"]
    support = age["histogram"]["bins"]["support"]
    assert sum(support) == evaluation.n_samples
    low, high = edges[1], edges[4]
    select(explorer, {"op": "range", "column": "age", "low": low, "high": high, "closed": "right"})
    assert len(explorer.selected) == sum(support[2:5])
    pd.testing.assert_frame_equal(
        explorer.selected, evaluation.frame.query(f"{float(low)} < age <= {float(high)}")
    )
    # A saved page cannot decide it by codes, so the rows are told.
    assert "given" in explorer._group.store().state["clauses"][0]["predicate"]
    explorer.close()


def test_what_is_folded_is_told():
    explorer = ew.SliceExplorer(make())
    for one in explorer._content["found"]:
        assert len(one["alike"]) == min(one["n_similar"], 5)
    explorer.close()


def test_a_confusion_is_an_objective():
    evaluation = make()
    explorer = ew.SliceExplorer(evaluation)
    Page(explorer).ask(**{**ASKED, "objective": [0, 1]})
    expected = evaluation.find_slices(objective=("confusion", 0, 1))
    assert explorer.slices["slice"].tolist() == expected["slice"].tolist()
    assert explorer._content["measure"] == "share of 0 → 1"
    reading = explorer._content["reading"]
    scope, truth = (explorer._group._read(reading[name]) for name in ("scope", "truth"))
    rows = evaluation.frame[["y_true", "y_pred"]].to_numpy()
    assert (evaluation.mask(scope) == (rows[:, 0] == 0)).all()
    assert (evaluation.mask(truth) == (rows[:, 1] == 1)).all()
    explorer.close()


def test_a_step_of_a_drag_is_of_a_sample_and_changes_nothing(monkeypatch):
    monkeypatch.setattr(exploring, "MOST_SAMPLED", 500)
    explorer = ew.SliceExplorer(make())
    page = Page(explorer)
    before = explorer._content, explorer.slices
    page.ask("preview", **{**ASKED, "alpha": 0.8})
    (shown,) = [one for one in page.heard if one["kind"] == "preview"]
    assert shown["asked"]["alpha"] == 0.8
    assert "A sample of 500 of 1,200 rows." in shown["note"]
    assert max(one["support"] for one in shown["found"]) <= 500
    assert explorer._content == before[0]
    pd.testing.assert_frame_equal(explorer.slices, before[1])
    # Steps that take too long search fewer rows; the first makes what later ones use.
    monkeypatch.setattr(exploring, "STEP_SECONDS", 1e-9)
    monkeypatch.setattr(exploring, "FEWEST_SAMPLED", 300)
    page.ask("preview", **{**ASKED, "alpha": 0.7})
    page.ask("preview", **{**ASKED, "alpha": 0.6})
    notes = [one["note"] for one in page.heard if one["kind"] == "preview"]
    assert "A sample of 500 of" in notes[1]
    assert "A sample of 300 of 1,200 rows." in notes[2]
    explorer.close()


def test_another_tree_can_be_grown():
    evaluation = make()
    explorer = ew.SliceExplorer(evaluation)
    found = explorer._content["found"]
    Page(explorer).ask("tree", **{**ASKED, "max_depth": 1, "min_leaf": 0.1})
    expected = evaluation.error_tree(max_depth=1, min_leaf=0.1)
    tree = explorer._content["tree"]
    assert [one["support"] for one in tree] == expected.frame["support"].tolist()
    assert explorer._content["asked"]["max_depth"] == 1
    assert explorer._content["found"] == found
    explorer.close()


def test_within_stays_what_it_was_until_it_is_taken_afresh():
    evaluation = make()
    explorer = ew.SliceExplorer(evaluation)
    page = Page(explorer)
    explorer.selection = "age > 40"
    page.ask(afresh=True, **{**ASKED, "within": True})
    explorer.selection = "age > 70"
    page.ask(**{**ASKED, "within": True, "max_conditions": 1})
    assert explorer._content["within"]["words"] == "age > 40"
    page.ask(afresh=True, **{**ASKED, "within": True})
    assert explorer._content["within"]["words"] == "age > 70"
    inside = evaluation.mask("age > 70")
    assert explorer._content["overall"] == evaluation.frame["is_error"][inside].mean()
    page.ask(**ASKED)
    assert explorer._content["within"] is None
    explorer.close()


def binary(**options) -> ew.Evaluation:
    rng = np.random.default_rng(2)
    n = 900
    side = rng.choice(["left", "right"], n)
    y = rng.integers(0, 2, n)
    p = np.clip(y * 0.5 + rng.random(n) * 0.5 + (side == "left") * 0.2, 0, 1)
    return ew.Evaluation.from_predictions(
        y, (p > 0.5) * 1, y_proba=p, X=pd.DataFrame({"side": side}), **options
    )


def test_another_threshold_is_searched_again():
    evaluation = binary()
    explorer = ew.SliceExplorer(evaluation)
    page = Page(explorer)
    before = explorer._content["overall"]
    page.ended.clear()
    explorer.lens = {"threshold": 0.65}
    assert page.ended.wait(20)
    wrong = (evaluation.y_proba[:, 1] >= 0.65) != (evaluation.frame["y_true"] == 1)
    assert explorer._content["overall"] == pytest.approx(wrong.mean())
    assert explorer._content["overall"] != before
    row = explorer.slices.iloc[0]
    assert row["errors"] == wrong[evaluation.mask(row["conditions"])].sum()
    explorer.close()


def test_much_data_says_that_the_lens_changed(monkeypatch):
    explorer = ew.SliceExplorer(binary())
    monkeypatch.setattr(slice_explorer, "CHEAP", 10)
    explorer.lens = {"threshold": 0.65}
    assert explorer._content["stale"] is True
    Page(explorer).ask(**ASKED)
    assert "stale" not in explorer._content
    explorer.close()


# ---------------------------------------------------------------- cohorts


def test_the_page_names_a_cohort_and_every_view_has_its_column():
    evaluation = make()
    explorer = ew.SliceExplorer(evaluation)
    page = Page(explorer)
    explorer.selection = "age > 60"
    explorer._handle_custom_msg({"kind": "cohort", "name": "<b>old</b>"}, [])
    assert page.heard[-1] == {"kind": "cohort", "kept": "<b>old</b>"}
    assert list(evaluation.notes.cohorts) == ["<b>old</b>"]
    store = explorer._group.store()
    assert store.info["cohorts"] == ["<b>old</b>"]
    assert "cohort.<b>old</b>" in store.columns
    explorer.selection = "age > 70"
    explorer._handle_custom_msg({"kind": "cohort", "name": "<b>old</b>"}, [])
    assert "another cohort" in page.heard[-1]["refused"]
    for odd in ("", 3, None):
        explorer._handle_custom_msg({"kind": "cohort", "name": odd}, [])
        assert "cohort" in page.heard[-1]["refused"]
    explorer.selection = None
    explorer._handle_custom_msg({"kind": "cohort", "name": "none"}, [])
    assert "Nothing is selected" in page.heard[-1]["refused"]
    evaluation.notes.remove_cohort("<b>old</b>")
    assert store.info["cohorts"] == []
    explorer.close()


def test_a_cohort_through_a_lens_keeps_the_rows_that_were_seen():
    evaluation = binary()
    explorer = ew.SliceExplorer(evaluation)
    explorer.lens = {"threshold": 0.8}
    explorer.selection = "is_error"
    seen = explorer.mask
    explorer._handle_custom_msg({"kind": "cohort", "name": "wrong"}, [])
    assert evaluation.columns["cohort.wrong"].codes.astype(bool).tolist() == seen.tolist()
    explorer.lens = None
    assert evaluation.mask(evaluation.notes.cohorts["wrong"]).tolist() == seen.tolist()
    explorer.close()


def test_losses_of_groups_are_saved_with_scores():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"a": rng.choice(["x", "y"], 300), "b": rng.integers(0, 50, 300)})
    explorer = ew.SliceExplorer(ew.Evaluation.from_scores(table, loss=rng.random(300)))
    tables = explorer._group.store().tables
    assert [one["columns"] for one in tables] == [["a"], ["b"], ["a", "b"]]
    assert {one["value"] for one in tables} == {"loss"}
    explorer.close()


def test_an_objective_of_the_user_s_own_is_counted_by_the_page_where_rows_may_be_told():
    wanted = np.arange(1200) % 3 == 0
    explorer = ew.SliceExplorer(make(), objective=wanted, min_support=0.05)
    truth = explorer._group._read(explorer._content["reading"]["truth"])
    assert explorer.evaluation.mask(truth).tolist() == wanted.tolist()
    explorer.close()
    quiet = ew.SliceExplorer(make(persist=False), objective=wanted, min_support=0.05)
    assert quiet._content["reading"] == {"scope": None, "truth": None, "value": None}
    quiet.close()


@pytest.mark.parametrize(
    "table",
    [
        None,
        pd.DataFrame({"same": ["a"] * 300}),
        pd.DataFrame({"one": ["a", "b", None] * 100}),
        pd.DataFrame({"nothing": np.full(300, np.nan)}),
        pd.DataFrame({"x": [np.inf, -np.inf, 1.5] * 100, "id": range(300)}),
        pd.DataFrame({("a", 1): range(300), ("b", "c"): ["x", "y", "z"] * 100}),
    ],
    ids=["none", "constant", "one", "missing", "endless", "levels"],
)
def test_odd_tables_have_an_explorer(table):
    wrong = np.arange(300) % 3 == 0
    evaluation = ew.Evaluation.from_predictions(np.zeros(300, int), wrong * 1, X=table)
    explorer = ew.SliceExplorer(evaluation)
    json.dumps(explorer._content)
    for tab in ("found", "features", "tree", "build", "overlap"):
        explorer.tab = tab
        explorer.to_chart().to_dict()
    explorer.fallback()
    explorer.close()


@pytest.mark.parametrize("labels", [(0, 1), (("a", 1), ("b", "c")), (1, "1")], ids=str)
def test_columns_whose_labels_are_no_text_select_their_rows(labels):
    table = pd.DataFrame({labels[0]: ["a", "b", "c"] * 100, labels[1]: np.arange(300) % 20})
    wrong = np.arange(300) % 3 == 0
    evaluation = ew.Evaluation.from_predictions(np.zeros(300, int), wrong * 1, X=table)
    explorer = ew.SliceExplorer(evaluation)
    select(explorer, explorer._content["found"][0]["where"])
    assert explorer.selected["is_error"].all()
    assert len(explorer.selected) == explorer.slices["support"][0] == 100
    assert explorer.selected_slices["slice"].tolist() == [explorer.slices["slice"][0]]
    explorer.close()
