"""Without a model: a small forest that tells the mistakes apart, explained in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.exceptions import InputError
from errwidgets.explain.attributions import Attributions
from errwidgets.explain.extras import import_extra
from errwidgets.slices.conditions import read_features

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from errwidgets.evaluation import Evaluation

__all__ = ["explain_errors"]

N_TREES = 100

MAX_DEPTH = 6

MOST_FITTED = 50_000
"""Rows that the forest is fitted on, drawn at random."""

_NO_MODEL = "There is no model: this explains where mistakes are, not why the model made them."


def explain_errors(
    evaluation: Evaluation, positions: NDArray[np.intp], seed: int, notes: list[str]
) -> Attributions:
    """Return attributions of a forest that predicts mistakes, or the loss, from the features.

    Raises
    ------
    InputError
        When there are no features, or nothing to tell apart.
    """
    features = read_features(evaluation, None)
    if not features:
        raise InputError("There is no model and there are no features to explain. Pass X=.")
    is_rate = evaluation.has_errors
    target = evaluation.row_values("is_error" if is_rate else "loss")
    if len(np.unique(target)) < 2:  # noqa: PLR2004
        every = "wrong" if bool(np.all(target)) else "right"
        raise InputError(
            f"There is no model, and every row is {every}, so there is nothing to explain."
        )
    X = np.column_stack([_numbers(one.column) for one in features])  # noqa: N806
    key = f"surrogate, seed {seed}"
    if key not in evaluation.kept:
        evaluation.kept[key] = _fitted(evaluation, X, target, seed)
    forest = evaluation.kept[key]
    shap = import_extra("shap")
    explainer = shap.TreeExplainer(forest, feature_perturbation="tree_path_dependent")
    values = np.asarray(explainer.shap_values(X[positions], check_additivity=False))
    base = np.atleast_1d(np.asarray(explainer.expected_value, dtype=np.float64))
    if is_rate:
        outputs = forest.predict_proba(X[positions])[:, 1]
        values, base = values[:, :, 1], base[1:]
    else:
        outputs = forest.predict(X[positions])
    names = [str(one.name) for one in features]
    data = pd.DataFrame(
        {name: _shown(one.column, positions) for name, one in zip(names, features, strict=True)},
        index=evaluation.index[positions],
    )
    what = "a mistake" if is_rate else "the loss"
    return Attributions(
        values.astype(np.float64), np.full(len(positions), base[0]), outputs, data, positions,
        tuple(names), "surrogate",
        f"SHAP's tree explainer on a forest of {N_TREES} trees that was fitted to tell {what} "
        f"from the features",
        f"{what[0].upper()}{what[1:]}, as a surrogate model sees it", "probability" if is_rate
        else "loss",
        exact=False,
        notes=(*notes, _NO_MODEL),
    )  # fmt: skip


def _fitted(
    evaluation: Evaluation,
    X: NDArray[np.float64],  # noqa: N803
    target: NDArray[Any],
    seed: int,
) -> Any:
    from sklearn.ensemble import (  # noqa: PLC0415  heavy
        RandomForestClassifier,
        RandomForestRegressor,
    )

    common: dict[str, Any] = {
        "n_estimators": N_TREES, "max_depth": MAX_DEPTH, "random_state": seed,
        "min_samples_leaf": max(5, min(evaluation.n_samples, MOST_FITTED) // 500),
    }  # fmt: skip
    kind = RandomForestClassifier if evaluation.has_errors else RandomForestRegressor
    weights = evaluation.sample_weight
    at = np.random.default_rng(seed).permutation(len(X))[:MOST_FITTED]
    return kind(**common).fit(
        X[at], target[at], sample_weight=None if weights is None else weights[at]
    )


def _numbers(column: Any) -> NDArray[np.float64]:
    """Return a column as a forest can split it: numbers, else codes."""
    if column.numbers is not None:
        numbers = np.asarray(column.numbers, dtype=np.float64)
        return np.nan_to_num(numbers, nan=-1e30, posinf=1e30, neginf=-1e30)
    found: NDArray[np.float64] = column.codes.astype(np.float64)
    return found


def _shown(column: Any, positions: NDArray[np.intp]) -> Any:
    if column.numbers is not None:
        return column.numbers[positions]
    labels = np.array(column.display_labels, dtype=object)
    return labels[column.codes[positions]]
