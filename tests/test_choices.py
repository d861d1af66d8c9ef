"""What `.selection` accepts, and what each refusal says."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from errwidgets import ConfusionMatrix, Evaluation
from errwidgets.exceptions import SelectionError, SelectionTypeError
from errwidgets.selection import (
    All,
    AnyOf,
    Clause,
    Contains,
    In,
    IsNull,
    Not,
    Range,
    Rows,
    Selection,
)  # fmt: skip

X = pd.DataFrame(
    {
        "age": [31, 40, 52, 67, 67, 23] * 4,
        "a b": np.arange(24) / 2,
        "town": ["Graz", "Ulm", None, "Graz", "it's", "Ulm"] * 4,
        "note": ["too small", None, "fits well", "Too large", "", "small"] * 4,
        "day": pd.to_datetime(["2020-01-01", None, "2020-03-01"] * 8),
        "flag": [True, False, True] * 8,
        "members": pd.array([1, None, 3, 4] * 6, dtype="Int64"),
    },
    index=[f"r{i}" for i in range(24)],
)
Y = ["cat", "dog", "dog"] * 8
P = ["cat", "cat", "dog"] * 8
EVALUATION = Evaluation.from_predictions(Y, P, X=X)


def chosen(value: Any, evaluation: Evaluation = EVALUATION) -> list[int]:
    mask = evaluation.mask(value)
    assert mask.dtype == bool
    return np.flatnonzero(mask).tolist()


# ---------------------------------------------------------------- queries

QUERIES = {
    "age > 50": Range("age", low=50),
    "50 < age <= 67": Range("age", 50, 67),
    "67 >= age > 50": Range("age", 50, 67),
    "age > 50 and age <= 67": Range("age", 50, 67),
    "age >= 31 & age < 52": Range("age", 31, 52, "left"),
    "age == 67": In("age", (67,)),
    "age != 67": Not(In("age", (67,))),
    "age in [31, 67]": In("age", (31, 67)),
    "age == [31, 67]": In("age", (31, 67)),
    "age not in (31, 67)": Not(In("age", (31, 67))),
    "`a b` > -1.5": Range("a b", low=-1.5),
    "`a b` <= 3 | town == 'Graz'": AnyOf((Range("a b", high=3), In("town", ("Graz",)))),
    'town == "it\'s"': In("town", ("it's",)),
    "town.isnull()": IsNull("town"),
    "town.isna() or note.notnull()": AnyOf((IsNull("town"), Not(IsNull("note")))),
    "~town.isna()": Not(IsNull("town")),
    "not (age > 50)": Not(Range("age", low=50)),
    "note.str.contains('small', regex=False, na=False)": Contains("note", "small"),
    "flag": In("flag", (True,)),
    "flag == True and members > 1": All((In("flag", (True,)), Range("members", low=1))),
    "day > '2020-02-01'": Range("day", low=pd.Timestamp("2020-02-01")),
    "y_true == 'cat' and y_pred != 'cat'": All(
        (In("y_true", ("cat",)), Not(In("y_pred", ("cat",))))
    ),
    "is_error": In("is_error", (True,)),
    "loss > 0.5": Range("loss", low=0.5),
}


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_becomes_a_predicate_where_the_grammar_has_it(query: str) -> None:
    selection = EVALUATION.selection(query)
    assert selection == Selection((Clause("python", QUERIES[query]),))
    pd.testing.assert_frame_equal(EVALUATION.select(query), EVALUATION.frame.query(query))


@pytest.mark.parametrize(
    "query",
    [
        "age + 1 > 50",
        "age > `a b`",
        "town.str.startswith('G') == True",
        "age % 2 == 0",
        "index == 'r3'",
        "age == 33",
        "members != 3",
        "note.str.contains('sm.ll', na=False)",
        "age.between(30, 40)",
        "age > 50 and `a b` * 2 < 8",
        "day == '2020-03-01'",
    ],
)
def test_any_other_query_becomes_the_rows_that_it_gives(query: str) -> None:
    predicate = EVALUATION.selection(f"  {query} ").predicate()
    assert isinstance(predicate, Rows)
    assert (predicate.words, predicate.query) == (query, query)
    pd.testing.assert_frame_equal(EVALUATION.select(query), EVALUATION.frame.query(query))


LIMIT = 50
NAMES = ["town"]


def test_a_variable_of_the_caller_is_found_in_his_scope() -> None:
    limit = 60  # noqa: F841  the queries name it
    for query in ("age > @limit", "age > @LIMIT"):
        predicate = EVALUATION.selection(query).predicate()
        assert isinstance(predicate, Rows)
        assert predicate.query is None
        assert predicate.words == query
    assert EVALUATION.select("age > @limit")["age"].min() == 67
    assert EVALUATION.select("age > @LIMIT")["age"].min() == 52
    matrix = ConfusionMatrix(EVALUATION, linked=False)
    matrix.selection = "age > @limit"
    assert matrix.selected["age"].unique().tolist() == [67]
    matrix.close()
    EVALUATION.notes.add_cohort("old", "age > @limit")
    assert chosen(EVALUATION.notes.cohorts["old"]) == chosen("age > 60")
    EVALUATION.notes.remove_cohort("old")


def test_a_variable_of_ours_is_not_the_caller_s() -> None:
    with pytest.raises(SelectionError, match="no such variable"):
        EVALUATION.selection("age > @rows")


def test_a_query_is_asked_of_polars_too() -> None:
    frame = pl.DataFrame({"age": [20, 30, 40], "town": ["a", None, "b"], "t": [1, 1, 0]})
    evaluation = Evaluation.from_frame(frame, y_true="t", y_pred="t")
    assert chosen("age > 25", evaluation) == [1, 2]
    assert evaluation.selection("age > 25").predicate() == Range("age", low=25)
    odd = evaluation.selection("age + 1 > 25").predicate()
    assert isinstance(odd, Rows)
    assert odd.query is None
    assert evaluation.select("town.isnull()")["age"].to_list() == [30]
    assert evaluation.select("y_pred == 0")["age"].to_list() == [40]


def test_a_query_of_a_table_with_a_column_of_our_name() -> None:
    table = pd.DataFrame({"t": [0, 1], "p": [0, 0], "y_true": ["x", "y"], "loss": [5, 6]})
    evaluation = Evaluation.from_frame(table, y_true="t", y_pred="p")
    for query in ("y_true == 'x'", "y_true_ == 1", "loss == 5", "loss_ > 0.5", "t == 1"):
        expected = evaluation.frame.query(query).index.tolist()
        assert chosen(query, evaluation) == expected


# ---------------------------------------------------------------- masks, labels, frames


def words(selection: Selection) -> str:
    (clause,) = selection
    assert isinstance(clause.predicate, Rows)
    return clause.predicate.words


SOME = [i % 5 == 0 for i in range(24)]
SERIES = pd.Series(SOME, index=X.index)


@pytest.mark.parametrize(
    "mask",
    [
        SOME,
        tuple(SOME),
        [np.bool_(value) for value in SOME],
        np.array(SOME),
        np.array(SOME, dtype=object),
        pd.array(SOME, dtype="boolean"),
        pl.Series(SOME),
        SERIES,
        SERIES.astype(object),
        SERIES.astype("boolean"),
        SERIES.iloc[::-1],
        SERIES.sample(frac=1, random_state=0),
    ],
    ids=lambda mask: f"{type(mask).__name__}",
)
def test_a_mask_is_taken_by_position_or_by_a_unique_index(mask: object) -> None:
    selection = EVALUATION.selection(mask)
    assert chosen(selection) == [0, 5, 10, 15, 20]
    assert selection == Selection((Clause("python", Rows.of(SOME, 24)),))
    assert words(selection) == "5 rows chosen in code"


@pytest.mark.parametrize(
    "labels",
    [
        ["r3", "r1"],
        ("r3", "r1"),
        {"r3", "r1"},
        frozenset(["r3", "r1"]),
        pd.Index(["r3", "r1", "r3"]),
        X.iloc[[3, 1]],
    ],
    ids=lambda labels: type(labels).__name__,
)
def test_labels_mean_the_rows_that_carry_them(labels: object) -> None:
    assert chosen(labels) == [1, 3]


@pytest.mark.parametrize("nothing", [[], (), set(), pd.Index([]), X.iloc[:0]])
def test_an_empty_list_selects_no_rows(nothing: object) -> None:
    selection = EVALUATION.selection(nothing)
    assert selection
    assert chosen(selection) == []
    assert words(selection) == "0 rows chosen in code"


def test_labels_of_every_kind_of_index() -> None:
    def of(index: Any) -> Evaluation:
        return Evaluation.from_predictions(
            ["a"] * 4, ["b"] * 4, X=pd.DataFrame({"x": range(4)}, index=index)
        )

    twice = of(["a", "b", "a", "c"])
    assert chosen(["a"], twice) == [0, 2]
    assert chosen(["c", "a", "a"], twice) == [0, 2, 3]
    assert chosen(twice.frame.loc[["b"]], twice) == [1]
    levels = of(pd.MultiIndex.from_tuples([(1, "a"), (1, "b"), (2, "a"), (1, "a")]))
    assert chosen([(1, "a")], levels) == [0, 3]
    assert chosen(levels.frame.iloc[[2]], levels) == [2]
    days = of(pd.date_range("2020-01-01", periods=4))
    assert chosen([pd.Timestamp("2020-01-03")], days) == [2]
    numbers = of([10, 5, 1, 0])
    assert chosen([0, 10], numbers) == [0, 3]
    assert chosen(np.array([True, False, False, True]), numbers) == [0, 3]
    tuples = of(pd.Index([("a", 1), ("b", 2), ("c", 3), ("d", 4)], tupleize_cols=False))
    assert chosen([("b", 2)], tuples) == [1]


def test_a_selection_stays_and_a_predicate_becomes_one_clause() -> None:
    selection = Selection((Clause("matrix-1", In("y_true", ("cat",))),))
    assert EVALUATION.selection(selection) is selection
    assert EVALUATION.selection(None) == Selection()
    assert EVALUATION.selection(IsNull("town")).clauses == (Clause("python", IsNull("town")),)
    again = EVALUATION.selection(Clause("matrix-1", IsNull("town")))
    assert again.clauses == (Clause("python", IsNull("town")),)


@pytest.mark.parametrize("value", ["age > 50", SOME, ["r3"], X.iloc[:2], Range("age", low=50)])
def test_every_widget_takes_what_an_evaluation_takes(value: object) -> None:
    matrix = ConfusionMatrix(EVALUATION, linked=False)
    matrix.selection = value
    assert matrix.selection == EVALUATION.selection(value)
    pd.testing.assert_frame_equal(matrix.selected, EVALUATION.select(value))
    assert EVALUATION.select(value) is not EVALUATION.select(value)
    matrix.close()


# ---------------------------------------------------------------- what is refused

POLARS = Evaluation.from_frame(pl.DataFrame({"t": [1, 0], "p": [1, 1]}), y_true="t", y_pred="p")
TWICE = Evaluation.from_predictions([1, 0], [1, 1], X=pd.DataFrame({"x": [1, 2]}, ["a", "a"]))
LEVELS = Evaluation.from_predictions(
    [1, 0], [1, 1], X=pd.DataFrame({"x": [1, 2]}, index=pd.MultiIndex.from_tuples([(1, 2), (3, 4)]))
)
PICTURES = Evaluation.from_predictions(
    [1, 0], [1, 1], X=pd.DataFrame({"picture": [np.zeros((2, 2)), np.ones((2, 2))]})
)

# what → evaluation, value, class, message
REFUSED: dict[str, tuple[Evaluation, Any, type[Exception], str]] = {
    "a number": (EVALUATION, 5, SelectionTypeError, "No selection can be made from int 5. Allowed"),
    "a truth value": (EVALUATION, True, SelectionTypeError, "from bool True"),
    "an object": (EVALUATION, object(), SelectionTypeError, "No selection can be made from object"),
    "bytes": (EVALUATION, b"age > 3", SelectionTypeError, "from bytes"),
    "a dict": (EVALUATION, {"age": 3}, SelectionTypeError, "from dict"),
    "a class": (EVALUATION, In, SelectionTypeError, "from type"),
    "an array of numbers": (
        EVALUATION, np.array([1, 2]), SelectionTypeError,
        "from ndarray of int64: it is no mask. Pass list(…) of index labels",
    ),
    "a Series of numbers": (
        EVALUATION, pd.Series([1, 2]), SelectionTypeError, "from Series of int64: it is no mask",
    ),
    "a polars Series of numbers": (
        EVALUATION, pl.Series([1, 2]), SelectionTypeError, "from Series of Int64: it is no mask",
    ),
    "a mask that is short": (
        EVALUATION, [True], SelectionError, "A mask has one truth value per row, 24; got 1 values.",
    ),
    "a mask of two dimensions": (
        EVALUATION, np.ones((24, 2), dtype=bool), SelectionError, "got shape (24, 2)",
    ),
    "a mask with missing values": (
        EVALUATION, SERIES.astype("boolean").mask(SERIES), SelectionError,
        "The mask has 5 missing values. Say what they mean: mask.fillna(False).",
    ),
    "a mask of objects with missing values": (
        EVALUATION, SERIES.astype(object).mask(SERIES, None), SelectionError, "5 missing values",
    ),
    "a polars mask with missing values": (
        EVALUATION, pl.Series([True, None] * 12), SelectionError, "12 missing values",
    ),
    "a mask of other labels": (
        EVALUATION, SERIES.rename({"r1": "q1"}), SelectionError,
        "The mask's index has labels that no row carries: 'q1'.",
    ),
    "a mask of fewer labels": (
        EVALUATION, SERIES.iloc[:5], SelectionError,
        "The mask does not fit: it has 5 values for 24 rows.",
    ),
    "a mask with labels twice": (
        EVALUATION, SERIES.rename({"r1": "r2"}), SelectionError,
        "the mask's index has labels more than once",
    ),
    "a mask for labels twice": (
        TWICE, pd.Series([True, False], index=["a", "b"]), SelectionError,
        "the index has labels more than once, so rows cannot be matched",
    ),
    "unknown labels": (
        EVALUATION, ["r1", "x", "y"], SelectionError,
        "No row has the label 'x', 'y'. Labels are those of evaluation.index: 'r0', 'r1', 'r2', …",
    ),
    "row numbers": (EVALUATION, [1, 2], SelectionError, "No row has the label 1, 2."),
    "labels that are lists": (
        EVALUATION, [["r1"]], SelectionTypeError, "A list selects rows by their labels; list",
    ),
    "labels of one level": (
        LEVELS, [1], SelectionError, "labels of 2 levels, so each is a tuple; got 1.",
    ),
    "an Index of one level": (LEVELS, pd.Index([1]), SelectionError, "No row has the label 1."),
    "a frame of other rows": (
        EVALUATION, pd.DataFrame({"x": [1]}, index=["q"]), SelectionError,
        "No row has the index label of the DataFrame 'q'.",
    ),
    "a polars frame": (
        POLARS, pl.DataFrame({"t": [1]}), SelectionTypeError,
        "A DataFrame selects by its index, and a polars frame has none. Pass a mask",
    ),
    "a pandas frame for polars": (POLARS, X, SelectionTypeError, "a polars frame has none"),
    "a polars frame for pandas": (
        EVALUATION, pl.DataFrame({"t": [1]}), SelectionTypeError, "a polars frame has none",
    ),
    "an empty query": (EVALUATION, "  ", SelectionError, "The query is empty."),
    "bad syntax": (EVALUATION, "age >", SelectionError, "is no Python expression: invalid syntax"),
    "an unknown column": (
        EVALUATION, "agee > 3", SelectionError, "names 'agee', which is no column. Did you mean",
    ),
    "an unknown column in backticks": (EVALUATION, "`a  b` > 3", SelectionError, "The query"),
    "an unknown variable": (
        EVALUATION, "age > @nowhere", SelectionError, "uses @nowhere, but there is no such",
    ),
    "no truth values": (
        EVALUATION, "age + 1", SelectionError, "gives int64 values, not True or False",
    ),
    "one truth value": (EVALUATION, "1 == 1", SelectionError, "gives"),
    "an assignment": (EVALUATION, "age = 3", SelectionError, "The query 'age = 3'"),
    "a comparison of text and number": (
        EVALUATION, "town > 3", SelectionError, "The query 'town > 3' cannot be answered",
    ),
    "two lines": (EVALUATION, "age > 3\nage < 5", SelectionError, "The query"),
    "a call": (EVALUATION, "__import__('os')", SelectionError, "The query"),
    "a predicate on an unknown column": (
        EVALUATION, Range("agee", 1, 2), SelectionError, "names the column 'agee'. Known columns",
    ),
    "a range of text": (
        EVALUATION, Range("town", 1, 2), SelectionError,
        "A range needs a column of numbers or times; 'town' holds categories. Name its values",
    ),
    "a limit that is text": (
        EVALUATION, Range("age", "1", 2), SelectionError, "A limit of 'age' is a number; got str",
    ),
    "a limit of time that is a number": (
        EVALUATION, Range("day", 3), SelectionError,
        "A limit of 'day' is a point in time, as pd.Timestamp; got int 3.",
    ),
    "a limit with a zone": (
        EVALUATION, Range("day", pd.Timestamp("2020", tz="UTC")), SelectionError,
        "'day' has no time zone",
    ),
    "a value that is none": (
        EVALUATION, In("age", ("x",)), SelectionError, "'x' is not a value of 'age'. Values:",
    ),
    "values of a picture": (
        PICTURES, In("picture", ("present",)), SelectionError,
        "In needs a column whose values can be named; 'picture' holds images. Only IsNull",
    ),
    "text of a picture": (PICTURES, Contains("picture", "x"), SelectionError, "Contains needs"),
    "a range of pictures": (PICTURES, Range("picture", 1), SelectionError, "A range needs"),
    "rows of another evaluation": (
        EVALUATION, Rows.of([0], 3), SelectionError, "The rows were chosen among 3; this",
    ),
    "a selection of no clauses": (
        EVALUATION, Selection(("age",)), SelectionTypeError,  # type: ignore[arg-type]
        "A Selection holds clauses; got 'age'.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_selects_no_rows_is_refused_with_a_reason(case: str) -> None:
    evaluation, value, error, message = REFUSED[case]
    with pytest.raises(error, match=re.escape(message)):
        evaluation.select(value)
    matrix = ConfusionMatrix(evaluation, linked=False)
    with pytest.raises(error, match=re.escape(message)):
        matrix.selection = value
    assert matrix.selection == Selection()
    matrix.close()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Range("age", float("nan")), "A range has no missing limit: low of 'age' is nan."),
        (lambda: Range("age", 1, pd.NaT), "A range has no missing limit: high of 'age' is NaT."),
        (lambda: Range("age", 1, 2, "open"), "closed is one of 'right', 'left', 'both'"),  # type: ignore[arg-type]
        (lambda: Contains("age", 3), "Contains looks for a text; got 3."),  # type: ignore[arg-type]
        (lambda: Rows.of([3], 3), "Positions of rows are from 0 to 2."),
        (lambda: Rows.of([-1], 3), "Positions of rows are from 0 to 2."),
        (lambda: Rows.of([True], 3), "Rows are a mask of 3 truth values or positions; got bool"),
        (lambda: Rows.of(["a"], 3), "Rows are a mask of 3 truth values or positions"),
        (lambda: Rows.of([[1]], 3), "Rows are a mask of 3 truth values or positions"),
    ],
)
def test_a_predicate_that_cannot_be_is_refused_when_made(make: Any, message: str) -> None:
    with pytest.raises(SelectionError, match=re.escape(message)):
        make()


def test_the_page_gets_what_it_cannot_decide_by_its_own_columns() -> None:
    matrix = ConfusionMatrix(EVALUATION, linked=False)
    matrix.selection = Range("age", low=50)
    (clause,) = matrix._group.store().state["clauses"]
    assert clause["predicate"]["given"]["words"] == "age > 50"
    assert clause["predicate"]["given"]["query"] == "age > 50"
    matrix.selection = In("y_true", ("cat",))
    (clause,) = matrix._group.store().state["clauses"]
    assert clause["predicate"] == {"op": "in", "column": "y_true", "codes": [0]}
    matrix.close()
