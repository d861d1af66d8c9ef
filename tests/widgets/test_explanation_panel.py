"""The explanation panel without a page: what it explains, what it is asked, what it hands back."""

from __future__ import annotations

import html
import importlib.util
import json
import threading
import time

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import errwidgets as ew
from errwidgets.exceptions import InputError, InputTypeError, UnknownKeywordError
from errwidgets.explain.extras import import_extra
from errwidgets.selection import In, Range
from errwidgets.widgets import explaining
from errwidgets.widgets.choices import Asked

EVIL = "<img src=x onerror=alert(1)>"


def table(n: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": rng.integers(18, 80, n),
            "side": rng.choice(["left", "right"], n),
            EVIL: rng.choice([EVIL, "b"], n),
            "height": rng.normal(170, 9, n),
        },
        index=[f"r{i}" for i in range(n)],
    )


def make(n: int = 600, **options) -> ew.Evaluation:
    X = table(n)
    rng = np.random.default_rng(1)
    y = np.where((X["age"] > 50) ^ ((X["side"] == "left") & (rng.random(n) < 0.4)), "yes", "no")
    encode = make_column_transformer(
        (OneHotEncoder(), ["side", EVIL]), (StandardScaler(), ["age", "height"])
    )
    model = make_pipeline(encode, LogisticRegression()).fit(X, y)
    return ew.Evaluation.from_estimator(model, X, y, **options)


class Page:
    """Hears what a panel says, and asks it."""

    def __init__(self, panel: ew.ExplanationPanel) -> None:
        self.panel = panel
        self.heard: list[dict] = []
        self.buffers: list[list[bytes]] = []
        self.came = threading.Condition()
        panel.send = self._send  # type: ignore[method-assign]

    def _send(self, content: dict, buffers: object = None) -> None:
        with self.came:
            json.dumps(content)
            self.heard.append(content)
            self.buffers.append(list(buffers or []))
            self.came.notify_all()

    def ask(self, want: str, message: dict) -> dict:
        with self.came:
            start = len(self.heard)
        self.panel._handle_custom_msg(message, [])
        return self.wait(want, start)

    def wait(self, want: str, start: int = 0) -> dict:
        def found():
            return next(
                (one for one in self.heard[start:] if one["kind"] == want and not
                 one.get("row", {}).get("pending") and one.get("state") != "running"), None,
            )  # fmt: skip

        with self.came:
            assert self.came.wait_for(found, 60), self.heard[start:]
            return found()


@pytest.fixture(scope="module")
def people():
    return make()


@pytest.fixture
def panel(people):
    shown = ew.ExplanationPanel(people)
    yield shown
    shown.selection = None
    shown.close()


def test_its_frames_are_what_the_evaluation_gives(people, panel):
    n = max(panel._settled().rows, 1)
    expected = people.contrast("is_error", max_rows=n)
    pd.testing.assert_frame_equal(
        panel.contrast_frame.drop(columns="words"), expected.drop(columns="words")
    )
    rows = people.explain("is_error", max_rows=n)
    pd.testing.assert_frame_equal(panel.attributions, rows.frame)
    pd.testing.assert_frame_equal(panel.global_frame, panel.contrast_frame)


def test_a_selection_elsewhere_is_held_against_the_rest(people, panel):
    matrix = ew.ConfusionMatrix(people)
    matrix.selection = "age > 60"
    found = panel.contrast_frame
    assert panel._content["contrast"]["what"] == "selected rows"
    assert found.attrs["n_selected"] == int((people.frame["age"] > 60).sum())
    age = found.set_index("feature").loc["age"]
    assert age["value_gap"] > 1
    assert set(panel.attributions.index) <= set(matrix.selected_index)
    wire = panel._content["contrast"]["rows"]
    best = next(one["best"] for one in wire if one["feature"] == "age")
    predicate = panel._group._read(best["where"])
    rows, inside = people.mask(predicate), people.mask("age > 60")
    assert best["selected"] == pytest.approx(rows[inside].mean())
    assert best["other"] == pytest.approx(rows[~inside].mean())
    matrix.close()


