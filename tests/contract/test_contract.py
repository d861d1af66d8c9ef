"""What both languages must say alike. `selection.json` is read here and by js/tests."""

from __future__ import annotations

import json
import pathlib
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from errwidgets import ConfusionMatrix, Evaluation
from errwidgets import selection as sel
from errwidgets.columns import CodedColumn
from errwidgets.widgets.view import View

if TYPE_CHECKING:
    from collections.abc import Hashable

HERE = pathlib.Path(__file__).parent
VECTORS = json.loads((HERE / "selection.json").read_text(encoding="utf-8"))
SOURCES = HERE.parent.parent / "js" / "src"
COLUMNS = {
    name: CodedColumn(
        name,
        np.array(column["codes"], dtype=column["dtype"]),
        tuple(column["categories"]),
        column["frame_name"],
    )
    for name, column in VECTORS["columns"].items()
}
FRAME = pd.DataFrame(
    {
        column.frame_name: pd.Series(
            [column.categories[code] for code in column.codes],
            # Whole numbers beside a missing one would become floats.
            dtype=object if None in column.categories else None,
        )
        for column in COLUMNS.values()
    },
)
CASES = {case["name"]: case for case in VECTORS["cases"]}


def meets(wire: dict[str, Any], row: dict[str, Hashable]) -> bool:
    """Answer for one row by its values: the referee of the expected masks."""
    match wire["op"]:
        case "in":
            categories = COLUMNS[wire["column"]].categories
            return any(row[wire["column"]] is categories[code] for code in wire["codes"])
        case "not":
            return not meets(wire["of"], row)
        case "all":
            return all(meets(part, row) for part in wire["of"])
        case _:
            return any(meets(part, row) for part in wire["of"])


def test_case_names_are_unique_and_cover_every_operation() -> None:
    assert len(CASES) == len(VECTORS["cases"])
    text = json.dumps(VECTORS["cases"])
    assert all(f'"op": "{op}"' in text for op in ("in", "not", "all", "any"))


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_are_spelled_as_the_vectors_say(name: str) -> None:
    column, expected = COLUMNS[name], VECTORS["columns"][name]
    assert list(column.display_labels) == expected["display_labels"]
    assert sel.column_reference(column.frame_name) == expected["reference"]
    assert [
        None if value is None else sel.literal(value) for value in column.categories
    ] == expected["literals"]
    missing = [code for code, value in enumerate(column.categories) if value is None]
    assert missing == expected["missing"]


@pytest.mark.parametrize("name", CASES)
def test_python_gives_the_expected_mask_words_and_query(name: str) -> None:
    case = CASES[name]
    rows = [
        {column.name: column.categories[column.codes[i]] for column in COLUMNS.values()}
        for i in range(VECTORS["n_samples"])
    ]
    assert [int(meets(case["predicate"], row)) for row in rows] == case["mask"]
    predicate = sel.from_wire(case["predicate"], COLUMNS)
    mask = sel.mask(predicate, COLUMNS, VECTORS["n_samples"])
    assert mask.astype(int).tolist() == case["mask"]
    assert sel.words(predicate, COLUMNS) == case["words"]
    assert sel.query_string(predicate, COLUMNS) == case["query"]


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case["query"]])
def test_pandas_gives_exactly_the_rows_of_the_mask(name: str) -> None:
    case = CASES[name]
    rows = FRAME.query(case["query"]).index.tolist()
    assert rows == np.flatnonzero(case["mask"]).tolist()


# ---------------------------------------------------------------- names that cross the border


def interface(name: str, file: str) -> set[str]:
    """Return the field names of a TypeScript interface."""
    source = (SOURCES / file).read_text(encoding="utf-8")
    found = re.search(rf"interface {name} {{(.*?)\n}}", source, flags=re.DOTALL)
    assert found is not None
    return set(re.findall(r"^  (?:readonly )?(\w+)\??:", found[1], flags=re.MULTILINE))


def traits() -> tuple[set[str], set[str]]:
    matrix = ConfusionMatrix(Evaluation.from_predictions(["a"], ["b"]))
    names = set(matrix.keys), set(matrix._group.store().keys)
    matrix.close()
    return names


def test_typescript_reads_only_traits_that_python_syncs() -> None:
    sources = [path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.ts*")]
    read = {name for text in sources for name in re.findall(r"odel\.get\(\"(\w+)\"\)", text)}
    heard = {name for text in sources for name in re.findall(r"\"change:(\w+)\"", text)}
    view, store = traits()
    assert read == {"_runtime", "_store", "_kind", "_source", "info", "columns", "state"}
    assert {name for name in read if name.startswith("_")} <= view
    assert {name for name in read if not name.startswith("_")} | heard <= store


def test_messages_have_the_fields_that_typescript_reads() -> None:
    matrix = ConfusionMatrix(Evaluation.from_predictions(["a"], ["b"]))
    matrix.selection = sel.In("y_true", ("a",))
    store = matrix._group.store()
    assert set(store.columns["y_true"]) == interface("WireColumn", "store/columns.ts")
    assert set(store.info) == interface("Info", "store/connection.ts")
    assert set(store.state) == interface("State", "store/connection.ts")
    assert set(store.state["clauses"][0]) == interface("Clause", "store/selection.ts")
    matrix.close()


def test_every_kind_of_view_is_known_to_the_bundle() -> None:
    index = (SOURCES / "views" / "index.ts").read_text(encoding="utf-8")
    views = re.search(r"VIEWS[^{]*{(.*?)}", index, flags=re.DOTALL)
    assert views is not None
    known = set(re.findall(r"^\s*(\w+):", views[1], flags=re.MULTILINE))
    kinds = {cls.kind for cls in View.__subclasses__() if cls.__module__.startswith("errwidgets")}
    assert kinds == known
