from __future__ import annotations

import math
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from errwidgets.measures.classification import classification_summary
from errwidgets.measures.confusion import confusion_counts
from errwidgets.measures.groups import (
    BEST,
    classification_groups,
    compare_with_best,
    mean_groups,
    regression_groups,
)
from errwidgets.measures.intervals import mean_estimate, wilson_interval
from errwidgets.measures.regression import regression_summary


def draw(seed: int, n: int, k: int, n_groups: int = 4) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    true = rng.integers(0, k, n)
    pred = np.where(rng.random(n) < 0.6, true, rng.integers(0, k, n))
    return rng.integers(0, n_groups, n), true, pred, rng.random(n) + 0.1


def by_mask(function: object, group: np.ndarray, n_groups: int, *columns: np.ndarray) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.array(
            [
                function(*(column[group == code] for column in columns))
                if (group == code).any()
                else np.nan
                for code in range(n_groups)
            ]
        )


@given(st.integers(0, 10**6), st.integers(1, 120), st.booleans())
@settings(deadline=None, max_examples=40)
def test_binary_groups_equal_scikit_learn_on_masks(seed: int, n: int, weighted: bool) -> None:
    group, true, pred, weight = draw(seed, n, 2)
    if not weighted:
        weight = np.ones(n)
    frame = classification_groups(
        group, 5, true, pred, 2, pos_code=1, sample_weight=weight if weighted else None
    )

    def recall_of(label: int, flip: bool) -> object:
        def rate(t: np.ndarray, p: np.ndarray, w: np.ndarray) -> float:
            value = sk.recall_score(
                t, p, labels=[label], average="macro", sample_weight=w, zero_division=np.nan
            )
            return 1 - value if flip else value

        return rate

    def other(function: object) -> object:
        return lambda t, p, w: function(
            t, p, labels=[1], average="macro", sample_weight=w, zero_division=np.nan
        )

    expected = {
        "accuracy": lambda t, p, w: sk.accuracy_score(t, p, sample_weight=w),
        "error_rate": lambda t, p, w: sk.zero_one_loss(t, p, sample_weight=w),
        "precision": other(sk.precision_score),
        "recall": recall_of(1, flip=False),
        "f1": other(sk.f1_score),
        "false_positive_rate": recall_of(0, flip=True),
        "false_negative_rate": recall_of(1, flip=True),
        "selection_rate": lambda _, p, w: np.average(p, weights=w),
    }
    for name, function in expected.items():
        theirs = by_mask(function, group, 5, true, pred, weight)
        np.testing.assert_allclose(frame[name], theirs, rtol=1e-12, atol=1e-12, err_msg=name)
        low, high = frame[f"{name}_ci_low"], frame[f"{name}_ci_high"]
        known = ~np.isnan(theirs)
        assert (low[known] <= theirs[known] + 1e-9).all()
        assert (theirs[known] - 1e-9 <= high[known]).all()
        assert ((low[known] >= 0) & (high[known] <= 1)).all()
    np.testing.assert_array_equal(frame["support"], np.bincount(group, minlength=5))


