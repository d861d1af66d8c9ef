from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from errwidgets import Evaluation
from errwidgets.exceptions import FrozenError, UnknownLabelError
from errwidgets.selection import Clause, In, Selection

TRUE = ["cat", "dog", "dog", "eel"]
PRED = ["cat", "cat", "dog", "dog"]

INDEXES = {
    "default": pd.RangeIndex(4),
    "numbers": pd.Index([40, 10, 30, 20]),
    "text": pd.Index(["d", "a", "c", "b"], name="key"),
    "duplicates": pd.Index(["x", "x", "y", "x"]),
    "dates": pd.DatetimeIndex(["2020-01-02", "2020-01-01", "2020-01-02", "NaT"], tz="UTC"),
    "levels": pd.MultiIndex.from_tuples(
        [("a", 1), ("a", 1), ("b", 2), ("a", 3)],
        names=["who", None],
    ),
    "named like a role": pd.Index([4, 3, 2, 1], name="y_true"),
    "named index": pd.Index([4, 3, 2, 1], name="index"),
}

LABELS = {
    "text": (["cat", "dog", "eel"], "str"),
    "text as objects": (["cat", "dog", "eel"], "object"),
    "string": (["cat", "dog", None], "string"),
    "integers": ([3, -1, 7], "int64"),
    "nullable integers": ([3, None, 7], "Int64"),
    "booleans": ([False, True, True], "bool"),
    "nullable booleans": ([False, None, True], "boolean"),
    "category": (["cat", "dog", None], "category"),
    "ordered category": (["dog", "cat", "eel"], pd.CategoricalDtype(["eel", "dog", "cat"], True)),
    "mixed": (["cat", 1, None], "object"),
    "missing only": ([None, None, None], "object"),
    "missing as NaN": (["cat", math.nan, "dog"], "object"),
    "floats": ([0.5, math.nan, math.inf], "float64"),
    "whole floats": ([1.0, math.nan, 2.0], "float64"),
    "dates": (["2020-01-01", None, "2021-01-01"], "datetime64[ns]"),
}


@pytest.mark.parametrize("kind", INDEXES)
def test_rows_keep_their_index_and_dtypes(kind: str) -> None:
    index = INDEXES[kind]
    table = pd.DataFrame(
        {
            "age": pd.Series([31, 40, 25, 60], dtype="int8"),
            "a b": pd.Series(["p", None, "q", "p"], dtype="category"),
            "index": pd.to_datetime(["2020-01-01"] * 4),
        },
    ).set_axis(index)
    before = table.copy(deep=True)
    evaluation = Evaluation.from_predictions(TRUE, PRED, X=table)
    frame = evaluation.frame
    pd.testing.assert_index_equal(frame.index, index)
    assert list(frame) == ["age", "a b", "index", "y_true", "y_pred", "is_error", "loss"]
    pd.testing.assert_frame_equal(frame[["age", "a b", "index"]], before)
    assert frame["y_true"].tolist() == TRUE
    assert frame["is_error"].dtype == bool
    assert frame["loss"].tolist() == [0.0, 1.0, 0.0, 1.0]
    errors = evaluation.errors()
    pd.testing.assert_frame_equal(errors, frame.iloc[[1, 3]])
    pd.testing.assert_frame_equal(evaluation.rows(y_pred="dog"), frame.iloc[[2, 3]])
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize("kind", LABELS)
def test_labels_of_every_kind_select_their_rows(kind: str) -> None:
    values, dtype = LABELS[kind]
    y_true = pd.Series([*values, values[0]], dtype=object).astype(dtype)
    y_pred = pd.Series([values[0]] * 4, dtype=object).astype(dtype)
    before = y_true.copy(deep=True), y_pred.copy(deep=True)
    # Numbers with fractions are a regression unless told otherwise.
    task = "multiclass" if kind == "floats" else None
    evaluation = Evaluation.from_predictions(y_true, y_pred, task=task)
    assert evaluation.is_classification
    assert len(evaluation.classes) == y_true.nunique(dropna=False)
    for label in evaluation.classes:
        rows = evaluation.rows(y_true=label)
        found = y_true.isna() if label is None else (y_true == label).fillna(value=False)
        assert rows.index.tolist() == np.flatnonzero(found).tolist()
    assert evaluation.n_errors == int((evaluation.frame["loss"] == 1).sum())
    assert sum(len(evaluation.rows(y_true=label)) for label in evaluation.classes) == 4
    assert evaluation.confusion().to_numpy().sum() == 4
    pd.testing.assert_series_equal(y_true, before[0])
    pd.testing.assert_series_equal(y_pred, before[1])


