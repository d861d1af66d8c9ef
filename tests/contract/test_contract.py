"""What both languages must say alike. `selection.json` is read here and by js/tests."""

from __future__ import annotations

import json
import pathlib

import numpy as np
import pytest
from contract import make_selection_vectors as vectors

from errwidgets import selection as sel

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
