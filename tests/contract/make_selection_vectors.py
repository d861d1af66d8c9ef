"""Makes selection.json, the answers that both languages must give: run it after a change.

``python tests/contract/make_selection_vectors.py`` writes the file;
test_contract.py fails when it is not what this gives. The masks come from plain
Python, row by row; words and queries are ours, and are read by a person when
they change.
"""

from __future__ import annotations

import base64
import json
import math
import pathlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets import selection as sel
from errwidgets.columns import CodedColumn, code_column, kind_of, number, wire_column
from errwidgets.selection import All, AnyOf, Contains, In, IsNull, Not, Range, Rows

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = pathlib.Path(__file__).parent / "selection.json"
N_SAMPLES = 24

# name → name in the frame, categories, dtype, codes
LABELS: dict[str, tuple[str, tuple, str, str]] = {
    "y_true": (
        "y_true",
        (
            "it's",
            'say "hi"',
            "`tick` @home",
            "#1 & 50% | ~x",
            "a\nb\tc",
            "naïve 🦊",
            "",
            "True",
            None,
        ),
        "uint8",
        "504675536147800238212341",
    ),
    "y_pred": (
        "y_pred",
        (
            "it's",
            'say "hi"',
            "`tick` @home",
            "#1 & 50% | ~x",
            "a\nb\tc",
            "naïve 🦊",
            "",
            "True",
            None,
        ),
        "uint8",
        "355610274864280513310427",
    ),
    "age": ("age group", (-1, 0, 30, 9007199254740993, None), "uint16", "030034124144202301132231"),
    "flag": ("flag", (False, True), "uint8", "011100110010100111010010"),
    "score": ("class", (-0.5, 1e-09, 2.5), "uint32", "021210201011120012222001"),
    "mixed": ("größe", (2, "2", "b", None), "uint16", "003211301022022301213331"),
    "hidden": ("back`tick", ("a", "b"), "uint8", "011011000011010011001011"),
    "note": (
        "a note",
        ("C:\\dir\\", "both \" and '", "\u2028\x00\x7f"),
        "uint8",
        "220220200111200002211111",
    ),
}


def wide(first: int, step: int, n: int = N_SAMPLES) -> list[int]:
    """Return whole numbers in an order that is not theirs."""
    return [first + step * (i * 7 % n) for i in range(n)]


def gaps(values: list, every: int) -> list:
    """Return the values with a missing one now and then."""
    return [None if i % every == every - 1 else value for i, value in enumerate(values)]


def times(values: list, dtype: str) -> pd.Series:
    """Return points in time or durations from whole numbers of the dtype's unit."""
    none = np.iinfo(np.int64).min
    return pd.Series(np.array([none if v is None else v for v in values]).view(dtype))


BIG = 2**53
YEAR_2020 = 1_577_836_800
BERLIN = times(gaps(wide(YEAR_2020, 3_600 * 9), 6), "M8[s]").dt.tz_localize("UTC")
FLOATS = [*np.round(np.sin(np.arange(20)) * 50, 1).tolist(), math.inf, -math.inf, math.nan, 28.0]
WORDS = ["too small", "Too SMALL, alas", "runs small", "fits", None, "naïve 🦊", "it's @home", ""]

SERIES: dict[str, pd.Series] = {
    "years": pd.Series(wide(17, 3)),
    "hours": pd.Series([20, 40, 60, 40] * 6, dtype="int64"),
    "weight": pd.Series(FLOATS),
    "share": pd.Series((np.arange(24) * 7 % 24 / 10).astype(np.float32)),
    "tiny": pd.Series([1e-7, 1.5e-7, 1e15, 123456.75] * 6),
    "identity": pd.Series(wide(BIG - 5, 1)),
    "key": pd.array(gaps(wide(2**63 - 40, 3), 8), dtype="UInt64"),
    "truth": pd.Series(pd.array(gaps([True, False] * 12, 7), dtype="boolean")),
    "made at": times(gaps(wide(YEAR_2020 * 10**9 - 5, 1), 5), "M8[ns]"),
    "day": times([YEAR_2020 + 86_400 * (i % 4) for i in range(24)], "M8[s]"),
    "seen": BERLIN.dt.tz_convert("Europe/Berlin"),
    "took": times(gaps(wide(-90_000_500, 8_640_250), 9), "m8[ms]"),
    "review": pd.Series(WORDS * 3, dtype=object),
    "ascii": pd.Series(["Too small", "fits", "too large", None] * 6, dtype=object),
    "picture": pd.Series([np.zeros((2, 2)), None] * 12, dtype=object),
}  # fmt: skip

