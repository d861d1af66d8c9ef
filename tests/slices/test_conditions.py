import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import errwidgets as ew
from errwidgets.exceptions import ColumnNotFoundError, InputError, InputTypeError
from errwidgets.slices.conditions import conditions_of, read_features
from errwidgets.slices.edges import tree_edges

N = 60
BIG = 1 << 60


def after(start, whole, unit):
    return pd.Series(pd.Timestamp(start) + pd.to_timedelta(whole, unit))


SERIES = {
    "floats": lambda rng: pd.Series(rng.normal(size=N).round(3)),
    "few floats": lambda rng: pd.Series(rng.choice([0.5, 1.5, np.nan], N)),
    "infinite": lambda rng: pd.Series(
        rng.choice([-np.inf, np.inf, np.nan, *rng.normal(size=20)], N)
    ),
    "float32": lambda rng: pd.Series(rng.random(N).astype(np.float32)),
    "ints": lambda rng: pd.Series(rng.integers(-50, 50, N)),
    "beyond 2^53": lambda rng: pd.Series(BIG + rng.integers(0, 40, N)),
    "unsigned": lambda rng: pd.Series(
        rng.integers(0, 40, N).astype(np.uint64) + np.uint64(1 << 63)
    ),
    "nullable": lambda rng: pd.Series(rng.integers(0, 30, N), dtype="Int64").where(
        rng.random(N) < 0.8
    ),
    "bools": lambda rng: pd.Series(rng.random(N) < 0.5),
    "nullable bools": lambda rng: pd.Series(rng.choice([True, False, None], N), dtype="boolean"),
    "texts": lambda rng: pd.Series(rng.choice(["a", "b'c", 'd"e', "ü", ""], N)),
    "missing texts": lambda rng: pd.Series(rng.choice(["a", "b", None], N)),
    "categories": lambda rng: pd.Series(
        pd.Categorical(rng.choice(["lo", "hi"], N), ["lo", "mid", "hi"])
    ),
    "mixed": lambda rng: pd.Series(rng.choice(np.array([1, "1", 2.5, None], dtype=object), N)),
    "times": lambda rng: after("2024-02-27", rng.integers(0, 10**6, N), "s"),
    "zoned": lambda rng: after("2024-03-30T00+01", rng.integers(0, 10**15, N), "ns"),
    "durations": lambda rng: pd.Series(pd.to_timedelta(rng.integers(0, 10**6, N), "s")),
    "dates": lambda rng: pd.Series(
        [dt.date(2024, 1, 1) + dt.timedelta(int(days)) for days in rng.integers(0, 40, N)]
    ),
    "all missing": lambda _: pd.Series([np.nan] * N),
    "many": lambda rng: pd.Series([f"v{i}" for i in rng.integers(0, 1000, N)]),
}

ORDERED = ["floats", "few floats", "infinite", "float32", "ints", "beyond 2^53", "zoned"]

NAMES = ["x", "a b", "it's", 'say "hi"', "ü", "index", "class", "`tick`", "a.b"]


def make(kind, seed, name="x"):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({name: SERIES[kind](rng)})
    y = rng.integers(0, 2, N)
    return ew.Evaluation.from_predictions(y, rng.integers(0, 2, N), X=table, features=[name])


@pytest.mark.parametrize("kind", SERIES)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), name=st.sampled_from(NAMES))
def test_conditions_part_the_rows(kind, seed, name):
    evaluation = make(kind, seed, name)
    frame = evaluation.frame
    for conditions in conditions_of(evaluation, name):
        covered = np.zeros(N, dtype=int)
        for code, predicate in enumerate(conditions.predicates):
            rows = evaluation.mask(predicate)
            assert (rows == (conditions.codes == code)).all()
            covered += rows
            query = conditions.query(code)
            if query is not None:
                assert frame.query(query).index.equals(frame.index[rows])
            assert conditions.words(code)
        assert (covered == 1).all()


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ORDERED),
    st.integers(0, 10_000),
    st.sampled_from([2, 3, 25, "quantile", "tree", "given"]),
)  # fmt: skip
def test_edges_part_the_rows_too(kind, seed, edges):
    evaluation = make(kind, seed)
    if edges == "given":
        values = evaluation.frame["x"].dropna()
        edges = sorted(values.sample(min(4, len(values)), random_state=seed))
    (conditions,) = conditions_of(evaluation, "x", edges=edges)
    for code, predicate in enumerate(conditions.predicates):
        assert (evaluation.mask(predicate) == (conditions.codes == code)).all()


