"""The way to attributions of any model: features are put back one after another, both ways."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from errwidgets.explain.coder import Coder
from errwidgets.explain.explained import Explained, adds_up, go_on
from errwidgets.explain.extras import import_extra
from errwidgets.explain.folding import fold_pipeline
from errwidgets.explain.model import LastStep
from errwidgets.explain.targets import EPSILON

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from errwidgets.explain.explained import Progress
    from errwidgets.explain.model import Model
    from errwidgets.explain.targets import Target

__all__ = ["N_PERMUTATIONS", "by_permutation"]

N_PERMUTATIONS: Final = 10

BLOCK_ROWS: Final = 20
"""Rows that are explained between two looks at whether the work is still wanted."""


def by_permutation(  # noqa: PLR0917  what is explained of what
    model: Model,
    rows: pd.DataFrame,
    background: pd.DataFrame,
    target: Target,
    seed: int,
    progress: Progress | None = None,
) -> Explained:
    """Return attributions of any model, by walking from background rows to the row and back.

    All of a model's outputs are explained in one pass, with their logarithms or squares beside
    them: a loss is one of these, or linear in them.
    """
    shap = import_extra("shap")
    coder = Coder(rows, background)
    classes = model.evaluation.is_classification
    asked = _asked(model, rows, background, coder)

    def outputs(codes: NDArray[np.float64]) -> NDArray[np.float64]:
        answers = asked(codes)
        if target.kind != "loss":
            return answers
        if classes:
            return -np.log(np.clip(answers, EPSILON, 1 - EPSILON))
        return np.hstack([answers, answers**2])

    masker = shap.maskers.Independent(coder.background, max_samples=len(background))
    explainer = shap.explainers.Permutation(outputs, masker, seed=seed)
    n_features = rows.shape[1]
    evaluations = N_PERMUTATIONS * (2 * n_features + 1)
    values, bases, errors = [], [], []
    for start in range(0, len(rows), BLOCK_ROWS):
        go_on(progress, start / len(rows))
        block = coder.rows[start : start + BLOCK_ROWS]
        found = explainer(block, max_evals=evaluations, error_bounds=True, silent=True)
        shape = (len(block), n_features, -1)
        values.append(np.asarray(found.values).reshape(shape))
        bases.append(np.broadcast_to(np.asarray(found.base_values).reshape(len(block), -1),
                                     (len(block), values[-1].shape[2])))  # fmt: skip
        error = getattr(found, "error_std", None)
        errors.append(np.zeros(values[-1].shape) if error is None
                      else np.asarray(error).reshape(shape))  # fmt: skip
    whole = _Whole(np.concatenate(values), np.concatenate(bases), np.concatenate(errors))
    picked = whole.pick(target)
    space = "loss" if target.kind == "loss" else "value"
    if classes and target.kind == "class":
        answers = model.answers(rows)
        space = "probability" if bool(((answers >= 0) & (answers <= 1)).all()) else "raw"
    result = Explained(
        picked.values, picked.base, target.of(model.answers(rows)), space,
        f"SHAP's permutation explainer, {N_PERMUTATIONS} permutations there and back against "
        f"{len(background):,} rows",
        exact=False,
        errors=picked.errors,
    )  # fmt: skip
    # A walk ends at the row, so it sums exactly; a model that answers at random does not.
    if adds_up(result):
        return result
    return replace(
        result, route=f"{result.route}; the model answers differently when it is asked again"
    )


@dataclass(frozen=True, eq=False)
class _Whole:
    """Attributions of every output: shapes (n_rows, n_features, n_outputs), (n_rows, n_outputs)."""

    values: NDArray[np.float64]
    base: NDArray[np.float64]
    errors: NDArray[np.float64]

    def pick(self, target: Target) -> _Whole:
        """Return those of what is explained."""
        if target.truth is not None:
            # (y - f)^2 = y^2 - 2 y f + f^2, and attributions are linear in what is explained.
            y = target.truth
            twice = 2 * y[:, None]
            return _Whole(
                self.values[:, :, 1] - twice * self.values[:, :, 0],
                y**2 - 2 * y * self.base[:, 0] + self.base[:, 1],
                self.errors[:, :, 1] + np.abs(twice) * self.errors[:, :, 0],
            )
        if target.codes is None:
            return _Whole(self.values[:, :, 0], self.base[:, 0], self.errors[:, :, 0])
        at = np.arange(len(self.values))
        return _Whole(
            self.values[at, :, target.codes], self.base[at, target.codes],
            self.errors[at, :, target.codes],
        )  # fmt: skip


def _asked(
    model: Model, rows: pd.DataFrame, background: pd.DataFrame, coder: Coder
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Return the model as a function of codes.

    Where every encoded column comes from one of the user's, rows are put together of encoded
    columns: the steps before the last one need not run again for each.
    """
    folded = fold_pipeline(model, background, rows)
    if folded is None or folded.transform is None:
        return lambda codes: model.answers(coder.decode(codes))
    table = folded.encoded(pd.concat([rows, background], ignore_index=True))
    owned = np.maximum(folded.owner, 0)  # a column that never changes may come from any
    last = LastStep(model.evaluation, folded.estimator, model.columns, as_array=True)
    columns = np.arange(table.shape[1])

    def answers(codes: NDArray[np.float64]) -> NDArray[np.float64]:
        encoded: Any = table[codes.astype(np.intp)[:, owned], columns]
        return last.answers(encoded)

    return answers
