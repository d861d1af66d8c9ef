"""Tables of every library: what comes in comes back, unchanged."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import scipy.sparse

from errwidgets import ConfusionMatrix, Evaluation
from errwidgets.exceptions import (
    ColumnNotFoundError,
    EmptyInputError,
    ErrwidgetsError,
    InputTypeError,
    ShapeError,
)
from errwidgets.selection import In

make = Evaluation.from_predictions
DATA = {
    "label": ["cat", "dog", "dog", None, "eel"],
    "guess": ["cat", "cat", "dog", "dog", "eel"],
    "age": [31, 40, 25, 60, 8],
    "size": [0.5, None, 2.5, 1.0, 9.0],
    "note": ["a b", None, "x\ny", "", "ü 🦊"],
    "day": [dt.date(2020, 1, 1 + i) for i in range(5)],
    "flag": [True, False, None, True, True],
    "p_cat": [0.8, 0.5, 0.1, 0.25, 0.0],
    "p_dog": [0.1, 0.25, 0.8, 0.75, 0.0],
    "p_eel": [0.1, 0.25, 0.1, 0.0, 1.0],
}
OURS = ["y_true", "y_pred", "is_error", "loss", "confidence", "true_margin", "top_margin"]


def native(library: str) -> object:
    if library == "pandas":
        return pd.DataFrame(DATA)
    if library == "pandas of pyarrow":
        return pd.DataFrame(DATA).convert_dtypes(dtype_backend="pyarrow")
    if library == "pyarrow":
        return pa.table(DATA)
    return pytest.importorskip("polars").DataFrame(DATA)


def columns_of(frame: object) -> list[str]:
    return list(frame.column_names if isinstance(frame, pa.Table) else frame.columns)  # type: ignore[attr-defined]


def rows_of(frame: object) -> list[dict]:
    if isinstance(frame, pa.Table):
        return frame.to_pylist()
    if isinstance(frame, pd.DataFrame):
        return frame.to_dict("records")
    return frame.to_dicts()  # type: ignore[attr-defined, no-any-return]


LIBRARIES = ["pandas", "pandas of pyarrow", "pyarrow", "polars"]


@pytest.mark.parametrize("library", LIBRARIES)
def test_frames_come_back_in_their_own_kind(library: str) -> None:
    table = native(library)
    evaluation = Evaluation.from_frame(table, y_true="label", y_pred="guess", y_proba="p_")
    assert evaluation.classes == ("cat", "dog", "eel", None)
    frames = {
        "frame": (evaluation.frame, [0, 1, 2, 3, 4]),
        "rows": (evaluation.rows(y_true="dog"), [1, 2]),
        "missing": (evaluation.rows(y_true=None), [3]),
        # The missing label has no probability, which is the highest loss.
        "errors": (evaluation.errors(), [3, 1]),
    }
    for name, (frame, positions) in frames.items():
        assert type(frame) is type(table), name
        assert columns_of(frame) == [*DATA, *OURS], name
        found = rows_of(frame)
        assert [row["age"] for row in found] == [DATA["age"][i] for i in positions], name
        assert [row["guess"] for row in found] == [DATA["guess"][i] for i in positions], name
        labels = [None if row["y_true"] is pd.NA else row["y_true"] for row in found]
        assert labels == [DATA["label"][i] for i in positions], name
        assert [row["y_pred"] for row in found] == [DATA["guess"][i] for i in positions], name
        assert [bool(row["is_error"]) for row in found] == [i in {1, 3} for i in positions], name


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_matrix_gives_rows_in_their_own_kind(library: str) -> None:
    table = native(library)
    evaluation = Evaluation.from_frame(table, y_true="label", y_pred="guess")
    matrix = ConfusionMatrix(evaluation)
    assert type(matrix.selected) is type(table)
    assert len(matrix.selected) == 0
    assert columns_of(matrix.selected) == columns_of(evaluation.frame)
    seen: list[object] = []
    matrix.on_select(seen.append)
    matrix.selection = In("y_pred", ("dog",))
    assert type(matrix.selected) is type(table)
    assert [row["age"] for row in rows_of(matrix.selected)] == [25, 60]
    assert matrix.selected_index.tolist() == [2, 3]
    assert [type(frame) for frame in seen] == [type(table)]
    assert matrix.mask.tolist() == [False, False, True, True, False]
    matrix.close()


@pytest.mark.parametrize("library", ["pyarrow", "polars"])
def test_columns_keep_their_types(library: str) -> None:
    table = native(library)
    frame = Evaluation.from_frame(table, y_true="label", y_pred="guess").frame
    before = table.schema  # type: ignore[attr-defined]
    after = frame.schema
    for name in DATA:
        if library == "pyarrow":
            assert after.field(name) == before.field(name)
        else:
            assert after[name] == before[name]


@pytest.mark.parametrize("library", LIBRARIES)
def test_all_libraries_give_the_same_numbers(library: str) -> None:
    made = [
        Evaluation.from_frame(native(kind), y_true="label", y_pred="guess", y_proba="p_")
        for kind in ("pandas", library)
    ]
    first, second = (evaluation.summary() for evaluation in made)
    pd.testing.assert_frame_equal(first, second)
    for column in ("age", "size", "flag", "guess", "is_error", "loss"):
        first, second = (evaluation.group_by(column) for evaluation in made)
        assert first["support"].tolist() == second["support"].tolist(), column
        np.testing.assert_allclose(first["error_rate"], second["error_rate"], err_msg=column)
    assert made[0].features == made[1].features
    assert made[0].messages == made[1].messages


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_table_beside_arrays(library: str) -> None:
    table = native(library)
    evaluation = make(DATA["label"], DATA["guess"], X=table)
    assert type(evaluation.frame) is type(table)
    assert evaluation.n_errors == 2


@pytest.mark.parametrize("library", ["pyarrow", "polars"])
def test_names_in_use_get_an_underscore(library: str) -> None:
    data = {"label": ["a", "b"], "guess": ["b", "b"], "is_error": [7, 8], "y_true": ["u", "v"]}
    table = (
        pa.table(data) if library == "pyarrow" else pytest.importorskip("polars").DataFrame(data)
    )
    evaluation = Evaluation.from_frame(table, y_true="label", y_pred="guess")
    assert columns_of(evaluation.frame) == [*data, "y_true_", "y_pred", "is_error_", "loss"]
    assert [row["is_error"] for row in rows_of(evaluation.errors())] == [7]


def test_the_table_of_another_library_is_not_changed() -> None:
    for library in ("pyarrow", "polars"):
        table, same = native(library), native(library)
        evaluation = Evaluation.from_frame(table, y_true="label", y_pred="guess", y_proba="p_")
        evaluation.summary()
        evaluation.errors()
        assert evaluation.frame is not table
        assert table.equals(same)  # type: ignore[attr-defined]


# ---------------------------------------------------------------- arrays and lists


def test_an_array_gets_names() -> None:
    evaluation = make(["a", "b"], ["a", "a"], X=np.array([[1, 2.5], [3, 4.5]]))
    assert list(evaluation.frame)[:2] == ["x0", "x1"]
    assert evaluation.frame["x1"].tolist() == [2.5, 4.5]


def test_a_list_of_texts_is_a_column() -> None:
    for texts in (
        ["good", "bad"],
        ("good", "bad"),
        np.array(["good", "bad"]),
        pd.Series(["good", "bad"]),
    ):
        evaluation = make(["a", "b"], ["a", "a"], X=texts)
        assert evaluation.frame["text"].tolist() == ["good", "bad"]
    named = make(["a", "b"], ["a", "a"], X=pd.Series(["good", "bad"], name="review", index=[5, 6]))
    assert named.frame["review"].tolist() == ["good", "bad"]
    assert named.frame.index.tolist() == [5, 6]


@pytest.mark.parametrize("texts", [["good", None], ["good", float("nan")]])
def test_a_text_may_be_missing(texts: list) -> None:
    evaluation = make(["a", "b"], ["a", "a"], X=texts)
    assert evaluation.frame["text"].tolist()[0] == "good"
    assert pd.isna(evaluation.frame["text"].tolist()[1])


def test_a_list_of_rows_keeps_numbers_numbers() -> None:
    evaluation = make(["a", "b", "a"], ["a"] * 3, X=[[31, "m"], [40, "f"], [31, "f"]])
    assert evaluation.frame["x0"].tolist() == [31, 40, 31]
    assert evaluation.frame["x1"].tolist() == ["m", "f", "f"]
    assert evaluation.columns["x0"].kind == "numeric"


# ---------------------------------------------------------------- refused


def lazy() -> object:
    return pytest.importorskip("polars").LazyFrame({"label": ["a"], "guess": ["a"]})


NO_TABLE = {
    "nothing": (lambda: None, InputTypeError, "frame must be a DataFrame"),
    "text": (lambda: "table.csv", InputTypeError, "got str 'table.csv'"),
    "a number": (lambda: 5, InputTypeError, "got int 5"),
    "a dict": (lambda: {"label": ["a"]}, InputTypeError, "got dict"),
    "a list of numbers": (lambda: [1, 2], ShapeError, "frame must have two dimensions"),
    "three dimensions": (lambda: np.zeros((2, 2, 2)), ShapeError, "got (2, 2, 2)"),
    "a lazy frame": (lazy, InputTypeError, "Collect it first: frame.collect()."),
    "a generator": (lambda: (x for x in "a"), InputTypeError, "frame must be a DataFrame"),
    "no rows": (lambda: pd.DataFrame({"label": []}), EmptyInputError, "frame has no rows"),
    "no rows of pyarrow": (lambda: pa.table({"label": []}), EmptyInputError, "frame has no rows"),
    "nothing at all": (pd.DataFrame, EmptyInputError, "frame has no rows"),
    "another array": (lambda: np.zeros((2, 2)), ColumnNotFoundError, "Columns: 'x0', 'x1'"),
    "columns twice": (
        lambda: pd.DataFrame([["a", "a"]], columns=["label", "label"]),
        InputTypeError,
        "frame has the column 'label' more than once. Rename one of them.",
    ),
    "columns twice in pyarrow": (
        lambda: pa.table([["a"], ["a"]], names=["label", "label"]),
        InputTypeError,
        "frame has the column 'label' more than once. Rename one of them.",
    ),
    "a sparse matrix": (
        lambda: scipy.sparse.csr_matrix(np.eye(2)),
        InputTypeError,
        "A sparse matrix has no columns to show: pass the table it was made from.",
    ),
    "a sparse array": (
        lambda: scipy.sparse.csr_array(np.eye(2)),
        InputTypeError,
        "A sparse matrix has no columns to show: pass the table it was made from.",
    ),
}


@pytest.mark.parametrize("case", NO_TABLE)
def test_what_is_no_table_is_refused(case: str) -> None:
    given, error, message = NO_TABLE[case]
    with pytest.raises(ErrwidgetsError) as caught:
        Evaluation.from_frame(given(), y_true="label", y_pred="guess")
    assert type(caught.value) is error
    assert message in str(caught.value)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", ["lable", 3, None, ("label",), ["label"], {"label"}, float("nan")])
def test_an_unknown_column_is_refused_with_the_closest(library: str, name: object) -> None:
    for arguments in ({"y_true": name, "y_pred": "guess"}, {"y_true": "label", "y_pred": name}):
        with pytest.raises(ColumnNotFoundError, match="is not a column of the frame") as caught:
            Evaluation.from_frame(native(library), **arguments)
        if name == "lable":
            assert "Did you mean 'label'?" in str(caught.value)
