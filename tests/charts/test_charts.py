from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errwidgets import Evaluation
from errwidgets.charts.confusion import MAX_CLASSES, confusion_chart
from errwidgets.charts.look import Ramp, contrast, text_colour
from errwidgets.charts.regression import regression_chart
from errwidgets.exceptions import InputError, TaskError
from errwidgets.measures.orders import class_order

HOSTILE = [
    "a:Q", "b:N", "count()", "mean(x):Q", "datum.count", "a.b", "a[0]", "it's", '"quoted"', "\\",
    "<img src=x onerror=alert(1)>", "line\nbreak", "日本語 🦊", "{'signal': 'x'}", "(other)",
    "null",
]  # fmt: skip


def make(n_classes: int, n: int = 500, **options) -> Evaluation:
    rng = np.random.default_rng(n_classes)
    labels = [f"c{i:03d}" for i in range(n_classes)]
    true = rng.integers(0, n_classes, n)
    pred = np.where(rng.random(n) < 0.7, true, rng.integers(0, n_classes, n))
    y_true, y_pred = ([labels[i] for i in codes] for codes in (true, pred))
    return Evaluation.from_predictions(y_true, y_pred, classes=labels, **options)


def cells_of(chart) -> list[dict]:
    return chart.data.values  # noqa: PD011  an attribute of Altair's


def table(chart, field: str) -> pd.DataFrame:
    frame = pd.DataFrame(cells_of(chart))
    wide = frame.pivot_table(index="true", columns="predicted", values=field, sort=False)
    return wide.loc[list(dict.fromkeys(frame["true"])), list(dict.fromkeys(frame["true"]))]


def strings(tree) -> list[str]:
    """Every text of a specification but for its inline data and its scale domains."""
    if isinstance(tree, dict):
        return [
            text
            for key, part in tree.items()
            if key not in {"values", "datasets", "domain"}
            for text in [key, *strings(part)]
        ]
    if isinstance(tree, list):
        return [text for part in tree for text in strings(part)]
    return [tree] if isinstance(tree, str) else []


@pytest.mark.parametrize("normalize", [None, "true", "pred", "all"])
@pytest.mark.parametrize("color", ["all", "errors"])
@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_cells_are_those_of_the_frame(normalize, color, scale, weighted):
    weights = np.random.default_rng(0).random(500) if weighted else None
    evaluation = make(5, sample_weight=weights, name="pets")
    chart = confusion_chart(evaluation, normalize=normalize, color=color, scale=scale)
    spec = chart.to_dict()  # checked against Vega-Lite's schema
    assert spec["title"]["text"] == "pets"
    np.testing.assert_allclose(table(chart, "count"), evaluation.confusion())
    np.testing.assert_allclose(table(chart, "share"), evaluation.confusion(normalize or "true"))
    assert len(chart.data.values) == 25
    assert list(table(chart, "count").index) == list(evaluation.classes)
    json.dumps(spec, allow_nan=False)


def scales(chart) -> dict[str, dict]:
    """The colour scale of each kind of cell that is filled."""
    return {
        layer["transform"][0]["filter"]["equal"]: layer["encoding"]["color"]["scale"]
        for layer in chart.to_dict()["layer"]
        if "transform" in layer
    }