@pytest.mark.parametrize("missing", [None, math.nan, pd.NA, np.float64("nan")])
def test_a_missing_label_is_none_in_classes_frame_and_rows(missing: object) -> None:
    evaluation = Evaluation.from_predictions(["a", missing, "a"], ["a", "a", missing])
    assert evaluation.classes == ("a", None)
    assert evaluation.frame["y_true"].tolist() == ["a", None, "a"]
    assert evaluation.frame["y_pred"].tolist() == ["a", "a", None]
    assert evaluation.rows(y_true=None).index.tolist() == [1]
    assert evaluation.rows(y_pred=missing).index.tolist() == [2]
    assert evaluation.columns["y_true"].display_labels == ("a", "(missing)")


def test_a_missing_label_that_both_have_is_no_mistake() -> None:
    assert Evaluation.from_predictions([None, "a"], [None, "a"]).n_errors == 0


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", "ü", "d d"]), st.sampled_from(["a", "b", "e"])),
        min_size=1,
        max_size=40,
    ),
)
@settings(deadline=None, max_examples=60)
def test_confusion_equals_scikit_learn(rows: list[tuple[str, str]]) -> None:
    true, pred = (list(values) for values in zip(*rows, strict=True))
    evaluation = Evaluation.from_predictions(true, pred)
    table = evaluation.confusion()
    assert table.index.name == "y_true"
    assert table.columns.name == "y_pred"
    assert list(table.index) == list(table.columns) == sorted({*true, *pred})
    labels = [*table.index, "never"]  # one label alone makes scikit-learn warn
    expected = confusion_matrix(true, pred, labels=labels)
    np.testing.assert_array_equal(table.to_numpy(), expected[:-1, :-1])
    for label in table.index:
        for other in table.columns:
            assert len(evaluation.rows(y_true=label, y_pred=other)) == table.loc[label, other]


def test_confusion_holds_classes_without_a_row_and_labels_of_any_type() -> None:
    evaluation = Evaluation.from_predictions([1, "a", None], [1, 1, None], classes=["z", ("t", 2)])
    table = evaluation.confusion()
    assert list(table.index) == ["z", ("t", 2), 1, "a", None]
    assert table.to_numpy().tolist() == [
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 1, 0, 0],
        [0, 0, 1, 0, 0],
        [0, 0, 0, 0, 1],
    ]


def test_rows_takes_either_label_both_or_none() -> None:
    evaluation = Evaluation.from_predictions(TRUE, PRED)
    assert evaluation.rows(y_true="dog").index.tolist() == [1, 2]
    assert evaluation.rows(y_true="dog", y_pred="cat").index.tolist() == [1]
    assert evaluation.rows(y_true=np.str_("eel"), y_pred="cat").empty
    assert evaluation.rows().index.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("dgo", "y_true='dgo' is not a class. Did you mean 'dog'\\? Classes: 'cat', 'dog', 'eel'"),
        (None, "y_true=None is not a class"),
        (["cat"], "y_true=\\['cat'\\] is not a class"),
        (1, "y_true=1 is not a class"),
    ],
)
def test_rows_names_an_unknown_label(label: object, message: str) -> None:
    with pytest.raises(UnknownLabelError, match=message):
        Evaluation.from_predictions(TRUE, PRED).rows(y_true=label)


def test_rows_and_errors_are_copies() -> None:
    evaluation = Evaluation.from_predictions(TRUE, PRED)
    before = evaluation.frame.copy(deep=True)
    for rows in (evaluation.rows(), evaluation.errors()):
        rows.loc[:, "y_true"] = "changed"
        rows["new"] = 1
    pd.testing.assert_frame_equal(evaluation.frame, before)


