"""Real predictions: the numbers that their README states, on the rows it states them for."""

from __future__ import annotations

import functools
import os
import pathlib

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from errwidgets import Evaluation

FOLDER = os.environ.get("ERRWIDGETS_DATA", "")
pytestmark = pytest.mark.skipif(
    not FOLDER, reason="ERRWIDGETS_DATA does not name the folder of the data sets"
)
CLASSES = {
    # table: rows, accuracy, macro-F1, classes
    "adult.predictions": (14_653, 0.853, 0.783, 2),
    "adult.predictions_v2": (14_653, 0.873, 0.814, 2),
    "census_income_kdd.predictions": (99_762, 0.957, 0.777, 2),
    "womens_clothing_reviews.predictions": (7_041, 0.651, 0.449, 18),
    "rated_snippets.predictions": (5_554, 0.684, 0.551, 3),
}
NUMBERS = {
    # table: rows, mean absolute error, R²
    "diamonds.predictions": (16_182, 740, 0.921),
    "diamonds.predictions_v2": (16_182, 283, 0.980),
}


@functools.cache
def test_rows(name: str) -> pd.DataFrame:
    frame = pd.read_parquet(pathlib.Path(FOLDER) / f"{name}.parquet")
    return frame[frame["split"] == "test"]


test_rows.__test__ = False  # type: ignore[attr-defined]


@functools.cache
def evaluation_of(name: str) -> Evaluation:
    proba = "proba_" if name in CLASSES else None
    return Evaluation.from_frame(
        test_rows(name), y_true="y_true", y_pred="y_pred", y_proba=proba, split="split", name=name
    )


@pytest.mark.parametrize("name", CLASSES)
def test_a_classification_gives_the_stated_numbers(name: str) -> None:
    rows, accuracy, macro_f1, n_classes = CLASSES[name]
    frame, evaluation = test_rows(name), evaluation_of(name)
    assert evaluation.n_samples == rows
    assert len(evaluation.classes) == n_classes
    assert evaluation.task == ("binary" if n_classes == 2 else "multiclass")
    value = evaluation.summary()["value"]
    assert round(value["accuracy"], 3) == accuracy
    assert round(value["macro_f1"], 3) == macro_f1
    true, pred = frame["y_true"], frame["y_pred"]
    assert value["accuracy"] == pytest.approx(sk.accuracy_score(true, pred), rel=1e-12)
    assert value["macro_f1"] == pytest.approx(sk.f1_score(true, pred, average="macro"), rel=1e-12)
    proba = frame[[f"proba_{label}" for label in evaluation.classes]].to_numpy()
    np.testing.assert_array_equal(evaluation.y_proba, proba)
    assert evaluation.y_proba is not None
    assert evaluation.y_proba.dtype == np.float32
    own = proba.astype(float)[np.arange(rows), pd.Categorical(true, list(evaluation.classes)).codes]
    log_loss = -np.log(np.clip(own, np.finfo(float).eps, 1 - np.finfo(float).eps)).mean()
    assert value["log_loss"] == pytest.approx(log_loss, rel=1e-9)
    if n_classes == 2:
        positive = true == evaluation.pos_label
        area = sk.roc_auc_score(positive, proba[:, 1])
        assert value["roc_auc"] == pytest.approx(area, rel=1e-9)


@pytest.mark.parametrize("name", NUMBERS)
def test_a_regression_gives_the_stated_numbers(name: str) -> None:
    rows, error, r2 = NUMBERS[name]
    frame, evaluation = test_rows(name), evaluation_of(name)
    assert evaluation.task == "regression"
    assert evaluation.n_samples == rows
    value = evaluation.summary()["value"]
    assert round(value["mean_absolute_error"]) == error
    assert round(value["r2"], 3) == r2
    true, pred = frame["y_true"].astype(float), frame["y_pred"].astype(float)
    assert value["r2"] == pytest.approx(sk.r2_score(true, pred), rel=1e-9)
    assert 0 < evaluation.n_errors < rows


