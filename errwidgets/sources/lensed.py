"""What a lens does to rows and to queries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from errwidgets._table import with_column
from errwidgets.selection import All, AnyOf, Contains, In, IsNull, Not, Range
from errwidgets.sources.columns import merged_codes

if TYPE_CHECKING:
    from errwidgets.selection import Predicate
    from errwidgets.sources.columns import ViewColumns

__all__ = ["through_lens", "without_lens"]


def through_lens(rows: Any, columns: ViewColumns, mask: np.ndarray[Any, Any]) -> Any:
    """Return rows with the lens's predictions and mistakes in place of the evaluation's.

    Parameters
    ----------
    rows : DataFrame
        Rows of ``evaluation.frame``.
    columns : ViewColumns
        The columns through the lens.
    mask : ndarray of shape (n_samples,), dtype bool
        Which rows they are.
    """
    for name in ("y_pred", columns.is_error):
        if name is not None and columns.changes(name):
            column = columns[name]
            values = np.empty(len(column.categories), dtype=object)
            values[:] = column.categories
            label = columns.evaluation.frame_name("y_pred" if name == "y_pred" else "is_error")
            rows = with_column(rows, label, values[column.codes[mask]])
    return rows


def without_lens(predicate: Predicate, columns: ViewColumns) -> Predicate | None:
    """Return a predicate that says the same in columns which the lens leaves as they are.

    Returns
    -------
    Predicate or None
        ``None`` where no such column says it.
    """
    match predicate:
        case Not(of):
            inner = without_lens(of, columns)
            return None if inner is None else Not(inner)
        case All(of) | AnyOf(of):
            parts = [without_lens(part, columns) for part in of]
            if any(part is None for part in parts):
                return None
            return type(predicate)(tuple(part for part in parts if part is not None))
        case In(name, values) if columns.changes(name):
            return _in_without(name, values, columns)
        case Range(name) | IsNull(name) | Contains(name) if columns.changes(name):
            return None
    return predicate


def _in_without(name: str, values: tuple[Any, ...], columns: ViewColumns) -> Predicate | None:
    evaluation = columns.evaluation
    if name == "y_pred":
        yes = evaluation.pos_label in values
        no = any(value != evaluation.pos_label for value in values)
        positive = columns.positive()
        if yes and no:
            return All(())
        return positive if yes else Not(positive) if no else AnyOf(())
    wrong, right = True in values, False in values
    if wrong and right:
        return All(())
    said = _wrong_without(columns)
    if said is None:
        return None
    return said if wrong else Not(said) if right else AnyOf(())


def _wrong_without(columns: ViewColumns) -> Predicate | None:
    evaluation, lens = columns.evaluation, columns.lens
    if evaluation.task == "regression":
        residual = evaluation.frame_name("residual")
        far = lens.error_threshold
        assert far is not None  # noqa: S101  else the lens changes nothing
        return AnyOf(
            (Range(residual, far, None, "neither"), Range(residual, None, -far, "neither"))
        )
    if evaluation.task == "score":
        return Range(evaluation.frame_name("loss"), lens.error_threshold, None, "neither")
    group = merged_codes(lens, evaluation)
    parts = []
    for first in np.unique(group):
        labels = tuple(evaluation.classes[code] for code in np.flatnonzero(group == first))
        said = without_lens(In("y_pred", labels), columns)
        if said is None:
            return None
        parts.append(All((In("y_true", labels), Not(said))))
    return AnyOf(tuple(parts))
