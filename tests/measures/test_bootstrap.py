from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from errwidgets.measures import bootstrap
from errwidgets.measures.bootstrap import (
    bootstrap_counts,
    bootstrap_mean,
    bootstrap_summary,
    resample_counts,
    resample_weighted_counts,
)
from errwidgets.measures.classification import classification_summary
from errwidgets.measures.confusion import confusion_counts

TABLE = np.array([[60, 10, 0], [5, 70, 15], [1, 9, 50]])


def test_tables_keep_the_rows_and_the_empty_cells() -> None:
    drawn = resample_counts(TABLE, 200, seed=3)
    assert drawn.shape == (200, 3, 3)
    np.testing.assert_array_equal(drawn.sum(axis=(1, 2)), TABLE.sum())
    assert (drawn[:, 0, 2] == 0).all()
    np.testing.assert_allclose(drawn.mean(axis=0), TABLE, atol=2.5)


def test_seed_decides() -> None:
    first = resample_counts(TABLE, 9, seed=1)
    np.testing.assert_array_equal(first, resample_counts(TABLE, 9, seed=1))
    assert (first != resample_counts(TABLE, 9, seed=2)).any()


def test_summary_agrees_with_closed_forms_and_scipy() -> None:
    counts = TABLE * 20
    drawn = bootstrap_summary(counts, n_resamples=4000)
    for name, closed in classification_summary(counts).items():
        assert drawn[name].value == pytest.approx(closed.value)
        assert drawn[name].support == counts.sum()
        width = closed.ci_high - closed.ci_low
        assert drawn[name].ci_low == pytest.approx(closed.ci_low, abs=0.1 * width), name
        assert drawn[name].ci_high == pytest.approx(closed.ci_high, abs=0.1 * width), name


def test_one_statistic_against_scipy() -> None:
    rows = np.repeat([0.0, 1.0], [80, 220])
    theirs = scipy.stats.bootstrap(
        (rows,), np.mean, n_resamples=4000, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    low, high = bootstrap_counts([80, 220], lambda t: t[:, 1] / t.sum(axis=1), 4000)
    assert float(low) == pytest.approx(theirs.low, abs=0.01)
    assert float(high) == pytest.approx(theirs.high, abs=0.01)
    mean = bootstrap_mean(rows, n_resamples=2000)
    assert mean.value == pytest.approx(rows.mean())
    assert mean.ci_low == pytest.approx(theirs.low, abs=0.01)
    assert mean.ci_high == pytest.approx(theirs.high, abs=0.01)


def test_weighted_tables_are_weighted_rows_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    cells, weights = rng.integers(0, 4, 300), rng.choice([0.5, 1.0, 3.0], 300)
    drawn = resample_weighted_counts(cells, 5, weights, 3000)
    sums = np.bincount(cells, weights, minlength=5)
    np.testing.assert_allclose(drawn.mean(axis=0), sums, rtol=0.02)
    assert (drawn[:, 4] == 0).all()
    # n rows drawn: the variance of a sum is n times that of one row's contribution
    one = np.where(cells == 0, weights, 0.0)
    assert drawn[:, 0].var() == pytest.approx(300 * one.var(), rel=0.1)
    monkeypatch.setattr(bootstrap, "_BLOCK", 40)
    np.testing.assert_allclose(resample_weighted_counts(cells, 5, weights, 3000), drawn)


def test_weighted_summary_agrees_with_the_closed_form() -> None:
    rng = np.random.default_rng(7)
    true = rng.integers(0, 3, 2000)
    pred = np.where(rng.random(2000) < 0.7, true, rng.integers(0, 3, 2000))
    weights = rng.choice([0.5, 1.0, 2.0], 2000) * (1 + true)
    counts = confusion_counts(true, pred, 3, weights)
    squares = confusion_counts(true, pred, 3, weights**2)
    drawn = resample_weighted_counts(3 * true + pred, 9, weights, 3000).reshape(-1, 3, 3)
    resampled = bootstrap_summary(counts, tables=drawn, n_samples=2000)
    for name, closed in classification_summary(counts, squared_counts=squares).items():
        width = closed.ci_high - closed.ci_low
        np.testing.assert_allclose(
            resampled[name][1:3], closed[1:3], atol=0.12 * width, err_msg=name
        )
        assert resampled[name].support == 2000


def test_weighted_mean() -> None:
    rng = np.random.default_rng(5)
    values, weights = rng.normal(size=400), rng.random(400)
    result = bootstrap_mean(values, weights, 500)
    assert result.value == pytest.approx(np.average(values, weights=weights))
    sd = np.sqrt((weights**2 * (values - result.value) ** 2).sum()) / weights.sum()
    assert result.ci_high - result.ci_low == pytest.approx(2 * 1.96 * sd, rel=0.15)
    assert np.isnan(bootstrap_mean([1.0], [0.0]).value)
    assert np.isnan(bootstrap_mean([]).value)


def test_undefined_draws_are_left_out() -> None:
    rng = np.random.default_rng(6)
    drawn = rng.normal(size=(1000, 3))
    drawn[::3, 0] = np.nan
    drawn[:, 1] = np.nan
    low, high = bootstrap._percentiles(drawn)
    kept = drawn[~np.isnan(drawn[:, 0]), 0]
    np.testing.assert_allclose([low[0], high[0]], np.quantile(kept, [0.025, 0.975]))
    assert np.isnan([low[1], high[1]]).all()
    np.testing.assert_allclose([low[2], high[2]], np.quantile(drawn[:, 2], [0.025, 0.975]))


def test_refusals() -> None:
    with pytest.raises(ValueError, match="whole counts"):
        resample_counts([0.5, 1.0])
    with pytest.raises(ValueError, match="negative"):
        resample_counts([-1, 1])
    with pytest.raises(ValueError, match="at least 1, got 0"):
        resample_counts([1, 1], 0)
    with pytest.raises(ValueError, match="NaN"):
        bootstrap_mean([np.nan])
    assert resample_counts([0, 0], 2).sum() == 0
    assert resample_weighted_counts([], 2, [], 2).sum() == 0
