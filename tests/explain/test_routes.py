"""Attributions against shap called directly, and against what they must sum to."""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.datasets import load_diabetes
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import errwidgets as ew
from errwidgets.exceptions import EstimatorError, InputError
from errwidgets.explain.attributions import TOLERANCE
from errwidgets.explain.explained import Cancelled
from errwidgets.explain.explaining import _background, explain
from errwidgets.explain.extras import import_extra
from errwidgets.explain.model import model_of

shap = import_extra("shap")


def numbers(n=300, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({name: rng.normal(size=n) for name in "abcd"})


def labels(X, k=2, seed=0):
    noise = np.random.default_rng(seed).normal(size=len(X)) * 0.4
    score = X["a"] + X["b"] * X["c"] + noise
    return np.digitize(score, [0] if k == 2 else [-0.6, 0.6])


def mixed(n=300, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "n": rng.normal(size=n),
            "side": rng.choice(["left", "right", "up"], n),
            "flag": rng.random(n) < 0.3,
            "m": rng.integers(0, 9, n),
        },
        index=[f"r{i}" for i in range(n)],
    )


def encoder():
    return make_column_transformer(
        (StandardScaler(), make_column_selector(dtype_include="number")),
        (OneHotEncoder(), ["side"]),
        ("passthrough", ["flag"]),
    )


def sums(found):
    gap = np.abs(found.base_values + found.values.sum(axis=1) - found.outputs)
    size = np.maximum(1, np.maximum(np.abs(found.outputs), np.abs(found.values).sum(axis=1)))
    # What is kept is float32, after the sums were checked in float64.
    return (gap <= (TOLERANCE + 1e-6) * size).all()


FORESTS = [
    (RandomForestClassifier(15, max_depth=5, random_state=0), 2),
    (RandomForestClassifier(15, max_depth=5, random_state=0), 3),
    (GradientBoostingClassifier(n_estimators=15, random_state=0), 2),
]


