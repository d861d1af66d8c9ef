from __future__ import annotations

import datetime as dt
import enum
import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errwidgets import selection as sel
from errwidgets.columns import CodedColumn, code_column, code_jointly, native
from errwidgets.exceptions import ErrwidgetsError, SelectionError
from errwidgets.selection import All, AnyOf, Clause, In, Not, Selection

if TYPE_CHECKING:
    from collections.abc import Hashable

    from errwidgets.selection import Predicate

HOSTILE = ["it's", 'say "hi"', "`tick`", "@home", "#1 & | ~", "a\nb\t\\", "naïve 🦊", "", "True"]
NAMES = ["y_true", "y_pred", "index", "a b", "class", "größe"]
DTYPES: dict[str, tuple[st.SearchStrategy, list[str]]] = {
    "text": (st.sampled_from(HOSTILE) | st.text(max_size=3), ["object", "str", "category"]),
    "integers": (
        st.integers(-3, 3) | st.sampled_from([2**53 + 1, -(2**62)]),
        ["int64", "object", "category"],
    ),
    "booleans": (st.booleans(), ["bool", "object", "category"]),
    "floats": (st.sampled_from([0.5, -1e-9, 1e300, 2.0, float("inf")]), ["float64", "object"]),
    "text, some missing": (
        st.sampled_from(["a", "b", None]),
        ["object", "str", "category", "string"],
    ),
    "integers, some missing": (
        st.sampled_from([1, 2, None]),
        ["Int64", "float64", "object", "category"],
    ),
    "booleans, some missing": (st.sampled_from([True, False, None]), ["boolean", "object"]),
    # 1 equals True and is refused beside it.
    "mixed": (st.sampled_from(["a", "1", 1, 2.5, None]), ["object", "category"]),
    "mixed with truth": (
        st.sampled_from(["a", "True", 2, 2.5, True, None]),
        ["object", "category"],
    ),
}


class Table:
    """A frame, and its columns in codes."""

    def __init__(self, values: dict[str, pd.Series]) -> None:
        self.frame = pd.DataFrame(values)
        self.columns: dict[str, CodedColumn] = {}
        for name, series in values.items():
            (codes,), categories = code_jointly({"label": series})
            self.columns[name] = CodedColumn(name, codes, categories, name)

    @property
    def n_samples(self) -> int:
        return len(self.frame)

    def mask(self, predicate: Predicate) -> np.ndarray:
        return sel.mask(predicate, self.columns, self.n_samples)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    n = draw(st.integers(1, 12))
    values = {}
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True)):
        strategy, dtypes = DTYPES[draw(st.sampled_from(sorted(DTYPES)))]
        rows = draw(st.lists(strategy, min_size=n, max_size=n))
        values[name] = pd.Series(rows, dtype=object).astype(draw(st.sampled_from(dtypes)))
    return Table(values)


@st.composite
def conditions(draw: st.DrawFn, table: Table) -> In:
    name = draw(st.sampled_from(sorted(table.columns)))
    return In(name, tuple(draw(st.lists(st.sampled_from(table.columns[name].categories)))))


def predicates(table: Table) -> st.SearchStrategy[Predicate]:
    return st.recursive(
        conditions(table),
        lambda inner: (
            st.builds(Not, inner)
            | st.builds(lambda of: All(tuple(of)), st.lists(inner, max_size=3))
            | st.builds(lambda of: AnyOf(tuple(of)), st.lists(inner, max_size=3))
        ),
        max_leaves=6,
    )


def meets(predicate: Predicate, row: dict[str, Hashable]) -> bool:
    """Answer for one row, from its values: the referee."""
    match predicate:
        case In(column, values):
            return any(row[column] == value for value in values)
        case Not(of):
            return not meets(of, row)
        case All(of):
            return all(meets(part, row) for part in of)
        case AnyOf(of):
            return any(meets(part, row) for part in of)
    raise AssertionError(predicate)


@given(st.data())
@settings(deadline=None, max_examples=80)
def test_the_mask_holds_the_rows_that_meet_the_predicate(data: st.DataObject) -> None:
    table = data.draw(tables())
    predicate = data.draw(predicates(table))
    rows = [
        dict(zip(table.frame.columns, map(native, values), strict=True))
        for values in table.frame.itertuples(index=False, name=None)
    ]
    mask = table.mask(predicate)
    assert mask.dtype == bool
    assert mask.tolist() == [meets(predicate, row) for row in rows]


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_the_query_gives_exactly_the_rows_of_the_mask(data: st.DataObject) -> None:
    table = data.draw(tables())
    predicate = data.draw(predicates(table))
    query = sel.query_string(predicate, table.columns)
    if query is not None:
        rows = table.frame.query(query).index.tolist()
        assert rows == np.flatnonzero(table.mask(predicate)).tolist(), query


