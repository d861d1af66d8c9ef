import json

import numpy as np
import pandas as pd
import pytest
from slices import referee

import errwidgets as ew
from errwidgets.exceptions import (
    ColumnNotFoundError,
    ErrwidgetsError,
    InputError,
    InputTypeError,
    LengthMismatchError,
    SelectionError,
    TaskError,
    UnknownLabelError,
)
from errwidgets.selection import Range
from errwidgets.slices.finding import find
from errwidgets.slices.scene import look_at

COLUMNS = [
    "slice", "conditions", "query", "support", "support_share", "errors", "error_share",
    "verified_support", "error_rate", "lift", "gap", "potential_gain", "ci_low", "ci_high",
    "p_value", "q_value", "verified", "score", "discovery_rate", "n_similar", "subsumed_by",
]  # fmt: skip


def table(n=2000, seed=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 80, n),
            "side": rng.choice(["left", "right", None], n),
            "smoker": rng.random(n) < 0.3,
            "a b": rng.choice(["x", "y'z", "ü"], n),
            "joined": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, n), "D"),
        }
    )
    return frame, rng


def binary(n=2000, seed=0, rate=0.1, planted=0.6, **options):
    frame, rng = table(n, seed)
    where = frame["smoker"] & (frame["age"] > 60)
    y_true = rng.integers(0, 2, n)
    wrong = rng.random(n) < np.where(where, planted, rate)
    return ew.Evaluation.from_predictions(
        y_true, np.where(wrong, 1 - y_true, y_true), X=frame, **options
    )


@pytest.fixture(scope="module")
def evaluation():
    return binary()


def coded(evaluation, features):
    columns = [evaluation.columns[name] for name in features]
    return [one.codes for one in columns], [len(one.categories) for one in columns]


@pytest.mark.parametrize("alpha", [0.95, 0.7])
@pytest.mark.parametrize("max_conditions", [1, 2, 3])
def test_scores_are_those_of_an_exhaustive_search(evaluation, alpha, max_conditions):
    features = ["age", "side", "smoker", "a b"]
    found = evaluation.find_slices(
        features, k=12, alpha=alpha, max_conditions=max_conditions, verify=False,
        deduplicate=False,
    )  # fmt: skip
    codes, n_codes = coded(evaluation, features)
    expected = referee.scores(
        codes, n_codes, evaluation.row_values("is_error"), max_conditions=max_conditions,
        min_rows=20, alpha=alpha,
    )[:12]  # fmt: skip
    assert found["score"].tolist() == pytest.approx(expected)
    assert found.attrs["exhaustive"]


def test_columns_and_their_meaning(evaluation):
    found = evaluation.find_slices(k=6)
    assert list(found.columns) == COLUMNS
    wrong = evaluation.row_values("is_error")
    frame = evaluation.frame
    for _, one in found.iterrows():
        rows = evaluation.mask(one["conditions"])
        assert one["support"] == rows.sum()
        assert one["support_share"] == pytest.approx(rows.mean())
        assert one["errors"] == (rows & wrong).sum()
        assert one["error_share"] == pytest.approx((rows & wrong).sum() / wrong.sum())
        if one["query"] is not None:
            assert frame.query(one["query"]).index.equals(frame.index[rows])
    assert found["verified"].dtype == bool
    assert (found["verified"] == (found["q_value"] < 0.05)).all()
    assert found["score"].is_monotonic_decreasing
    assert (found["score"] > 0).all()
    # Half of the rows judge, so half of a slice does, nearly.
    assert (found["verified_support"] / found["support"]).between(0.3, 0.7).all()


