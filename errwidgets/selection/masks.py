"""The first reading of a predicate: which rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from errwidgets.exceptions import SelectionError, SelectionTypeError, shown
from errwidgets.selection.predicates import All, AnyOf, Contains, In, IsNull, Not, Range, Rows
from errwidgets.selection.resolving import bounds_of, codes_meeting, find_column, resolve

if TYPE_CHECKING:
    from errwidgets.columns import CodedColumn
    from errwidgets.selection.predicates import Columns, Mask, Predicate

__all__ = ["mask"]


def mask(  # noqa: C901, PLR0911  one per form
    predicate: Predicate, columns: Columns, n_samples: int
) -> Mask:
    """Return which rows meet a predicate.

    Parameters
    ----------
    predicate : Predicate
        What to evaluate.
    columns : mapping of str to CodedColumn
        The columns it may name.
    n_samples : int
        Number of rows.

    Returns
    -------
    ndarray of shape (n_samples,), dtype bool

    Raises
    ------
    SelectionError
        When the predicate names an unknown column or value, or asks of a column
        what it cannot answer.
    """
    match predicate:
        case In(name):
            column = find_column(columns, name)
            found = resolve(predicate, column)
            if isinstance(found, In):
                return _by_code(found, column)
            return mask(found, columns, n_samples)
        case Range(name) | IsNull(name) | Contains(name):
            return _by_code(predicate, find_column(columns, name))
        case Rows():
            if predicate.n_samples != n_samples:
                raise SelectionError(
                    f"The rows were chosen among {predicate.n_samples:,}; this evaluation has "
                    f"{n_samples:,}. Choose them again by a condition on columns."
                )
            return predicate.mask()
        case Not(of):
            inner = mask(of, columns, n_samples)
            return np.logical_not(inner, out=inner)
        case All(of):
            result = np.ones(n_samples, dtype=bool)
            for part in of:
                result &= mask(part, columns, n_samples)
            return result
        case AnyOf(of):
            result = np.zeros(n_samples, dtype=bool)
            for part in of:
                result |= mask(part, columns, n_samples)
            return result
        case _:
            raise SelectionTypeError(
                f"A predicate is an In, Range, IsNull, Contains, Rows, All, AnyOf or Not of "
                f"errwidgets.selection; got {type(predicate).__name__} {shown(predicate)}."
            )


def _by_code(leaf: In | Range | IsNull | Contains, column: CodedColumn) -> Mask:
    table = codes_meeting(leaf, column)
    if table is not None:
        rows: Mask = table[column.codes]
        return rows
    assert isinstance(leaf, Range)  # noqa: S101  only ranges take the values
    assert column.ordered is not None  # noqa: S101
    inside: Mask = bounds_of(leaf, column).holds(column.ordered.values)
    inside &= ~column.ordered.missing
    return inside
