import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.tree import DecisionTreeRegressor

import errwidgets as ew
from errwidgets.exceptions import ColumnNotFoundError, InputError, InputTypeError
from errwidgets.slices.finding import COLUMNS
from errwidgets.slices.scene import look_at


def make(n=1500, seed=0, **options):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 80, n),
            "side": rng.choice(["left", "right", "up", None], n),
            "score": np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n)),
            "smoker": rng.random(n) < 0.3,
        }
    )
    wrong = rng.random(n) < np.where((frame["age"] > 60) & frame["smoker"], 0.6, 0.1)
    wrong |= (frame["side"] == "up") & (rng.random(n) < 0.3)
    return ew.Evaluation.from_predictions(np.zeros(n, int), wrong * 1, X=frame, **options)


@pytest.mark.parametrize("options", [{}, {"max_depth": 5, "min_leaf": 5}, {"objective": "loss"}])
def test_every_node_is_a_slice(options):
    evaluation = make()
    tree = evaluation.error_tree(**options)
    frame, table = tree.frame, evaluation.frame
    assert list(frame.columns) == [*COLUMNS, "node", "parent", "depth", "is_leaf", "step"]
    assert len(frame) > 3
    searched = look_at(evaluation, None, options.get("objective", "error"), None).searched(0)
    wrong = evaluation.row_values("is_error")
    for _, node in frame.iterrows():
        rows = evaluation.mask(node["conditions"])
        assert rows.sum() == node["support"]
        judged = wrong[rows & ~searched]
        assert node["verified_support"] == len(judged)
        if len(judged):
            assert node["error_rate"] == pytest.approx(judged.mean())
        assert node["discovery_rate"] == pytest.approx(wrong[rows & searched].mean())
        if node["query"] is not None:
            assert table.query(node["query"]).index.equals(table.index[rows])
        children = frame[frame["parent"] == node["node"]]
        assert node["is_leaf"] == children.empty
        if len(children):
            assert children["support"].sum() == node["support"]
            assert (children["depth"] == node["depth"] + 1).all()
            assert (children["node"] > node["node"]).all()
    assert frame["depth"].max() <= options.get("max_depth", 3)


def test_a_leaf_has_the_rows_that_it_must_have():
    evaluation = make()
    tree = evaluation.error_tree(min_leaf=100, max_depth=6)
    searched = look_at(evaluation, None, "error", None).searched(0)
    leaves = tree.frame[tree.frame["is_leaf"]]
    for predicate in leaves["conditions"]:
        assert (evaluation.mask(predicate) & searched).sum() >= 100


def split_gain(values, weights, left):
    if not left.any() or left.all():
        return -1.0
    parts = [np.average(values[side], weights=weights[side]) for side in (left, ~left)]
    w = [weights[left].sum(), weights[~left].sum()]
    return w[0] * w[1] / sum(w) * (parts[0] - parts[1]) ** 2


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1000), st.booleans())
def test_the_first_split_is_the_best_of_all(seed, weighted):
    weights = np.random.default_rng(seed).random(300) + 0.1 if weighted else None
    evaluation = make(300, seed, sample_weight=weights)
    tree = evaluation.error_tree(max_depth=1, min_leaf=10)
    scene = look_at(evaluation, None, "error", None)
    searched = scene.searched(0)
    values = evaluation.row_values("is_error")[searched].astype(float)
    w = np.ones(len(values)) if weights is None else weights[searched]
    best = 0.0
    for feature in scene.features:
        codes = feature.codes[searched]
        n = len(feature)
        sides = [codes == code for code in range(n)]
        if feature.is_ordered:
            present = [codes <= code for code in range(n - 1)]
            missing = codes == n - 1 if feature.column.has_missing else np.zeros(len(codes), bool)
            sides = [*present, *[side | missing for side in present], missing]
        for left in sides:
            if min(left.sum(), (~left).sum()) >= 10:
                best = max(best, split_gain(values, w, left))
    if len(tree.frame) == 1:
        assert best == pytest.approx(0, abs=1e-6)
        return
    left = evaluation.mask(tree.frame["conditions"][1])[searched]
    assert split_gain(values, w, left) == pytest.approx(best)


