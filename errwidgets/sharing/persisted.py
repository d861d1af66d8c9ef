"""What may stand in a saved notebook: decided here, counted here, listed for the user."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from errwidgets.columns import display, native, wire_column
from errwidgets.sharing.fallback import cut
from errwidgets.sources.memory import MemorySource
from errwidgets.sources.query import Aggregate

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from errwidgets.columns import CodedColumn
    from errwidgets.sources.columns import ViewColumns

    Array = np.ndarray[Any, Any]

__all__ = ["PAGE_ROWS", "Persisted", "persist", "readable"]

BUDGET: Final = 5_000_000
"""Bytes that an evaluation may leave in a notebook, before base64."""

MAX_VALUES: Final = 1_000
"""Columns of more values than this are no categories that a reader could use; they stay out."""

MAX_SAMPLE: Final = 100_000

MAX_CELLS: Final = 1 << 20
"""Cells of a table that is still counted."""

PAGE_ROWS: Final = 50
"""Readable rows of a selection that a notebook keeps with `persist="rows"`."""

MAX_COLUMNS: Final = 30

MAX_TEXT: Final = 200

_BYTES_PER_ROW: Final = 12


@dataclass(frozen=True)
class Persisted:
    """What leaves Python with a saved notebook.

    Attributes
    ----------
    columns : dict of str to dict
        The coded columns, as the page reads them.
    tables : list of dict
        Rows (and sums) per combination of codes.
    sample : dict or None
        Which rows the columns hold, when not all.
    left_out : dict of str to str
        Column → why it is not here.
    """

    columns: dict[str, dict[str, Any]] = field(default_factory=dict)
    tables: list[dict[str, Any]] = field(default_factory=list)
    sample: dict[str, bytes] | None = None
    left_out: dict[str, str] = field(default_factory=dict)


def persist(
    columns: ViewColumns,
    names: Sequence[str],
    cubes: Sequence[tuple[tuple[str, ...], str | None]],
    *,
    mode: str | bool,
    derived: frozenset[str] = frozenset(),
    seed: int = 0,
) -> Persisted:
    """Choose what a notebook keeps of the columns that views need.

    Parameters
    ----------
    columns : ViewColumns
        The columns without a lens.
    names : sequence of str
        What the open views need.
    cubes : sequence of (names, value)
        Combinations of columns to count, and a column to sum.
    mode : {"codes", "rows", False}
        As `persist=` of the evaluation.
    derived : frozenset of str
        Columns that the page works out from others: described, without codes.
    seed : int, default=0
        Seed of the sample.

    Returns
    -------
    Persisted
        At most 5 MB.
    """
    described, left_out = _describable(columns, names)
    tables = _tables(columns, [cube for cube in cubes if set(cube[0]) <= set(described)])
    wire = {name: wire_column(column) for name, column in described.items()}
    spent = sum(map(_size, tables)) + sum(map(_dictionary_size, wire.values()))
    coded = [name for name in described if name not in derived and mode is not False]
    sample, which = _sample(described, coded, BUDGET - spent, seed)
    for name, column in wire.items():
        if name not in coded:
            column["codes"] = b""
        elif sample is not None:
            column["codes"] = _bytes(described[name].codes[sample])
    return Persisted(wire, tables, which, left_out)


def _describable(
    columns: ViewColumns, names: Sequence[str]
) -> tuple[dict[str, CodedColumn], dict[str, str]]:
    """Return the columns that may be kept, and why others are not."""
    described, left_out = {}, {}
    for name in names:
        n_values = len(columns[name].categories)
        if n_values > MAX_VALUES:
            left_out[name] = f"{n_values:,} values; at most {MAX_VALUES:,} are kept"
        else:
            described[name] = columns[name]
    return described, left_out


def _tables(
    columns: ViewColumns, cubes: Sequence[tuple[tuple[str, ...], str | None]]
) -> list[dict[str, Any]]:
    """Return the counts that fit into the budget."""
    evaluation = columns.evaluation
    source = MemorySource(columns, evaluation.n_samples, evaluation.sample_weight)
    tables: list[dict[str, Any]] = []
    for keys, value in cubes:
        table = _table(source, keys, value)
        if table is not None and sum(map(_size, [*tables, table])) <= BUDGET:
            tables.append(table)
    return tables


def _sample(
    described: dict[str, CodedColumn], coded: Sequence[str], room: int, seed: int
) -> tuple[Array | None, dict[str, bytes] | None]:
    """Return row numbers, and what is told of them; nothing where all rows have room."""
    width = sum(described[name].codes.itemsize for name in coded)
    if not coded or width * len(described[coded[0]].codes) <= room:
        return None, None
    at_most = min(MAX_SAMPLE, max(0, room) // (width + _BYTES_PER_ROW))
    strata = _strata(described, coded)
    sample = stratified(strata, at_most, seed)
    told = {
        "rows": _bytes(sample.astype(np.uint32)),
        "stands_for": _bytes(stands_for(strata, sample)),
    }
    return sample, told


def _bytes(array: Array) -> bytes:
    return array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes()


def _table(source: MemorySource, keys: tuple[str, ...], value: str | None) -> dict[str, Any] | None:
    shape = [len(source.columns[key].categories) for key in keys]
    if math.prod(shape) > MAX_CELLS:
        return None
    # In the order in which the page looks for tables.
    order = sorted(keys)
    answer = source.aggregate(Aggregate(tuple(order), value=value))
    cells = np.flatnonzero(answer.counts)

    def part(values: Array | None) -> bytes | None:
        return None if values is None else _bytes(values[cells])

    return {
        "columns": order,
        "shape": list(answer.shape),
        "cells": _bytes(cells.astype(np.uint32)),
        "counts": part(answer.counts),
        "weights": part(answer.weights),
        "squares": part(answer.squares),
        "value": value,
        "sums": part(answer.sums),
        "sum_squares": part(answer.sum_squares),
    }


def _size(table: dict[str, Any]) -> int:
    return sum(len(part) for part in table.values() if isinstance(part, bytes))


def _dictionary_size(column: dict[str, Any]) -> int:
    texts = [column[key] for key in ("display_labels", "literals", "texts", "lows", "highs")]
    return sum(len(text.encode()) for part in texts for text in part or () if text)


def _strata(columns: dict[str, CodedColumn], coded: Sequence[str]) -> Array:
    """Return the cell of each row: the label columns' where there are, else one for all."""
    strata: Array = np.zeros(len(next(iter(columns.values())).codes), dtype=np.intp)
    for name in ("y_true", "y_pred"):
        if name in coded:
            strata = strata * len(columns[name].categories) + columns[name].codes
    return strata


