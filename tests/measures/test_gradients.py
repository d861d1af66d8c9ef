from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from errwidgets.measures import gradients
from errwidgets.measures.classification import metric_values

if TYPE_CHECKING:
    from collections.abc import Callable

GRADIENTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "balanced_accuracy": lambda c: gradients.macro_recall(c, np.count_nonzero(c.sum(1))),
    "macro_recall": lambda c: gradients.macro_recall(c, np.count_nonzero(c.sum(1))),
    "macro_precision": lambda c: gradients.macro_precision(c, np.count_nonzero(c.sum(0))),
    "macro_f1": lambda c: gradients.macro_f1(c, np.count_nonzero(c.sum(0) + c.sum(1))),
    "weighted_f1": gradients.weighted_f1,
    "mcc": gradients.matthews,
    "cohen_kappa": gradients.cohen_kappa,
}
tables = st.integers(2, 5).flatmap(lambda k: arrays(np.int64, (k, k), elements=st.integers(1, 60)))


def numerical(name: str, counts: np.ndarray) -> np.ndarray:
    """Central differences with respect to the shares, which need not sum to 1 for the slope."""
    shares = counts / counts.sum()
    step = 1e-6
    result = np.empty(shares.shape)
    for cell in np.ndindex(shares.shape):
        up, down = shares.copy(), shares.copy()
        up[cell] += step
        down[cell] -= step
        slope = metric_values(up)[name] - metric_values(down)[name]
        result[cell] = float(slope) / (2 * step)
    return result


@pytest.mark.parametrize("name", GRADIENTS)
@given(counts=tables)
@settings(max_examples=15, deadline=None)
def test_gradient_equals_numerical_differentiation(name: str, counts: np.ndarray) -> None:
    shares = counts / counts.sum()

    # Off the simplex the metrics scale by different powers: only centred slopes are comparable.
    def centre(g: np.ndarray) -> np.ndarray:
        return g - (shares * g).sum()

    ours = centre(GRADIENTS[name](counts))
    np.testing.assert_allclose(ours, centre(numerical(name, counts)), rtol=1e-5, atol=1e-6)


def test_absent_class_contributes_nothing() -> None:
    counts = np.array([[5, 2, 0], [1, 4, 0], [0, 0, 0]])
    for gradient in GRADIENTS.values():
        small, large = gradient(counts[:2, :2]), gradient(counts)
        np.testing.assert_allclose(large[:2, :2], small, rtol=1e-12)


def test_undefined_gradients_are_nan() -> None:
    assert np.isnan(gradients.matthews(np.array([[3, 0], [2, 0]]))).all()
    assert np.isnan(gradients.cohen_kappa(np.array([[3, 0], [0, 0]]))).all()
    assert np.isfinite(gradients.cohen_kappa(np.array([[3, 0], [2, 0]]))).all()
