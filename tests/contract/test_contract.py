"""What both languages must say alike. `selection.json` is read here and by js/tests."""

from __future__ import annotations

import json
import pathlib
import re

import numpy as np
import pytest
from contract import make_selection_vectors as vectors

from errwidgets import ConfusionMatrix, Evaluation
from errwidgets import selection as sel
from errwidgets.widgets.view import View

HERE = pathlib.Path(__file__).parent
TEXT = vectors.FILE.read_text(encoding="utf-8")
VECTORS = json.loads(TEXT)
SOURCES = HERE.parent.parent / "js" / "src"
COLUMNS = vectors.make_columns()
FRAME = vectors.make_frame()
CASES = {case["name"]: case for case in VECTORS["cases"]}


def test_the_vectors_are_what_their_script_makes() -> None:
    assert vectors.make() == TEXT, "run tests/contract/make_selection_vectors.py and look at it"


def test_case_names_are_unique_and_cover_every_operation() -> None:
    assert len(CASES) == len(VECTORS["cases"])
    text = json.dumps(VECTORS["cases"])
    ops = ("in", "range", "is_null", "contains", "rows", "not", "all", "any")
    assert all(f'"op": "{op}"' in text for op in ops)
    assert all(f'"{field}"' in text for field in ("bits", "deltas", "given"))


@pytest.mark.parametrize("name", CASES)
def test_python_gives_the_expected_mask_words_and_query(name: str) -> None:
    case = CASES[name]
    predicate = sel.from_wire(case["predicate"], COLUMNS)
    mask = sel.mask(predicate, COLUMNS, VECTORS["n_samples"])
    assert mask.astype(int).tolist() == case["mask"]
    assert sel.words(predicate, COLUMNS) == case["words"]
    if '"op": "rows"' not in json.dumps(case["predicate"]):  # whose query is not believed
        assert sel.query_string(predicate, COLUMNS) == case["query"]


# One says where rows came from, a query that these columns never knew.
ASKED = [name for name, case in CASES.items() if case["query"] and "age > 3 &" not in case["query"]]


@pytest.mark.parametrize("name", ASKED)
def test_pandas_gives_exactly_the_rows_of_the_mask(name: str) -> None:
    case = CASES[name]
    rows = FRAME.query(case["query"]).index.tolist()
    assert rows == np.flatnonzero(case["mask"]).tolist()


# ---------------------------------------------------------------- names that cross the border


def interface(name: str, file: str) -> set[str]:
    """Return the field names of a TypeScript interface."""
    source = (SOURCES / file).read_text(encoding="utf-8")
    found = re.search(rf"interface {name} {{(.*?)\n}}", source, flags=re.DOTALL)
    assert found is not None
    return set(re.findall(r"^  (?:readonly )?(\w+)\??:", found[1], flags=re.MULTILINE))


def traits() -> tuple[set[str], set[str]]:
    matrix = ConfusionMatrix(Evaluation.from_predictions(["a"], ["b"]))
    names = set(matrix.keys), set(matrix._group.store().keys)
    matrix.close()
    return names


def test_typescript_reads_only_traits_that_python_syncs() -> None:
    sources = [path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.ts*")]
    read = {name for text in sources for name in re.findall(r"odel\.get\(\"(\w+)\"\)", text)}
    heard = {name for text in sources for name in re.findall(r"\"change:(\w+)\"", text)}
    view, store = traits()
    assert read == {"_runtime", "_store", "_kind", "_source", "info", "columns", "state"}
    assert {name for name in read if name.startswith("_")} <= view
    assert {name for name in read if not name.startswith("_")} | heard <= store


def test_messages_have_the_fields_that_typescript_reads() -> None:
    matrix = ConfusionMatrix(Evaluation.from_predictions(["a"], ["b"]))
    matrix.selection = sel.In("y_true", ("a",))
    store = matrix._group.store()
    assert set(store.columns["y_true"]) == interface("WireColumn", "store/columns.ts")
    assert set(store.info) == interface("Info", "store/connection.ts")
    assert set(store.state) == interface("State", "store/connection.ts")
    assert set(store.state["clauses"][0]) == interface("Clause", "store/selection.ts")
    matrix.close()


def test_every_kind_of_view_is_known_to_the_bundle() -> None:
    index = (SOURCES / "views" / "index.ts").read_text(encoding="utf-8")
    views = re.search(r"VIEWS[^{]*{(.*?)}", index, flags=re.DOTALL)
    assert views is not None
    known = set(re.findall(r"^\s*(\w+):", views[1], flags=re.MULTILINE))
    kinds = {cls.kind for cls in View.__subclasses__() if cls.__module__.startswith("errwidgets")}
    assert kinds == known
