"""The readings of a predicate agree: mask, pandas query, the browser's form and JSON."""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errwidgets import Evaluation
from errwidgets import selection as sel
from errwidgets.columns import code_column, kind_of
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

if TYPE_CHECKING:
    from errwidgets.columns import CodedColumn
    from errwidgets.selection import Predicate

NAMES = ["age", "a b", "index", "class", "größe", "it's", 'say "hi"', "back`tick", "in", "x.y"]
BIG = 2**53
TEXTS = ["too small", "Too Small!", "it's", 'say "hi"', "`tick` @home", "naïve 🦊", "", "a\nb\\",
         "ΣΑΣ", "straße", "STRASSE"]  # fmt: skip
MOMENTS = [
    pd.Timestamp("2020-01-01"),
    pd.Timestamp("2020-01-01 10:00:00.5"),
    pd.Timestamp("2020-06-30 23:59:59.123456789"),
    pd.Timestamp("1969-12-31 23:59:59.999999"),
]
floats = st.floats(width=32, allow_nan=False) | st.sampled_from(
    [0.1, 1e-7, 1e15, -0.0, math.inf, -math.inf, 28.0, 37.5, BIG + 2.0]
)
small = st.integers(-20, 20)
signed = small | st.sampled_from([BIG, BIG + 1, -BIG - 1, 2**63 - 1, -(2**63)])
unsigned = st.integers(0, 20) | st.sampled_from([BIG + 1, 2**63, 2**63 + 1, 2**64 - 1])
moments = st.sampled_from(MOMENTS) | st.integers(-(10**18), 10**18).map(
    lambda n: pd.Timestamp(np.datetime64(n, "ns"))
)
lapses = st.integers(-(10**15), 10**15).map(lambda n: pd.Timedelta(np.timedelta64(n, "ns")))
texts = st.sampled_from(TEXTS)
towns = st.sampled_from(["Graz", "Ulm", "it's", "naïve"])

# name → values of the rows, dtypes, limits to ask for
COLUMNS: dict[str, tuple[st.SearchStrategy, list[str], st.SearchStrategy]] = {
    "floats": (floats, ["float64", "float32", "float16", "object", "Float64"], floats | small),
    "floats, some missing": (
        floats | st.none(), ["float64", "float32", "Float64", "Float32", "object"], floats | small,
    ),
    "small integers": (
        small, ["int64", "int8", "int32", "object", "Int64"], small | floats | signed,
    ),
    "integers": (signed, ["int64", "Int64", "object"], signed | floats | unsigned),
    "integers, some missing": (signed | st.none(), ["Int64", "object"], signed | floats),
    "unsigned": (unsigned, ["uint64", "UInt64"], signed | unsigned | floats),
    "booleans": (st.booleans(), ["bool", "boolean"], floats | small),
    "booleans, some missing": (st.booleans() | st.none(), ["boolean"], floats | small),
    "moments": (
        moments | st.none(),
        ["datetime64[ns]", "datetime64[us]", "datetime64[s]", "object"],
        moments,
    ),
    "moments with a zone": (
        moments | st.none(),
        ["datetime64[ns, Europe/Berlin]", "datetime64[s, UTC]"],
        moments.map(lambda moment: moment.tz_localize("America/New_York", ambiguous=True,
                                                      nonexistent="shift_forward")),
    ),
    "durations": (lapses | st.none(), ["timedelta64[ns]", "timedelta64[ms]"], lapses),
    "towns": (towns | st.none(), ["object", "category", "string"], st.none()),
    "texts": (texts | st.none(), ["object", "string"], st.none()),
    "all texts": (texts, ["object", "str"], st.none()),
}  # fmt: skip


