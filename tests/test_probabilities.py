"""Every form in which people have probabilities and scores, and what comes of it."""

from __future__ import annotations

import enum
import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn import metrics as sk

from errwidgets import Evaluation
from errwidgets.exceptions import (
    ColumnNotFoundError,
    ErrwidgetsError,
    IndexMismatchError,
    LengthMismatchError,
    ProbabilityError,
    ShapeError,
    UnknownLabelError,
)

make = Evaluation.from_predictions
TRUE = ["cat", "dog", "dog", "cat"]
PRED = ["cat", "cat", "dog", "dog"]
PROBA = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.25, 0.75]])
FRAME = pd.DataFrame(
    {
        "label": TRUE,
        "guess": PRED,
        "age": [31, 40, 25, 60],
        "p_cat": PROBA[:, 0],
        "p_dog": PROBA[:, 1],
    }
)


def polars_frame(table: pd.DataFrame) -> object:
    polars = pytest.importorskip("polars")
    return polars.DataFrame({str(name): table[name].tolist() for name in table})


BY_CLASS = pd.DataFrame({"dog": PROBA[:, 1], "cat": PROBA[:, 0]})
FORMS = {
    "array": lambda: PROBA,
    "list of lists": PROBA.tolist,
    "column-major": lambda: np.asfortranarray(PROBA),
    "of two classes": lambda: PROBA[:, 1],
    "of two classes, as a column": lambda: PROBA[:, 1:],
    "of two classes, as a series": lambda: pd.Series(PROBA[:, 1]),
    "of two classes, as a list": PROBA[:, 1].tolist,
    "objects": lambda: PROBA.astype(object),
    "table": lambda: BY_CLASS,
    "table of nullable numbers": BY_CLASS.convert_dtypes,
    "table of polars": lambda: polars_frame(BY_CLASS),
    "table of pyarrow": lambda: pa.table({"dog": PROBA[:, 1], "cat": PROBA[:, 0]}),
    "dict of arrays": lambda: {"dog": PROBA[:, 1], "cat": PROBA[:, 0]},
    "dict of lists": lambda: {"dog": PROBA[:, 1].tolist(), "cat": PROBA[:, 0].tolist()},
    "dict of series": lambda: {name: BY_CLASS[name] for name in BY_CLASS},
    "dict of names": lambda: {"cat": "p_cat", "dog": "p_dog"},
    "name of a column": lambda: "p_dog",
    "start of names": lambda: "p_",
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_means_the_same(form: str) -> None:
    given = FORMS[form]()
    evaluation = Evaluation.from_frame(FRAME, y_true="label", y_pred="guess", y_proba=given)
    assert evaluation.classes == ("cat", "dog")
    assert evaluation.task == "binary"
    np.testing.assert_allclose(evaluation.y_proba, PROBA, rtol=1e-15)
    frame = evaluation.frame
    assert list(frame)[-5:] == ["is_error", "loss", "confidence", "true_margin", "top_margin"]
    np.testing.assert_allclose(frame["loss"], -np.log([0.9, 0.4, 0.8, 0.25]))
    np.testing.assert_allclose(frame["confidence"], [0.9, 0.6, 0.8, 0.75])
    np.testing.assert_allclose(frame["true_margin"], [0.8, -0.2, 0.6, -0.5])
    np.testing.assert_allclose(frame["top_margin"], [0.8, 0.2, 0.6, 0.5])


@pytest.mark.parametrize("form", [form for form in FORMS if "name" not in form])
def test_every_form_but_names_works_beside_arrays(form: str) -> None:
    evaluation = make(TRUE, PRED, y_proba=FORMS[form]())
    np.testing.assert_allclose(evaluation.y_proba, PROBA, rtol=1e-15)


def test_columns_that_hold_probabilities_are_no_features() -> None:
    for given, left in (("p_", ["age"]), ("p_dog", ["age", "p_cat"])):
        evaluation = Evaluation.from_frame(FRAME, y_true="label", y_pred="guess", y_proba=given)
        # "age" has a value of its own in every row and looks like an identifier.
        said = Evaluation.from_frame(
            FRAME, y_true="label", y_pred="guess", y_proba=given, features=["age"]
        )
        assert list(evaluation.features) == [name for name in left if name != "age"]
        assert said.features == ("age",)
        assert "p_dog" in evaluation.frame


def test_pos_label_is_the_class_of_one_dimension() -> None:
    evaluation = make(TRUE, PRED, y_proba=PROBA[:, 0], pos_label="cat")
    np.testing.assert_allclose(evaluation.y_proba, PROBA, rtol=1e-15)
    named = Evaluation.from_frame(
        FRAME, y_true="label", y_pred="guess", y_proba="p_cat", pos_label="cat"
    )
    np.testing.assert_allclose(named.y_proba, PROBA, rtol=1e-15)


def test_given_classes_order_the_array_and_the_result() -> None:
    evaluation = make(TRUE, PRED, y_proba=PROBA[:, ::-1], classes=["dog", "cat"])
    assert evaluation.classes == ("dog", "cat")
    assert evaluation.pos_label == "cat"
    np.testing.assert_array_equal(evaluation.y_proba, PROBA[:, ::-1])
    named = make(TRUE, PRED, y_proba=BY_CLASS, classes=["dog", "cat"])
    np.testing.assert_array_equal(named.y_proba, PROBA[:, ::-1])


def test_half_and_single_precision_stay_and_count_as_double() -> None:
    single = PROBA.astype(np.float32)
    evaluation = make(TRUE, PRED, y_proba=single)
    assert evaluation.y_proba is not None
    assert evaluation.y_proba.dtype == np.float32
    loss = evaluation.row_values("loss")
    assert loss.dtype == np.float64
    np.testing.assert_allclose(
        loss, -np.log(single.astype(float)[np.arange(4), [0, 1, 1, 0]]), rtol=1e-15
    )
    assert evaluation.summary().loc["log_loss", "value"] == pytest.approx(loss.mean(), rel=1e-12)


def test_rows_of_single_precision_may_miss_one_by_their_rounding() -> None:
    rng = np.random.default_rng(0)
    table = rng.dirichlet(np.ones(50), 200).astype(np.float32)
    labels = np.arange(200) % 50
    evaluation = make(labels, labels, y_proba=table)
    assert evaluation.y_proba is not None
    np.testing.assert_array_equal(evaluation.y_proba, table)


@pytest.mark.parametrize("off", [0.0009, -0.0009])
def test_nothing_is_rescaled(off: float) -> None:
    table = PROBA.copy()
    table[1, 0] += off
    evaluation = make(TRUE, PRED, y_proba=table)
    assert evaluation.y_proba is not None
    np.testing.assert_array_equal(evaluation.y_proba, table)


@pytest.mark.parametrize("off", [0.0011, -0.0011])
def test_rows_that_do_not_sum_to_one_are_refused(off: float) -> None:
    table = PROBA.copy()
    table[1, 0] += off
    with pytest.raises(ProbabilityError, match=r"within 0\.001; row 1 sums to (1\.0011|0\.9989)"):
        make(TRUE, PRED, y_proba=table)


def test_what_is_passed_is_neither_changed_nor_followed() -> None:
    table, frame = PROBA.copy(), BY_CLASS.copy(deep=True)
    for given in (table, frame, {"cat": table[:, 0], "dog": table[:, 1]}, table[:, 1]):
        evaluation = make(TRUE, PRED, y_proba=given)
        evaluation.summary()
        np.testing.assert_array_equal(table, PROBA)
        pd.testing.assert_frame_equal(frame, BY_CLASS)
    evaluation = make(TRUE, PRED, y_proba=table)
    table[:] = 0.5
    np.testing.assert_array_equal(evaluation.y_proba, PROBA)


# ---------------------------------------------------------------- names and classes


class Pet(enum.Enum):
    CAT = "cat"
    DOG = "dog"


NAMED = {
    "integers by value": ([0, 1, 1, 0], {1: 1, 0: 0}),
    "integers by text": ([0, 1, 1, 0], {"1": 1, "0": 0}),
    "NumPy integers by value": ([0, 1, 1, 0], {np.int64(1): 1, np.int8(0): 0}),
    "truth values by value": ([False, True, True, False], {True: 1, False: 0}),
    "truth values by text": ([False, True, True, False], {"True": 1, "False": 0}),
    "floats by text": ([0.0, 1.0, 1.0, 0.0], {"0.0": 0, "1.0": 1}),
    "text by number": (["0", "1", "1", "0"], {1: 1, 0: 0}),
    "enums by value": ([Pet.CAT, Pet.DOG, Pet.DOG, Pet.CAT], {Pet.DOG: 1, Pet.CAT: 0}),
    "mixed": ([7, "dog", "dog", 7], {"dog": 1, "7": 0}),
    "by value before text": (["1", 1, 1, "1"], {1: 1, "1": 0}),
}


@pytest.mark.parametrize("kind", NAMED)
@pytest.mark.parametrize("form", ["dict", "table"])
def test_names_match_classes_by_value_then_by_text(kind: str, form: str) -> None:
    labels, names = NAMED[kind]
    given = {name: PROBA[:, column] for name, column in names.items()}
    table = pd.DataFrame(given) if form == "table" else given
    evaluation = make(labels, labels, y_proba=table)
    assert len(evaluation.classes) == 2
    of_true = PROBA[np.arange(4), [0, 1, 1, 0]]
    np.testing.assert_allclose(evaluation.row_values("loss"), -np.log(of_true))


def test_prefixes_with_suffixes_that_are_numbers() -> None:
    table = pd.DataFrame({"y": [0, 1], "p": [0, 0], "q0": [0.75, 0.5], "q1": [0.25, 0.5]})
    evaluation = Evaluation.from_frame(table, y_true="y", y_pred="p", y_proba="q")
    assert evaluation.classes == (0, 1)
    np.testing.assert_array_equal(evaluation.y_proba, table[["q0", "q1"]].to_numpy())


def test_a_column_s_whole_name_comes_before_a_prefix() -> None:
    table = FRAME.assign(p_=PROBA[:, 1])
    evaluation = Evaluation.from_frame(table, y_true="label", y_pred="guess", y_proba="p_")
    np.testing.assert_allclose(evaluation.y_proba, PROBA, rtol=1e-15)


def test_a_name_that_could_mean_two_classes_is_refused() -> None:
    twin = [Twin("one"), Twin("two"), Twin("one"), Twin("two")]
    with pytest.raises(ProbabilityError, match="'twin' could mean the classes"):
        make(twin, twin, y_proba={"twin": PROBA[:, 0], "x": PROBA[:, 1]})


class Twin:
    """Labels that print alike."""

    def __init__(self, key: str) -> None:
        self.key = key

    def __str__(self) -> str:
        return "twin"

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Twin) and other.key == self.key


