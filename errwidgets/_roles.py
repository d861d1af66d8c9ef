"""From what a user passes to what an evaluation holds: checked, coded, with what must be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict

import numpy as np
import pandas as pd

from errwidgets import _inputs as inputs
from errwidgets._features import check_features
from errwidgets._probabilities import named_probabilities, positional_probabilities
from errwidgets._table import as_table
from errwidgets.columns import (
    code_jointly,
    display_apart,
    is_hashable,
    native,
    sort_labels,
)
from errwidgets.exceptions import (
    ColumnNotFoundError,
    IndexMismatchError,
    InputError,
    InputTypeError,
    LabelError,
    LengthMismatchError,
    ProbabilityError,
    ShapeError,
    UnknownLabelError,
    listed,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from errwidgets._probabilities import Probabilities
    from errwidgets._table import Table

__all__ = ["OPTIONS", "Options", "Roles", "Task", "make_roles"]

Task: TypeAlias = Literal["binary", "multiclass", "regression", "score"]
TASKS = ("binary", "multiclass", "regression", "score")
_BINARY = 2
_FEW_FLOATS = 20
"""Whole floats with at most this many values are labels, as in a column read from CSV."""


class Options(TypedDict, total=False):
    """Keywords that all constructors of ``Evaluation`` share: see its docstring."""

    y_proba: Any
    y_score: Any
    task: Task | None
    classes: Sequence[Hashable] | None
    display_labels: Any
    pos_label: Hashable
    class_groups: Any
    sample_weight: Any
    split: Any
    features: Sequence[Hashable] | None
    kinds: Mapping[Hashable, str] | None
    loss: Literal["absolute", "squared"]
    error_threshold: float | None
    model: Any
    name: str | None
    persist: Literal["codes", "rows", False]


class ScoreOptions(TypedDict, total=False):
    """Of those keywords the ones that have a meaning without labels."""

    sample_weight: Any
    split: Any
    features: Sequence[Hashable] | None
    kinds: Mapping[Hashable, str] | None
    model: Any
    name: str | None
    persist: Literal["codes", "rows", False]


OPTIONS = frozenset(Options.__annotations__)


@dataclass
class Roles:
    """What an evaluation is made of. Arrays have shape (n_samples,) unless said otherwise."""

    table: Table
    task: Task
    name: str | None = None
    labels: dict[str, pd.Series[Any]] = field(default_factory=dict)
    codes: dict[str, np.ndarray[Any, Any]] = field(default_factory=dict)
    classes: tuple[Hashable, ...] = ()
    display_labels: tuple[str, ...] = ()
    pos_label: Hashable = None
    class_groups: dict[Hashable, str] | None = None
    y_proba: np.ndarray[Any, Any] | None = None
    y_score: np.ndarray[Any, Any] | None = None
    top_score: np.ndarray[Any, Any] | None = None
    numbers: dict[str, np.ndarray[Any, np.dtype[np.float64]]] = field(default_factory=dict)
    is_error: np.ndarray[Any, np.dtype[np.bool_]] | None = None
    loss: np.ndarray[Any, np.dtype[np.float64]] | None = None
    loss_kind: str = "absolute"
    error_threshold: float | None = None
    sample_weight: np.ndarray[Any, np.dtype[np.float64]] | None = None
    split: Hashable = None
    features: tuple[Hashable, ...] | None = None
    used: frozenset[Hashable] = frozenset()
    kinds: dict[Hashable, str] = field(default_factory=dict)
    model: Any = None
    messages: list[str] = field(default_factory=list)
    extra: dict[str, pd.Series[Any]] = field(default_factory=dict)
    persist: Literal["codes", "rows", False] = "codes"


def column_or_array(role: str, value: Any, table: Table, used: set[Hashable]) -> Any:
    """Return the array that a role names: a column of the table, or the value itself."""
    if isinstance(value, str) or (
        is_hashable(value) and not hasattr(value, "__len__") and value is not None
    ):
        if value not in table:
            raise ColumnNotFoundError.of(role, value, table.names)
        used.add(value)
        return table.series(value)
    return value


def aligned(role: str, value: Any, table: Table) -> Any:
    """Return a Series' values once its index is known to be the table's."""
    if not inputs.carries_index(value):
        return value
    if len(value) == len(table) and not value.index.equals(table.index):
        raise IndexMismatchError.of("y_true", role)
    return value.to_numpy()


def array_roles(y_true: Any, y_pred: Any, X: Any, options: Options) -> Roles:  # noqa: N803
    """Return the checked roles of labels that come as arrays, beside the table `X` or none."""
    table = as_table("X", X) if X is not None else None
    # The index of the rows: the table's own, else that of the first labels that carry one.
    carriers = {"X": X, "y_true": y_true, "y_pred": y_pred}
    named = [name for name, given in carriers.items() if inputs.carries_index(given)]
    index = carriers[named[0]].index if named else None
    true = inputs.labels("y_true", y_true, index)
    pred = inputs.labels("y_pred", y_pred, index)
    lengths = {"y_true": len(true), "y_pred": len(pred)}
    if table is not None:
        lengths["X"] = len(table)
    if len(set(lengths.values())) > 1:
        raise LengthMismatchError.of(**lengths)
    for other in named[1:]:
        if not carriers[other].index.equals(index):
            raise IndexMismatchError.of(named[0], other)
    if table is None:
        table = as_table("X", pd.DataFrame(index=true.index))
    elif index is not None:
        table = table.with_index(index)
    true = true.set_axis(table.index).rename(None)
    pred = pred.set_axis(table.index).rename(None)
    return make_roles(table, true, pred, options, set())


def make_roles(
    table: Table,
    y_true: pd.Series[Any],
    y_pred: pd.Series[Any],
    options: Options,
    used: set[Hashable],
) -> Roles:
    """Return the checked roles of a classification or regression.

    Parameters
    ----------
    table : Table
        The rows.
    y_true, y_pred : Series of shape (n_samples,)
        Labels or numbers.
    options : dict
        The keywords that all constructors share.
    used : set
        Columns of the table that play a role already: they are no features.
    """
    name = inputs.name(options.get("name"))
    given = inputs.classes(options.get("classes"))
    task = options.get("task")
    if task is not None:
        inputs.one_of("task", task, TASKS)
    if task == "score":
        raise InputError(
            "task='score' has no labels; use Evaluation.from_scores(X, loss=...) instead."
        )
    hinted = given is not None or any(
        options.get(k) is not None for k in ("y_proba", "y_score", "pos_label", "display_labels")
    )
    if task is None and not hinted and _looks_continuous(y_true, y_pred):
        task = "regression"
    roles = Roles(table, task or "multiclass", name, model=options.get("model"))
    roles.labels = {"y_true": y_true, "y_pred": y_pred}
    if task == "regression":
        _regression(roles, options)
    else:
        _classification(roles, options, given, used)
    common(roles, options, used)
    return roles


def common(roles: Roles, options: Options, used: set[Hashable]) -> None:
    """Fill in what every task has: weights, split, features."""
    table = roles.table
    roles.persist = inputs.one_of(
        "persist", options.get("persist", "codes"), ("codes", "rows", False)
    )
    if (weight := options.get("sample_weight")) is not None:
        values = aligned(
            "sample_weight", column_or_array("sample_weight", weight, table, used), table
        )
        roles.sample_weight = inputs.weights(values, len(table))
    if (split := options.get("split")) is not None:
        series = column_or_array("split", split, table, used)
        if isinstance(split, str):
            roles.split = split
        else:
            series = aligned("split", series, table)
            array = inputs.labels("split", series, table.index)
            if len(array) != len(table):
                raise LengthMismatchError.of(y_true=len(table), split=len(array))
            roles.extra["split"] = array.set_axis(table.index)
            roles.split = "split"
    check_features(roles, options, used)


# ---------------------------------------------------------------- classification


def _classification(
    roles: Roles, options: Options, given: list[Hashable] | None, used: set[Hashable]
) -> None:
    table, n = roles.table, len(roles.table)
    for keyword in ("loss", "error_threshold"):
        if options.get(keyword) is not None:
            raise InputError(f"{keyword} is for a regression; class labels are right or wrong.")
    if given is None:
        given = _ordered_categories(roles)
    proba = options.get("y_proba")
    named = _named(proba, roles, given, used)
    (true, pred), classes = code_jointly(roles.labels, given)
    new = [label for label in named.by_class if label not in classes] if named else []
    if new:
        (true, pred), classes = code_jointly(roles.labels, sort_labels([*classes, *new]))
    roles.codes = {"y_true": true, "y_pred": pred}
    roles.classes = classes
    roles.task = _task(options.get("task"), classes)
    defaults = display_apart(classes)
    roles.display_labels = inputs.display_labels(options.get("display_labels"), classes, defaults)
    roles.class_groups = inputs.class_groups(options.get("class_groups"), classes)
    roles.pos_label = _pos_label(roles, options)
    if named is not None:
        roles.y_proba = named.aligned(classes, n)
    elif proba is not None:
        value = aligned("y_proba", proba, table)
        plain = positional_probabilities(value, table, classes, roles.pos_label, n)
        used.update(plain.columns)
        roles.y_proba = plain.aligned(classes, n)
    if (score := options.get("y_score")) is not None:
        roles.y_score = _scores(roles, column_or_array("y_score", score, table, used))
    for role, word in (("y_true", "true label"), ("y_pred", "prediction")):
        missing = int((roles.codes[role] == classes.index(None)).sum()) if None in classes else 0
        if missing:
            rows = "row has" if missing == 1 else "rows have"
            roles.messages.append(f"{missing:,} {rows} no {word}: the class (missing).")


def _ordered_categories(roles: Roles) -> list[Hashable] | None:
    """Return the order that the labels' own dtype gives: that is an order the user has given."""
    for labels in roles.labels.values():
        if isinstance(labels.dtype, pd.CategoricalDtype) and labels.dtype.ordered:
            return [native(value) for value in labels.dtype.categories]
    return None


