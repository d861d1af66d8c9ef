"""From what people have to an evaluation: tables, models, records, scores."""

from __future__ import annotations

import enum
import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn import metrics as sk
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC, LinearSVC

from errwidgets import ConfusionMatrix, Evaluation
from errwidgets.exceptions import (
    ErrwidgetsError,
    EstimatorError,
    InputError,
    LabelError,
    LengthMismatchError,
    ProbabilityError,
    RecordError,
    ShapeError,
    TaskError,
)
from errwidgets.selection import In

make = Evaluation.from_predictions
WINE, WINE_Y = load_wine(return_X_y=True, as_frame=True)
BINARY_X = WINE[WINE_Y < 2].iloc[::2]
BINARY_Y = WINE_Y[WINE_Y < 2].iloc[::2].map({0: "red", 1: "white"})


# ---------------------------------------------------------------- models


def test_a_classifier_gives_its_classes_and_probabilities() -> None:
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(WINE, WINE_Y)
    before = WINE.copy(deep=True), WINE_Y.copy(deep=True)
    evaluation = Evaluation.from_estimator(model, WINE, WINE_Y)
    assert evaluation.name == "LogisticRegression"
    assert evaluation.model is model
    assert evaluation.classes == (0, 1, 2)
    assert evaluation.task == "multiclass"
    np.testing.assert_array_equal(evaluation.y_proba, model.predict_proba(WINE))
    np.testing.assert_array_equal(evaluation.frame["y_pred"], model.predict(WINE))
    np.testing.assert_array_equal(evaluation.frame["y_true"], WINE_Y)
    assert list(evaluation.frame)[: WINE.shape[1]] == list(WINE)
    expected = sk.log_loss(WINE_Y, model.predict_proba(WINE))
    assert evaluation.summary().loc["log_loss", "value"] == pytest.approx(expected, rel=1e-9)
    pd.testing.assert_frame_equal(WINE, before[0])
    pd.testing.assert_series_equal(WINE_Y, before[1])


def test_a_pipeline_takes_the_table_as_it_is() -> None:
    table = pd.DataFrame(
        {"age": [20, 30, 40, 50, 60, 25], "town": list("ababac"), "note": ["x y"] * 6},
        index=list("uvwxyz"),
    )
    y = pd.Series(["no", "no", "yes", "yes", "yes", "no"], index=table.index)
    columns = ColumnTransformer(
        [("n", StandardScaler(), ["age"]), ("c", OneHotEncoder(), ["town"])]
    )
    model = make_pipeline(columns, LogisticRegression()).fit(table, y)
    evaluation = Evaluation.from_estimator(model, table, y)
    assert evaluation.classes == ("no", "yes")
    assert evaluation.pos_label == "yes"
    np.testing.assert_allclose(evaluation.y_proba, model.predict_proba(table))
    assert evaluation.frame.index.tolist() == list("uvwxyz")
    assert evaluation.frame["town"].tolist() == list("ababac")


def test_a_forest_s_classes_keep_their_order_and_those_it_never_saw_follow() -> None:
    model = RandomForestClassifier(5, random_state=0).fit(WINE[WINE_Y > 0], WINE_Y[WINE_Y > 0])
    evaluation = Evaluation.from_estimator(model, WINE, WINE_Y)
    assert evaluation.classes == (1, 2, 0)
    assert evaluation.y_proba is not None
    np.testing.assert_array_equal(evaluation.y_proba[:, :2], model.predict_proba(WINE))
    assert not evaluation.y_proba[:, 2].any()
    assert evaluation.per_class().loc[0, "recall"] == 0


def test_decision_scores_of_two_classes() -> None:
    model = LinearSVC(random_state=0).fit(StandardScaler().fit_transform(BINARY_X), BINARY_Y)
    x = StandardScaler().fit_transform(BINARY_X)
    evaluation = Evaluation.from_estimator(model, x, BINARY_Y)
    assert evaluation.y_proba is None
    np.testing.assert_array_equal(evaluation.y_score, model.decision_function(x))
    expected = sk.roc_auc_score(BINARY_Y == "white", model.decision_function(x))
    assert evaluation.summary().loc["roc_auc", "value"] == pytest.approx(expected, rel=1e-12)


def noisy_scorer() -> tuple[object, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(80, 2))
    y = np.where(x[:, 0] + rng.normal(size=80) > 0, "white", "red")
    return LinearSVC(random_state=0).fit(x, y), x, y