def test_what_is_narrowed_here_stays_compared_with_what_was_selected_elsewhere(people, panel):
    panel.selection = "age > 60"
    before = panel.contrast_frame
    clauses = [panel._group.wire_clause(clause) for clause in panel.selection]
    own = {"source": panel._source,
           "predicate": {"op": "in", "column": "side", "codes": [0]}}  # fmt: skip
    state = {"revision": 99, "writer": "page", "clauses": [*clauses, own]}
    panel._group.store().set_state({"state": state})
    pd.testing.assert_frame_equal(panel.contrast_frame, before)
    assert panel.own_clause.predicate == In("side", ("left",))
    pd.testing.assert_frame_equal(panel.selected, people.frame.query("age > 60 and side == 'left'"))


def test_rows_are_gone_through_worst_first(people, panel):
    page = Page(panel)
    wrong = people.frame[people.frame["is_error"]].sort_values(
        "loss", ascending=False, kind="stable"
    )
    for at, label in enumerate(wrong.index[:3]):
        row = page.ask("row", {"kind": "row", "step": 1 if at else 0})["row"]
        assert row["label"] == label
        assert (row["nth"], row["total"]) == (at + 1, len(wrong))
        assert panel.row.index.tolist() == [label]
        found = people.explain([label])
        (parts,) = row["explained"]
        assert parts["base"] == pytest.approx(found.base_values[0])
        assert {one["feature"]: one["attribution"] for one in parts["features"]} == (
            pytest.approx(found.frame.loc[label].to_dict())
        )
        assert {one["feature"]: one["value"] for one in parts["features"]} == {
            name: f"{value:.6g}" if isinstance(value, float) else str(value)
            for name, value in people.frame.loc[label, list(table(1))].items()
        }
        shown = {one["label"]: one["p"] for one in row["probabilities"]}
        assert shown == dict(zip(people.classes, people.y_proba[panel._position], strict=True))
    where = {one["feature"]: one["where"] for one in parts["features"]}
    like = people.mask(panel._group._read(where["side"]))
    assert (people.frame["side"][like] == people.frame.loc[label, "side"]).all()
    assert page.ask("row", {"kind": "row", "step": -1})["row"]["nth"] == 2
    assert page.ask("row", {"kind": "row", "step": -50})["row"]["nth"] == 1


def test_both_methods_with_their_agreement(people, panel):
    page = Page(panel)
    page.ask("row", {"kind": "row", "step": 0})
    asked = {**panel._content["asked"], "method": "both"}
    row = page.ask("row", {"kind": "ask", "asked": asked})["row"]
    assert [one["method"] for one in row["explained"]] == ["shap", "lime"]
    assert "SHAP and LIME agree on" in row["agreement"]
    assert 0 <= row["explained"][1]["fit"] <= 1


def test_another_class_and_the_loss(people, panel):
    page = Page(panel)
    usual = page.ask("row", {"kind": "row", "step": 0})["row"]["explained"][0]
    asked = panel._content["asked"]
    other = page.ask("row", {"kind": "ask", "asked": {**asked, "target": "0"}})["row"]
    assert other["explained"][0]["said"] == "Output for no"
    assert other["explained"][0]["output"] == pytest.approx(-usual["output"])
    loss = page.ask("row", {"kind": "ask", "asked": {**asked, "loss": True}})["row"]
    parts = loss["explained"][0]
    assert parts["space"] == "loss"
    assert parts["output"] == pytest.approx(loss["loss"])
    total = parts["base"] + sum(one["attribution"] for one in parts["features"])
    assert total == pytest.approx(loss["loss"], rel=1e-4)


