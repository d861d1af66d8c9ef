"""Selections as JSON, with values in place of codes: what is saved, and read elsewhere."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import decimal
import enum
import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.columns import native
from errwidgets.exceptions import SelectionError, SelectionTypeError, shown
from errwidgets.selection.predicates import (
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
)

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from errwidgets.selection.predicates import Predicate

    Spell = Callable[[str, Hashable], Any]
    """(column, value) → JSON for a value that has no spelling of its own; raises when none."""
    Find = Callable[[str, str], Hashable]
    """(column, display label) → the value."""

__all__ = ["selection_from_data", "selection_from_json", "selection_to_data", "selection_to_json"]

_MAX_DEPTH = 64


def selection_to_json(selection: Selection) -> str:
    """Return a selection as JSON: see `Selection.to_json`."""
    return json.dumps(selection_to_data(selection, _refuse), ensure_ascii=False)


def selection_from_json(text: str) -> Selection:
    """Read a selection from JSON: see `Selection.from_json`."""
    try:
        data = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise SelectionError(f"No selection can be read from {shown(text)}: {error}.") from None
    return selection_from_data(data, _unknown)


def _refuse(column: str, value: Hashable) -> Any:
    raise SelectionError(
        f"{shown(value)} ({type(value).__name__}) of {column!r} has no spelling in JSON. Text, "
        f"numbers, truth values, dates, times, durations and missing ones have."
    )


def _unknown(column: str, label: str) -> Hashable:
    raise SelectionError(f"{label!r} of {column!r} is a display label; only cohorts hold those.")


# ---------------------------------------------------------------- writing


def selection_to_data(selection: Selection, spell: Spell) -> dict[str, Any]:
    """Return a selection as plain lists and dicts."""
    selection.predicate()  # refuses what is no clause
    return {
        "version": 1,
        "clauses": [
            {"source": clause.source, "predicate": _write(clause.predicate, spell)}
            for clause in selection
        ],
    }


def _write(predicate: Predicate, spell: Spell) -> dict[str, Any]:  # noqa: PLR0911  one per form
    match predicate:
        case In(name, values):
            return {"op": "in", "column": name, "values": [_spell(name, v, spell) for v in values]}
        case Range(name, low, high, closed):
            low, high = (_spell(name, end, spell) for end in (low, high))
            return {"op": "range", "column": name, "low": low, "high": high, "closed": closed}
        case IsNull(name):
            return {"op": "is_null", "column": name}
        case Contains(name, text, case):
            return {"op": "contains", "column": name, "text": text, "case": case}
        case Rows():
            data = base64.b64encode(predicate.data).decode("ascii")
            return {"op": "rows", "n_samples": predicate.n_samples, predicate.form: data,
                    "words": predicate.words, "query": predicate.query}  # fmt: skip
        case Not(of):
            return {"op": "not", "of": _write(of, spell)}
        case All(of):
            return {"op": "all", "of": [_write(part, spell) for part in of]}
        case AnyOf(of):
            return {"op": "any", "of": [_write(part, spell) for part in of]}
        case _:
            raise SelectionTypeError(f"Not a predicate: {shown(predicate)}.")


def _spell(column: str, value: Any, spell: Spell) -> Any:  # noqa: PLR0911, PLR0912, C901  types
    if isinstance(value, np.datetime64 | np.timedelta64) and not pd.isna(value):
        unit, step = np.datetime_data(value.dtype)
        if step == 1 and unit != "generic":
            name = "datetime64" if isinstance(value, np.datetime64) else "timedelta64"
            return {name: [int(value.astype(np.int64)), unit]}
    value = native(value)
    if isinstance(value, enum.Enum):
        return spell(column, value)
    match value:
        case None | bool() | str():
            return str(value) if isinstance(value, str) else value
        case int():
            return int(value)
        case float():
            return float(value) if math.isfinite(value) else {"float": str(value)}
        case pd.Timestamp():
            zone = None if value.tz is None else _zone(value.tz)
            return {"timestamp": [int(value.asm8.astype(np.int64)), value.unit, zone]}
        case pd.Timedelta():
            return {"lapse": [int(value.asm8.astype(np.int64)), value.unit]}
        case dt.datetime():
            return {"datetime": value.isoformat()}
        case dt.date():
            return {"date": value.isoformat()}
        case dt.timedelta():
            return {"timedelta": [value.days, value.seconds, value.microseconds]}
        case decimal.Decimal():
            return {"decimal": str(value)}
        case tuple():
            return {"tuple": [_spell(column, part, spell) for part in value]}
        case _:
            return spell(column, value)


def _zone(zone: Any) -> str:
    """Return a zone's name where pandas reads it back, else UTC: the point in time is the same."""
    try:
        pd.Timestamp(0, tz=str(zone))
    except Exception:  # noqa: BLE001  each library of zones has its own
        return "UTC"
    return str(zone)