@pytest.mark.parametrize("options", [{"pos_label": "red"}, {"classes": ["white", "red"]}])
def test_decision_scores_follow_the_positive_class(options: dict) -> None:
    model, x, y = noisy_scorer()
    evaluation = Evaluation.from_estimator(model, x, y, **options)
    assert evaluation.pos_label == "red"
    expected = sk.roc_auc_score(y == "red", -model.decision_function(x))  # type: ignore[attr-defined]
    assert expected > 0.6
    assert evaluation.summary().loc["roc_auc", "value"] == pytest.approx(expected, rel=1e-12)


def test_decision_scores_of_several_classes_follow_the_order_of_classes() -> None:
    x = StandardScaler().fit_transform(WINE)[:, :2]
    model = LinearSVC(random_state=0).fit(x, WINE_Y)
    plain = Evaluation.from_estimator(model, x, WINE_Y)
    turned = Evaluation.from_estimator(model, x, WINE_Y, classes=[2, 0, 1])
    scores = model.decision_function(x)
    np.testing.assert_array_equal(plain.y_score, scores)
    np.testing.assert_array_equal(turned.y_score, scores[:, [2, 0, 1]])
    areas = [evaluation.summary().loc["roc_auc", "value"] for evaluation in (plain, turned)]
    assert areas[0] == pytest.approx(areas[1], rel=1e-12)


def test_probabilities_follow_the_order_of_given_classes() -> None:
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(WINE, WINE_Y)
    evaluation = Evaluation.from_estimator(model, WINE, WINE_Y, classes=[2, 0, 1])
    assert evaluation.classes == (2, 0, 1)
    np.testing.assert_array_equal(evaluation.y_proba, model.predict_proba(WINE)[:, [2, 0, 1]])


def test_a_class_that_a_scorer_never_saw_does_not_stop_the_rest() -> None:
    model, x, y = noisy_scorer()
    y = y.copy()
    y[0] = "rosé"
    evaluation = Evaluation.from_estimator(model, x, y)
    assert evaluation.classes == ("red", "white", "rosé")
    assert evaluation.confusion().loc["rosé"].sum() == 1


def test_pairwise_scores_of_an_svc_do_not_stop_the_rest() -> None:
    # One-vs-one: six columns for four classes.
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(60, 3)), np.arange(60) % 4
    model = SVC(decision_function_shape="ovo").fit(x, y)
    assert Evaluation.from_estimator(model, x, y).n_samples == 60


def test_a_regressor_gives_a_regression() -> None:
    x, y = load_diabetes(return_X_y=True, as_frame=True)
    model = LinearRegression().fit(x, y)
    evaluation = Evaluation.from_estimator(model, x, y)
    assert evaluation.task == "regression"
    assert evaluation.classes == ()
    np.testing.assert_allclose(evaluation.frame["residual"], y - model.predict(x))
    assert evaluation.summary().loc["r2", "value"] == pytest.approx(model.score(x, y), rel=1e-9)


@pytest.mark.parametrize(
    ("package", "name"), [("xgboost", "XGBClassifier"), ("lightgbm", "LGBMClassifier")]
)
def test_boosters_with_scikit_learn_s_interface(package: str, name: str) -> None:
    library = pytest.importorskip(package)
    model = getattr(library, name)(n_estimators=5, n_jobs=1).fit(WINE.to_numpy(), WINE_Y)
    evaluation = Evaluation.from_estimator(model, WINE.to_numpy(), WINE_Y)
    assert evaluation.classes == (0, 1, 2)
    assert evaluation.name == name
    np.testing.assert_array_equal(evaluation.y_proba, model.predict_proba(WINE.to_numpy()))


class Fake:
    """A model that says what it is told to say."""

    def __init__(self, **says: object) -> None:
        for name, value in says.items():
            setattr(self, name, value if name.endswith("_") else self._answer(value))

    @staticmethod
    def _answer(value: object) -> object:
        def method(_: object) -> object:
            if isinstance(value, Exception):
                raise value
            return value

        return method


PAIR = np.array(["a", "b"])
TWO = np.array([[0.9, 0.1], [0.2, 0.8]])


def test_any_object_with_the_interface_will_do() -> None:
    model = Fake(predict=["a", "a"], predict_proba=TWO, classes_=PAIR)
    evaluation = Evaluation.from_estimator(model, [[1], [2]], ["a", "b"])
    assert evaluation.name == "Fake"
    np.testing.assert_array_equal(evaluation.y_proba, TWO)