@pytest.mark.parametrize(
    "odd",
    [{}, {"method": "magic"}, {"target": "17"}, {"target": 3}, {"loss": "yes"},
     {"against": "cohort.gone"}],
)  # fmt: skip
def test_what_cannot_be_asked_is_not_heard(people, panel, odd):
    asked = {**panel._content["asked"], **odd} if odd else {}
    page = Page(panel)
    panel._hear({"kind": "ask", "asked": asked})
    assert panel._asked == Asked(target="1")
    assert page.heard == []


def test_against_correct_rows_and_a_cohort(people):
    people.notes.add_cohort("old", "age > 70")
    panel = ew.ExplanationPanel(people)
    try:
        panel.selection = "side == 'left'"
        panel._settled()
        page = Page(panel)
        asked = panel._content["asked"]
        for against, expected in (
            ("correct", people.contrast("side == 'left'", "correct")),
            ("cohort.old", people.contrast("side == 'left'", ("cohort", "old"))),
        ):
            page.ask("row", {"kind": "ask", "asked": {**asked, "against": against}})
            found = panel.contrast_frame
            assert found.attrs["n_other"] == expected.attrs["n_other"]
            assert found.attrs["against"] == expected.attrs["against"]
        people.notes.remove_cohort("old")
        panel.selection = "side == 'right'"
        assert "is gone" in panel._settled().wire["problem"]
    finally:
        panel.selection = None
        panel.close()


def test_too_few_rows_are_said(people, panel):
    panel.selection = ["r3"]
    with pytest.raises(InputError, match="There is 1 selected row; to compare, 2 are needed"):
        _ = panel.contrast_frame
    assert "2 are needed" in panel._content["contrast"]["problem"]
    assert "overall" in panel._content
    assert len(panel.global_frame) == 4


def test_other_values_are_answered_by_the_model(people, panel):
    page = Page(panel)
    page.ask("row", {"kind": "row", "step": 0})
    answer = page.ask("what_if", {"kind": "what_if", "changes": []})["what_if"]
    names = [field["name"] for field in answer["fields"]]
    assert names == list(table(1))
    assert answer["before"] == answer["after"]
    assert answer["before"] == pytest.approx(people.y_proba[panel._position].tolist())
    sent = [[names.index("age"), 30.0], [names.index("side"), 1]]
    answer = page.ask("what_if", {"kind": "what_if", "changes": sent})["what_if"]
    expected = people.model.predict_proba(panel.what_if)[0].tolist()
    assert answer["after"] == expected
    assert panel.what_if["age"].tolist() == [30]
    assert panel.what_if["side"].tolist() == ["right"]
    assert panel.what_if.index.tolist() == panel.row.index.tolist()
    refused = page.ask("what_if", {"kind": "what_if", "changes": [[99, 1]]})["what_if"]
    assert "cannot be" in refused["problem"]
    assert panel.what_if["age"].tolist() == [30]  # what was edited stays


@pytest.mark.parametrize("which", ["nearest", "flip"])
def test_where_to_begin(people, panel, which):
    page = Page(panel)
    page.ask("row", {"kind": "row", "step": 0})
    answer = page.ask("what_if", {"kind": "start", "which": which})["what_if"]
    assert answer["after"] == people.model.predict_proba(panel.what_if)[0].tolist()
    before, after = np.argmax(answer["before"]), np.argmax(answer["after"])
    if which == "flip":
        assert "rows asked, one value changed at a time" in answer["started"]
        assert before != after or not answer["values"]
    else:
        assert people.classes[after] == people.frame.loc[panel.row.index[0], "y_true"]


def test_it_is_saved_without_values_of_rows(people, panel):
    panel._settled()
    assert panel._rows == []
    wire = panel._attributions
    positions = np.frombuffer(wire["positions"], "<u4")
    values = np.frombuffer(wire["values"], "<f4").reshape(len(positions), -1)
    np.testing.assert_allclose(values, panel.attributions.to_numpy(), rtol=1e-6)
    assert people.index[positions].tolist() == panel.attributions.index.tolist()
    text = json.dumps(panel._content)
    assert not any(f'"{label}"' in text for label in people.index)


