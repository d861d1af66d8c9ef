"""What a saved notebook keeps of an evaluation, as a table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd

from errwidgets.widgets.runtime import REGISTRY

if TYPE_CHECKING:
    from errwidgets.evaluation import Evaluation

__all__ = ["persisted"]


def persisted(evaluation: Evaluation) -> pd.DataFrame:
    """Return one row per thing that stays in a notebook: see ``Evaluation.persisted``."""
    group = REGISTRY.known_group(evaluation)
    rows: list[dict[str, Any]] = []
    if group is not None:
        saved = group.persisted()
        n = len(saved.sample["rows"]) // 4 if saved.sample else evaluation.n_samples
        for name, column in saved.columns.items():
            codes = len(column["codes"])
            note = "codes" if codes else "worked out from other columns, or counts only"
            if saved.sample and codes:
                note = f"codes of a sample of {n:,} of {evaluation.n_samples:,} rows"
            words = len(json.dumps({k: v for k, v in column.items() if k != "codes"}, default=len))
            n_values = len(column["display_labels"])
            rows.append(_row("column", name, n if codes else 0, n_values, codes + words, note=note))
        for table in saved.tables:
            size = sum(len(part) for part in table.values() if isinstance(part, bytes))
            name = " × ".join(table["columns"])
            rows.append(
                _row("counts", name, 0, len(table["cells"]) // 4, size, note="per combination")
            )
        if saved.sample:
            size = sum(map(len, saved.sample.values()))
            rows.append(_row("sample", "row numbers", n, 0, size, note="which rows were drawn"))
        for name, why in saved.left_out.items():
            rows.append(_row("left out", name, 0, 0, 0, note=why))
        for clause in group.selection:
            size = len(json.dumps(group.wire_clause(clause)))
            rows.append(_row("selection", clause.source, 0, 0, size, note="what is selected"))
        if group.page is not None:
            shown = group.page
            size = len(json.dumps(shown))
            rows.append(
                _row("rows", "of the selection", len(shown["rows"]), 0, size, note="readable")
            )
    return pd.DataFrame(rows, columns=["what", "name", "rows", "values", "bytes", "note"])


def _row(what: str, name: str, *numbers: int, note: str) -> dict[str, Any]:
    rows, values, size = numbers
    return {
        "what": what, "name": name, "rows": rows, "values": values, "bytes": size, "note": note,
    }  # fmt: skip