# What the page does not have, and whose values it has.
UNHELD = ("key", "picture", "tiny")
WITH_VALUES = ("weight", "share", "identity", "made at", "seen", "took")


def make_columns() -> dict[str, CodedColumn]:
    """Return the columns, coded."""
    columns = {
        name: CodedColumn(
            name, np.array([int(c) for c in codes], dtype=dtype), categories, frame_name
        )
        for name, (frame_name, categories, dtype, codes) in LABELS.items()
    }
    for name, values in SERIES.items():
        series = pd.Series(values)
        columns[name] = code_column(name, series, kind_of(series), name)
    return columns


def make_frame() -> pd.DataFrame:
    """Return the frame that the queries are asked of."""
    columns = make_columns()
    labels = {
        column.frame_name: pd.Series(
            [column.categories[code] for code in column.codes],
            # Whole numbers beside a missing one would become floats.
            dtype=object if None in column.categories else None,
        )
        for column in (columns[name] for name in LABELS)
    }
    return pd.DataFrame({**labels, **SERIES})


# ---------------------------------------------------------------- what is asked


def code(column: str, *codes: int) -> dict[str, Any]:
    """Return the codes of a column as the page sends them."""
    return {"op": "in", "column": column, "codes": list(codes)}


def negated(of: dict[str, Any]) -> dict[str, Any]:
    """Return the opposite."""
    return {"op": "not", "of": of}


def every(*of: dict[str, Any]) -> dict[str, Any]:
    """Return all of them together."""
    return {"op": "all", "of": list(of)}


def either(*of: dict[str, Any]) -> dict[str, Any]:
    """Return any of them."""
    return {"op": "any", "of": list(of)}


BY_CODE: dict[str, dict[str, Any]] = {
    "one label 0": code("y_true", 0),
    "one label 1": code("y_true", 1),
    "one label 2": code("y_true", 2),
    "one label 3": code("y_true", 3),
    "one label 4": code("y_true", 4),
    "one label 5": code("y_true", 5),
    "one label 6": code("y_true", 6),
    "one label 7": code("y_true", 7),
    "one label 8": code("y_true", 8),
    "several labels": code("y_true", 1, 0, 2),
    "more labels than words name": code("y_true", 5, 0, 3, 2, 1, 4),
    "the same label twice": code("y_pred", 3, 3),
    "a label and the missing one": code("y_pred", 0, 8),
    "all but a label and the missing one": negated(code("y_pred", 0, 8)),
    "every label": code("y_true", 0, 1, 2, 3, 4, 5, 6, 7, 8),
    "no label": code("y_true"),
    "not the missing one": negated(code("y_true", 8)),
    "not one label": negated(code("y_pred", 2)),
    "not several": negated(code("y_pred", 2, 5)),
    "twice not": negated(negated(code("y_true", 1))),
    "a cell": every(code("y_true", 0), code("y_pred", 1)),
    "a rectangle of cells": every(code("y_true", 0, 1, 2), code("y_pred", 3, 4)),
    "two blocks of cells": either(
        every(code("y_true", 0), code("y_pred", 1)), every(code("y_true", 2, 3), code("y_pred", 4))
    ),
    "mistakes of a class": every(code("y_true", 2), negated(code("y_pred", 2))),
    "wrongly given a class": every(negated(code("y_true", 2)), code("y_pred", 2)),
    "mistakes of two classes": either(
        every(code("y_true", 2), negated(code("y_pred", 2))),
        every(code("y_true", 8), negated(code("y_pred", 8))),
    ),
    "labels the other way round": every(code("y_pred", 1), code("y_true", 0)),
    "not a cell": negated(every(code("y_true", 0), code("y_pred", 1))),
    "not a choice": negated(either(code("y_true", 0), code("y_pred", 1))),
    "not a choice, inside a group": every(
        code("flag", 1), negated(either(code("y_true", 0), code("age", 4)))
    ),
    "three in a row": every(code("flag", 1), code("age", 0, 1, 2), negated(code("mixed", 0))),
    "a choice of three": either(code("flag", 1), code("age", 0), code("score", 0)),
    "a choice of five": either(
        code("flag", 1), code("age", 0), code("score", 0), code("mixed", 0), code("y_true", 0)
    ),
    "a choice inside a group": every(either(code("flag", 1), code("age", 0)), code("score", 0, 1)),
    "a group inside a choice": either(every(code("flag", 1), code("age", 0)), code("score", 0)),
    "missing inside a group": every(code("flag", 0), code("age", 2, 4)),
    "not missing inside a choice": either(code("flag", 0), negated(code("age", 2, 4))),
    "groups of one": every(either(negated(code("flag", 0)))),
    "deep": negated(
        every(
            either(negated(every(code("flag", 0), code("age", 1, 2))), code("mixed", 1)),
            negated(code("score", 2)),
        )
    ),
    "everything": every(),
    "nothing": either(),
    "everything inside a choice": either(code("flag", 1), every()),
    "negative and big numbers": code("age", 0, 3),
    "booleans": code("flag", 0, 1),
    "floats": code("score", 0, 1),
    "one float": code("score", 1),
    "a number and its text": code("mixed", 0, 1),
    "text that looks like a number": code("mixed", 1),
    "not text that looks like a number": negated(code("mixed", 1)),
    "a backslash before a column in backticks": every(code("note", 0), code("age", 0, 1, 2)),
    "quotes of both kinds and characters that do not print": code("note", 0, 1, 2),
    "not quotes of both kinds": negated(code("note", 1)),
    "a column that pandas cannot spell": code("hidden", 0),
    "a part that pandas cannot spell": every(code("flag", 1), negated(code("hidden", 0))),
}

