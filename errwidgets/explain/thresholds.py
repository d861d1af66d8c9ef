"""Thresholds of trees as whole numbers, which shap's single precision keeps apart.

Against background rows shap compares double-precision values with thresholds that it keeps in
single precision (``struct Node`` in its ``tree_shap.h``): a value between a threshold and its
rounded self goes the other way than in the model. Ranks do not round: a value is replaced by
how many thresholds lie below it, and a threshold by its place among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ranked"]

_ADAPTED = {"xgboost", "lightgbm", "catboost"}


def ranked(explainer: Any, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return rows as ranks, and give the explainer ranks for thresholds and background.

    Parameters
    ----------
    explainer : shap.TreeExplainer
        Of a scikit-learn model, against background rows. It is changed: it explains ranks.
    rows : ndarray of shape (n_rows, n_encoded)
        What is explained.

    Returns
    -------
    ndarray of shape (n_rows, n_encoded)
        The rows as they are for a model of another library, whose comparisons shap has
        already adapted.
    """
    model = explainer.model
    if explainer.data is None or model.model_type in _ADAPTED:
        return rows
    inner = model.children_left >= 0
    thresholds = np.array(model.thresholds, dtype=np.float64)
    ranks = thresholds.copy()
    # As the model compares them: scikit-learn's forests take single precision.
    table, against = (
        np.asarray(part).astype(model.input_dtype).astype(np.float64)
        for part in (rows, explainer.data)
    )
    made, held = table.copy(), against.copy()
    for j in np.unique(model.features[inner]).tolist():
        here = inner & (model.features == j)
        limits = np.unique(thresholds[here])
        ranks[here] = np.searchsorted(limits, thresholds[here])
        for source, target in ((table, made), (against, held)):
            column = source[:, j]
            below = np.searchsorted(limits, column, side="left")
            target[:, j] = np.where(np.isnan(column), np.nan, below)
    model.thresholds = ranks.astype(model.thresholds.dtype)
    explainer.data = held.astype(explainer.data.dtype)
    return made
