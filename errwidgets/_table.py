"""A user's table, read and extended the same whether pandas, polars or pyarrow holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.exceptions import EmptyInputError, InputTypeError, ShapeError

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

__all__ = ["COPIES_LAZILY", "Table", "as_table", "take"]


def _narwhals() -> Any:
    """Return narwhals, loaded when a frame that is not pandas' asks for it: it costs 30 ms."""
    import narwhals  # noqa: PLC0415

    return narwhals


COPIES_LAZILY = int(pd.__version__.split(".")[0]) >= 3  # noqa: PLR2004
"""Whether a shallow copy is safe from later changes: pandas copies on write since 3.0."""


@dataclass(frozen=True, eq=False)
class Table:
    """The columns that describe the rows, in the user's own kind of frame.

    Attributes
    ----------
    native : DataFrame
        What the user passed; a shallow copy of a pandas frame.
    index : Index of shape (n_samples,)
        Labels of the rows; row numbers when the frame has none.
    """

    native: Any
    index: pd.Index[Any]

    @property
    def is_pandas(self) -> bool:
        """Whether rows have labels of their own."""
        return isinstance(self.native, pd.DataFrame)

    @property
    def names(self) -> list[Hashable]:
        """The names of the columns, in order."""
        if self.is_pandas:
            return list(self.native.columns)
        return list(_narwhals().from_native(self.native).columns)

    def __len__(self) -> int:
        return len(self.index)

    def __contains__(self, name: object) -> bool:
        try:
            return name in self.names
        except (TypeError, ValueError):  # arrays compare by element
            return False

    def series(self, name: Hashable) -> pd.Series[Any]:
        """Return a column as a pandas Series."""
        if self.is_pandas:
            column: pd.Series[Any] = self.native[name]
            return column
        nw = _narwhals()
        values = nw.from_native(self.native)[str(name)]
        whole = values.null_count() == 0
        if whole and (values.dtype.is_numeric() or values.dtype == nw.Boolean):
            return pd.Series(values.to_numpy(), name=name)
        nullable = _nullable_dtype(values.dtype)
        if nullable is not None:
            return pd.Series(values.to_list(), name=name, dtype=nullable)  # type: ignore[no-any-return]
        if values.dtype.is_temporal() and values.dtype not in (nw.Duration, nw.Time):
            return pd.Series(pd.to_datetime(pd.Series(values.to_list())), name=name)
        return pd.Series(_objects(values.to_list()), name=name, dtype=object)

    def column_of(self, numbers: np.ndarray[Any, Any]) -> pd.Series[Any] | None:
        """Return the first column that holds exactly these numbers, or ``None``."""
        for name in self.names:
            if self.is_pandas:
                floats = pd.api.types.is_float_dtype(self.native[name].dtype)
            else:
                floats = _narwhals().from_native(self.native)[str(name)].dtype.is_float()
            if floats:
                series = self.series(name)
                if np.array_equal(series.to_numpy(dtype=float, na_value=np.nan), numbers):
                    return series
        return None

    def extended(self, added: Mapping[str, Any]) -> Any:
        """Return the frame with more columns behind its own; values are Series or arrays."""
        if not added:
            return self.native
        if self.is_pandas:
            more = pd.DataFrame(dict(added), index=self.index)
            return pd.concat([self.native, more], axis=1) if len(self.native.columns) else more
        nw = _narwhals()
        frame = nw.from_native(self.native, eager_only=True)
        series = [
            nw.new_series(name, _plain(values), backend=frame.implementation)
            for name, values in added.items()
        ]
        return frame.with_columns(series).to_native()

    def with_index(self, index: pd.Index[Any]) -> Table:
        """Return the table with other row labels."""
        native = self.native.set_axis(index) if self.is_pandas else self.native
        return Table(native, index)


def take(native: Any, positions: np.ndarray[Any, Any]) -> Any:
    """Return the rows at these positions (or where a mask is true), in their own kind of frame."""
    if isinstance(native, pd.DataFrame):
        rows = native[positions] if positions.dtype == bool else native.iloc[positions]
        # Before 3.0 pandas warns whoever changes a part of a frame; this one is theirs.
        return rows if COPIES_LAZILY else rows.copy()
    if positions.dtype == bool:
        positions = np.flatnonzero(positions)
    return _narwhals().from_native(native, eager_only=True)[positions].to_native()


