"""A shap.Explainer that the user made: asked as it is. Deep models come in this way."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from errwidgets.exceptions import EstimatorError, InputError, ShapeError
from errwidgets.explain.explained import Cancelled, Explained, go_on

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from errwidgets.explain.explained import Progress
    from errwidgets.explain.model import Model
    from errwidgets.explain.targets import Target

__all__ = ["by_explainer", "is_explainer"]

BLOCK_ROWS: Final = 50
"""Rows that are explained between two looks at whether the work is still wanted."""

_WITH_CLASSES: Final = 3


def is_explainer(values: Any) -> bool:
    """Return whether a value explains rows, rather than being attributions of them."""
    return callable(values) and any(
        kind.__name__ == "Explainer" and kind.__module__.startswith("shap")
        for kind in type(values).__mro__
    )


def by_explainer(
    explainer: Any,
    model: Model | None,
    rows: pd.DataFrame,
    target: Target,
    progress: Progress | None = None,
) -> Explained:
    """Return what an explainer of the user's says of rows.

    Parameters
    ----------
    explainer : shap.Explainer
        Called with rows as the model takes them, else as an array.
    model : Model, optional
        The model of the evaluation.
    rows : DataFrame of shape (n_rows, n_features)
        What is explained.
    target : Target
        An output: which class is taken where the explainer gives several.
    progress : callable, optional
        Called with the fraction that is done; stops by ``False``.

    Raises
    ------
    InputError, EstimatorError, ShapeError
        For a loss, for an explainer that fails, and for attributions of another shape.
    """
    if target.kind == "loss":
        raise InputError(
            "An explainer of your own explains outputs. Pass output='prediction', or leave out "
            "values= to explain the loss."
        )
    parts, bases = [], []
    for start in range(0, len(rows), BLOCK_ROWS):
        go_on(progress, start / len(rows))
        found = _asked(explainer, model, rows.iloc[start : start + BLOCK_ROWS])
        values = np.asarray(found.values, dtype=np.float64)
        parts.append(values)
        bases.append(_bases(found.base_values, values))
    table, base = np.concatenate(parts), np.concatenate(bases)
    if table.ndim == _WITH_CLASSES:
        codes = target.codes
        if codes is None or table.shape[2] <= int(codes.max()):
            raise ShapeError(
                f"The explainer gave {table.shape[2]} outputs; give one for each class, or one."
            )
        at = np.arange(len(table))
        table, base = table[at, :, codes], base[at, codes]
    if table.shape != rows.shape:
        raise ShapeError(
            f"The explainer gave attributions of shape {table.shape} for rows of shape "
            f"{rows.shape}."
        )
    if not np.isfinite(table).all():
        raise EstimatorError("The explainer gave missing or infinite attributions.")
    return Explained(
        table, base, base + table.sum(axis=1), "value",
        f"your own {type(explainer).__name__}", exact=False,
    )  # fmt: skip


def _bases(given: Any, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a base per row, and per class where there are several."""
    base = np.asarray(given, dtype=np.float64)
    n, classes = len(values), values.shape[2:]
    if not classes:
        return np.broadcast_to(base.reshape(-1) if base.size in {1, n} else base, (n,))
    return np.broadcast_to(base[:, None] if base.shape == (n,) != classes else base, (n, *classes))


def _asked(explainer: Any, model: Model | None, rows: pd.DataFrame) -> Any:
    given = rows if model is None else model.given(rows)
    problems = []
    # Explainers made of an array take arrays only.
    for form in (given, rows.to_numpy()):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = explainer(form)
            if len(np.asarray(found.values)) == len(rows):
                return found
            problems.append(f"{len(np.asarray(found.values))} answers for {len(rows)} rows")
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001  whatever a foreign explainer raises
            problems.append(f"{type(error).__name__}: {error}")
    raise EstimatorError(f"{type(explainer).__name__} failed: {problems[0]}")
