"""LIME against lime called directly; how far explanations agree."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

import errwidgets as ew
from errwidgets.exceptions import InputError
from errwidgets.explain.agreement import agreement, spread
from errwidgets.explain.extras import import_extra
from errwidgets.explain.locally import N_SAMPLES


def numbers(n=300):
    rng = np.random.default_rng(0)
    return pd.DataFrame({name: rng.normal(size=n) for name in "abc"})


def test_lime_s_weights_are_lime_s():
    X = numbers()
    y = X["a"] * 2 - X["b"]
    model = LinearRegression().fit(X, y)
    evaluation = ew.Evaluation.from_estimator(model, X, y)
    found = evaluation.explain([4], method="lime")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        explainer = import_extra("lime", "lime.lime_tabular").LimeTabularExplainer(
            X.to_numpy(), mode="regression", discretize_continuous=False, random_state=0,
            categorical_features=[],
        )  # fmt: skip
        direct = explainer.explain_instance(
            X.iloc[4].to_numpy(), model.predict, num_features=3, num_samples=N_SAMPLES
        )
    expected = dict(direct.local_exp[1])
    np.testing.assert_allclose(found.values[0], [expected[j] for j in range(3)])
    assert found.fit[0] == pytest.approx(direct.score)
    assert found.fit[0] > 0.99
    assert found.method == "lime"
    assert "R²" in found.note


def test_lime_takes_categories_missing_values_and_odd_types():
    rng = np.random.default_rng(0)
    n = 200
    X = pd.DataFrame(
        {
            "n": rng.normal(size=n),
            "side": rng.choice(["left", "<b>right</b>", None], n),
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 5, n), "D"),
            "gap": pd.Series(rng.normal(size=n)).mask(rng.random(n) < 0.2),
            "truth": rng.random(n) < 0.4,
        }
    )
    y = ((X["side"] == "left") | (X["n"] > 1)).astype(int)

    def ask(frame):
        assert frame["when"].dtype == X["when"].dtype
        assert frame["truth"].dtype == bool
        return 0.1 + 0.8 * ((frame["side"] == "left") | (frame["n"] > 1))

    evaluation = ew.Evaluation.from_predictions(y, y, X=X, model=ask)
    found = evaluation.explain([0, 1, 2], method="lime")
    assert np.isfinite(found.values).all()
    assert (found.frame.abs().idxmax(axis=1).isin(["side", "n"])).all()
    assert ((found.fit >= 0) & (found.fit <= 1)).all()


def test_lime_explains_the_loss_and_pipelines():
    rng = np.random.default_rng(0)
    X = numbers().assign(side=rng.choice(["l", "r"], 300))
    y = ((X["a"] + (X["side"] == "l")) > 0.5).astype(int)
    transformer = make_column_transformer((OneHotEncoder(), ["side"]), remainder="passthrough")
    model = make_pipeline(transformer, LogisticRegression()).fit(X, y)
    evaluation = ew.Evaluation.from_estimator(model, X, y)
    found = evaluation.explain([1, 2], method="lime", output="loss")
    assert found.space == "loss"
    np.testing.assert_allclose(found.outputs, evaluation.frame["loss"].iloc[[1, 2]], atol=1e-9)


def test_agreement_is_counted_row_by_row():
    X = numbers()
    y = (X["a"] * 3 + X["b"] + X["c"] * 0.1 > 0).astype(int)
    model = LogisticRegression().fit(X, y)
    evaluation = ew.Evaluation.from_estimator(model, X, y)
    first = evaluation.explain(list(range(8)), method="shap")
    second = evaluation.explain(list(range(8)), method="lime")
    frame = agreement(first, second, k=2)
    for i in range(8):
        a, b = first.values[i], second.values[i]
        top = [set(np.argsort(-np.abs(one))[:2].tolist()) for one in (a, b)]
        both = top[0] & top[1]
        assert frame["top_k"].iloc[i] == len(both) / 2
        if both:
            same = np.mean([np.sign(a[j]) == np.sign(b[j]) for j in both])
            assert frame["sign"].iloc[i] == pytest.approx(same)
        expected = spearmanr(np.abs(a), np.abs(b)).statistic
        assert frame["rank_correlation"].iloc[i] == pytest.approx(expected)
    assert "agree on" in frame.attrs["note"]
    assert "log-odds and probability" in frame.attrs["note"]
    whole = agreement(first, first, k=9)
    assert (whole["top_k"] == 1).all()
    assert (whole["rank_correlation"] > 0.999).all()


def test_what_explains_something_else_is_not_compared():
    X = numbers()
    y = (X["a"] > 0).astype(int)
    evaluation = ew.Evaluation.from_estimator(LogisticRegression().fit(X, y), X, y)
    first = evaluation.explain([1, 2])
    with pytest.raises(InputError, match="nothing to compare"):
        agreement(first, evaluation.explain([1, 2], output="true_class"))
    with pytest.raises(InputError, match="other rows"):
        agreement(first, evaluation.explain([1, 3]))


def test_the_spread_over_seeds():
    X = numbers()
    y = (X["a"] * X["b"] > 0).astype(int)

    def ask(frame):
        return 1 / (1 + np.exp(-3 * frame["a"] * frame["b"]))

    evaluation = ew.Evaluation.from_predictions(y, y, X=X, model=ask)
    runs = [evaluation.explain([0, 1], seed=seed, background=30) for seed in range(3)]
    found = spread(runs)
    stacked = np.stack([one.values for one in runs])
    np.testing.assert_allclose(found.to_numpy(), stacked.std(axis=0, ddof=1))
    assert found["c"].max() < found["a"].max()
