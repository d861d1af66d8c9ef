"""The source in Python against pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from errwidgets import Evaluation
from errwidgets.exceptions import SelectionError
from errwidgets.selection import In, Not
from errwidgets.sources import Aggregate, MemorySource, Page, Points
from errwidgets.sources.columns import ViewColumns
from errwidgets.sources.query import query_from_wire

rng = np.random.default_rng(1)
N = 3_000
FRAME = pd.DataFrame(
    {
        "side": rng.choice(["left", "right", None], N),
        "size": np.where(rng.random(N) < 0.1, np.nan, rng.normal(size=N)),
        "depth": rng.normal(size=N),
        "label": rng.choice(list("abc"), N),
        "guess": rng.choice(list("abc"), N),
        "w": rng.random(N) * 3,
    }
)
EVALUATION = Evaluation.from_frame(FRAME, y_true="label", y_pred="guess", sample_weight="w")
COLUMNS = ViewColumns(EVALUATION)
SOURCE = MemorySource(COLUMNS, N, EVALUATION.sample_weight)
LEFT = In("side", ("left",))


def frame_of(answer: object, name: str, keys: list[str]) -> pd.Series:
    index = pd.MultiIndex.from_product([COLUMNS[key].categories for key in keys])
    return pd.Series(getattr(answer, name), index=index)


@pytest.mark.parametrize("where", [(), (LEFT,), (LEFT, Not(In("y_pred", ("a",))))])
def test_aggregates_are_what_group_by_gives(where: tuple) -> None:
    answer = SOURCE.aggregate(Aggregate(("y_true", "y_pred"), where, "size", errors=True))
    rows = FRAME.assign(wrong=FRAME["label"] != FRAME["guess"], w2=FRAME["w"] ** 2,
                        size2=FRAME["size"] ** 2)  # fmt: skip
    if where:
        rows = rows[rows["side"] == "left"]
    if len(where) > 1:
        rows = rows[rows["guess"] != "a"]
    groups = rows.groupby(["label", "guess"])
    every = pd.MultiIndex.from_product([list("abc"), list("abc")])
    expected = {
        "counts": groups.size(), "errors": groups["wrong"].sum(), "weights": groups["w"].sum(),
        "squares": groups["w2"].sum(), "sums": groups["size"].sum(),
        "sum_squares": groups["size2"].sum(),
    }  # fmt: skip
    for name, series in expected.items():
        got = frame_of(answer, name, ["y_true", "y_pred"])
        np.testing.assert_allclose(
            got, series.reindex(every, fill_value=0), rtol=1e-12, err_msg=name
        )


def test_no_key_gives_one_number_and_three_keys_a_cube() -> None:
    one = SOURCE.aggregate(Aggregate(where=(LEFT,)))
    assert one.shape == ()
    assert one.counts.tolist() == [(FRAME["side"] == "left").sum()]
    assert one.weights is not None
    np.testing.assert_allclose(one.weights[0], FRAME.loc[FRAME["side"] == "left", "w"].sum())
    cube = SOURCE.aggregate(Aggregate(("side", "y_true", "y_pred")))
    assert cube.shape == (3, 3, 3)
    assert cube.counts.sum() == N
    assert cube.sums is None


@pytest.mark.parametrize("descending", [False, True])
def test_pages_are_what_sort_values_gives(descending: bool) -> None:
    page = SOURCE.page(Page((LEFT,), "size", descending, 5, 40))
    rows = FRAME[FRAME["side"] == "left"]
    expected = rows.sort_values("size", ascending=not descending, kind="stable").index
    assert page.total == len(rows)
    assert page.rows.tolist() == expected[5:40].tolist()
    by_class = SOURCE.page(Page((), "side", descending, 0, N))
    expected = FRAME.sort_values("side", ascending=not descending, kind="stable").index
    assert by_class.rows.tolist() == expected.tolist()


def test_few_points_come_singly_and_many_in_bins() -> None:
    both = FRAME["size"].notna()
    single = SOURCE.points(Points("size", "depth", (), N))
    assert single.total == both.sum()
    assert single.x.tolist() == FRAME.loc[both, "size"].tolist()
    assert single.rows.tolist() == np.flatnonzero(both).tolist()
    binned = SOURCE.points(Points("size", "depth", (), 100))
    assert binned.counts is not None
    low_x, high_x, low_y, high_y = binned.extent
    expected, *_ = np.histogram2d(
        FRAME.loc[both, "size"], FRAME.loc[both, "depth"], 64, [[low_x, high_x], [low_y, high_y]]
    )
    np.testing.assert_array_equal(binned.counts.reshape(64, 64), expected)
    assert len(binned.x) == 0
    nothing = SOURCE.points(Points("size", "depth", (In("side", ()),), 100))
    assert (nothing.total, len(nothing.x)) == (0, 0)


@pytest.mark.parametrize(
    "data",
    [
        None, [], {"ask": "rows"}, {"ask": "aggregate"},
        {"ask": "aggregate", "keys": ["nothing"]},
        {"ask": "aggregate", "keys": ["side"] * 4},
        {"ask": "aggregate", "keys": [["side"]]},
        {"ask": "aggregate", "keys": [], "where": {}},
        {"ask": "aggregate", "keys": [], "where": [{"op": "odd"}]},
        {"ask": "aggregate", "keys": [], "value": 3},
        {"ask": "page", "start": 0, "stop": 1_000_000},
        {"ask": "page", "start": -1, "stop": 10},
        {"ask": "page", "start": 0, "stop": 10, "sort": "nothing"},
        {"ask": "points", "x": "size", "y": "nothing", "at_most": 10},
        {"ask": "points", "x": "size", "y": "depth", "at_most": 10**9},
    ],
)  # fmt: skip
def test_a_query_of_the_page_is_not_trusted(data: object) -> None:
    with pytest.raises(SelectionError):
        query_from_wire(data, COLUMNS)


def test_sums_of_a_column_without_numbers_are_refused() -> None:
    with pytest.raises(SelectionError, match="holds no numbers"):
        SOURCE.aggregate(Aggregate((), (), "side"))