def test_the_halves_are_the_rows_that_are_said(evaluation):
    found = evaluation.find_slices(k=3)
    scene = look_at(evaluation, None, "error", None)
    searched = scene.searched(0)
    wrong = evaluation.row_values("is_error")
    for _, one in found.iterrows():
        rows = evaluation.mask(one["conditions"])
        assert one["verified_support"] == (rows & ~searched).sum()
        assert one["error_rate"] == pytest.approx(wrong[rows & ~searched].mean())
        assert one["discovery_rate"] == pytest.approx(wrong[rows & searched].mean())
        assert one["lift"] == pytest.approx(one["error_rate"] / wrong[~searched].mean())
    assert found.attrs["n_searched"] + found.attrs["n_judged"] == evaluation.n_samples


def test_without_verification_all_rows_judge(evaluation):
    found = evaluation.find_slices(k=3, verify=False)
    assert "verified" not in found
    wrong = evaluation.row_values("is_error")
    for _, one in found.iterrows():
        rows = evaluation.mask(one["conditions"])
        assert one["verified_support"] == one["support"]
        assert one["error_rate"] == one["discovery_rate"] == pytest.approx(wrong[rows].mean())
    assert "the same rows" in found.attrs["note"]


def test_a_planted_slice_is_first_and_verified(evaluation):
    found = evaluation.find_slices({"age": [30, 45, 60], "smoker": None, "side": None}, k=3)
    assert found["slice"][0] == "age > 60 and smoker = True"
    assert found["query"][0] == "age > 60 and smoker == True"
    assert found["verified"][0]


def test_the_same_seed_finds_the_same_and_another_may_not(evaluation):
    first, again = evaluation.find_slices(k=5, seed=3), evaluation.find_slices(k=5, seed=3)
    pd.testing.assert_frame_equal(first, again)
    other = evaluation.find_slices(k=5, seed=4)
    assert other["discovery_rate"].tolist() != first["discovery_rate"].tolist()


@pytest.mark.parametrize(
    "objective",
    ["error", "loss", "false_positive", "false_negative", ("recall", 1), ("confusion", 0, 1),
     (1, 0)],
    ids=str,
)  # fmt: skip
def test_objectives_of_two_classes(objective):
    evaluation = binary(planted=0.8)
    found = evaluation.find_slices(["age", "smoker"], objective=objective, k=4, verify=False,
                                   deduplicate=False)  # fmt: skip
    frame = evaluation.frame
    y_true, y_pred = frame["y_true"].to_numpy(), frame["y_pred"].to_numpy()
    counts = {
        "error": np.ones(len(frame), dtype=bool), "loss": np.ones(len(frame), dtype=bool),
        "false_positive": y_true == 0, "false_negative": y_true == 1,
        ("recall", 1): y_true == 1, ("confusion", 0, 1): y_true == 0, (1, 0): y_true == 1,
    }[objective]  # fmt: skip
    values = (y_true != y_pred)[counts]
    codes, n_codes = coded(evaluation, ["age", "smoker"])
    expected = referee.scores(
        [one[counts] for one in codes], n_codes, values, max_conditions=3,
        min_rows=int(np.ceil(0.01 * counts.sum() - 1e-9)), alpha=0.95,
    )[:4]  # fmt: skip
    assert found["score"].tolist() == pytest.approx(expected)
    for _, one in found.iterrows():
        # The slice is the rows that count.
        rows = evaluation.mask(one["conditions"])
        assert (counts[rows]).all()
        assert rows.sum() == one["support"]
        assert one["error_rate"] == pytest.approx((y_true != y_pred)[rows].mean())
    assert found.attrs["objective"] == objective


