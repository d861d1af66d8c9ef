"""Texts by their words, images by the cells of a grid."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_digits
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import errwidgets as ew
from errwidgets.exceptions import InputError, TaskError
from errwidgets.explain.explained import Cancelled
from errwidgets.explain.explaining import explain
from errwidgets.explain.texts import _neighbours, tokens_of

WORDS = ["good", "bad", "fine", "awful", "soup", "table", "waiter", "<b>late</b>", "naïve"]


@given(st.text(max_size=80))
def test_pieces_joined_are_the_text(text):
    assert "".join(tokens_of(text)) == text


@pytest.mark.parametrize("n", [2, 3, 5, 8, 13])
def test_the_tree_over_neighbours_is_a_linkage(n):
    merges = _neighbours(n)
    assert merges.shape == (n - 1, 4)
    assert merges[-1, 3] == n
    used = merges[:, :2].ravel().astype(int).tolist()
    assert sorted(used) == list(range(2 * n - 2))


def texts(n=200, seed=0):
    rng = np.random.default_rng(seed)
    said = [" ".join(rng.choice(WORDS, 8)) + "!" for _ in range(n)]
    good = [one.count("good") + one.count("fine") - one.count("bad") - one.count("awful") > 0
            for one in said]  # fmt: skip
    return pd.Series(said, name="review"), np.where(good, "pos", "neg")


def make():
    said, y = texts()
    model = make_pipeline(CountVectorizer(), LogisticRegression()).fit(said, y)
    return ew.Evaluation.from_predictions(
        y, model.predict(said), X=pd.DataFrame({"review": said}), model=model,
        kinds={"review": "text"},
    ), model  # fmt: skip


@pytest.mark.parametrize("method", ["shap", "lime"])
def test_words_that_decide_weigh_most(method):
    evaluation, model = make()
    found = evaluation.explain([3, 5, 8], output=("class", "pos"), method=method)
    said = evaluation.frame["review"]
    for i, at in enumerate((3, 5, 8)):
        assert "".join(found.tokens[i]) == said[at]
        assert len(found.values[i]) == len(found.tokens[i])
    expected = model.predict_proba(said.iloc[[3, 5, 8]])[:, list(model.classes_).index("pos")]
    np.testing.assert_allclose(found.outputs, expected)
    frame = found.frame
    by = frame.groupby(frame["token"].str.strip())["attribution"].mean()
    for word, sign in {"good": 1, "fine": 1, "bad": -1, "awful": -1}.items():
        if word in by:
            assert np.sign(by[word]) == sign
            assert abs(by[word]) > abs(by.get("soup", 0.0))
    if method == "shap":
        sums = found.base_values + np.array([one.sum() for one in found.values])
        np.testing.assert_allclose(sums, found.outputs, atol=1e-9)
        empty = model.predict_proba([""])[0, list(model.classes_).index("pos")]
        np.testing.assert_allclose(found.base_values, empty)
    else:
        assert found.fit.shape == (3,)


def test_a_function_of_strings_gets_strings():
    said, y = texts(60)

    def ask(some):
        assert all(type(one) is str for one in some)
        return np.array([0.9 if "good" in one else 0.1 for one in some])

    evaluation = ew.Evaluation.from_predictions(
        y == "pos", np.array(ask(said.tolist())) > 0.5, X=pd.DataFrame({"review": said}),
        model=ask, kinds={"review": "text"},
    )  # fmt: skip
    at = next(i for i, one in enumerate(said) if one.count("good") == 1)
    found = evaluation.explain([at], output="prediction")
    strongest = int(np.argmax(np.abs(found.values[0])))
    assert found.tokens[0][strongest].strip() == "good"
    assert found.values[0][strongest] == pytest.approx(0.8, abs=1e-6)
    loss = evaluation.explain([at], output="loss")
    assert loss.outputs[0] == pytest.approx(evaluation.explain([at], output="loss").outputs[0])


def test_odd_texts_are_explained():
    odd = pd.Series(["", "one", None, "<img src=x> & co", "word " * 3000], dtype=object)
    y = np.array([0, 1, 0, 1, 1])

    def ask(some):
        return np.array([len(one) % 7 / 7 for one in some])

    evaluation = ew.Evaluation.from_predictions(
        y, y, X=pd.DataFrame({"t": odd}), model=ask, kinds={"t": "text"}
    )
    found = evaluation.explain(output="true_class")
    assert [len(one) for one in found.tokens][:3] == [0, 1, 0]
    assert "all beyond" in found.note
    assert "".join(found.tokens[3]) == odd[3]
    sums = found.base_values + np.array([one.sum() for one in found.values])
    np.testing.assert_allclose(sums, found.outputs, atol=1e-9)


def test_images_are_explained_by_cells():
    data = load_digits()
    images = list(data.images[:400])
    model = LogisticRegression(max_iter=3000).fit(data.data[:400], data.target[:400])

    def ask(some):
        return model.predict_proba(np.stack(some).reshape(len(some), -1))

    table = pd.DataFrame({"image": pd.Series(images, dtype=object)})
    y = data.target[:400]
    evaluation = ew.Evaluation.from_predictions(
        y, model.predict(data.data[:400]), X=table, model=ask, kinds={"image": "image"}
    )
    found = evaluation.explain([3, 9], output="true_class")
    assert found.values.shape == (2, 8, 8)
    np.testing.assert_allclose(
        found.outputs, ask([images[3], images[9]])[[0, 1], y[[3, 9]]], atol=1e-12
    )
    sums = found.base_values + found.values.sum(axis=(1, 2))
    np.testing.assert_allclose(sums, found.outputs, atol=1e-9)
    # Pixels that are the image's mean anyway cannot matter.
    assert found.heat_map(3, (8, 8)).shape == (8, 8)
    assert found.frame.shape == (2, 64)
    with pytest.raises(KeyError):
        found.heat_map(77, (8, 8))
    with pytest.raises(InputError, match="lime"):
        evaluation.explain([3], method="lime")
    with pytest.raises(TaskError, match="compares features"):
        evaluation.contrast("y_true == 3", max_rows=3)


def test_images_of_different_shapes_are_refused():
    images = pd.Series([np.zeros((4, 4)), np.zeros((5, 4)), np.zeros((4, 4))], dtype=object)
    y = [0, 1, 0]
    evaluation = ew.Evaluation.from_predictions(
        y, y, X=pd.DataFrame({"image": images}), model=lambda some: np.full(len(some), 0.5),
        kinds={"image": "image"},
    )  # fmt: skip
    with pytest.raises(InputError, match="arrays of one shape"):
        evaluation.explain()


def test_colour_images_have_a_grid_of_their_shape():
    rng = np.random.default_rng(0)
    images = pd.Series([rng.random((32, 16, 3)) for _ in range(3)], dtype=object)

    def ask(some):
        return np.array([one[:8, :8].mean() for one in some])

    y = np.array([0, 1, 0])
    evaluation = ew.Evaluation.from_predictions(
        y, y, X=pd.DataFrame({"image": images}), model=ask, kinds={"image": "image"}
    )
    found = evaluation.explain([0])
    assert found.values.shape == (1, 8, 4)
    outside = found.values[0].copy()
    outside[:2, :2] = 0
    np.testing.assert_allclose(outside, 0, atol=1e-9)


def test_texts_can_be_stopped():
    evaluation, _ = make()
    with pytest.raises(Cancelled):
        explain(
            evaluation, None, method="shap", output="prediction", space=None, background=None,
            max_rows=20, seed=0, values=None, progress=lambda done: done < 0.2,
        )  # fmt: skip