# ---------------------------------------------------------------- from_frame


def test_from_frame_does_not_repeat_the_role_s_own_column() -> None:
    table = pd.DataFrame({"y_true": TRUE, "guess": PRED, "a b": 1})
    evaluation = Evaluation.from_frame(table, y_true="y_true", y_pred="guess")
    assert list(evaluation.frame) == ["y_true", "guess", "a b", "y_pred", "is_error", "loss"]
    assert evaluation.frame["y_pred"].tolist() == PRED


def test_a_clash_keeps_the_user_s_column_and_says_so() -> None:
    table = pd.DataFrame(
        {"label": TRUE, "guess": PRED, "y_true": [9] * 4, "is_error": 0, "loss": "l", "loss_": "m"},
    )
    evaluation = Evaluation.from_frame(table, y_true="label", y_pred="guess")
    assert list(evaluation.frame) == [*table, "y_true_", "y_pred", "is_error_", "loss__"]
    assert evaluation.frame["y_true"].tolist() == [9] * 4
    assert evaluation.frame["y_true_"].tolist() == TRUE
    assert evaluation.frame["is_error_"].tolist() == [False, True, False, True]
    assert evaluation.messages == (
        "The table has a column 'y_true' of its own; ours is 'y_true_'.",
        "The table has a column 'is_error' of its own; ours is 'is_error_'.",
        "The table has a column 'loss' of its own; ours is 'loss__'.",
        (
            "Left out of the features: y_true (constant), is_error (constant), loss (constant), "
            "loss_ (constant)."
        ),
    )
    assert evaluation.errors()["loss__"].tolist() == [1.0, 1.0]
    assert evaluation.rows(y_true="eel")["y_true_"].tolist() == ["eel"]


def test_one_column_may_play_both_roles() -> None:
    table = pd.DataFrame({"y_true": TRUE})
    evaluation = Evaluation.from_frame(table, y_true="y_true", y_pred="y_true")
    assert evaluation.n_errors == 0
    assert len(evaluation.frame) == 4


def test_columns_may_have_names_of_any_type() -> None:
    table = pd.DataFrame({0: TRUE, ("a", "b"): PRED, "index": [1, 2, 3, 4]})
    evaluation = Evaluation.from_frame(table, y_true=0, y_pred=("a", "b"))
    assert evaluation.errors()["index"].tolist() == [2, 4]


def test_the_table_s_columns_keep_missing_values_as_they_are() -> None:
    table = pd.DataFrame({"y_true": pd.Series(["a", None], dtype="string"), "p": ["a", "a"]})
    evaluation = Evaluation.from_frame(table, y_true="y_true", y_pred="p")
    assert evaluation.frame["y_true"].dtype == "string"
    assert evaluation.classes == ("a", None)


# ---------------------------------------------------------------- what is passed, later


@pytest.mark.parametrize("read_first", [False, True])
def test_changing_one_s_table_later_does_not_reach_the_evaluation(read_first: bool) -> None:
    table = pd.DataFrame({"label": TRUE, "guess": PRED, "age": [1, 2, 3, 4]})
    evaluation = Evaluation.from_frame(table, y_true="label", y_pred="guess")
    if read_first:
        assert evaluation.frame is not table
    table["label"] = "changed"
    table["loss"] = 7.0
    table.loc[0, "age"] = 99
    frame = evaluation.frame
    assert list(frame) == ["label", "guess", "age", "y_true", "y_pred", "is_error", "loss"]
    assert frame["label"].tolist() == TRUE
    assert frame["age"].tolist() == [1, 2, 3, 4]
    assert evaluation.rows(y_true="eel")["label"].tolist() == ["eel"]