@pytest.mark.parametrize(("model", "k"), FORESTS, ids=lambda one: str(one).partition("(")[0])
@pytest.mark.parametrize("output", ["prediction", "true_class", "predicted_class", ("class", 0)])
def test_trees_are_shap_s_values_of_the_probability(model, k, output):
    X = numbers()
    y = labels(X, k)
    model.fit(X, y)
    evaluation = ew.Evaluation.from_estimator(model, X, y)
    found = evaluation.explain(output=output, max_rows=25)
    assert found.exact
    assert found.space == "probability"
    assert sums(found)
    background = _background(evaluation, model_of(evaluation), None, 0)[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        explainer = shap.TreeExplainer(
            model, background, model_output="probability", feature_perturbation="interventional"
        )
        direct = np.asarray(explainer.shap_values(found.data, check_additivity=False))
    rows = evaluation.frame.iloc[found.positions]
    code = {
        "prediction": np.ones(25, int) if k == 2 else rows["y_pred"].to_numpy(),
        "true_class": rows["y_true"].to_numpy(),
        "predicted_class": rows["y_pred"].to_numpy(),
        ("class", 0): np.zeros(25, int),
    }[output]
    if direct.ndim == 2:
        direct = np.stack([-direct, direct], axis=2)
    expected = direct[np.arange(25), :, code]
    np.testing.assert_allclose(found.values, expected, atol=1e-6)
    np.testing.assert_allclose(
        found.outputs, model.predict_proba(found.data)[np.arange(25), code], atol=1e-12
    )


def test_what_an_explainer_gets_wrong_is_not_shown():
    # shap 0.51 reads these trees of scikit-learn 1.9 wrong against other rows; that they do not
    # sum tells it. Along the paths of the trees it is exact, in the model's own margin.
    X = numbers()
    y = labels(X)
    model = HistGradientBoostingClassifier(max_iter=15, random_state=0).fit(X, y)
    evaluation = ew.Evaluation.from_estimator(model, X, y)
    found = evaluation.explain(max_rows=10)
    assert sums(found)
    if found.space == "raw":
        assert "paths" in found.route
        np.testing.assert_allclose(found.outputs, model.decision_function(found.data))
        direct = shap.TreeExplainer(model).shap_values(found.data, check_additivity=False)
        np.testing.assert_allclose(found.values, direct, atol=1e-6)
    asked = evaluation.explain(max_rows=5, space="probability")
    assert asked.space == "probability"
    assert sums(asked)
    np.testing.assert_allclose(asked.outputs, model.predict_proba(asked.data)[:, 1])


def test_the_margin_of_boosted_trees_may_be_asked_for():
    X = numbers()
    y = labels(X)
    model = GradientBoostingClassifier(n_estimators=15, random_state=0).fit(X, y)
    evaluation = ew.Evaluation.from_estimator(model, X, y)
    found = evaluation.explain(space="raw", max_rows=20)
    assert found.space == "raw"
    assert sums(found)
    np.testing.assert_allclose(found.outputs, model.decision_function(found.data), atol=1e-9)


def test_linear_models_are_shap_s_values_of_the_log_odds():
    X = numbers()
    y = labels(X)
    model = LogisticRegression().fit(X, y)
    evaluation = ew.Evaluation.from_estimator(model, X, y)
    found = evaluation.explain(max_rows=30)
    assert (found.exact, found.space) == (True, "log-odds")
    background = _background(evaluation, model_of(evaluation), None, 0)[0]
    expected = model.coef_[0] * (found.data.to_numpy() - background.to_numpy().mean(axis=0))
    np.testing.assert_allclose(found.values, expected, atol=1e-6)
    np.testing.assert_allclose(found.outputs, model.decision_function(found.data))
    assert sums(found)
    other = evaluation.explain(output=("class", 0), max_rows=30)
    np.testing.assert_allclose(other.values, -found.values, atol=1e-6)


REGRESSORS = [
    LinearRegression(), Ridge(), ExtraTreesRegressor(10, max_depth=5),
    HistGradientBoostingRegressor(max_iter=15),
]  # fmt: skip


@pytest.mark.parametrize("model", REGRESSORS, ids=lambda one: type(one).__name__)
def test_regressions_are_explained_in_their_units(model):
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    model.fit(X, y)
    evaluation = ew.Evaluation.from_estimator(model, X, y)
    found = evaluation.explain(max_rows=20)
    assert found.space == "value"
    assert sums(found)
    np.testing.assert_allclose(found.outputs, model.predict(found.data))


@pytest.mark.parametrize("last", [LogisticRegression(), RandomForestClassifier(10, max_depth=4)],
                         ids=lambda one: type(one).__name__)  # fmt: skip
def test_pipelines_are_explained_in_the_user_s_columns(last):
    X = mixed()
    y = np.where((X["n"] + (X["side"] == "left") + X["flag"]) > 0.8, "yes", "no")
    pipeline = make_pipeline(encoder(), last).fit(X, y)
    evaluation = ew.Evaluation.from_estimator(pipeline, X, y)
    found = evaluation.explain(max_rows=20)
    assert found.feature_names == ("n", "side", "flag", "m")
    assert found.exact
    assert sums(found)
    assert list(found.frame.columns) == ["n", "side", "flag", "m"]
    assert set(found.frame.index) <= set(X.index)
    assert found.data["side"].tolist() == X.loc[found.data.index, "side"].tolist()
    # The encoded columns of a category, summed.
    background = pipeline[:-1].transform(_background(evaluation, model_of(evaluation), None, 0)[0])
    encoded = pipeline[:-1].transform(found.data)
    if isinstance(last, LogisticRegression):
        direct = last.coef_[0] * (encoded - background.mean(axis=0))
        names = pipeline[:-1].get_feature_names_out()
        side = np.array(["side" in name for name in names])
        np.testing.assert_allclose(found.frame["side"], direct[:, side].sum(axis=1), atol=1e-6)


def test_columns_that_are_mixed_are_explained_by_permutation():
    X = numbers()
    y = labels(X)
    model = make_pipeline(PCA(2), LogisticRegression()).fit(X, y)
    found = ew.Evaluation.from_estimator(model, X, y).explain(max_rows=10)
    assert not found.exact
    assert "permutation" in found.route
    assert sums(found)
    assert found.errors.shape == found.values.shape


def test_any_model_is_explained_by_permutation():
    X = mixed()
    y = np.where(X["n"] > 0, "yes", "no")
    pipeline = make_pipeline(encoder(), KNeighborsClassifier()).fit(X, y)
    evaluation = ew.Evaluation.from_estimator(pipeline, X, y)
    found = evaluation.explain(max_rows=8)
    assert found.space == "probability"
    assert sums(found)
    np.testing.assert_allclose(found.outputs, pipeline.predict_proba(found.data)[:, 1], atol=1e-12)
    # The column that decides weighs most.
    assert found.frame.abs().mean().idxmax() == "n"


def test_a_function_is_a_model_and_gets_the_frame():
    X = mixed()
    y = (X["n"] > 0).astype(int)

    def ask(frame):
        assert list(frame.columns) == list(X.columns)
        assert frame.dtypes.tolist() == X.dtypes.tolist()
        return 1 / (1 + np.exp(-2 * frame["n"] - (frame["side"] == "left")))

    evaluation = ew.Evaluation.from_predictions(y, (ask(X) > 0.5).astype(int), X=X, model=ask)
    found = evaluation.explain(max_rows=6)
    assert sums(found)
    assert np.abs(found.frame[["flag", "m"]].to_numpy()).max() < 1e-9
    np.testing.assert_allclose(found.outputs, ask(found.data), atol=1e-12)


@pytest.mark.parametrize("k", [2, 3])
def test_losses_sum_to_the_loss(k):
    X = numbers()
    y = labels(X, k)
    model = RandomForestClassifier(10, max_depth=4, random_state=0).fit(X, y)
    evaluation = ew.Evaluation.from_estimator(model, X, y)
    found = evaluation.explain(output="loss", max_rows=10)
    assert found.space == "loss"
    assert sums(found)
    np.testing.assert_allclose(
        found.outputs, evaluation.frame["loss"].to_numpy()[found.positions], atol=1e-9
    )


def test_squared_errors_sum_to_the_squared_error():
    X = numbers()
    y = X["a"] * 2 + np.random.default_rng(0).normal(size=len(X))
    model = Ridge().fit(X, y)
    evaluation = ew.Evaluation.from_estimator(model, X, y)
    found = evaluation.explain(output="loss", max_rows=10)
    assert sums(found)
    rows = evaluation.frame.iloc[found.positions]
    np.testing.assert_allclose(found.outputs, rows["residual"] ** 2)


def test_the_loss_points_at_a_feature_that_misleads():
    rng = np.random.default_rng(1)
    n = 400
    X = pd.DataFrame({"signal": rng.normal(size=n), "noise": rng.normal(size=n)})
    y = (X["signal"] > 0).astype(int)

    def ask(frame):  # listens to noise as if it told something
        return 1 / (1 + np.exp(-3 * (frame["signal"] + frame["noise"])))

    evaluation = ew.Evaluation.from_predictions(y, (ask(X) > 0.5).astype(int), X=X, model=ask)
    found = evaluation.explain("is_error", output="loss", max_rows=40)
    mean = found.frame.mean()
    # Noise costs, the signal saves.
    assert mean["noise"] > 0.2
    assert mean["signal"] < 0


def test_what_was_explained_is_there_again():
    X = numbers()
    y = labels(X)
    calls = []

    def ask(frame):
        calls.append(len(frame))
        return 1 / (1 + np.exp(-frame["a"]))

    evaluation = ew.Evaluation.from_predictions(y, (ask(X) > 0.5).astype(int), X=X, model=ask)
    first = evaluation.explain([3, 4, 5])
    n = len(calls)
    again = evaluation.explain([3, 5])
    assert len(calls) == n
    np.testing.assert_array_equal(again.values, first.values[[0, 2]])
    evaluation.explain([3, 6])
    assert len(calls) > n


def test_what_is_kept_is_of_its_own_background():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=300), "b": rng.normal(size=300)})
    y = 2 * X["a"] - X["b"]
    evaluation = ew.Evaluation.from_estimator(LinearRegression().fit(X, y), X, y)
    rows = [5, 6, 7]

    def base(background):
        return evaluation.explain(rows, background=background).base_values[0]

    # The same first rows and as many of them, but others after these.
    for others in ([0, 1, 2, 10, 11], [0, 1, 2, 20, 21], [0, 1, 2, 10, 11]):
        assert base(others) == pytest.approx(y[others].mean(), abs=1e-6)
        assert base(X.iloc[others]) == pytest.approx(y[others].mean(), abs=1e-6)
    # The very same frame, changed since.
    own = X.iloc[:50].copy()
    assert base(own) == pytest.approx(y[:50].mean(), abs=1e-6)
    own["a"] += 1
    assert base(own) == pytest.approx(y[:50].mean() + 2, abs=1e-6)


