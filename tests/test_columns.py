from __future__ import annotations

import datetime as dt
import enum
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errwidgets.columns import (
    CodedColumn,
    code_column,
    code_jointly,
    display,
    native,
    smallest_dtype,
    sort_labels,
)
from errwidgets.exceptions import LabelError

MISSING = st.sampled_from([None, float("nan"), pd.NA, pd.NaT, np.float64("nan")])
KINDS = {
    "text": st.text(max_size=4),
    "integers": st.integers(-(2**62), 2**62),
    "floats": st.floats(allow_nan=False),
    "booleans": st.booleans(),
    "text and missing": st.text(max_size=3) | MISSING,
    # 0 and 1 equal False and True, and are refused beside them: below.
    "mixed": st.text(max_size=2) | st.integers(2, 5) | st.booleans() | MISSING,
    "mixed with 0 and 1": st.text(max_size=2) | st.integers(-3, 3) | MISSING,
}


class Colour(enum.Enum):
    RED = 1


def decoded(codes: np.ndarray, categories: tuple) -> list:
    return [categories[code] for code in codes]


def equal(first: list, second: list) -> bool:
    return len(first) == len(second) and all(
        type(a) is type(b) and a == b for a, b in zip(first, second, strict=True)
    )


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_codes_stand_for_the_labels_that_came_in(kind: str, data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.tuples(KINDS[kind], KINDS[kind]), min_size=1, max_size=30))
    columns = [pd.Series(list(values), dtype=object) for values in zip(*rows, strict=True)]
    coded, categories = code_jointly({str(i): column for i, column in enumerate(columns)})
    for codes, column in zip(coded, columns, strict=True):
        assert decoded(codes, categories) == [native(value) for value in column]
        assert codes.dtype == np.uint8
    everything = pd.concat(columns)
    assert len(categories) == everything.dropna().nunique() + int(everything.isna().any())
    assert len(set(categories)) == len(categories)
    assert list(categories) == sort_labels(categories)


@pytest.mark.parametrize(
    ("number", "truth"), [(1, True), (0, False), (1.0, True), (np.int8(1), np.bool_(True))]
)
@pytest.mark.parametrize("where", ["one column", "two columns", "classes"])
def test_labels_that_compare_equal_but_differ_are_refused_by_name(
    number: object, truth: object, where: str
) -> None:
    one = pd.Series([number, "a"], dtype=object)
    other = pd.Series([truth, "a"], dtype=object)
    columns, classes = {
        "one column": ({"y_true": pd.concat([one, other], ignore_index=True)}, None),
        "two columns": ({"y_true": one, "y_pred": other}, None),
        "classes": ({"y_true": one}, [truth]),
    }[where]
    with pytest.raises(LabelError, match="compare equal but differ") as caught:
        code_jointly(columns, classes)
    assert "y_true" in str(caught.value)
    assert repr(native(number)) in str(caught.value)
    assert repr(native(truth)) in str(caught.value)


@given(st.lists(st.sampled_from(["a", "b", None]), min_size=1), st.permutations(["b", "z", "a"]))
@settings(deadline=None, max_examples=60)
def test_given_classes_come_first_in_their_order_present_or_not(
    labels: list,
    classes: list,
) -> None:
    (codes,), categories = code_jointly({"label": pd.Series(labels, dtype=object)}, classes)
    assert categories[:3] == tuple(classes)
    assert categories[3:] == ((None,) if None in labels else ())
    assert decoded(codes, categories) == labels


def test_a_class_that_was_not_given_follows_those_that_were() -> None:
    _, categories = code_jointly({"label": pd.Series(["c", "a", "b"])}, ["b"])
    assert categories == ("b", "a", "c")


@pytest.mark.parametrize("missing", [None, float("nan"), np.nan, pd.NA, pd.NaT])
def test_a_missing_class_may_be_given_in_any_spelling(missing: object) -> None:
    (codes,), categories = code_jointly(
        {"label": pd.Series(["a", None], dtype=object)}, [missing, "a"]
    )
    assert categories == (None, "a")
    assert codes.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("values", "categories", "codes"),
    [
        (pd.Series(["b", None, "a"], dtype="category"), ("a", "b", None), [1, 2, 0]),
        (pd.Series(pd.Categorical(["b"], categories=["z", "b"])), ("b",), [0]),
        (pd.Series([3, None, 1], dtype="Int64"), (1, 3, None), [1, 2, 0]),
        (pd.Series([3, None, 1]), (1.0, 3.0, None), [1, 2, 0]),
        (pd.Series(["b", pd.NA], dtype="string"), ("b", None), [0, 1]),
        (pd.Series([True, None, False], dtype="boolean"), (False, True, None), [1, 2, 0]),
        (pd.Series([True, False]), (False, True), [1, 0]),
        (pd.Series([np.int8(5), np.int8(-5)], dtype="int8"), (-5, 5), [1, 0]),
        (
            pd.Series(pd.to_datetime(["2020-01-02", None])),
            (pd.Timestamp("2020-01-02"), None),
            [0, 1],
        ),
        (pd.Series([("a", 1), ("a", 0)], dtype=object), (("a", 0), ("a", 1)), [1, 0]),
        (pd.Series([None, float("nan"), pd.NA], dtype=object), (None,), [0, 0, 0]),
        (pd.Series([2**63 - 1, -(2**63)]), (-(2**63), 2**63 - 1), [1, 0]),
    ],
)
def test_every_dtype_gives_plain_values(
    values: pd.Series,
    categories: tuple,
    codes: list[int],
) -> None:
    before = values.copy()
    (coded,), found = code_jointly({"label": values})
    assert equal(list(found), list(categories))
    assert coded.tolist() == codes
    pd.testing.assert_series_equal(values, before)