def test_shares_have_a_fixed_domain_and_counts_that_of_all_rows():
    evaluation = make(4)
    counts = evaluation.confusion().to_numpy()
    assert scales(confusion_chart(evaluation))["mistake"]["domain"] == [0, 1]
    part = confusion_chart(evaluation, scale="log", counts=counts // 3)
    assert scales(part)["mistake"]["domain"] == [1, counts.max()]
    shares = scales(confusion_chart(evaluation, scale="log", normalize="true"))
    assert shares["mistake"]["domain"] == [0.001, 1]
    assert scales(confusion_chart(evaluation))["mistake"]["range"] == ["#fdf9f8", "#c54a18"]


def test_mistakes_alone_are_filled_on_request_and_zeros_never():
    evaluation = Evaluation.from_predictions(["a", "a", "b"], ["a", "b", "b"])
    everything = pd.DataFrame(cells_of(confusion_chart(evaluation)))
    assert everything["fill"].tolist() == ["correct", "mistake", "none", "correct"]
    assert everything["text"].tolist() == ["1", "1", "", "1"]
    assert everything["second"].tolist() == ["50\u00a0%", "50\u00a0%", "", "100\u00a0%"]
    errors = confusion_chart(evaluation, color="errors")
    assert pd.DataFrame(cells_of(errors))["fill"].tolist() == ["none", "mistake", "none", "none"]
    assert set(scales(errors)) == {"mistake"}


def test_shares_are_percentages_with_a_dot_for_next_to_nothing():
    true = ["a"] * 1000 + ["b"]
    pred = ["b"] + ["a"] * 999 + ["b"]
    evaluation = Evaluation.from_predictions(true, pred)
    records = cells_of(confusion_chart(evaluation, normalize="true"))
    assert [cell["text"] for cell in records] == [">99\u00a0%", "·", "", "100\u00a0%"]
    assert all(cell["second"] == "" for cell in records)


def test_the_order_is_that_of_the_positions():
    evaluation = make(6)
    counts = evaluation.confusion()
    order = class_order(counts, "error")
    chart = confusion_chart(evaluation, order=order)
    labels = [evaluation.display_labels[i] for i in order]
    np.testing.assert_array_equal(table(chart, "count"), counts.loc[labels, labels])
    encoding = chart.to_dict()["layer"][0]["encoding"]
    assert encoding["x"]["scale"]["domain"] == encoding["y"]["scale"]["domain"] == labels


@pytest.mark.parametrize("n_classes", [50, 51, 120])
def test_above_fifty_classes_the_rest_is_folded_and_totals_stay(n_classes):
    evaluation = make(n_classes, 3000)
    order = class_order(evaluation.confusion(), "support")
    chart = confusion_chart(evaluation, normalize="true", order=order)
    chart.to_dict()
    found = table(chart, "count")
    assert len(found) == MAX_CLASSES
    assert found.to_numpy().sum() == 3000
    folded = n_classes > MAX_CLASSES
    assert (found.index[-1] == "(other)") == folded
    kept = list(found.index[: MAX_CLASSES - folded])
    assert kept == [f"c{i:03d}" for i in order if f"c{i:03d}" in kept]
    frame = evaluation.confusion()
    np.testing.assert_array_equal(found.loc[kept, kept], frame.loc[kept, kept])
    np.testing.assert_array_equal(found.loc[kept].sum(axis=1), frame.loc[kept].sum(axis=1))
    shares = table(chart, "share")
    whole = evaluation.confusion("true")
    np.testing.assert_allclose(shares.loc[kept, kept], whole.loc[kept, kept])
    assert cells_of(chart)[-1]["fill"] == ("rest" if folded else "correct")


def test_hostile_names_stay_data():
    evaluation = Evaluation.from_predictions(HOSTILE, HOSTILE[::-1], name="name:Q")
    chart = confusion_chart(evaluation)
    spec = chart.to_dict()
    assert set(table(chart, "count").index) == set(HOSTILE)
    said = strings(spec)
    assert not set(said) & set(HOSTILE)
    assert "expr" not in said
    assert "calculate" not in said
    types = {layer["encoding"]["x"]["type"] for layer in spec["layer"]}
    assert types == {"nominal"}


@given(st.lists(st.text(max_size=12), min_size=1, max_size=8, unique=True), st.text(max_size=20))
@settings(deadline=None, max_examples=25)
def test_any_names_make_a_valid_chart(labels, name):
    evaluation = Evaluation.from_predictions(labels, labels[::-1], name=name or None)
    spec = confusion_chart(evaluation).to_dict()
    json.dumps(spec).encode()
    domain = spec["layer"][0]["encoding"]["x"]["scale"]["domain"]
    assert len(set(domain)) == len(evaluation.classes)


def test_names_that_look_alike_stay_apart():
    evaluation = Evaluation.from_predictions(
        ["a", "b", "c"], ["a", "b", "b"], display_labels=["x", "x", "x (2)"]
    )
    found = table(confusion_chart(evaluation), "count")
    assert list(found.index) == ["x", "x (2)", "x (2) (2)"]
    np.testing.assert_array_equal(found, evaluation.confusion())
    labels = ["(other)", *(f"c{i}" for i in range(60))]
    many = Evaluation.from_predictions(labels, labels, classes=labels)
    assert table(confusion_chart(many), "count").index[[0, -1]].tolist() == [
        "(other)",
        "(other) (2)",
    ]


@pytest.mark.parametrize("counts", [[[3]], [[0, 0], [0, 0]]])
def test_few_or_no_counts(counts):
    labels = ["a", "b"][: len(counts)]
    evaluation = Evaluation.from_predictions(labels, labels)
    for scale in ("linear", "log"):
        json.dumps(
            confusion_chart(evaluation, scale=scale, counts=counts).to_dict(), allow_nan=False
        )


def test_every_text_is_readable_on_its_fill():
    for kind in ("mistake", "correct", "rest"):
        for ramp in (Ramp((0.0, 1.0), "sqrt"), Ramp((1.0, 1000.0), "log")):
            for value in np.linspace(*ramp.domain, 200):
                fill = ramp.fill(value, kind)
                text = text_colour(fill)
                channels = [int(text[i : i + 2], 16) for i in (1, 3, 5)]
                assert contrast(channels, fill) >= 4.5


def test_what_is_no_option_is_refused():
    evaluation = make(3)
    with pytest.raises(InputError, match="color"):
        confusion_chart(evaluation, color="blue")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="scale"):
        confusion_chart(evaluation, scale="sqrt")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="normalize"):
        confusion_chart(evaluation, normalize="rows")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="order"):
        confusion_chart(evaluation, order=[0, 1, 1])
    with pytest.raises(InputError, match="counts"):
        confusion_chart(evaluation, counts=[[1]])
    with pytest.raises(TaskError):
        confusion_chart(Evaluation.from_predictions([0.5, 1.5], [0.5, 1.0]))
    with pytest.raises(TaskError):
        regression_chart(evaluation)