def _named(
    proba: Any, roles: Roles, given: list[Hashable] | None, used: set[Hashable]
) -> Probabilities | None:
    """Return probabilities that name their classes, which may add classes that do not occur."""
    if proba is None:
        return None
    found = [native(v) for labels in roles.labels.values() for v in pd.unique(labels)]
    seen = list(dict.fromkeys([*(given or []), *found]))
    value = _aligned_frame(proba, roles.table) if isinstance(proba, pd.DataFrame) else proba
    named = named_probabilities(value, roles.table, seen, len(roles.table))
    if named is None:
        return None
    used.update(named.columns)
    new = [label for label in named.by_class if label not in seen]
    if new and given is not None:
        raise UnknownLabelError.of("y_proba", new[0], given)
    lost = [label for label in seen if label is not None and label not in named.by_class]
    if new and lost:
        raise ProbabilityError(
            f"y_proba names {listed(new)}, which are no classes, and has nothing for the classes "
            f"{listed(lost)}. Name its columns like the classes, or pass an array in the order of "
            f"classes=."
        )
    for label in lost:
        roles.messages.append(f"y_proba has no column for the class {label!r}: probability 0.")
    return named


def _aligned_frame(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    if len(frame) == len(table) and not frame.index.equals(table.index):
        default = pd.RangeIndex(len(frame))
        if not frame.index.equals(default):
            raise IndexMismatchError.of("y_true", "y_proba")
    return frame


def _task(task: Task | None, classes: Sequence[Hashable]) -> Task:
    if task == "binary" and len(classes) > _BINARY:
        raise InputError(
            f"task='binary' with {len(classes)} classes: {listed(classes)}. "
            f"Leave task out, or merge classes first."
        )
    return task or ("binary" if len(classes) <= _BINARY else "multiclass")


def _pos_label(roles: Roles, options: Options) -> Hashable:
    if "pos_label" in options and options["pos_label"] is not None:
        wanted: Hashable = native(options["pos_label"])
        if not is_hashable(wanted) or wanted not in roles.classes:
            raise UnknownLabelError.of("pos_label", wanted, roles.classes)
        return wanted
    if roles.task == "binary" and len(roles.classes) == _BINARY:
        return roles.classes[1]
    return None


def _scores(roles: Roles, value: Any) -> np.ndarray[Any, Any]:
    n, k = len(roles.table), len(roles.classes)
    if isinstance(value, pd.DataFrame) and set(value.columns) <= set(roles.classes):
        frame = _aligned_frame(value, roles.table)
        value = {label: frame[label].to_numpy() for label in frame.columns}
    if isinstance(value, Mapping):
        return _scores_by_class(roles, value)
    try:
        array = np.asarray(aligned("y_score", value, roles.table))
    except ValueError as error:  # rows of different lengths
        if isinstance(error, IndexMismatchError):
            raise
        array = np.empty((n, 0))
    if array.ndim == 2 and array.shape[1] != 1:  # noqa: PLR2004
        if array.shape != (n, k):
            raise ShapeError(
                f"y_score has shape {array.shape}; with {k} classes it must be ({n:,}, {k}), or "
                f"one dimension for two classes."
            )
        return np.column_stack([inputs.numbers("y_score", array[:, code]) for code in range(k)])
    scores = inputs.numbers("y_score", array, n)
    if roles.pos_label is None:
        raise ShapeError(
            f"y_score has one dimension, which is enough for two classes; there are {k}. "
            f"Pass shape (n_samples, n_classes), or pos_label=."
        )
    return scores


def _scores_by_class(roles: Roles, value: Mapping[Hashable, Any]) -> np.ndarray[Any, Any]:
    n = len(roles.table)
    if not value:
        raise InputError("y_score is empty. Pass scores for each class, or leave it out.")
    scores = {native(label): inputs.numbers("y_score", one, n) for label, one in value.items()}
    for label in scores:
        if label not in roles.classes:
            raise UnknownLabelError.of("y_score", label, roles.classes)
    if roles.task == "binary" and roles.pos_label in scores:
        return scores[roles.pos_label]
    # A class that the model does not know comes last for every row.
    least = np.full(n, min(float(one.min()) for one in scores.values()) - 1)
    return np.column_stack([scores.get(label, least) for label in roles.classes])


# ---------------------------------------------------------------- regression


def _looks_continuous(y_true: pd.Series[Any], y_pred: pd.Series[Any]) -> bool:
    return any(_is_continuous(series) for series in (y_true, y_pred))


def _is_continuous(series: pd.Series[Any]) -> bool:
    if not pd.api.types.is_float_dtype(series.dtype):
        return False
    values = series.dropna().to_numpy(dtype=float)
    if not np.isfinite(values).all() or (values != np.floor(values)).any():
        return True
    return len(np.unique(values)) > _FEW_FLOATS


def _regression(roles: Roles, options: Options) -> None:
    for keyword in ("classes", "y_proba", "y_score", "pos_label", "display_labels", "class_groups"):
        if options.get(keyword) is not None:
            raise InputError(
                f"{keyword} has no meaning for task='regression'. Leave one of the two out."
            )
    for role, series in roles.labels.items():
        if pd.api.types.is_bool_dtype(series.dtype):
            raise LabelError(f"{role} holds truth values; a regression needs numbers.")
        try:
            roles.numbers[role] = inputs.numbers(role, series.to_numpy(), len(roles.table))
        except (InputError, InputTypeError) as error:
            if options.get("task") is not None:
                raise
            advice = "If these are class labels, pass task='multiclass'."
            raise type(error)(f"{error} {advice}") from None
    kind = options.get("loss")
    roles.loss_kind = inputs.one_of(
        "loss", "absolute" if kind is None else kind, ("absolute", "squared")
    )
    threshold = options.get("error_threshold")
    if threshold is not None:
        if isinstance(threshold, bool) or not isinstance(threshold, int | float | np.number):
            raise InputTypeError.expected("error_threshold", "a number", threshold)
        if not np.isfinite(threshold) or threshold < 0:
            raise InputError(f"error_threshold must be a number of at least 0; got {threshold}.")
        roles.error_threshold = float(threshold)
