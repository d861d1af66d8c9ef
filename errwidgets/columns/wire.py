"""A column as the browser gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from errwidgets.columns.coded import clean
from errwidgets.columns.spelling import column_reference, literal

if TYPE_CHECKING:
    from errwidgets.columns.coded import CodedColumn
    from errwidgets.columns.ordered import Limit, Ordered

__all__ = ["wire_column"]

_SIGN = np.uint64(1 << 63)


def wire_column(column: CodedColumn, *, values: bool = False) -> dict[str, Any]:
    """Return a column in the form of `WireColumn` in js/src/store/columns.ts.

    Parameters
    ----------
    column : CodedColumn
        The column.
    values : bool
        Whether the value of each row travels too, where the column has an order:
        8 bytes a row, needed only for ranges that do not follow the bins.

    Examples
    --------
    >>> import pandas as pd
    >>> from errwidgets.columns import code_column
    >>> wire = wire_column(code_column("age", pd.Series([31, 40]), "numeric", "age"))
    >>> wire["lows"], wire["unit"], wire["literals"]
    (['31', '40'], 'float', ['31', '40'])
    """
    ordered, texts = column.ordered, [text and clean(text) for text in column.texts]
    told = all(
        text == label
        for text, label, value in zip(texts, column.display_labels, column.categories, strict=True)
        if value is not None
    )
    return {
        "codes": _little(column.codes).tobytes(),
        "dtype": column.codes.dtype.name,
        "display_labels": list(column.display_labels),
        "literals": [None if value is None else literal(value) for value in column.categories],
        "missing": [code for code, value in enumerate(column.categories) if value is None],
        "reference": column_reference(column.frame_name),
        "kind": column.kind,
        "texts": None if told else texts,
        "lows": _spelled(ordered, column.lows),
        "highs": _spelled(ordered, column.highs),
        "unit": None if ordered is None else ordered.unit,
        "in_queries": ordered is not None and ordered.in_queries,
        "values": _values(ordered) if values and ordered is not None else None,
    }


def _spelled(
    ordered: Ordered | None, limits: tuple[Limit | None, ...] | None
) -> list[str | None] | None:
    if ordered is None or limits is None:
        return None
    return [None if limit is None else ordered.spelled(limit) for limit in limits]


def _values(ordered: Ordered) -> dict[str, Any]:
    """Return the values; whole ones in offset binary, whose order is that of unsigned integers."""
    values = ordered.values
    if values.dtype.kind == "i":
        values = values.view(np.uint64) ^ _SIGN
    return {"dtype": values.dtype.name, "data": _little(values).tobytes()}


def _little(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return values.astype(values.dtype.newbyteorder("<"), copy=False)
