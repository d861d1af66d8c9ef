"""Every mistake a user can make, with the message that says what to do."""

from __future__ import annotations

import inspect
import re

import numpy as np
import pandas as pd
import pytest

from errwidgets import ConfusionMatrix, Evaluation, exceptions
from errwidgets.exceptions import ErrwidgetsError, hint, listed, shown
from errwidgets.selection import All, AnyOf, Clause, In, Not, Selection

CLASSES = [
    cls
    for _, cls in inspect.getmembers(exceptions, inspect.isclass)
    if issubclass(cls, ErrwidgetsError)
]
TABLE = pd.DataFrame({"label": ["a", "b"], "guess": ["b", "b"], "age": [31, 40]})
SERIES = pd.Series(["a", "b"])
EVALUATION = Evaluation.from_predictions(["cat", "dog"], ["cat", "cat"])


class NoPredict:
    pass


class Predicts:
    def predict(self, rows: object) -> list[str]:
        return ["a"] * len(rows)  # type: ignore[arg-type]


make = Evaluation.from_predictions
frame = Evaluation.from_frame
fitted = Evaluation.from_estimator
REFUSED = {
    # ------------------------------------------------ labels
    "text for labels": (
        lambda: make("abc", ["a", "b", "c"]),
        exceptions.InputTypeError,
        "y_true must be one label per row in order (an array, a list or a Series); got str 'abc'.",
    ),
    "one number for labels": (
        lambda: make(["a"], 5),
        exceptions.InputTypeError,
        "y_pred must be one label per row in order (an array, a list or a Series); got int 5.",
    ),
    "nothing for labels": (
        lambda: make(None, ["a"]),
        exceptions.InputTypeError,
        (
            "y_true must be one label per row in order (an array, a list or a Series); "
            "got NoneType None."
        ),
    ),
    "a generator for labels": (
        lambda: make(["a"], (x for x in "a")),
        exceptions.InputTypeError,
        "y_pred must be one label per row in order (an array, a list or a Series); got generator",
    ),
    "a set for labels": (
        lambda: make({"a"}, ["a"]),
        exceptions.InputTypeError,
        "one label per row in order (an array, a list or a Series); got set {'a'}.",
    ),
    "a dict for labels": (
        lambda: make({"a": 1}, ["a"]),
        exceptions.InputTypeError,
        "y_true must be one label per row in order",
    ),
    "no rows": (
        lambda: make([], []),
        exceptions.EmptyInputError,
        "y_true has no rows; there is nothing to evaluate.",
    ),
    "probabilities for labels": (
        lambda: make([0, 1], [[0.1, 0.9], [0.5, 0.5]]),
        exceptions.ShapeError,
        (
            "y_pred must have one dimension, one value per row; got shape (2, 2). "
            "For probabilities pass the predicted labels, "
            "for example classes[proba.argmax(axis=1)]; "
            "for several labels per sample make one row per sample and label."
        ),
    ),
    "a column vector for labels": (
        lambda: make(np.zeros((2, 1)), [0, 1]),
        exceptions.ShapeError,
        (
            "y_true must have one dimension, one value per row; got shape (2, 1). "
            "Pass it flat: values.ravel()."
        ),
    ),
    "a one-column table for labels": (
        lambda: make(TABLE[["label"]], ["a", "b"]),
        exceptions.ShapeError,
        "y_true must have one dimension, one value per row; got shape (2, 1).",
    ),
    "a scalar array for labels": (
        lambda: make(np.array(3), [0]),
        exceptions.InputTypeError,
        (
            "y_true must be one label per row in order (an array, a list or a Series); "
            "got ndarray array(3)."
        ),
    ),
    "ragged rows for labels": (
        lambda: make([[1], [1, 2]], [0, 1]),
        exceptions.ShapeError,
        "y_true must have one dimension, one value per row; got shape (2, 0).",
    ),
    "labels that cannot be told apart": (
        lambda: make(pd.Series([["a"], ["b", "c"]]), ["a", "b"]),
        ErrwidgetsError,
        "y_true",
    ),
    # ------------------------------------------------ lengths and indexes
    "another length": (
        lambda: make(["a"] * 1200, ["a", "b"]),
        exceptions.LengthMismatchError,
        (
            "All inputs must describe the same rows: y_true has 1,200, y_pred has 2. "
            "Pass one value per row."
        ),
    ),
    "another length of X": (
        lambda: make(["a", "b"], ["a", "b"], X=[[1]]),
        exceptions.LengthMismatchError,
        "All inputs must describe the same rows: y_true has 2, y_pred has 2, X has 1.",
    ),
    "another length of a series": (
        lambda: make(SERIES, pd.Series(["a"])),
        exceptions.LengthMismatchError,
        "y_true has 2, y_pred has 1.",
    ),
    "different indexes": (
        lambda: make(SERIES, SERIES.set_axis([1, 0])),
        exceptions.IndexMismatchError,
        (
            "y_true and y_pred have different indexes, so their rows may not belong together. "
            "Align them first (y_pred = y_pred.loc[y_true.index]), or pass arrays (.to_numpy()) "
            "if they are already in the same order."
        ),
    ),
    "an index that is not X's": (
        lambda: make(SERIES.set_axis([5, 6]), ["a", "b"], X=TABLE),
        exceptions.IndexMismatchError,
        "X and y_true have different indexes",
    ),
    # ------------------------------------------------ tables
    "a dict for a table": (
        lambda: frame({"label": ["a"]}, y_true="label", y_pred="label"),
        exceptions.InputTypeError,
        "frame must be a DataFrame or a two-dimensional array; got dict {'label': ['a']}.",
    ),
    "text for X": (
        lambda: make(["a"], ["a"], X="x"),
        exceptions.InputTypeError,
        "X must be a DataFrame or a two-dimensional array; got str 'x'.",
    ),
    "one dimension for X": (
        lambda: make(["a", "b"], ["a", "b"], X=[1, 2]),
        exceptions.ShapeError,
        "X must have two dimensions, (n_samples, n_features); got (2,).",
    ),
    "ragged rows for X": (
        lambda: make(["a", "b"], ["a", "b"], X=[[1], [1, 2]]),
        ErrwidgetsError,
        "X must have two dimensions",
    ),
    "a column twice": (
        lambda: make(["a", "b"], ["a", "b"], X=TABLE.set_axis(["u", "v", "u"], axis=1)),
        exceptions.InputTypeError,
        "X has the column 'u' more than once. Rename one of them.",
    ),
    "an empty table": (
        lambda: frame(TABLE.iloc[:0], y_true="label", y_pred="guess"),
        exceptions.EmptyInputError,
        "frame has no rows; there is nothing to evaluate.",
    ),
    "an unknown column": (
        lambda: frame(TABLE, y_true="labl", y_pred="guess"),
        exceptions.ColumnNotFoundError,
        (
            "y_true='labl' is not a column of the frame. Did you mean 'label'? "
            "Columns: 'label', 'guess', 'age'."
        ),
    ),
    "a list for a column": (
        lambda: frame(TABLE, y_true="label", y_pred=["guess"]),
        ErrwidgetsError,
        "y_pred=['guess'] is not a column of the frame.",
    ),
    # ------------------------------------------------ classes and names
    "a number for classes": (lambda: make(["a"], ["a"], classes=5), ErrwidgetsError, "classes"),
    "text for classes": (lambda: make(["a"], ["a"], classes="abc"), ErrwidgetsError, "classes"),
    "a class twice": (
        lambda: make(["a", "b"], ["a", "b"], classes=["b", "a", "b"]),
        ErrwidgetsError,
        "classes",
    ),
    "lists for classes": (lambda: make(["a"], ["a"], classes=[["a"]]), ErrwidgetsError, "classes"),
    "a number for a name": (
        lambda: make(["a"], ["a"], name=3),
        exceptions.InputTypeError,
        "name must be text; got int 3.",
    ),
    "an unknown label": (
        lambda: EVALUATION.rows(y_pred="dgo"),
        exceptions.UnknownLabelError,
        "y_pred='dgo' is not a class. Did you mean 'dog'? Classes: 'cat', 'dog'.",
    ),
    # ------------------------------------------------ models
    "a model without predict": (
        lambda: fitted(NoPredict(), [[1]], ["a"]),
        exceptions.EstimatorError,
        (
            "estimator must be a fitted model with a predict method; got NoPredict. "
            "With predictions at hand, use Evaluation.from_predictions(y_true, y_pred)."
        ),
    ),
    "a class for a model": (
        lambda: fitted(Predicts, [[1]], ["a"]),
        exceptions.EstimatorError,
        "estimator must be a fitted model with a predict method; got Predicts.",
    ),
    "labels of another length than the model's": (
        lambda: fitted(Predicts(), [[1], [2]], ["a"]),
        exceptions.LengthMismatchError,
        "y_true has 1, y_pred has 2, X has 2.",
    ),
    # ------------------------------------------------ widgets
    "a table for an evaluation": (
        lambda: ConfusionMatrix(TABLE),
        exceptions.InputTypeError,
        "evaluation must be an Evaluation; got DataFrame",
    ),
    "labels for an evaluation": (
        lambda: ConfusionMatrix(["a"]),
        exceptions.InputTypeError,
        (
            "got list ['a']. From arrays: ConfusionMatrix.from_predictions(y_true, y_pred); "
            "from a model: ConfusionMatrix.from_estimator(model, X, y)."
        ),
    ),
    "an unknown keyword": (
        lambda: ConfusionMatrix(EVALUATION, link=False),
        exceptions.UnknownKeywordError,
        (
            "ConfusionMatrix has no keyword 'link'. Did you mean 'linked'? "
            "Keywords: keep, layout, linked."
        ),
    ),
    "an unknown keyword of from_predictions": (
        lambda: ConfusionMatrix.from_predictions(["a"], ["a"], nam="x"),
        exceptions.UnknownKeywordError,
        (
            "ConfusionMatrix.from_predictions has no keyword 'nam'. Did you mean 'name'? "
            "Keywords: X, class_groups, classes, display_labels, error_threshold, features, keep, "
            "kinds, layout, linked, loss, model, name, pos_label, sample_weight, split, task, "
            "y_proba, y_score."
        ),
    ),
    "an unknown keyword of from_estimator": (
        lambda: ConfusionMatrix.from_estimator(Predicts(), [[1]], ["a"], clases=[]),
        exceptions.UnknownKeywordError,
        (
            "ConfusionMatrix.from_estimator has no keyword 'clases'. Did you mean 'classes'? "
            "Keywords: class_groups, classes, display_labels, error_threshold, features, keep, "
            "kinds, layout, linked, loss, model, name, pos_label, sample_weight, split, task, "
            "y_proba, y_score."
        ),
    ),
    "a handler that cannot be called": (
        lambda: ConfusionMatrix(EVALUATION).on_select("print"),
        exceptions.InputTypeError,
        "handler must be a function of one DataFrame; got str 'print'.",
    ),
    # ------------------------------------------------ the object
    "an assignment": (
        lambda: setattr(EVALUATION, "name", "x"),
        exceptions.FrozenError,
        "An Evaluation never changes, so 'name' cannot be set.",
    ),
}
NO_SELECTIONS = {
    "a number": (5, "A selection is None (nothing), a Selection or a predicate"),
    "an object": (NoPredict(), "got NoPredict"),
    "a clause": (Clause("python", In("y_true", ("cat",))), "got Clause"),
    "an unknown column": (In("age", (3,)), "names the column 'age'"),
    "an unknown label": (In("y_true", ("dgo",)), "'dgo' is not a value of 'y_true'"),
    "an unknown label, deep inside": (
        Selection((Clause("x", All((Not(In("y_pred", ("eel",))),))),)),
        "'eel' is not a value of 'y_pred'. Values: 'cat', 'dog'.",
    ),
    "a label that is a list": (In("y_true", (["cat"],)), "y_true"),
    "one value without a tuple": (In("y_true", 5), "y_true"),
    "nothing, negated": (Not(None), "None"),
    "text for a part": (All(("y_true",)), "y_true"),
    "nothing for a part": (AnyOf((None,)), "None"),
    "a selection of no clauses": (Selection(("y_true",)), "y_true"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_malformed_input_is_refused_with_advice(case: str) -> None:
    call, error, message = REFUSED[case]
    with pytest.raises(error, match=re.escape(message)):
        call()


@pytest.mark.parametrize("case", NO_SELECTIONS)
def test_a_malformed_selection_is_refused_and_changes_nothing(case: str) -> None:
    value, message = NO_SELECTIONS[case]
    matrix = ConfusionMatrix(EVALUATION, linked=False)
    matrix.selection = In("y_true", ("cat",))
    before, mask = matrix.selection, matrix.mask
    with pytest.raises(exceptions.SelectionError, match=re.escape(message)):
        matrix.selection = value
    assert matrix.selection == before
    np.testing.assert_array_equal(matrix.mask, mask)
    assert len(matrix.selected) == 1
    matrix.close()


@pytest.mark.parametrize("value", [None, "y_true == 'cat'", In("y_true", ("cat",)), 5])
def test_the_mask_of_what_is_no_selection_is_refused(value: object) -> None:
    with pytest.raises(exceptions.SelectionTypeError):
        EVALUATION.mask(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("error", CLASSES)
def test_every_class_is_also_a_built_in_one(error: type[Exception]) -> None:
    assert error is ErrwidgetsError or issubclass(error, ValueError | TypeError)
    assert error.__name__ in exceptions.__all__
    assert error.__doc__


def test_a_long_value_is_shown_short() -> None:
    text = shown("x" * 1000)
    assert len(text) == 60
    assert text.endswith("…")
    assert shown(3) == "3"


def test_a_long_list_is_shown_short() -> None:
    assert listed(range(3)) == "0, 1, 2"
    assert listed(range(2008)) == "0, 1, 2, 3, 4, 5, 6, 7 and 2,000 more"
    assert listed([]) == ""


@pytest.mark.parametrize(
    ("name", "text"),
    [("dgo", " Did you mean 'dog'?"), ("zzz", ""), (None, ""), (10, " Did you mean 100?")],
)
def test_a_hint_names_what_is_close(name: object, text: str) -> None:
    assert hint(name, ["dog", "cat", 100]) == text


def test_a_frame_without_columns_says_so() -> None:
    with pytest.raises(exceptions.ColumnNotFoundError, match="Columns: none"):
        frame(pd.DataFrame(index=[0]), y_true="a", y_pred="b")
