import numpy as np
import pandas as pd
import pytest
from scipy.stats.contingency import association
from sklearn.metrics import mutual_info_score

import errwidgets as ew
from errwidgets.exceptions import ColumnNotFoundError, InputError, InputTypeError
from errwidgets.measures.rates import group_columns
from errwidgets.slices.ranking import cramers_v, explained_by


def make(n=2000, seed=0, **options):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "noise": rng.choice(list("abcdef"), n),
            "weak": rng.choice(["x", "y", None], n),
            "strong": rng.integers(0, 80, n),
            "names": [f"n{i}" for i in rng.integers(0, 1000, n)],
        }
    )
    wrong = rng.random(n) < np.where(
        frame["strong"] > 60, 0.6, np.where(frame["weak"] == "x", 0.2, 0.1)
    )
    return ew.Evaluation.from_predictions(np.zeros(n, int), wrong * 1, X=frame, **options)


def test_features_are_ranked_by_what_they_tell():
    evaluation = make()
    frame = evaluation.feature_errors()
    first = frame.drop_duplicates("feature").set_index("feature")
    assert first.index[:2].tolist() == ["strong", "weak"]
    assert first["rank"].tolist() == [1, 2, 3, 4]
    assert first["p_value"]["strong"] == pytest.approx(1 / 201)
    # A thousand names tell much of a sample by chance, and nothing beyond it.
    assert first["explained"]["names"] < 0.02
    assert first["p_value"]["names"] > 0.01
    assert first["p_value"]["noise"] > 0.01
    for name, groups in frame.groupby("feature"):
        assert groups["support"].sum() == evaluation.n_samples, name
    for _, one in frame.iterrows():
        assert evaluation.mask(one["conditions"]).sum() == one["support"]


def test_information_is_scikit_learns_less_chance():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 5, 3000).astype(np.uint8)
    target = rng.random(3000) < np.array([0.1, 0.1, 0.2, 0.4, 0.1])[codes]
    share, p_value = explained_by(codes, 5, target, None, 400, np.random.default_rng(1))
    rate = target.mean()
    entropy = -rate * np.log(rate) - (1 - rate) * np.log(1 - rate)
    shuffled = [mutual_info_score(codes, rng.permutation(target)) for _ in range(400)]
    expected = (mutual_info_score(codes, target) - np.mean(shuffled)) / entropy
    assert share == pytest.approx(expected, abs=2e-4)
    assert p_value == pytest.approx(1 / 401)


@pytest.mark.parametrize("kind", ["rate", "loss", "weighted"])
def test_p_values_of_nothing_are_spread_evenly(kind):
    rng = np.random.default_rng(2)
    p_values = []
    for _ in range(150):
        codes = rng.integers(0, 6, 300).astype(np.uint8)
        target = rng.random(300) < 0.2 if kind != "loss" else rng.exponential(size=300)
        weights = rng.random(300) if kind == "weighted" else None
        p_values.append(explained_by(codes, 6, target, weights, 60, rng)[1])
    small = np.mean(np.array(p_values) <= 0.1)
    assert small <= 0.1 + 3 * np.sqrt(0.09 / 150)
    assert np.mean(p_values) == pytest.approx(0.5, abs=0.1)


def test_variance_explained_is_adjusted_r_squared():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 4, 500).astype(np.uint8)
    values = codes * 1.0 + rng.normal(size=500)
    values -= values.min()
    share, _ = explained_by(codes, 4, values, None, 20, rng)
    means = pd.Series(values).groupby(codes).transform("mean")
    r2 = 1 - ((values - means) ** 2).sum() / ((values - values.mean()) ** 2).sum()
    assert share == pytest.approx(1 - (1 - r2) * 499 / 496)


