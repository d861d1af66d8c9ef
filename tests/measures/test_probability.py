from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from errwidgets.measures import margins
from errwidgets.measures.calibration import expected_calibration_error, reliability_table
from errwidgets.measures.intervals import mean_interval
from errwidgets.measures.margins import class_probability, top_class, top_margin, true_margin
from errwidgets.measures.probability import probability_summary, row_brier, row_log_loss


def draw(seed: int, n: int, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    proba = rng.dirichlet(np.full(k, 0.4), size=n)
    true = rng.integers(0, k, n)
    return true, proba, rng.random(n) + 0.1


@given(st.integers(0, 10**6), st.integers(1, 60), st.integers(2, 6), st.booleans())
@settings(deadline=None)
def test_summary_equals_scikit_learn(seed: int, n: int, k: int, weighted: bool) -> None:
    true, proba, weight = draw(seed, n, k)
    weight = weight if weighted else None
    summary = probability_summary(true, proba, weight)
    expected = sk.log_loss(true, proba, labels=range(k), sample_weight=weight)
    assert summary["log_loss"].value == pytest.approx(expected, rel=1e-9)
    y = proba[:, 1] if k == 2 else proba
    brier = sk.brier_score_loss(
        true, y, labels=range(k), sample_weight=weight, **({"pos_label": 1} if k == 2 else {})
    )
    assert summary["brier"].value == pytest.approx(brier, rel=1e-9)
    if k == 2:
        single = probability_summary(true, proba[:, 1], weight)
        for name, estimate in summary.items():
            # 1 - p holds fewer digits of a small probability than p does
            np.testing.assert_allclose(single[name], estimate, rtol=1e-6, atol=1e-12)
    for value, low, high, support in summary.values():
        assert support == n
        assert math.isnan(low) or 0 <= low <= value <= high


def test_certain_and_wrong_is_clipped_as_in_scikit_learn() -> None:
    proba = np.array([[1.0, 0.0], [0.0, 1.0]])
    expected = sk.log_loss([1, 1], proba, labels=[0, 1])
    assert row_log_loss([1, 1], proba).mean() == pytest.approx(expected, rel=1e-12)


def test_intervals_are_those_of_a_mean() -> None:
    true, proba, weight = draw(0, 200, 3)
    loss = row_log_loss(true, proba)
    low, high = mean_interval(loss.mean(), loss.var(), 200)
    assert probability_summary(true, proba)["log_loss"][1:3] == pytest.approx((low, high))
    size = weight.sum() ** 2 / (weight**2).sum()
    mean = np.average(loss, weights=weight)
    low, high = mean_interval(mean, np.average((loss - mean) ** 2, weights=weight), size)
    assert probability_summary(true, proba, weight)["log_loss"][1:3] == pytest.approx((low, high))


@pytest.mark.parametrize("k", [2, 3, 7])
@pytest.mark.parametrize("block", [4, 1 << 18])
def test_rows_against_plain_loops(k: int, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(margins, "_BLOCK", block)
    true, proba, _ = draw(1, 101, k)
    single = np.eye(k)[true]
    if k > 2:
        np.testing.assert_allclose(row_brier(true, proba), ((proba - single) ** 2).sum(1))
    ordered = np.sort(proba, axis=1)
    np.testing.assert_array_equal(top_margin(proba), ordered[:, -1] - ordered[:, -2])
    others = np.where(single == 1, -1, proba).max(axis=1)
    np.testing.assert_array_equal(true_margin(true, proba), proba[single == 1] - others)
    np.testing.assert_array_equal(class_probability(true, proba), proba[single == 1])
    codes, confidence = top_class(proba)
    np.testing.assert_array_equal(codes, proba.argmax(1))
    np.testing.assert_array_equal(confidence, proba.max(1))
    if k == 2:
        np.testing.assert_allclose(true_margin(true, proba[:, 1]), true_margin(true, proba))
        np.testing.assert_allclose(top_margin(proba[:, 1]), top_margin(proba))
        np.testing.assert_allclose(
            row_brier(true, proba, pos_code=0), (proba[:, 0] - (true == 0)) ** 2
        )


def test_float32_counts_as_float64() -> None:
    true, proba, _ = draw(2, 50, 3)
    narrow = proba.astype(np.float32)
    wide = narrow.astype(np.float64)
    for name, estimate in probability_summary(true, narrow).items():
        np.testing.assert_array_equal(estimate, probability_summary(true, wide)[name])


def brute_force_ece(true: np.ndarray, proba: np.ndarray, weight: np.ndarray) -> float:
    confidence, right = proba.max(1), proba.argmax(1) == true
    total = 0.0
    for low in range(10):
        inside = (confidence > low / 10) & (confidence <= (low + 1) / 10)
        if low == 0:
            inside |= confidence == 0
        if inside.any():
            gap = np.average(right[inside] - confidence[inside], weights=weight[inside])
            total += abs(gap) * weight[inside].sum()
    return total / weight.sum()


@pytest.mark.parametrize("k", [2, 4])
def test_ece_equals_a_loop_over_masks(k: int) -> None:
    true, proba, weight = draw(3, 300, k)
    proba[:60] = np.round(proba[:60], 1)  # on the edges
    ones = np.ones(300)
    table = reliability_table(true, proba)
    assert expected_calibration_error(table) == pytest.approx(brute_force_ece(true, proba, ones))
    table = reliability_table(true, proba, weight)
    assert expected_calibration_error(table) == pytest.approx(brute_force_ece(true, proba, weight))
    assert table["support"].sum() == 300


def test_bins_are_open_below_and_closed_above() -> None:
    table = reliability_table([0, 0, 0], [[0.6, 0.4], [0.3, 0.3], [0.0, 0.0]])
    np.testing.assert_array_equal(np.flatnonzero(table["support"]), [0, 2, 5])
    assert np.isnan(table["accuracy"][1])
    assert table["accuracy_ci_high"][5] == 1


def test_single_class_and_no_rows() -> None:
    np.testing.assert_array_equal(true_margin([0], [[0.75]]), [0.75])
    np.testing.assert_array_equal(top_margin([[0.75]]), [0.75])
    summary = probability_summary(np.array([], dtype=int), np.empty((0, 3)))
    assert np.isnan([estimate.value for estimate in summary.values()]).all()


@pytest.mark.parametrize(
    ("true", "proba", "error", "message"),
    [
        ([0, 1], [[0.5, 0.5]], ValueError, "for 2 rows"),
        ([0], [[[0.5]]], ValueError, "shape"),
        ([2], [[0.5, 0.5]], ValueError, r"in \[0, 2\), got 2"),
        ([0.5], [[0.5, 0.5]], TypeError, "integer codes"),
        ([0], [[np.nan, 0.5]], ValueError, "not NaN"),
        ([0], [[1.5, 0.5]], ValueError, r"1\.5"),
        ([0], [[-0.5, 0.5]], ValueError, r"-0\.5"),
    ],
)
def test_refusals(true: list, proba: list, error: type, message: str) -> None:
    for function in (row_log_loss, row_brier, true_margin, reliability_table, probability_summary):
        with pytest.raises(error, match=message):
            function(true, proba)


def test_refuses_no_bins() -> None:
    with pytest.raises(ValueError, match="at least 1, got 0"):
        reliability_table([0], [[1.0]], n_bins=0)