def test_it_splits_as_scikit_learn_where_all_is_ordered():
    rng = np.random.default_rng(3)
    table = pd.DataFrame(rng.integers(0, 9, (2000, 4)), columns=list("abcd"))
    loss = (table["a"] > 4) * 2.0 + (table["c"] > 6) * 1.0 + rng.random(2000) * 0.1
    evaluation = ew.Evaluation.from_scores(table, loss=loss.to_numpy())
    tree = evaluation.error_tree(objective="loss", max_depth=2, min_leaf=1)
    searched = look_at(evaluation, None, "loss", None).searched(0)
    theirs = DecisionTreeRegressor(max_depth=2).fit(table[searched], loss[searched])
    leaves = tree.frame[tree.frame["is_leaf"]]
    ours = np.zeros(2000)
    for _, leaf in leaves.iterrows():
        ours[evaluation.mask(leaf["conditions"])] = leaf["discovery_rate"]
    np.testing.assert_allclose(ours, theirs.predict(table), atol=1e-12)
    other = ~searched
    expected = 1 - ((loss - ours)[other] ** 2).mean() / loss[other].var(ddof=0)
    assert tree.fidelity == pytest.approx(expected)


def test_words_and_queries_of_nodes():
    tree = make().error_tree(max_depth=4, min_leaf=10)
    said = tree.frame["slice"].tolist()
    assert said[0] == "all rows"
    assert any(" ≤ " in text for text in said)
    assert tree.frame["slice"].is_unique
    text = repr(tree)
    assert text.splitlines()[0].startswith("all rows: ")
    assert "of the variance of the error rate" in text
    assert all(step in text for step in tree.frame["step"])


def test_nothing_to_split_is_one_node_and_words():
    n = 200
    table = pd.DataFrame({"one": np.ones(n), "id": np.arange(n) % 7})
    for wrong in (np.zeros(n, int), np.ones(n, int)):
        tree = ew.Evaluation.from_predictions(np.zeros(n, int), wrong, X=table).error_tree()
        assert len(tree.frame) == 1
        assert "No split" in tree.note
        assert tree.fidelity == 0
    bare = ew.Evaluation.from_predictions([0, 1] * 6, [0, 0] * 6)
    assert len(bare.error_tree().frame) == 1


def test_missing_values_go_to_a_side():
    rng = np.random.default_rng(0)
    values = np.where(rng.random(1000) < 0.3, np.nan, rng.normal(size=1000))
    wrong = np.isnan(values) | (values > 1)
    evaluation = ew.Evaluation.from_predictions(
        np.zeros(1000, int), wrong * 1, X=pd.DataFrame({"v": values})
    )
    tree = evaluation.error_tree(max_depth=3, min_leaf=5)
    leaves = tree.frame[tree.frame["is_leaf"]]
    rates = [wrong[evaluation.mask(predicate)].mean() for predicate in leaves["conditions"]]
    assert max(rates) > 0.95
    masks = [evaluation.mask(predicate) for predicate in leaves["conditions"]]
    assert (np.sum(masks, axis=0) == 1).all()
    for first, second in itertools.combinations(masks, 2):
        assert not (first & second).any()


def test_within_and_classes_narrow_a_tree():
    evaluation = make()
    tree = evaluation.error_tree(within="age > 40", objective=("recall", 0))
    inside = evaluation.mask("age > 40")
    assert tree.frame["support"][0] == inside.sum()


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"max_depth": 0}, InputError, "1 or more"),
        ({"max_depth": "3"}, InputTypeError, "whole"),
        ({"min_leaf": 0.0}, InputError, "min_leaf"),
        ({"min_leaf": "x"}, InputTypeError, "min_leaf"),
        ({"features": ["agee"]}, ColumnNotFoundError, "age"),
        ({"objective": "loss", "within": "age > 400"}, InputError, "no rows"),
    ],
    ids=str,
)
def test_what_has_no_meaning_is_refused(options, error, said):
    with pytest.raises(error, match=said):
        make(200).error_tree(**options)
