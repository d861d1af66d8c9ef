from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errwidgets import Evaluation
from errwidgets.exceptions import LensError
from errwidgets.lens import Lens
from errwidgets.selection import Range
from errwidgets.selection.resolving import codes_meeting
from errwidgets.sources.columns import THRESHOLD_STEPS, ViewColumns, shown_bins

rng = np.random.default_rng(0)
N = 400
PROBA = rng.random(N)


def binary(proba: object = PROBA, **options: object) -> Evaluation:
    true = (rng.random(N) < 0.4).astype(int)
    return Evaluation.from_predictions(true, (np.asarray(PROBA) >= 0.5).astype(int), y_proba=proba,
                                       **options)  # fmt: skip


MULTI = Evaluation.from_predictions(["cat", "dog", "eel", "cat"], ["dog", "dog", "cat", "cat"])
FAR = Evaluation.from_predictions(np.linspace(0, 9, 50), np.linspace(0, 9, 50) ** 1.1)
SCORES = Evaluation.from_scores(["a", "b"], loss=[0.1, 0.9], is_error=[False, True])


# ---------------------------------------------------------------- what a lens is


def test_no_lens_is_false_and_lenses_compare_by_content() -> None:
    assert not Lens()
    assert Lens(threshold=np.float32(0.5)) == Lens(threshold=0.5)
    assert hash(Lens(merged={"a": ["x"]})) == hash(Lens(merged=[("a", ("x",))]))
    assert Lens.of({"threshold": 0.25}) == Lens(threshold=0.25)
    assert Lens.of(None) == Lens()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Lens(threshold=1.5), "threshold must be from 0 to 1; got 1.5"),
        (lambda: Lens(threshold="0.5"), "threshold must be a number; got str"),
        (lambda: Lens(threshold=True), "threshold must be a number; got bool"),
        (lambda: Lens(error_threshold=-1), "error_threshold must be 0 or more; got -1"),
        (lambda: Lens(error_threshold=float("inf")), "error_threshold must be 0 or more; got inf"),
        (lambda: Lens(bins=1), "bins must be a whole number from 2 to 30; got 1"),
        (lambda: Lens(bins=7.5), "bins must be a whole number"),
        (lambda: Lens(merged={"": ["a"]}), "merged is a dict of name"),
        (lambda: Lens(merged={"ab": "ab"}), "merged is a dict of name"),
        (lambda: Lens(merged=5), "merged is a dict of name"),
        (lambda: Lens(merged={"p": ["a"], "q": ["a"]}), "may stand in `merged` once"),
        (lambda: Lens.of(0.5), "A lens is a Lens, a dict"),
        (lambda: Lens.of({"treshold": 0.5}), "Did you mean 'threshold'"),
    ],
)
def test_what_no_lens_can_be_is_refused(make, said: str) -> None:
    with pytest.raises(LensError, match=said.replace("(", r"\(")):
        make()


@pytest.mark.parametrize(
    ("lens", "evaluation", "said"),
    [
        (Lens(threshold=0.5), MULTI, "needs two classes and their probabilities"),
        (Lens(threshold=0.5), FAR, "needs two classes"),
        (Lens(merged={"x": ["cat"]}), FAR, "no classes to merge"),
        (Lens(merged={"x": ["cta"]}), MULTI, "'cta' is not a class.* Did you mean 'cat'"),
        (Lens(error_threshold=1.0), MULTI, "for regressions and scores"),
        (Lens(bins=5), MULTI, "nothing to bin"),
        (Lens(bins=5), SCORES, "nothing to bin"),
    ],
)
def test_a_lens_without_meaning_for_the_evaluation_is_refused(lens, evaluation, said: str) -> None:
    with pytest.raises(LensError, match=said):
        lens.check(evaluation)


def test_a_lens_crosses_the_wire_in_codes() -> None:
    lens = Lens(merged={"pets": ["dog", "cat"]})
    wire = lens.to_wire(MULTI)
    assert wire == {
        "threshold": None, "merged": [["pets", [1, 0]]], "error_threshold": None, "bins": None,
    }  # fmt: skip
    assert Lens.from_wire(wire, MULTI) == lens
    evaluation = binary()
    moved = Lens(threshold=0.335)
    assert Lens.from_wire(moved.to_wire(evaluation), evaluation) == moved


@pytest.mark.parametrize(
    "data",
    [None, [], 3, {"merged": 5}, {"merged": [["a", [99]]]}, {"merged": [["a"]]},
     {"threshold": "x"}, {"threshold": 2}, {"threshold": 0.5}, {"bins": 4},
     {"merged": [["a", [0]], ["b", [0]]]}],
)  # fmt: skip
def test_a_lens_of_the_page_is_not_trusted(data: object) -> None:
    with pytest.raises(LensError):
        Lens.from_wire(data, MULTI)


