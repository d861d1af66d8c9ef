"""What `.selection` accepts: queries, masks, labels, frames; and the caller's variables."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.columns import is_hashable
from errwidgets.exceptions import SelectionError, SelectionTypeError, hint, listed, shown
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
    mask,
    parse_query,
    quoted_names,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from errwidgets._rows import PerRow
    from errwidgets.selection import Predicate

    Mask = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = ["PYTHON", "choose"]

PYTHON = "python"
"""Source of the clause that code makes."""

_PREDICATES = (In, Range, IsNull, Contains, Rows, All, AnyOf, Not)

_ALLOWED = (
    "Allowed are None (nothing), a Selection, a predicate of errwidgets.selection, a pandas query "
    "(text), a mask of truth values, an Index or list of labels, and a DataFrame (by its index)."
)

# Whoever stands between the user's line and us when a selection is assigned.
_BETWEEN = {"errwidgets", "traitlets", "ipywidgets"}


def choose(value: Any, rows: PerRow) -> Selection:
    """Return the selection that a value means.

    Parameters
    ----------
    value : object
        What was assigned or passed: see `Evaluation.selection`.
    rows : PerRow
        The frame and the columns.

    Raises
    ------
    SelectionTypeError, SelectionError
        When no selection can be made from it.
    """
    if value is None:
        return Selection()
    if isinstance(value, Selection):
        value.predicate()  # refuses what is no clause
        return value
    return Selection((Clause(PYTHON, _predicate(value, rows)),))


def _predicate(value: Any, rows: PerRow) -> Predicate:
    if isinstance(value, Clause):
        value = value.predicate
    if isinstance(value, _PREDICATES):
        return value
    if isinstance(value, str):
        return _from_query(value, rows)
    if isinstance(value, pd.DataFrame) or _is_polars(value, "DataFrame", "LazyFrame"):
        return _from_frame(value, rows)
    truths = _truths(value, rows)
    if truths is not None:
        return Rows.of(truths, len(rows.roles.table))
    if isinstance(value, pd.Index | list | tuple | set | frozenset):
        return _from_labels(value, rows, "label")
    came = f"{type(value).__name__} {shown(value)}"
    if isinstance(value, pd.Series | np.ndarray) or _is_polars(value, "Series"):
        raise SelectionTypeError(
            f"No selection can be made from {type(value).__name__} of {value.dtype}: it is no "
            f"mask. Pass list(…) of index labels, or errwidgets.selection.Rows.of(positions, n)."
        )
    raise SelectionTypeError(f"No selection can be made from {came}. {_ALLOWED}")


def _is_polars(value: Any, *names: str) -> bool:
    cls = type(value)
    return cls.__module__.split(".")[0] in {"polars", "pyarrow"} and cls.__name__ in names


# ---------------------------------------------------------------- masks


def _truths(value: Any, rows: PerRow) -> Mask | None:
    """Return a mask aligned with the rows; ``None`` when the value is no mask."""
    n_samples = len(rows.roles.table)
    if isinstance(value, pd.Series):
        if not _is_truth(value):
            return None
        return _aligned(value, rows)
    if isinstance(value, np.ndarray):
        if value.dtype != bool and not (value.dtype == object and _all_truth(value.ravel())):
            return None
        array = value
    elif isinstance(value, pd.api.extensions.ExtensionArray):
        if not _is_truth(pd.Series(value)):
            return None
        array = _no_missing(pd.Series(value))
    elif isinstance(value, list | tuple) and len(value) and _all_truth(value):
        array = np.array(value, dtype=bool)
    elif _is_polars(value, "Series") and str(value.dtype) == "Boolean":
        array = _no_missing(pd.Series(value.to_list(), dtype="boolean"))
    else:
        return None
    if array.shape != (n_samples,):
        said = f"{len(array):,} values" if array.ndim == 1 else f"shape {array.shape}"
        raise SelectionError(
            f"A mask has one truth value per row, {n_samples:,}; got {said}. A Series is "
            f"aligned by its index."
        )
    return array.astype(bool)


def _all_truth(values: Any) -> bool:
    return all(isinstance(value, bool | np.bool_) for value in values)


def _is_truth(series: pd.Series[Any]) -> bool:
    if pd.api.types.is_bool_dtype(series.dtype):
        return True
    present = series.dropna()
    return series.dtype == object and len(series) > 0 and len(present) > 0 and _all_truth(present)


def _no_missing(series: pd.Series[Any]) -> Mask:
    if series.isna().any():
        raise SelectionError(
            f"The mask has {int(series.isna().sum()):,} missing values. Say what they mean: "
            f"mask.fillna(False)."
        )
    truths: Mask = series.to_numpy(dtype=bool)
    return truths


def _aligned(series: pd.Series[Any], rows: PerRow) -> Mask:
    truths, index = _no_missing(series), rows.roles.table.index
    if series.index.equals(index):
        return truths
    if len(truths) != len(index) or not index.is_unique or not series.index.is_unique:
        which = "index" if not index.is_unique else "mask's index"
        twice = not index.is_unique or not series.index.is_unique
        why = (
            f"the {which} has labels more than once, so rows cannot be matched"
            if twice and len(truths) == len(index)
            else f"it has {len(truths):,} values for {len(index):,} rows"
        )
        raise SelectionError(
            f"The mask does not fit: {why}. Pass one value per row, in order: mask.to_numpy()."
        )
    positions = index.get_indexer_for(series.index)
    unknown = [label for label, at in zip(series.index, positions, strict=True) if at < 0]
    if unknown:
        raise SelectionError(
            f"The mask's index has labels that no row carries: {listed(unknown)}. Align it first "
            f"(mask.loc[evaluation.index]), or pass mask.to_numpy() if it is in the rows' order."
        )
    aligned = np.zeros(len(index), dtype=bool)
    aligned[positions] = truths
    return aligned


# ---------------------------------------------------------------- labels


def _from_frame(frame: Any, rows: PerRow) -> Predicate:
    if not isinstance(frame, pd.DataFrame) or not rows.roles.table.is_pandas:
        raise SelectionTypeError(
            f"A DataFrame selects by its index, and a {_library(frame, rows)} frame has none. Pass "
            f"a mask (a Series of truth values), a list of row numbers, or a predicate of "
            f"errwidgets.selection."
        )
    return _from_labels(frame.index, rows, "index label of the DataFrame")


def _library(frame: Any, rows: PerRow) -> str:
    table = rows.roles.table
    return type(frame if table.is_pandas else table.native).__module__.split(".")[0]


def _from_labels(labels: Any, rows: PerRow, what: str) -> Rows:
    index = rows.roles.table.index
    items = labels if isinstance(labels, pd.Index) else list(labels)
    if not len(items):
        return Rows.of(np.zeros(len(index), dtype=bool), len(index))
    target = items if isinstance(items, pd.Index) else _as_index(items, index)
    if target.nlevels != index.nlevels:
        _refuse_labels(list(target)[:1], index, what)
    positions = index.get_indexer_for(target)
    if (positions < 0).any():
        unknown = [label for label in target if label not in index]
        _refuse_labels(unknown or list(target), index, what)
    return Rows.of(positions, len(index))


def _as_index(items: Sequence[Any], index: pd.Index[Any]) -> pd.Index[Any]:
    odd = [item for item in items if not is_hashable(item)]
    if odd:
        raise SelectionTypeError(
            f"A list selects rows by their labels; {type(odd[0]).__name__} {shown(odd[0])} is "
            f"none. {_ALLOWED}"
        )
    if index.nlevels > 1:
        if not all(isinstance(item, tuple) and len(item) == index.nlevels for item in items):
            wrong = next(
                item for item in items
                if not isinstance(item, tuple) or len(item) != index.nlevels
            )  # fmt: skip
            raise SelectionError(
                f"The rows have labels of {index.nlevels} levels, so each is a tuple; got "
                f"{shown(wrong)}."
            )
        return pd.MultiIndex.from_tuples(items)
    plain: pd.Index[Any] = pd.Index(items, tupleize_cols=False)
    return plain


def _refuse_labels(unknown: list[Hashable], index: pd.Index[Any], what: str) -> None:
    raise SelectionError(
        f"No row has the {what} {listed(unknown)}. Labels are those of evaluation.index: "
        f"{listed(index[:3])}{', …' if len(index) > 3 else ''}."  # noqa: PLR2004  as listed
    )


# ---------------------------------------------------------------- queries


def _from_query(text: str, rows: PerRow) -> Predicate:
    said = text.strip()
    if not said:
        raise SelectionError(
            "The query is empty. Write a condition, as in 'age > 60'; None clears."
        )
    names = _names(rows)
    added = _not_in_frame(said, names, rows)
    names |= {name: name for name in added}
    truths = _answer(said, rows, list(names), added)
    bound = "@" in said
    predicate = None if bound else parse_query(said, names, rows.columns)
    n_samples = len(truths)
    if predicate is not None and _gives(predicate, rows, truths):
        return predicate
    # What is bound to a name, and what a comment cuts off, cannot be said again elsewhere; neither
    # can a query of a frame that is not pandas'.
    again = not (bound or added) and "#" not in said and rows.roles.table.is_pandas
    return Rows.of(truths, n_samples, words=said, query=said if again else None)


def _gives(predicate: Predicate, rows: PerRow, truths: Mask) -> bool:
    try:
        return np.array_equal(mask(predicate, rows.columns, len(truths)), truths)
    except SelectionError:  # a value that does not occur: no row, but nothing to name either
        return False


def _names(rows: PerRow) -> dict[str, str]:
    """Return the frame's name of each column → the name that selections use."""
    roles = rows.roles
    names = {
        name: name for name in roles.table.names
        if isinstance(name, str) and (name not in roles.labels or rows.names[name] == name)
    }  # fmt: skip
    names |= {rows.names[role]: role for role in roles.labels}
    return names | {rows.names[name]: rows.names[name] for name in rows}


