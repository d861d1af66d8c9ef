"""Histograms of features: round bins, every row in one, rates as counted by pandas."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import errwidgets as ew
from errwidgets.selection import Range, mask
from errwidgets.slices.histograms import histograms, round_edges


def make(X, wrong=None, **options):  # noqa: N803  scikit-learn's name
    n = len(X)
    wrong = np.arange(n) % 3 == 0 if wrong is None else wrong
    return ew.Evaluation.from_predictions(np.zeros(n, int), wrong * 1, X=X, **options)


@given(
    low=st.floats(-1e6, 1e6),
    span=st.floats(1e-3, 1e6),
    n_bins=st.integers(2, 60),
    whole=st.booleans(),
)
def test_edges_are_round_few_and_inside(low, span, n_bins, whole):
    edges = round_edges(low, low + span, n_bins, whole=whole)
    assert len(edges) <= n_bins
    assert (edges > low).all()
    assert (edges < low + span).all()
    if whole:
        assert (edges == np.round(edges)).all()
    if len(edges) > 2:
        width = np.diff(edges)
        assert np.allclose(width, width[0], rtol=1e-3, atol=1e-9)
        assert float(f"{width[0]:.2g}") == pytest.approx(width[0], rel=1e-3) or whole


@pytest.mark.parametrize("dtype", ["int64", "float64", "float32", "Int64", "datetime", "lapse"])
def test_every_row_is_in_the_bin_that_a_selection_says(dtype):
    rng = np.random.default_rng(0)
    numbers = rng.integers(-50, 950, 3000)
    values = pd.Series(numbers)
    if dtype == "datetime":
        values = pd.Timestamp("2024-01-01") + pd.to_timedelta(values, "h")
    elif dtype == "lapse":
        values = pd.Series(pd.to_timedelta(values, "s"))
    else:
        values = pd.Series(values / 7 if "float" in dtype else values).astype(dtype)
    values = values.mask(rng.random(3000) < 0.1)
    evaluation = make(pd.DataFrame({"x": values}))
    (found,) = (
        histograms(evaluation, ["x"], objective="error", within=None).values()
        if (dtype != "datetime")
        else [histograms(evaluation, ["x"], objective="error", within=None)["x"]]
    )
    ordered = evaluation.columns["x"].ordered
    ends = [None, *[ordered.value_of(edge) for edge in found.edges], None]
    wrong = evaluation.row_values("is_error")
    support = []
    for i, (low, high) in enumerate(itertools.pairwise(ends)):
        inside = mask(Range("x", low, high, "right"), evaluation.columns, 3000)
        support.append(int(inside.sum()))
        if inside.any():
            assert found.columns["error_rate"][i] == pytest.approx(wrong[inside].mean())
    assert found.columns["support"].tolist() == support
    assert sum(support) == int(values.notna().sum())
    assert 10 <= len(support) <= 30


def test_few_values_texts_and_truths_have_none():
    n = 200
    table = pd.DataFrame(
        {
            "few": np.arange(n) % 12,
            "text": ["a", "b"] * (n // 2),
            "truth": [True, False] * (n // 2),
            "none": np.full(n, np.nan),
            "same": np.ones(n),
            "endless": [np.inf, -np.inf] * (n // 2),
        }
    )
    evaluation = make(table)
    assert histograms(evaluation, list(table), objective="error", within=None) == {}


def test_outliers_lie_in_the_outer_bins():
    rng = np.random.default_rng(0)
    values = rng.normal(0, 1, 2000)
    values[:3] = [1e9, np.inf, -np.inf]
    found = histograms(make(pd.DataFrame({"x": values})), ["x"], objective="error", within=None)
    assert max(found["x"].edges) < 10
    assert found["x"].columns["support"].sum() == 2000


def test_weights_scope_and_selection_count():
    rng = np.random.default_rng(0)
    x, w = rng.normal(0, 1, 1000), rng.random(1000)
    wrong = rng.random(1000) < 0.3
    evaluation = make(pd.DataFrame({"x": x, "side": np.arange(1000) % 2}), wrong, sample_weight=w)
    found = histograms(evaluation, ["x"], objective="error", within="side == 1")["x"]
    codes = np.searchsorted(found.edges, x, side="left")
    inside = np.arange(1000) % 2 == 1
    for code in range(len(found.edges) + 1):
        some = inside & (codes == code)
        assert found.columns["support"][code] == some.sum()
        if some.any():
            expected = np.average(wrong[some], weights=w[some])
            assert found.columns["error_rate"][code] == pytest.approx(expected)