def test_classes_in_a_list_are_classes_too() -> None:
    model = Fake(predict=["a", "a"], predict_proba=TWO, classes_=["a", "b"])
    evaluation = Evaluation.from_estimator(model, [[1], [2]], ["a", "b"])
    np.testing.assert_array_equal(evaluation.y_proba, TWO)


@pytest.mark.parametrize("odd", [None, 2, object()])
def test_an_attribute_that_holds_no_classes_does_not_stop_the_rest(odd: object) -> None:
    evaluation = Evaluation.from_estimator(
        Fake(predict=PAIR, classes_=odd, predict_proba=TWO), [[1], [2]], ["a", "b"]
    )
    assert evaluation.classes == ("a", "b")


def test_what_the_user_says_comes_before_what_the_model_says() -> None:
    model = Fake(predict=["a", "a"], predict_proba=TWO, classes_=PAIR)
    evaluation = Evaluation.from_estimator(
        model, [[1], [2]], ["a", "b"], name="mine", y_proba=TWO[::-1], model="other"
    )
    assert (evaluation.name, evaluation.model) == ("mine", "other")
    np.testing.assert_array_equal(evaluation.y_proba, TWO[::-1])
    without = Evaluation.from_estimator(model, [[1], [2]], ["a", "b"], y_proba=None)
    assert without.y_proba is None


FAILING = {
    "unfitted": (LogisticRegression(), "LogisticRegression.predict failed: NotFittedError"),
    "raising": (Fake(predict=KeyError("age")), "Fake.predict failed: KeyError: 'age'"),
    "raising an index error": (Fake(predict=IndexError("x")), "Fake.predict failed: IndexError"),
    "raising later": (
        Fake(predict=PAIR, classes_=PAIR, predict_proba=ZeroDivisionError("no")),
        "Fake.predict_proba failed: ZeroDivisionError: no",
    ),
    "scoring with an error": (
        Fake(predict=PAIR, classes_=PAIR, decision_function=AttributeError("w")),
        "Fake.decision_function failed: AttributeError: w",
    ),
    "a class": (LogisticRegression, "must be a fitted model with a predict method; got Logistic"),
    "nothing": (None, "must be a fitted model with a predict method; got NoneType"),
    "text": ("model", "must be a fitted model with a predict method; got str"),
    "predict that is no method": (Fake(predict_=1), "got Fake"),
}


@pytest.mark.parametrize("case", FAILING)
def test_a_model_that_cannot_predict_is_refused(case: str) -> None:
    model, message = FAILING[case]
    with pytest.raises(EstimatorError) as caught:
        Evaluation.from_estimator(model, [[1], [2]], ["a", "b"])
    assert message in str(caught.value)
    assert isinstance(caught.value, TypeError)


ODD = {
    "no prediction": Fake(predict=None),
    "one prediction": Fake(predict=3),
    "another number of predictions": Fake(predict=["a"]),
    "ragged predictions": Fake(predict=[[1], [1, 2]]),
    "several outputs": Fake(predict=np.zeros((2, 2)), classes_=[PAIR, PAIR]),
    "no probabilities": Fake(predict=PAIR, classes_=PAIR, predict_proba=None),
    "one column of probabilities": Fake(predict=PAIR, classes_=PAIR, predict_proba=TWO[:, :1]),
    "flat probabilities": Fake(predict=PAIR, classes_=PAIR, predict_proba=np.ones(3)),
    "too many columns": Fake(predict=PAIR, classes_=PAIR, predict_proba=np.full((2, 3), 1 / 3)),
    "probabilities of another length": Fake(predict=PAIR, classes_=PAIR, predict_proba=TWO[:1]),
    "probabilities of several outputs": Fake(predict=PAIR, classes_=PAIR, predict_proba=[TWO, TWO]),
    "probabilities above one": Fake(predict=PAIR, classes_=PAIR, predict_proba=TWO * 3),
    "a class twice": Fake(predict=PAIR, classes_=np.array(["a", "a"]), predict_proba=TWO),
}


@pytest.mark.parametrize("case", ODD)
def test_a_model_that_answers_oddly_is_refused_by_name(case: str) -> None:
    with pytest.raises(ErrwidgetsError):
        Evaluation.from_estimator(ODD[case], [[1], [2]], ["a", "b"])