def _not_in_frame(text: str, names: dict[str, str], rows: PerRow) -> dict[str, Any]:
    """Return the cohorts and derived features that a query names in backticks."""
    added = {}
    for name in quoted_names(text):
        if name in names or name not in rows.columns:
            continue
        column = rows.columns[name]
        if column.numbers is not None:
            added[name] = column.numbers
        elif column.kind == "boolean":
            # A plain truth, so that `not` and `and` mean what they say; missing is not true.
            added[name] = column.codes == column.code_of(True)
        else:
            values = np.empty(len(column.categories), dtype=object)
            values[:] = column.categories
            added[name] = values[column.codes]
    return added


def _answer(text: str, rows: PerRow, names: list[str], added: dict[str, Any]) -> Mask:
    """Return what pandas answers; NaN and NA count as False, as in `DataFrame.query`."""
    frame = rows.frame if rows.roles.table.is_pandas else _as_pandas(text, rows)
    frame = frame.assign(**added) if added else frame
    scope = _callers_scope()
    try:
        result = frame.eval(text, local_dict=scope[0], global_dict=scope[1])
    except Exception as error:  # whatever pandas and Python raise on a bad query
        raise SelectionError(f"The query {shown(text)} {_reason(error, names)}") from error
    if isinstance(result, pd.Series) and len(result) == len(frame) and _may_be_truth(result):
        truths: Mask = result.astype("boolean").fillna(False).to_numpy(dtype=bool)
        return truths
    if isinstance(result, np.ndarray) and result.dtype == bool and result.shape == (len(frame),):
        return result
    gives = f"{result.dtype} values" if isinstance(result, pd.Series) else shown(result)
    raise SelectionError(
        f"The query {shown(text)} gives {gives}, not True or False for each row. Compare with "
        f"something, as in 'age > 60'."
    )


