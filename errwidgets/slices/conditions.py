"""What a slice can say of one feature: a condition per value, per bin and for what is missing."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from errwidgets.columns import bin_column, is_hashable
from errwidgets.exceptions import (
    ColumnNotFoundError,
    ErrwidgetsError,
    InputError,
    InputTypeError,
    shown,
)
from errwidgets.selection import In, IsNull, Range, query_string, words
from errwidgets.slices.edges import tree_edges

if TYPE_CHECKING:
    from collections.abc import Hashable

    from errwidgets.columns import CodedColumn
    from errwidgets.evaluation import Evaluation
    from errwidgets.selection import Predicate

__all__ = ["Conditions", "conditions_of", "read_features"]

# Long texts that are few are the values of a category.
_FEW_TEXTS = 50

_EDGES = "'quantile', 'tree', a number of bins, or a list of the values where bins meet"


@dataclass(frozen=True, eq=False)
class Conditions:
    """The conditions on one feature: disjoint, one per code of a column.

    Parameters
    ----------
    column : CodedColumn
        The feature in the codes that are searched; its name is one that the
        selection grammar knows.
    by_value : bool, default=True
        Whether a bin that holds one value only is said by it, ``rooms = 10`` rather than
        ``9 < rooms ≤ 10``.
    only_true : bool, default=False
        Whether slices say that a truth holds and never that it does not: most texts lack
        most words.
    """

    column: CodedColumn
    by_value: bool = True
    only_true: bool = False

    @property
    def name(self) -> str:
        """The feature, as the selection grammar knows it."""
        return self.column.name

    @property
    def codes(self) -> np.ndarray[Any, np.dtype[np.unsignedinteger[Any]]]:
        """The condition that each row meets, as ndarray of shape (n_samples,)."""
        return self.column.codes

    def __len__(self) -> int:
        return len(self.column.categories)

    @property
    def searched(self) -> range | list[int]:
        """The codes that slices may speak of."""
        if not self.only_true:
            return range(len(self))
        return [code for code, value in enumerate(self.column.categories) if value is not False]

    @property
    def is_ordered(self) -> bool:
        """Whether neighbouring codes are neighbouring numbers or times."""
        return self.column.ordered is not None

    @property
    def n_present(self) -> int:
        """How many codes stand for a value; a missing one comes last."""
        return len(self) - self.column.has_missing

    def predicate(self, code: int) -> Predicate:
        """Return a condition in the selection grammar."""
        value = self.column.categories[code]
        if value is None:
            return IsNull(self.name)
        if isinstance(value, tuple) and self.is_ordered:  # a bin is its two ends
            only = self._only(code)
            if only is not None:
                return Range(self.name, only, only, "both")
            return Range(self.name, *self.limits(code), "right")
        return In(self.name, (value,))

    def limits(self, code: int) -> tuple[Any, Any]:
        """Return what a bin lies over, and up to; ``None`` for the open end of an outer bin."""
        value = self.column.categories[code]
        assert isinstance(value, tuple)  # noqa: S101  a bin is its two ends
        # An infinite edge between bins is a limit like another.
        return (
            None if code == 0 else value[0],
            None if code == self.n_present - 1 else value[1],
        )

    def _only(self, code: int) -> Any:
        """Return the one value that a bin holds; ``None`` when there are more."""
        column = self.column
        if not self.by_value or column.lows is None or column.highs is None:
            return None
        low, high = column.lows[code], column.highs[code]
        if low is None or low != high or math.isinf(low) or column.ordered is None:
            return None
        return column.ordered.value_of(low)

    @functools.cached_property
    def predicates(self) -> tuple[Predicate, ...]:
        """All conditions, by code."""
        return tuple(self.predicate(code) for code in range(len(self)))

    def words(self, code: int) -> str:
        """Return a condition in words, as in ``28 < age ≤ 37``."""
        return words(self.predicates[code], {self.name: self.column})

    def query(self, code: int) -> str | None:
        """Return the pandas query of a condition; ``None`` where pandas cannot say it."""
        return query_string(self.predicates[code], {self.name: self.column})


def conditions_of(
    evaluation: Evaluation,
    feature: Hashable,
    *,
    edges: Any = None,
    target: np.ndarray[Any, Any] | None = None,
) -> list[Conditions]:
    """Return the conditions on a feature; of texts, images and times on what derives from it.

    Parameters
    ----------
    evaluation : Evaluation
        Whose column it is.
    feature : column label
        A column of the table, ``"split"``, a label or per-row column, or a derived
        feature such as ``"review.n_words"``.
    edges : {"quantile", "tree"}, int or list, optional
        Where the bins of numbers and times meet: by default ten of about equal
        support, or one per value where there are at most ten.
    target : ndarray of shape (n_samples,), optional
        What ``"tree"`` edges tell apart; by default the loss.

    Returns
    -------
    list of Conditions
        One, but for texts, images and times.

    Raises
    ------
    ColumnNotFoundError, InputError, InputTypeError
        For a column that is not there, or edges that cannot be.
    """
    columns: Any = evaluation.columns
    if not is_hashable(feature) or feature not in columns:
        raise ColumnNotFoundError.of("feature", feature, columns)
    column = columns[feature]
    if edges is not None:
        binned = _binned(column, edges, evaluation, target)
        return [Conditions(binned, by_value=binned is column)]
    if column.kind == "text" and len(column.categories) <= _FEW_TEXTS:
        return [Conditions(column)]
    derived = [
        Conditions(columns[name], only_true=name.startswith(f"{column.name}.has_"))
        for name in columns.derived(feature)
    ]
    if column.kind in {"text", "image"} and derived:
        return derived
    return [Conditions(column), *derived]


def _binned(
    column: CodedColumn, edges: Any, evaluation: Evaluation, target: np.ndarray[Any, Any] | None
) -> CodedColumn:
    ordered = column.ordered
    if ordered is None:
        raise InputError(
            f"edges= are for columns of numbers and times; {column.name!r} holds {column.kind}."
        )
    values, missing = ordered.values, ordered.missing
    if isinstance(edges, str) and edges == "quantile":
        return column
    if isinstance(edges, str) and edges == "tree":
        if target is None:
            target = evaluation.row_values("loss")
        found = tree_edges(values[~missing], np.asarray(target, dtype=np.float64)[~missing])
        return bin_column(column, [ordered.value_of(edge) for edge in found])
    if isinstance(edges, int | np.integer) and not isinstance(edges, bool):
        if edges < 2:  # noqa: PLR2004  one bin is no condition
            raise InputError(f"edges= as a number of bins is 2 or more; got {edges}.")
        present = np.sort(values[~missing])
        at = np.floor(np.linspace(0, 1, int(edges) + 1)[1:-1] * (len(present) - 1))
        cuts = np.unique(present[at.astype(np.intp)]) if len(present) else present
        below = [ordered.value_of(cut) for cut in cuts.tolist() if cut < present[-1]]
        return bin_column(column, below)
    if isinstance(edges, str) or not hasattr(edges, "__iter__"):
        raise InputTypeError.expected(f"edges of {column.name!r}", _EDGES, edges)
    given = list(edges)
    try:
        return bin_column(column, given)
    except ErrwidgetsError as error:
        raise InputError(f"edges={shown(given)} cannot be: {error}") from error


def read_features(
    evaluation: Evaluation, features: Any, target: np.ndarray[Any, Any] | None = None
) -> list[Conditions]:
    """Return the conditions of the features that are wanted.

    Parameters
    ----------
    evaluation : Evaluation
        Whose columns they are.
    features : None, column label, list of column labels, or dict of label → edges
        ``None`` for the evaluation's features.
    target : ndarray of shape (n_samples,), optional
        What ``"tree"`` edges tell apart.

    Raises
    ------
    ColumnNotFoundError, InputError, InputTypeError
        As :func:`conditions_of`, and when `features` is something else.
    """
    wanted: dict[Any, Any]
    if features is None:
        wanted = dict.fromkeys(evaluation.features)
    elif isinstance(features, Mapping):
        wanted = dict(features)
    elif isinstance(features, str):
        wanted = {features: None}
    elif hasattr(features, "__iter__"):
        names = list(features)
        odd = next((name for name in names if not is_hashable(name)), None)
        if odd is not None:
            raise InputTypeError.expected("features", "a list of column names", odd)
        wanted = dict.fromkeys(names)
    else:
        raise InputTypeError.expected(
            "features", "a list of column names, or a dict of name → edges", features
        )
    return [
        conditions
        for feature, edges in wanted.items()
        for conditions in conditions_of(evaluation, feature, edges=edges, target=target)
    ]