def test_a_larger_sample_holds_the_smaller_one():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=300), "b": rng.normal(size=300)})
    y = X["a"] - X["b"]
    evaluation = ew.Evaluation.from_estimator(LinearRegression().fit(X, y), X, y)
    few, many = (evaluation.explain(max_rows=n).positions for n in (20, 100))
    assert len(few) == 20
    assert set(few) < set(many)


def test_values_too_rare_to_be_tried_first_belong_to_their_column():
    n = 900
    rng = np.random.default_rng(0)
    names = np.array([f"c{i}" for i in range(60)])
    # The first rows hold two values, the others come late and once or twice each.
    late = np.concatenate([np.repeat(names[:2], 300), rng.choice(names[2:], 300)])
    X = pd.DataFrame({"n": rng.normal(size=n), "country": late, "m": rng.normal(size=n)})
    y = (X["n"] + (X["country"] > "c3") + rng.normal(0, 0.3, n) > 0.5).astype(int)
    encode = make_column_transformer(
        (OneHotEncoder(sparse_output=False), ["country"]), remainder="passthrough"
    )
    model = make_pipeline(encode, LogisticRegression()).fit(X, y)
    evaluation = ew.Evaluation.from_estimator(model, X, y)
    found = evaluation.explain(max_rows=n, background=50)
    assert found.exact
    assert "linear explainer" in found.route
    assert sums(found)