def with_column(native: Any, label: Any, values: np.ndarray[Any, Any]) -> Any:
    """Return a frame with other values in a column, of the column's type where they fit it."""
    if isinstance(native, pd.DataFrame):
        series: pd.Series[Any] = pd.Series(values, index=native.index, dtype=object)
        try:
            series = series.astype(native[label].dtype)
        except (TypeError, ValueError):
            series = series.infer_objects()
        return native.assign(**{label: series}) if isinstance(label, str) else native
    nw = _narwhals()
    frame = nw.from_native(native, eager_only=True)
    made = nw.new_series(label, values.tolist(), backend=frame.implementation)
    return frame.with_columns(made.cast(frame[label].dtype)).to_native()


def as_table(role: str, values: Any) -> Table:
    """Return a table of columns that describe the rows.

    Parameters
    ----------
    role : str
        The parameter's name, for messages.
    values : DataFrame, or array-like of shape (n_samples, n_features) or (n_samples,)
        pandas, polars or pyarrow; an array; a list of texts becomes one column ``text``.

    Raises
    ------
    InputTypeError, ShapeError, EmptyInputError
        When it is no table, has a column twice, or no rows.
    """
    if isinstance(values, pd.DataFrame):
        if not values.columns.is_unique:
            twice = values.columns[values.columns.duplicated()][0]
            raise InputTypeError(
                f"{role} has the column {twice!r} more than once. Rename one of them."
            )
        table = Table(values.copy(deep=not COPIES_LAZILY), values.index)
    else:
        nw = _narwhals()
        try:
            frame = nw.from_native(values, eager_only=True, pass_through=True)
        except nw.exceptions.DuplicateError:
            names = list(values.column_names)
            twice = next(name for name in names if names.count(name) > 1)
            raise InputTypeError(
                f"{role} has the column {twice!r} more than once. Rename one of them."
            ) from None
        if isinstance(frame, nw.DataFrame):
            table = Table(values, pd.RangeIndex(len(frame)))
        elif isinstance(nw.from_native(values, pass_through=True), nw.LazyFrame):
            raise InputTypeError.expected(role, "a frame in memory", values,
                                          advice="Collect it first: frame.collect().")  # fmt: skip
        else:
            table = _from_array(role, values)
    if not len(table):
        raise EmptyInputError(f"{role} has no rows; there is nothing to evaluate.")
    return table


def _from_array(role: str, values: Any) -> Table:
    if isinstance(values, pd.Series):
        name = values.name if values.name is not None else "text"
        return Table(values.to_frame(name), values.index)
    if hasattr(values, "toarray") and hasattr(values, "shape"):
        raise InputTypeError(
            f"{role} must be a table or a dense array; got {type(values).__name__}. A sparse "
            f"matrix has no columns to show: pass the table it was made from."
        )
    if isinstance(values, str | bytes | dict | set) or not hasattr(values, "__len__"):
        raise InputTypeError.expected(role, "a DataFrame or a two-dimensional array", values)
    try:
        array = np.asarray(values)
    except ValueError:  # rows of different lengths
        array = np.empty(len(values))
    if array.ndim == 1 and len(array) and all(isinstance(v, str | None) for v in array.tolist()):
        return Table(pd.DataFrame({"text": list(values)}), pd.RangeIndex(len(array)))
    if array.ndim != 2:  # noqa: PLR2004  a table
        raise ShapeError(
            f"{role} must have two dimensions, (n_samples, n_features); got {array.shape}."
        )
    # From the rows themselves: an array of mixed columns would be text throughout.
    rows = values if isinstance(values, list) else array
    frame = pd.DataFrame(rows, columns=[f"x{i}" for i in range(array.shape[1])], copy=True)
    return Table(frame, frame.index)


def _nullable_dtype(dtype: Any) -> Any:
    """Return pandas' type for numbers and truth values some of which are missing."""
    if dtype == _narwhals().Boolean:
        return "boolean"
    if dtype.is_integer():
        return "UInt64" if dtype.is_unsigned_integer() else "Int64"
    return "float64" if dtype.is_float() else None


def _objects(values: list[Any]) -> np.ndarray[Any, Any]:
    return np.fromiter(values, dtype=object, count=len(values))


def _plain(values: Any) -> Any:
    array = np.asarray(values)
    return array.tolist() if array.dtype == object else array