@pytest.mark.parametrize(
    "given",
    [
        {1: PROBA[:, 0], "1": PROBA[:, 1]},
        {"0": PROBA[:, 0], 0: PROBA[:, 1]},
        pd.DataFrame({1: PROBA[:, 0], "1": PROBA[:, 1]}),
    ],
)
def test_two_names_of_one_class_are_refused(given: object) -> None:
    with pytest.raises(ProbabilityError, match=r"names the class [01] twice"):
        make([0, 1, 1, 0], [0, 1, 0, 0], y_proba=given)


def test_classes_that_do_not_occur_come_from_the_names() -> None:
    table = np.column_stack([PROBA[:, 0], PROBA[:, 1] / 2, PROBA[:, 1] / 2])
    given = pd.DataFrame(table, columns=["cat", "ant", "dog"])
    evaluation = make(TRUE, PRED, y_proba=given)
    assert evaluation.classes == ("ant", "cat", "dog")
    assert evaluation.task == "multiclass"
    np.testing.assert_array_equal(evaluation.y_proba, given[["ant", "cat", "dog"]].to_numpy())
    assert evaluation.per_class().loc["ant", "support"] == 0


def test_absent_classes_named_by_numbers_in_text_are_numbers() -> None:
    table = pd.DataFrame({"y": [0, 2], "q0": [0.5, 0.2], "q1": [0.25, 0.2], "q2": [0.25, 0.6]})
    evaluation = Evaluation.from_frame(table, y_true="y", y_pred="y", y_proba="q")
    assert evaluation.classes == (0, 1, 2)
    assert [type(label) for label in evaluation.classes] == [int, int, int]