@pytest.mark.parametrize(
    "model",
    [RandomForestRegressor(30, random_state=0), HistGradientBoostingRegressor(random_state=0)],
)
def test_values_beside_a_threshold_go_where_the_model_sends_them(model):
    # Exact Shapley values by every coalition, with the model's own answers: shap rounds thresholds
    # to single precision, and values of these data lie between a threshold and its rounded self.
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(1500, 3)), columns=list("abc"))
    y = X["a"] * X["b"] + np.sin(9 * X["c"])
    model.fit(X, y)
    evaluation = ew.Evaluation.from_estimator(model, X, y)
    found = evaluation.explain(background=X.head(30), max_rows=1500)
    assert "tree explainer" in found.route
    assert "against 30 rows" in found.route
    assert sums(found)
    for i in (0, 700, 1499):
        row = X.iloc[found.positions[i]]

        def value(kept, row=row):
            mixed = X.head(30).copy()
            for name in kept:
                mixed[name] = row[name]
            return model.predict(mixed).mean()

        for j, name in enumerate("abc"):
            others = [other for other in "abc" if other != name]
            gain = sum(
                weight * (value([*kept, name]) - value(kept))
                for kept, weight in (
                    ([], 1 / 3), ([others[0]], 1 / 6), ([others[1]], 1 / 6), (others, 1 / 3)
                )
            )  # fmt: skip
            assert found.values[i, j] == pytest.approx(gain, abs=1e-6)


def test_a_background_of_the_user_s_own():
    X = numbers()
    y = labels(X)
    model = LogisticRegression().fit(X, y)
    evaluation = ew.Evaluation.from_estimator(model, X, y)
    for background in (X.head(10), "a > 1", 7):
        found = evaluation.explain([1, 2], background=background)
        assert sums(found)
    own = evaluation.explain([1, 2], background=X.head(10))
    expected = model.coef_[0] * (X.iloc[[1, 2]] - X.head(10).mean()).to_numpy()
    np.testing.assert_allclose(own.values, expected, atol=1e-6)
    for odd in (0, X[["a"]], X.head(0), True):
        with pytest.raises(ew.exceptions.ErrwidgetsError, match="background"):
            evaluation.explain([1], background=odd)


def test_models_that_misbehave_are_named():
    X = numbers(60)
    y = labels(X)

    def evaluation(model):
        return ew.Evaluation.from_predictions(y, y, X=X, model=model)

    def raises(_frame):
        raise RuntimeError("out of paper")

    with pytest.raises(EstimatorError, match=r"raises failed on .* RuntimeError: out of paper"):
        evaluation(raises).explain(max_rows=2)
    with pytest.raises(EstimatorError, match="no finite number for"):
        evaluation(lambda frame: np.where(frame["a"] > 0, np.nan, 0.5)).explain(max_rows=2)
    with pytest.raises(EstimatorError, match="one answer per row"):
        evaluation(lambda _: np.ones(3)).explain(max_rows=2)
    with pytest.raises(EstimatorError, match="3 columns for the classes"):
        evaluation(lambda frame: np.ones((len(frame), 3))).explain(max_rows=2)
    fitted = LogisticRegression().fit(X.rename(columns={"d": "other"}), y)
    with pytest.raises(InputError, match="the table lacks 'other'"):
        evaluation(fitted).explain(max_rows=2)
    wrong = LogisticRegression().fit(X, np.where(y == 1, "yes", "no"))
    with pytest.raises(EstimatorError, match="which is none of"):
        ew.Evaluation.from_predictions(y, y, X=X, model=wrong).explain(max_rows=2)


