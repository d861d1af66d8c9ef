"""A selection against the rest, against scipy and a planted difference."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

import errwidgets as ew
from errwidgets.exceptions import EmptyInputError, ErrwidgetsError, InputError
from errwidgets.explain.contrast import COLUMNS, sides, values_contrasted
from errwidgets.slices.evidence import benjamini_hochberg


def planted(n=1200, seed=0):
    """Return an evaluation whose mistakes are old, left, and nothing else."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "age": rng.integers(18, 80, n),
            "side": rng.choice(["left", "right"], n),
            "noise": rng.normal(size=n),
            "flag": rng.random(n) < 0.5,
        }
    )
    wrong = rng.random(n) < np.where((table["age"] > 55) & (table["side"] == "left"), 0.7, 0.05)
    y = rng.integers(0, 2, n)
    pred = np.where(wrong, 1 - y, y)

    def ask(frame):
        return 1 / (1 + np.exp(-(0.05 * (frame["age"] - 49) + (frame["side"] == "left"))))

    return ew.Evaluation.from_predictions(y, pred, X=table, model=ask)


@pytest.fixture(scope="module")
def evaluation():
    return planted()


@pytest.fixture(scope="module")
def found(evaluation):
    return evaluation.contrast("is_error", max_rows=150)


def test_the_planted_features_come_first(found):
    assert list(found.columns) == list(COLUMNS)
    assert set(found["feature"][:2]) == {"age", "side"}
    by = found.set_index("feature")
    assert by.loc["age", "value_gap"] > 0.5
    assert by.loc["age", "value_gap_q_value"] < 0.001
    assert by.loc["side", "value_gap"] > 0.2
    assert by.loc["noise", "value_gap_q_value"] > 0.05
    assert by.loc["age", "words"].startswith("age is ")
    assert "side is left in" in by.loc["side", "words"]
    assert "(rest" in by.loc["side", "words"]
    assert "differ beyond chance" in found.attrs["note"]
    assert "A random sample of 150 of" in found.attrs["note"]


def test_the_numbers_are_scipy_s(evaluation, found):
    inside, other, said = sides(evaluation, "is_error", "rest")
    assert said == "rest"
    a = evaluation.explain(inside, max_rows=150)
    b = evaluation.explain(other, max_rows=150)
    by = found.set_index("feature")
    for name in a.feature_names:
        x, y = a.frame[name].abs(), b.frame[name].abs()
        assert by.loc[name, "attribution_gap"] == pytest.approx(x.mean() - y.mean())
        if x.std() > 0 or y.std() > 0:
            test = stats.ttest_ind(x, y, equal_var=False)
            assert by.loc[name, "attribution_gap_p_value"] == pytest.approx(test.pvalue, rel=1e-6)
            low, high = test.confidence_interval()
            assert by.loc[name, "attribution_gap_ci_low"] == pytest.approx(low, rel=1e-3)
            assert by.loc[name, "attribution_gap_ci_high"] == pytest.approx(high, rel=1e-3)
    ages = [evaluation.frame["age"].to_numpy()[one.positions] for one in (a, b)]
    pooled = np.sqrt((ages[0].var(ddof=1) + ages[1].var(ddof=1)) / 2)
    expected = (ages[0].mean() - ages[1].mean()) / pooled
    assert by.loc["age", "value_gap"] == pytest.approx(expected)
    sided = [evaluation.frame["side"].to_numpy()[one.positions] for one in (a, b)]
    share = [np.mean(one == "left") for one in sided]
    assert by.loc["side", "value_gap"] == pytest.approx(abs(share[0] - share[1]))
    table = [[np.sum(one == value) for value in ("left", "right")] for one in sided]
    assert by.loc["side", "value_gap_p_value"] == pytest.approx(
        stats.chi2_contingency(table).pvalue
    )
    names = ["attribution_gap_p_value", "value_gap_p_value"]
    q_values = benjamini_hochberg(found[names].to_numpy().ravel()).reshape(-1, 2)
    np.testing.assert_allclose(found["value_gap_q_value"], q_values[:, 1])