def test_a_class_without_probabilities_has_none() -> None:
    evaluation = make([*TRUE, "eel"], [*PRED, "cat"], y_proba={
        "cat": [*PROBA[:, 0], 0.5], "dog": [*PROBA[:, 1], 0.5]})  # fmt: skip
    assert evaluation.classes == ("cat", "dog", "eel")
    assert evaluation.y_proba is not None
    assert evaluation.y_proba[:, 2].tolist() == [0.0] * 5
    assert evaluation.row_values("loss")[4] == pytest.approx(-math.log(np.finfo(float).eps))


def test_the_missing_label_has_its_column_or_none() -> None:
    true = ["cat", None, "dog", "cat"]
    without = make(true, PRED, y_proba=PROBA)
    assert without.classes == ("cat", "dog", None)
    assert without.y_proba is not None
    assert without.y_proba[:, 2].tolist() == [0.0] * 4
    np.testing.assert_array_equal(without.y_proba[:, :2], PROBA)
    third = np.column_stack([PROBA / 2, np.full(4, 0.5)])
    np.testing.assert_array_equal(make(true, PRED, y_proba=third).y_proba, third)
    named = make(true, PRED, y_proba={"cat": third[:, 0], None: third[:, 2], "dog": third[:, 1]})
    np.testing.assert_array_equal(named.y_proba, third)


