"""Rows with other values: what can be edited, the nearest right row, the smallest flip."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

import errwidgets as ew
from errwidgets.exceptions import InputError
from errwidgets.explain.explained import Cancelled
from errwidgets.explain.model import model_of
from errwidgets.explain.shared import _widest_gap, shared_values
from errwidgets.explain.what_if import edited, fields_of, nearest_right, smallest_flip
from errwidgets.widgets.editing import Editing


def make(n: int = 400):
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "age": rng.integers(18, 80, n),
            "height": rng.normal(170, 9, n),
            "side": rng.choice(["left", "right"], n),
            "member": rng.random(n) < 0.4,
            "joined": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 30, n), "D"),
        },
        index=[f"r{i}" for i in range(n)],
    )
    y = np.where((X["age"] > 50) ^ (rng.random(n) < 0.15), "yes", "no")
    encode = make_column_transformer(
        (OneHotEncoder(), ["side"]), ("passthrough", ["age", "height", "member"])
    )
    model = make_pipeline(encode, LogisticRegression(max_iter=2000)).fit(X, y)
    return ew.Evaluation.from_estimator(model, X, y)


def test_fields_follow_the_columns():
    evaluation = make()
    fields = {field.name: field for field in fields_of(model_of(evaluation))}
    X = evaluation.frame
    assert list(fields) == ["age", "height", "side", "member", "joined"]
    assert (fields["age"].low, fields["age"].high) == (X["age"].min(), X["age"].max())
    assert (fields["age"].whole, fields["age"].step) == (True, 1.0)
    assert not fields["height"].whole
    assert fields["side"].choices == ("left", "right")
    assert fields["member"].choices == (False, True)
    assert len(fields["joined"].choices) == X["joined"].nunique()


def test_an_edited_row_keeps_types_and_gives_the_model_s_own_answer():
    evaluation = make()
    model = model_of(evaluation)
    row = edited(model, 7, {"age": 33, "side": "right", "joined": pd.Timestamp("2024-01-05")})
    assert row.index.tolist() == ["r7"]
    assert row.dtypes.equals(evaluation.table_rows(model.columns, np.array([7])).dtypes)
    by_hand = evaluation.table_rows(model.columns, np.array([7])).copy()
    by_hand["age"], by_hand["side"] = 33, "right"
    np.testing.assert_array_equal(model.answers(row), evaluation.model.predict_proba(by_hand))
    assert edited(model, 7, {"age": 33.5})["age"].dtype == np.float64
    assert edited(model, 7, {"age": None})["age"].isna().all()
    with pytest.raises(InputError, match="no column 'weight'"):
        edited(model, 7, {"weight": 3})


def test_the_nearest_right_row_is_right_and_none_is_nearer():
    evaluation = make()
    model = model_of(evaluation)
    wrong = int(np.flatnonzero(evaluation.row_values("is_error"))[0])
    found, changes = nearest_right(model, wrong)
    frame = evaluation.frame
    assert not frame["is_error"].iloc[found]
    assert frame["y_true"].iloc[found] == frame["y_true"].iloc[wrong]
    assert edited(model, wrong, changes).iloc[0].tolist() == (
        evaluation.table_rows(model.columns, np.array([found])).iloc[0].tolist()
    )

    def far(i):
        a, b = frame.iloc[wrong], frame.iloc[i]
        ordered = ("age", "height", "joined")
        numbers = sum(abs(a[c] - b[c]) / (frame[c].max() - frame[c].min()) for c in ordered)
        return numbers + sum(a[c] != b[c] for c in ("side", "member"))

    same = (~frame["is_error"]) & (frame["y_true"] == frame["y_true"].iloc[wrong])
    best = min(far(i) for i in np.flatnonzero(same) if i != wrong)
    assert far(found) == pytest.approx(best)


def test_the_smallest_flip_is_the_smallest():
    evaluation = make()
    model = model_of(evaluation)
    position = int(np.flatnonzero(evaluation.row_values("is_error"))[0])
    flip = smallest_flip(model, position)
    ((name, value),) = flip.changes.items()
    before, after = (
        model.answers(edited(model, position, one)).argmax() for one in ({}, flip.changes)
    )
    assert before != after
    assert flip.n_asked <= 5000
    # No observed age that is nearer flips it, if the age is what was changed.
    assert name == "age"
    own = int(evaluation.frame["age"].iloc[position])
    ages = sorted(set(evaluation.frame["age"]), key=lambda age: abs(age - own))
    nearer = [age for age in ages if abs(age - own) < abs(value - own)]
    flips = [
        age for age in nearer
        if model.answers(edited(model, position, {"age": age})).argmax() == after
    ]  # fmt: skip
    # Quantiles are tried, not every value: the nearest may lie between two of them.
    assert len(flips) <= 2


def test_a_flip_that_does_not_exist_is_said():
    X = pd.DataFrame({"a": np.arange(20.0), "b": list("ab") * 10})
    y = ["no", "yes"] * 10
    never = lambda frame: np.tile([0.9, 0.1], (len(frame), 1))  # noqa: E731
    evaluation = ew.Evaluation.from_predictions(y, ["no"] * 20, X=X, model=never)
    flip = smallest_flip(model_of(evaluation), 3)
    assert flip.changes == {}
    assert flip.n_asked == 20  # nineteen other numbers, one other letter
    with pytest.raises(Cancelled):
        smallest_flip(model_of(evaluation), 3, lambda _: False)


def test_a_regression_is_flipped_when_it_is_right():
    rng = np.random.default_rng(1)
    X = pd.DataFrame({"a": rng.normal(size=200), "b": rng.normal(size=200)})
    y = 3 * X["a"] + rng.normal(0, 1, 200)
    model = LinearRegression().fit(X, y)
    evaluation = ew.Evaluation.from_estimator(model, X, y)
    position = int(np.argmax(evaluation.row_values("loss")))
    flip = smallest_flip(model_of(evaluation), position)
    answer = model.predict(edited(model_of(evaluation), position, flip.changes))[0]
    assert abs(answer - y.iloc[position]) <= evaluation.error_threshold


def test_what_a_page_sends_is_checked():
    evaluation = make()
    editing = Editing(evaluation, model_of(evaluation))
    names = [field.name for field in editing.fields()]
    sent = [[names.index("age"), 44.0], [names.index("side"), 1], [names.index("member"), 0]]
    changes = editing.named(sent)
    assert changes == {"age": 44, "side": "right", "member": False}
    assert editing.placed(changes) == sent
    for odd in ([99, 1], [0, "many"], [names.index("side"), 7], [0, float("inf")]):
        with pytest.raises(InputError, match="cannot be"):
            editing.named([odd])
    own = editing.named(editing.changed(5, []).wire["own"])
    assert own["age"] == evaluation.frame["age"].iloc[5]
    assert own["side"] == evaluation.frame["side"].iloc[5]
    with pytest.raises(InputError, match="no model"):
        Editing(evaluation, None).fields()


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=12))
@settings(max_examples=200, deadline=None)
def test_the_widest_gap_is_the_largest_sum_of_neighbours(gaps):
    first, last = _widest_gap(np.array(gaps, dtype=float))
    found = sum(gaps[first : last + 1])
    every = [sum(gaps[i : j + 1]) for i in range(len(gaps)) for j in range(i, len(gaps))]
    assert found == max(every)


def test_shares_are_those_of_the_rows():
    evaluation = make()
    inside = evaluation.mask("age > 55")
    for name in ("age", "side", "member"):
        shared = shared_values(evaluation.columns[name], inside, ~inside)
        for one in (shared.best, *shared.values):
            rows = evaluation.mask(one.predicate)
            assert one.selected == pytest.approx(rows[inside].mean())
            assert one.other == pytest.approx(rows[~inside].mean())
        assert sum(one.selected for one in shared.values) == pytest.approx(1)
        gap = shared.best.selected - shared.best.other
        assert gap >= max(one.selected - one.other for one in shared.values)
    few = ew.Evaluation.from_predictions(
        [0, 1] * 60, [0, 1] * 60, X=pd.DataFrame({"n": np.arange(120) % 6})
    )
    inside = few.mask("n >= 2 and n < 5")
    shared = shared_values(few.columns["n"], inside, ~inside)
    assert (few.mask(shared.best.predicate) == inside).all()
    inside = evaluation.mask("age > 55")
    age = shared_values(evaluation.columns["age"], inside, ~inside)
    assert age.best.words.startswith("age > 5")
    assert age.best.selected > 0.9
