from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from errwidgets.measures.intervals import (
    Z_95,
    effective_sample_size,
    f1_interval,
    mean_interval,
    multinomial_variance,
    score_interval,
    t_quantile,
    wilson_interval,
)


def test_z_is_the_normal_quantile() -> None:
    assert scipy.stats.norm.ppf(0.975) == Z_95


@given(st.integers(1, 10**7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_equals_scipy(case: tuple[int, int]) -> None:
    hits, n = case
    low, high = wilson_interval(hits / n, n)
    expected = scipy.stats.binomtest(hits, n).proportion_ci(0.95, method="wilson")
    # scipy subtracts where we do not: near 0 only an absolute comparison is fair.
    assert float(low) == pytest.approx(expected.low, rel=1e-9, abs=1e-15)
    assert float(high) == pytest.approx(expected.high, rel=1e-9)
    assert 0 <= low <= hits / n <= high <= 1


def test_wilson_corners() -> None:
    low, high = wilson_interval([0.0, 1.0, 0.5, np.nan], [5, 5, 0, 5])
    assert low[0] == 0
    assert high[1] == 1
    assert np.isnan([low[2], high[2], low[3], high[3]]).all()
    low, high = wilson_interval(1e-12, 1e12)
    assert 0 < low <= 1e-12 <= high


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=50), st.floats(0.01, 100))
def test_effective_sample_size(weights: list[float], scale: float) -> None:
    w = np.array(weights)
    size = float(effective_sample_size(w.sum(), (w * w).sum()))
    assert 1 - 1e-9 <= size <= len(w) + 1e-9
    scaled = float(effective_sample_size((scale * w).sum(), ((scale * w) ** 2).sum()))
    assert scaled == pytest.approx(size, rel=1e-9)
    assert float(effective_sample_size(len(w), len(w))) == len(w)
    assert float(effective_sample_size(0.0, 0.0)) == 0


@given(st.floats(0, 1), st.floats(1, 1e6))
def test_f1_interval_encloses_and_stays_inside(f1: float, n: float) -> None:
    low, high = f1_interval(f1, n)
    assert 0 <= low <= f1 + 1e-12
    assert f1 - 1e-12 <= high <= 1


def test_f1_interval_has_the_delta_variance() -> None:
    hits, wrong = 700_000.0, 300_000.0
    f1 = 2 * hits / (2 * hits + wrong)
    low, high = f1_interval(f1, hits + wrong)
    # F1 of one class from three cells: TP, FP and FN, TN
    share = hits / (hits + wrong)
    gradient = np.array([2 * wrong, -2 * hits]) / (2 * share + (1 - share)) ** 2 / (hits + wrong)
    sd = math.sqrt(multinomial_variance(gradient, [hits, wrong]))
    assert float(high - low) == pytest.approx(2 * Z_95 * sd, rel=1e-5)


@given(st.floats(0, 1, allow_subnormal=False), st.integers(1, 10**6))
def test_score_interval_of_a_proportion_is_wilson(p: float, n: int) -> None:
    low, high = score_interval(p, p * (1 - p) / n, n)
    expected = wilson_interval(p, n)
    assert low == pytest.approx(float(expected[0]), rel=1e-9, abs=1e-12)
    assert high == pytest.approx(float(expected[1]), rel=1e-9, abs=1e-12)


@given(st.floats(-1, 1), st.floats(0, 1), st.floats(1, 1e6))
def test_score_interval_stays_inside(value: float, variance: float, n: float) -> None:
    low, high = score_interval(value, variance, n, bounds=(-1.0, 1.0))
    assert -1 <= low <= value + 1e-9
    assert value - 1e-9 <= high <= 1


def test_score_interval_without_variance_falls_back() -> None:
    assert score_interval(1.0, 0.0, 10)[0] == pytest.approx(float(wilson_interval(1.0, 10)[0]))
    assert score_interval(0.5, 1e-34, 10)[0] == pytest.approx(float(wilson_interval(0.5, 10)[0]))
    assert np.isnan(score_interval(np.nan, 0.1, 10)).all()
    assert np.isnan(score_interval(0.5, np.nan, 10)).all()


@pytest.mark.parametrize(("df", "tolerance"), [(2, 1e-2), (5, 2e-4), (10, 1e-5), (1e3, 1e-9)])
def test_t_quantile(df: float, tolerance: float) -> None:
    assert float(t_quantile(df)) == pytest.approx(scipy.stats.t.ppf(0.975, df), rel=tolerance)


def test_t_quantile_needs_freedom() -> None:
    assert np.isnan(t_quantile([0.0, -1.0])).all()


@given(st.lists(st.floats(-1e3, 1e3), min_size=8, max_size=40))
def test_mean_interval_equals_scipy(values: list[float]) -> None:
    x = np.array(values)
    low, high = mean_interval(x.mean(), x.var(), len(x))
    sem = x.std(ddof=1) / math.sqrt(len(x))
    half = scipy.stats.t.ppf(0.975, len(x) - 1) * sem
    assert float(low) == pytest.approx(x.mean() - half, rel=1e-4, abs=1e-4 * half + 1e-12)
    assert float(high) == pytest.approx(x.mean() + half, rel=1e-4, abs=1e-4 * half + 1e-12)


def test_mean_interval_bounds_and_single_row() -> None:
    low, high = mean_interval([0.1, 0.1], [1.0, 1.0], [5, 1], bounds=(0.0, 1.0))
    assert (low[0], high[0]) == (0.0, 1.0)
    assert np.isnan([low[1], high[1]]).all()


def test_multinomial_variance_ignores_constants_and_empty_cells() -> None:
    counts = np.array([3, 0, 7])
    base = multinomial_variance([1.0, 0.0, 0.0], counts)
    assert base == pytest.approx(0.3 * 0.7 / 10)
    assert multinomial_variance([3.0, np.nan, 2.0], counts) == pytest.approx(base)
    assert np.isnan(multinomial_variance([1.0], [0]))


def test_multinomial_variance_with_weights_is_kish_when_weights_say_nothing() -> None:
    weights = np.tile([0.5, 1.0, 2.5], 40)
    cells = np.repeat([0, 1], 60)
    n = np.bincount(cells, weights)
    s = np.bincount(cells, weights**2)
    size = float(effective_sample_size(n.sum(), s.sum()))
    assert multinomial_variance([1.0, 0.0], n, s) == pytest.approx(0.25 / size)
