"""LIME: a linear model around each row, with how well it fits there."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.explain.attributions import Attributions
from errwidgets.explain.explained import go_on
from errwidgets.explain.extras import import_extra

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from errwidgets.explain.model import Model
    from errwidgets.explain.targets import Target

__all__ = ["by_lime"]

N_SAMPLES = 2_000
"""Rows around each row that the model is asked about."""

TRAINING_ROWS = 5_000


def by_lime(  # noqa: PLR0917  what is explained of what
    model: Model,
    rows: pd.DataFrame,
    positions: NDArray[np.intp],
    target: Target,
    seed: int,
    notes: list[str],
    progress: Callable[[float], object] | None = None,
) -> Attributions:
    """Return the weights of local linear models, and their fit."""
    lime_tabular = import_extra("lime", "lime.lime_tabular")
    n = model.evaluation.n_samples
    at = np.arange(n) if n <= TRAINING_ROWS else np.sort(
        np.random.default_rng(seed).choice(n, TRAINING_ROWS, replace=False)
    )  # fmt: skip
    table = _Numbers(pd.concat([model.rows(at), rows]))
    training = table.numbers[: len(at)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        explainer = lime_tabular.LimeTabularExplainer(
            training, mode="regression", feature_names=[str(name) for name in rows.columns],
            categorical_features=table.categorical, discretize_continuous=False,
            random_state=seed,
        )  # fmt: skip
    values = np.zeros(rows.shape)
    base, fit = np.zeros(len(rows)), np.zeros(len(rows))
    for i in range(len(rows)):
        go_on(progress, i / len(rows))
        one = target.part(np.array([i]))

        def outputs(numbers: NDArray[np.float64], one: Target = one) -> NDArray[np.float64]:
            answers = model.answers(table.rows(numbers))
            return one.repeated(len(answers)).of(answers)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = explainer.explain_instance(
                table.numbers[len(at) + i], outputs, num_features=rows.shape[1],
                num_samples=N_SAMPLES,
            )  # fmt: skip
        # Regression's explanations are stored under label 1, for the scaled distances of the row.
        for feature, weight in found.local_exp[1]:
            values[i, int(feature)] = float(weight)
        base[i] = float(found.intercept[1] if 1 in found.intercept else found.intercept[0])
        fit[i] = float(found.score)
    outputs_of_rows = target.of(model.answers(rows))
    space = "loss" if target.kind == "loss" else (
        "probability" if model.evaluation.is_classification else "value"
    )  # fmt: skip
    mean = float(fit.mean()) if len(fit) else np.nan
    return Attributions(
        values, base, outputs_of_rows, rows, positions, tuple(map(str, rows.columns)), "lime",
        f"LIME's linear model around each row, {N_SAMPLES:,} rows each, mean R² {mean:.2f}",
        target.words, space, exact=False, fit=fit,
        notes=(*notes, "LIME's weights need not sum to the output."),
    )  # fmt: skip


class _Numbers:
    """A table as LIME takes it: numbers as they are, all else as codes of its values."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self.categorical: list[int] = []
        self._values: dict[int, pd.Series[Any]] = {}
        columns = []
        for j, name in enumerate(frame.columns):
            column = frame[name]
            plain = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
            if plain and not column.isna().any():
                columns.append(column.to_numpy(dtype=np.float64))
                continue
            codes, uniques = pd.factorize(column, use_na_sentinel=False)
            self.categorical.append(j)
            self._values[j] = pd.Series(uniques)
            columns.append(codes.astype(np.float64))
        self.numbers: NDArray[np.float64] = np.column_stack(columns)

    def rows(self, numbers: NDArray[np.float64]) -> pd.DataFrame:
        """Return rows in the user's units and types."""
        made = {}
        for j, name in enumerate(self._frame.columns):
            dtype = self._frame[name].dtype
            if j in self._values:
                values = self._values[j]
                codes = np.clip(np.round(numbers[:, j]), 0, len(values) - 1).astype(np.intp)
                made[name] = values.iloc[codes].reset_index(drop=True).astype(dtype)
            elif pd.api.types.is_integer_dtype(dtype):
                # LIME draws numbers from a normal distribution; a count stays a number of its kind.
                made[name] = pd.Series(numbers[:, j])
            else:
                made[name] = pd.Series(numbers[:, j]).astype(dtype)
        return pd.DataFrame(made)