# ---------------------------------------------------------------- through it


@given(threshold=st.one_of(st.integers(0, 200).map(lambda k: k / 200), st.floats(0, 1)))
@settings(max_examples=60, deadline=None)
def test_a_threshold_gives_the_predictions_that_numpy_gives(threshold: float) -> None:
    evaluation = binary()
    columns = ViewColumns(evaluation).through(Lens(threshold=threshold))
    expected = (threshold <= PROBA).astype(int)
    assert columns["y_pred"].codes.tolist() == expected.tolist()
    wrong = expected != evaluation.columns["y_true"].codes
    assert columns[columns.is_error].codes.tolist() == wrong.tolist()
    # The fine bins decide it, so that the page needs no rows.
    assert columns.base.decides(columns.lens)
    probability = columns[columns.probability]
    for code in np.unique(probability.codes):
        assert len(np.unique(expected[probability.codes == code])) == 1


def test_the_probability_in_the_users_frame_is_named_in_queries() -> None:
    frame = pd.DataFrame({"proba_1": PROBA.astype(np.float32), "z": rng.random(N),
                          "label": rng.integers(0, 2, N)})  # fmt: skip
    frame["guess"] = (frame["proba_1"] >= 0.5).astype(int)
    evaluation = Evaluation.from_frame(frame, y_true="label", y_pred="guess", y_proba="proba_1")
    columns = ViewColumns(evaluation)
    assert columns[columns.probability].frame_name == "proba_1"
    assert ViewColumns(binary())["(y_proba)"].frame_name is None


def test_merged_classes_are_no_mistakes() -> None:
    columns = ViewColumns(MULTI).through(Lens(merged={"pets": ["cat", "dog"]}))
    assert columns[columns.is_error].codes.tolist() == [0, 0, 1, 0]
    assert columns["y_pred"] is MULTI.columns["y_pred"]


def test_an_error_threshold_moves_mistakes_of_regressions_and_scores() -> None:
    columns = ViewColumns(FAR).through(Lens(error_threshold=0.9))
    expected = np.abs(FAR.row_values("residual")) > 0.9
    assert columns["is_error"].codes.astype(bool).tolist() == expected.tolist()
    scores = ViewColumns(SCORES).through(Lens(error_threshold=0.95))
    assert scores["is_error"].codes.tolist() == [0, 0]


def test_a_lens_that_is_no_lens_changes_nothing() -> None:
    columns = ViewColumns(MULTI)
    assert columns.through(Lens()) is columns
    lensed = columns.through(Lens(merged={"a": ["cat"]}))
    assert lensed.through(Lens()) is columns
    assert lensed.base is columns
    assert set(lensed) == set(columns) == set(MULTI.columns)


@given(n=st.integers(1, 60), bins=st.one_of(st.none(), st.integers(2, 30)))
def test_bins_that_are_shown_are_unions_of_fine_ones(n: int, bins: int | None) -> None:
    starts = shown_bins(n, bins)
    assert starts[0] == 0
    assert starts == sorted(set(starts))
    assert len(starts) == min(n, bins or 10)
    assert starts[-1] < n


def test_a_name_that_the_user_took_gets_an_underscore() -> None:
    table = pd.DataFrame({"(y_proba)": np.arange(N)})
    evaluation = binary(X=table)
    columns = ViewColumns(evaluation)
    assert columns.probability == "(y_proba)_"
    assert columns["(y_proba)"].frame_name == "(y_proba)"


def test_the_page_can_decide_every_step_of_the_threshold() -> None:
    scores = np.concatenate([np.linspace(0, 1, 301), np.linspace(0.99, 1, 50)])
    truth = np.where(np.arange(len(scores)) % 2, "spam", "ham")
    guess = np.where(scores >= 0.5, "spam", "ham")
    columns = ViewColumns(Evaluation.from_predictions(truth, guess, y_proba=scores))
    assert columns.probability is not None
    for step in range(THRESHOLD_STEPS + 1):
        lens = Lens(threshold=step / THRESHOLD_STEPS)
        assert columns.decides(lens)
        # Without looking at the rows: a bin with rows on both sides would be None.
        met = codes_meeting(
            Range(columns.probability, lens.threshold, None, "left"),
            columns[columns.probability],
        )
        assert met is not None, lens
        assert (met[columns[columns.probability].codes] == (scores >= lens.threshold)).all()
