from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from errwidgets.measures.classification import classification_summary, metric_values, per_class
from errwidgets.measures.confusion import confusion_counts
from errwidgets.measures.intervals import wilson_interval

ZERO_DIVISIONS = [math.nan, 0.0, 1.0]

rows_of_codes = st.integers(1, 7).flatmap(
    lambda k: st.tuples(
        st.just(k),
        st.lists(
            st.tuples(st.integers(0, k - 1), st.integers(0, k - 1), st.floats(0.01, 50)),
            min_size=1,
            max_size=40,
        ),
    )
)


def expected_per_class(
    true: np.ndarray, pred: np.ndarray, k: int, zero_division: float, weight: np.ndarray | None
) -> dict[str, np.ndarray]:
    precision, recall, f1, support = sk.precision_recall_fscore_support(
        true, pred, labels=range(k), zero_division=zero_division, sample_weight=weight
    )
    rows = np.ones(len(true)) if weight is None else weight
    specificity = np.full(k, zero_division)
    for code in range(k):
        rest = true != code
        if rest.any():
            specificity[code] = rows[rest & (pred != code)].sum() / rows[rest].sum()
    return {
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "specificity": specificity,
        "support": support,
    }


def expected_summary(
    true: np.ndarray, pred: np.ndarray, k: int, zero_division: float, weight: np.ndarray | None
) -> dict[str, float]:
    given = {"labels": range(k), "zero_division": zero_division, "sample_weight": weight}
    weighted = {"sample_weight": weight}
    accuracy = sk.accuracy_score(true, pred, **weighted)
    majority = np.bincount(true, weight).max() / (len(true) if weight is None else weight.sum())
    return {
        "accuracy": accuracy,
        "balanced_accuracy": sk.balanced_accuracy_score(true, pred, **weighted),
        "macro_precision": sk.precision_score(true, pred, average="macro", **given),
        "macro_recall": sk.recall_score(true, pred, average="macro", **given),
        "macro_f1": sk.f1_score(true, pred, average="macro", **given),
        "weighted_f1": sk.f1_score(true, pred, average="weighted", **given),
        "mcc": sk.matthews_corrcoef(true, pred, **weighted),
        "cohen_kappa": sk.cohen_kappa_score(true, pred, **weighted),
        "baseline_accuracy": majority,
    }


