"""Write `query.json`: columns, questions, and the answers that every source must give.

``PYTHONPATH=. python tests/contract/make_query.py`` after a change of what a query means. The
expected numbers are worked out here row by row, without the code that answers queries.
"""

from __future__ import annotations

import base64
import json
import math
import pathlib
import random
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.columns import code_column, wire_column
from errwidgets.sources import MemorySource
from errwidgets.sources.query import query_from_wire
from errwidgets.widgets.requests import wire_answer

if TYPE_CHECKING:
    from errwidgets.columns import CodedColumn

PATH = pathlib.Path(__file__).parent / "query.json"
N = 60
SOURCE = random.Random(7)  # noqa: S311  not for secrets


def draw(values: list[Any]) -> list[Any]:
    """Return a value per row; `random()` is the one method whose numbers never change."""
    return [values[int(SOURCE.random() * len(values))] for _ in range(N)]


DATA: dict[str, list[Any]] = {
    "y_true": draw(["cat", "dog", "eel"]),
    "y_pred": draw(["cat", "dog", "eel"]),
    "side": draw(["left", "right", None]),
    "size": draw([None, -2.5, -1.0, 0.0, 0.125, 1.0, 1.5, 2.0, 3.25, 4.0, 7.5, 9.0, 11.0]),
    "depth": draw([0.5, 1.25, 2.0, 3.5]),
}
DATA["is_error"] = [t != p for t, p in zip(DATA["y_true"], DATA["y_pred"], strict=True)]
DATA["weight"] = [round(SOURCE.random() * 8) / 4 for _ in range(N)]
KINDS = {"size": "numeric", "depth": "numeric", "weight": "numeric", "is_error": "boolean"}


def columns() -> dict[str, CodedColumn]:
    """Return the columns, labels coded against one list."""
    made = {}
    for name, values in DATA.items():
        kind = KINDS.get(name, "category")
        dtype: Any = float if kind == "numeric" else bool if kind == "boolean" else object
        made[name] = code_column(name, pd.Series(values, dtype=dtype), kind, name)
    return made


def codes(name: str, *values: Any) -> dict[str, Any]:
    """Return a condition on values."""
    column = COLUMNS[name]
    return {"op": "in", "column": name, "codes": sorted(column.code_of(v) for v in values)}  # type: ignore[type-var]


COLUMNS = columns()
LEFT = codes("side", "left")
MISTAKES = codes("is_error", True)
LARGE = {"op": "range", "column": "size", "low": "1", "high": "7.5", "closed": "left"}
SOME_ROWS = {
    "op": "rows", "n_samples": N, "words": "some rows", "query": None,
    "bits": base64.b64encode(np.packbits([i % 3 == 0 for i in range(N)], bitorder="little")
                             .tobytes()).decode(),
}  # fmt: skip
WHERE = {
    "all rows": [],
    "a category": [LEFT],
    "two clauses": [LEFT, {"op": "not", "of": codes("y_pred", "cat")}],
    "a range": [LARGE],
    "missing or in range": [{"op": "any", "of": [{"op": "is_null", "column": "size"}, LARGE]}],
    "mistakes": [MISTAKES],
    "rows": [SOME_ROWS],
    "rows and a category": [SOME_ROWS, LEFT],
    "nothing": [{"op": "any", "of": []}],
}


def meets(predicate: dict[str, Any], row: int) -> bool:  # noqa: PLR0911  one per form
    """Answer for one row, by its values."""
    match predicate["op"]:
        case "in":
            value = DATA[predicate["column"]][row]
            labels = COLUMNS[predicate["column"]].categories
            return any(labels[code] == value for code in predicate["codes"])
        case "range":
            value = DATA[predicate["column"]][row]
            return value is not None and float(predicate["low"]) <= value < float(predicate["high"])
        case "is_null":
            return DATA[predicate["column"]][row] is None
        case "rows":
            return row % 3 == 0
        case "not":
            return not meets(predicate["of"], row)
        case "all":
            return all(meets(part, row) for part in predicate["of"])
        case _:
            return any(meets(part, row) for part in predicate["of"])


def aggregate(keys: list[str], where: list[Any], value: str | None, *, errors: bool) -> Any:
    """Return sums per group, one row after the other."""
    shape = [len(COLUMNS[key].categories) for key in keys]
    names = ("counts", "errors", "weights", "squares", "sums", "sum_squares")
    sums: dict[str, Any] = {name: [0.0] * math.prod(shape) for name in names}
    for row in range(N):
        if not all(meets(part, row) for part in where):
            continue
        cell = 0
        for key, size in zip(keys, shape, strict=True):
            cell = cell * size + int(COLUMNS[key].codes[row])
        weight = DATA["weight"][row]
        sums["counts"][cell] += 1
        sums["errors"][cell] += DATA["is_error"][row]
        sums["weights"][cell] += weight
        sums["squares"][cell] += weight**2
        if value is not None and DATA[value][row] is not None:
            sums["sums"][cell] += DATA[value][row]
            sums["sum_squares"][cell] += DATA[value][row] ** 2
    if value is None:
        sums |= {"sums": None, "sum_squares": None}
    if not errors:
        sums["errors"] = None
    return {"shape": shape, **sums}