def test_persist_decides_what_is_saved():
    rows = make(persist="rows")
    panel = ew.ExplanationPanel(rows)
    panel._settled()
    panel._wait()
    worst = rows.errors().index[:10].tolist()
    assert [one["label"] for one in panel._rows] == worst
    page = Page(panel)
    for _ in range(12):
        page.ask("row", {"kind": "row", "step": 1})
    assert panel._rows[0]["label"] == panel.row.index[0]
    assert len(panel._rows) == 13
    panel.close()
    none = ew.ExplanationPanel(make(persist=False))
    page = Page(none)
    none._settled()
    assert none._attributions == {}
    assert none._content["contrast"]["rows"]
    none.selection = "age > 40"
    none._settled()
    sent = [i for i, one in enumerate(page.heard) if one["kind"] == "attributions"]
    assert sent
    names = page.heard[sent[-1]]["wire"]["buffers"]
    raw = dict(zip(names, page.buffers[sent[-1]], strict=True))
    assert len(np.frombuffer(raw["positions"], "<u4")) == len(none.attributions)
    none.close()


def test_without_a_model_a_surrogate_of_the_mistakes(people):
    y, p = people.frame["y_true"], people.frame["y_pred"]
    evaluation = ew.Evaluation.from_predictions(y, p, X=table())
    panel = ew.ExplanationPanel(evaluation)
    page = Page(panel)
    row = page.ask("row", {"kind": "row", "step": 0})["row"]
    assert "There is no model" in row["explained"][0]["notes"][-1]
    assert panel._content["methods"] == ["shap"]
    assert not panel._content["has_loss"]
    assert panel.attributions.shape[1] == 4
    answer = page.ask("what_if", {"kind": "what_if", "changes": []})["what_if"]
    assert "There is no model to ask" in answer["problem"]
    panel.close()


def test_given_attributions_ask_no_model(people):
    values = pd.DataFrame(
        np.random.default_rng(0).normal(size=(600, 4)), columns=list(table(1)), index=people.index
    )
    y, p = people.frame["y_true"], people.frame["y_pred"]
    evaluation = ew.Evaluation.from_predictions(y, p, X=table())
    panel = ew.ExplanationPanel(evaluation, values=values)
    found = panel.attributions
    np.testing.assert_allclose(found, values.loc[found.index], atol=1e-6)
    panel.close()


def test_a_regression():
    X = table()[["age", "height"]]
    rng = np.random.default_rng(2)
    y = X["age"] * 2.0 + rng.normal(0, 5, len(X))
    evaluation = ew.Evaluation.from_estimator(LinearRegression().fit(X, y), X, y)
    panel = ew.ExplanationPanel(evaluation)
    page = Page(panel)
    row = page.ask("row", {"kind": "row", "step": 0})["row"]
    assert row["probabilities"] == []
    assert float(row["true"]) == pytest.approx(y.loc[panel.row.index[0]], rel=1e-4)
    assert row["explained"][0]["space"] == "value"
    assert panel._content["targets"] == []
    answer = page.ask("what_if", {"kind": "start", "which": "flip"})["what_if"]
    assert len(answer["after"]) == 1
    panel.close()


def test_scores_without_is_error_are_compared_by_their_loss():
    X = table()
    loss = (X["age"] > 60) * 0.5 + np.random.default_rng(0).random(len(X)) * 0.1
    panel = ew.ExplanationPanel(ew.Evaluation.from_scores(X, loss=loss))
    assert panel._settled().wire["what"] == "rows with the largest loss"
    strongest = panel.contrast_frame["feature"][0]
    assert strongest == "age"
    panel.close()