def test_objectives_of_many_classes_and_probabilities():
    rng = np.random.default_rng(1)
    frame, _ = table(1500)
    proba = rng.dirichlet(np.ones(3), 1500)
    y_true = rng.choice(["a", "b", "c"], 1500)
    y_pred = np.array(["a", "b", "c"])[proba.argmax(axis=1)]
    evaluation = ew.Evaluation.from_predictions(y_true, y_pred, X=frame, y_proba=proba)
    found = evaluation.find_slices(objective="loss", alpha=0.99, k=3, verify=False)
    loss = evaluation.row_values("loss")
    for _, one in found.iterrows():
        rows = evaluation.mask(one["conditions"])
        assert one["error_rate"] == pytest.approx(loss[rows].mean())
        assert one["errors"] == pytest.approx(loss[rows].sum())
    assert found.attrs["measure"] == "mean loss"
    recall = evaluation.find_slices(objective=("recall", "b"), alpha=0.99, k=3)
    assert "true class is b" in recall.attrs["note"] or recall.empty
    with pytest.raises(TaskError):
        evaluation.find_slices(objective="false_positive")
    with pytest.raises(UnknownLabelError):
        evaluation.find_slices(objective=("recall", "z"))
    with pytest.raises(InputError, match="no confusion"):
        evaluation.find_slices(objective=("a", "a"))


def test_an_array_and_another_evaluation_as_objective(evaluation):
    frame = evaluation.frame
    array = np.where(frame["side"].to_numpy() == "left", 2.0, 0.5)
    found = evaluation.find_slices(["side", "smoker"], objective=array, k=1, verify=False)
    assert found["slice"][0] == "side = left"
    assert found["error_rate"][0] == 2.0
    y_pred = frame["y_pred"].to_numpy().copy()
    worse = (frame["a b"] == "ü").to_numpy()
    y_pred[worse] = 1 - frame["y_true"].to_numpy()[worse]
    other = ew.Evaluation.from_predictions(
        frame["y_true"], y_pred, X=frame[["a b", "side"]], name="v2"
    )
    broken = evaluation.find_slices(["a b", "side"], objective=other, k=1)
    assert broken["slice"][0] == "a b = ü"
    assert broken["verified"][0]
    right_before = ~evaluation.row_values("is_error")
    assert broken["errors"][0] == (worse & right_before).sum()


def test_regression_and_scores():
    frame, rng = table()
    truth = rng.normal(100, 10, 2000)
    off = rng.normal(0, 1, 2000) + np.where(frame["smoker"], 8, 0)
    evaluation = ew.Evaluation.from_predictions(truth, truth + off, X=frame)
    for objective in ("absolute_error", "error", "loss"):
        found = evaluation.find_slices(["smoker", "side"], objective=objective, k=1)
        assert found["slice"][0] == "smoker = True"
        assert found["verified"][0]
    scores = ew.Evaluation.from_scores(frame, loss=np.abs(off))
    with pytest.raises(TaskError, match="is_error"):
        scores.find_slices()
    assert scores.find_slices(["smoker"], objective="loss")["slice"].tolist() == ["smoker = True"]


def test_within_searches_and_returns_these_rows_only(evaluation):
    found = evaluation.find_slices(within="age > 40", k=3)
    inside = evaluation.mask("age > 40")
    assert found.attrs["n_searched"] + found.attrs["n_judged"] == inside.sum()
    for _, one in found.iterrows():
        rows = evaluation.mask(one["conditions"])
        assert rows.sum() == one["support"]
        assert inside[rows].all()
    assert "age > 40" in found.attrs["note"]
    by_mask = evaluation.find_slices(within=inside, k=3)
    assert by_mask["slice"].tolist() == found["slice"].tolist()
    with pytest.raises(SelectionError):
        evaluation.find_slices(within="no_column > 1")


def test_min_support_is_rows_or_a_share_of_the_searched_rows(evaluation):
    found = evaluation.find_slices(min_support=0.2, k=50, verify=False, deduplicate=False,
                                   alpha=0.99)  # fmt: skip
    assert len(found)
    assert found["support"].min() >= 400
    found = evaluation.find_slices(min_support=300, k=50, verify=False, alpha=0.99)
    assert found["support"].min() >= 300


