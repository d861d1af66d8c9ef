"""Every source gives the answers of `query.json`; js/tests/query.test.ts reads the same file."""

from __future__ import annotations

import base64
import importlib.util
import json
import pathlib
from typing import Any

import numpy as np
import pytest

from errwidgets.sources import MemorySource
from errwidgets.sources.query import query_from_wire
from errwidgets.widgets.requests import wire_answer

HERE = pathlib.Path(__file__).parent
VECTORS = json.loads((HERE / "query.json").read_text(encoding="utf-8"))
CASES = {case["name"]: case for case in VECTORS["cases"]}
SPEC = importlib.util.spec_from_file_location("make_query", HERE / "make_query.py")
assert SPEC is not None
assert SPEC.loader is not None
MAKE = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(MAKE)
SOURCE = MemorySource(MAKE.COLUMNS, MAKE.N, np.array(MAKE.DATA["weight"]))


def test_the_file_is_what_its_maker_makes() -> None:
    assert (HERE / "query.json").read_text(encoding="utf-8") == MAKE.text()
    assert len(CASES) == len(VECTORS["cases"])


@pytest.mark.parametrize("name", CASES)
def test_python_gives_the_expected_answer(name: str) -> None:
    case = CASES[name]
    answer = SOURCE.answer(query_from_wire(case["query"], MAKE.COLUMNS))
    for field, expected in case["answer"].items():
        got: Any = getattr(answer, field)
        if expected is None or isinstance(expected, int):
            assert got == expected, field
        else:
            np.testing.assert_array_equal(np.asarray(got), np.asarray(expected), err_msg=field)
    fields, buffers = wire_answer(answer)
    assert json.loads(json.dumps(fields["answer"])) == case["reply"]
    assert [base64.b64encode(part).decode() for part in buffers] == case["buffers"]
