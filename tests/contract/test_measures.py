"""`measures.json`, read here and by js/tests, is what Python gives."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from contract.make_measures import PATH, vectors

from errwidgets.measures.classification import classification_summary, per_class

VECTORS = json.loads(PATH.read_text(encoding="utf-8"))
CASES = {case["name"]: case for case in VECTORS["classification"]}


def close(found: Any, expected: Any, path: str) -> None:
    """Compare two trees: names and order alike, numbers but for the last digits."""
    assert type(found) is type(expected), path
    if isinstance(expected, dict):
        assert list(found) == list(expected), path
        for key, value in expected.items():
            close(found[key], value, f"{path}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), path
        for i, value in enumerate(expected):
            close(found[i], value, f"{path}[{i}]")
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-11, abs=1e-11), path
    else:
        assert found == expected, path


@pytest.mark.parametrize("part", ["classification", "regression"])
def test_the_generator_gives_the_file(part: str) -> None:
    made = json.loads(json.dumps(vectors()[part]))
    assert [case["name"] for case in made] == [case["name"] for case in VECTORS[part]]
    for found, expected in zip(made, VECTORS[part], strict=True):
        close(found, expected, expected["name"])


@pytest.mark.parametrize("name", CASES)
def test_sums_over_cells_decide_every_measure(name: str) -> None:
    case = CASES[name]
    shape = (case["n"], case["n"])
    counts = np.array(case["counts"]).reshape(shape)
    table = np.array(case.get("weights", case["counts"])).reshape(shape)
    squares = np.array(case["squares"]).reshape(shape) if "squares" in case else None
    for column, values in case["per_class"].items():
        found = per_class(table, squared_counts=squares)[column]
        np.testing.assert_allclose(found, np.array(values, float), rtol=1e-9, atol=1e-9)
    summary = classification_summary(table, squared_counts=squares, n_samples=counts.sum())
    for metric, values in case["overall"].items():
        np.testing.assert_allclose(
            summary[metric], np.array(values, float), rtol=1e-9, atol=1e-9, err_msg=metric
        )