def page(where: list[Any], sort: str | None, descending: bool, start: int, stop: int) -> Any:
    """Return row numbers in order; missing values last."""
    rows = [row for row in range(N) if all(meets(part, row) for part in where)]
    if sort is not None:

        def key(row: int) -> tuple[bool, float]:
            value = DATA[sort][row]
            if value is None:
                return True, 0
            order = float(COLUMNS[sort].codes[row]) if isinstance(value, str) else float(value)
            return False, -order if descending else order

        rows.sort(key=key)
    return {"total": len(rows), "rows": rows[start:stop]}


def points(x: str, y: str, where: list[Any], at_most: int) -> Any:
    """Return points, or counts in 64 by 64 bins."""
    rows = [
        row for row in range(N)
        if all(meets(part, row) for part in where) and None not in (DATA[x][row], DATA[y][row])
    ]  # fmt: skip
    xs, ys = [DATA[x][row] for row in rows], [DATA[y][row] for row in rows]
    extent = [min(xs), max(xs), min(ys), max(ys)] if rows else [0, 0, 0, 0]
    if len(rows) <= at_most:
        return {"total": len(rows), "x": xs, "y": ys, "rows": rows, "counts": None,
                "extent": extent}  # fmt: skip
    counts = [0] * 64 * 64

    def place(value: float, low: float, high: float) -> int:
        return min(63, math.floor((value - low) / (high - low) * 64)) if high > low else 0

    for a, b in zip(xs, ys, strict=True):
        counts[place(a, *extent[:2]) * 64 + place(b, *extent[2:])] += 1
    return {"total": len(rows), "x": [], "y": [], "rows": [], "counts": counts, "extent": extent}


def cases() -> list[dict[str, Any]]:
    """Return questions and answers."""
    made: list[dict[str, Any]] = []
    for name, where in WHERE.items():
        for keys in ([], ["y_true"], ["y_true", "y_pred"], ["side", "is_error", "size"]):
            value = "size" if len(keys) == 2 else None
            errors = len(keys) < 3
            made.append({
                "name": f"{name} by {' and '.join(keys) or 'nothing'}",
                "query": {"ask": "aggregate", "keys": keys, "where": where, "value": value,
                          "errors": errors},
                "answer": aggregate(keys, where, value, errors=errors),
            })  # fmt: skip
        for sort, descending in ((None, False), ("size", False), ("size", True), ("side", True)):
            made.append({
                "name": f"{name} sorted by {sort}{' down' if descending else ''}",
                "query": {"ask": "page", "where": where, "sort": sort, "descending": descending,
                          "start": 2, "stop": 17},
                "answer": page(where, sort, descending, 2, 17),
            })  # fmt: skip
        made += [
            {
                "name": f"{name} as points, at most {at_most}",
                "query": {"ask": "points", "x": "size", "y": "depth", "where": where,
                          "at_most": at_most},
                "answer": points("size", "depth", where, at_most),
            }
            for at_most in (5, N)
        ]  # fmt: skip
    return made


def replies(made: list[dict[str, Any]]) -> None:
    """Add what Python sends to a page for each question."""
    source = MemorySource(COLUMNS, N, np.array(DATA["weight"]))
    for case in made:
        answer = source.answer(query_from_wire(case["query"], COLUMNS))
        fields, buffers = wire_answer(answer)
        case["reply"] = fields["answer"]
        case["buffers"] = [base64.b64encode(part).decode() for part in buffers]


def vectors() -> dict[str, Any]:
    """Return all that stands in the file."""
    made = cases()
    replies(made)
    wire = {name: wire_column(column, values=True) for name, column in COLUMNS.items()}
    for column in wire.values():
        column["codes"] = base64.b64encode(column["codes"]).decode()
        if column["values"]:
            column["values"]["data"] = base64.b64encode(column["values"]["data"]).decode()
    return {"n_samples": N, "columns": wire, "cases": made}


def text() -> str:
    """Return the file: a line per column and case."""
    data = vectors()
    dump = lambda value: json.dumps(value, ensure_ascii=False, allow_nan=False)  # noqa: E731
    columns = ",\n".join(f"  {dump(name)}: {dump(c)}" for name, c in data["columns"].items())
    listed = ",\n".join(f"  {dump(case)}" for case in data["cases"])
    return (
        f'{{\n "n_samples": {N},\n "columns": {{\n{columns}\n }},\n "cases": [\n{listed}\n ]\n}}\n'
    )


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