def test_a_model_of_several_outputs_is_refused() -> None:
    y = np.column_stack([WINE_Y > 0, WINE_Y > 1])
    model = MultiOutputClassifier(LogisticRegression()).fit(StandardScaler().fit_transform(WINE), y)
    with pytest.raises(ShapeError, match="make one row per sample and label"):
        Evaluation.from_estimator(model, StandardScaler().fit_transform(WINE), y)


# ---------------------------------------------------------------- records


def outputs(rows: list[dict[str, float]]) -> list[list[dict[str, object]]]:
    return [[{"label": label, "score": score} for label, score in row.items()] for row in rows]


def test_top_records_give_predictions_and_confidence() -> None:
    found = [
        {"label": "POS", "score": 0.9},
        {"label": "NEG", "score": 0.6},
        {"label": "POS", "score": 0.7},
    ]
    evaluation = Evaluation.from_records(["POS", "POS", "NEG"], found, X=["good", "bad", "so so"])
    assert evaluation.y_proba is None
    frame = evaluation.frame
    assert list(frame) == ["text", "y_true", "y_pred", "is_error", "loss", "confidence"]
    assert frame["y_pred"].tolist() == ["POS", "NEG", "POS"]
    assert frame["confidence"].tolist() == [0.9, 0.6, 0.7]
    assert frame["text"].tolist() == ["good", "bad", "so so"]
    assert frame["loss"].tolist() == [0.0, 1.0, 1.0]


@pytest.mark.parametrize("container", [list, tuple, lambda rows: np.array(rows, dtype=object)])
def test_records_come_in_many_containers(container: object) -> None:
    found = [{"label": "a", "score": 0.9}, {"label": "b", "score": 0.6}]
    assert Evaluation.from_records(["a", "a"], container(found)).n_errors == 1  # type: ignore[operator]
    nested = [[{"label": "a", "score": 0.9}], [{"label": "b", "score": 0.6}]]
    assert Evaluation.from_records(["a", "a"], nested).n_errors == 1


def test_all_scores_give_probabilities_whatever_their_order() -> None:
    found = outputs([{"b": 0.7, "a": 0.2, "c": 0.1}, {"a": 0.5, "c": 0.3, "b": 0.2}])
    evaluation = Evaluation.from_records(["a", "a"], found)
    assert evaluation.classes == ("a", "b", "c")
    np.testing.assert_array_equal(evaluation.y_proba, [[0.2, 0.7, 0.1], [0.5, 0.2, 0.3]])
    assert evaluation.frame["y_pred"].tolist() == ["b", "a"]


def test_some_of_the_scores_are_no_probabilities() -> None:
    found = outputs([{"b": 0.7, "a": 0.2}, {"a": 0.5, "c": 0.3}])
    evaluation = Evaluation.from_records(["a", "c"], found)
    assert evaluation.y_proba is None
    assert evaluation.frame["confidence"].tolist() == [0.7, 0.5]


def test_labels_of_records_match_by_text() -> None:
    found = outputs([{"0": 0.7, "1": 0.3}, {"1": 0.6, "0": 0.4}])
    evaluation = Evaluation.from_records([0, 0], found)
    assert evaluation.classes == (0, 1)
    assert evaluation.frame["y_pred"].tolist() == [0, 1]
    truth = Evaluation.from_records([True, False], outputs([{"True": 0.7, "False": 0.3}] * 2))
    assert truth.frame["y_pred"].tolist() == [True, True]


def test_the_rest_of_a_record_does_not_matter() -> None:
    found = [{"label": "a", "score": np.float32(0.5), "start": 3}]
    assert Evaluation.from_records(["a"], found).frame["confidence"].tolist() == [0.5]


