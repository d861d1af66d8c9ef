"""Names that cross the border between Python and TypeScript are the same on both sides."""

from __future__ import annotations

import pathlib
import re

import numpy as np
import pandas as pd
import pytest
from ipywidgets import Widget
from sklearn.linear_model import LogisticRegression

import errwidgets
from errwidgets import ConfusionMatrix, Evaluation, ExplanationPanel, SliceExplorer
from errwidgets import selection as sel
from errwidgets.sources import Answer, PageAnswer, PointsAnswer
from errwidgets.widgets import needs
from errwidgets.widgets.view import View

SOURCES = pathlib.Path(__file__).parent.parent.parent / "js" / "src"


@pytest.fixture(autouse=True)
def _close_widgets():
    yield
    Widget.close_all()


def interface(name: str, file: str) -> set[str]:
    """Return the field names of a TypeScript interface, with those it extends in the same file."""
    source = (SOURCES / file).read_text(encoding="utf-8")
    found = re.search(rf"interface {name}(?: extends ([^{{]*))? {{(.*?)\n}}", source, re.DOTALL)
    assert found is not None, name
    return set(re.findall(r"^  (?:readonly )?(\w+)\??:", found[2], flags=re.MULTILINE))


def explorer() -> SliceExplorer:
    table = pd.DataFrame({"side": ["l", "r"] * 200, "n": np.arange(400) * 7 % 100})
    wrong = (np.arange(400) % 2 == 0) & (np.arange(400) % 5 > 0)
    return SliceExplorer(Evaluation.from_predictions(np.zeros(400, int), wrong * 1, X=table))


def test_what_was_found_has_the_fields_that_typescript_reads() -> None:
    content = explorer()._content
    rated = interface("Rated", "store/content.ts")
    # Said only when it is so.
    assert set(content) == interface("Explored", "store/content.ts") - {"stale"}
    assert set(content["reading"]) == interface("Reading", "store/content.ts")
    assert set(content["asked"]) == interface("Asked", "store/content.ts")
    assert set(content["found"][0]) == rated | interface("FoundSlice", "store/content.ts")
    feature = content["features"][0]
    assert set(feature) == interface("RatedFeature", "store/content.ts")
    assert set(feature["groups"][0]) == rated
    (bins,) = [one["histogram"] for one in content["features"] if one["histogram"]]
    assert set(bins) == interface("Histogram", "store/content.ts")
    assert set(bins["bins"]) == {"support", *(rated - {"words", "where", "support"})}
    assert set(content["tree"][0]) == rated | interface("TreeNode", "store/content.ts")


def panel() -> ExplanationPanel:
    table = pd.DataFrame({"side": np.arange(80) % 2, "n": np.arange(80) * 7 % 10})
    y = (np.arange(80) % 2 == 0) ^ (np.arange(80) % 5 == 0)
    return ExplanationPanel.from_estimator(LogisticRegression().fit(table, y), table, y)


def test_what_is_explained_has_the_fields_that_typescript_reads() -> None:
    file = "store/explained.ts"
    shown = panel()
    compared = shown._settled().wire
    assert set(shown._content) == interface("Explained", file)
    assert set(shown._content["asked"]) == interface("Asked", file)
    # Said only when it is so.
    assert set(compared) == interface("Contrast", file) - {"problem", "waits"}
    assert set(compared["rows"][0]) == interface("Contrasted", file)
    assert set(compared["rows"][0]["best"]) == interface("Share", file)
    assert set(shown._attributions) == interface("Many", file)
    row, _ = shown._explaining.row(shown._asked, shown._position)
    place = ("nth", "total", "selected")
    sometimes = {"agreement", "problem", "waits", "pending", "shape", "pixels"}
    assert {*place, *row} == interface("Row", file) - sometimes
    (parts,) = row["explained"]
    assert set(parts) == interface("Parts", file) - {"tokens", "cells"}
    assert set(parts["features"][0]) == interface("Contribution", file)
    answer = shown._editing.changed(0, []).wire
    assert set(answer) == interface("WhatIf", file) - {"started", "problem"}
    assert set(answer["fields"][0]) == interface("Field", file)