# Before pandas 3 "str" turns a missing value into the text "None": no missing label at all.
@pytest.mark.parametrize(
    "dtype",
    ["string", "object", "category", *(["str"] if pd.__version__ >= "3" else [])],
)
@pytest.mark.parametrize("values", [("a",), ("a", "b"), (None,), ("a", None)])
@pytest.mark.parametrize("negate", [False, True])
def test_the_query_treats_a_missing_label_as_the_mask_does(
    dtype: str,
    values: tuple,
    negate: bool,
) -> None:
    table = Table({"y_true": pd.Series(["a", None, "b", "c"], dtype=object).astype(dtype)})
    predicate = Not(In("y_true", values)) if negate else In("y_true", values)
    query = sel.query_string(predicate, table.columns)
    assert query is not None
    expected = np.flatnonzero(table.mask(predicate)).tolist()
    assert table.frame.query(query).index.tolist() == expected, query


@pytest.mark.parametrize("dtype", ["Int64", "boolean"])
def test_the_query_keeps_a_missing_row_that_is_not_the_excluded_number(dtype: str) -> None:
    table = Table({"y_true": pd.Series([1, None, 0], dtype="Int64").astype(dtype)})
    predicate = Not(In("y_true", (1,)))
    query = sel.query_string(predicate, table.columns)
    assert query is not None
    assert table.frame.query(query).index.tolist() == [1, 2], query


@pytest.mark.parametrize("label", ["ends with \\", "\\", "it's \\", "both \" and ' \\"])
def test_a_label_with_a_backslash_may_stand_before_a_column_in_backticks(label: str) -> None:
    table = Table({"a b": pd.Series([label, "x", label]), "c": pd.Series([label, label, "x"])})
    predicate = All((In("c", (label,)), In("a b", (label,))))
    query = sel.query_string(predicate, table.columns)
    assert query is not None
    assert table.frame.query(query).index.tolist() == [0], query


@given(st.data())
@settings(deadline=None, max_examples=80)
def test_words_are_found_for_every_predicate(data: st.DataObject) -> None:
    table = data.draw(tables())
    text = sel.words(data.draw(predicates(table)), table.columns)
    assert isinstance(text, str)
    assert text


@given(st.data())
@settings(deadline=None, max_examples=80)
def test_the_browser_s_form_survives_json_and_means_the_same(data: st.DataObject) -> None:
    table = data.draw(tables())
    predicate = data.draw(predicates(table))
    wire = sel.to_wire(predicate, table.columns)
    again = sel.from_wire(json.loads(json.dumps(wire)), table.columns)
    np.testing.assert_array_equal(table.mask(again), table.mask(predicate))
    assert sel.to_wire(again, table.columns) == wire
    assert sel.words(again, table.columns) == sel.words(predicate, table.columns)
    assert sel.query_string(again, table.columns) == sel.query_string(predicate, table.columns)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["in", "not", "all", "any", "rows", "contains", "is_null", "y_true", "Ag=="]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["op", "of", "column", "codes", "x", "text", "case", "bits"]), inner
        )
    ),
    max_leaves=12,
)
SMALL = Table({"y_true": pd.Series(["a", "b", "a"]), "y_pred": pd.Series(["a", "a", "b"])})