@pytest.mark.parametrize(
    ("n", "dtype"),
    [
        (1, np.uint8),
        (256, np.uint8),
        (257, np.uint16),
        (65_536, np.uint16),
        (65_537, np.uint32),
    ],
)
def test_codes_take_the_smallest_type_that_holds_them(n: int, dtype: type) -> None:
    assert smallest_dtype(n) is dtype
    (codes,), categories = code_jointly({"label": pd.Series(np.arange(n)[::-1])})
    assert codes.dtype == dtype
    assert len(categories) == n
    assert np.array_equal(np.array(categories)[codes], np.arange(n)[::-1])


@given(st.lists(KINDS["mixed"] | st.just(b"x") | st.just(("t", 1)) | st.floats(allow_nan=False)))
@settings(deadline=None, max_examples=80)
def test_labels_sort_as_numbers_text_other_missing(labels: list) -> None:
    def rank(label: object) -> int:
        if label is None:
            return 3
        return 0 if isinstance(label, int | float) else 1 if isinstance(label, str) else 2

    result = sort_labels([native(label) for label in labels])
    ranks = [rank(label) for label in result]
    assert ranks == sorted(ranks)
    numbers = [label for label in result if rank(label) == 0]
    assert numbers == sorted(numbers)
    text = [label for label in result if rank(label) == 1]
    assert text == sorted(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.int16(4), 4),
        (np.float32(0.5), 0.5),
        (np.bool_(True), True),
        (np.str_("cat"), "cat"),
        (np.datetime64("NaT"), None),
        (pd.NaT, None),
        (pd.NA, None),
        (math.nan, None),
        (None, None),
        ("", ""),
        (math.inf, math.inf),
    ],
)
def test_native_gives_the_plain_value(value: object, expected: object) -> None:
    result = native(value)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "(missing)"),
        (Colour.RED, "RED"),
        (True, "True"),
        (1.0, "1.0"),
        ("", "''"),
        (" \n", "' \\n'"),
        (dt.date(2020, 1, 2), "2020-01-02"),
        (("a", 1), "('a', 1)"),
    ],
)
def test_display_gives_the_text_that_views_show(value: object, text: str) -> None:
    assert display(value) == text


def test_a_column_finds_codes_by_value_in_any_spelling() -> None:
    column = CodedColumn("age", np.array([0, 1, 2], dtype=np.uint8), (1, "1", None), "age")
    assert [column.code_of(value) for value in (1, np.int64(1), "1", np.str_("1"))] == [0, 0, 1, 1]
    assert [column.code_of(value) for value in (None, math.nan, pd.NA, pd.NaT)] == [2, 2, 2, 2]
    assert column.code_of("one") is None
    assert column.display_labels == ("1", "'1'", "(missing)")


def test_display_labels_that_are_given_stay() -> None:
    column = CodedColumn("y", np.zeros(1, dtype=np.uint8), (0,), "y", display_labels=("zero",))
    assert column.display_labels == ("zero",)


@given(st.lists(st.floats(-1e6, 1e6), min_size=30, max_size=120), st.integers(0, 3))
def test_bins_part_values_as_quantiles_do_and_meet_at_short_numbers(values, digits):
    values = [round(value, digits) for value in values]
    column = code_column("x", pd.Series(values), "numeric", "x")
    if not column.is_binned:
        return
    present = np.sort(np.array(values, dtype=float))
    positions = np.floor(np.linspace(0, 1, 11)[1:-1] * (len(present) - 1)).astype(int)
    plain = np.unique(present[positions])
    plain = plain[plain < present[-1]]
    assert column.codes.tolist() == np.searchsorted(plain, values, side="left").tolist()
    for edge, exact in zip(column.edges, plain, strict=True):
        above = present[np.searchsorted(present, exact, side="right")]
        assert exact <= edge < above
        # No number of fewer digits would do, unless a single value is below.
        code = column.edges.index(edge)
        if column.lows[code] != exact:
            short = len(repr(edge).replace("-", "").replace(".", "").strip("0"))
            assert short <= len(repr(float(exact)).replace("-", "").replace(".", "").strip("0"))