def test_texts_are_explained_word_by_word_and_compared_by_what_derives_from_them():
    texts = ["a fine day", "a bad day", "bad, bad luck", "fine fine fine"] * 30
    y = ["up", "down", "down", "up"] * 30
    wrong = y.copy()
    wrong[::7] = ["up" if one == "down" else "down" for one in wrong[::7]]
    texts = [
        f"{text} number {i} of a long row of texts that differ" for i, text in enumerate(texts)
    ]
    share = lambda some: np.array([0.9 if "bad" in text else 0.1 for text in some])  # noqa: E731
    model = lambda some: np.stack([share(some), 1 - share(some)], axis=1)  # noqa: E731
    evaluation = ew.Evaluation.from_predictions(
        wrong, y, y_proba=model(texts), X=pd.DataFrame({"text": texts}), model=model
    )
    panel = ew.ExplanationPanel(evaluation)
    page = Page(panel)
    row = page.ask("row", {"kind": "row", "step": 0})["row"]
    (parts,) = row["explained"]
    assert parts["kind"] == "text"
    assert "".join(token for token, _ in parts["tokens"]) in texts
    found = panel.contrast_frame
    assert found["attribution_gap"].isna().all()
    assert found["feature"].str.startswith("text.").all()
    with pytest.raises(InputError, match="whole texts"):
        _ = panel.attributions
    answer = page.ask("what_if", {"kind": "what_if", "changes": [[0, "bad"]]})["what_if"]
    assert answer["after"] == [0.9, pytest.approx(0.1)]
    panel.close()


def test_images_come_with_their_pixels():
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 17, (8, 8)).astype(float) for _ in range(40)]
    score = lambda some: np.array([np.asarray(i)[:4].mean() / 16 for i in some])  # noqa: E731
    model = lambda some: np.stack([1 - score(some), score(some)], axis=1)  # noqa: E731
    y = np.array(["low", "top"])[rng.integers(0, 2, 40)]
    held = pd.Series(images, dtype=object)
    proba = model(images)
    evaluation = ew.Evaluation.from_predictions(
        y, np.array(["low", "top"])[proba.argmax(axis=1)], y_proba=proba,
        X=pd.DataFrame({"image": held}), model=model,
    )  # fmt: skip
    panel = ew.ExplanationPanel(evaluation)
    page = Page(panel)
    row = page.ask("row", {"kind": "row", "step": 0})["row"]
    at = next(i for i, one in enumerate(page.heard) if one.get("row") is row)
    pixels = np.frombuffer(page.buffers[at][0], np.uint8).reshape(row["shape"])
    assert pixels.shape == (8, 8, 1)
    assert (pixels.min(), pixels.max()) == (0, 255)
    assert np.array(row["explained"][0]["cells"]).shape == (8, 8)
    answer = page.ask("what_if", {"kind": "what_if", "changes": []})["what_if"]
    assert "An image has no values" in answer["problem"]
    panel.close()
    # Heat maps that were computed before, with no model.
    heat = rng.normal(size=(40, 4, 4))
    plain = ew.Evaluation.from_predictions(
        y, evaluation.frame["y_pred"], X=pd.DataFrame({"image": held})
    )
    panel = ew.ExplanationPanel(plain, values=heat)
    row = Page(panel).ask("row", {"kind": "row", "step": 0})["row"]
    assert row["shape"] == [8, 8, 1]
    assert row["explained"][0]["cells"] == heat[row["position"]].tolist()
    panel.close()
    with pytest.raises(InputError, match="finite"):
        plain.explain(values=heat * np.nan)


def test_a_model_that_fails_is_named_and_nothing_is_lost():
    X = table(60)
    y = np.array(["a", "b"] * 30)

    def breaks(_frame):
        raise RuntimeError("out of paper")

    p = np.where(np.arange(60) < 20, "a", y)
    evaluation = ew.Evaluation.from_predictions(y, p, X=X, model=breaks)
    panel = ew.ExplanationPanel(evaluation)
    page = Page(panel)
    assert "out of paper" in panel._settled().wire["problem"]
    row = page.ask("row", {"kind": "row", "step": 0, "now": True})["row"]
    assert "out of paper" in row["problem"]
    panel.selection = "age > 40"
    assert len(panel.selected) == (X["age"] > 40).sum()
    panel.close()