def test_weights_weigh_rates_and_not_support():
    weights = np.random.default_rng(0).random(2000)
    evaluation = binary(sample_weight=weights)
    found = evaluation.find_slices(k=3, verify=False)
    wrong = evaluation.row_values("is_error")
    for _, one in found.iterrows():
        rows = evaluation.mask(one["conditions"])
        assert one["support"] == rows.sum()
        assert one["errors"] == (rows & wrong).sum()
        assert one["error_rate"] == pytest.approx(np.average(wrong[rows], weights=weights[rows]))
        assert one["error_share"] == pytest.approx(
            weights[rows & wrong].sum() / weights[wrong].sum()
        )


def test_few_and_different():
    frame, rng = table()
    frame["twin"] = frame["age"]
    frame["nearly"] = np.where(rng.random(2000) < 0.02, 50, frame["age"])
    frame["one"] = 1
    wrong = rng.random(2000) < np.where(frame["age"] > 60, 0.6, 0.1)
    evaluation = ew.Evaluation.from_predictions(
        np.zeros(2000, int), wrong * 1, X=frame, features=["age", "twin", "nearly", "one"]
    )
    found = evaluation.find_slices(k=8)
    assert "twin is left out: it says the same as age" in found.attrs["note"]
    assert "one is left out" in found.attrs["note"]
    shares = evaluation.overlap(found).to_numpy()
    assert (shares[~np.eye(len(found), dtype=bool)] < 0.8).all()
    assert found["n_similar"].sum() > 0
    for _, one in found.iterrows():
        if one["subsumed_by"] is not None:
            better = found.loc[found["slice"] == one["subsumed_by"], "conditions"].iloc[0]
            assert evaluation.mask(better)[evaluation.mask(one["conditions"])].all()


def test_per_row_and_derived_columns_on_request():
    rng = np.random.default_rng(0)
    n = 1200
    words = ["coat", "size", "not", "great", "runs", "small"]
    texts = [" ".join(rng.choice([*words, *(["dress"] * (i % 3 == 0))], 8)) for i in range(n)]
    long = np.array(["dress" in text for text in texts])
    y_true = rng.integers(0, 2, n)
    wrong = rng.random(n) < np.where(long, 0.4, 0.05)
    p = np.clip(rng.random(n), 0.01, 0.99)
    evaluation = ew.Evaluation.from_predictions(
        y_true, np.where(wrong, 1 - y_true, y_true), X=pd.DataFrame({"review": texts}), y_proba=p
    )
    found = evaluation.find_slices(k=3)
    assert "review.has_word(dress) = True" in found["slice"][0]
    assert found["query"][0] is None
    assert len(evaluation.select(found["conditions"][0])) == found["support"][0]
    assert evaluation.find_slices(["confidence"], k=1, alpha=0.99) is not None
    assert len(evaluation.select(Range("review.n_words", 7, None))) == n


def test_a_feature_equal_to_the_label(evaluation):
    frame = evaluation.frame
    features = pd.DataFrame({"copy": frame["y_true"], "smoker": frame["smoker"]})
    same = ew.Evaluation.from_predictions(frame["y_true"], frame["y_pred"], X=features)
    found = same.find_slices()
    assert found.attrs["exhaustive"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [("none", "No row is wrong"), ("all", "Every row is wrong"), ("noise", "scores over 0")],
)
def test_nothing_found_is_said_in_words(wrong, said):
    frame, _ = table(400)
    values = {"none": np.zeros(400), "all": np.ones(400), "noise": np.arange(400) % 4 == 0}[wrong]
    y_pred = values.astype(int)
    features = frame[["smoker"]].assign(smoker=np.arange(400) % 8 < 4)
    evaluation = ew.Evaluation.from_predictions(np.zeros(400, int), y_pred, X=features)
    found = evaluation.find_slices(verify=False)
    assert found.empty
    assert list(found.columns) == [name for name in COLUMNS if name != "verified"]
    assert said in found.attrs["note"]
    assert found.attrs["exhaustive"]