def make_series(values: list, dtype: str) -> pd.Series:
    if dtype.startswith(("datetime64", "timedelta64")):
        plain = dtype.split(",", maxsplit=1)[0].rstrip("]") + "]"
        unit = plain.partition("[")[2].rstrip("]")
        kind = "M" if dtype.startswith("d") else "m"
        none = np.iinfo(np.int64).min
        whole = [none if v is None else int(v.as_unit(unit).asm8.astype(np.int64)) for v in values]
        series = pd.Series(np.array(whole, dtype=np.int64).view(f"{kind}8[{unit}]"))
        zone = dtype.partition(", ")[2].rstrip("]")
        return series.dt.tz_localize("UTC").dt.tz_convert(zone) if zone else series
    if dtype.startswith("float"):
        with np.errstate(over="ignore"):
            return pd.Series(np.array([np.nan if v is None else v for v in values]).astype(dtype))
    if dtype.startswith(("int", "uint")):
        return pd.Series(np.array(values, dtype=dtype))
    if dtype == "Float32":
        values = [None if v is None else float(np.float32(v)) for v in values]
    if dtype[0] in "FIU" and None in values:
        return pd.Series(pd.array([pd.NA if v is None else v for v in values], dtype=dtype))
    return pd.Series(values, dtype=object).astype(dtype)


class Table:
    """A frame, and its columns coded as an evaluation codes them."""

    def __init__(self, values: dict[str, pd.Series], limits: dict[str, st.SearchStrategy]) -> None:
        self.frame = pd.DataFrame(values)
        self.limits = limits
        self.columns: dict[str, CodedColumn] = {
            name: code_column(name, series, kind_of(series), name)
            for name, series in values.items()
        }
        self.n_samples = len(self.frame)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    n = draw(st.sampled_from([1, 3, 12, 40]))
    values, limits = {}, {}
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True)):
        strategy, dtypes, asked = COLUMNS[draw(st.sampled_from(sorted(COLUMNS)))]
        rows = draw(st.lists(strategy, min_size=n, max_size=n))
        values[name] = make_series(rows, draw(st.sampled_from(dtypes)))
        limits[name] = asked
    table = Table(values, limits)
    index = draw(st.sampled_from(["unique", "twice", "levels"]))
    if index == "twice":
        table.frame.index = pd.Index([f"r{i // 2}" for i in range(n)])
    elif index == "levels":
        table.frame.index = pd.MultiIndex.from_tuples([(i % 3, f"r{i}") for i in range(n)])
    return table


@st.composite
def leaves(draw: st.DrawFn, table: Table) -> Predicate:
    name = draw(st.sampled_from(sorted(table.columns)))
    column = table.columns[name]
    forms = ["in", "is_null", "rows", "contains"]
    form = draw(st.sampled_from([*forms, "range", "range"] if column.ordered else forms))
    if form == "range":
        ends = table.limits[name] | st.none() | st.sampled_from(present(table, name) or [None])
        closed = draw(st.sampled_from(["right", "left", "both", "neither"]))
        return Range(name, draw(ends), draw(ends), closed)
    if form == "in":
        known = st.sampled_from(column.categories)
        exact = (
            known | st.sampled_from(present(table, name) or [None]) if column.is_binned else known
        )
        found = draw(st.lists(exact, max_size=4))
        return In(name, tuple(v for v in found if v is not None or column.has_missing))
    if form == "is_null":
        return IsNull(name)
    if form == "contains":
        part = draw(st.sampled_from(["", "too", "small", "'", "`", "σ", "SS", "ï", "@home", "🦊"]))
        return Contains(name, part, draw(st.booleans()))
    rows = draw(st.lists(st.booleans(), min_size=table.n_samples, max_size=table.n_samples))
    return Rows.of(rows if draw(st.booleans()) else np.arange(table.n_samples) < 1, table.n_samples)


def present(table: Table, name: str) -> list:
    return [value for value in table.frame[name].tolist() if not pd.isna(value)][:8]


def predicates(table: Table) -> st.SearchStrategy[Predicate]:
    return st.recursive(
        leaves(table),
        lambda inner: (
            st.builds(Not, inner)
            | st.builds(lambda of: All(tuple(of)), st.lists(inner, max_size=3))
            | st.builds(lambda of: AnyOf(tuple(of)), st.lists(inner, max_size=3))
        ),
        max_leaves=4,
    )


# ---------------------------------------------------------------- the referee, row by row