def test_a_slow_model_waits_until_it_is_asked():
    X = table(120)
    y = np.array(["a", "b"] * 60)
    calls = []

    def slow(frame):
        calls.append(len(frame))
        time.sleep(0.3)
        return np.tile([0.4, 0.6], (len(frame), 1))

    evaluation = ew.Evaluation.from_predictions(y, ["b"] * 120, X=X, model=slow)
    panel = ew.ExplanationPanel(evaluation)
    panel._working.join()
    assert panel._content["contrast"]["waits"]["rows"] == [60, 60]
    page = Page(panel)
    row = page.ask("row", {"kind": "row", "step": 0})["row"]
    assert row["waits"]
    assert sum(calls) <= 200
    panel.close()


def test_work_is_cancelled_and_no_further_call_of_the_model_starts():
    X = table(200)
    y = np.array(["a", "b"] * 100)
    calls, going = [], threading.Event()

    def model(frame):
        calls.append(len(frame))
        if len(calls) > 3:
            going.set()
            time.sleep(0.02)
        return np.stack([frame["age"] / 100, 1 - frame["age"] / 100], axis=1)

    evaluation = ew.Evaluation.from_predictions(y, ["b"] * 200, X=X, model=model)
    panel = ew.ExplanationPanel(evaluation)
    assert going.wait(60)
    thread = panel._working
    panel._cancel()
    thread.join(60)
    assert not thread.is_alive()
    after = len(calls)
    time.sleep(0.3)
    assert len(calls) == after
    assert "contrast" not in panel._content
    panel.close()


def test_without_the_extra_values_are_compared_and_it_is_said_what_to_install(people, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        explaining.importlib.util, "find_spec",
        lambda name, *rest: None if name == "shap" else find(name, *rest),
    )  # fmt: skip
    panel = ew.ExplanationPanel(people)
    page = Page(panel)
    assert "pip install errwidgets[explain]" in panel._content["missing"]
    row = page.ask("row", {"kind": "row", "step": 0})["row"]
    assert "pip install errwidgets[explain]" in row["problem"]
    assert panel.contrast_frame["attribution_gap"].isna().all()
    panel.close()


def test_its_fallback_is_the_contrast_escaped(people, panel):
    fresh = ew.ExplanationPanel(people)
    _, early = fresh.fallback()
    assert "Values alone are compared." in early or "SHAP" not in early
    assert html.escape(EVIL) in early
    fresh.close()
    panel._settled()
    plain, markup = panel.fallback()
    assert EVIL not in markup
    assert html.escape(EVIL) in markup
    assert plain.startswith("Explanation · LogisticRegression: ")
    assert panel.contrast_frame["words"][0] in plain
    assert f"what {people.n_errors:,} rows share" in markup


@pytest.mark.parametrize("kind", [None, "waterfall", "bar", "beeswarm", "dependence"])
def test_charts(people, panel, kind):
    spec = panel.to_chart(kind).to_dict()
    text = json.dumps(spec)
    assert kind == "dependence" or EVIL in text  # as data
    drawn = spec["layer"][1] if "layer" in spec else spec
    data = (
        drawn["data"]["values"]
        if "values" in drawn["data"]
        else (spec["datasets"][drawn["data"]["name"]])
    )
    if kind == "waterfall":
        row = people.explain([panel.row.index[0]])
        assert data[0]["from"] == pytest.approx(row.base_values[0])
        assert data[-1]["to"] == pytest.approx(row.outputs[0], rel=1e-5)
    elif kind == "dependence":
        feature = spec["encoding"]["x"]["title"]
        np.testing.assert_allclose(
            [one["attribution"] for one in data], panel.attributions[feature]
        )
    elif kind == "beeswarm":
        assert len(data) == panel.attributions.size
    else:
        shown = {(one["feature"], one["side"]): one["attribution"] for one in data}
        for _, one in panel.contrast_frame.iterrows():
            assert shown[one["feature"], "selected"] == one["selected_attribution"]


