import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import errwidgets as ew
from errwidgets.exceptions import ColumnNotFoundError, InputError, InputTypeError, SelectionError
from errwidgets.slices.overlap import cover, fold, jaccard, packed


def masks(seed, n_slices=6, n=150):
    rng = np.random.default_rng(seed)
    return [rng.random(n) < share for share in rng.random(n_slices)]


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 1000), st.integers(1, 200))
def test_jaccard_is_common_over_all(seed, n):
    members = masks(seed, n=n)
    found = jaccard(packed(members))
    for i, j in itertools.product(range(6), repeat=2):
        either = (members[i] | members[j]).sum()
        expected = (members[i] & members[j]).sum() / either if either else 1.0
        assert found[i, j] == pytest.approx(expected)


def test_alike_slices_fold_under_the_first():
    rows = np.arange(100)
    members = [rows < 50, rows < 48, rows >= 90, (rows < 20), rows < 45, rows < 52]
    folded = fold(packed(members))
    assert folded.kept == [0, 2, 3]
    # 48, 45 and 52 of the first 50 rows are nearly the first slice.
    assert folded.n_similar == [3, 0, 0]
    # The first 20 rows are all in the first slice, which is better.
    assert folded.subsumed_by == [None, None, 0]
    assert fold(packed(members), most=2).kept == [0, 2]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 1000), st.booleans(), st.booleans())
def test_cover_takes_the_best_each_time(seed, graded, weighted):
    rng = np.random.default_rng(seed)
    members = masks(seed)
    values = rng.random(150) if graded else rng.random(150) < 0.3
    if not values.any():
        return
    weights = rng.random(150) if weighted else None
    worth = values * (1.0 if weights is None else weights)
    covered = np.zeros(150, dtype=bool)
    for position, added, error_share, support_share in cover(values, members, 4, weights):
        gains = [worth[member & ~covered].sum() for member in members]
        assert added == pytest.approx(max(gains))
        assert gains[position] == pytest.approx(added)
        covered |= members[position]
        assert error_share == pytest.approx(worth[covered].sum() / worth.sum())
        assert support_share == pytest.approx(covered.mean())


@pytest.fixture
def evaluation():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"age": rng.integers(18, 80, 1000), "side": rng.choice(["l", "r"], 1000)})
    wrong = rng.random(1000) < np.where((table["age"] > 60) & (table["side"] == "l"), 0.7, 0.1)
    return ew.Evaluation.from_predictions(np.zeros(1000, int), wrong * 1, X=table)


def test_cover_of_a_frame_says_what_it_holds(evaluation):
    found = evaluation.find_slices(k=5)
    frame = evaluation.cover(found, n=3)
    assert list(frame.columns) == ["slice", "errors_added", "error_share", "support_share"]
    covered = np.zeros(1000, dtype=bool)
    for said in frame["slice"]:
        chosen = found.loc[found["slice"] == said, "conditions"].iloc[0]
        covered |= evaluation.mask(chosen)
    wrong = evaluation.row_values("is_error")
    assert frame["errors_added"].sum() == (wrong & covered).sum()
    assert frame["error_share"].iloc[-1] == pytest.approx((wrong & covered).sum() / wrong.sum())
    assert frame["support_share"].iloc[-1] == pytest.approx(covered.mean())
    assert f"{100 * frame['error_share'].iloc[-1]:.0f} % of all mistakes" in frame.attrs["note"]


def test_cover_of_an_objective_counts_its_rows_only(evaluation):
    frame = evaluation.cover(["age > 60", "age <= 60"], objective=("recall", 0))
    assert frame["errors_added"].sum() == evaluation.n_errors
    assert evaluation.cover([], n=2).attrs["note"] == "No slice holds anything to cover."


def test_overlap_is_a_square_frame_in_words(evaluation):
    frame = evaluation.overlap(["age > 60", "age > 50", "side == 'l'"])
    assert frame.index.tolist() == frame.columns.tolist() == ["age > 60", "age > 50", "side == 'l'"]
    table = evaluation.frame
    expected = (table["age"] > 60).sum() / (table["age"] > 50).sum()
    assert frame.loc["age > 60", "age > 50"] == pytest.approx(expected)
    assert (np.diag(frame) == 1).all()


def test_what_holds_no_slices_is_refused(evaluation):
    with pytest.raises(ColumnNotFoundError, match="conditions"):
        evaluation.overlap(pd.DataFrame({"slice": ["age > 60"]}))
    with pytest.raises(InputTypeError, match="find_slices"):
        evaluation.cover("age > 60")
    with pytest.raises(InputError, match="n must be"):
        evaluation.cover(["age > 60"], n=0)
    with pytest.raises(SelectionError):
        evaluation.cover(["nothing > 60"])


# ---------------------------------------------------------------- who is in which


def crossed(**options):
    rng = np.random.default_rng(3)
    n = 600
    table = pd.DataFrame({"a": rng.integers(0, 4, n), "b": rng.integers(0, 3, n)})
    wrong = rng.random(n) < 0.2 + 0.3 * (table["a"] == 1)
    y = rng.integers(0, 2, n)
    return ew.Evaluation.from_predictions(y, np.where(wrong, 1 - y, y), X=table, **options)


def test_intersections_are_every_combination_of_slices():
    evaluation = crossed()
    queries = ["a == 1", "b > 0", "a >= 1 and b == 2"]
    frame = evaluation.intersections(queries)
    table = evaluation.frame
    inside = [table.eval(query).to_numpy() for query in queries]
    wrong = evaluation.row_values("is_error")
    seen = 0
    for _, one in frame.iterrows():
        rows = np.ones(len(table), dtype=bool)
        for query, member in zip(queries, inside, strict=True):
            rows &= member if query in one["slices"] else ~member
        assert one["support"] == rows.sum() > 0
        assert one["error_rate"] == pytest.approx(wrong[rows].mean())
        assert evaluation.mask(one["conditions"]).tolist() == rows.tolist()
        assert one["n_slices"] == len(one["slices"])
        seen += rows.sum()
    assert seen == len(table)
    assert frame["n_slices"].iloc[-1] == 0
    assert frame["support"][:-1].is_monotonic_decreasing


def test_intersections_keep_the_objective_of_the_frame():
    evaluation = crossed()
    found = evaluation.find_slices(objective=("recall", 1), k=3, min_support=5)
    frame = evaluation.intersections(found)
    assert frame["support"].sum() == (evaluation.frame["y_true"] == 1).sum()
    assert frame.attrs["measure"] == "share of 1 missed"
    for _, one in frame.iterrows():
        assert evaluation.mask(one["conditions"]).sum() == one["support"]


def test_intersections_refuse_too_many():
    evaluation = crossed()
    with pytest.raises(InputError, match="at most 10 slices; got 11"):
        evaluation.intersections(["a == 1"] * 11)
    nothing = evaluation.intersections([])
    assert nothing["support"].tolist() == [600]