def test_changing_one_s_arrays_later_does_not_reach_the_evaluation() -> None:
    y_true, y_pred, x = np.array([1, 2, 2]), np.array([1, 1, 2]), np.zeros((3, 2))
    evaluation = Evaluation.from_predictions(y_true, y_pred, X=x)
    y_true[:], y_pred[:], x[:] = 7, 8, 9
    assert evaluation.frame["y_true"].tolist() == [1, 2, 2]
    assert evaluation.frame["y_pred"].tolist() == [1, 1, 2]
    assert evaluation.frame["x0"].tolist() == [0, 0, 0]


def test_nothing_that_is_passed_is_changed() -> None:
    table = pd.DataFrame({"y_true": ["a", None], "is_error": [0, 0], "p": ["a", "b"]})
    classes = ["b", "a"]
    before = table.copy(deep=True)
    evaluation = Evaluation.from_frame(table, y_true="y_true", y_pred="p", classes=classes)
    evaluation.errors()
    evaluation.confusion()
    pd.testing.assert_frame_equal(table, before)
    assert classes == ["b", "a"]


# ---------------------------------------------------------------- from_estimator


def test_an_estimator_gives_predictions_classes_and_a_name() -> None:
    table = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0]}, index=list("abcd"))
    y = pd.Series(["no", "no", "yes", "yes"], index=table.index)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(table, y)
    before = table.copy(deep=True)
    evaluation = Evaluation.from_estimator(model, table, y)
    assert evaluation.name == "LogisticRegression"
    assert evaluation.classes == ("no", "yes")
    assert evaluation.frame["y_pred"].tolist() == model.predict(table).tolist()
    assert evaluation.frame.index.tolist() == list("abcd")
    pd.testing.assert_frame_equal(table, before)


def test_an_estimator_fitted_on_arrays_takes_labels_with_an_index_of_their_own() -> None:
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    y = pd.Series(["no", "no", "yes", "yes"], index=[17, 3, 99, 4])
    model = LogisticRegression().fit(x, y)
    evaluation = Evaluation.from_estimator(model, x, y, name="mine")
    assert evaluation.name == "mine"
    assert evaluation.frame.index.tolist() == [17, 3, 99, 4]


def test_labels_without_an_index_take_the_one_there_is() -> None:
    index = ["a", "b", "c", "d"]
    for y_true, y_pred in (
        (pd.Series(TRUE, index=index), PRED),
        (TRUE, pd.Series(PRED, index=index)),
        (np.array(TRUE), pd.Series(PRED, index=index)),
    ):
        evaluation = Evaluation.from_predictions(y_true, y_pred)
        assert evaluation.frame.index.tolist() == index


# ---------------------------------------------------------------- the object


def test_an_evaluation_is_frozen_but_for_its_notes() -> None:
    evaluation = Evaluation.from_predictions(TRUE, PRED)
    for attribute in ("classes", "frame", "anything"):
        with pytest.raises(FrozenError, match=f"'{attribute}' cannot be set"):
            setattr(evaluation, attribute, 1)
    evaluation.notes.selection = Selection()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (None, "<Evaluation multiclass, 4 rows, 3 classes, 2 mistakes>"),
        ("pets", "<Evaluation 'pets': multiclass, 4 rows, 3 classes, 2 mistakes>"),
    ],
)
def test_the_repr_says_what_it_holds(name: str | None, text: str) -> None:
    assert repr(Evaluation.from_predictions(TRUE, PRED, name=name)) == text


def test_the_mask_of_a_selection_joins_clauses_by_and() -> None:
    evaluation = Evaluation.from_predictions(TRUE, PRED)
    dogs, cats = In("y_true", ("dog",)), In("y_pred", ("cat",))
    assert not evaluation.mask(Selection()).any()
    one = Selection((Clause("python", dogs),))
    assert evaluation.mask(one).tolist() == [False, True, True, False]
    both = Selection((Clause("python", dogs), Clause("matrix-1", cats)))
    assert evaluation.mask(both).tolist() == [False, True, False, False]


def test_more_classes_than_a_byte_holds_are_coded() -> None:
    labels = np.arange(300)
    evaluation = Evaluation.from_predictions(labels, labels[::-1])
    assert evaluation.columns["y_true"].codes.dtype == np.uint16
    assert evaluation.rows(y_true=299).index.tolist() == [299]