def test_what_it_refuses(people):
    with pytest.raises(InputTypeError):
        ew.ExplanationPanel([1, 2])
    with pytest.raises(InputError, match="magic"):
        ew.ExplanationPanel(people, method="magic")
    with pytest.raises(InputError, match="output='probability'"):
        ew.ExplanationPanel(people, output="probability")
    with pytest.raises(InputError, match="maybe"):
        ew.ExplanationPanel(people, output=("class", "maybe"))
    with pytest.raises(UnknownKeywordError, match="methd"):
        ew.ExplanationPanel(people, methd="shap")
    panel = ew.ExplanationPanel(people, output=("class", "no"), tab="values")
    assert panel._asked.target == "0"
    with pytest.raises(InputTypeError, match="waterfall"):
        panel.to_chart("pie")
    panel.close()


def test_a_frame_that_lacks_the_model_s_columns_is_refused():
    X = table(60)
    y = np.array(["a", "b"] * 30)
    model = LogisticRegression().fit(X[["age", "height"]], y)
    evaluation = ew.Evaluation.from_predictions(y, y, X=X[["age"]], model=model)
    with pytest.raises(InputError, match="height"):
        ew.ExplanationPanel(evaluation)


def test_a_lens_moves_the_mistakes(people, panel):
    before = panel._settled().wire["n_selected"]
    panel.lens = {"threshold": 0.9}
    after = panel._settled().wire["n_selected"]
    shown = panel._group.columns
    assert after == int(shown[shown.is_error].codes.sum())
    assert before != after
    panel.lens = None


def test_ranges_that_are_shared_select_as_they_say(people, panel):
    panel._settled()
    for one in panel._content["contrast"]["rows"]:
        for share in [one["best"], *one["values"]]:
            predicate = panel._group._read(share["where"])
            assert isinstance(predicate, In | Range)
            wrong = people.frame["is_error"].to_numpy()
            assert people.mask(predicate)[wrong].mean() == pytest.approx(share["selected"])


def test_of_many_changes_the_last_one_holds(people, panel):
    page = Page(panel)
    for age in (*range(30, 60, 2), 41):
        panel.selection = f"age > {age}"
        page.panel._handle_custom_msg({"kind": "row", "step": 1}, [])
    found = panel.contrast_frame
    last = int((people.frame["age"] > 41).sum())
    assert found.attrs["n_selected"] == last
    assert panel._content["contrast"]["n_selected"] == last
    shown = np.frombuffer(panel._attributions["positions"], "<u4")
    assert (people.frame["age"].iloc[shown] > 41).all()
    assert people.frame["age"].loc[panel.row.index[0]] > 41


def test_without_mistakes_a_selection_is_asked_for():
    X = table(60)[["age", "height"]]
    y = (X["age"] > 40).astype(int)
    model = lambda frame: np.stack([frame["age"] <= 40, frame["age"] > 40], axis=1) * 1.0  # noqa: E731
    evaluation = ew.Evaluation.from_predictions(y, y, X=X, model=model)
    panel = ew.ExplanationPanel(evaluation)
    problem = panel._settled().wire["problem"]
    assert problem.startswith("There are no mistakes")
    assert "Select rows" in problem
    panel.selection = "age > 60"
    assert panel.contrast_frame["feature"][0] == "age"
    panel.close()