def test_against_correct_rows_and_a_cohort(evaluation):
    frame = evaluation.contrast("age > 60", "correct", max_rows=60)
    assert frame.attrs["against"] == "correct rows"
    assert frame.attrs["n_other"] == int(
        (~evaluation.mask("age > 60") & ~evaluation.mask("is_error")).sum()
    )
    evaluation.notes.add_cohort("young", "age < 30", replace=True)
    frame = evaluation.contrast("age > 60", ("cohort", "young"), max_rows=60)
    assert frame.attrs["n_other"] == int(evaluation.mask("age < 30").sum())
    assert "(young" in frame["words"][0]


@pytest.mark.parametrize(
    ("selection", "against", "error"),
    [
        ("age > 999", "rest", EmptyInputError),
        ("age > 0", "rest", EmptyInputError),
        ("age > 60", "everything", InputError),
        ("age > 60", ("cohort", "nobody"), InputError),
        (None, "rest", EmptyInputError),
    ],
    ids=str,
)
def test_what_cannot_be_compared_is_refused(evaluation, selection, against, error):
    with pytest.raises(error):
        evaluation.contrast(selection, against)


def test_odd_columns_are_compared_or_left_without_numbers():
    n = 200
    table = pd.DataFrame(
        {
            "same": np.ones(n),
            "gone": np.full(n, np.nan),
            "split": np.repeat([0.0, 1.0], n // 2),
            "gaps": pd.Series(np.arange(n, dtype=float)).mask(np.arange(n) % 3 == 0),
            "word": ["a", None] * (n // 2),
        }
    )
    y = np.arange(n) % 2
    evaluation = ew.Evaluation.from_predictions(
        y, y, X=table, model=lambda frame: frame["split"] * 0.5 + 0.2
    )
    found = evaluation.contrast("split == 1").set_index("feature")
    assert found.loc["same", "value_gap"] == 0
    assert np.isnan(found.loc["gone", "value_gap"])
    # Two values without any spread: the difference has no scale.
    assert np.isnan(found.loc["split", "value_gap"])
    assert found["words"].map(bool).all()


def test_values_computed_before_ask_no_model():
    evaluation = planted(300)
    values = np.random.default_rng(0).normal(size=(300, 4))
    values[evaluation.mask("age > 60"), 0] += 3

    def never(_frame):
        raise AssertionError

    object.__getattribute__(evaluation, "__dict__")["model"] = never
    frame = evaluation.contrast("age > 60", values=values)
    assert frame["feature"][0] == "age"
    assert frame.set_index("feature").loc["age", "attribution_gap"] > 1.5


def test_without_a_model_a_surrogate_says_so():
    evaluation = planted(900)
    object.__getattribute__(evaluation, "__dict__")["model"] = None
    found = evaluation.explain(max_rows=50)
    assert found.method == "surrogate"
    assert found.space == "probability"
    assert "There is no model" in found.note
    gap = np.abs(found.base_values + found.values.sum(axis=1) - found.outputs)
    assert gap.max() < 1e-6
    strength = found.frame.abs().mean()
    assert set(strength.nlargest(2).index) == {"age", "side"}
    X = pd.DataFrame({"a": [1, 2, 1]})
    right = ew.Evaluation.from_predictions([0, 1, 1], [0, 1, 1], X=X)
    with pytest.raises(InputError, match="every row is right"):
        right.explain()
    with pytest.raises(ErrwidgetsError, match="no features"):
        ew.Evaluation.from_predictions([0, 1, 1], [0, 1, 0]).explain()
    scores = ew.Evaluation.from_scores(
        pd.DataFrame({"a": np.arange(200) % 7}), loss=(np.arange(200) % 7 == 3) * 1.0
    )
    of_loss = scores.explain()
    assert (of_loss.method, of_loss.space) == ("surrogate", "loss")


def test_without_attributions_values_alone_are_compared():
    evaluation = planted(900)
    inside, other, said = sides(evaluation, "is_error", "rest")
    found = values_contrasted(evaluation, inside, other, said, max_rows=10_000, seed=0)
    whole = evaluation.contrast("is_error", max_rows=10_000).set_index("feature")
    one = found.set_index("feature")
    assert one["attribution_gap"].isna().all()
    for name in one.index:
        assert one["value_gap"][name] == pytest.approx(whole["value_gap"][name])
        assert one["value_gap_p_value"][name] == pytest.approx(whole["value_gap_p_value"][name])
    assert "Values alone" in found.attrs["note"]


def test_a_shap_explanation_is_taken_as_it_is():
    from errwidgets.explain.extras import import_extra  # noqa: PLC0415

    shap = import_extra("shap")
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=120), "b": rng.normal(size=120)})
    y = (X["a"] > 0).astype(int)
    model = LogisticRegression().fit(X.to_numpy(), y)
    evaluation = ew.Evaluation.from_predictions(y, model.predict(X.to_numpy()), X=X)
    explanation = shap.LinearExplainer(model, X.to_numpy())(X.to_numpy())
    explanation.feature_names = ["a", "b"]
    found = evaluation.explain([5, 3], values=explanation)
    np.testing.assert_allclose(found.values, explanation.values[[3, 5]])
    np.testing.assert_allclose(found.base_values, explanation.base_values[[3, 5]])
    assert found.data["a"].tolist() == X["a"].iloc[[3, 5]].tolist()
    both = np.stack([-explanation.values, explanation.values], axis=2)
    of_true = evaluation.explain(output="true_class", values=both)
    sign = np.where(y == 1, 1, -1)
    np.testing.assert_allclose(of_true.values, explanation.values * sign[:, None])
    as_frame = pd.DataFrame(explanation.values, columns=["odd", "names"])
    unknown = evaluation.explain([1], values=as_frame)
    assert "no columns of the table" in unknown.note
    for odd in (np.ones((3, 2)), np.ones(120), np.full((120, 2), np.nan), ["a"] * 120,
                np.ones((120, 2, 5))):  # fmt: skip
        with pytest.raises(ErrwidgetsError):
            evaluation.explain(values=odd)