def test_no_features_few_rows_many_categories():
    evaluation = ew.Evaluation.from_predictions([0, 1, 1], [0, 1, 0])
    found = evaluation.find_slices()
    assert found.empty
    assert "no features" in found.attrs["note"]
    frame, rng = table(12)
    few = ew.Evaluation.from_predictions(rng.integers(0, 2, 12), rng.integers(0, 2, 12), X=frame)
    assert few.find_slices().attrs["note"]
    many = pd.DataFrame({"name": rng.permutation(np.repeat([f"n{i}" for i in range(1000)], 3))})
    wrong = (many["name"] == "n7").to_numpy() | (rng.random(3000) < 0.02)
    evaluation = ew.Evaluation.from_predictions(np.zeros(3000, int), wrong * 1, X=many)
    found = evaluation.find_slices(min_support=3, alpha=0.999, verify=False, k=1)
    assert found["slice"].tolist() == ["name = n7"]
    high = evaluation.find_slices(min_support=0.9)
    assert "min_support" in high.attrs["note"]


def test_nan_and_infinite_features_are_conditions():
    rng = np.random.default_rng(0)
    values = rng.normal(size=3000)
    values[:300] = np.nan
    values[300:600] = np.inf
    values[600:900] = -np.inf
    wrong = np.isnan(values) | (rng.random(3000) < 0.05)
    evaluation = ew.Evaluation.from_predictions(
        np.zeros(3000, int), wrong * 1, X=pd.DataFrame({"v": values})
    )
    found = evaluation.find_slices(k=1)
    assert found["slice"][0] == "v is missing"
    assert found["support"][0] == 300
    total = sum(len(evaluation.select(one)) for one in evaluation.conditions("v")["conditions"])
    assert total == 3000


def test_progress_cancel_and_time_limit(evaluation):
    told = []
    evaluation.find_slices(progress=told.append)
    assert told[-1] == 1.0
    stopped = evaluation.find_slices(progress=lambda _: False)
    assert not stopped.attrs["exhaustive"]
    assert "Stopped early" in stopped.attrs["note"]
    late = evaluation.find_slices(time_limit=0)
    assert not late.attrs["exhaustive"]
    assert late.empty


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"features": ["agee"]}, ColumnNotFoundError, "Did you mean 'age'"),
        ({"features": 3}, InputTypeError, "list of column names"),
        ({"features": {"side": [1, 2]}}, InputError, "edges"),
        ({"features": {"age": "kmeans"}}, InputTypeError, "quantile"),
        ({"features": {"age": 1}}, InputError, "2 or more"),
        ({"features": {"age": ["x"]}}, InputError, "number"),
        ({"objective": "errors"}, InputError, "Did you mean 'error'"),
        ({"objective": "absolute_error"}, TaskError, "binary"),
        ({"objective": ("recall",)}, InputError, "Allowed"),
        ({"objective": [1.0, 2.0]}, LengthMismatchError, "2,000"),
        ({"objective": np.full(2000, -1.0)}, InputError, "negative"),
        ({"objective": np.full(2000, np.nan)}, InputError, "finite"),
        ({"objective": np.full(2000, "x")}, InputTypeError, "Allowed"),
        ({"max_conditions": 0}, InputError, "1 or more"),
        ({"max_conditions": 2.0}, InputTypeError, "whole"),
        ({"min_support": 0.0}, InputError, "over 0"),
        ({"min_support": 1.5}, InputError, "at most 1"),
        ({"min_support": 0}, InputError, "1 row"),
        ({"min_support": "1%"}, InputTypeError, "share"),
        ({"min_support": float("nan")}, InputError, "share"),
        ({"k": 0}, InputError, "1 or more"),
        ({"k": True}, InputTypeError, "whole"),
        ({"alpha": 0.0}, InputError, "over 0"),
        ({"alpha": 1.2}, InputError, "at most 1"),
        ({"alpha": "x"}, InputTypeError, "number"),
        ({"time_limit": -1}, InputError, "0 seconds"),
        ({"time_limit": "1"}, InputTypeError, "seconds"),
        ({"progress": 3}, InputTypeError, "function"),
        ({"seed": -1}, InputError, "0 or more"),
        ({"within": ew.Evaluation}, ErrwidgetsError, "selection"),
    ],
    ids=str,
)
def test_what_has_no_meaning_is_refused(evaluation, options, error, said):
    with pytest.raises(error, match=said):
        evaluation.find_slices(**options)