def test_typescript_reads_only_traits_that_python_syncs() -> None:
    sources = [path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.ts*")]
    read = {name for text in sources for name in re.findall(r"odel\.get\((?:\"(\w+)\")\)", text)}
    # The options of a view name their trait once.
    read |= {name for text in sources for name in re.findall(r"TRAIT = \"(\w+)\"", text)}
    heard = {name for text in sources for name in re.findall(r"\"change:(\w+)\"", text)}
    shared = {
        name for text in sources for name in re.findall(r"new Shared<\w+>\(\s*\"(\w+)\"", text)
    }
    matrix = ConfusionMatrix(Evaluation.from_predictions(["a"], ["b"]))
    view, store = set(matrix.keys), set(matrix._group.store().keys)
    names = read | heard | shared
    own = {name for name in names if name.startswith("_")}
    worked_out = {"_content", "_attributions", "_rows"}
    assert own == {"_runtime", "_store", "_kind", "_source", "_options", *worked_out}
    # What Python works out for a view is a trait of the views that show it.
    assert own - worked_out <= view
    assert own - {"_attributions", "_rows"} <= set(explorer().keys)
    assert own <= set(panel().keys)
    assert names - own == {"info", "columns", "tables", "sample", "page", "state", "lens"}
    assert names - own <= store


def test_what_python_sends_has_the_fields_that_typescript_reads() -> None:
    weights = pd.DataFrame({"w": [1.0, 2.0]})
    evaluation = Evaluation.from_predictions(
        ["a", "b"], ["b", "b"], X=weights, sample_weight=np.array([1.0, 2.0]), persist="rows"
    )
    matrix = ConfusionMatrix(evaluation)
    matrix.selection = sel.In("y_true", ("a",))
    store = matrix._group.store()
    assert set(store.columns["y_true"]) == interface("WireColumn", "store/columns.ts")
    info = interface("Info", "store/connection.ts") | interface("Lensing", "store/lens.ts")
    assert set(store.info) == info
    assert set(store.tables[0]) == interface("Table", "store/memory.ts") | {"cells"}
    revision = interface("Revision", "store/shared.ts")
    assert set(store.state) == interface("Clauses", "store/connection.ts") | revision
    lens = interface("Lens", "store/lens.ts") | interface("LensState", "store/connection.ts")
    assert set(store.lens) == lens | revision
    assert set(store.state["clauses"][0]) == interface("Clause", "store/selection.ts")
    assert set(store.page) == interface("RowsPage", "store/connection.ts")


def test_a_sample_has_the_fields_that_typescript_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("errwidgets.sharing.persisted.BUDGET", 1_000)
    matrix = ConfusionMatrix(Evaluation.from_predictions(["a", "b"] * 500, ["a", "a"] * 500))
    assert set(matrix._group.store().sample) == interface("WireSample", "store/connection.ts")


@pytest.mark.parametrize("kind", [Answer, PageAnswer, PointsAnswer])
def test_answers_have_the_fields_that_typescript_reads(kind: type) -> None:
    there = interface(kind.__name__, "store/query.ts") - {"sampled"}
    assert set(kind.__dataclass_fields__) == there


def test_every_kind_of_view_is_known_to_the_bundle() -> None:
    index = (SOURCES / "views" / "index.ts").read_text(encoding="utf-8")
    views = re.search(r"VIEWS[^{]*{(.*?)}", index, flags=re.DOTALL)
    assert views is not None
    known = set(re.findall(r"^\s*(\w+):", views[1], flags=re.MULTILINE))
    shown = [getattr(errwidgets, name) for name in errwidgets.__all__]
    kinds = {one.kind for one in shown if isinstance(one, type) and issubclass(one, View)}
    assert len(kinds) > 2
    assert kinds == known


def test_the_page_s_budget_is_in_what_it_is_told() -> None:
    store = ConfusionMatrix(Evaluation.from_predictions(["a"], ["b"]))._group.store()
    assert store.info["page_bytes"] == needs.PAGE_BYTES