@pytest.mark.parametrize("name", [*CLASSES, *NUMBERS])
def test_columns_keep_to_their_roles(name: str) -> None:
    evaluation, frame = evaluation_of(name), test_rows(name)
    roles = {"y_true", "y_pred", "split"}
    roles |= {column for column in frame if column.startswith("proba_")}
    assert not roles & set(evaluation.features)
    assert "row_id" not in evaluation.features
    assert any("row_id (identifier-like" in message for message in evaluation.messages)
    assert evaluation.frame.index.equals(frame.index)
    pd.testing.assert_frame_equal(evaluation.frame[list(frame)], frame)
    assert evaluation.errors()["loss"].is_monotonic_decreasing
    assert len(evaluation.errors()) == evaluation.n_errors
    assert name in evaluation._repr_html_()


@pytest.mark.parametrize("column", ["gender", "race", "workclass", "age"])
def test_groups_of_adult(column: str) -> None:
    evaluation, frame = evaluation_of("adult.predictions"), test_rows("adult.predictions")
    table = evaluation.group_by(column)
    assert table["support"].sum() == len(frame)
    codes = evaluation.columns[column].codes
    wrong = (frame["y_true"] != frame["y_pred"]).to_numpy()
    chosen = (frame["y_pred"] == evaluation.pos_label).to_numpy()
    np.testing.assert_allclose(
        table["error_rate"], pd.Series(wrong).groupby(codes).mean(), rtol=1e-12
    )
    np.testing.assert_allclose(
        table["selection_rate"], pd.Series(chosen).groupby(codes).mean(), rtol=1e-12
    )
    if column == "workclass":
        assert table.index.isna().sum() == 1  # people without one are a group


def test_the_split_is_a_group() -> None:
    frame = pd.read_parquet(pathlib.Path(FOLDER) / "adult.predictions.parquet")
    evaluation = Evaluation.from_frame(frame, y_true="y_true", y_pred="y_pred", split="split")
    table = evaluation.group_by("split")
    assert table.index.tolist() == ["test", "train"]
    assert table.loc["test", "support"] == 14_653
    assert round(table.loc["test", "accuracy"], 3) == 0.853


def test_texts_are_texts() -> None:
    evaluation = evaluation_of("rated_snippets.predictions")
    assert {"text", "domain", "n_words"} <= set(evaluation.features)
    table = evaluation.group_by("domain")
    assert len(table) == 3
    assert evaluation.group_by("label_is_wrong")["error_rate"].diff().iloc[1] > 0


def test_classes_in_groups() -> None:
    source = pd.read_parquet(pathlib.Path(FOLDER) / "womens_clothing_reviews.parquet")
    evaluation = evaluation_of("womens_clothing_reviews.predictions")
    known = source[source["class_name"].isin(evaluation.classes)]
    groups = known.groupby("class_name")["department"].agg(lambda values: values.mode()[0])
    frame = test_rows("womens_clothing_reviews.predictions")
    grouped = Evaluation.from_frame(
        frame, y_true="y_true", y_pred="y_pred", class_groups=groups.to_dict()
    )
    assert grouped.class_groups is not None
    assert set(grouped.class_groups) == set(evaluation.classes)


@pytest.mark.parametrize("name", [*CLASSES, *NUMBERS])
def test_slices_of_real_data_are_exactly_their_rows(name: str) -> None:
    evaluation = evaluation_of(name)
    found = evaluation.find_slices(k=5)
    assert found.attrs["exhaustive"]
    assert len(found)
    frame = evaluation.frame
    for _, one in found.iterrows():
        rows = evaluation.mask(one["conditions"])
        assert rows.sum() == one["support"]
        if one["query"] is not None:
            assert frame.query(one["query"]).index.equals(frame.index[rows])
    # Groups that fail in tables of this size fail in the other half, too.
    assert found["verified"].iloc[0]
    tree = evaluation.error_tree()
    assert tree.fidelity > 0
    leaves = tree.frame.loc[tree.frame["is_leaf"], "conditions"]
    assert (np.sum([evaluation.mask(one) for one in leaves], axis=0) == 1).all()