@given(JSON)
@settings(deadline=None, max_examples=250)
def test_what_the_browser_sends_is_a_predicate_or_refused(data: object) -> None:
    try:
        predicate = sel.from_wire(data, SMALL.columns)
    except SelectionError:
        return
    assert SMALL.mask(predicate).shape == (3,)
    assert sel.words(predicate, SMALL.columns)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "Not a predicate: None"),
        ([], r"Not a predicate: \[\]"),
        ({}, r"Not a predicate: \{\}"),
        ({"op": "rows"}, "Not a predicate"),
        ({"op": "in", "column": "y_true"}, "Not a predicate"),
        ({"op": "in", "column": 3, "codes": [0]}, "Not a predicate"),
        ({"op": "in", "column": "y_true", "codes": "0"}, "Not a predicate"),
        ({"op": "in", "column": "age", "codes": [0]}, "names the column 'age'.*'y_true', 'y_pred'"),
        ({"op": "in", "column": "y_true", "codes": [2]}, r"from 0 to 1; got \[2\]"),
        ({"op": "in", "column": "y_true", "codes": [-1]}, r"from 0 to 1; got \[-1\]"),
        ({"op": "in", "column": "y_true", "codes": [0.0]}, r"whole numbers.*\[0.0\]"),
        ({"op": "in", "column": "y_true", "codes": [True]}, r"whole numbers.*\[True\]"),
        ({"op": "in", "column": "y_true", "codes": ["a"]}, r"whole numbers.*\['a'\]"),
        ({"op": "not", "of": []}, "Not a predicate"),
        ({"op": "all", "of": {"op": "all", "of": []}}, "Not a predicate"),
        ({"op": "any", "of": [None]}, "Not a predicate: None"),
        ({"op": "is_null"}, "Not a predicate"),
        ({"op": "is_null", "column": "age"}, "names the column 'age'"),
        ({"op": "contains", "column": "y_true", "text": 3, "case": True}, "Not a predicate"),
        ({"op": "contains", "column": "y_true", "text": "a", "case": 1}, "Not a predicate"),
        ({"op": "contains", "column": "y_true", "text": "a" * 10_001, "case": True}, "Not a pred"),
        (
            {"op": "range", "column": "y_true", "low": "1", "high": None, "closed": "both"},
            "needs a column of numbers or times; 'y_true' holds categories",
        ),
        ({"op": "rows", "n_samples": 3, "words": "x"}, "Not a predicate"),
        ({"op": "rows", "n_samples": 3, "bits": "Ag=="}, "Not a predicate"),
        ({"op": "rows", "n_samples": 4, "bits": "Ag==", "words": "x"}, "among 4 .* there are 3"),
        ({"op": "rows", "n_samples": True, "bits": "Ag==", "words": "x"}, "among True"),
        ({"op": "rows", "n_samples": 3, "bits": "Ag=", "words": "x"}, "no set of 3 rows"),
        ({"op": "rows", "n_samples": 3, "bits": "é", "words": "x"}, "no set of 3 rows"),
        ({"op": "rows", "n_samples": 3, "bits": "CA==", "words": "x"}, "no set of 3 rows"),
        ({"op": "rows", "n_samples": 3, "bits": "AgI=", "words": "x"}, "no set of 3 rows"),
        ({"op": "rows", "n_samples": 3, "deltas": "Aw==", "words": "x"}, "no set of 3 rows"),
        ({"op": "rows", "n_samples": 3, "deltas": "gICAgIAB", "words": "x"}, "no set of 3 rows"),
        ({"op": "rows", "n_samples": 3, "bits": "Ag==", "words": "x" * 10_001}, "10,000 char"),
        ({"op": "all", "of": [{"op": "all", "of": []}] * 10_001}, "at most 10,000 parts"),
    ],
)
def test_garbage_of_the_browser_is_refused_with_a_reason(data: object, message: str) -> None:
    with pytest.raises(SelectionError, match=message):
        sel.from_wire(data, SMALL.columns)


AGES = code_column("age", pd.Series([2**53 + 1, 5, 7]), "numeric", "age")
DAYS = code_column("day", pd.Series(pd.to_datetime(["2020-01-01", None])), "time", "day")
SHARE = code_column("share", pd.Series([0.5, 1.5]), "numeric", "share")


@pytest.mark.parametrize(
    ("column", "low", "message"),
    [
        (AGES, "1.5", "'1.5' is no limit of 'age'"),
        (AGES, "1e3", "'1e3' is no limit of 'age'"),
        (AGES, "1" * 41, "is no limit of 'age'"),
        (AGES, "٣", "is no limit of 'age'"),
        (DAYS, "2020-01-01", "is no limit of 'day'"),
        (DAYS, "9" * 30, "out of range for a time"),
        (SHARE, "nan", "'nan' is no limit of 'share'"),
        (SHARE, "1_0", "'1_0' is no limit of 'share'"),
        (SHARE, " 1", "' 1' is no limit of 'share'"),
        (SHARE, 1.5, "Not a predicate"),
        (SHARE, True, "Not a predicate"),
    ],
)
def test_limits_of_the_browser_are_checked(column: CodedColumn, low: object, message: str) -> None:
    data = {"op": "range", "column": column.name, "low": low, "high": None, "closed": "both"}
    with pytest.raises(SelectionError, match=message):
        sel.from_wire(data, {column.name: column})
    with pytest.raises(SelectionError, match="Not a predicate"):
        sel.from_wire({**data, "low": "1", "closed": "open"}, {column.name: column})