MALFORMED = {
    "nothing": (None, RecordError, "outputs must be a list with one entry per row"),
    "text": ("POS", RecordError, "got str 'POS'"),
    "one record": ({"label": "a", "score": 1.0}, RecordError, "got dict"),
    "a generator": ((x for x in ()), RecordError, "got generator"),
    "labels alone": (["a", "b"], RecordError, "outputs[0] must be {'label': 'POS', 'score': 0.9}"),
    "numbers": ([1, 2], RecordError, "outputs[0] must be"),
    "nothing in a row": ([{"label": "a", "score": 1}, None], RecordError, "outputs[1] must be"),
    "an empty row": ([[{"label": "a", "score": 1}], []], RecordError, "outputs[1] is empty"),
    "no score": ([{"label": "a"}] * 2, RecordError, "got {'label': 'a'}"),
    "no label": ([{"score": 1}] * 2, RecordError, "got {'score': 1}"),
    "a score of text": ([{"label": "a", "score": "x"}] * 2, RecordError, "outputs[0] must be"),
    "no number": ([{"label": "a", "score": None}] * 2, RecordError, "outputs[0] must be"),
    "a score above one": (
        [{"label": "a", "score": 1.5}] * 2,
        RecordError,
        "outputs[0]: the score of 'a' is 1.5; scores lie in [0, 1].",
    ),
    "a negative score": ([{"label": "a", "score": -1}] * 2, RecordError, "is -1.0"),
    "NaN": ([{"label": "a", "score": math.nan}] * 2, RecordError, "is nan"),
    "a list for a label": ([{"label": ["a"], "score": 1}] * 2, RecordError, "outputs[0] must be"),
    "generated text": ([{"generated_text": "x"}] * 2, RecordError, "outputs[0] must be"),
    "another length": ([{"label": "a", "score": 1}], LengthMismatchError, "outputs has 1"),
    "unmapped labels": (
        [{"label": "LABEL_0", "score": 0.9}, {"label": "LABEL_1", "score": 0.9}],
        RecordError,
        (
            "No label of the outputs ('LABEL_0', 'LABEL_1') occurs in y_true ('a', 'b'). "
            "Map them first: {'label': id2label[output['label']], 'score': output['score']}."
        ),
    ),
    "not summing": (outputs([{"a": 0.9, "b": 0.9}] * 2), ProbabilityError, "row 0 sums to 1.8"),
    "a table": (pd.DataFrame({"label": ["a", "b"], "score": 1.0}), RecordError, "outputs[0]"),
    "the same label twice in a row": (
        [[{"label": "a", "score": 0.4}, {"label": "a", "score": 0.6}]] * 2,
        RecordError,
        "outputs[0]",
    ),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_records_are_refused(case: str) -> None:
    found, error, message = MALFORMED[case]
    with pytest.raises(ErrwidgetsError) as caught:
        Evaluation.from_records(["a", "b"], found)
    assert type(caught.value) is error
    assert message in str(caught.value)


# ---------------------------------------------------------------- scores

TEXTS = pd.DataFrame({"words": [3, 5, 2, 9], "domain": list("abab")}, index=list("wxyz"))


def test_any_number_per_row_can_be_wrong() -> None:
    evaluation = Evaluation.from_scores(TEXTS, loss=[0.1, 0.7, 0.4, 0.2], name="bleu")
    assert evaluation.task == "score"
    assert evaluation.classes == ()
    assert not evaluation.has_errors
    assert evaluation.n_errors == 0
    assert list(evaluation.frame) == ["words", "domain", "loss"]
    summary = evaluation.summary()
    assert list(summary.index) == ["mean_loss", "median_loss"]
    assert summary["value"].tolist() == pytest.approx([0.35, 0.3])
    assert repr(evaluation) == "<Evaluation 'bleu': score, 4 rows>"
    for call in (evaluation.errors, evaluation.confusion, evaluation.per_class, evaluation.rows):
        with pytest.raises(TaskError):
            call()
    with pytest.raises(TaskError, match="A confusion matrix has no meaning for a score evaluation"):
        ConfusionMatrix(evaluation)


@pytest.mark.parametrize(
    "wrong",
    [
        [False, True, True, False],
        [0, 1, 1, 0],
        [0.0, 1.0, 1.0, 0.0],
        pd.Series([False, True, True, False], index=list("wxyz")),
        pd.Series([False, True, True, False], index=list("wxyz"), dtype="boolean"),
        np.array([0, 1, 1, 0], dtype=np.uint8),
    ],
)
def test_rows_count_as_mistakes_where_told(wrong: object) -> None:
    evaluation = Evaluation.from_scores(TEXTS, loss=[0.1, 0.7, 0.4, 0.2], is_error=wrong)
    assert evaluation.n_errors == 2
    assert list(evaluation.frame) == ["words", "domain", "is_error", "loss"]
    assert evaluation.errors().index.tolist() == ["x", "y"]
    assert evaluation.frame["is_error"].dtype == bool
    summary = evaluation.summary()
    assert summary.loc["error_rate", "value"] == 0.5
    groups = evaluation.group_by("domain")
    assert groups["mean_loss"].tolist() == pytest.approx([0.25, 0.45])
    assert groups["error_rate"].tolist() == [0.5, 0.5]


def test_scores_may_be_columns_which_are_no_features() -> None:
    table = TEXTS.assign(
        cost=[0.1, 0.7, 0.4, 0.2], bad=[False, True, True, False], fold=list("ttuu")
    )
    evaluation = Evaluation.from_scores(table, loss="cost", is_error="bad", split="fold")
    assert evaluation.errors()["cost"].tolist() == [0.7, 0.4]
    assert not {"cost", "bad", "fold"} & set(evaluation.features)
    own = Evaluation.from_scores(table.rename(columns={"cost": "loss"}), loss="loss")
    assert [name for name in own.frame if name.startswith("loss")] in (["loss"], ["loss", "loss_"])


def test_weighted_scores() -> None:
    loss, weight = np.array([0.1, 0.7, 0.4, 0.2]), np.array([1.0, 2.0, 3.0, 4.0])
    evaluation = Evaluation.from_scores(TEXTS, loss=loss, is_error=loss > 0.3, sample_weight=weight)
    summary = evaluation.summary()["value"]
    assert summary["mean_loss"] == pytest.approx(np.average(loss, weights=weight), rel=1e-12)
    assert summary["error_rate"] == pytest.approx(0.5, rel=1e-12)


# ---------------------------------------------------------------- tasks


@pytest.mark.parametrize(
    ("true", "pred", "task"),
    [
        (["a", "b"], ["a", "a"], "binary"),
        (["a", "b"], ["a", "c"], "multiclass"),
        (["a", "a"], ["a", "a"], "binary"),
        ([0, 1], [1, 1], "binary"),
        ([0, 5], [1, 1], "multiclass"),
        ([True, False], [True, True], "binary"),
        ([0.0, 1.0], [1.0, 1.0], "binary"),
        ([1.0, 2.0, 3.0], [1.0, 2.0, 2.0], "multiclass"),
        ([0.5, 1.0], [1.0, 1.0], "regression"),
        ([1, 2], [1.5, 2.0], "regression"),
        (list(range(30)), [float(i) for i in range(30)], "regression"),
        (list(range(30)), list(range(30)), "multiclass"),
        (["a", 1], [1, 1], "binary"),
        (["a", None, "b"], ["a", "a", "b"], "multiclass"),
    ],
)
def test_the_task_is_told_from_the_labels(true: list, pred: list, task: str) -> None:
    assert make(true, pred).task == task


def test_the_task_may_be_told() -> None:
    assert make([0.5, 1.0], [1.0, 1.0], task="multiclass").classes == (0.5, 1.0)
    assert make([0.5, 1.0], [1.0, 1.0], task="binary").pos_label == 1.0
    assert make([1, 2], [1, 3], task="regression").frame["residual"].tolist() == [0.0, -1.0]
    assert make(["a", "b"], ["a", "a"], task="multiclass").task == "multiclass"
    assert make([0.5, 1.5], [0.5, 0.5], classes=[0.5, 1.5]).task == "binary"


def test_what_has_no_meaning_for_the_task_is_refused() -> None:
    with pytest.raises(InputError, match="task='binary' with 3 classes: 'a', 'b', 'c'"):
        make(["a", "b"], ["a", "c"], task="binary")
    with pytest.raises(InputError, match=r"use Evaluation.from_scores\(X, loss=...\) instead"):
        make([1], [1], task="score")
    with pytest.raises(InputError, match="task must be one of 'binary', 'multiclass'"):
        make([1], [1], task="ranking")
    for keyword, value in (
        ("classes", [1.0]), ("y_proba", [[1.0]]), ("y_score", [1.0]), ("pos_label", 1.0),
        ("display_labels", ["x"]), ("class_groups", {}),
    ):  # fmt: skip
        with pytest.raises(InputError, match=f"{keyword} has no meaning for task='regression'"):
            make([1.5], [1.0], task="regression", **{keyword: value})


@pytest.mark.parametrize("options", [{"loss": "cubic"}, {"error_threshold": "x"}])
def test_options_of_a_regression_are_not_ignored_in_silence(options: dict) -> None:
    with pytest.raises(ErrwidgetsError, match=next(iter(options))):
        make(["a", "b"], ["a", "a"], **options)


def test_a_regression_that_is_none_says_how_to_ask_for_classes() -> None:
    for true in ([0.5, math.nan], [0.5, math.inf], pd.Series([0.5, None])):
        with pytest.raises(InputError, match="If these are class labels, pass task='multiclass'"):
            make(true, [0.5, 1.0])
    with pytest.raises(ErrwidgetsError, match="If these are class labels, pass task='multiclass'"):
        make([0.5, 1.5], ["a", "b"])
    with pytest.raises(LabelError, match="y_true holds truth values; a regression needs numbers"):
        make([True, False], [1.0, 0.0], task="regression")


def test_several_labels_per_row_are_refused_with_the_recipe() -> None:
    recipe = r"make one row per sample and label: frame.explode\('y_true'\)"
    for many in ([("a", "b"), ("a",)], [{"a"}, {"b"}], pd.Series([["a"], ["b", "c"]])):
        with pytest.raises(LabelError, match=recipe):
            make(many, ["a", "b"])
    with pytest.raises(ShapeError, match="for several labels per sample make one row per"):
        make(np.eye(2, dtype=int), np.eye(2, dtype=int))


# ---------------------------------------------------------------- labels of every kind


class Colour(enum.Enum):
    RED = "r"
    BLUE = "b"


class Grade(enum.IntEnum):
    LOW = 1
    HIGH = 2


LABELS = {
    "enum": ([Colour.RED, Colour.BLUE, Colour.RED], ("BLUE", "RED")),
    "whole-number enum": ([Grade.HIGH, Grade.LOW, Grade.HIGH], ("LOW", "HIGH")),
    "NumPy text": (np.array(["b", "a", "b"]), ("a", "b")),
    "bytes": ([b"b", b"a", b"b"], ("b'a'", "b'b'")),
    "int8": (np.array([-3, 4, -3], dtype=np.int8), ("-3", "4")),
    "uint64": (np.array([2**63 + 1, 0, 2**63 + 1], dtype=np.uint64), ("0", str(2**63 + 1))),
    "huge whole numbers": ([2**70, -1, 2**70], ("-1", str(2**70))),
    "truth": (np.array([True, False, True]), ("False", "True")),
    "nullable truth": (pd.array([True, None, True], dtype="boolean"), ("True", "(missing)")),
    "nullable whole numbers": (pd.array([2, None, 2], dtype="Int64"), ("2", "(missing)")),
    "nullable text": (pd.array(["b", None, "b"], dtype="string"), ("b", "(missing)")),
    "categories": (pd.Categorical(["b", "a", "b"], categories=["z", "b", "a"]), ("a", "b")),
    "categories of pyarrow": (pa.array(["b", "a", "b"]).dictionary_encode(), ("a", "b")),
    "pyarrow": (pa.chunked_array([["b", None], ["b"]]), ("b", "(missing)")),
    "mixed": ([2, "2", 2], ("2", "'2'")),
    "dates": (pd.to_datetime(["2020-01-02", "2020-01-01", "2020-01-02"]), None),
}


@pytest.mark.parametrize("kind", LABELS)
def test_labels_of_every_kind(kind: str) -> None:
    labels, shown = LABELS[kind]
    evaluation = make(labels, labels)
    assert evaluation.n_errors == 0
    assert len(evaluation.classes) == 2
    if shown is not None:
        assert evaluation.display_labels == shown
    assert evaluation.confusion().to_numpy().trace() == 3
    first = evaluation.columns["y_true"].categories[evaluation.columns["y_true"].codes[0]]
    assert evaluation.rows(y_true=first).index.tolist() == [0, 2]
    matrix = ConfusionMatrix(evaluation)
    matrix.selection = In("y_true", (first,))
    assert matrix.selected.index.tolist() == [0, 2]
    matrix.close()


def test_an_enum_of_text_equals_its_text() -> None:
    mood = enum.StrEnum("mood", {"GOOD": "good", "BAD": "bad"})
    evaluation = make([mood.GOOD, mood.BAD], ["good", "good"])
    assert len(evaluation.classes) == 2
    assert evaluation.n_errors == 1
    assert evaluation.rows(y_true="bad").index.tolist() == [1]


def test_labels_of_polars() -> None:
    polars = pytest.importorskip("polars")
    labels = polars.Series(["b", None, "b"])
    evaluation = make(labels, labels.cast(polars.Categorical))
    assert evaluation.classes == ("b", None)
    assert evaluation.n_errors == 0


def test_masked_labels_are_missing() -> None:
    masked = np.ma.array([1, 2, 1], mask=[False, True, False])
    evaluation = make(masked, [1, 2, 1])
    assert evaluation.frame["y_true"].tolist()[::2] == [1, 1]
    assert pd.isna(evaluation.frame["y_true"].tolist()[1])


def test_missing_labels_are_announced() -> None:
    evaluation = make(["a", None, None], ["a", "a", math.nan])
    assert evaluation.classes == ("a", None)
    assert evaluation.display_labels == ("a", "(missing)")
    assert evaluation.messages == (
        "2 rows have no true label: the class (missing).",
        "1 row has no prediction: the class (missing).",
    )


def test_classes_that_are_given_but_do_not_occur() -> None:
    evaluation = make(["a", "b"], ["a", "a"], classes=["c", "b", "a"])
    assert evaluation.classes == ("c", "b", "a")
    assert evaluation.task == "multiclass"
    assert evaluation.confusion().loc["c"].tolist() == [0, 0, 0]
    table = evaluation.per_class()
    assert table.loc["c", ["support", "predicted"]].tolist() == [0, 0]
    assert math.isnan(table.loc["c", "recall"])


@pytest.mark.parametrize("shape", ["one class", "one row, right", "one row, wrong"])
def test_the_smallest_evaluations(shape: str) -> None:
    true, pred = {
        "one class": (["a"] * 3, ["a"] * 3),
        "one row, right": (["a"], ["a"]),
        "one row, wrong": (["a"], ["b"]),
    }[shape]
    evaluation = make(true, pred)
    summary = evaluation.summary()
    assert summary.loc["accuracy", "value"] == float(true == pred)
    assert summary["value"].isna()[["roc_auc", "log_loss"]].all()
    assert len(evaluation.per_class()) == len(set(true) | set(pred))
    assert evaluation.pos_label == ("b" if shape == "one row, wrong" else None)
    assert "Evaluation" in evaluation._repr_html_()
    assert len(evaluation.errors()) == (true != pred)


# ---------------------------------------------------------------- display labels, groups


def test_display_labels_name_classes_in_views_only() -> None:
    for names in (["Katze", "Hund"], {"cat": "Katze", "dog": "Hund"}, ("Katze", "Hund")):
        evaluation = make(["cat", "dog"], ["cat", "cat"], display_labels=names)
        assert evaluation.display_labels == ("Katze", "Hund")
        assert evaluation.classes == ("cat", "dog")
        assert evaluation.columns["y_pred"].display_labels == ("Katze", "Hund")
        assert evaluation.frame["y_true"].tolist() == ["cat", "dog"]
        assert list(evaluation.confusion().index) == ["cat", "dog"]
        assert "Katze" in evaluation._repr_html_()
    part = make(["cat", None], ["cat", "cat"], display_labels={None: "nobody knows"})
    assert part.display_labels == ("cat", "nobody knows")


@pytest.mark.parametrize(
    "groups",
    [{"cat": "pet", "dog": "pet", "eel": "fish"}, {"pet": ["cat", "dog"], "fish": ["eel"]}],
)
def test_class_groups_in_either_direction(groups: dict) -> None:
    evaluation = make(["cat", "dog", "eel"], ["cat", "cat", "dog"], class_groups=groups)
    assert dict(evaluation.class_groups or {}) == {"cat": "pet", "dog": "pet", "eel": "fish"}
    assert make(["cat"], ["cat"]).class_groups is None


def test_pos_label() -> None:
    assert make([1, 0], [1, 1]).pos_label == 1
    assert make(["no", "yes"], ["no", "no"]).pos_label == "yes"
    assert make(["no", "yes"], ["no", "no"], pos_label="no").pos_label == "no"
    assert make(["no", "yes"], ["no", "no"], classes=["yes", "no"]).pos_label == "no"
    assert make(["a", "b", "c"], ["a", "b", "c"]).pos_label is None
    evaluation = make(["no", "yes"], ["no", "no"], pos_label="no", y_proba=[0.75, 0.5])
    np.testing.assert_array_equal(evaluation.y_proba, [[0.75, 0.25], [0.5, 0.5]])
    assert "positive: no" in evaluation._repr_html_()
