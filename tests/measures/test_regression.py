from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from errwidgets.measures.intervals import mean_estimate
from errwidgets.measures.regression import (
    rec_curve,
    rec_knee,
    regression_summary,
    weighted_median,
)

numbers = st.floats(-1e4, 1e4).map(lambda value: round(value, 3))
rows = st.lists(st.tuples(numbers, numbers, st.floats(0.1, 10)), min_size=1, max_size=50)


@given(rows, st.booleans())
@settings(deadline=None)
def test_summary_equals_scikit_learn(
    case: list[tuple[float, float, float]], weighted: bool
) -> None:
    true, pred, weight = np.array(case).T
    given_weight = weight if weighted else None
    summary = regression_summary(true, pred, given_weight)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = {
            "mean_absolute_error": sk.mean_absolute_error,
            "root_mean_squared_error": sk.root_mean_squared_error,
            "median_absolute_error": sk.median_absolute_error,
            "r2": sk.r2_score,
        }
        for name, function in expected.items():
            theirs = function(true, pred, sample_weight=given_weight)
            if name == "r2" and np.ptp(true) == 0:
                continue  # the rounding of a mean decides there
            np.testing.assert_allclose(
                summary[name].value, theirs, rtol=1e-9, atol=1e-9, err_msg=name
            )
    assert summary["bias"].value == pytest.approx(
        np.average(pred - true, weights=given_weight), rel=1e-9, abs=1e-9
    )
    center = weighted_median(true, given_weight)
    assert summary["baseline_mae"].value == pytest.approx(
        np.average(np.abs(true - center), weights=given_weight), rel=1e-9, abs=1e-9
    )
    for name, (value, low, high, support) in summary.items():
        assert support == len(true)
        if not math.isnan(low):
            assert low <= value + 1e-9, name
            assert value - 1e-9 <= high, name
            assert name in {"r2", "bias"} or low >= 0


def test_constant_truth_and_single_row_follow_scikit_learn() -> None:
    assert (
        regression_summary([2.0, 2.0], [2.0, 2.0])["r2"].value == sk.r2_score([2, 2], [2, 2]) == 1
    )
    assert (
        regression_summary([2.0, 2.0], [1.0, 2.0])["r2"].value == sk.r2_score([2, 2], [1, 2]) == 0
    )
    single = regression_summary([2.0], [3.0])
    assert np.isnan(single["r2"].value)
    assert single["mean_absolute_error"].value == 1
    assert np.isnan(single["mean_absolute_error"].ci_low)


def test_no_rows_and_no_weight() -> None:
    for arguments in (([], []), ([1.0, 2.0], [1.0, 1.0], [0.0, 0.0])):
        for name, estimate in regression_summary(*arguments).items():
            assert np.isnan(estimate[:3]).all(), name


def test_interval_of_the_median_holds_the_promised_share() -> None:
    rng = np.random.default_rng(0)
    truth = scipy.stats.halfnorm.median()
    hits = 0
    for _ in range(400):
        noise = rng.normal(size=60)
        _, low, high, _ = regression_summary(noise * 0, noise)["median_absolute_error"]
        hits += low <= truth <= high
    assert 0.91 <= hits / 400 <= 0.985


def test_interval_of_r2_holds_the_promised_share() -> None:
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(400):
        pred = rng.normal(size=300)
        true = pred + 0.5 * rng.normal(size=300)
        _, low, high, _ = regression_summary(true, pred)["r2"]
        hits += low <= 1 - 0.25 / 1.25 <= high
    assert 0.91 <= hits / 400 <= 0.985


def test_equal_weights_change_nothing() -> None:
    rng = np.random.default_rng(2)
    true, pred = rng.normal(size=(2, 51))
    plain, weighted = regression_summary(true, pred), regression_summary(true, pred, np.full(51, 3))
    for name, estimate in plain.items():
        np.testing.assert_allclose(weighted[name], estimate, rtol=1e-9, err_msg=name)


@given(st.lists(st.tuples(numbers, st.integers(0, 4)), min_size=1, max_size=30))
def test_weighted_median_is_that_of_copies(case: list[tuple[float, int]]) -> None:
    values, copies = np.array([row[0] for row in case]), np.array([row[1] for row in case])
    result = weighted_median(values, copies)
    if copies.sum() == 0:
        assert math.isnan(result)
    else:
        assert result == pytest.approx(np.median(np.repeat(values, copies)))


def test_rec_curve_is_the_distribution_function() -> None:
    rng = np.random.default_rng(3)
    size = np.round(np.abs(rng.normal(size=200)), 1)
    tolerance, share = rec_curve(size)
    np.testing.assert_allclose(share, [(size <= t).mean() for t in tolerance])
    weight = rng.random(200)
    tolerance, share = rec_curve(size, weight)
    expected = [weight[size <= t].sum() / weight.sum() for t in tolerance]
    np.testing.assert_allclose(share, expected)
    assert rec_curve([])[0].size == 0


@pytest.mark.parametrize(
    ("residuals", "knee"),
    [
        ([0.0, 0.0, 0.0], 0.0),
        ([2.0, 2.0, 2.0], 2.0),
        ([3.0], 3.0),
        ([0.0, 0.0, 5.0], 0.0),
        ([1.0, 2.0, 3.0, 4.0], 1.0),  # on the line everywhere: the smallest
        ([0.1] * 90 + [10.0] * 10, 0.1),
    ],
)
def test_rec_knee(residuals: list[float], knee: float) -> None:
    assert rec_knee(residuals) == knee
    assert rec_knee(np.array(residuals) * 1e6) == knee * 1e6
    assert rec_knee(residuals, np.full(len(residuals), 0.7)) == knee


def test_rec_knee_leaves_some_errors_of_usual_noise() -> None:
    size = np.abs(np.random.default_rng(4).normal(size=5000))
    assert 0.05 < (size > rec_knee(size)).mean() < 0.3
    assert math.isnan(rec_knee([]))


def test_mean_estimate_of_nothing_and_of_one() -> None:
    assert mean_estimate([]).support == 0
    assert mean_estimate([2.0], [3.0])[0] == 2.0
    assert np.isnan(mean_estimate([2.0], [3.0]).ci_low)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 2.0], [1.0]), "1 values for 2 rows"),
        (([1.0, np.nan], [1.0, 1.0]), "y_true must be finite"),
        (([1.0, 2.0], [1.0, np.inf]), "y_pred must be finite"),
        (([1.0, 2.0], [1.0, 1.0], [1.0, -1.0]), "negative"),
        (([[1.0]], [1.0]), "one-dimensional"),
    ],
)
def test_refusals(arguments: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        regression_summary(*arguments)


def test_rec_curve_refuses_signed_residuals() -> None:
    with pytest.raises(ValueError, match=r"negative, got -1\.0"):
        rec_curve([-1.0, 2.0])