def test_what_the_browser_says_of_rows_is_not_believed() -> None:
    rows = sel.Rows.of([1], 3, "one", "y_true == 'a'")
    wire = sel.to_wire(rows, SMALL.columns)
    assert wire["query"] == "y_true == 'a'"
    again = sel.from_wire(wire, SMALL.columns, n_samples=3)
    assert again == sel.Rows.of([1], 3, "one")
    leaf = sel.to_wire(CAT, SMALL.columns, held=())
    assert leaf["given"] == {
        "rows": {"n_samples": 3, "bits": "BQ=="},
        "words": "true a",
        "query": "y_true == 'a'",
        "negated_query": "y_true != 'a'",
    }
    leaf["given"] = {"rows": {"n_samples": 3, "bits": "Bw=="}, "words": "x", "query": "x"}
    assert sel.from_wire(leaf, SMALL.columns) == CAT
    assert "given" not in sel.to_wire(CAT, SMALL.columns, held=["y_true"])


def test_a_predicate_is_not_nested_without_end() -> None:
    data: dict = {"op": "in", "column": "y_true", "codes": [0]}
    for _ in range(32):
        data = {"op": "not", "of": data}
    assert SMALL.mask(sel.from_wire(data, SMALL.columns)).tolist() == [True, False, True]
    with pytest.raises(SelectionError, match="at most 32 levels"):
        sel.from_wire({"op": "not", "of": data}, SMALL.columns)


# ---------------------------------------------------------------- spelling


class Colour(enum.Enum):
    RED = "red"


class Text(str, enum.Enum):  # noqa: UP042  the older form is what people have
    RED = "red"


@pytest.mark.parametrize(
    "value",
    [*HOSTILE, 0, -1, True, False, 0.1, -2.5, 1e-300, 2**53 + 1, "\x00\x7f\u2028", "'\"", "\\x60"],
)
def test_a_literal_is_read_by_python_and_pandas_as_the_value(value: Hashable) -> None:
    text = sel.literal(value)
    assert text is not None
    assert text.isascii()
    assert text.isprintable()
    assert eval(text) == value  # noqa: S307  our own literal
    assert type(eval(text)) is type(value)  # noqa: S307
    frame = pd.DataFrame({"v": pd.Series([value, "another"], dtype=object)})
    assert frame.query(f"v == {text}").index.tolist() == [0]
    assert frame.query(f"v in [{text}, 77]").index.tolist() == [0]


@pytest.mark.parametrize(
    "value",
    [
        float("inf"),
        float("-inf"),
        float("nan"),
        None,
        b"bytes",
        ("a", 1),
        dt.date(2020, 1, 1),
        pd.Timestamp("2020-01-01"),
        pd.Timedelta("1D"),
        Colour.RED,
        Text.RED,
        1 + 2j,
    ],
)
def test_a_value_that_pandas_cannot_spell_has_no_literal(value: Hashable) -> None:
    assert sel.literal(value) is None


@pytest.mark.parametrize(
    "name",
    [
        "age",
        "a b",
        "index",
        "class",
        "größe",
        "2nd",
        "a-b",
        "x.y",
        "price ($)",
        "a:b",
        "50%",
        "a=b",
        "a&b",
        "what?!",
        "中文",
        "a\u2009b",
        "🦊",
        "½",
        "a→b",
        "°C",
        "m²",
        " lead",
        "trail ",
        "a  b",
        "True",
        "y_true",
        "in",
        "(x)",
        "a[0]",
        "a,b",
        "a;b",
        "~",
        "a|b",
        "ﬁt",
        "tab\tbed",
        "new\nline",
        "quo'te",
        'quo"te',
        "back`tick",
        "back\\slash",
        "#1",
        "@at",
        "",
    ],
)
def test_a_column_is_spelled_so_that_pandas_finds_it_or_not_at_all(name: str) -> None:
    reference = sel.column_reference(name)
    if reference is not None:
        frame = pd.DataFrame({name: ["x", "z"], "other": ["z", "x"]})
        assert frame.query(f"{reference} == 'x'").index.tolist() == [0]
        assert frame.query(f"{reference}.isnull() or {reference} in ['z', 'y']").index.tolist() == [
            1,
        ]


@pytest.mark.parametrize("name", ["age", "a b", "index", "class", "größe", "2nd", "a-b"])
def test_ordinary_column_names_can_be_spelled(name: str) -> None:
    assert sel.column_reference(name) is not None


@pytest.mark.parametrize("name", [0, None, ("a", "b"), "back`tick", "new\nline", "ﬁt", ""])
def test_a_column_name_that_pandas_cannot_spell_has_no_reference(name: Hashable) -> None:
    assert sel.column_reference(name) is None


CAT = In("y_true", ("a",))
DOG = In("y_pred", ("b",))