def stratified(strata: Array, at_most: int, seed: int) -> Array:
    """Return row numbers of a sample with every stratum in its share, and none empty.

    Parameters
    ----------
    strata : ndarray of shape (n_samples,)
        The stratum of each row.
    at_most : int
        Size of the sample; strata are served by size when there are more of them.
    seed : int
        Seed of the draw.

    Returns
    -------
    ndarray of int
        Increasing.
    """
    rng = np.random.default_rng(seed)
    _, codes, sizes = np.unique(strata, return_inverse=True, return_counts=True)
    n = len(strata)
    at_most = min(at_most, n)
    wanted = np.minimum(sizes, np.maximum(1, np.floor(sizes * at_most / n))).astype(int)
    if wanted.sum() > at_most:  # every stratum's one row may be too many
        keep = np.argsort(-sizes, kind="stable")
        excess = wanted.sum() - at_most
        for stratum in keep if wanted.max() > 1 else keep[::-1]:
            less = min(excess, wanted[stratum] - (1 if wanted.max() > 1 else 0))
            wanted[stratum] -= less
            excess -= less
            if not excess:
                break
    # A random order of the rows, then stratum by stratum: the first of each are its sample.
    shuffled = rng.permutation(n)
    by_stratum = shuffled[np.argsort(codes[shuffled], kind="stable")]
    rank = np.arange(n) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    kept: Array = np.sort(by_stratum[rank < np.repeat(wanted, sizes)])
    return kept


def stands_for(strata: Array, sample: Array) -> Array:
    """Return how many rows each row of a sample stands for, so that strata keep their size."""
    _, codes, sizes = np.unique(strata, return_inverse=True, return_counts=True)
    taken = np.bincount(codes[sample], minlength=len(sizes))
    each: Array = (sizes / np.maximum(taken, 1))[codes[sample]]
    return each


def readable(rows: Any, index: pd.Index[Any], total: int) -> dict[str, Any]:
    """Return rows as texts, cut to a length that a page can hold.

    Parameters
    ----------
    rows : DataFrame
        pandas, polars or pyarrow.
    index : Index
        Their labels.
    total : int
        How many rows are selected in all.
    """
    names = list(rows.columns) if hasattr(rows, "columns") else list(rows.column_names)
    columns = [list(rows[name]) for name in names[:MAX_COLUMNS]]

    def text(value: Any) -> str:
        return cut(display(native(value)), MAX_TEXT)

    return {
        "total": total,
        "columns": [cut(str(name), MAX_TEXT) for name in names[:MAX_COLUMNS]],
        "index": [text(label) for label in index],
        "rows": [[text(value) for value in row] for row in zip(*columns, strict=True)],
    }