NUMBERS = (0.0, -0.0, 28.0, 1e-6, 9.99e-7, 1e15, 999999999999999.9, 1.5e20, -1e-7, 5e-324, 1e308)

MOMENT = pd.Timestamp(YEAR_2020 * 10**9 + 3)
NOON = pd.Timestamp("2020-01-02 12:00", tz="UTC")
YEARS = Range("years", 28, 37)
FEW = Rows.of([3, 20], N_SAMPLES)
MANY = Rows.of(np.arange(N_SAMPLES) % 3 > 0, N_SAMPLES, "age > 3 & flag", "age > 3 & flag")
NONE = Rows.of([], N_SAMPLES)

BY_VALUE: dict[str, sel.Predicate] = {
    "a range": YEARS,
    "not a range": Not(YEARS),
    "above": Range("years", low=60),
    "at least": Range("years", low=60, closed="both"),
    "at most": Range("years", high=28),
    "below": Range("years", high=28, closed="left"),
    "not below": Not(Range("years", high=28, closed="left")),
    "one number": Range("years", 32, 32, "both"),
    "not one number": Not(Range("years", 32, 32, "both")),
    "closed at the left": Range("years", 28, 37, "left"),
    "closed on both sides": Range("years", 28, 38, "both"),
    "closed on neither": Range("years", 28, 38, "neither"),
    "no limits": Range("years"),
    "not without limits": Not(Range("weight")),
    "a range that is empty": Range("years", 40, 20),
    "a fraction among whole numbers": Range("years", 28.5, 37.25),
    "a bin": In("years", (make_columns()["years"].categories[2],)),
    "bins side by side": In("years", tuple(make_columns()["years"].categories[2:5])),
    "bins apart": In("years", tuple(make_columns()["years"].categories[1:8:3])),
    "not the first bins": Not(In("years", tuple(make_columns()["years"].categories[:3]))),
    "every bin": In("years", make_columns()["years"].categories),
    "a number in bins": In("years", (32,)),
    "a number and a bin": In("years", (32, make_columns()["years"].categories[0])),
    "numbers by value": In("hours", (20, 60)),
    "a range of numbers by value": Range("hours", 20, 40),
    "negative limits": Range("weight", -12345.5, -0.5),
    "up to infinity": Range("weight", low=28.0, high=math.inf, closed="both"),
    "below infinity": Range("weight", high=math.inf, closed="left"),
    "above minus infinity": Range("weight", low=-math.inf),
    "infinity itself": Range("weight", math.inf, math.inf, "both"),
    "a number of the narrow kind": Range("share", low=0.7),
    "a narrow number itself": Range("share", 0.7, 0.7, "both"),
    "small and large numbers": Range("tiny", 1e-7, 1e15),
    "separators": Range("tiny", 1234.5, 12345678.25),
    "a large whole number": Range("identity", BIG, BIG + 1),
    "above a large number": Range("identity", low=BIG + 10),
    "not above a large number": Not(Range("identity", low=BIG + 10)),
    "a large number and a fraction": Range("identity", low=float(BIG), high=1e300),
    "beyond every large number": Range("identity", low=2**70),
    "unsigned": Range("key", 2**63 - 1, 2**63 + 5),
    "not unsigned": Not(Range("key", 2**63 - 1, 2**63 + 5)),
    "truth as a number": Range("truth", low=0.5),
    "not truth as a number": Not(Range("truth", low=0.5)),
    "a time to the nanosecond": Range("made at", MOMENT, MOMENT + pd.Timedelta(2)),
    "not a time": Not(Range("made at", low=MOMENT, closed="both")),
    "one time": Range("made at", MOMENT, MOMENT, "both"),
    "not one time": Not(Range("made at", MOMENT, MOMENT, "both")),
    "a time finer than the column": Range("day", low=pd.Timestamp("2020-01-02 00:00:00.5")),
    "a day": Range("day", low=pd.Timestamp("2020-01-02")),
    "days by value": In("day", (pd.Timestamp("2020-01-02"), pd.Timestamp("2020-01-04"))),
    "not a day by value": Not(In("day", (pd.Timestamp("2020-01-02"),))),
    "a time with a zone": Range("seen", NOON, pd.Timestamp("2020-01-05", tz="Asia/Tokyo")),
    "bins of time": In("seen", tuple(make_columns()["seen"].categories[-3:])),
    "a duration": Range("took", pd.Timedelta("-1h"), pd.Timedelta("1D 02:03:04.5")),
    "a whole day": Range("took", high=pd.Timedelta("1D")),
    "days": Range("took", low=pd.Timedelta("-2000D")),
    "missing": IsNull("review"),
    "not missing": Not(IsNull("weight")),
    "missing where none is": IsNull("years"),
    "a missing picture": IsNull("picture"),
    "not a missing picture": Not(IsNull("picture")),
    "a missing label": IsNull("y_true"),
    "text": Contains("review", "small"),
    "text in any case": Contains("review", "Too Small", case=False),
    "not text": Not(Contains("review", "small")),
    "text of other letters": Contains("review", "ÏVE", case=False),
    "text that is escaped": Contains("review", "'s @"),
    "no text at all": Contains("review", ""),
    "ASCII in any case": Contains("ascii", "too", case=False),
    "text of a label": Contains("y_true", "a"),
    "text where labels are spelled": Contains("mixed", "2"),
    "text in numbers": Contains("years", "2"),
    "rows": FEW,
    "not rows": Not(FEW),
    "rows from a query": MANY,
    "rows from a query in a group": All((MANY, In("flag", (True,)))),
    "no rows": NONE,
    "all rows but some": Rows.of(np.arange(N_SAMPLES) != 5, N_SAMPLES),
    "a slice": All((In("flag", (True,)), Range("years", high=40), Contains("review", "small"))),
    "not a slice": Not(All((In("flag", (True,)), Range("weight", high=20), IsNull("review")))),
    "a choice of ranges": AnyOf((YEARS, Not(YEARS), Range("weight", 0, 10, "neither"))),
    "unheld inside a group": All((Not(Range("key", low=2**63)), YEARS)),
    "nothing of a range": All((Range("key"), AnyOf((IsNull("key"), FEW)))),
}