def test_names_of_no_given_class_are_refused() -> None:
    given = {"cat": PROBA[:, 0], "dgo": PROBA[:, 1]}
    with pytest.raises(UnknownLabelError, match=r"y_proba='dgo' is not a class\. Did"):
        make(TRUE, PRED, y_proba=given, classes=["cat", "dog"])


@pytest.mark.parametrize(
    "given",
    [
        pd.DataFrame(PROBA),
        {0: PROBA[:, 0], 1: PROBA[:, 1]},
        pd.DataFrame(PROBA, columns=pd.MultiIndex.from_tuples([("p", "cat"), ("p", "dog")])),
    ],
)
def test_names_of_which_none_is_a_class_are_refused(given: object) -> None:
    # What pd.DataFrame(model.predict_proba(X)) gives: columns 0 and 1.
    with pytest.raises(ErrwidgetsError, match="'cat', 'dog'"):
        make(TRUE, PRED, y_proba=given)


def test_a_prefix_that_leaves_no_class_is_refused() -> None:
    with pytest.raises(ErrwidgetsError, match="'cat', 'dog'"):
        Evaluation.from_frame(FRAME, y_true="label", y_pred="guess", y_proba="p")


# ---------------------------------------------------------------- indexes


def test_series_and_tables_must_have_the_rows_index() -> None:
    true = pd.Series(TRUE, index=[4, 3, 2, 1])
    turned = {"y_proba": BY_CLASS.set_axis([1, 2, 3, 4])}
    for given in (turned["y_proba"], turned["y_proba"]["dog"]):
        with pytest.raises(IndexMismatchError, match="y_true and y_proba have different indexes"):
            make(true, PRED, y_proba=given)
    own = BY_CLASS.set_axis([4, 3, 2, 1])
    np.testing.assert_allclose(make(true, PRED, y_proba=own).y_proba, PROBA)
    np.testing.assert_allclose(make(true, PRED, y_proba=own["dog"]).y_proba, PROBA)


def test_the_series_of_a_dict_must_have_the_rows_index() -> None:
    true = pd.Series(TRUE, index=[4, 3, 2, 1])
    turned = BY_CLASS.set_axis([1, 2, 3, 4])
    with pytest.raises(IndexMismatchError, match="y_proba"):
        make(true, PRED, y_proba={name: turned[name] for name in turned})


# ---------------------------------------------------------------- refused