@pytest.mark.parametrize("zero_division", ZERO_DIVISIONS)
@pytest.mark.parametrize("weighted", [False, True])
@given(case=rows_of_codes)
@settings(max_examples=60, deadline=None)
def test_equal_to_scikit_learn(
    zero_division: float, weighted: bool, case: tuple[int, list[tuple[int, int, float]]]
) -> None:
    k, rows = case
    true, pred = np.array([row[:2] for row in rows]).T
    weight = np.array([row[2] for row in rows]) if weighted else None
    counts = confusion_counts(true, pred, k, weight)
    squares = None if weight is None else confusion_counts(true, pred, k, weight**2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        classes = expected_per_class(true, pred, k, zero_division, weight)
        summary = expected_summary(true, pred, k, zero_division, weight)
    ours = per_class(counts, zero_division=zero_division, squared_counts=squares)
    for name, value in classes.items():
        # Weighted true negatives come by subtraction: the rounding is that of the total.
        slack = 1e-10 if name == "specificity" and weighted else 0
        np.testing.assert_allclose(ours[name], value, rtol=1e-12, atol=slack, err_msg=name)
    totals = classification_summary(counts, zero_division=zero_division, squared_counts=squares)
    single = len(set(true)) == 1 or len(set(pred)) == 1
    for name, value in summary.items():
        if weighted and single and name == "mcc":
            continue  # scikit-learn divides rounding by rounding there; ours is 0
        slack = 1e-12 if name in {"mcc", "cohen_kappa"} else 0
        np.testing.assert_allclose(
            totals[name].value, value, rtol=1e-9 if weighted else 1e-12, atol=slack, err_msg=name
        )
    for name, (value, low, high, _) in totals.items():
        if not (math.isnan(low) or math.isnan(value)):
            lowest = -1 if name in {"mcc", "cohen_kappa"} else 0
            assert lowest <= low <= value + 1e-9, name
            assert value - 1e-9 <= high <= 1, name


def test_tables_at_once_equal_one_by_one() -> None:
    rng = np.random.default_rng(0)
    many = rng.integers(0, 4, (50, 3, 3))
    many[0] = 0
    together = metric_values(many, zero_division=0)
    for position, table in enumerate(many):
        for name, value in metric_values(table, zero_division=0).items():
            np.testing.assert_allclose(together[name][position], value, rtol=1e-13, err_msg=name)


def test_columns_and_their_order() -> None:
    columns = list(per_class(np.eye(2), row_counts=np.eye(2, dtype=int)))
    assert columns[:7] == [
        "precision",
        "recall",
        "f1",
        "specificity",
        "support",
        "predicted",
        "n_samples",
    ]
    assert columns[7:9] == ["precision_ci_low", "precision_ci_high"]
    assert len(columns) == 15
    assert "n_samples" not in per_class(np.eye(2))


def test_intervals_per_class_are_wilson_of_the_class() -> None:
    table = per_class(np.array([[50, 10], [5, 35]]))
    low, high = wilson_interval(50 / 60, 60)
    assert table["recall_ci_low"][0] == pytest.approx(float(low))
    assert table["recall_ci_high"][0] == pytest.approx(float(high))
    low, high = wilson_interval(50 / 55, 55)
    assert table["precision_ci_low"][0] == pytest.approx(float(low))
    low, high = wilson_interval(35 / 40, 40)
    assert table["specificity_ci_high"][0] == pytest.approx(float(high))
    low, high = wilson_interval(50 / 65, 65)
    assert table["f1_ci_low"][0] == pytest.approx(float(2 * low / (1 + low)))


def test_equal_weights_change_no_interval() -> None:
    counts = np.array([[50, 10, 1], [5, 35, 2], [0, 3, 30]])
    plain = per_class(counts)
    scaled = per_class(counts * 2.5, squared_counts=counts * 2.5**2, row_counts=counts)
    for name, value in plain.items():
        factor = 2.5 if name in {"support", "predicted"} else 1
        np.testing.assert_allclose(scaled[name], value * factor, rtol=1e-12, err_msg=name)
    np.testing.assert_array_equal(scaled["n_samples"], counts.sum(1))
    first = classification_summary(counts)
    second = classification_summary(counts * 2.5, squared_counts=counts * 2.5**2, n_samples=136)
    for name in first:
        np.testing.assert_allclose(first[name], second[name], rtol=1e-9, err_msg=name)


def test_undefined_classes_have_a_value_but_no_interval() -> None:
    table = per_class(np.array([[3, 0, 0], [2, 0, 0], [0, 0, 0]]), zero_division=1)
    np.testing.assert_array_equal(table["precision"], [0.6, 1, 1])
    np.testing.assert_array_equal(table["f1"], [0.75, 0, 1])
    assert np.isnan(table["precision_ci_low"][1:]).all()
    assert np.isnan(table["f1_ci_high"][2])
    assert table["f1_ci_high"][1] > 0


@pytest.mark.parametrize(
    "counts",
    [
        np.diag([10, 20, 30]),
        np.array([[0, 4], [4, 0]]),
        np.array([[1]]),
        np.array([[0, 1], [0, 0]]),
    ],
)
def test_extremes_have_intervals_that_are_not_points(counts: np.ndarray) -> None:
    for name, (value, low, high, support) in classification_summary(counts).items():
        assert support == counts.sum()
        if not math.isnan(value) and not (name == "mcc" and math.isnan(low)):
            assert high - low > 1e-3, name


def test_no_rows_at_all() -> None:
    for zero_division in ZERO_DIVISIONS:
        summary = classification_summary(np.zeros((2, 2)), zero_division=zero_division)
        for value, low, high, support in summary.values():
            assert np.isnan([value, low, high]).all()
            assert support == 0


@pytest.mark.parametrize("function", [per_class, metric_values, classification_summary])
@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (np.zeros((2, 3)), "n_classes"),
        (np.zeros((0, 0)), "n_classes"),
        (np.zeros(3), "n_classes"),
        (np.array([[1.0, np.nan], [0, 1]]), "finite"),
        (np.array([[1.0, -1.0], [0, 1]]), "negative"),
        (np.array([["a"]]), "numbers"),
    ],
)
def test_refusals(function: object, counts: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        function(counts)
    with pytest.raises(ValueError, match=r"nan, 0 or 1, got 0\.5"):
        function(np.eye(2), zero_division=0.5)