@pytest.mark.parametrize(
    ("predicate", "query", "words"),
    [
        (CAT, "y_true == 'a'", "true a"),
        (In("y_true", ("b", "a", "a")), "y_true in ['a', 'b']", "true a or b"),
        (Not(CAT), "y_true != 'a'", "not true a"),
        (Not(Not(CAT)), "y_true == 'a'", "not not true a"),
        (All((CAT, DOG)), "y_true == 'a' and y_pred == 'b'", "true a → predicted b"),
        (All((CAT, Not(DOG))), "y_true == 'a' and y_pred != 'b'", "true a → not predicted b"),
        (All((DOG, CAT)), "y_pred == 'b' and y_true == 'a'", "predicted b and true a"),
        (
            AnyOf((All((CAT, DOG)), CAT)),
            "(y_true == 'a' and y_pred == 'b') or y_true == 'a'",
            "true a → predicted b or true a",
        ),
        (
            Not(All((CAT, DOG))),
            "y_true != 'a' or y_pred != 'b'",
            "not (true a → predicted b)",
        ),
        (
            All((AnyOf((CAT, DOG)), CAT)),
            "(y_true == 'a' or y_pred == 'b') and y_true == 'a'",
            "(true a or predicted b) and true a",
        ),
        (In("y_true", ()), None, "true nothing"),
        (All(()), None, "all rows"),
        (AnyOf(()), None, "nothing"),
        (AnyOf((CAT, All(()))), None, "true a or (all rows)"),
    ],
)
def test_a_predicate_reads_as_query_and_words(
    predicate: Predicate,
    query: str | None,
    words: str,
) -> None:
    assert sel.query_string(predicate, SMALL.columns) == query
    assert sel.words(predicate, SMALL.columns) == words


def test_missing_and_many_values_read_well() -> None:
    table = Table({"age": pd.Series([1, 2, 3, 4, None], dtype="Int64")})
    missing = In("age", (None,))
    assert sel.query_string(missing, table.columns) == "age.isnull()"
    assert sel.query_string(Not(missing), table.columns) == "age.notnull()"
    assert sel.words(missing, table.columns) == "age = (missing)"
    many = In("age", (4, 3, 2, 1, None))
    assert sel.words(many, table.columns) == "age = 1, 2, 3 or 2 more"
    assert sel.query_string(many, table.columns) == "age in [1, 2, 3, 4] or age.isnull()"


@pytest.mark.parametrize("read", [sel.query_string, sel.words, sel.to_wire])
@pytest.mark.parametrize(
    ("predicate", "message"),
    [
        (In("age", ("a",)), "names the column 'age'. Known columns: 'y_true', 'y_pred'"),
        (In("y_true", ("c",)), "'c' is not a value of 'y_true'. Values: 'a', 'b'"),
        (All((CAT, Not(In("y_true", (None,))))), "None is not a value of 'y_true'"),
    ],
)
def test_unknown_columns_and_values_are_named(
    read: object,
    predicate: Predicate,
    message: str,
) -> None:
    with pytest.raises(SelectionError, match=message):
        read(predicate, SMALL.columns)
    with pytest.raises(SelectionError, match=message):
        SMALL.mask(predicate)


@pytest.mark.parametrize(
    "predicate",
    [
        Not(None),  # type: ignore[arg-type]
        All((None,)),  # type: ignore[arg-type]
        AnyOf(("y_true",)),  # type: ignore[arg-type]
        In("y_true", (["a"],)),  # type: ignore[arg-type]
        In("y_true", 5),  # type: ignore[arg-type]
        "y_true == 'a'",
    ],
)
def test_what_is_no_predicate_is_refused_by_our_own_class(predicate: object) -> None:
    with pytest.raises(ErrwidgetsError):
        SMALL.mask(predicate)  # type: ignore[arg-type]


# ---------------------------------------------------------------- the container


def test_a_selection_holds_clauses_by_source() -> None:
    first, second = Clause("matrix-1", CAT), Clause("python", DOG)
    selection = Selection((first, second))
    assert len(selection) == 2
    assert list(selection) == [first, second]
    assert selection.clause("python") is second
    assert selection.clause("matrix-2") is None
    assert selection.predicate() == All((CAT, DOG))
    assert Selection((first,)).predicate() == CAT
    assert selection == Selection((Clause("matrix-1", CAT), Clause("python", DOG)))


def test_no_clause_means_that_nothing_is_selected() -> None:
    assert not Selection()
    assert Selection().predicate() is None
    assert Selection((Clause("python", All(())),))


def test_selections_never_change() -> None:
    with pytest.raises(AttributeError):
        CAT.column = "y_pred"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Selection().clauses = ()  # type: ignore[misc]
    assert hash(Selection((Clause("python", CAT),))) == hash(Selection((Clause("python", CAT),)))
