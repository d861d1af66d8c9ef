"""Weights, splits, features and per-row columns: what each column is and what is said of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from errwidgets import Evaluation
from errwidgets.exceptions import (
    ColumnNotFoundError,
    ErrwidgetsError,
    IndexMismatchError,
    InputError,
    InputTypeError,
    LengthMismatchError,
    ShapeError,
    TaskError,
    WeightError,
)

make = Evaluation.from_predictions
TRUE, PRED = ["cat", "dog", "dog", "cat"], ["cat", "cat", "dog", "dog"]
INDEX = ["d", "a", "c", "b"]
TABLE = pd.DataFrame(
    {
        "label": TRUE,
        "guess": PRED,
        "town": ["x", "y", "x", "x"],
        "w": [1.0, 2.0, 0.5, 0.0],
        "part": ["train", "test", "test", "test"],
    },
    index=INDEX,
)


def of_frame(**options: object) -> Evaluation:
    return Evaluation.from_frame(TABLE, y_true="label", y_pred="guess", **options)


# ---------------------------------------------------------------- weights

WEIGHTS = {
    "name": lambda: "w",
    "array": lambda: np.array([1.0, 2.0, 0.5, 0.0]),
    "list": lambda: [1, 2, 0.5, 0],
    "series": lambda: TABLE["w"],
    "column": lambda: np.array([[1.0], [2.0], [0.5], [0.0]]),
    "single": lambda: np.array([1, 2, 0.5, 0], dtype=np.float32),
    "nullable": lambda: TABLE["w"].astype("Float64"),
}


@pytest.mark.parametrize("form", WEIGHTS)
def test_weights_in_every_form(form: str) -> None:
    evaluation = of_frame(sample_weight=WEIGHTS[form]())
    assert evaluation.sample_weight is not None
    assert evaluation.sample_weight.dtype == np.float64
    assert evaluation.sample_weight.tolist() == [1.0, 2.0, 0.5, 0.0]
    assert evaluation.confusion().to_numpy().tolist() == [[1.0, 0.0], [2.0, 0.5]]
    summary = evaluation.summary()
    assert summary.loc["accuracy", "value"] == pytest.approx(1.5 / 3.5, rel=1e-12)
    assert summary.loc["accuracy", "support"] == 4
    assert evaluation.n_errors == 2
    table = evaluation.per_class()
    assert table["support"].tolist() == [1.0, 2.5]
    assert table["n_samples"].tolist() == [2, 2]
    assert ("w" in evaluation.features) == (form != "name")


def test_whole_weights_count_as_repeated_rows() -> None:
    weight = np.array([3, 1, 2, 0])
    weighted = make(TRUE, PRED, sample_weight=weight)
    repeated = make(np.repeat(TRUE, weight), np.repeat(PRED, weight))
    values = [evaluation.summary()["value"] for evaluation in (weighted, repeated)]
    np.testing.assert_allclose(values[0], values[1], rtol=1e-12)
    np.testing.assert_array_equal(weighted.confusion(), repeated.confusion())


NO_WEIGHTS = {
    "negative": ([1, -2, 1, 1], WeightError, "must not be negative; the least is -2"),
    "all zero": ([0, 0, 0, 0], WeightError, "0 for every row"),
    "NaN": ([1, np.nan, 1, 1], ErrwidgetsError, "NaN or infinite values (the first in row 1)"),
    "infinite": ([1, 1, np.inf, 1], ErrwidgetsError, "(the first in row 2)"),
    "missing": ([1, None, 1, 1], ErrwidgetsError, "(the first in row 1)"),
    "text": (list("abcd"), InputTypeError, "sample_weight must be one number per row"),
    "too few": ([1, 2], LengthMismatchError, "y_true has 4, sample_weight has 2"),
    "two columns": (np.ones((4, 2)), ShapeError, "sample_weight must have one dimension"),
    "another index": (
        TABLE["w"].sort_index(),
        IndexMismatchError,
        "y_true and sample_weight have different indexes",
    ),
    "an unknown column": (
        "weight",
        ColumnNotFoundError,
        "sample_weight='weight' is not a column of the frame.",
    ),
    "a number": (2, ErrwidgetsError, "sample_weight=2"),
    "a dict": ({"cat": 2}, InputTypeError, "got dict"),
}


@pytest.mark.parametrize("case", NO_WEIGHTS)
def test_what_cannot_weigh_is_refused(case: str) -> None:
    given, error, message = NO_WEIGHTS[case]
    with pytest.raises(error) as caught:
        of_frame(sample_weight=given)
    assert isinstance(caught.value, ErrwidgetsError)
    assert message in str(caught.value)


# ---------------------------------------------------------------- split


@pytest.mark.parametrize(
    "split", ["part", TABLE["part"].to_numpy(), TABLE["part"], TABLE["part"].tolist()]
)
def test_a_split_by_name_and_by_array(split: object) -> None:
    evaluation = of_frame(split=split)
    column = "part" if isinstance(split, str) else "split"
    groups = evaluation.group_by(column)
    assert groups.index.tolist() == ["test", "train"]
    assert groups["support"].tolist() == [3, 1]
    assert groups["error_rate"].tolist() == pytest.approx([2 / 3, 0])
    assert ("part" in evaluation.features) == (not isinstance(split, str))
    assert "split" not in evaluation.frame


@pytest.mark.parametrize(
    ("split", "error", "message"),
    [
        ("fold", ColumnNotFoundError, "split='fold' is not a column of the frame"),
        (["a", "b"], LengthMismatchError, "y_true has 4, split has 2"),
        (np.zeros((4, 2)), ShapeError, "split must have one dimension"),
        (TABLE["part"].sort_index(), IndexMismatchError, "y_true and split have different"),
        ({"train": 1}, InputTypeError, "split must be"),
    ],
)
def test_what_is_no_split_is_refused(split: object, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        of_frame(split=split)


# ---------------------------------------------------------------- features

MANY = pd.DataFrame(
    {
        "y": ["a", "b", "a", "b", "a"],
        "p": ["a", "a", "a", "b", "b"],
        "age": [31.5, 40.0, 25.25, 60.0, 8.0],
        "count": [1, 2, 2, 1, 3],
        "town": list("uvuvu"),
        "key": ["k1", "k2", "k3", "k4", "k5"],
        "number": [10, 20, 30, 40, 50],
        "same": "s",
        "empty": [None] * 5,
        "note": [f"a text of more than four words {i}" for i in range(5)],
        "day": pd.date_range("2020-01-01", periods=5),
        "vector": [np.array([1.0, 2.0, float(i)]) for i in range(5)],
        "picture": [np.zeros((2, 2)) + i for i in range(5)],
        "flag": [True, False, None, True, False],
        "row": [5, 4, 4, 2, 1],
    }
).set_index(pd.Index([5, 4, 4, 2, 1], name="row"))
MADE = Evaluation.from_frame(MANY, y_true="y", y_pred="p")


def test_features_are_all_columns_without_another_role() -> None:
    expected = ("age", "count", "town", "note", "day", "vector", "picture", "flag")
    assert MADE.features == expected
    assert MADE.messages == (
        (
            "Left out of the features: key (identifier-like: all values distinct), "
            "number (identifier-like: all values distinct), same (constant), empty (constant), "
            "row (named like the index)."
        ),
    )


def test_features_may_be_named_and_then_nothing_is_left_out() -> None:
    evaluation = Evaluation.from_frame(
        MANY, y_true="y", y_pred="p", features=["same", "key", "key"]
    )
    assert evaluation.features == ("same", "key")
    assert evaluation.messages == ()
    assert Evaluation.from_frame(MANY, y_true="y", y_pred="p", features=[]).features == ()


def test_a_column_in_a_role_is_no_feature() -> None:
    options = {"sample_weight": "count", "split": "town", "features": None}
    evaluation = Evaluation.from_frame(MANY, y_true="y", y_pred="p", **options)
    assert not {"y", "p", "count", "town"} & set(evaluation.features)


def test_kinds_are_told_from_the_values() -> None:
    kinds = {name: MADE.columns[name].kind for name in ("age", "count", "town", "day", "flag")}
    assert kinds == {
        "age": "numeric",
        "count": "numeric",
        "town": "category",
        "day": "time",
        "flag": kinds["flag"],
    }
    assert kinds["flag"] in {"category", "boolean"}
    for name, kind in (("note", "text"), ("vector", "embedding"), ("picture", "image")):
        with pytest.raises(TaskError, match=f"The column '{name}' holds {kind}"):
            MADE.group_by(name)


def test_kinds_may_be_told() -> None:
    evaluation = Evaluation.from_frame(
        MANY, y_true="y", y_pred="p", kinds={"note": "category", "number": "category"}
    )
    assert len(evaluation.group_by("note")) == 5
    assert evaluation.columns["number"].kind == "category"
    text = Evaluation.from_frame(MANY, y_true="y", y_pred="p", kinds={"key": "text"})
    assert "key" in text.features


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"features": ["agee"]}, ColumnNotFoundError, "features='agee' .* Did you mean 'age'"),
        ({"features": "age"}, InputTypeError, "features must be a list of column names; got str"),
        ({"features": 5}, InputTypeError, "features must be a list of column names; got int 5"),
        ({"features": [["age"]]}, ColumnNotFoundError, "features="),
        ({"kinds": {"agee": "text"}}, ColumnNotFoundError, "kinds='agee' .* Did you mean 'age'"),
        ({"kinds": {"age": "number"}}, InputError, r"kinds\['age'\] must be one of 'boolean'"),
        ({"kinds": {"age": None}}, InputError, r"kinds\['age'\] must be one of"),
        ({"kinds": "text"}, InputTypeError, "kinds must be"),
        ({"kinds": ["age"]}, InputTypeError, "kinds must be"),
        ({"kinds": 3}, InputTypeError, "kinds must be"),
    ],
)
def test_what_is_no_feature_or_kind_is_refused(options: dict, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        Evaluation.from_frame(MANY, y_true="y", y_pred="p", **options)


# ---------------------------------------------------------------- columns


def test_columns_are_coded_beside_their_values() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=1_000).astype(np.float32)
    values[::50] = np.nan
    evaluation = make([1, 0] * 500, [1, 1] * 500, X=pd.DataFrame({"v": values}))
    column = evaluation.columns["v"]
    assert column.numbers is not None
    np.testing.assert_array_equal(column.numbers, values.astype(float))
    assert column.codes.dtype == np.uint8
    assert column.categories[-1] is None
    counts = np.bincount(column.codes)
    assert counts[-1] == 20
    assert counts[:-1].max() - counts[:-1].min() <= 1
    for code, category in enumerate(column.categories[:-1]):
        low, high = category  # type: ignore[misc]
        inside = column.numbers[column.codes == code]
        assert (inside > low).all()
        assert (inside <= high).all()
    assert list(evaluation.group_by("v").index) == list(column.display_labels)


def test_numbers_of_few_values_are_groups_by_value() -> None:
    evaluation = make([1, 0] * 6, [1, 1] * 6, X=pd.DataFrame({"n": [3, 1, 2] * 4}))
    assert evaluation.columns["n"].categories == (1, 2, 3)
    assert evaluation.group_by("n").index.tolist() == ["1", "2", "3"]


def test_categories_above_a_byte() -> None:
    town = [f"t{i % 300}" for i in range(900)]
    evaluation = make([1, 0, 1] * 300, [1, 1, 1] * 300, X=pd.DataFrame({"town": town}))
    assert evaluation.columns["town"].codes.dtype == np.uint16
    assert evaluation.group_by("town")["support"].tolist() == [3] * 300


PROBA = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.25, 0.75]])


def test_what_is_known_of_a_row_is_a_column_too() -> None:
    evaluation = make(TRUE, PRED, y_proba=PROBA, X=TABLE[["town"]].to_numpy())
    known = {"y_true", "y_pred", "is_error", "loss", "confidence", "true_margin", "top_margin"}
    assert known <= set(evaluation.columns)
    assert evaluation.columns["confidence"].kind == "numeric"
    assert evaluation.group_by("is_error").index.tolist() == [False, True]
    assert evaluation.group_by(["is_error", "x0"])["support"].sum() == 4
    np.testing.assert_array_equal(evaluation.columns["confidence"].numbers, [0.9, 0.6, 0.8, 0.75])


def test_a_derived_column_has_the_frame_s_name_when_names_clash() -> None:
    table = TABLE.assign(loss=[5, 6, 5, 6])
    evaluation = Evaluation.from_frame(table, y_true="label", y_pred="guess")
    assert evaluation.columns["loss"].categories == (5, 6)
    assert evaluation.columns["loss_"].categories == (0.0, 1.0)
    assert evaluation.row_values("loss").tolist() == [0.0, 1.0, 0.0, 1.0]


def test_per_row_columns_by_name() -> None:
    evaluation = make(TRUE, PRED)
    assert evaluation.row_values("is_error").tolist() == [False, True, False, True]
    with pytest.raises(ColumnNotFoundError, match="name='confidence' is not a column"):
        evaluation.row_values("confidence")
    with pytest.raises(ColumnNotFoundError, match="Did you mean 'is_error'"):
        evaluation.row_values("iserror")


# ---------------------------------------------------------------- frames


def test_the_frame_s_columns_in_order() -> None:
    evaluation = make(TRUE, PRED, y_proba=PROBA, X=TABLE[["town", "w"]])
    assert list(evaluation.frame) == [
        "town", "w", "y_true", "y_pred", "is_error", "loss", "confidence", "true_margin",
        "top_margin",
    ]  # fmt: skip
    assert list(make([0.5, 1.5], [0.5, 0.0]).frame) == [
        "y_true", "y_pred", "is_error", "loss", "residual",
    ]  # fmt: skip


def test_clashes_of_every_column_of_ours() -> None:
    ours = ["y_true", "y_pred", "is_error", "loss", "confidence", "true_margin", "top_margin"]
    table = pd.DataFrame({name: [1, 2, 1, 2] for name in [*ours, "loss_"]})
    evaluation = make(TRUE, PRED, y_proba=PROBA, X=table)
    expected = [f"{name}_" for name in ours]
    expected[3] = "loss__"
    assert list(evaluation.frame) == [*table, *expected]
    pd.testing.assert_frame_equal(evaluation.frame[list(table)], table)
    assert sum("of its own; ours is" in message for message in evaluation.messages) == 7
    assert evaluation.frame["y_true_"].tolist() == TRUE


def test_dtypes_and_index_are_kept() -> None:
    table = pd.DataFrame(
        {
            "i8": pd.Series([1, 2, 1, 2], dtype="int8"),
            "f4": pd.Series([0.5, np.nan, 1, 2], dtype="float32"),
            "I": pd.Series([1, None, 3, 3], dtype="Int64"),
            "c": pd.Categorical(["u", None, "u", "v"], categories=["v", "u"], ordered=True),
            "t": pd.to_datetime(["2020-01-01", None, "2020", "2021"], format="mixed", utc=True),
            "d": pd.to_timedelta([1, 2, 3, 4], unit="h"),
            "o": [{"a": 1}, [2], None, "x"],
            "per": pd.period_range("2020", periods=4, freq="M"),
        }
    ).set_axis(pd.MultiIndex.from_tuples([("a", 1), ("a", 1), ("b", 2), ("b", 3)]))
    before = table.copy(deep=True)
    evaluation = make(TRUE, PRED, X=table)
    pd.testing.assert_frame_equal(evaluation.frame[list(table)], before)
    pd.testing.assert_frame_equal(evaluation.errors()[list(table)], before.iloc[[1, 3]])
    pd.testing.assert_frame_equal(table, before)
    assert evaluation.frame["loss"].dtype == np.float64
    assert len(evaluation.features) > 0
    assert evaluation.index.equals(before.index)


def test_labels_keep_their_dtype_in_the_frame() -> None:
    for dtype in ("category", "string", "object"):
        true = pd.Series(TRUE, dtype=dtype)
        frame = make(true, PRED).frame
        assert frame["y_true"].dtype == true.dtype, dtype
    assert make(np.array([1, 2], dtype=np.int8), [1, 2]).frame["y_true"].dtype == np.int8
    assert pd.api.types.is_string_dtype(make(np.array(TRUE), PRED).frame["y_true"].dtype)


def test_a_squared_loss() -> None:
    plain = make([1.5, 2.0, 7.0], [1.0, 2.0, 4.0])
    squared = make([1.5, 2.0, 7.0], [1.0, 2.0, 4.0], loss="squared")
    assert plain.frame["loss"].tolist() == [0.5, 0.0, 3.0]
    assert squared.frame["loss"].tolist() == [0.25, 0.0, 9.0]
    assert squared.frame["residual"].tolist() == [0.5, 0.0, 3.0]
    assert squared.frame["is_error"].tolist() == plain.frame["is_error"].tolist()


def test_the_threshold_of_a_regression_is_told_or_found_and_said() -> None:
    true = [0.5, 1.0, 2.0, 3.0, 9.0]
    told = make(true, [0.5, 1.5, 2.0, 4.0, 4.0], error_threshold=0.5)
    assert told.error_threshold == 0.5
    assert told.frame["is_error"].tolist() == [False, False, False, True, True]
    assert told.messages == ()
    assert told.n_errors == 2
    found = make(true, [0.5, 1.5, 2.0, 4.0, 4.0])
    assert found.error_threshold is not None
    assert (found.frame["loss"] > found.error_threshold).tolist() == found.frame[
        "is_error"
    ].tolist()
    assert found.messages == (
        (
            f"A row counts as wrong when it is off by more than {found.error_threshold:,.6g}, the "
            "knee of the REC curve; error_threshold= sets another."
        ),
    )
    assert make(["a"], ["a"]).error_threshold is None
    for bad in (-1, np.nan, np.inf, "x", True, [1]):
        with pytest.raises(ErrwidgetsError, match="error_threshold must be a number"):
            make(true, true, error_threshold=bad, task="regression")


def test_mistakes_come_worst_first_and_ties_in_their_order() -> None:
    proba = [[0.5, 0.5], [0.9, 0.1], [0.5, 0.5], [0.7, 0.3], [0.9, 0.1]]
    evaluation = make(["b"] * 5, ["a", "a", "b", "a", "a"], y_proba=proba)
    assert evaluation.errors().index.tolist() == [1, 4, 3, 0]
    worst = make([0.0, 0.5, 9.0], [1.0, 5.0, 9.0], error_threshold=0.1)
    assert worst.errors().index.tolist() == [1, 0]


# ---------------------------------------------------------------- nothing that is passed is changed


def test_no_array_is_changed_or_followed() -> None:
    arrays = {
        "y_true": np.array([0.5, 1.0, 2.0, 7.0]),
        "y_pred": np.array([0.5, 2.0, 2.0, 2.0]),
        "sample_weight": np.array([1.0, 2.0, 3.0, 4.0]),
        "X": np.arange(8.0).reshape(4, 2),
    }
    before = {name: array.copy() for name, array in arrays.items()}
    evaluation = make(**arrays)
    first = evaluation.summary(), evaluation.frame.copy(deep=True)
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, before[name])
    late = make(**arrays)
    for array in arrays.values():
        array[:] = array[::-1] ** 2 + 1
    for made in (evaluation, late):
        pd.testing.assert_frame_equal(made.frame, first[1])
        pd.testing.assert_frame_equal(made.summary(), first[0])


def test_no_array_of_scores_is_followed() -> None:
    loss, wrong = np.array([0.1, 0.7, 0.4]), np.array([False, True, True])
    evaluation = Evaluation.from_scores(["a", "b", "c"], loss=loss, is_error=wrong)
    loss[:] = 9
    wrong[:] = False
    assert evaluation.frame["loss"].tolist() == [0.1, 0.7, 0.4]
    assert evaluation.n_errors == 2


def test_read_only_input_will_do() -> None:
    arrays = [np.array(TRUE), np.array(PRED), PROBA.copy(), np.ones(4), np.zeros((4, 1))]
    for array in arrays:
        array.setflags(write=False)
    true, pred, proba, weight, x = arrays
    evaluation = make(true, pred, y_proba=proba, sample_weight=weight, X=x)
    evaluation.summary(ci="bootstrap", n_resamples=3)
    evaluation.group_by("confidence")
    assert evaluation.n_errors == 2


def test_what_comes_back_can_be_changed_without_harm() -> None:
    evaluation = of_frame(sample_weight="w")
    frames = [evaluation.frame, evaluation.rows(), evaluation.errors(), evaluation.summary()]
    frames += [evaluation.confusion(), evaluation.per_class(), evaluation.group_by("town")]
    copies = [frame.copy(deep=True) for frame in frames]
    for frame in frames:
        frame.iloc[:, 0] = frame.iloc[0, 0]
        frame["new"] = 1
    again = [evaluation.frame, evaluation.rows(), evaluation.errors(), evaluation.summary()]
    again += [evaluation.confusion(), evaluation.per_class(), evaluation.group_by("town")]
    for one, two in zip(copies, again, strict=True):
        pd.testing.assert_frame_equal(one, two)
    assert list(TABLE) == ["label", "guess", "town", "w", "part"]