REFUSED = {
    "three dimensions": (np.zeros((4, 2, 1)), ShapeError, "got (4, 2, 1)"),
    "too many columns": (np.full((4, 3), 1 / 3), ShapeError, "3 columns for 2 classes"),
    "no columns": (np.zeros((4, 0)), ShapeError, "0 columns for 2 classes"),
    "too few rows": (PROBA[:3], LengthMismatchError, "y_true has 4, y_proba has 3"),
    "too few rows of a table": (BY_CLASS[:3], LengthMismatchError, "y_proba has 3"),
    "too few rows of a dict": ({"cat": [0.5]}, LengthMismatchError, "y_proba has 1"),
    "negative": (PROBA - [1, -1], ProbabilityError, "[0, 1]; got values from -0.8 to 1.8"),
    "above one": (PROBA * 2, ProbabilityError, "Pass decision scores as y_score instead."),
    "percent of one class": (PROBA[:, 1] * 100, ProbabilityError, "got values from 10 to 80"),
    "NaN": (PROBA * [[1], [1], [np.nan], [1]], ProbabilityError, "NaN or infinite"),
    "infinite": (PROBA * [[1], [1], [np.inf], [1]], ProbabilityError, "NaN or infinite"),
    "missing in a table": (
        BY_CLASS.where(BY_CLASS < 0.9).convert_dtypes(),
        ProbabilityError,
        "NaN or infinite",
    ),
    "not summing": (PROBA * 0.5, ProbabilityError, "row 0 sums to 0.5. Nothing is rescaled"),
    "a class left out": ({"cat": PROBA[:, 0]}, ProbabilityError, "sum to 1 within 0.001"),
    "an empty dict": ({}, ErrwidgetsError, ""),
    "text": ([["x", "y"]] * 4, TypeError, "y_proba must be numbers in [0, 1]"),
    "complex": (PROBA.astype(complex), TypeError, "y_proba must hold numbers; got complex128"),
    "ragged": ([[0.5], [0.5, 0.5]] * 2, TypeError, "y_proba must be numbers in [0, 1]"),
    "a column twice": (BY_CLASS.set_axis(["cat", "cat"], axis=1), ErrwidgetsError, "y_proba"),
    "a dict of unknown columns": (
        {"cat": "pcat", "dog": "p_dog"},
        ColumnNotFoundError,
        "y_proba='pcat' is not a column of the frame. Did you mean 'p_cat'?",
    ),
    "an unknown name": (
        "proba_",
        ColumnNotFoundError,
        "y_proba='proba_' is neither a column nor the start of the names of columns.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_probability_is_refused(case: str) -> None:
    given, error, message = REFUSED[case]
    with pytest.raises(ErrwidgetsError) as caught:
        Evaluation.from_frame(FRAME, y_true="label", y_pred="guess", y_proba=given)
    assert isinstance(caught.value, error)
    assert message in str(caught.value)


def test_one_dimension_needs_two_classes() -> None:
    with pytest.raises(ShapeError, match="enough for two classes; there are 3: 'a', 'b', 'c'"):
        make(["a", "b", "c"], ["a", "b", "c"], y_proba=[0.5, 0.5, 0.5])


def test_one_dimension_is_enough_for_two_classes_of_any_task() -> None:
    evaluation = make(TRUE, PRED, y_proba=PROBA[:, 1], task="multiclass")
    np.testing.assert_allclose(evaluation.y_proba, PROBA, rtol=1e-15)


def test_one_class_may_have_probabilities() -> None:
    for proba in (np.ones((3, 1)), {"a": np.ones(3)}):
        evaluation = make(["a"] * 3, ["a"] * 3, y_proba=proba)
        assert evaluation.y_proba is not None
        assert evaluation.y_proba.shape == (3, 1)
        summary = evaluation.summary()["value"]
        assert summary["accuracy"] == 1
        assert summary["log_loss"] == pytest.approx(0, abs=1e-12)
        assert math.isnan(summary["roc_auc"])


# ---------------------------------------------------------------- scores

SCORE = np.array([-2.0, 0.5, 3.0, 0.25])


@pytest.mark.parametrize(
    "score",
    [SCORE, SCORE.tolist(), pd.Series(SCORE), SCORE.reshape(-1, 1), SCORE.astype(np.float32)],
)
def test_scores_of_two_classes_rank(score: object) -> None:
    evaluation = make(TRUE, PRED, y_score=score)
    np.testing.assert_array_equal(evaluation.y_score, SCORE)
    assert evaluation.y_proba is None
    summary = evaluation.summary()["value"]
    truth = np.array(TRUE) == "dog"
    assert summary["roc_auc"] == pytest.approx(sk.roc_auc_score(truth, SCORE), rel=1e-12)
    assert summary["average_precision"] == pytest.approx(
        sk.average_precision_score(truth, SCORE), rel=1e-12
    )
    assert math.isnan(summary["log_loss"])
    assert "confidence" not in evaluation.frame
    assert evaluation.frame["loss"].tolist() == [0.0, 1.0, 0.0, 1.0]


def test_scores_may_be_a_column_which_is_no_feature() -> None:
    table = FRAME.assign(margin=SCORE)
    evaluation = Evaluation.from_frame(table, y_true="label", y_pred="guess", y_score="margin")
    np.testing.assert_array_equal(evaluation.y_score, SCORE)
    assert "margin" not in evaluation.features


def test_scores_of_several_classes_rank_each_against_the_rest() -> None:
    rng = np.random.default_rng(3)
    score, true = rng.normal(size=(60, 3)), rng.integers(0, 3, 60)
    evaluation = make(true, score.argmax(axis=1), y_score=score)
    expected = np.mean([sk.roc_auc_score(true == code, score[:, code]) for code in range(3)])
    assert evaluation.summary().loc["roc_auc", "value"] == pytest.approx(expected, rel=1e-12)


def test_probabilities_come_before_scores() -> None:
    evaluation = make(TRUE, PRED, y_proba=PROBA, y_score=-SCORE)
    truth = np.array(TRUE) == "dog"
    expected = sk.roc_auc_score(truth, PROBA[:, 1])
    assert evaluation.summary().loc["roc_auc", "value"] == pytest.approx(expected, rel=1e-12)


def test_scores_are_neither_changed_nor_followed() -> None:
    score = SCORE.copy()
    evaluation = make(TRUE, PRED, y_score=score)
    score[:] = 0
    np.testing.assert_array_equal(evaluation.y_score, SCORE)