@pytest.mark.parametrize(
    "options",
    [
        {"method": "magic"}, {"output": "everything"}, {"output": ("class", "nobody")},
        {"space": "hyper"}, {"max_rows": 0}, {"max_rows": 2.5}, {"seed": -1}, {"rows": "a > 99"},
    ],
    ids=str,
)  # fmt: skip
def test_what_has_no_meaning_is_refused(options):
    X = numbers(60)
    y = labels(X)
    evaluation = ew.Evaluation.from_estimator(LogisticRegression().fit(X, y), X, y)
    with pytest.raises(ew.exceptions.ErrwidgetsError):
        evaluation.explain(**options)


def test_one_row_and_constant_missing_or_odd_columns():
    X = mixed(80).assign(constant=1, missing=np.nan, when=pd.Timestamp("2024-01-01"))
    X["many"] = pd.Categorical(X["side"])
    y = (X["n"] > 0).astype(int)

    def ask(frame):
        assert frame["when"].dtype == X["when"].dtype
        assert frame["many"].dtype == X["many"].dtype
        return (frame["n"] > 0).to_numpy() * 0.8 + 0.1

    evaluation = ew.Evaluation.from_predictions(y, y, X=X, model=ask)
    found = evaluation.explain(["r3"])
    assert len(found) == 1
    assert sums(found)
    assert found.row("r3").index[0] == "n"
    assert found.row("r3")["value"].iloc[0] == X.loc["r3", "n"]
    with pytest.raises(KeyError, match="No row"):
        found.row("nobody")
    explanation = found.to_shap()
    assert explanation.values.shape == (1, X.shape[1])


def test_the_work_is_told_of_and_stopped():
    X = numbers()
    y = labels(X)
    model = RandomForestClassifier(10, max_depth=4, random_state=0).fit(X, y)
    evaluation = ew.Evaluation.from_estimator(model, X, y)
    options = {
        "method": "shap", "output": "prediction", "space": None, "background": None,
        "max_rows": 100, "seed": 0, "values": None,
    }  # fmt: skip
    told = []
    explain(evaluation, None, **options, progress=told.append)
    assert told[0] == 0.0
    assert told == sorted(told)
    evaluation.kept.clear()
    with pytest.raises(Cancelled):
        explain(evaluation, None, **options, progress=lambda _: False)
    slow = ew.Evaluation.from_predictions(y, y, X=X, model=lambda frame: frame["a"] > 0)
    with pytest.raises(Cancelled):
        explain(slow, None, **options, progress=lambda done: done < 0.3)


@pytest.mark.parametrize(("method", "package"), [("shap", "shap"), ("lime", "lime")])
def test_without_the_extra_it_is_said_what_to_install(monkeypatch, method, package):
    X = numbers(60)
    y = labels(X)
    evaluation = ew.Evaluation.from_estimator(LogisticRegression().fit(X, y), X, y)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=r"pip install errwidgets\[explain\]"):
        evaluation.explain(max_rows=2, method=method)


def test_many_features_are_explained():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(120, 500)), columns=[f"f{i}" for i in range(500)])
    y = (X["f3"] > 0).astype(int)
    evaluation = ew.Evaluation.from_estimator(LogisticRegression().fit(X, y), X, y)
    found = evaluation.explain(max_rows=5)
    assert found.values.shape == (5, 500)
    assert sums(found)
    assert len(evaluation.contrast("is_error or f3 > 1", max_rows=30)) == 500


def test_sparse_features_of_a_pipeline_are_explained():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {"town": rng.choice([f"t{i}" for i in range(60)], 400), "n": rng.normal(size=400)}
    )
    y = (X["n"] > 0).astype(int)
    sparse = make_column_transformer(
        (OneHotEncoder(sparse_output=True), ["town"]), ("passthrough", ["n"]), sparse_threshold=1.0
    )
    model = make_pipeline(sparse, LogisticRegression()).fit(X, y)
    found = ew.Evaluation.from_estimator(model, X, y).explain(max_rows=10)
    assert found.exact
    assert sums(found)
    assert found.frame.abs().mean().idxmax() == "n"