# ---------------------------------------------------------------- the referee


def plain(value: Any) -> Any:
    """Return a value as plain Python compares it: times as nanoseconds."""
    if isinstance(value, np.ndarray):
        return value
    if value is None or pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp | pd.Timedelta):
        scale = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}[value.unit]
        return int(value.asm8.astype(np.int64)) * scale
    return value.item() if isinstance(value, np.generic) else value


def rows_of(column: str) -> list[Any]:
    """Return the values of a column, row by row."""
    if column in LABELS:
        _, categories, _, codes = LABELS[column]
        return [categories[int(code)] for code in codes]
    return [plain(value) for value in pd.Series(SERIES[column])]


def end(column: str, limit: Any) -> Any:
    """Return a limit as the column's values meet it."""
    return float(np.float32(limit)) if column == "share" else plain(limit)


def test_of(predicate: sel.Predicate) -> Callable[[int], bool]:  # noqa: PLR0911
    """Return the question that a predicate asks of a row."""
    match predicate:
        case Not(of):
            inner = test_of(of)
            return lambda row: not inner(row)
        case All(of):
            parts = [test_of(part) for part in of]
            return lambda row: all(part(row) for part in parts)
        case AnyOf(of):
            parts = [test_of(part) for part in of]
            return lambda row: any(part(row) for part in parts)
        case Rows(form="deltas"):
            positions = set(leb128(predicate.data))
            return lambda row: row in positions
        case Rows():
            bits = int.from_bytes(predicate.data, "little")
            return lambda row: bool(bits >> row & 1)
    values = rows_of(predicate.column)
    match predicate:
        case IsNull():
            return lambda row: values[row] is None
        case Contains(text=text, case=case):
            return lambda row: (
                isinstance(values[row], str)
                and (text in values[row] if case else text.lower() in values[row].lower())
            )
        case In(name, wanted):
            return lambda row: any(is_one(name, values[row], one) for one in wanted)
        case Range(name, low, high, closed):
            low, high = (None if e is None else end(name, e) for e in (low, high))
            return lambda row: values[row] is not None and inside(values[row], low, high, closed)
    raise AssertionError(predicate)


