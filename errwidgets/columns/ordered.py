"""Values in order: what a range compares, exact for big integers and for time."""

from __future__ import annotations

import datetime as dt
import decimal
import math
import numbers
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.columns.spelling import number
from errwidgets.exceptions import SelectionError, shown

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["Limit", "Ordered", "order"]

_EXACT = 1 << 53

_UNITS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}

Limit = int | float


@dataclass(frozen=True, eq=False)
class Ordered:
    """The values of a column in a form that keeps their order.

    Attributes
    ----------
    values : ndarray of shape (n_samples,)
        float64; int64 or uint64 for time and for integers from 2^53 on.
    missing : ndarray of shape (n_samples,), dtype bool
        Rows without a value; what `values` holds there means nothing.
    unit : str
        ``"float"``, ``"float32"`` (limits are rounded to it), ``"integer"`` (int64),
        ``"unsigned"`` (uint64), ``"time[ns]"``, ``"time[ns, UTC]"`` for a column
        with a zone, or ``"duration[ns]"``; s, ms or us in place of ns.
    in_queries : bool
        Whether a pandas query compares the frame's column as `values` compare.
    narrow : dtype, optional
        The narrower floating-point type of the frame's column.
    """

    values: np.ndarray[Any, Any]
    missing: np.ndarray[Any, np.dtype[np.bool_]]
    unit: str
    in_queries: bool = True
    narrow: type[np.floating[Any]] | None = None

    @property
    def is_whole(self) -> bool:
        """Whether limits are whole numbers."""
        return bool(self.values.dtype.kind != "f")

    @property
    def is_time(self) -> bool:
        """Whether values are points in time or durations."""
        return self.unit.startswith(("time", "duration"))

    def limit(self, name: str, value: Any) -> tuple[Limit, bool]:
        """Return a limit in the column's own form.

        Returns
        -------
        limit : int or float
            The limit itself or, where the column has only whole steps, the step below.
        between : bool
            Whether the limit lies between two steps.

        Raises
        ------
        SelectionError
            When it cannot be compared with the column.
        """
        if self.is_time:
            return self._time_limit(name, value)
        if isinstance(value, np.generic):
            value = value.item()
        if not isinstance(value, numbers.Real | decimal.Decimal) or value != value:  # noqa: PLR0124
            raise SelectionError(
                f"A limit of {name!r} is a number; got {type(value).__name__} {shown(value)}."
            )
        if not self.is_whole:
            return self._rounded(value), False
        if not math.isfinite(value):
            return float(value), False
        whole = math.floor(value)
        return int(whole), bool(whole != value)

    def _rounded(self, value: Any) -> float:
        try:
            wide = float(value)
        except OverflowError:
            wide = math.inf if value > 0 else -math.inf
        if self.narrow is None:
            return wide
        with np.errstate(over="ignore"):
            return float(self.narrow(wide))

    def _time_limit(self, name: str, value: Any) -> tuple[int, bool]:
        lapse = self.unit.startswith("duration")
        wanted = "a duration, as pd.Timedelta" if lapse else "a point in time, as pd.Timestamp"
        fits = (dt.timedelta, np.timedelta64) if lapse else (dt.date, np.datetime64)
        if not isinstance(value, fits) or pd.isna(value):
            raise SelectionError(
                f"A limit of {name!r} is {wanted}; got {type(value).__name__} {shown(value)}."
            )
        try:
            given: Any = value
            moment: Any = pd.Timedelta(given) if lapse else pd.Timestamp(given)
        except (ValueError, OverflowError) as error:
            raise SelectionError(f"{shown(value)} is out of range for {name!r}.") from error
        if not lapse and (moment.tz is not None) != ("UTC" in self.unit):
            advice = (
                "has a time zone, so the limit needs one: pd.Timestamp(…, tz='UTC')"
                if moment.tz is None
                else "has no time zone, so the limit has none: limit.tz_localize(None)"
            )
            raise SelectionError(f"{name!r} {advice}; got {type(value).__name__} {shown(value)}.")
        nanoseconds = int(moment.asm8.astype(np.int64)) * _UNITS[moment.unit]
        steps, rest = divmod(nanoseconds, _UNITS[self.step])
        return steps, rest != 0

    @property
    def step(self) -> str:
        """The unit of time: s, ms, us or ns."""
        return self.unit.partition("[")[2].rstrip("]").split(",")[0]

    def spelled(self, limit: Limit) -> str:
        """Return how the wire spells a limit or a value."""
        return number(np.float32(limit) if self.unit == "float32" else limit)

    def value_of(self, limit: Limit) -> Hashable:
        """Return the number, Timestamp or Timedelta that a limit or a value stands for.

        Raises
        ------
        SelectionError
            When there is no such point in time.
        """
        if not self.is_time:
            return limit
        step: Any = self.step
        try:
            if self.unit.startswith("duration"):
                lapse: Hashable = pd.Timedelta(np.timedelta64(int(limit), step))
                return lapse
            moment = pd.Timestamp(np.datetime64(int(limit), step))
            return moment.tz_localize("UTC") if "UTC" in self.unit else moment
        except (ValueError, OverflowError) as error:
            raise SelectionError(f"{limit} {self.step} is out of range for a time.") from error