def plain(value: Any, dtype: Any) -> Any:
    """Return a value as plain Python compares it; None when there is none."""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return None
    if isinstance(value, dt.datetime | dt.timedelta | np.datetime64 | np.timedelta64):
        exact = pd.Timedelta(value) if isinstance(value, dt.timedelta | np.timedelta64) else \
            pd.Timestamp(value)  # fmt: skip
        scale = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}[exact.unit]
        return int(exact.asm8.astype(np.int64)) * scale
    return value.item() if isinstance(value, np.generic) else value


def limit(value: Any, series: pd.Series) -> Any:
    """Return a limit as it meets the column's values: rounded where the column is narrow."""
    dtype = series.dtype
    value = plain(value, dtype)
    if getattr(dtype, "kind", "O") == "f" and value is not None:
        narrow = {4: np.float32, 2: np.float16}.get(dtype.itemsize, np.float64)
        with np.errstate(over="ignore"):
            return float(narrow(float(value)))
    return value


def meets(predicate: Predicate, table: Table, row: int) -> bool:  # noqa: PLR0911, C901
    match predicate:
        case Not(of):
            return not meets(of, table, row)
        case All(of):
            return all(meets(part, table, row) for part in of)
        case AnyOf(of):
            return any(meets(part, table, row) for part in of)
        case Rows():
            bits = int.from_bytes(predicate.data, "little")
            return bool(bits >> row & 1) if predicate.form == "bits" else bool(
                predicate.mask()[row])  # fmt: skip
    series = table.frame[predicate.column]
    value = plain(series.iloc[row], series.dtype)
    match predicate:
        case IsNull():
            return value is None
        case Contains(text=text, case=case):
            if not isinstance(value, str):
                return False
            folded = [c.upper().lower() for c in text], [c.upper().lower() for c in value]
            return text in value if case else "".join(folded[0]) in "".join(folded[1])
        case In(values=values):
            return any(is_value(value, one, series) for one in values)
        case Range(low=low, high=high, closed=closed):
            if value is None:
                return False
            low, high = limit(low, series), limit(high, series)
            if low is not None and not (
                value > low or (closed in {"left", "both"} and value == low)
            ):
                return False
            inside = closed in {"right", "both"}
            return high is None or value < high or (inside and value == high)
    raise AssertionError(predicate)


def is_value(value: Any, one: Any, series: pd.Series) -> bool:
    if isinstance(one, tuple):
        low, high = one
        if value is None:
            return False
        return (low is None or value > limit(low, series)) and (
            high is None or value <= limit(high, series)
        )
    return value == limit(one, series) if one is not None else value is None


@given(st.data())
@settings(deadline=None, max_examples=400)
def test_every_reading_gives_the_rows_that_meet_the_predicate(data: st.DataObject) -> None:
    table = data.draw(tables())
    predicate = data.draw(predicates(table))
    expected = [meets(predicate, table, row) for row in range(table.n_samples)]
    assert sel.mask(predicate, table.columns, table.n_samples).tolist() == expected
    query = sel.query_string(predicate, table.columns)
    if query is not None:
        numbered = table.frame.reset_index(drop=True)
        assert numbered.query(query).index.tolist() == np.flatnonzero(expected).tolist(), query
        assert len(table.frame.query(query)) == sum(expected)
    assert sel.words(predicate, table.columns)
    wire = sel.to_wire(predicate, table.columns)
    again = sel.from_wire(json.loads(json.dumps(wire)), table.columns)
    assert sel.mask(again, table.columns, table.n_samples).tolist() == expected
    assert sel.to_wire(again, table.columns) == wire
    assert sel.words(again, table.columns) == sel.words(predicate, table.columns)
    assert sel.query_string(again, table.columns) == query
    given = sel.to_wire(predicate, table.columns, held=())
    assert sel.mask(
        sel.from_wire(json.loads(json.dumps(given)), table.columns), table.columns, table.n_samples
    ).tolist() == expected  # fmt: skip
    selection = Selection((Clause("python", predicate),))
    assert Selection.from_json(selection.to_json()) == selection


