from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from errwidgets.measures.ranking import (
    average_precision,
    precision_recall_curve,
    ranking_summary,
    roc_auc,
    roc_curve,
)
from errwidgets.measures.score_groups import score_groups


def draw(seed: int, n: int, *, ties: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    positive = rng.random(n) < 0.4
    scores = rng.normal(size=n) + positive
    return positive, np.round(scores) if ties else scores, rng.random(n) + 0.05


@given(st.integers(0, 10**6), st.integers(1, 80), st.booleans(), st.booleans())
@settings(deadline=None)
def test_curves_and_areas_equal_scikit_learn(seed: int, n: int, ties: bool, weighted: bool) -> None:
    positive, scores, weight = draw(seed, n, ties=ties)
    weight = weight if weighted else None
    groups = score_groups(positive, scores, weight)
    assert groups.is_exact
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        curve = sk.roc_curve(positive, scores, sample_weight=weight, drop_intermediate=False)
        pr_curve = sk.precision_recall_curve(positive, scores, sample_weight=weight)
        area = sk.roc_auc_score(positive, scores, sample_weight=weight)
        precision = sk.average_precision_score(positive, scores, sample_weight=weight)
    for ours, theirs in zip(roc_curve(groups), curve, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
    for ours, theirs in zip(precision_recall_curve(groups), pr_curve, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(roc_auc(groups), area, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(average_precision(groups), precision, rtol=1e-9, atol=1e-12)
    summary = ranking_summary(positive.astype(int), scores, weight)
    np.testing.assert_allclose(summary.roc_auc.value, area, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(summary.average_precision.value, precision, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
def test_multiclass_is_one_against_the_rest(weighted: bool) -> None:
    rng = np.random.default_rng(2)
    true = rng.integers(0, 4, 200)
    proba = rng.dirichlet(np.ones(4), 200) + 0.3 * np.eye(4)[true]
    proba /= proba.sum(axis=1, keepdims=True)
    weight = rng.random(200) if weighted else None
    summary = ranking_summary(true, proba, weight)
    area = sk.roc_auc_score(true, proba, multi_class="ovr", average="macro", sample_weight=weight)
    assert summary.roc_auc.value == pytest.approx(area, rel=1e-9)
    precision = sk.average_precision_score(true, proba, sample_weight=weight)
    assert summary.average_precision.value == pytest.approx(precision, rel=1e-9)
    # A class given but absent changes nothing.
    more = ranking_summary(true, np.column_stack([proba, np.zeros(200)]), weight)
    np.testing.assert_allclose(more.roc_auc, summary.roc_auc)
    np.testing.assert_allclose(more.average_precision, summary.average_precision)


def test_two_columns_are_the_positive_one() -> None:
    positive, scores, _ = draw(3, 50, ties=False)
    table = np.column_stack([-scores, scores])
    first = ranking_summary(positive.astype(int), table)
    np.testing.assert_array_equal(first.roc_auc, ranking_summary(positive, scores).roc_auc)
    swapped = ranking_summary(positive.astype(int), table, pos_code=0)
    assert swapped.roc_auc.value == pytest.approx(first.roc_auc.value)


def test_delong_variance_against_its_definition() -> None:
    positive, scores, _ = draw(4, 60, ties=True)
    p, n = scores[positive], scores[~positive]
    kernel = (p[:, None] > n) + 0.5 * (p[:, None] == n)
    variance = kernel.mean(1).var(ddof=1) / len(p) + kernel.mean(0).var(ddof=1) / len(n)
    value, low, high, support = ranking_summary(positive, scores).roc_auc
    assert value == pytest.approx(kernel.mean())
    assert support == 60
    size = value * (1 - value) / variance
    wilson = 1.959963984540054 * math.sqrt(value * (1 - value) / size + 1.96**2 / (4 * size**2))
    assert high - low == pytest.approx(2 * wilson / (1 + 1.96**2 / size), rel=1e-4)


def test_interval_of_the_average_counts_correlation() -> None:
    # Three copies of one column: the average has the interval of one.
    rng = np.random.default_rng(5)
    true = rng.integers(0, 3, 300)
    scores = rng.normal(size=300) + (true == 0)
    one = ranking_summary((true == 0).astype(int), scores).roc_auc
    table = np.column_stack([scores, -scores * 0, -scores * 0])
    three = ranking_summary(true, table).roc_auc
    assert three.value == pytest.approx((one.value + 1) / 3)
    assert three.ci_low < three.value < three.ci_high


def test_weights_of_two_count_as_copies_in_the_value() -> None:
    positive, scores, _ = draw(6, 40, ties=True)
    double = score_groups(np.repeat(positive, 2), np.repeat(scores, 2))
    weighted = score_groups(positive, scores, np.full(40, 2.0))
    assert roc_auc(weighted) == pytest.approx(roc_auc(double))
    np.testing.assert_allclose(
        ranking_summary(positive, scores, np.full(40, 2.0)).roc_auc,
        ranking_summary(positive, scores).roc_auc,
    )


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("kind", ["spread", "outlier", "tiny", "few values", "huge", "perfect"])
def test_binned_areas_are_within_the_bound(kind: str, weighted: bool) -> None:
    positive, scores, weight = draw(7, 40_000, ties=False)
    if kind == "outlier":
        scores[0] = 1e12
    elif kind == "tiny":
        scores = np.exp(4 * scores - 12)
    elif kind == "few values":
        scores = np.round(scores)
    elif kind == "huge":
        scores = np.where(scores > 1, 1.7e308, -1.7e308)
    elif kind == "perfect":
        scores = positive.astype(float)
    weight = weight if weighted else None
    exact = score_groups(positive, scores, weight)
    binned = score_groups(positive, scores, weight, max_exact_rows=10)
    assert binned.n_samples == 40_000
    assert binned.positives.sum() == pytest.approx(exact.positives.sum())
    assert binned.error_bound <= 1e-4
    assert (binned.thresholds[1:] < binned.thresholds[:-1]).all()
    slack = binned.error_bound + 1e-12
    assert roc_auc(binned) == pytest.approx(roc_auc(exact), abs=slack)
    assert average_precision(binned) == pytest.approx(average_precision(exact), abs=slack)
    summary = ranking_summary(positive, scores, weight, max_exact_rows=10)
    assert summary.is_exact == (binned.error_bound == 0)
    assert summary.roc_auc.ci_low == pytest.approx(
        ranking_summary(positive, scores, weight).roc_auc.ci_low, abs=1e-3
    )


@pytest.mark.parametrize("power", [1, 4, 9])
def test_uneven_bins_where_scores_crowd(power: int) -> None:
    positive, scores, _ = draw(9, 300_000, ties=False)
    scores = 1 / (1 + np.exp(2 * power - power * scores))
    exact = score_groups(positive, scores)
    binned = score_groups(positive, scores, max_exact_rows=1000)
    assert 0 < binned.error_bound <= 1e-4
    assert (binned.thresholds[1:] < binned.thresholds[:-1]).all()
    assert binned.positives.sum() == positive.sum()
    assert roc_auc(binned) == pytest.approx(roc_auc(exact), abs=binned.error_bound)
    assert average_precision(binned) == pytest.approx(
        average_precision(exact), abs=binned.error_bound
    )
    # Each threshold tells the rows at or above it apart from the others, but for its rounding.
    above = np.array(
        [(scores >= t).sum() for t in binned.thresholds[:: len(binned.thresholds) // 50]]
    )
    counted = np.cumsum(binned.positives + binned.negatives)[:: len(binned.thresholds) // 50]
    np.testing.assert_allclose(above, counted, atol=3)


def test_binned_multiclass_interval_is_not_narrower() -> None:
    rng = np.random.default_rng(8)
    true = rng.integers(0, 3, 5000)
    proba = rng.dirichlet(np.ones(3), 5000) + 0.3 * np.eye(3)[true]
    exact = ranking_summary(true, proba).roc_auc
    binned = ranking_summary(true, proba, max_exact_rows=10)
    assert not binned.is_exact
    assert binned.roc_auc.value == pytest.approx(exact.value, abs=binned.error_bound)
    assert binned.roc_auc.ci_low <= exact.ci_low
    assert binned.roc_auc.ci_high >= exact.ci_high


@pytest.mark.parametrize("codes", [[1, 1, 1], [0, 0, 0], [1], []])
def test_one_side_only(codes: list[int]) -> None:
    summary = ranking_summary(np.array(codes, dtype=int), np.arange(len(codes), dtype=float))
    assert np.isnan(summary.roc_auc[:3]).all()
    assert np.isnan(summary.average_precision.value) == (len(codes) == 0)
    three = ranking_summary(np.array(codes, dtype=int), np.zeros((len(codes), 3)))
    assert np.isnan(three.roc_auc[:3]).all()


def test_perfect_order_has_an_interval() -> None:
    value, low, high, _ = ranking_summary([0] * 20 + [1] * 10, np.arange(30.0)).roc_auc
    assert (value, high) == (1.0, 1.0)
    assert 0.5 < low < 0.9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0, 1], [0.5]), "1 rows for 2"),
        (([0, 1], [0.5, np.nan]), "NaN"),
        (([0, 1], [0.5, np.inf]), "finite"),
        (([0, 2], [0.5, 0.5]), r"in \[0, 2\)"),
        (([0, 1], np.zeros((2, 2, 2))), "dimensions"),
        (([0, 1], [0.5, 0.5], [1.0, -1.0]), "negative"),
    ],
)
def test_refusals(arguments: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ranking_summary(*arguments)


def test_score_groups_refuses_different_lengths() -> None:
    with pytest.raises(ValueError, match="got 1 and 2"):
        score_groups([True], [0.5, 0.5])
