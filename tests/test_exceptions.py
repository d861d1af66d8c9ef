"""Every mistake a user can make, with the message that says what to do."""

from __future__ import annotations

import inspect
import re

import numpy as np
import pandas as pd
import pytest

from errwidgets import ConfusionMatrix, Evaluation, _roles, exceptions
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


class Raises:
    def predict(self, _: object) -> list[str]:
        raise KeyError("age")


make = Evaluation.from_predictions
frame = Evaluation.from_frame
fitted = Evaluation.from_estimator
records = Evaluation.from_records
scores = Evaluation.from_scores
TOP = [{"label": "a", "score": 0.9}]
NUMBERS = make([1.5, 2.0], [1.0, 2.0])
SCORES = scores(["a", "b"], loss=[0.5, 0.1])
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
            "Keywords: color, keep, layout, linked, normalize, order, scale."
        ),
    ),
    "an unknown keyword of from_predictions": (
        lambda: ConfusionMatrix.from_predictions(["a"], ["a"], nam="x"),
        exceptions.UnknownKeywordError,
        (
            "ConfusionMatrix.from_predictions has no keyword 'nam'. Did you mean 'name'? "
            "Keywords: X, class_groups, classes, color, display_labels, error_threshold, features, "
            "keep, kinds, layout, linked, loss, model, name, normalize, order, persist, "
            "pos_label, sample_weight, scale, split, task, y_proba, y_score."
        ),
    ),
    "an unknown keyword of from_estimator": (
        lambda: ConfusionMatrix.from_estimator(Predicts(), [[1]], ["a"], clases=[]),
        exceptions.UnknownKeywordError,
        (
            "ConfusionMatrix.from_estimator has no keyword 'clases'. Did you mean 'classes'? "
            "Keywords: class_groups, classes, color, display_labels, error_threshold, features, "
            "keep, kinds, layout, linked, loss, model, name, normalize, order, persist, "
            "pos_label, sample_weight, scale, split, task, y_proba, y_score."
        ),
    ),
    "a handler that cannot be called": (
        lambda: ConfusionMatrix(EVALUATION).on_select("print"),
        exceptions.InputTypeError,
        "handler must be a function of one DataFrame; got str 'print'.",
    ),
    # ------------------------------------------------ the keywords of every constructor
    "an unknown keyword of Evaluation.from_predictions": (
        lambda: make(["a"], ["a"], yproba=[1]),
        exceptions.UnknownKeywordError,
        "Evaluation.from_predictions has no keyword 'yproba'. Did you mean 'y_proba'? Keywords: X,",
    ),
    "an unknown keyword of from_frame": (
        lambda: frame(TABLE, y_true="label", y_pred="guess", weight="age"),
        exceptions.UnknownKeywordError,
        "Evaluation.from_frame has no keyword 'weight'.",
    ),
    "X beside a frame": (
        lambda: frame(TABLE, y_true="label", y_pred="guess", X=TABLE),
        exceptions.UnknownKeywordError,
        "Evaluation.from_frame has no keyword 'X'.",
    ),
    "an unknown keyword of Evaluation.from_estimator": (
        lambda: fitted(Predicts(), [[1]], ["a"], sample_weights=[1]),
        exceptions.UnknownKeywordError,
        "Evaluation.from_estimator has no keyword 'sample_weights'. Did you mean 'sample_weight'?",
    ),
    "an unknown keyword of from_records": (
        lambda: records(["a"], TOP, model_name="x"),
        exceptions.UnknownKeywordError,
        "Evaluation.from_records has no keyword 'model_name'.",
    ),
    "an unknown keyword of from_scores": (
        lambda: scores(TABLE, loss=[1, 2], y_proba=[1, 2]),
        exceptions.UnknownKeywordError,
        "Evaluation.from_scores has no keyword 'y_proba'. Keywords: features, is_error, kinds,",
    ),
    "display labels of another number": (
        lambda: make(["a", "b"], ["a", "a"], display_labels=["A"]),
        exceptions.LengthMismatchError,
        "display_labels has 1 names for 2 classes: 'a', 'b'. Pass one per class, or a dict",
    ),
    "display labels of an unknown class": (
        lambda: make(["cat", "dog"], ["cat", "cat"], display_labels={"dgo": "Hund"}),
        exceptions.UnknownLabelError,
        "display_labels='dgo' is not a class. Did you mean 'dog'? Classes: 'cat', 'dog'.",
    ),
    "text for display labels": (
        lambda: make(["a", "b"], ["a", "a"], display_labels="ab"),
        exceptions.InputTypeError,
        "display_labels must be a list of texts or a dict; got str 'ab'.",
    ),
    "a number for display labels": (
        lambda: make(["a", "b"], ["a", "a"], display_labels=2),
        exceptions.InputTypeError,
        "display_labels must be a list of texts or a dict; got int 2.",
    ),
    "a list for class groups": (
        lambda: make(["a", "b"], ["a", "a"], class_groups=["a"]),
        exceptions.InputTypeError,
        "class_groups must be a dict class → group, or group → list of classes; got list ['a'].",
    ),
    "a group of unknown classes": (
        lambda: make(["cat", "dog"], ["cat", "cat"], class_groups={"pets": ["cat", "dgo"]}),
        exceptions.UnknownLabelError,
        "class_groups='dgo' is not a class. Did you mean 'dog'?",
    ),
    "a class in two groups": (
        lambda: make(["a", "b"], ["a", "a"], class_groups={"g": ["a"], "h": ["a", "b"]}),
        exceptions.InputError,
        "class_groups puts the class 'a' into two groups.",
    ),
    "a positive label that is none": (
        lambda: make(["no", "yes"], ["no", "no"], pos_label="yse"),
        exceptions.UnknownLabelError,
        "pos_label='yse' is not a class. Did you mean 'yes'? Classes: 'no', 'yes'.",
    ),
    "a list for a positive label": (
        lambda: make(["no", "yes"], ["no", "no"], pos_label=["yes"]),
        exceptions.UnknownLabelError,
        "pos_label=['yes'] is not a class.",
    ),
    "an unknown task": (
        lambda: make(["a"], ["a"], task="classification"),
        exceptions.InputError,
        "task must be one of 'binary', 'multiclass', 'regression', 'score'; got 'classification'.",
    ),
    "a list for a task": (
        lambda: make(["a"], ["a"], task=["binary"]),
        exceptions.InputError,
        "task must be one of 'binary', 'multiclass', 'regression', 'score'; got ['binary'].",
    ),
    "too many classes for the task": (
        lambda: make(["a", "b", "c"], ["a"] * 3, task="binary"),
        exceptions.InputError,
        "task='binary' with 3 classes: 'a', 'b', 'c'. Leave task out, or merge classes first.",
    ),
    "labels for a score": (
        lambda: make(["a"], ["a"], task="score"),
        exceptions.InputError,
        "task='score' has no labels; use Evaluation.from_scores(X, loss=...) instead.",
    ),
    "no classes": (
        lambda: make(["a"], ["a"], classes=[]),
        exceptions.InputError,
        "classes is empty. Leave it out, or name the classes.",
    ),
    "1 beside True": (
        lambda: make([1, 0, 1], [True, False, True]),
        exceptions.LabelError,
        "compare equal but differ, so rows cannot be told apart. Make them one type",
    ),
    "True in classes of numbers": (
        lambda: make([1, 0], [1, 0], classes=[False, True]),
        exceptions.LabelError,
        "compare equal but differ",
    ),
    "several labels per row": (
        lambda: make([("a", "b"), ("a",)], ["a", "b"]),
        exceptions.LabelError,
        "For several labels per row, make one row per sample and label: frame.explode('y_true').",
    ),
    "an indicator matrix": (
        lambda: make(np.eye(2), np.eye(2)),
        exceptions.ShapeError,
        "for several labels per sample make one row per sample and label.",
    ),
    "a structured array for labels": (
        lambda: make(np.zeros(2, dtype=[("a", int)]), [1, 2]),
        ErrwidgetsError,
        "y_true",
    ),
    # ------------------------------------------------ probabilities, scores, weights, split
    "probabilities above one": (
        lambda: make(["a", "b"], ["a", "a"], y_proba=[[2, -1], [0, 1]]),
        exceptions.ProbabilityError,
        "y_proba must lie in [0, 1]; got values from -1 to 2. Pass decision scores as y_score",
    ),
    "probabilities that do not sum to one": (
        lambda: make(["a", "b"], ["a", "a"], y_proba=[[0.5, 0.5], [0.5, 0.4]]),
        exceptions.ProbabilityError,
        "The probabilities of a row must sum to 1 within 0.001; row 1 sums to 0.9.",
    ),
    "probabilities that are missing": (
        lambda: make(["a", "b"], ["a", "a"], y_proba=[[0.5, 0.5], [None, 1]]),
        exceptions.ProbabilityError,
        "y_proba has NaN or infinite values; every row needs a probability for every class.",
    ),
    "too many columns of probabilities": (
        lambda: make(["a", "b"], ["a", "a"], y_proba=np.full((2, 3), 1 / 3)),
        exceptions.ShapeError,
        "y_proba has 3 columns for 2 classes: 'a', 'b'. Pass classes= in the order of the columns",
    ),
    "a number for probabilities": (
        lambda: make(["a", "b"], ["a", "a"], y_proba=0.5),
        exceptions.ShapeError,
        "y_proba must have shape (n_samples, n_classes), or one dimension for two classes; got ().",
    ),
    "the name of no probabilities": (
        lambda: frame(TABLE, y_true="label", y_pred="guess", y_proba="proba_"),
        exceptions.ColumnNotFoundError,
        "y_proba='proba_' is neither a column nor the start of the names of columns. Columns: 'la",
    ),
    "a column of text for probabilities": (
        lambda: frame(TABLE, y_true="label", y_pred="guess", y_proba="guess"),
        exceptions.InputTypeError,
        "y_proba must be numbers in [0, 1]; got Series",
    ),
    "scores of one dimension for three classes": (
        lambda: make(["a", "b", "c"], ["a", "b", "c"], y_score=[1, 2, 3]),
        exceptions.ShapeError,
        "y_score has one dimension, which is enough for two classes; there are 3.",
    ),
    "scores of too few columns": (
        lambda: make(["a", "b", "c"], ["a", "b", "c"], y_score=np.zeros((3, 2))),
        exceptions.ShapeError,
        "y_score has shape (3, 2); with 3 classes it must be (3, 3)",
    ),
    "scores that are missing": (
        lambda: make(["a", "b"], ["a", "a"], y_score=[1, np.nan]),
        exceptions.InputError,
        "y_score has NaN or infinite values (the first in row 1).",
    ),
    "text for scores": (
        lambda: make(["a", "b"], ["a", "a"], y_score=["x", "y"]),
        exceptions.InputTypeError,
        "y_score must be one number per row",
    ),
    "an unknown column of scores": (
        lambda: frame(TABLE, y_true="label", y_pred="guess", y_score="aeg"),
        exceptions.ColumnNotFoundError,
        "y_score='aeg' is not a column of the frame. Did you mean 'age'?",
    ),
    "negative weights": (
        lambda: make(["a", "b"], ["a", "a"], sample_weight=[1, -0.5]),
        exceptions.WeightError,
        "sample_weight must not be negative; the least is -0.5. Leave rows out that should not",
    ),
    "weights of nothing": (
        lambda: make(["a", "b"], ["a", "a"], sample_weight=[0, 0]),
        exceptions.WeightError,
        "sample_weight is 0 for every row, so nothing would count.",
    ),
    "weights that are missing": (
        lambda: scores(TABLE, loss=[1, 2], sample_weight=[1, np.nan]),
        exceptions.InputError,
        "sample_weight has NaN or infinite values (the first in row 1).",
    ),
    "weights of another length": (
        lambda: make(["a", "b"], ["a", "a"], sample_weight=[1, 2, 3]),
        exceptions.LengthMismatchError,
        "sample_weight has 3",
    ),
    "an unknown split": (
        lambda: frame(TABLE, y_true="label", y_pred="guess", split="fold"),
        exceptions.ColumnNotFoundError,
        "split='fold' is not a column of the frame. Columns: 'label', 'guess', 'age'.",
    ),
    "a split of another length": (
        lambda: make(["a", "b"], ["a", "a"], split=["train"]),
        exceptions.LengthMismatchError,
        "split has 1",
    ),
    "unknown features": (
        lambda: frame(TABLE, y_true="label", y_pred="guess", features=["agee"]),
        exceptions.ColumnNotFoundError,
        "features='agee' is not a column of the frame. Did you mean 'age'?",
    ),
    "text for features": (
        lambda: frame(TABLE, y_true="label", y_pred="guess", features="age"),
        exceptions.InputTypeError,
        "features must be a list of column names; got str 'age'.",
    ),
    "an unknown kind": (
        lambda: frame(TABLE, y_true="label", y_pred="guess", kinds={"age": "number"}),
        exceptions.InputError,
        "kinds['age'] must be one of 'boolean', 'numeric', 'time', 'category', 'text',",
    ),
    "the kind of an unknown column": (
        lambda: frame(TABLE, y_true="label", y_pred="guess", kinds={"agee": "text"}),
        exceptions.ColumnNotFoundError,
        "kinds='agee' is not a column of the frame. Did you mean 'age'?",
    ),
    "text for kinds": (
        lambda: frame(TABLE, y_true="label", y_pred="guess", kinds="text"),
        exceptions.InputTypeError,
        "kinds must be",
    ),
    # ------------------------------------------------ regressions
    "text for a regression": (
        lambda: make(["a", "b"], ["a", "b"], task="regression"),
        exceptions.InputTypeError,
        "y_true must be one number per row",
    ),
    "truth values for a regression": (
        lambda: make([True], [True], task="regression"),
        exceptions.LabelError,
        "y_true holds truth values; a regression needs numbers.",
    ),
    "a number that is missing": (
        lambda: make([0.5, np.nan], [0.5, 1.0]),
        exceptions.InputError,
        "y_true has NaN or infinite values (the first in row 1).",
    ),
    "probabilities for a regression": (
        lambda: make([1.5], [1.0], task="regression", y_proba=[[1.0]]),
        exceptions.InputError,
        "y_proba has no meaning for task='regression'. Leave one of the two out.",
    ),
    "an unknown loss": (
        lambda: make([1.5], [1.0], loss="cubic"),
        exceptions.InputError,
        "loss must be one of 'absolute', 'squared'; got 'cubic'.",
    ),
    "a negative threshold": (
        lambda: make([1.5], [1.0], error_threshold=-1),
        exceptions.InputError,
        "error_threshold must be a number of at least 0; got -1.",
    ),
    "text for a threshold": (
        lambda: make([1.5], [1.0], error_threshold="1"),
        exceptions.InputTypeError,
        "error_threshold must be a number; got str '1'.",
    ),
    # ------------------------------------------------ models, records, scores
    "a model that raises": (
        lambda: fitted(Raises(), [[1]], ["a"]),
        exceptions.EstimatorError,
        "Raises.predict failed: KeyError: 'age' Is the model fitted, and X what it was fitted on?",
    ),
    "no model": (
        lambda: fitted(None, [[1]], ["a"]),
        exceptions.EstimatorError,
        "estimator must be a fitted model with a predict method; got NoneType.",
    ),
    "text for records": (
        lambda: records(["a"], "POS"),
        exceptions.RecordError,
        "outputs must be a list with one entry per row: {'label': 'POS', 'score': 0.9}",
    ),
    "records of another number": (
        lambda: records(["a", "b"], TOP),
        exceptions.LengthMismatchError,
        "All inputs must describe the same rows: y_true has 2, outputs has 1.",
    ),
    "a record without a score": (
        lambda: records(["a"], [{"label": "a"}]),
        exceptions.RecordError,
        "outputs[0] must be {'label': 'POS', 'score': 0.9}",
    ),
    "a record above one": (
        lambda: records(["a"], [{"label": "a", "score": 7}]),
        exceptions.RecordError,
        "outputs[0]: the score of 'a' is 7.0; scores lie in [0, 1].",
    ),
    "records of other labels": (
        lambda: records(["a"], [{"label": "LABEL_0", "score": 0.7}]),
        exceptions.RecordError,
        "No label of the outputs ('LABEL_0') occurs in y_true ('a'). Map them first",
    ),
    "a loss of another length": (
        lambda: scores(TABLE, loss=[1]),
        exceptions.LengthMismatchError,
        "All inputs must describe the same rows: X has 2, loss has 1.",
    ),
    "a loss that is missing": (
        lambda: scores(TABLE, loss=[1, np.nan]),
        exceptions.InputError,
        "loss has NaN or infinite values (the first in row 1).",
    ),
    "an unknown column of losses": (
        lambda: scores(TABLE, loss="aeg"),
        exceptions.ColumnNotFoundError,
        "loss='aeg' is not a column of the frame. Did you mean 'age'?",
    ),
    "a column of text for a loss": (
        lambda: scores(TABLE, loss="label"),
        exceptions.InputTypeError,
        "loss must be one number per row",
    ),
    "losses without rows": (
        lambda: scores(TABLE.iloc[:0], loss=[]),
        exceptions.EmptyInputError,
        "X has no rows; there is nothing to evaluate.",
    ),
    "numbers for truth values": (
        lambda: scores(TABLE, loss=[1, 2], is_error=[1, 2]),
        exceptions.InputError,
        "is_error must be True or False per row; got int64 [1, 2].",
    ),
    "mistakes of another length": (
        lambda: scores(TABLE, loss=[1, 2], is_error=[True]),
        exceptions.LengthMismatchError,
        "loss has 2, is_error has 1",
    ),
    "one truth value for all": (
        lambda: scores(TABLE, loss=[1, 2], is_error=np.array(True)),
        ErrwidgetsError,
        "is_error",
    ),
    "ragged truth values": (
        lambda: scores(TABLE, loss=[1, 2], is_error=[[True], [True, False]]),
        ErrwidgetsError,
        "is_error",
    ),
    # ------------------------------------------------ methods
    "an unknown normalisation": (
        lambda: EVALUATION.confusion("rows"),
        exceptions.InputError,
        "normalize must be None or one of 'true', 'pred', 'all'; got 'rows'.",
    ),
    "a confusion of numbers": (
        NUMBERS.confusion,
        exceptions.TaskError,
        "confusion() has no meaning for a regression evaluation.",
    ),
    "classes of numbers": (
        NUMBERS.per_class,
        exceptions.TaskError,
        "per_class() has no meaning for a regression evaluation.",
    ),
    "rows of numbers by label": (
        lambda: NUMBERS.rows(y_true=1.5),
        exceptions.TaskError,
        "rows(y_true=, y_pred=) has no meaning for a regression evaluation. Bin the values first.",
    ),
    "mistakes of scores alone": (
        SCORES.errors,
        exceptions.TaskError,
        "Scores alone do not say which rows are mistakes. Pass is_error= to Evaluation.from_scores",
    ),
    "a matrix of scores": (
        lambda: ConfusionMatrix(SCORES),
        exceptions.TaskError,
        "A confusion matrix has no meaning for a score evaluation. It needs y_true and y_pred",
    ),
    "an unknown interval": (
        lambda: EVALUATION.summary(ci="wilson"),
        exceptions.InputError,
        "ci must be None or 'bootstrap'; got 'wilson'.",
    ),
    "no resamples": (
        lambda: EVALUATION.summary(ci="bootstrap", n_resamples=0),
        exceptions.InputError,
        "n_resamples must be a whole number of at least 1; got 0.",
    ),
    "text for a seed": (
        lambda: EVALUATION.summary(ci="bootstrap", seed="x"),
        exceptions.InputError,
        "seed must be",
    ),
    "a division by zero of two": (
        lambda: EVALUATION.per_class(2),
        exceptions.InputError,
        "zero_division must be 0, 1 or nan; got 2.",
    ),
    "groups of an unknown column": (
        lambda: EVALUATION.group_by("y_ture"),
        exceptions.ColumnNotFoundError,
        "columns='y_ture' is not a column of the frame. Did you mean 'y_true'?",
    ),
    "groups of three columns": (
        lambda: EVALUATION.group_by(["y_true", "y_pred", "loss"]),
        exceptions.InputError,
        "group_by takes one column or two; got 3: 'y_true', 'y_pred', 'loss'.",
    ),
    "groups of no column": (
        lambda: EVALUATION.group_by([]),
        exceptions.InputError,
        "group_by takes one column or two; got 0",
    ),
    "an unknown per-row column": (
        lambda: EVALUATION.row_values("confidence"),
        exceptions.ColumnNotFoundError,
        "name='confidence' is not a column of the frame. Columns: 'is_error', 'loss'.",
    ),
    "a list for a per-row column": (
        lambda: EVALUATION.row_values(["loss"]),
        exceptions.ColumnNotFoundError,
        "name=['loss'] is not a column of the frame.",
    ),
    # ------------------------------------------------ the object
    "an assignment": (
        lambda: setattr(EVALUATION, "name", "x"),
        exceptions.FrozenError,
        "An Evaluation never changes, so 'name' cannot be set.",
    ),
}
NO_SELECTIONS = {
    "a number": (5, "No selection can be made from int 5. Allowed are None (nothing), a Selection"),
    "an object": (NoPredict(), "No selection can be made from NoPredict"),
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


def test_the_table_of_malformed_inputs_is_long_and_covers_every_door() -> None:
    assert len(REFUSED) + len(NO_SELECTIONS) >= 80
    calls = [call for call, *_ in REFUSED.values()]
    doors = {name for call in calls for name in (call.__name__, *call.__code__.co_names)}
    assert {"make", "frame", "fitted", "records", "scores", "ConfusionMatrix"} <= doors
    methods = {"confusion", "per_class", "summary", "group_by", "rows", "errors", "row_values"}
    assert methods <= doors
    for _, error, message in REFUSED.values():
        assert issubclass(error, ErrwidgetsError)
        assert message


# ---------------------------------------------------------------- the sweep

ODD: list[object] = [
    None, True, -1, 3, 2.5, float("nan"), "", "x", "age", b"x", object(), int, len,
    [], (), {}, set(), [None], ["a"], [["a"]], [[]], [1, 2], [1, 2, 3], [1, "a", None],
    [float("nan"), 1, 2], [[1, 2], [3]], [[1], [2], [3]], [{"a": 1}] * 3, {"a": 1}, {"a": [1, 2]},
    {"a": "x"}, {None: 0}, {"x": ["a"]}, {("a", "b"): 1}, range(3), np.array(3), np.array([]),
    np.zeros((3, 0)), np.zeros((3, 1)), np.eye(3), np.zeros((3, 3, 3)), np.array([1 + 2j] * 3),
    np.array(["2020"] * 3, dtype="M8[Y]"), np.zeros(3, dtype=[("a", int)]), np.ma.masked_all(3),
    np.array([[1, 2], None, "a"], dtype=object), pd.Series([1, 2, 3], index=[7, 7, 8]),
    pd.Series([], dtype=float), pd.DataFrame(), pd.DataFrame({"a": [1, 2, 3]}),
    pd.DataFrame([[1, 2]] * 3, columns=["a", "a"]), pd.Index(["a", "b", "a"]), pd.NA, pd.NaT,
    pd.Categorical(["a", "b", None]), pd.array([1, None, 2], dtype="Int64"),
    pd.Series([{"a": 1}, [2], {3}]), memoryview(b"abc"), Predicts(), Predicts, EVALUATION,
]  # fmt: skip
GOOD = {
    "y_true": ["a", "b", "a"],
    "y_pred": ["a", "a", "b"],
    "X": pd.DataFrame({"age": [31, 40, 31], "town": ["u", "v", "u"]}),
}
NUMERIC = {"y_true": [1.5, 2.0, 3.0], "y_pred": [1.0, 2.0, 4.0], "X": GOOD["X"]}
OPTIONS = sorted(_roles.OPTIONS)
FRAME = GOOD["X"].assign(y=GOOD["y_true"], p=GOOD["y_pred"])  # type: ignore[attr-defined]
RECORDS = [{"label": "a", "score": 0.5}] * 3
SWEPT = {
    **{f"from_predictions({name}=)": (lambda v, n=name: make(**{**GOOD, n: v}))
       for name in ("y_true", "y_pred", "X", *OPTIONS)},
    **{f"from_predictions({name}=), numbers": (lambda v, n=name: make(**{**NUMERIC, n: v}))
       for name in ("y_true", "y_pred", "X", *OPTIONS)},
    **{f"from_frame({name}=)": (
        lambda v, n=name: frame(FRAME, **{"y_true": "y", "y_pred": "p", n: v}))
       for name in ("y_true", "y_pred", *OPTIONS)},
    "from_frame(frame)": lambda v: frame(v, y_true="y", y_pred="p"),
    "from_estimator(estimator)": lambda v: fitted(v, [[1], [2], [3]], ["a", "b", "a"]),
    "from_estimator(X)": lambda v: fitted(Predicts(), v, ["a", "b", "a"]),
    "from_estimator(y)": lambda v: fitted(Predicts(), [[1], [2], [3]], v),
    "a model's answer": lambda v: fitted(Says(v), [[1], [2], [3]], ["a", "b", "a"]),
    "a model's classes": lambda v: fitted(Says(["a"] * 3, classes_=v), [[1]] * 3, ["a"] * 3),
    "a model's probabilities": lambda v: fitted(
        Says(["a"] * 3, classes_=np.array(["a", "b"]), probabilities=v), [[1]] * 3, ["a"] * 3),
    "from_records(y_true)": lambda v: records(v, RECORDS),
    "from_records(outputs)": lambda v: records(["a", "b", "a"], v),
    "an entry of the records": lambda v: records(["a"], [v]),
    "a label of the records": lambda v: records(["a"], [{"label": v, "score": 0.5}]),
    "a score of the records": lambda v: records(["a"], [{"label": "a", "score": v}]),
    "from_scores(X)": lambda v: scores(v, loss=[1, 2, 3]),
    "from_scores(loss=)": lambda v: scores(GOOD["X"], loss=v),
    **{f"from_scores({name}=)": (
        lambda v, n=name: scores(GOOD["X"], **{"loss": [1, 2, 3], n: v}))
       for name in ("is_error", "sample_weight", "split", "features", "kinds", "model", "name")},
    "rows(y_true=)": lambda v: EVALUATION.rows(y_true=v),
    "rows(y_pred=)": lambda v: EVALUATION.rows(y_pred=v),
    "mask": EVALUATION.mask,
    "row_values": EVALUATION.row_values,
    "confusion": EVALUATION.confusion,
    "per_class": EVALUATION.per_class,
    "group_by": EVALUATION.group_by,
    "group_by, two": lambda v: EVALUATION.group_by(["y_true", v]),
    "group_by(zero_division=)": lambda v: EVALUATION.group_by("y_true", zero_division=v),
    "summary(ci=)": lambda v: EVALUATION.summary(ci=v),
    "summary(n_resamples=)": lambda v: EVALUATION.summary(ci="bootstrap", n_resamples=v),
    "summary(seed=)": lambda v: EVALUATION.summary(ci="bootstrap", n_resamples=2, seed=v),
}  # fmt: skip


class Says:
    """A model that says what it is told to say."""

    def __init__(self, answer: object, **more: object) -> None:
        self.answer, self.probabilities = answer, more.pop("probabilities", None)
        self.__dict__.update(more)
        if self.probabilities is not None:
            self.predict_proba = lambda _: self.probabilities

    def predict(self, _: object) -> object:
        return self.answer


@pytest.mark.parametrize("door", SWEPT)
@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
def test_no_value_at_any_door_ends_in_a_bare_error(door: str) -> None:
    bare = []
    for value in ODD:
        try:
            made = SWEPT[door](value)
            if isinstance(made, Evaluation):  # what was taken must also work
                made.summary()
                repr(made)
                made._repr_html_()
                len(made.frame)
                assert len(made.messages) >= 0
        except ErrwidgetsError:
            pass
        except Exception as error:  # noqa: BLE001  the point of the sweep
            bare.append(f"{shown(value)}: {type(error).__name__}: {error}")
    assert not bare, "\n".join(bare)


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


@pytest.mark.parametrize("value", [5, 2.5, b"y_true", {"y_true": "cat"}, NoPredict(), In])
def test_the_mask_of_what_is_no_selection_is_refused(value: object) -> None:
    with pytest.raises(exceptions.SelectionTypeError):
        EVALUATION.mask(value)


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
