"""Which columns describe the rows: the user's list, or a rule that says what it left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from errwidgets import _inputs as inputs
from errwidgets.columns import kind_of
from errwidgets.exceptions import ColumnNotFoundError, InputTypeError

if TYPE_CHECKING:
    from collections.abc import Hashable

    from errwidgets._roles import Options, Roles
    from errwidgets._table import Table

__all__ = ["KINDS", "check_features", "choose_features"]

KINDS = ("boolean", "numeric", "time", "category", "text", "image", "embedding", "other")


def check_features(roles: Roles, options: Options, used: set[Hashable]) -> None:
    """Check what the user says of features and note it in the roles."""
    table = roles.table
    roles.used = frozenset(used)
    kinds = options.get("kinds")
    if kinds is not None and not isinstance(kinds, Mapping):
        raise InputTypeError.expected("kinds", "a dict column → kind", kinds)
    roles.kinds = dict(kinds or {})
    for column, kind in roles.kinds.items():
        if column not in table:
            raise ColumnNotFoundError.of("kinds", column, table.names)
        inputs.one_of(f"kinds[{column!r}]", kind, KINDS)
    wanted = options.get("features")
    if wanted is None:
        return
    if not inputs.is_list(wanted):
        raise InputTypeError.expected("features", "a list of column names", wanted)
    names = list(wanted)
    for column in names:
        if column not in table:
            raise ColumnNotFoundError.of("features", column, table.names)
    roles.features = tuple(dict.fromkeys(names))


def choose_features(roles: Roles) -> tuple[tuple[Hashable, ...], str | None]:
    """Return the features and, in words, what was left out of them.

    Without a list of the user's: every column that plays no role, but for
    constant and identifier-like ones. Reads every column, so it is asked late.
    """
    if roles.features is not None:
        return roles.features, None
    kept: list[Hashable] = []
    left_out: list[str] = []
    for column in roles.table.names:
        if column in roles.used:
            continue
        series = roles.table.series(column)
        kind = roles.kinds.get(column) or kind_of(series)
        reason = _no_feature(column, series, kind, roles.table)
        if reason:
            left_out.append(f"{column} ({reason})")
        else:
            kept.append(column)
    said = f"Left out of the features: {', '.join(left_out)}." if left_out else None
    return tuple(kept), said


def _no_feature(column: Hashable, series: pd.Series[Any], kind: str, table: Table) -> str | None:
    if table.is_pandas and column is not None and column in table.index.names:
        return "named like the index"
    if kind in {"image", "embedding", "other"}:
        return None
    n_distinct = series.nunique(dropna=False)
    if n_distinct <= 1:
        return "constant"
    ordered = kind in {"time", "text"} or pd.api.types.is_float_dtype(series.dtype)
    if not ordered and n_distinct == len(series):
        return "identifier-like: all values distinct"
    return None