def order(series: pd.Series[Any], kind: str) -> Ordered | None:
    """Return the values of a column in order; ``None`` when they have none.

    Parameters
    ----------
    series : Series of shape (n_samples,)
        The column.
    kind : str
        What it holds: numeric, time or boolean columns have an order.
    """
    missing = series.isna().to_numpy(dtype=bool)
    dtype = series.dtype
    letter = getattr(dtype, "kind", "O")
    if kind == "time":
        return _order_time(series, missing)
    if kind != "numeric" and not (kind == "boolean" and letter == "b"):
        return None
    if letter in "ui":
        whole = series.to_numpy(dtype=np.uint64 if letter == "u" else np.int64, na_value=0)
        return _order_whole(whole, missing, in_queries=True)
    if letter in "fb":
        values = series.to_numpy(dtype=np.float64, na_value=np.nan)
        size = getattr(dtype, "itemsize", 8)
        narrows: dict[int, type[np.floating[Any]]] = {2: np.float16, 4: np.float32}
        narrow = narrows.get(size) if letter == "f" else None
        unit = "float32" if narrow is np.float32 else "float"
        plain = letter == "b" or size in {2, 4, 8}
        return Ordered(values, missing | np.isnan(values), unit, plain, narrow)
    return _order_objects(series, missing)


def _order_whole(
    whole: np.ndarray[Any, Any], missing: np.ndarray[Any, Any], *, in_queries: bool
) -> Ordered:
    low, high = (int(whole.min()), int(whole.max())) if len(whole) else (0, 0)
    if low > -_EXACT and high < _EXACT:
        values = whole.astype(np.float64)
        values[missing] = np.nan
        return Ordered(values, missing, "float", in_queries)
    return Ordered(whole, missing, "unsigned" if whole.dtype.kind == "u" else "integer", in_queries)


def _order_objects(series: pd.Series[Any], missing: np.ndarray[Any, Any]) -> Ordered | None:
    values = [0 if none else value for value, none in zip(series, missing, strict=True)]
    if all(isinstance(value, numbers.Integral) for value in values):
        for dtype in (np.int64, np.uint64):
            try:
                whole = np.array([int(value) for value in values], dtype=dtype)
            except OverflowError:
                continue
            return _order_whole(whole, missing, in_queries=False)
    try:
        numeric = pd.to_numeric(series).to_numpy(dtype=np.float64, na_value=np.nan)
    except (ValueError, TypeError, OverflowError):
        return None
    return Ordered(numeric, missing | np.isnan(numeric), "float", in_queries=False)


def _order_time(series: pd.Series[Any], missing: np.ndarray[Any, Any]) -> Ordered | None:
    dtype = series.dtype
    plain = isinstance(dtype, pd.DatetimeTZDtype) or (
        isinstance(dtype, np.dtype) and dtype.kind in "mM"
    )
    try:
        times = series if plain else _as_times(series)
    except (ValueError, TypeError, OverflowError):  # with and without a zone, or out of range
        return None
    name = "duration" if times.dtype.kind == "m" else "time"
    zoned = isinstance(times.dtype, pd.DatetimeTZDtype)
    bare = (times.dt.tz_convert(None) if zoned else times).to_numpy()
    step = np.datetime_data(bare.dtype)[0]
    if step not in _UNITS:
        return None
    unit = f"{name}[{step}, UTC]" if zoned else f"{name}[{step}]"
    # Queries spell points in time only: pandas has no literal of a duration.
    return Ordered(bare.view(np.int64), missing, unit, plain and name == "time")


def _as_times(series: pd.Series[Any]) -> pd.Series[Any]:
    """Return objects that are dates as a column of time, in the finest unit of them."""
    moments: list[Any] = [
        pd.NaT if none else pd.Timestamp(value)
        for value, none in zip(series, series.isna(), strict=True)
    ]
    present = [moment for moment in moments if moment is not pd.NaT]
    if len({moment.tz is None for moment in present}) > 1:
        raise ValueError("some have a zone")
    zoned = bool(present) and present[0].tz is not None
    step = "ns" if any(moment.unit == "ns" for moment in present) else "us"
    whole = np.array(
        [
            np.iinfo(np.int64).min if moment is pd.NaT
            else int(moment.as_unit(step).asm8.astype(np.int64))
            for moment in moments
        ],
        dtype=np.int64,
    )  # fmt: skip
    times = pd.Series(whole.view(f"datetime64[{step}]"))
    return times.dt.tz_localize("UTC") if zoned else times
