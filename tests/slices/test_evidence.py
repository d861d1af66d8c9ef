import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from errwidgets.slices.evidence import benjamini_hochberg, halves, hypergeometric_tail, judge


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 4000), st.data())
def test_the_tail_is_that_of_the_hypergeometric_distribution(total, data):
    wrong = data.draw(st.integers(0, total))
    drawn = data.draw(st.integers(1, total))
    hits = data.draw(st.integers(max(0, drawn + wrong - total), min(drawn, wrong)))
    expected = scipy.stats.hypergeom.sf(hits - 1, total, wrong, drawn)
    assert hypergeometric_tail(hits, drawn, wrong, total) == pytest.approx(
        expected, rel=1e-8, abs=1e-13
    )


def test_the_tail_at_a_million_rows():
    for hits in (2_900, 3_000, 3_100, 3_600):
        expected = scipy.stats.hypergeom.sf(hits - 1, 1_000_000, 100_000, 30_000)
        assert hypergeometric_tail(hits, 30_000, 100_000, 1_000_000) == pytest.approx(
            expected, rel=1e-6
        )


@given(st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), max_size=30))
def test_q_values_are_benjamini_hochbergs(p_values):
    q = benjamini_hochberg(p_values)
    p = np.array(p_values)
    tested = ~np.isnan(p)
    assert (np.isnan(q) == ~tested).all()
    if tested.any():
        expected = scipy.stats.false_discovery_control(p[tested], method="bh")
        assert q[tested] == pytest.approx(expected)


@settings(deadline=None)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=300), st.integers(0, 5))
def test_halves_hold_half_of_each_stratum(strata, seed):
    strata = np.array(strata, dtype=np.uint32)
    searched = halves(strata, seed)
    assert (searched == halves(strata, seed)).all()
    assert searched.sum() == -(-len(strata) // 2)
    for stratum in np.unique(strata):
        inside = searched[strata == stratum]
        assert abs(2 * int(inside.sum()) - len(inside)) <= 1


def test_another_seed_searches_other_rows():
    strata = np.zeros(1000, dtype=np.uint32)
    same = (halves(strata, 0) == halves(strata, 1)).mean()
    assert 0.4 < same < 0.6


def make(rng, n=400):
    return rng.random(n) < 0.2, [rng.random(n) < 0.3, rng.random(n) < 0.05, rng.random(n) < 0.9]


def test_rates_agree_with_scipy():
    rng = np.random.default_rng(0)
    values, members = make(rng)
    evidence = judge(values, members)
    for i, member in enumerate(members):
        inside, rest = values[member], values[~member]
        table = [[inside.sum(), (~inside).sum()], [rest.sum(), (~rest).sum()]]
        assert evidence.p_value[i] == pytest.approx(
            scipy.stats.fisher_exact(table, alternative="greater").pvalue
        )
        low, high = scipy.stats.binomtest(int(inside.sum()), len(inside)).proportion_ci(
            method="wilson"
        )
        assert (evidence.ci_low[i], evidence.ci_high[i]) == pytest.approx((low, high))
        assert evidence.support[i] == member.sum()
        assert evidence.rate[i] == pytest.approx(inside.mean())
        assert evidence.lift[i] == pytest.approx(inside.mean() / values.mean())
        assert evidence.gap[i] == pytest.approx(inside.mean() - rest.mean())
        # What the overall rate would fall to, were the slice as the rest.
        assert values.mean() - evidence.potential_gain[i] == pytest.approx(rest.mean())
        share = member.mean()
        assert evidence.potential_gain[i] == pytest.approx(share * evidence.gap[i])


def test_means_agree_with_welch():
    rng = np.random.default_rng(1)
    _, members = make(rng)
    values = rng.exponential(size=400)
    evidence = judge(values, members)
    for i, member in enumerate(members):
        test = scipy.stats.ttest_ind(
            values[member], values[~member], equal_var=False, alternative="greater"
        )
        assert evidence.p_value[i] == pytest.approx(test.pvalue)
        low, high = scipy.stats.t.interval(
            0.95, member.sum() - 1, values[member].mean(), scipy.stats.sem(values[member])
        )
        assert (evidence.ci_low[i], evidence.ci_high[i]) == pytest.approx((low, high), rel=1e-3)


def test_equal_weights_change_no_rate_and_hardly_a_test():
    rng = np.random.default_rng(2)
    values = rng.exponential(size=2000)
    members = [rng.random(2000) < 0.3]
    plain, weighted = judge(values, members), judge(values, members, np.full(2000, 2.5))
    assert weighted.rate == pytest.approx(plain.rate)
    assert weighted.ci_low == pytest.approx(plain.ci_low)
    assert weighted.p_value == pytest.approx(plain.p_value, abs=2e-3)


def test_weighted_rates_are_weighted_averages():
    rng = np.random.default_rng(3)
    values, members = make(rng)
    weights = rng.random(400)
    evidence = judge(values, members, weights)
    for i, member in enumerate(members):
        assert evidence.rate[i] == pytest.approx(
            np.average(values[member], weights=weights[member])
        )
        rest = np.average(values[~member], weights=weights[~member])
        assert evidence.gap[i] == pytest.approx(evidence.rate[i] - rest)


@pytest.mark.parametrize("draw", ["rate", "exponential", "lognormal"])
def test_under_the_null_few_p_values_are_small(draw):
    rng = np.random.default_rng(4)
    small = 0
    n_runs = 400
    for _ in range(n_runs):
        values = {
            "rate": lambda: rng.random(500) < 0.1,
            "exponential": lambda: rng.exponential(size=500),
            "lognormal": lambda: rng.lognormal(0, 1, 500),
        }[draw]()
        small += judge(values, [rng.permutation(500) < 50]).p_value[0] <= 0.05
    # Three standard deviations over five in a hundred.
    assert small <= n_runs * 0.05 + 3 * np.sqrt(n_runs * 0.05 * 0.95)


def test_no_rows_and_all_rows_are_no_evidence():
    values = np.array([True, False, True, False])
    evidence = judge(values, [np.zeros(4, dtype=bool), np.ones(4, dtype=bool)])
    assert np.isnan(evidence.p_value).all()
    assert np.isnan(evidence.gap).all()
    assert evidence.rate[1] == 0.5
    same = judge(np.full(6, 0.5), [np.arange(6) < 3])
    assert np.isnan(same.p_value[0])