def _may_be_truth(result: pd.Series[Any]) -> bool:
    return _is_truth(result) or (result.dtype == object and bool(result.isna().all()))


def _as_pandas(text: str, rows: PerRow) -> pd.DataFrame:
    """Return the columns that a query may name, as pandas."""
    table = rows.roles.table
    data: dict[str, Any] = {
        str(name): table.series(name) for name in table.names if str(name) in text
    }
    for role, series in rows.roles.labels.items():
        if rows.names[role] in text:
            data.setdefault(rows.names[role], series.reset_index(drop=True))
    data |= {rows.names[name]: rows[name] for name in rows if rows.names[name] in text}
    return pd.DataFrame(data, index=table.index)


def _reason(error: Exception, names: list[str]) -> str:
    missing = getattr(error, "name", None)
    if isinstance(error, NameError):
        name = _without_quoting(missing or str(error).split("'")[1], names)
        if f"local variable '{name}'" in str(error):
            return f"uses @{name}, but there is no such variable where it was written."
        return f"names {name!r}, which is no column.{hint(name, names)} Columns: {listed(names)}."
    if isinstance(error, SyntaxError):
        return f"is no Python expression: {error.msg}."
    said = (str(error) or type(error).__name__).strip().rstrip(".")
    return f"cannot be answered: {said[:200]}."


def _without_quoting(name: str, names: list[str]) -> str:
    """Return a backticked name as it was written: pandas reports it in a spelling of its own."""
    mark = "BACKTICK_QUOTED_STRING_"
    if not name.startswith(mark):
        return name
    written = name.removeprefix(mark)
    for spelled, sign in {"_MINUS_": "-", "_DOT_": ".", "_SLASH_": "/", "_": " "}.items():
        if spelled != "_" or not hint(written, names):
            written = written.replace(spelled, sign)
    return written


def _callers_scope() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the variables of the user's own line: of the first frame that is not ours."""
    frame: Any = sys._getframe(1)  # noqa: SLF001  what pandas' own query does
    while frame.f_back is not None:
        if str(frame.f_globals.get("__name__", "")).split(".")[0] not in _BETWEEN:
            break
        frame = frame.f_back
    return dict(frame.f_locals), dict(frame.f_globals)