def test_groups_agree_with_pandas():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 4, 500).astype(np.uint8)
    target, weights = rng.random(500) < 0.3, rng.random(500)
    plain = group_columns(codes, 5, target)
    assert plain["support"][4] == 0
    assert np.isnan(plain["error_rate"][4])
    assert plain["error_rate"][:4].tolist() == pytest.approx(
        pd.Series(target).groupby(codes).mean().tolist()
    )
    weighted = group_columns(codes, 4, target, weights)
    for code in range(4):
        rows = codes == code
        assert weighted["error_rate"][code] == pytest.approx(
            np.average(target[rows], weights=weights[rows])
        )
    means = group_columns(codes, 4, weights)
    assert means["error_rate"].tolist() == pytest.approx(
        pd.Series(weights).groupby(codes).mean().tolist()
    )


def test_two_features_meet():
    evaluation = make()
    frame = evaluation.feature_pair("strong", "weak")
    assert frame["support"].sum() == evaluation.n_samples
    table = evaluation.frame
    for _, one in frame.iterrows():
        rows = evaluation.mask(one["conditions"])
        assert rows.sum() == one["support"]
        assert one["error_rate"] == pytest.approx(table["is_error"][rows].mean())
        assert table.query(one["query"]).index.equals(table.index[rows])
    worst = frame.sort_values("error_rate").iloc[-1]
    assert "strong" in worst["first"]


def test_times_and_texts_in_pairs():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "at": pd.date_range("2024-01-01", periods=400, freq="9h"),
            "text": [" ".join(rng.choice(["one", "two", "three"], 6)) for _ in range(400)],
            "side": rng.choice(["l", "r"], 400),
        }
    )
    evaluation = ew.Evaluation.from_predictions(
        rng.integers(0, 2, 400), rng.integers(0, 2, 400), X=table
    )
    frame = evaluation.feature_pair("at", "side")
    assert frame["support"].sum() == 400
    frame = evaluation.feature_pair("at.weekday", "text.n_words")
    assert frame["first"].str.startswith("at.weekday").all()
    with pytest.raises(InputError, match="several features"):
        evaluation.feature_pair("text", "side")


def test_objectives_and_edges_of_a_ranking():
    evaluation = make()
    few = evaluation.feature_errors({"strong": [60], "weak": None}, objective=("recall", 0))
    assert few["condition"].tolist()[:2] == ["strong ≤ 60", "strong > 60"]
    inside = evaluation.feature_errors(within="strong > 40", n_permutations=20)
    assert inside.groupby("feature")["support"].sum().eq(evaluation.mask("strong > 40").sum()).all()
    weighted = make(sample_weight=np.random.default_rng(0).random(2000)).feature_errors()
    assert weighted["feature"][0] == "strong"
    assert "variance" in weighted.attrs["note"]


def test_nothing_to_rank_is_said():
    assert "no features" in ew.Evaluation.from_predictions([0, 1], [0, 0]).feature_errors().attrs[
        "note"
    ]  # fmt: skip
    right = ew.Evaluation.from_predictions(
        [0, 1] * 10, [0, 1] * 10, X=pd.DataFrame({"a": [1, 2, 2, 2] * 5})
    ).feature_errors()
    assert right["explained"].isna().all()
    assert right["p_value"].isna().all()


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda e: e.feature_errors(n_permutations=0), InputError, "1 or more"),
        (lambda e: e.feature_errors(n_permutations="x"), InputTypeError, "whole"),
        (lambda e: e.feature_errors(["nothing"]), ColumnNotFoundError, "nothing"),
        (lambda e: e.feature_pair("strong", "strong"), InputError, "both"),
        (lambda e: e.feature_pair("strong", "nothing"), ColumnNotFoundError, "nothing"),
        (lambda e: e.conditions("nothing"), ColumnNotFoundError, "nothing"),
    ],
)
def test_what_has_no_meaning_is_refused(call, error, said):
    with pytest.raises(error, match=said):
        call(make(100))


def test_cramers_v_is_scipys():
    rng = np.random.default_rng(0)
    for k, m in ((2, 2), (3, 5), (12, 4)):
        a = rng.integers(0, k, 500)
        b = np.where(rng.random(500) < 0.5, a % m, rng.integers(0, m, 500))
        expected = association(pd.crosstab(a, b).to_numpy(), method="cramer")
        assert cramers_v(a, b) == pytest.approx(expected)
    assert cramers_v(np.zeros(5, int), np.arange(5)) == 0.0