def test_words_are_the_columns_own():
    frame = pd.DataFrame(
        {
            "age": np.arange(100) % 60 + 18,
            "education": np.where(np.arange(100) % 3, "HS-grad", None),
            "married": np.arange(100) % 2 == 0,
            "seen": pd.date_range("2024-01-01", periods=100, freq="D"),
            "rooms": np.arange(100) % 4,
        }
    )
    evaluation = ew.Evaluation.from_predictions(np.zeros(100, int), np.arange(100) % 2, X=frame)
    ages = evaluation.conditions("age", edges=[28, 37])
    assert ages["condition"].tolist() == ["age ≤ 28", "28 < age ≤ 37", "age > 37"]
    assert ages["query"].tolist() == ["age <= 28", "28 < age <= 37", "age > 37"]
    assert evaluation.conditions("education")["condition"].tolist() == [
        "education = HS-grad", "education is missing",
    ]  # fmt: skip
    assert evaluation.conditions("married")["condition"].tolist() == [
        "married = False", "married = True",
    ]  # fmt: skip
    assert evaluation.conditions("rooms")["condition"].tolist() == [
        f"rooms = {i}" for i in range(4)
    ]
    seen = evaluation.conditions("seen")
    assert "seen.weekday = Monday" in seen["condition"].tolist()
    assert "seen.month = February" in seen["condition"].tolist()
    mondays = seen.set_index("condition")["support"]["seen.weekday = Monday"]
    assert mondays == (frame["seen"].dt.day_name() == "Monday").sum()


def test_the_frame_counts_what_pandas_counts():
    evaluation = make("missing texts", 3)
    frame = evaluation.conditions("x")
    groups = evaluation.frame.groupby("x", dropna=False)["is_error"]
    assert frame["support"].sum() == N
    assert sorted(frame["error_rate"]) == pytest.approx(sorted(groups.mean()))
    assert (frame["ci_low"] <= frame["error_rate"]).all()
    assert (frame["error_rate"] <= frame["ci_high"]).all()
    scores = ew.Evaluation.from_scores(pd.DataFrame({"x": ["a", "b"] * 5}), loss=np.arange(10.0))
    frame = scores.conditions("x")
    assert frame["error_rate"].tolist() == [4.0, 5.0]
    assert frame.attrs["measure"] == "mean loss"


def test_tree_edges_tell_a_target_apart():
    rng = np.random.default_rng(0)
    values = rng.random(5000)
    target = (values > 0.3) * 1.0 + (values > 0.8) * 2.0 + rng.normal(0, 0.05, 5000)
    edges = tree_edges(values, target, most_bins=3)
    assert edges == pytest.approx([0.3, 0.8], abs=0.01)
    assert tree_edges(values, np.zeros(5000)) == []
    assert tree_edges(np.ones(10), rng.random(10)) == []
    assert tree_edges(np.empty(0), np.empty(0)) == []


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_the_first_tree_edge_is_the_best_split_there_is(seed):
    rng = np.random.default_rng(seed)
    values, target = rng.integers(0, 12, 80).astype(float), rng.random(80)
    edges = tree_edges(values, target, most_bins=2, least_share=0.05)
    errors = {}
    for edge in np.unique(values)[:-1]:
        left, right = target[values <= edge], target[values > edge]
        if min(len(left), len(right)) >= 4:
            errors[edge] = left.var() * len(left) + right.var() * len(right)
    assert errors[edges[0]] == pytest.approx(min(errors.values()))


def test_features_are_read_as_they_are_wanted():
    frame = pd.DataFrame({"a": np.arange(40), "b": ["x", "y"] * 20, 7: np.arange(40) % 3})
    evaluation = ew.Evaluation.from_predictions(
        np.arange(40) % 2, np.arange(40) % 3 % 2, X=frame, features=["b", 7]
    )
    names = [one.name for one in read_features(evaluation, None)]
    assert names == ["b", 7]
    assert [len(one) for one in read_features(evaluation, {"a": 4, "b": None})] == [4, 2]
    assert [one.name for one in read_features(evaluation, "a")] == ["a"]
    assert [one.name for one in read_features(evaluation, ["y_true", "loss"])] == ["y_true", "loss"]
    with pytest.raises(ColumnNotFoundError, match="Did you mean"):
        read_features(evaluation, ["bb"])
    with pytest.raises(ColumnNotFoundError):
        read_features(evaluation, ["b.n_words"])
    with pytest.raises(InputTypeError, match="column names"):
        read_features(evaluation, [["a"]])
    with pytest.raises(InputError, match="category"):
        conditions_of(evaluation, "b", edges=3)
    with pytest.raises(InputTypeError, match="quantile"):
        conditions_of(evaluation, "a", edges=1.5)