def test_a_frame_of_slices_can_be_kept(evaluation):
    found = evaluation.find_slices(k=3)
    assert json.loads(json.dumps(found.attrs)) == found.attrs
    assert pd.concat([found, found]).shape[0] == 2 * len(found)
    for i, one in found.iterrows():
        evaluation.notes.add_cohort(f"slice {i}", one["conditions"], replace=True)
    assert len(evaluation.select(evaluation.notes.cohorts["slice 0"])) == found["support"][0]


def test_packing_can_be_stopped_and_begun_again():
    frame, rng = table(3000)
    evaluation = ew.Evaluation.from_predictions(
        np.zeros(3000, int), (rng.random(3000) < 0.2) * 1, X=frame
    )
    calls = []

    def stop_at_once(fraction):
        calls.append(fraction)
        return False

    stopped = evaluation.find_slices(progress=stop_at_once)
    assert len(calls) == 1
    assert stopped.empty
    assert "before anything" in stopped.attrs["note"]
    again = evaluation.find_slices(progress=lambda _: True)
    assert again.attrs["exhaustive"]
    # What stopped one search does not stop the next one over the same rows.
    assert evaluation.find_slices(progress=stop_at_once).attrs["exhaustive"] is False
    assert evaluation.find_slices().attrs["exhaustive"]


# ---------------------------------------------------------------- for a view


def test_what_is_folded_is_nearly_the_slice_it_is_under():
    plain = binary(1500)
    rng = np.random.default_rng(0)
    smoker = plain.frame["smoker"].to_numpy()
    # Nearly the same as another feature.
    table = plain.frame[["age", "side", "smoker"]].assign(puffs=smoker ^ (rng.random(1500) < 0.02))
    evaluation = ew.Evaluation.from_predictions(
        plain.frame["y_true"], plain.frame["y_pred"], X=table
    )
    findings = find(evaluation, k=5, min_support=0.02, alike=True)
    assert len(findings.alike) == len(findings.frame)
    assert findings.frame["n_similar"].sum() > 0
    for at, others in enumerate(findings.alike):
        slice_rows = evaluation.mask(findings.frame["conditions"][at])
        assert len(others) == min(5, findings.frame["n_similar"][at])
        for _, one in others.iterrows():
            rows = evaluation.mask(one["conditions"])
            assert rows.sum() == one["support"]
            assert (rows & slice_rows).sum() >= 0.8 * (rows | slice_rows).sum()
    assert find(evaluation, k=5, min_support=0.02).alike == []


def test_a_sample_is_the_same_each_time_and_a_part_of_a_larger_one():
    evaluation = binary(1500)
    scene = look_at(evaluation, None, "error", None)
    small, large = scene.sampled(300, 0), scene.sampled(600, 0)
    assert np.array_equal(small.rows, scene.sampled(300, 0).rows)
    assert set(small.rows) < set(large.rows)
    share = scene.target.mean()
    assert small.target.sum() == pytest.approx(300 * share, abs=2)
    assert scene.sampled(1500, 0) is scene
    found = find(evaluation, sample=300).frame
    assert "A sample of 300 of 1,500 rows." in found.attrs["note"]
    assert found["support"].max() <= 300
    # The conditions are those of all rows: a sample is no part of a slice.
    for predicate in found["conditions"]:
        assert "rows" not in str(predicate).lower()