def test_an_explainer_of_the_user_s_own_is_asked_as_it_is():
    from errwidgets.explain.extras import import_extra  # noqa: PLC0415

    shap = import_extra("shap")
    X = pd.DataFrame({"a": np.arange(120.0) % 7, "b": np.arange(120.0) % 5})
    y = (X["a"] > 3).astype(int)
    model = LogisticRegression().fit(X.to_numpy(), y)
    evaluation = ew.Evaluation.from_predictions(y, model.predict(X.to_numpy()), X=X)
    calls = []

    class Counted(shap.LinearExplainer):
        def __call__(self, rows, *rest, **options):
            calls.append(len(rows))
            return super().__call__(rows, *rest, **options)

    explainer = Counted(model, X.to_numpy())
    found = evaluation.explain([5, 3, 90], values=explainer)
    direct = shap.LinearExplainer(model, X.to_numpy())(X.to_numpy()[[3, 5, 90]])
    np.testing.assert_allclose(found.values, direct.values, atol=1e-6)
    np.testing.assert_allclose(found.base_values, direct.base_values, atol=1e-6)
    assert found.route == "your own Counted"
    assert not found.exact
    n = sum(calls)
    again = evaluation.explain([5, 3], values=explainer)
    assert sum(calls) == n  # what was explained is kept
    np.testing.assert_array_equal(again.values, found.values[:2])
    assert len(evaluation.contrast("a > 4", values=explainer)) == 2
    with pytest.raises(InputError, match="explains outputs"):
        evaluation.explain(output="loss", values=explainer)

    # One with an output per class: the one that is asked for.
    trees = shap.TreeExplainer(
        RandomForestClassifier(5, max_depth=3, random_state=0).fit(X.to_numpy(), y)
    )
    of_yes, of_no = (
        evaluation.explain([5], values=trees, output=("class", label)) for label in (1, 0)
    )
    np.testing.assert_allclose(of_yes.values, -of_no.values, atol=1e-6)

    class Breaks(shap.LinearExplainer):
        def __call__(self, *_rest, **_options):
            raise RuntimeError("out of paper")

    with pytest.raises(ErrwidgetsError, match="Breaks failed: RuntimeError: out of paper"):
        evaluation.explain([5], values=Breaks(model, X.to_numpy()))
