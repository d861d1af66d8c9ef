"""Predicates, clauses and selections: frozen values that compare and hash by content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

import numpy as np
import pandas as pd

from errwidgets.exceptions import SelectionError, SelectionTypeError, shown
from errwidgets.selection.rowsets import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from errwidgets.columns import CodedColumn
    from errwidgets.selection.rowsets import Form

    Columns: TypeAlias = Mapping[str, CodedColumn]
    Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

__all__ = [
    "All",
    "AnyOf",
    "Clause",
    "Closed",
    "Contains",
    "In",
    "IsNull",
    "Not",
    "Predicate",
    "Range",
    "Rows",
    "Selection",
]

Closed: TypeAlias = Literal["right", "left", "both", "neither"]

CLOSED = ("right", "left", "both", "neither")


@dataclass(frozen=True, slots=True)
class In:
    """Rows whose value in `column` is one of `values`.

    In a column of many numbers, which is coded in bins, a value is a number or
    the ``(low, high)`` of a bin.
    """

    column: str
    values: tuple[Hashable, ...]

    def __post_init__(self) -> None:
        if isinstance(self.values, list):
            object.__setattr__(self, "values", tuple(self.values))


@dataclass(frozen=True, slots=True)
class Range:
    """Rows whose number or time in `column` lies between two limits; never a missing one.

    Parameters
    ----------
    column : str
        A column of numbers or times.
    low, high : number, datetime or timedelta, optional
        The limits; ``None`` for an open end.
    closed : {"right", "left", "both", "neither"}
        Which limits belong to the range.

    Examples
    --------
    >>> Range("age", 28, 37)  # 28 < age ≤ 37
    Range(column='age', low=28, high=37, closed='right')
    """

    column: str
    low: Any = None
    high: Any = None
    closed: Closed = "right"

    def __post_init__(self) -> None:
        if self.closed not in CLOSED:
            raise SelectionError(
                f"closed is one of 'right', 'left', 'both' and 'neither'; got {shown(self.closed)}."
            )
        for side, limit in (("low", self.low), ("high", self.high)):
            if limit is not None and pd.api.types.is_scalar(limit) and pd.isna(limit):
                raise SelectionError(
                    f"A range has no missing limit: {side} of {self.column!r} is {shown(limit)}. "
                    f"None is an open end; IsNull({self.column!r}) is the rows without a value."
                )


@dataclass(frozen=True, slots=True)
class IsNull:
    """Rows without a value in `column`."""

    column: str


@dataclass(frozen=True, slots=True)
class Contains:
    """Rows whose text in `column` contains `text`, character for character."""

    column: str
    text: str
    case: bool = True

    def __post_init__(self) -> None:
        given: Any = self.text
        if not isinstance(given, str):
            raise SelectionTypeError(f"Contains looks for a text; got {shown(given)}.")


@dataclass(frozen=True, slots=True)
class Rows:
    """A set of rows by position; made with :meth:`of`.

    Parameters
    ----------
    n_samples : int
        Number of rows of the evaluation it was made for.
    form : {"bits", "deltas"}
        How `data` holds the rows.
    data : bytes
        A bit per row, or the gaps between the rows when that is shorter.
    words : str
        What views say.
    query : str, optional
        The pandas query that the rows came from.
    """

    n_samples: int
    form: Form
    data: bytes
    words: str
    query: str | None = None

    @classmethod
    def of(
        cls, rows: Any, n_samples: int, words: str | None = None, query: str | None = None
    ) -> Self:
        """Make a set of rows from a mask, or from positions.

        Parameters
        ----------
        rows : array-like of shape (n_samples,) of bool, or of int
            Which rows.
        n_samples : int
            Number of rows there are.
        words, query : str, optional
            What views say, and the pandas query that the rows came from.

        Raises
        ------
        SelectionError
            When there are no such rows.

        Examples
        --------
        >>> Rows.of([2, 0], 3).words, Rows.of([True, False], 2).words
        ('2 rows chosen in code', '1 row chosen in code')
        """
        array = np.asarray(rows)
        if array.dtype == bool and array.shape == (n_samples,):
            mask = array
        elif array.ndim == 1 and (array.dtype.kind in "iu" or not len(array)):
            mask = np.zeros(n_samples, dtype=bool)
            positions = array.astype(np.intp)
            if ((positions < 0) | (positions >= n_samples)).any():
                raise SelectionError(f"Positions of rows are from 0 to {n_samples - 1:,}.")
            mask[positions] = True
        else:
            raise SelectionError(
                f"Rows are a mask of {n_samples:,} truth values or positions; got "
                f"{array.dtype} of shape {array.shape}."
            )
        if words is None:
            n = int(np.count_nonzero(mask))
            words = f"{n:,} row{'' if n == 1 else 's'} chosen in code"
        form, data = pack(mask)
        return cls(n_samples, form, data, words, query)

    def mask(self) -> Mask:
        """Return which rows, as ndarray of shape (n_samples,)."""
        return unpack(self.form, self.data, self.n_samples)

    def __repr__(self) -> str:
        return f"<Rows {self.words!r} of {self.n_samples:,}>"


@dataclass(frozen=True, slots=True)
class All:
    """Rows that meet every one of the predicates; every row when there are none."""

    of: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Rows that meet at least one of the predicates; no row when there are none."""

    of: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Rows that do not meet the predicate."""

    of: Predicate


Predicate: TypeAlias = In | Range | IsNull | Contains | Rows | All | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Clause:
    """A predicate and the view that made it (``"python"`` when assigned in code)."""

    source: str
    predicate: Predicate


@dataclass(frozen=True, slots=True)
class Selection:
    """Clauses joined by AND. No clause means that nothing is selected.

    Parameters
    ----------
    clauses : tuple of Clause
        At most one per source.
    """

    clauses: tuple[Clause, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.clauses)

    def __len__(self) -> int:
        return len(self.clauses)

    def __iter__(self) -> Iterator[Clause]:
        return iter(self.clauses)

    def clause(self, source: str) -> Clause | None:
        """Return the clause of a source, or ``None``."""
        return next((clause for clause in self.clauses if clause.source == source), None)

    def predicate(self) -> Predicate | None:
        """Return one predicate that means the whole selection; ``None`` when nothing is."""
        given: tuple[Any, ...] = self.clauses
        odd = [clause for clause in given if not isinstance(clause, Clause)]
        if odd:
            raise SelectionTypeError(f"A Selection holds clauses; got {shown(odd[0])}.")
        if len(self.clauses) == 1:
            return self.clauses[0].predicate
        return All(tuple(clause.predicate for clause in self.clauses)) if self.clauses else None

    def to_json(self) -> str:
        """Return the selection as JSON, with values as they are in the data.

        Raises
        ------
        SelectionError
            When a value has no spelling in JSON, as an enum has none.

        Examples
        --------
        >>> selection = Selection((Clause("python", Range("age", 28, 37)),))
        >>> Selection.from_json(selection.to_json()) == selection
        True
        """
        from errwidgets.selection.values import selection_to_json  # noqa: PLC0415  it imports us

        return selection_to_json(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a selection that :meth:`to_json` wrote.

        Raises
        ------
        SelectionError
            When the text is something else.
        """
        from errwidgets.selection.values import selection_from_json  # noqa: PLC0415  it imports us

        return cls(selection_from_json(text).clauses)
