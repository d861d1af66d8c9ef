"""The numbers of an evaluation against scikit-learn, fairlearn, pandas and plain NumPy."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from errwidgets import Evaluation
from errwidgets.exceptions import ColumnNotFoundError, InputError, TaskError

if TYPE_CHECKING:
    from collections.abc import Callable

make = Evaluation.from_predictions
COUNTS = 1e-12
"""Relative, where only counts enter."""
FLOATS = 1e-9
LABELS = ["bee", "cat", "dog", "eel", "fox"]
CASE = settings(deadline=None, max_examples=40)


class Case:
    """Labels, probabilities and weights of some rows."""

    def __init__(self, seed: int, n: int, k: int, *, weighted: bool, absent: bool) -> None:
        rng = np.random.default_rng(seed)
        self.classes = LABELS[:k]
        used = k - 1 if absent and k > 1 else k
        true = rng.integers(0, used, n)
        self.proba = rng.dirichlet(np.full(k, 0.7), n)
        if k > 1:
            self.proba[rng.random(n) < 0.1] = np.eye(k)[0]
        pred = np.where(rng.random(n) < 0.5, true, self.proba.argmax(axis=1))
        self.codes, self.pred_codes = true, pred
        self.true = np.array(self.classes)[true]
        self.pred = np.array(self.classes)[pred]
        weight = rng.random(n) * 3
        weight[rng.random(n) < 0.1] = 0.0
        weight[0] = 1.0
        self.weight = weight if weighted else None
        self.evaluation = make(
            self.true,
            self.pred,
            y_proba=self.proba,
            classes=self.classes,
            sample_weight=self.weight,
            X=pd.DataFrame({"group": rng.choice(list("uvw"), n), "side": rng.random(n) < 0.5}),
        )

    def sk(self, function: Callable[..., Any], **options: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # scikit-learn warns of what is undefined
            return function(self.true, self.pred, sample_weight=self.weight, **options)


@st.composite
def cases(draw: st.DrawFn, *, least_classes: int = 1, rows: int = 60) -> Case:
    return Case(
        draw(st.integers(0, 10**6)),
        draw(st.integers(1, rows)),
        draw(st.integers(least_classes, 5)),
        weighted=draw(st.booleans()),
        absent=draw(st.booleans()),
    )


def close(ours: Any, theirs: Any, rtol: float, name: str = "") -> None:
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol, err_msg=name)


# ---------------------------------------------------------------- confusion


@given(cases())
@CASE
def test_confusion_in_every_normalisation(case: Case) -> None:
    labels = [*case.classes, "never"]  # one label alone makes scikit-learn warn
    for normalize in (None, "true", "pred", "all"):
        table = case.evaluation.confusion(normalize)
        theirs = case.sk(sk.confusion_matrix, labels=labels, normalize=normalize)[:-1, :-1]
        close(table, theirs, COUNTS, str(normalize))
        assert table.index.tolist() == table.columns.tolist() == case.classes
        assert (table.index.name, table.columns.name) == ("y_true", "y_pred")
        if normalize is None:
            whole = np.int64 if case.weight is None else np.float64
            assert (table.dtypes == whole).all()


@pytest.mark.parametrize("normalize", ["rows", True, 1, ["true"], np.array(["true", "all"])])
def test_a_normalisation_that_is_none_is_refused(normalize: object) -> None:
    with pytest.raises(InputError, match="normalize must be None or one of 'true', 'pred', 'all'"):
        make([1, 2], [1, 1]).confusion(normalize)  # type: ignore[arg-type]


# ---------------------------------------------------------------- per class


@given(cases(), st.sampled_from([0, 1, math.nan, 0.0, 1.0, np.float64("nan")]))
@CASE
def test_per_class_equals_scikit_learn(case: Case, zero_division: float) -> None:
    table = case.evaluation.per_class(zero_division)
    assert table.index.tolist() == case.classes
    assert table.index.name == "class"
    precision, recall, f1, support = case.sk(
        sk.precision_recall_fscore_support, labels=case.classes, zero_division=zero_division
    )
    for name, theirs in (("precision", precision), ("recall", recall), ("f1", f1)):
        close(table[name], theirs, COUNTS, name)
    close(table["support"], np.zeros(len(case.classes)) if support is None else support, COUNTS)
    weight = np.ones(len(case.true)) if case.weight is None else case.weight
    for code, label in enumerate(case.classes):
        chosen = case.pred == label
        assert table.loc[label, "predicted"] == pytest.approx(weight[chosen].sum(), rel=COUNTS)
        rest = case.codes != code
        if weight[rest].sum() > 0:
            kept = weight[rest & ~chosen].sum() / weight[rest].sum()
            assert table.loc[label, "specificity"] == pytest.approx(kept, rel=1e-11, abs=1e-12)
    for name in ("precision", "recall", "f1", "specificity"):
        inside = table[[f"{name}_ci_low", name, f"{name}_ci_high"]].dropna()
        assert (inside.diff(axis=1).iloc[:, 1:] >= -1e-12).all(axis=None)
        limits = inside.drop(columns=name)
        assert ((limits >= 0) & (limits <= 1)).all(axis=None)


def test_per_class_columns() -> None:
    four = ["precision", "recall", "f1", "specificity"]
    limits = [f"{name}_ci_{end}" for name in four for end in ("low", "high")]
    table = make([1, 2], [1, 1]).per_class()
    assert list(table) == [*four, "support", "predicted", *limits]
    weighted = make([1, 2], [1, 1], sample_weight=[1, 2]).per_class()
    assert list(weighted) == [*four, "support", "predicted", "n_samples", *limits]
    assert weighted["n_samples"].tolist() == [1, 1]


@pytest.mark.parametrize("zero_division", ["warn", 2, None, 0.5, [0], np.array([1])])
def test_a_zero_division_that_is_none_is_refused(zero_division: object) -> None:
    evaluation = make([1, 2], [1, 1], X=[["a"], ["b"]])
    with pytest.raises(InputError, match="zero_division must be 0, 1 or nan"):
        evaluation.per_class(zero_division)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="zero_division must be 0, 1 or nan"):
        evaluation.group_by("x0", zero_division=zero_division)  # type: ignore[arg-type]


# ---------------------------------------------------------------- summary

SUMMARY = [
    "accuracy", "error_rate", "balanced_accuracy", "macro_precision", "macro_recall", "macro_f1",
    "weighted_f1", "mcc", "cohen_kappa", "log_loss", "brier", "ece", "roc_auc",
    "average_precision", "baseline_accuracy",
]  # fmt: skip


@given(cases(least_classes=2))
@CASE
def test_summary_of_labels_equals_scikit_learn(case: Case) -> None:
    value = case.evaluation.summary()["value"]
    average = {"labels": case.classes, "zero_division": np.nan}
    expected = {
        "accuracy": case.sk(sk.accuracy_score),
        "error_rate": case.sk(sk.zero_one_loss),
        "balanced_accuracy": case.sk(sk.balanced_accuracy_score),
        "macro_precision": case.sk(sk.precision_score, average="macro", **average),
        "macro_recall": case.sk(sk.recall_score, average="macro", **average),
        "macro_f1": case.sk(sk.f1_score, average="macro", **average),
        "weighted_f1": case.sk(sk.f1_score, average="weighted", labels=case.classes,
                               zero_division=0),
        "mcc": case.sk(sk.matthews_corrcoef),
        "cohen_kappa": case.sk(sk.cohen_kappa_score),
    }  # fmt: skip
    for name, theirs in expected.items():
        if not np.isnan(theirs):
            # The correlation subtracts sums of squares, which weights make inexact.
            rtol = FLOATS if name == "mcc" and case.weight is not None else 1e-11
            close(value[name], theirs, rtol, name)
    weight = np.ones(len(case.true)) if case.weight is None else case.weight
    majority = np.bincount(case.codes, weight).max() / weight.sum()
    close(value["baseline_accuracy"], majority, COUNTS)


@given(cases(least_classes=2))
@CASE
def test_summary_of_probabilities_equals_scikit_learn(case: Case) -> None:
    value = case.evaluation.summary()["value"]
    weight = np.ones(len(case.true)) if case.weight is None else case.weight
    k, n = len(case.classes), len(case.true)
    log_loss = sk.log_loss(case.true, case.proba, labels=case.classes, sample_weight=weight)
    close(value["log_loss"], log_loss, FLOATS, "log_loss")
    distance = (case.proba - np.eye(k)[case.codes]) ** 2
    per_row = distance[:, 1] if k == 2 else distance.sum(axis=1)
    close(value["brier"], np.average(per_row, weights=weight), FLOATS, "brier")
    if k == 2:
        theirs = sk.brier_score_loss(
            case.codes == 1, case.proba[:, 1], sample_weight=weight, pos_label=True
        )
        close(value["brier"], theirs, FLOATS, "brier")
    confidence, right = case.proba.max(axis=1), case.proba.argmax(axis=1) == case.codes
    bins = np.clip(np.ceil(confidence * 10).astype(int) - 1, 0, 9)
    ece = sum(
        abs(weight[bins == b] @ (right[bins == b] - confidence[bins == b])) for b in range(10)
    )
    close(value["ece"], ece / weight.sum(), FLOATS, "ece")
    areas, precisions = [math.nan] * k, [math.nan] * k
    for code in range(k):
        truth = case.codes == code
        area = {"sample_weight": weight, "y_score": case.proba[:, code]}
        if weight[truth].sum() > 0 and weight[~truth].sum() > 0:
            areas[code] = sk.roc_auc_score(truth, **area)
        if k == 2 or not np.isnan(areas[code]):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # without a positive row: 0, and a warning
                precisions[code] = sk.average_precision_score(truth, **area)
    if k == 2:
        close(value["roc_auc"], areas[1], FLOATS, "roc_auc")
        close(value["average_precision"], precisions[1], FLOATS, "average_precision")
    elif not np.isnan(areas).all():
        close(value["roc_auc"], np.nanmean(areas), FLOATS, "roc_auc")
        close(value["average_precision"], np.nanmean(precisions), FLOATS, "average_precision")
    assert n == case.evaluation.n_samples


def test_area_of_several_classes_equals_scikit_learn_s_own_average() -> None:
    case = Case(3, 300, 4, weighted=False, absent=False)
    value = case.evaluation.summary()["value"]
    theirs = sk.roc_auc_score(case.true, case.proba, multi_class="ovr", labels=case.classes)
    close(value["roc_auc"], theirs, FLOATS)
    hot = np.eye(4)[case.codes]
    close(value["average_precision"], sk.average_precision_score(hot, case.proba), FLOATS)


@pytest.mark.parametrize("pos_label", ["cat", "dog"])
def test_the_positive_class_decides_what_is_one_sided(pos_label: str) -> None:
    rng = np.random.default_rng(4)
    proba = rng.dirichlet([1, 1], 90)
    true = np.where(rng.random(90) < proba[:, 1], "dog", "cat")
    evaluation = make(true, true[::-1], y_proba=proba, pos_label=pos_label)
    value, code = evaluation.summary()["value"], ["cat", "dog"].index(pos_label)
    truth = true == pos_label
    close(value["roc_auc"], sk.roc_auc_score(truth, proba[:, code]), FLOATS)
    close(value["average_precision"], sk.average_precision_score(truth, proba[:, code]), FLOATS)
    close(value["brier"], sk.brier_score_loss(truth, proba[:, code]), FLOATS)


@given(cases())
@CASE
def test_summary_has_its_rows_columns_and_sound_intervals(case: Case) -> None:
    table = case.evaluation.summary()
    assert table.index.tolist() == SUMMARY
    assert list(table) == ["value", "ci_low", "ci_high", "support"]
    assert (table["support"] == len(case.true)).all()
    inside = table[["ci_low", "value", "ci_high"]].dropna()
    assert (inside.diff(axis=1).iloc[:, 1:] >= -1e-9).all(axis=None)
    assert table.loc[["accuracy", "error_rate"], ["ci_low", "ci_high"]].notna().all(axis=None)
    assert isinstance(table.attrs["note"], str)


def test_scores_of_one_class_of_several() -> None:
    score = [0.1, 0.9, 0.2, 0.6]
    evaluation = make(list("abca"), list("abca"), y_score=score, pos_label="a")
    value = evaluation.summary()["value"]
    close(value["roc_auc"], sk.roc_auc_score([1, 0, 0, 1], score), FLOATS)


# ---------------------------------------------------------------- groups


def rates(case: Case, mask: np.ndarray) -> dict[str, float]:
    """Return the metrics of a group by scikit-learn, NaN where undefined."""
    part = Case.__new__(Case)
    part.true, part.pred = case.true[mask], case.pred[mask]
    part.weight = None if case.weight is None else case.weight[mask]
    weight = np.ones(mask.sum()) if part.weight is None else part.weight
    if weight.sum() == 0:
        return {}
    found = {"accuracy": part.sk(sk.accuracy_score), "error_rate": part.sk(sk.zero_one_loss)}
    options: dict[str, Any] = {"zero_division": np.nan}
    if len(case.classes) == 2:
        options |= {"labels": case.classes[1:], "average": "macro"}
        negative = {**options, "labels": case.classes[:1]}
        found |= {
            "false_positive_rate": 1 - part.sk(sk.recall_score, **negative),
            "false_negative_rate": 1 - part.sk(sk.recall_score, **options),
            "selection_rate": float(np.average(part.pred == case.classes[1], weights=weight)),
        }
    else:
        options |= {"labels": case.classes, "average": "macro"}
    return found | {
        "precision": part.sk(sk.precision_score, **options),
        "recall": part.sk(sk.recall_score, **options),
        "f1": part.sk(sk.f1_score, **options),
    }


@given(cases(least_classes=2), st.sampled_from(["group", "side", ("group", "side")]))
@CASE
def test_groups_equal_scikit_learn_on_their_rows(case: Case, columns: Any) -> None:
    names = [columns] if isinstance(columns, str) else list(columns)
    table = case.evaluation.group_by(columns if isinstance(columns, str) else names)
    frame = case.evaluation.frame
    sizes = frame.groupby(names, sort=True).size()
    assert table.index.tolist() == sizes.index.tolist()
    assert list(table.index.names) == names
    assert table["support"].tolist() == sizes.tolist()
    for position, key in enumerate(sizes.index):
        mask = (frame[names] == (list(key) if len(names) > 1 else [key])).all(axis=1).to_numpy()
        for name, theirs in rates(case, mask).items():
            close(table[name].iloc[position], theirs, 1e-11, name)


@given(cases(least_classes=2))
@CASE
def test_gaps_and_ratios_are_against_the_best_group(case: Case) -> None:
    table = case.evaluation.group_by("group")
    for name in [name for name in table if f"{name}_gap" in table]:
        lowest = name in {"error_rate", "false_positive_rate", "false_negative_rate"}
        best = table[name].min() if lowest else table[name].max()
        close(table[f"{name}_gap"], table[name] - best, COUNTS, name)
        if best > 0:
            close(table[f"{name}_ratio"], table[name] / best, 1e-11, name)
    assert ("selection_rate" in table) == (len(case.classes) == 2)
    limits = table[["accuracy_ci_low", "accuracy", "accuracy_ci_high"]].dropna()
    assert (limits.diff(axis=1).iloc[:, 1:] >= -1e-12).all(axis=None)


@pytest.mark.filterwarnings("default::DeprecationWarning:fairlearn.*")
@pytest.mark.filterwarnings("default::FutureWarning:fairlearn.*")
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("columns", [["group"], ["group", "side"]])
def test_groups_equal_fairlearn(weighted: bool, columns: list[str]) -> None:
    # Not a dependency, not even of the tests: compared with where somebody has it.
    fairlearn = pytest.importorskip("fairlearn.metrics")
    case = Case(11, 800, 2, weighted=weighted, absent=False)
    true, pred = (case.true == "cat").astype(int), (case.pred == "cat").astype(int)
    metrics = {
        "selection_rate": fairlearn.selection_rate,
        "false_positive_rate": fairlearn.false_positive_rate,
        "false_negative_rate": fairlearn.false_negative_rate,
        "accuracy": sk.accuracy_score,
        "recall": sk.recall_score,
        "precision": sk.precision_score,
    }
    theirs = fairlearn.MetricFrame(
        metrics=metrics,
        y_true=true,
        y_pred=pred,
        sensitive_features=case.evaluation.frame[columns],
        sample_params={name: {"sample_weight": case.weight} for name in metrics},
    )
    ours = case.evaluation.group_by(columns)
    assert ours.index.tolist() == theirs.by_group.index.tolist()
    for name in metrics:
        close(ours[name], theirs.by_group[name].astype(float), COUNTS, name)
        spread = theirs.difference()[name]
        assert np.abs(ours[f"{name}_gap"]).max() == pytest.approx(spread, rel=FLOATS)
        if name == "selection_rate":  # its best is the highest: the four-fifths rule
            assert ours[f"{name}_ratio"].min() == pytest.approx(theirs.ratio()[name], rel=FLOATS)


def test_groups_equal_pandas_groupby() -> None:
    rng = np.random.default_rng(5)
    table = pd.DataFrame(
        {
            "town": rng.choice(["a", "b", None], 400),
            "age": rng.integers(0, 90, 400),
            "level": pd.Categorical(rng.choice(["low", "high"], 400), ["low", "high", "none"]),
            "y": rng.choice(["n", "p"], 400),
        }
    )
    table["guess"] = np.where(rng.random(400) < 0.7, table["y"], "p")
    evaluation = Evaluation.from_frame(table, y_true="y", y_pred="guess")
    wrong = table["y"] != table["guess"]
    for column in ("town", "level"):
        ours = evaluation.group_by(column)
        theirs = wrong.groupby(table[column].astype(object), dropna=False).agg(["mean", "size"])
        assert len(ours) == len(theirs)
        assert ours.index.isna().tolist() == theirs.index.isna().tolist()
        assert ours.index.dropna().tolist() == theirs.index.dropna().tolist()
        close(ours["error_rate"], theirs["mean"], COUNTS)
        assert ours["support"].tolist() == theirs["size"].tolist()
    ages = evaluation.columns["age"]
    theirs = wrong.groupby(ages.codes).mean()
    close(evaluation.group_by("age")["error_rate"], theirs, COUNTS)
    two = evaluation.group_by(["town", "y"])
    assert two["support"].sum() == 400
    assert two["error_rate"].to_numpy() @ two["support"].to_numpy() == pytest.approx(wrong.sum())


def test_a_column_s_name_may_be_a_tuple() -> None:
    table = pd.DataFrame({("a", "b"): ["u", "v", "v"], ("a", "c"): ["x", "x", "y"]})
    evaluation = make([1, 0, 1], [1, 1, 1], X=table)
    assert evaluation.group_by([("a", "b")])["support"].tolist() == [1, 2]
    assert evaluation.group_by(("a", "b"))["support"].tolist() == [1, 2]
    assert len(evaluation.group_by([("a", "b"), ("a", "c")])) == 3


def test_groups_that_do_not_occur_are_left_out() -> None:
    table = pd.DataFrame({"a": list("xxy"), "b": pd.Categorical(list("uvu"), list("uvw"))})
    evaluation = make([1, 0, 1], [1, 1, 1], X=table)
    assert evaluation.group_by("b").index.tolist() == ["u", "v"]
    assert evaluation.group_by(["a", "b"]).index.tolist() == [("x", "u"), ("x", "v"), ("y", "u")]


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ("twon", ColumnNotFoundError, "columns='twon' .* Did you mean 'town'"),
        (None, ColumnNotFoundError, "columns=None"),
        (["town", "nope"], ColumnNotFoundError, "columns='nope'"),
        ([["town"]], ColumnNotFoundError, "columns="),
        ([], InputError, "group_by takes one column or two; got 0"),
        (["town", "y_true", "y_pred"], InputError, "group_by takes one column or two; got 3"),
        ("note", TaskError, "The column 'note' holds text"),
        ("vector", TaskError, "The column 'vector' holds embedding"),
        ("odd", TaskError, "The column 'odd' holds other"),
    ],
)
def test_what_cannot_group_is_refused(columns: object, error: type, message: str) -> None:
    table = pd.DataFrame(
        {
            "town": ["a", "b"],
            "note": ["one two three four five", "six seven eight nine ten"],
            "vector": [[1.0, 2.0], [3.0, 4.0]],
            "odd": [{"a": 1}, {"b": 2}],
        }
    )
    with pytest.raises(error, match=message):
        make([1, 0], [1, 1], X=table).group_by(columns)


# ---------------------------------------------------------------- regression


@given(st.integers(0, 10**6), st.integers(2, 80), st.booleans())
@CASE
def test_a_regression_equals_scikit_learn(seed: int, n: int, weighted: bool) -> None:
    rng = np.random.default_rng(seed)
    true, pred = rng.normal(size=n) * 10, rng.normal(size=n) * 10
    group = rng.choice(["u", "v"], n)
    weight = rng.random(n) + 0.1 if weighted else None
    evaluation = make(true, pred, sample_weight=weight, X=pd.DataFrame({"group": group}))
    table = evaluation.summary()
    assert table.index.tolist() == [
        "mean_absolute_error", "root_mean_squared_error", "median_absolute_error", "r2", "bias",
        "baseline_mae",
    ]  # fmt: skip
    options = {"sample_weight": weight}
    value = table["value"]
    close(value["mean_absolute_error"], sk.mean_absolute_error(true, pred, **options), FLOATS)
    close(
        value["root_mean_squared_error"], sk.root_mean_squared_error(true, pred, **options), FLOATS
    )
    close(value["r2"], sk.r2_score(true, pred, **options), FLOATS)
    if not weighted:
        close(value["median_absolute_error"], sk.median_absolute_error(true, pred), FLOATS)
        center = np.median(true)
        close(value["baseline_mae"], np.abs(true - center).mean(), FLOATS)
    close(value["bias"], np.average(pred - true, weights=weight), FLOATS)
    groups = evaluation.group_by("group")
    for label in groups.index:
        mine = group == label
        part = {"sample_weight": None if weight is None else weight[mine]}
        mae = sk.mean_absolute_error(true[mine], pred[mine], **part)
        rmse = sk.root_mean_squared_error(true[mine], pred[mine], **part)
        close(groups.loc[label, "mean_absolute_error"], mae, FLOATS)
        close(groups.loc[label, "root_mean_squared_error"], rmse, FLOATS)
        assert groups.loc[label, "support"] == mine.sum()
    with pytest.raises(TaskError, match=r"confusion\(\) has no meaning for a regression"):
        evaluation.confusion()
    with pytest.raises(TaskError, match=r"per_class\(\) has no meaning for a regression"):
        evaluation.per_class()


# ---------------------------------------------------------------- bootstrap


@pytest.mark.parametrize("weighted", [False, True])
def test_resampled_intervals_are_those_of_drawing_rows(weighted: bool) -> None:
    case = Case(21, 400, 3, weighted=weighted, absent=False)
    ours = case.evaluation.summary(ci="bootstrap", n_resamples=2_000, seed=1)
    rng = np.random.default_rng(2)
    weight = np.ones(400) if case.weight is None else case.weight
    loss = case.evaluation.row_values("loss")
    drawn: dict[str, list[float]] = {"accuracy": [], "macro_f1": [], "log_loss": []}
    for _ in range(1_000):
        rows = rng.integers(0, 400, 400)
        table = np.zeros((3, 3))
        np.add.at(table, (case.codes[rows], case.pred_codes[rows]), weight[rows])
        drawn["accuracy"].append(table.trace() / table.sum())
        drawn["macro_f1"].append((2 * np.diag(table) / (table.sum(0) + table.sum(1))).mean())
        drawn["log_loss"].append(np.average(loss[rows], weights=weight[rows]))
    for name, values in drawn.items():
        low, high = np.quantile(values, [0.025, 0.975])
        spread = high - low
        assert ours.loc[name, "ci_low"] == pytest.approx(low, abs=0.12 * spread), name
        assert ours.loc[name, "ci_high"] == pytest.approx(high, abs=0.12 * spread), name
    closed = case.evaluation.summary()
    pd.testing.assert_series_equal(ours["value"], closed["value"], rtol=1e-12)
    assert ours.loc[["roc_auc", "brier", "ece"], ["ci_low", "ci_high"]].isna().all(axis=None)
    assert "roc_auc" in ours.attrs["note"]


def test_resampled_intervals_of_regressions_and_scores() -> None:
    rng = np.random.default_rng(6)
    true = rng.normal(size=300)
    pred = true + rng.exponential(size=300)
    regression = make(true, pred).summary(ci="bootstrap", n_resamples=1_000)
    score = Evaluation.from_scores(pd.DataFrame({"t": true}), loss=pred - true).summary(
        ci="bootstrap", n_resamples=1_000
    )
    drawn = [(pred - true)[rng.integers(0, 300, 300)].mean() for _ in range(1_000)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    for row in (regression.loc["mean_absolute_error"], score.loc["mean_loss"]):
        assert row["ci_low"] == pytest.approx(low, abs=0.12 * (high - low))
        assert row["ci_high"] == pytest.approx(high, abs=0.12 * (high - low))


def test_the_seed_makes_resamples_again() -> None:
    case = Case(7, 200, 3, weighted=True, absent=False)
    first, again, other = (
        case.evaluation.summary(ci="bootstrap", n_resamples=200, seed=seed) for seed in (3, 3, 4)
    )
    pd.testing.assert_frame_equal(first, again)
    assert first.loc["macro_f1", "ci_low"] != other.loc["macro_f1", "ci_low"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ci": "boot"}, "ci must be None or 'bootstrap'; got 'boot'"),
        ({"ci": True}, "ci must be None or 'bootstrap'"),
        ({"ci": np.array(["bootstrap", "x"])}, "ci must be None or 'bootstrap'"),
        ({"ci": "bootstrap", "n_resamples": 0}, "n_resamples must be a whole number of at least 1"),
        ({"ci": "bootstrap", "n_resamples": 1.5}, "n_resamples must be a whole number"),
        ({"ci": "bootstrap", "n_resamples": "x"}, "n_resamples must be a whole number"),
        ({"ci": "bootstrap", "n_resamples": True}, "n_resamples must be a whole number"),
        ({"ci": "bootstrap", "seed": -1}, "seed must be"),
        ({"ci": "bootstrap", "seed": "x"}, "seed must be"),
        ({"ci": "bootstrap", "seed": 1.5}, "seed must be"),
    ],
)
def test_odd_options_of_the_bootstrap_are_refused(options: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        make([1, 2], [1, 1]).summary(**options)


def test_numpy_s_whole_numbers_are_whole_numbers() -> None:
    evaluation = make([1, 2] * 20, [1, 1] * 20)
    ours = evaluation.summary(ci="bootstrap", n_resamples=np.int64(50), seed=np.int64(1))  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(ours, evaluation.summary(ci="bootstrap", n_resamples=50, seed=1))