@pytest.mark.parametrize("kind", ["floats", "integers, some missing", "moments with a zone"])
@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_bins_are_the_ranges_that_they_are_called(kind: str, data: st.DataObject) -> None:
    if kind == "floats":
        values = [float(v) for v in data.draw(st.permutations(range(30)))]
        series = pd.Series(values, dtype=data.draw(st.sampled_from(["float64", "float32", "int8"])))
    elif kind == "moments with a zone":
        steps = data.draw(st.lists(st.integers(0, 10**6), min_size=30, max_size=30, unique=True))
        series = make_series(
            [pd.Timestamp(10**18 + step) for step in steps[:-1]] + [None],
            "datetime64[ns, Europe/Berlin]",
        )
    else:
        steps = data.draw(st.lists(st.integers(0, 60), min_size=29, max_size=29, unique=True))
        series = make_series([BIG + step for step in steps] + [None], "Int64")
    table = Table({"a b": series}, {})
    column = table.columns["a b"]
    assert column.is_binned
    chosen = data.draw(st.lists(st.sampled_from(column.categories), unique=True))
    for predicate in (In("a b", tuple(chosen)), Not(In("a b", tuple(chosen)))):
        expected = [meets(predicate, table, row) for row in range(30)]
        assert sel.mask(predicate, table.columns, 30).tolist() == expected
        query = sel.query_string(predicate, table.columns)
        if chosen and len(chosen) < len(column.categories):
            assert query is not None
            assert table.frame.query(query).index.tolist() == np.flatnonzero(expected).tolist()
    assert len(column.display_labels) == len(set(column.display_labels)) or kind == "floats"


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([0.1, 0.2, 0.3, 0.7], "float32"),
        ([0.1, 0.2, 0.3, 0.7], "float16"),
        ([BIG, BIG + 1, BIG + 2, BIG - 1], "int64"),
        ([1.5, 2.5, 3.5, 1.0], "object"),
    ],
)
def test_the_numbers_of_a_regression_are_compared_as_the_frame_has_them(
    values: list, dtype: str
) -> None:
    truth = pd.Series(values, dtype=dtype)
    evaluation = Evaluation.from_predictions(truth, truth, task="regression")
    limits = [*values, *(value + 0.5 for value in values), 1e300, -1e300]
    for end in limits:
        predicate = Range("y_true", low=end, closed="both")
        query = sel.query_string(predicate, evaluation.columns)
        if query is None:
            assert dtype == "object" or abs(end) == 1e300
            continue
        rows = np.flatnonzero(evaluation.mask(predicate)).tolist()
        assert evaluation.frame.query(query).index.tolist() == rows, query


def test_times_by_value_are_shown_as_the_column_has_them() -> None:
    days = [dt.date(2020, 1, 1), dt.date(2020, 1, 2), None]
    zoned = pd.Series(pd.date_range("2020-01-01", periods=3, tz="Europe/Berlin"))
    frame = pd.DataFrame({"day": pd.Series(days, dtype=object), "seen": zoned})
    evaluation = Evaluation.from_predictions([1, 0, 1], [1, 1, 1], X=frame)
    assert evaluation.columns["day"].categories == tuple(days)
    assert evaluation.columns["seen"].categories == tuple(zoned)
    assert str(evaluation.columns["seen"].categories[0].tz) == "Europe/Berlin"  # type: ignore[union-attr]
    for value in (days[0], pd.Timestamp(days[0]), dt.datetime(2020, 1, 1)):  # noqa: DTZ001
        assert evaluation.mask(In("day", (value,))).tolist() == [True, False, False]
    assert sel.words(In("day", tuple(days)), evaluation.columns) == (
        "day = 2020-01-01, 2020-01-02 or (missing)"
    )


def test_many_times_are_grouped_in_bins() -> None:
    frame = pd.DataFrame({"seen": pd.date_range("2020-01-01", periods=40)})
    evaluation = Evaluation.from_predictions([1, 0] * 20, [1, 1] * 20, X=frame)
    groups = evaluation.group_by("seen")
    assert len(groups) == 10
    assert groups.index[0] == "≤ 2020-01-04"
    assert groups["support"].sum() == 40