@pytest.mark.parametrize("zero_division", [math.nan, 0.0, 1.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_multiclass_groups_are_summaries_of_each_group(
    zero_division: float, weighted: bool
) -> None:
    group, true, pred, weight = draw(3, 60, 4)
    frame = classification_groups(
        group,
        5,
        true,
        pred,
        4,
        sample_weight=weight if weighted else None,
        zero_division=zero_division,
    )
    assert "selection_rate" not in frame
    for code in range(4):
        mine = group == code
        w = weight[mine] if weighted else None
        summary = classification_summary(
            confusion_counts(true[mine], pred[mine], 4, w),
            squared_counts=confusion_counts(true[mine], pred[mine], 4, w**2) if weighted else None,
            zero_division=zero_division,
        )
        for name in ("precision", "recall", "f1"):
            ours = [frame[name + suffix][code] for suffix in ("", "_ci_low", "_ci_high")]
            np.testing.assert_allclose(ours, summary[f"macro_{name}"][:3], rtol=1e-12)
            theirs = sk.precision_recall_fscore_support(
                true[mine],
                pred[mine],
                labels=range(4),
                average="macro",
                zero_division=zero_division,
                sample_weight=w,
            )
            position = ("precision", "recall", "f1").index(name)
            assert ours[0] == pytest.approx(theirs[position], rel=1e-12)
    assert np.isnan(frame["f1"][4])


def test_binary_zero_division() -> None:
    frame = classification_groups(
        [0, 1, 2], 3, [0, 0, 1], [0, 1, 1], 2, pos_code=1, zero_division=1
    )
    np.testing.assert_array_equal(frame["precision"], [1, 0, 1])
    np.testing.assert_array_equal(frame["f1"], [1, 0, 1])
    assert np.isnan(frame["precision_ci_low"][0])
    assert np.isnan(frame["false_positive_rate"][2])


def test_intervals_are_wilson_with_effective_rows() -> None:
    group, true, pred, weight = draw(5, 200, 2)
    frame = classification_groups(group, 4, true, pred, 2, pos_code=1, sample_weight=weight)
    negatives = (group == 2) & (true == 0)
    w = weight[negatives]
    rate = np.average(pred[negatives], weights=w)
    low, high = wilson_interval(rate, w.sum() ** 2 / (w**2).sum())
    assert frame["false_positive_rate_ci_low"][2] == pytest.approx(float(low))
    assert frame["false_positive_rate_ci_high"][2] == pytest.approx(float(high))


def test_columns_come_in_order() -> None:
    group, true, pred, _ = draw(6, 50, 2)
    columns = list(classification_groups(group, 4, true, pred, 2, pos_code=1))
    assert columns[:6] == [
        "support",
        "error_rate",
        "error_rate_ci_low",
        "error_rate_ci_high",
        "error_rate_gap",
        "error_rate_ratio",
    ]
    assert len(columns) == 1 + 5 * 8
    assert all(column in BEST for column in columns[1::5])


def test_gap_and_ratio_against_the_best() -> None:
    frame = compare_with_best(
        {
            "error_rate": np.array([0.2, 0.1, np.nan]),
            "accuracy": np.array([0.8, 0.9, np.nan]),
            "bias": np.array([-1.0, 0.5, 2.0]),
            "mean_loss": np.array([0.0, 0.0, 2.0]),
            "selection_rate": np.full(3, np.nan),
        }
    )
    np.testing.assert_allclose(frame["error_rate_gap"], [0.1, 0, np.nan])
    np.testing.assert_allclose(frame["error_rate_ratio"], [2, 1, np.nan])
    np.testing.assert_allclose(frame["accuracy_gap"], [-0.1, 0, np.nan])
    np.testing.assert_allclose(frame["bias_gap"], [-1.5, 0, 1.5])
    np.testing.assert_allclose(frame["bias_ratio"], [-2, 1, 4])
    np.testing.assert_allclose(frame["mean_loss_ratio"], [1, 1, np.nan])
    assert np.isnan(frame["selection_rate_gap"]).all()


@pytest.mark.parametrize("weighted", [False, True])
def test_regression_groups_equal_the_summary_of_each_group(weighted: bool) -> None:
    rng = np.random.default_rng(7)
    group, true, pred, weight = rng.integers(0, 6, 90), *rng.normal(size=(2, 90)), rng.random(90)
    group[group == 4] = 3
    weight[group == 5] = 0
    frame = regression_groups(group, 7, true, pred, sample_weight=weight if weighted else None)
    for code in range(7):
        mine = group == code
        summary = regression_summary(true[mine], pred[mine], weight[mine] if weighted else None)
        for name in ("mean_absolute_error", "root_mean_squared_error", "bias"):
            ours = [frame[name + suffix][code] for suffix in ("", "_ci_low", "_ci_high")]
            np.testing.assert_allclose(ours, summary[name][:3], rtol=1e-9, err_msg=name)
        assert frame["support"][code] == mine.sum()


def test_mean_groups() -> None:
    rng = np.random.default_rng(8)
    group, loss = rng.integers(0, 3, 50), rng.exponential(size=50) + 1e6
    frame = mean_groups(group, 3, loss)
    for code in range(3):
        expected = mean_estimate(loss[group == code])
        ours = [frame[f"mean_loss{suffix}"][code] for suffix in ("", "_ci_low", "_ci_high")]
        np.testing.assert_allclose(ours, expected[:3], rtol=1e-12)
    with pytest.raises(ValueError, match="got 'loss'"):
        mean_groups(group, 3, loss, name="loss")


def test_no_rows() -> None:
    frame = classification_groups([], 2, [], [], 2, pos_code=1)
    assert (frame["support"] == 0).all()
    assert np.isnan(frame["accuracy"]).all()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([0, 3], 2, [0, 1], [0, 1], 2), ValueError, "group_codes must be"),
        (([0], 2, [0, 1], [0, 1], 2), ValueError, "group_codes and true_codes"),
        (([0, 1], 2, [0, 1], [0], 2), ValueError, "true_codes and pred_codes"),
        (([0.0, 1.0], 2, [0, 1], [0, 1], 2), TypeError, "integer codes"),
    ],
)
def test_refusals(arguments: tuple, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        classification_groups(*arguments)


# fairlearn calls what pandas and scikit-learn have deprecated; our own warnings stay errors.
@pytest.mark.filterwarnings("default::DeprecationWarning:fairlearn.*")
@pytest.mark.filterwarnings("default::FutureWarning:fairlearn.*")
def test_equal_to_fairlearn() -> None:
    # Not a dependency, not even of the tests: compared with where somebody has it.
    fairlearn = pytest.importorskip("fairlearn.metrics")
    group, true, pred, weight = draw(9, 500, 2)
    ours = classification_groups(group, 4, true, pred, 2, pos_code=1, sample_weight=weight)
    names = ("selection_rate", "false_positive_rate", "false_negative_rate")
    theirs = fairlearn.MetricFrame(
        metrics={name: getattr(fairlearn, name) for name in names},
        y_true=pd.Series(true),
        y_pred=pd.Series(pred),
        sensitive_features=pd.Series(group, name="group"),
        sample_params={name: {"sample_weight": weight} for name in names},
    )
    for name in names:
        np.testing.assert_allclose(ours[name], theirs.by_group[name], rtol=1e-12, err_msg=name)
        gaps = ours[f"{name}_gap"]
        assert np.abs(gaps).max() == pytest.approx(theirs.difference()[name], rel=1e-9)