def test_other_values_do_not_end_what_explains_the_row():
    X = table(60)[["age", "height"]]
    y = np.where(np.arange(60) % 2, "a", "b")

    def model(frame):
        time.sleep(0.03)
        return np.stack([frame["age"] / 100, 1 - frame["age"] / 100], axis=1)

    p = model(X)
    evaluation = ew.Evaluation.from_predictions(
        y, np.where(p[:, 0] > 0.5, "a", "b"), y_proba=p, X=X, model=model
    )
    panel = ew.ExplanationPanel(evaluation)
    panel._settled()
    page = Page(panel)
    panel._hear({"kind": "row", "step": 5})
    answer = page.ask("what_if", {"kind": "what_if", "changes": [[0, 20]]})["what_if"]
    assert answer["after"][0] == pytest.approx(0.2)
    row = page.wait("row")["row"]
    assert row["explained"]
    panel.close()


def test_other_values_are_a_row_s_own_and_stay_while_it_is_on_screen(panel):
    page = Page(panel)
    first = page.ask("row", {"kind": "row", "step": 0})["row"]["position"]
    form = page.ask("what_if", {"kind": "what_if", "changes": []})["what_if"]
    place = next(i for i, one in enumerate(form["fields"]) if one["name"] == "age")
    page.ask("what_if", {"kind": "what_if", "changes": [[place, 21]]})
    assert panel.what_if["age"].tolist() == [21]
    page.ask("row", {"kind": "row", "step": 0})
    assert panel.what_if["age"].tolist() == [21]
    # What is refused takes nothing back.
    refused = page.ask("what_if", {"kind": "what_if", "changes": [[place, "old"]]})["what_if"]
    assert "cannot be" in refused["problem"]
    assert panel.what_if["age"].tolist() == [21]
    page.ask("row", {"kind": "row", "step": 1})
    assert panel.what_if["age"].tolist() == panel.row["age"].tolist()
    assert page.ask("row", {"kind": "row", "step": -1})["row"]["position"] == first
    assert panel.what_if["age"].tolist() == panel.row["age"].tolist()


def test_each_work_tells_of_itself(panel):
    panel._settled()
    page = Page(panel)
    page.ask("task", {"kind": "row", "step": 1})
    page.ask("task", {"kind": "start", "which": "flip"})
    assert {one["of"] for one in page.heard if one["kind"] == "task"} == {"row", "edit"}


def test_what_is_selected_while_a_panel_is_made_is_explained(people, monkeypatch):
    other = ew.ConfusionMatrix(people)
    made = ew.ExplanationPanel._set_up

    def late(panel):
        made(panel)
        other.selection = "side == 'left'"  # as a page or another thread may

    monkeypatch.setattr(ew.ExplanationPanel, "_set_up", late)
    panel = ew.ExplanationPanel(people)
    try:
        assert panel.contrast_frame.attrs["n_selected"] == people.mask("side == 'left'").sum()
    finally:
        panel.selection = None
        panel.close()
        other.close()


def test_an_explainer_of_the_user_s_own_in_the_panel():
    X = table(200)[["age", "height"]]
    y = (X["age"] > 50).astype(int)
    model = LogisticRegression().fit(X, np.roll(y, 3))
    shap = import_extra("shap")
    explainer = shap.LinearExplainer(model, X.to_numpy())
    evaluation = ew.Evaluation.from_estimator(model, X, y)
    panel = ew.ExplanationPanel(evaluation, values=explainer)
    page = Page(panel)
    row = page.ask("row", {"kind": "row", "step": 0})["row"]
    assert row["explained"][0]["route"] == "your own LinearExplainer"
    direct = explainer(X.to_numpy()[[panel._position]]).values[0]
    assert [one["attribution"] for one in row["explained"][0]["features"]] == pytest.approx(
        direct.tolist()
    )
    assert len(panel.contrast_frame) == 2
    answer = page.ask("what_if", {"kind": "what_if", "changes": []})["what_if"]
    assert len(answer["after"]) == 2  # the model still answers
    panel.close()
