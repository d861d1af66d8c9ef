"""The fourth reading of a predicate: JSON for the browser, with codes in place of values."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from errwidgets.columns import clean
from errwidgets.exceptions import SelectionError, SelectionTypeError, shown
from errwidgets.selection.masks import mask
from errwidgets.selection.predicates import (
    CLOSED,
    All,
    AnyOf,
    Contains,
    In,
    IsNull,
    Not,
    Range,
    Rows,
)
from errwidgets.selection.queries import query_string
from errwidgets.selection.resolving import (
    bounds_of,
    codes_in,
    codes_meeting,
    find_column,
    named,
    ordered_of,
    settle,
)
from errwidgets.selection.rowsets import unpack
from errwidgets.selection.wording import words

if TYPE_CHECKING:
    from collections.abc import Container

    from errwidgets.columns import CodedColumn
    from errwidgets.selection.predicates import Columns, Predicate

__all__ = ["from_wire", "to_wire"]

_MAX_DEPTH = 32

_MAX_PARTS = 10_000

_MAX_TEXT = 10_000

_WHOLE = re.compile(r"-?\d{1,40}", re.ASCII)

_NUMBER = re.compile(r"-?(?:inf|\d{1,400}(?:\.\d{1,400})?(?:e[+-]\d{1,4})?)", re.ASCII)


def to_wire(
    predicate: Predicate, columns: Columns, held: Container[str] | None = None
) -> dict[str, Any]:
    """Return the form the browser evaluates: JSON with codes in place of values.

    Parameters
    ----------
    predicate : Predicate
        What to send.
    columns : mapping of str to CodedColumn
        The columns it may name.
    held : container of str, optional
        The columns that the page has, all by default. A condition that the page
        cannot decide by them carries its rows, words and queries as ``given``.

    Returns
    -------
    dict
    """
    return _to_wire(settle(predicate, columns), columns, held)


def _to_wire(predicate: Predicate, columns: Columns, held: Container[str] | None) -> dict[str, Any]:
    match predicate:
        case Not(of):
            return {"op": "not", "of": _to_wire(of, columns, held)}
        case All(of):
            return {"op": "all", "of": [_to_wire(part, columns, held) for part in of]}
        case AnyOf(of):
            return {"op": "any", "of": [_to_wire(part, columns, held) for part in of]}
        case Rows():
            said = {"words": predicate.words, "query": predicate.query}
            return {"op": "rows", **_rows_to_wire(predicate), **said}
        case In(name) | Range(name) | IsNull(name) | Contains(name):
            return _condition_to_wire(predicate, name, columns, held)
        case _:
            raise SelectionTypeError(f"Not a predicate: {shown(predicate)}.")


def _condition_to_wire(
    predicate: In | Range | IsNull | Contains,
    name: Any,
    columns: Columns,
    held: Container[str] | None,
) -> dict[str, Any]:
    column = find_column(columns, name)
    if not isinstance(name, str) and columns.get(str(name)) is not column:
        # A page would take it for the column whose label is that text.
        rows = Rows.of(mask(predicate, columns, len(column.codes)), len(column.codes))
        said = {"words": words(predicate, columns), "query": None}
        return {"op": "rows", **_rows_to_wire(rows), **said}
    wire = {**_leaf_to_wire(predicate, column), "column": str(name)}
    if held is None or (str(name) in held and codes_meeting(predicate, column) is not None):
        return wire
    return {**wire, "given": _given(predicate, columns, len(column.codes))}


def _leaf_to_wire(predicate: In | Range | IsNull | Contains, column: CodedColumn) -> dict[str, Any]:
    match predicate:
        case In(name):
            return {"op": "in", "column": name, "codes": codes_in(predicate, column)}
        case Range(name):
            bounds, ordered = bounds_of(predicate, column), ordered_of(column)
            low, high = (
                None if end is None else ordered.spelled(end) for end in (bounds.low, bounds.high)
            )
            return {"op": "range", "column": name, "low": low, "high": high,
                    "closed": bounds.closed}  # fmt: skip
        case IsNull(name):
            return {"op": "is_null", "column": name}
        case Contains(name, text, case):
            named(column, "Contains")
            return {"op": "contains", "column": name, "text": text, "case": case}


def _rows_to_wire(rows: Rows) -> dict[str, Any]:
    return {"n_samples": rows.n_samples, rows.form: base64.b64encode(rows.data).decode("ascii")}


def _given(predicate: Predicate, columns: Columns, n_samples: int) -> dict[str, Any]:
    """Return what the page needs of a condition on a column that it does not have."""
    return {
        "rows": _rows_to_wire(Rows.of(mask(predicate, columns, n_samples), n_samples)),
        "words": words(predicate, columns),
        "query": query_string(predicate, columns),
        "negated_query": query_string(Not(predicate), columns),
    }


# ---------------------------------------------------------------- what the page sends


def from_wire(data: Any, columns: Columns, *, n_samples: int | None = None) -> Predicate:
    """Read a predicate that a browser sent.

    Parameters
    ----------
    data : object
        What came.
    columns : mapping of str to CodedColumn
        The columns it may name.
    n_samples : int, optional
        Number of rows; by default as many as the first column has.

    Raises
    ------
    SelectionError
        When `data` is not a predicate, names an unknown column, or holds a code,
        limit or row that the evaluation does not have: what comes over the wire is
        not trusted. Queries that came with it are dropped.
    """
    return _Reader(columns, n_samples).read(data, 0)


@dataclass
class _Reader:
    columns: Columns
    n_samples: int | None
    n_parts: int = 0

    def read(self, data: Any, depth: int) -> Predicate:
        self.n_parts += 1
        if depth > _MAX_DEPTH:
            raise SelectionError(f"A predicate may be nested at most {_MAX_DEPTH} levels deep.")
        if self.n_parts > _MAX_PARTS:
            raise SelectionError(f"A predicate has at most {_MAX_PARTS:,} parts.")
        match data:
            case {"op": "not", "of": of}:
                return Not(self.read(of, depth + 1))
            case {"op": "all", "of": list(of)}:
                return All(tuple(self.read(part, depth + 1) for part in of))
            case {"op": "any", "of": list(of)}:
                return AnyOf(tuple(self.read(part, depth + 1) for part in of))
            case {"op": "rows"}:
                return self.rows(data)
            case {"op": str(), "column": str(name)}:
                predicate = _leaf_from_wire(data, self.columns, name)
                if predicate is not None:
                    return predicate
        raise SelectionError(f"Not a predicate: {shown(data)}.")

    def rows(self, data: Any) -> Rows:
        """Read a set of rows; its query is dropped, for it could say anything."""
        match data:
            case {"n_samples": int(n), "bits": str(text), "words": str(said)}:
                form = "bits"
            case {"n_samples": int(n), "deltas": str(text), "words": str(said)}:
                form = "deltas"
            case _:
                raise SelectionError(f"Not a predicate: {shown(data)}.")
        if self.n_samples is None:
            self.n_samples = len(self.columns[next(iter(self.columns))].codes)
        if n != self.n_samples or isinstance(n, bool):
            raise SelectionError(f"Rows among {shown(n)} were sent; there are {self.n_samples:,}.")
        if len(said) > _MAX_TEXT:
            raise SelectionError(f"Words have at most {_MAX_TEXT:,} characters.")
        try:
            packed = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise SelectionError(f"The bytes are no set of {n:,} rows.") from None
        return Rows.of(unpack(form, packed, n), n, clean(said))


def _leaf_from_wire(data: Any, columns: Columns, text: str) -> Predicate | None:
    # The column may have a label that is no text.
    name = find_column(columns, text).name
    match data:
        case {"op": "in", "codes": list(codes)}:
            column = named(find_column(columns, name), "In")
            size = len(column.categories)
            if not all(type(code) is int and 0 <= code < size for code in codes):
                raise SelectionError(
                    f"Codes of {name!r} are whole numbers from 0 to {size - 1}; got {shown(codes)}."
                )
            return In(name, tuple(column.categories[code] for code in codes))
        case {"op": "range", "low": str() | None as low, "high": str() | None as high,
              "closed": str(closed)} if closed in CLOSED:  # fmt: skip
            column = find_column(columns, name)
            return Range(name, _limit(column, low), _limit(column, high), closed)  # type: ignore[arg-type]
        case {"op": "is_null"}:
            find_column(columns, name)
            return IsNull(name)
        case {"op": "contains", "text": str(text), "case": bool(case)} if len(text) <= _MAX_TEXT:
            named(find_column(columns, name), "Contains")
            return Contains(name, text, case)
    return None


def _limit(column: CodedColumn, text: str | None) -> Any:
    ordered = ordered_of(column)
    if text is None:
        return None
    if not (_WHOLE if ordered.is_whole else _NUMBER).fullmatch(text):
        raise SelectionError(f"{shown(text)} is no limit of {column.name!r}.")
    return ordered.value_of(int(text) if ordered.is_whole else float(text))
