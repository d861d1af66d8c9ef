from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from errwidgets import Evaluation
from errwidgets import _inputs as inputs
from errwidgets._table import as_table
from errwidgets.columns import native


@pytest.mark.parametrize(
    "values",
    [
        ["a", 1],
        ["a", None],
        ["a", math.nan],
        [True, "True"],
        ("a", 2.5),
        [b"a", "a"],
        [2**63 + 1, 1],
        [2**80, -1],
    ],
)
def test_labels_in_a_list_keep_their_types(values: list | tuple) -> None:
    kept = [native(value) for value in inputs.labels("y_true", values, None)]
    expected = [native(value) for value in values]
    assert kept == expected
    assert [type(value) for value in kept] == [type(value) for value in expected]


@pytest.mark.parametrize(
    "values",
    [
        np.array(["a", "b"]),
        pd.Series(["a", "b"]),
        pd.Index(["a", "b"]),
        pd.Categorical(["a", "b"]),
        pd.array(["a", "b"], dtype="string"),
        ("a", "b"),
        range(2),
    ],
)
def test_labels_come_in_many_containers(values: object) -> None:
    series = inputs.labels("y_true", values, None)
    assert series.tolist() == list(values)  # type: ignore[call-overload]
    assert series.index.tolist() == [0, 1]


def test_labels_without_an_index_take_the_one_given_when_lengths_agree() -> None:
    index = pd.Index(["p", "q"])
    assert inputs.labels("y_true", [1, 2], index).index.tolist() == ["p", "q"]
    assert inputs.labels("y_true", [1, 2, 3], index).index.tolist() == [0, 1, 2]
    own = pd.Series([1, 2], index=[7, 8])
    assert inputs.labels("y_true", own, index).index.tolist() == [7, 8]


def test_a_table_of_numbers_gets_names() -> None:
    table = as_table("X", np.arange(6).reshape(2, 3))
    assert table.names == ["x0", "x1", "x2"]
    assert table.native.to_numpy().tolist() == [[0, 1, 2], [3, 4, 5]]
    assert as_table("X", [[1, 2]]).names == ["x0", "x1"]


def test_a_name_is_text_or_none() -> None:
    assert inputs.name("pets") == "pets"
    assert inputs.name(None) is None


@pytest.mark.parametrize("values", [["a\ud800", "b"], np.array(["a\ud800", "b"], dtype=object)])
def test_half_a_pair_of_surrogates_is_no_label(values: object) -> None:
    with pytest.raises(ValueError, match="half of a pair of surrogates"):
        Evaluation.from_predictions(values, ["b", "b"])
