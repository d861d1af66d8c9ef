"""The measures of an evaluation as frames with documented columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from errwidgets.exceptions import ColumnNotFoundError, InputError, TaskError, listed, shown
from errwidgets.measures.bootstrap import (
    bootstrap_mean,
    bootstrap_summary,
    resample_weighted_counts,
)
from errwidgets.measures.classification import classification_summary
from errwidgets.measures.classification import per_class as per_class_table
from errwidgets.measures.confusion import confusion_counts, normalize_counts
from errwidgets.measures.groups import classification_groups, mean_groups, regression_groups
from errwidgets.measures.intervals import Estimate, mean_estimate, wilson_interval
from errwidgets.measures.probability import probability_summary
from errwidgets.measures.ranking import ranking_summary
from errwidgets.measures.regression import regression_summary, weighted_median

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from errwidgets.columns import CodedColumn
    from errwidgets.evaluation import Evaluation

__all__ = ["confusion", "group_by", "per_class", "summary"]

NAN = float("nan")
NORMALIZE = ("true", "pred", "all")
_MAX_GROUP_COLUMNS = 2


def counts_of(evaluation: Evaluation, weight: np.ndarray[Any, Any] | None) -> Any:
    """Return confusion counts, or sums of a weight."""
    return confusion_counts(
        evaluation.columns["y_true"].codes,
        evaluation.columns["y_pred"].codes,
        len(evaluation.classes),
        weight,
    )


def _need_classes(evaluation: Evaluation, what: str) -> None:
    if not evaluation.is_classification:
        raise TaskError.not_for(what, evaluation.task, advice="It needs class labels.")


def confusion(
    evaluation: Evaluation, normalize: Literal["true", "pred", "all"] | None
) -> pd.DataFrame:
    """See :meth:`Evaluation.confusion`."""
    _need_classes(evaluation, "confusion()")
    if normalize is not None and not (isinstance(normalize, str) and normalize in NORMALIZE):
        raise InputError(f"normalize must be None or one of {listed(NORMALIZE)}; "
                         f"got {shown(normalize)}.")  # fmt: skip
    counts = counts_of(evaluation, evaluation.sample_weight)
    labels = _class_index(evaluation)
    return pd.DataFrame(
        normalize_counts(counts, normalize) if normalize else counts,
        index=labels.rename("y_true"),
        columns=labels.rename("y_pred"),
    )


def per_class(evaluation: Evaluation, zero_division: float) -> pd.DataFrame:
    """See :meth:`Evaluation.per_class`."""
    _need_classes(evaluation, "per_class()")
    _check_zero_division(zero_division)
    weight = evaluation.sample_weight
    table = per_class_table(
        counts_of(evaluation, weight),
        zero_division=zero_division,
        squared_counts=None if weight is None else counts_of(evaluation, weight**2),
        row_counts=None if weight is None else counts_of(evaluation, None),
    )
    return pd.DataFrame(table, index=_class_index(evaluation).rename("class"))


def _class_index(evaluation: Evaluation) -> pd.Index[Any]:
    return pd.Index(list(evaluation.classes), tupleize_cols=False)


def _check_zero_division(value: Any) -> None:
    if not (isinstance(value, int | float) and (value != value or value in (0, 1))):  # noqa: PLR0124
        raise InputError(f"zero_division must be 0, 1 or nan; got {shown(value)}.")


def summary(
    evaluation: Evaluation, *, ci: Literal["bootstrap"] | None, n_resamples: int, seed: int
) -> pd.DataFrame:
    """See :meth:`Evaluation.summary`."""
    if ci is not None and not (isinstance(ci, str) and ci == "bootstrap"):
        raise InputError(f"ci must be None or 'bootstrap'; got {shown(ci)}.")
    if not _is_whole(n_resamples) or n_resamples < 1:
        raise InputError(f"n_resamples must be a whole number of at least 1; got {n_resamples!r}.")
    if not _is_whole(seed) or seed < 0:
        raise InputError(f"seed must be a whole number of at least 0; got {shown(seed)}.")
    notes: list[str] = []
    if evaluation.task == "regression":
        found = _regression(evaluation)
    elif evaluation.task == "score":
        found = _scores(evaluation)
    else:
        found = _classification(evaluation, notes)
    if ci == "bootstrap":
        found |= _bootstrapped(evaluation, found, n_resamples, seed)
        kept = [name for name, value in found.items() if np.isnan(value.ci_low)]
        if kept:
            notes.append(f"No resampled interval for {', '.join(kept)}.")
    frame = pd.DataFrame.from_dict(
        {name: value._asdict() for name, value in found.items()}, orient="index"
    )
    frame.index.name = None
    frame.attrs["note"] = " ".join(notes)
    return frame


def _is_whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _classification(evaluation: Evaluation, notes: list[str]) -> dict[str, Estimate]:
    weight = evaluation.sample_weight
    found = dict(
        classification_summary(
            counts_of(evaluation, weight),
            squared_counts=None if weight is None else counts_of(evaluation, weight**2),
            n_samples=evaluation.n_samples,
        )
    )
    baseline = found.pop("baseline_accuracy")
    nothing = Estimate(NAN, NAN, NAN, evaluation.n_samples)
    positive = 1
    if evaluation.pos_label is not None:
        positive = evaluation.classes.index(evaluation.pos_label)
    true = evaluation.columns["y_true"].codes
    proba, score = evaluation.y_proba, evaluation.y_score
    for name in ("log_loss", "brier", "ece"):
        found[name] = nothing
    if proba is not None:
        table = proba if proba.shape[1] > 1 else np.column_stack([1 - proba, proba])
        codes = true if proba.shape[1] > 1 else true + 1
        found |= probability_summary(codes, table, weight, pos_code=positive)
    ranks = proba if proba is not None else score
    found["roc_auc"] = found["average_precision"] = nothing
    if ranks is not None and len(evaluation.classes) > 1:
        if ranks.ndim == 1:  # scores of one class against the rest
            areas = ranking_summary((true == positive).astype(np.uint8), ranks, weight)
        else:
            areas = ranking_summary(true, ranks, weight, pos_code=positive)
        found |= {"roc_auc": areas.roc_auc, "average_precision": areas.average_precision}
        if not areas.is_exact:
            notes.append(
                f"roc_auc and average_precision are binned, within {areas.error_bound:.1g}."
            )
    found["baseline_accuracy"] = baseline
    return found


def _regression(evaluation: Evaluation) -> dict[str, Estimate]:
    true, pred = (evaluation.columns[name].numbers for name in ("y_true", "y_pred"))
    return dict(regression_summary(true, pred, evaluation.sample_weight))  # type: ignore[arg-type]


def _scores(evaluation: Evaluation) -> dict[str, Estimate]:
    loss, weight = evaluation.row_values("loss"), evaluation.sample_weight
    n = evaluation.n_samples
    found = {
        "mean_loss": mean_estimate(loss, weight),
        "median_loss": Estimate(float(weighted_median(loss, weight)), NAN, NAN, n),
    }
    if evaluation.has_errors:
        wrong = evaluation.row_values("is_error").astype(float)
        rate = float(np.average(wrong, weights=weight))
        size = n if weight is None else weight.sum() ** 2 / (weight**2).sum()
        low, high = wilson_interval(rate, size)
        found["error_rate"] = Estimate(rate, float(low), float(high), n)
    return found


def _bootstrapped(
    evaluation: Evaluation, found: dict[str, Estimate], n_resamples: int, seed: int
) -> dict[str, Estimate]:
    """Resampled intervals of what counts and per-row means decide; the rest has none."""
    undefined = {name: value._replace(ci_low=NAN, ci_high=NAN) for name, value in found.items()}
    weight = evaluation.sample_weight
    if not evaluation.is_classification:
        means = {"mean_loss": "loss", "mean_absolute_error": "residual"}
        for name, column in means.items():
            if name in found:
                values = np.abs(evaluation.row_values(column)) if column == "residual" else (
                    evaluation.row_values(column))  # fmt: skip
                undefined[name] = bootstrap_mean(values, weight, n_resamples, seed=seed)
        return undefined
    counts = counts_of(evaluation, weight)
    tables = None
    if weight is not None:
        k = len(evaluation.classes)
        cells = evaluation.columns["y_true"].codes.astype(np.intp) * k
        cells += evaluation.columns["y_pred"].codes
        drawn = resample_weighted_counts(cells, k * k, weight, n_resamples, seed=seed)
        tables = np.asarray(drawn).reshape(n_resamples, k, k)
    resampled = bootstrap_summary(
        counts, n_resamples=n_resamples, seed=seed, tables=tables, n_samples=evaluation.n_samples
    )
    undefined |= {name: value for name, value in resampled.items() if name in found}
    if evaluation.y_proba is not None:
        loss = evaluation.row_values("loss")
        undefined["log_loss"] = bootstrap_mean(loss, weight, n_resamples, seed=seed)
    return undefined


# ---------------------------------------------------------------- groups


def group_by(
    evaluation: Evaluation, columns: Hashable | Sequence[Hashable], *, zero_division: float
) -> pd.DataFrame:
    """See :meth:`Evaluation.group_by`."""
    _check_zero_division(zero_division)
    given: Any = columns
    known: Any = evaluation.columns
    one = isinstance(given, tuple) and given in known  # the name is a tuple
    names = list(given) if isinstance(given, list | tuple) and not one else [given]
    if not 1 <= len(names) <= _MAX_GROUP_COLUMNS:
        raise InputError(f"group_by takes one column or two; got {len(names)}: {listed(names)}.")
    coded = [_column(evaluation, name) for name in names]
    index, codes, n_groups = _groups(names, coded)
    weight = evaluation.sample_weight
    if evaluation.task == "regression":
        true, pred = (evaluation.columns[name].numbers for name in ("y_true", "y_pred"))
        table = regression_groups(codes, n_groups, true, pred, sample_weight=weight)  # type: ignore[arg-type]
    elif evaluation.task == "score":
        loss = evaluation.row_values("loss")
        table = mean_groups(codes, n_groups, loss, sample_weight=weight)
        if evaluation.has_errors:
            wrong = evaluation.row_values("is_error").astype(np.uint8)
            rates = classification_groups(codes, n_groups, wrong * 0, wrong, 2,
                                          sample_weight=weight)  # fmt: skip
            table |= {k: v for k, v in rates.items() if k.startswith("error_rate")}
    else:
        positive = evaluation.pos_label
        table = classification_groups(
            codes,
            n_groups,
            evaluation.columns["y_true"].codes,
            evaluation.columns["y_pred"].codes,
            len(evaluation.classes),
            pos_code=None if positive is None else evaluation.classes.index(positive),
            sample_weight=weight,
            zero_division=zero_division,
        )
    return pd.DataFrame(table, index=index)


def _column(evaluation: Evaluation, name: Any) -> CodedColumn:
    try:
        column = evaluation.columns[name]
    except (KeyError, TypeError):
        raise ColumnNotFoundError.of("columns", name, evaluation.columns) from None
    if column.kind not in {"numeric", "boolean", "category", "time"}:
        raise TaskError(
            f"The column {name!r} holds {column.kind}, which has no values to group by."
        )
    return column


def _groups(
    names: list[Any], coded: list[CodedColumn]
) -> tuple[pd.Index[Any], np.ndarray[Any, Any], int]:
    """Return the labels, codes and number of the groups that occur."""
    labels = [
        list(column.display_labels)
        if column.kind == "numeric" or column.is_binned
        else list(column.categories)
        for column in coded
    ]
    combined = coded[0].codes.astype(np.intp)
    for column in coded[1:]:
        combined = combined * len(column.categories) + column.codes
    size = int(np.prod([len(column.categories) for column in coded]))
    present = np.flatnonzero(np.bincount(combined, minlength=size))
    lookup = np.zeros(size, dtype=np.intp)
    lookup[present] = np.arange(len(present))
    if len(coded) == 1:
        index = pd.Index([labels[0][code] for code in present], name=names[0], tupleize_cols=False)
    else:
        parts = np.unravel_index(present, [len(column.categories) for column in coded])
        arrays = [[own[code] for code in part] for own, part in zip(labels, parts, strict=True)]
        index = pd.MultiIndex.from_arrays(arrays, names=names)
    return index, lookup[combined], len(present)