def leb128(data: bytes) -> list[int]:
    """Return the positions that gaps of seven bits a byte stand for."""
    positions, position, gap, place = [], -1, 0, 0
    for byte in data:
        gap |= (byte & 127) << place
        place += 7
        if byte < 128:
            position += gap + 1
            positions.append(position)
            gap = place = 0
    return positions


def inside(value: Any, low: Any, high: Any, closed: str) -> bool:
    """Answer for one value."""
    from_low = low is None or value > low or (closed in ("left", "both") and value == low)
    to_high = high is None or value < high or (closed in ("right", "both") and value == high)
    return bool(from_low and to_high)


def is_one(name: str, value: Any, one: Any) -> bool:
    """Answer whether a value is one of those asked for: a label, a number or a bin."""
    if name in LABELS:
        return value is one or (type(value) is type(one) and value == one)
    if isinstance(one, tuple):
        low, high = (None if e is None else end(name, e) for e in one)
        return value is not None and inside(value, low, high, "right")
    return value is None if one is None else value == end(name, one)


# ---------------------------------------------------------------- the file


def case_of(name: str, asked: Any, columns: dict[str, CodedColumn]) -> dict[str, Any]:
    """Return one case: what is asked and what must be answered."""
    held = set(columns) - set(UNHELD)
    predicate = sel.from_wire(asked, columns) if isinstance(asked, dict) else asked
    wire = asked if isinstance(asked, dict) else sel.to_wire(predicate, columns, held)
    question = test_of(predicate)
    return {
        "name": name,
        "predicate": wire,
        "mask": [int(question(row)) for row in range(N_SAMPLES)],
        "words": sel.words(predicate, columns),
        "query": sel.query_string(predicate, columns),
    }


def column_of(column: CodedColumn) -> dict[str, Any]:
    """Return a column as the page gets it, bytes as numbers or base64."""
    wire = wire_column(column, values=column.name in WITH_VALUES)
    if wire["values"]:
        wire["values"]["data"] = base64.b64encode(wire["values"]["data"]).decode()
    return {"frame_name": column.frame_name, **wire, "codes": column.codes.tolist()}


def make() -> str:
    """Return the text of the file."""
    columns = make_columns()
    asked = {**BY_CODE, **BY_VALUE}
    lists: dict[str, list[tuple[str | None, Any]]] = {
        "columns": [(name, column_of(column)) for name, column in columns.items()],
        "cases": [(None, case_of(name, one, columns)) for name, one in asked.items()],
    }
    rng = np.random.default_rng(0)
    sizes = 10.0 ** rng.integers(-12, 22, 120)
    numbers = [*NUMBERS, *(rng.normal(size=120) * sizes).round(6), *rng.normal(size=60)]
    lists["numbers"] = [(None, [repr(float(n)), number(float(n))]) for n in numbers]
    spelled = {
        part: ",\n".join(
            (f"    {json.dumps(name)}: " if name else "    ") + json.dumps(one, ensure_ascii=False)
            for name, one in items
        )
        for part, items in lists.items()
    }
    return (
        f'{{\n  "n_samples": {N_SAMPLES},\n  "unheld": {json.dumps(UNHELD)},\n'
        f'  "numbers": [\n{spelled["numbers"]}\n  ],\n'
        f'  "columns": {{\n{spelled["columns"]}\n  }},\n'
        f'  "cases": [\n{spelled["cases"]}\n  ]\n}}\n'
    )


if __name__ == "__main__":
    FILE.write_text(make(), encoding="utf-8")