# ---------------------------------------------------------------- reading


def selection_from_data(data: Any, find: Find) -> Selection:
    """Read a selection from plain lists and dicts.

    Raises
    ------
    SelectionError
        When they are none.
    """
    match data:
        case {"version": 1, "clauses": list(clauses)}:
            pass
        case {"version": int(version)} if version > 1:
            raise SelectionError(
                f"The selection was written by a later errwidgets (format {version}); this one "
                f"reads format 1."
            )
        case _:
            raise SelectionError(f"No selection can be read from {shown(data)}.")
    read = []
    for clause in clauses:
        match clause:
            case {"source": str(source), "predicate": predicate}:
                read.append(Clause(source, _read(predicate, find, 0)))
            case _:
                raise SelectionError(f"Not a clause: {shown(clause)}.")
    return Selection(tuple(read))


def _read(data: Any, find: Find, depth: int) -> Predicate:  # noqa: PLR0911  one per form
    if depth > _MAX_DEPTH:
        raise SelectionError(f"A predicate may be nested at most {_MAX_DEPTH} levels deep.")
    match data:
        case {"op": "in", "column": name, "values": list(values)}:
            return In(name, tuple(_value(name, value, find) for value in values))
        case {"op": "range", "column": name, "low": low, "high": high, "closed": closed}:
            return Range(name, _value(name, low, find), _value(name, high, find), closed)
        case {"op": "is_null", "column": name}:
            return IsNull(name)
        case {"op": "contains", "column": name, "text": str(text), "case": bool(case)}:
            return Contains(name, text, case)
        case {
            "op": "rows",
            "n_samples": int(n),
            "words": str(said),
            "query": str() | None as query,
        }:
            return _read_rows(data, n, said, query)
        case {"op": "not", "of": of}:
            return Not(_read(of, find, depth + 1))
        case {"op": "all", "of": list(of)}:
            return All(tuple(_read(part, find, depth + 1) for part in of))
        case {"op": "any", "of": list(of)}:
            return AnyOf(tuple(_read(part, find, depth + 1) for part in of))
    raise SelectionError(f"Not a predicate: {shown(data)}.")


def _read_rows(data: Any, n_samples: int, said: str, query: str | None) -> Rows:
    form: Any = "bits" if "bits" in data else "deltas"
    try:
        packed = base64.b64decode(data.get(form), validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise SelectionError(f"The bytes are no set of {n_samples:,} rows.") from None
    rows = Rows(n_samples, form, packed, said, query)
    return Rows.of(rows.mask(), n_samples, said, query)


def _value(column: str, data: Any, find: Find) -> Any:
    if not isinstance(data, dict):
        if isinstance(data, list):
            raise SelectionError(f"Not a value of {column!r}: {shown(data)}.")
        return data
    try:
        return _typed_value(column, data, find)
    except SelectionError:
        raise
    except Exception as error:  # numpy, pandas and datetime have their own
        raise SelectionError(f"Not a value of {column!r}: {shown(data)}.") from error


def _typed_value(column: str, data: dict[str, Any], find: Find) -> Any:  # noqa: PLR0911, C901
    match data:
        case {"float": "inf" | "-inf" as text}:
            return float(text)
        case {"timestamp": [int(whole), str(unit), str() | None as zone]}:
            moment = pd.Timestamp(np.datetime64(whole, _unit(unit)))
            return moment if zone is None else moment.tz_localize("UTC").tz_convert(zone)
        case {"lapse": [int(whole), str(unit)]}:
            return pd.Timedelta(np.timedelta64(whole, _unit(unit)))
        case {"datetime64": [int(whole), str(unit)]}:
            return np.datetime64(whole, _unit(unit))
        case {"timedelta64": [int(whole), str(unit)]}:
            return np.timedelta64(whole, _unit(unit))
        case {"datetime": str(text)}:
            return dt.datetime.fromisoformat(text)
        case {"date": str(text)}:
            return dt.date.fromisoformat(text)
        case {"timedelta": [int(days), int(seconds), int(microseconds)]}:
            return dt.timedelta(days, seconds, microseconds)
        case {"decimal": str(text)}:
            return decimal.Decimal(text)
        case {"tuple": list(parts)}:
            return tuple(_value(column, part, find) for part in parts)
        case {"label": str(label)}:
            return find(column, label)
    raise SelectionError(f"Not a value of {column!r}: {shown(data)}.")


def _unit(unit: str) -> Any:
    """Return a unit of NumPy's, as its functions type it."""
    return unit