# ---------------------------------------------------------------- regression


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("bins", [1, 7, 10, 50])
def test_bins_hold_every_row_and_their_mean_residual(bins, weighted):
    rng = np.random.default_rng(bins)
    true = rng.normal(size=400)
    pred = true + rng.normal(scale=0.3, size=400)
    weights = rng.random(400) if weighted else None
    evaluation = Evaluation.from_predictions(true, pred, sample_weight=weights, name="prices")
    chart = regression_chart(evaluation, bins=bins)
    assert chart.to_dict()["title"]["text"] == "prices"
    cells = cells_of(chart)
    assert sum(cell["count"] for cell in cells) == 400
    highest = max(true.max(), pred.max())
    for cell in cells:
        inside = np.ones(400, dtype=bool)
        for side, values in (("true", true), ("predicted", pred)):
            low, high = cell[f"{side}_low"], cell[f"{side}_high"]
            last = np.isclose(high, highest)
            inside &= (values >= low) & ((values < high) | (last & (values <= high + 1e-9)))
        assert cell["count"] == inside.sum()
        expected = np.average(
            np.abs(true - pred)[inside], weights=None if weights is None else weights[inside]
        )
        assert cell["mean_absolute_residual"] == pytest.approx(expected)


def test_regressions_at_the_edge():
    one = Evaluation.from_predictions([1e6, 1e6], [1e6, 1e6], task="regression")
    cells = cells_of(regression_chart(one))
    assert [(cell["count"], cell["mean_absolute_residual"]) for cell in cells] == [(2, 0.0)]
    weightless = Evaluation.from_predictions(
        [0.0, 5.5], [0.0, 1.5], task="regression", sample_weight=[0, 1]
    )
    cells = cells_of(regression_chart(weightless, bins=2))
    assert [cell["mean_absolute_residual"] for cell in cells] == [None, 4.0]
    json.dumps(regression_chart(weightless).to_dict(), allow_nan=False)
    for bins in (0, 51, 2.5, True):
        with pytest.raises(InputError, match="bins"):
            regression_chart(one, bins=bins)  # type: ignore[arg-type]
