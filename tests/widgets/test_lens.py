"""A lens in linked views, without a page."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pytest
from ipywidgets import Widget

from errwidgets import ConfusionMatrix, Evaluation
from errwidgets.exceptions import LensError
from errwidgets.lens import Lens
from errwidgets.selection import In

rng = np.random.default_rng(0)
N = 300
P = rng.random(N).astype(np.float32)
TRUE = rng.choice(["no", "yes"], N)
FRAME = pd.DataFrame(
    {
        "p": P,
        "label": TRUE,
        "guess": np.where(P >= 0.5, "yes", "no"),
        "age": rng.integers(0, 90, N),
    },
    index=[f"r{i % 200}" for i in range(N)],
)
OPTIONS = {"y_true": "label", "y_pred": "guess", "y_proba": "p", "pos_label": "yes"}


@pytest.fixture(autouse=True)
def _close_widgets():
    yield
    Widget.close_all()


@pytest.fixture
def matrix() -> ConfusionMatrix:
    return ConfusionMatrix(Evaluation.from_frame(FRAME, **OPTIONS))


def send(view: ConfusionMatrix, revision: int, **parts: object) -> None:
    """Send a lens as the page does."""
    state = {
        "revision": revision, "writer": "confusion_matrix-1@page", "finished": True,
        "threshold": None, "merged": [], "error_threshold": None, "bins": None, **parts,
    }  # fmt: skip
    view._group.store().set_state({"lens": state})


@pytest.mark.parametrize("threshold", [0.3, 0.335, 0.7, 0.123456789, 0.0, 1.0])
def test_a_threshold_moves_what_is_selected(matrix: ConfusionMatrix, threshold: float) -> None:
    matrix.selection = In("y_pred", ("yes",))
    matrix.lens = {"threshold": threshold}
    # NumPy compares single precision with the threshold in single precision, as pandas does.
    rows = np.flatnonzero(np.float32(threshold) <= P)
    assert np.flatnonzero(matrix.mask).tolist() == rows.tolist()
    selected = matrix.selected
    assert selected["y_pred"].eq("yes").all()
    assert selected["is_error"].tolist() == (TRUE[rows] != "yes").tolist()
    assert selected.dtypes["is_error"] == matrix.evaluation.frame.dtypes["is_error"]
    assert selected.index.tolist() == FRAME.index[rows].tolist()
    query = matrix.query_string
    assert query is not None
    assert "p >= " in query
    pd.testing.assert_index_equal(matrix.evaluation.frame.query(query).index, selected.index)


def test_mistakes_follow_the_threshold(matrix: ConfusionMatrix) -> None:
    matrix.lens = Lens(threshold=0.25)
    matrix.selection = In("is_error", (True,))
    wrong = np.where(np.float32(0.25) <= P, "yes", "no") != TRUE
    assert matrix.mask.tolist() == wrong.tolist()
    query = matrix.query_string
    assert query is not None
    assert len(matrix.evaluation.frame.query(query)) == wrong.sum()
    matrix.lens = None
    assert matrix.mask.tolist() == (FRAME["guess"] != FRAME["label"]).tolist()


def test_without_a_column_of_probabilities_there_is_no_query() -> None:
    matrix = ConfusionMatrix.from_predictions(TRUE, FRAME["guess"].to_numpy(), y_proba=P,
                                              pos_label="yes")  # fmt: skip
    matrix.selection = In("y_pred", ("yes",))
    assert matrix.query_string == "y_pred == 'yes'"
    matrix.lens = {"threshold": 0.25}
    assert matrix.query_string is None
    assert len(matrix.selected) == (P >= 0.25).sum()


def test_polars_rows_show_the_lens() -> None:
    evaluation = Evaluation.from_frame(pl.from_pandas(FRAME.reset_index(drop=True)), **OPTIONS)
    matrix = ConfusionMatrix(evaluation)
    matrix.lens = {"threshold": 0.9}
    matrix.selection = In("y_pred", ("yes",))
    selected = matrix.selected
    assert isinstance(selected, pl.DataFrame)
    assert selected["y_pred"].unique().to_list() == ["yes"]
    assert len(selected) == (np.float32(0.9) <= P).sum()
    assert selected["is_error"].dtype == pl.Boolean


def test_merged_classes_change_mistakes_and_nothing_else() -> None:
    matrix = ConfusionMatrix.from_predictions(
        list("abca"), list("bbca"), class_groups={"ab": ["a", "b"]}
    )
    assert matrix._group.store().info["class_groups"] == [["ab", [0, 1]]]
    matrix.selection = In("is_error", (True,))
    assert matrix.selected_index.tolist() == [0]
    matrix.lens = {"merged": {"ab": ["a", "b"]}}
    assert matrix.selected.empty
    assert matrix.selection.clauses[0].predicate == In("is_error", (True,))
    assert matrix.query_string is not None
    assert matrix.evaluation.frame.query(matrix.query_string).empty


def test_an_error_threshold_moves_the_mistakes_of_a_regression() -> None:
    true = rng.normal(size=100)
    pred = true + rng.normal(size=100)
    matrix = ConfusionMatrix.from_predictions(true, pred)
    matrix.selection = In("is_error", (True,))
    matrix.lens = {"error_threshold": 1.25, "bins": 5}
    far = np.abs(true - pred) > 1.25
    assert matrix.mask.tolist() == far.tolist()
    assert matrix.selected["is_error"].all()
    query = matrix.query_string
    assert query is not None
    assert len(matrix.evaluation.frame.query(query)) == far.sum()


# ---------------------------------------------------------------- what the page sends


def test_handlers_wait_for_the_end_of_a_drag(matrix: ConfusionMatrix) -> None:
    calls: list[int] = []
    matrix.on_select(lambda frame: calls.append(len(frame)))
    matrix.selection = In("y_pred", ("yes",))
    lenses: list[float | None] = []
    matrix.observe(lambda change: lenses.append(change["new"].threshold), "lens")
    for revision, threshold in enumerate([0.6, 0.7, 0.8], start=1):
        send(matrix, revision, threshold=threshold, finished=False)
        assert len(matrix.selected) == (np.float32(threshold) <= P).sum()
    assert len(calls) == 1
    send(matrix, 4, threshold=0.8)
    assert calls[1:] == [(np.float32(0.8) <= P).sum()]
    assert lenses == [0.6, 0.7, 0.8]


def test_a_drag_is_not_answered(matrix: ConfusionMatrix, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict] = []
    store = matrix._group.store()
    monkeypatch.setattr(store, "_send", lambda message, **_: sent.append(message))
    for revision in range(1, 5):
        send(matrix, revision, threshold=revision / 10, finished=False)
    assert [m for m in sent if m["method"] == "update"] == []
    assert store.columns is not None


def test_a_threshold_between_steps_sends_finer_bins(matrix: ConfusionMatrix) -> None:
    store = matrix._group.store()
    before = len(store.columns["(y_proba)"]["display_labels"])
    matrix.lens = {"threshold": 0.5}
    assert len(store.columns["(y_proba)"]["display_labels"]) == before
    matrix.lens = {"threshold": 0.50123}
    assert len(store.columns["(y_proba)"]["display_labels"]) == before + 1


@pytest.mark.parametrize("data", [None, {}, {"threshold": 2}, {"threshold": "x"}, {"merged": 3}])
def test_a_lens_that_cannot_be_read_changes_nothing(
    matrix: ConfusionMatrix, data: object, caplog: pytest.LogCaptureFixture
) -> None:
    matrix.lens = {"threshold": 0.25}
    state = {"revision": 9, "writer": "x", **data} if isinstance(data, dict) and data else data
    matrix._group.store().set_state({"lens": state})
    assert matrix.lens == Lens(threshold=0.25)
    assert "cannot be read" in caplog.text


# ---------------------------------------------------------------- whose it is


def test_linked_views_share_a_lens_and_unlinked_ones_do_not() -> None:
    evaluation = Evaluation.from_frame(FRAME, **OPTIONS)
    first, second = ConfusionMatrix(evaluation), ConfusionMatrix(evaluation)
    apart = ConfusionMatrix(evaluation, linked=False)
    first.lens = {"threshold": 0.3}
    assert second.lens == Lens(threshold=0.3)
    assert apart.lens == Lens()
    assert evaluation.notes.lens == Lens(threshold=0.3)


def test_a_lens_outlives_its_views() -> None:
    evaluation = Evaluation.from_frame(FRAME, **OPTIONS)
    first = ConfusionMatrix(evaluation)
    first.lens = {"threshold": 0.3}
    first.close()
    assert ConfusionMatrix(evaluation).lens == Lens(threshold=0.3)


@pytest.mark.parametrize("value", [0.3, {"threshold": 3}, {"bins": 4}, {"error_threshold": 1}])
def test_a_refused_lens_leaves_the_one_before(matrix: ConfusionMatrix, value: object) -> None:
    matrix.lens = {"threshold": 0.3}
    with pytest.raises(LensError):
        matrix.lens = value
    assert matrix.lens == Lens(threshold=0.3)


def test_the_evaluation_never_changes(matrix: ConfusionMatrix) -> None:
    before = matrix.evaluation.frame
    matrix.lens = {"threshold": 0.01}
    pd.testing.assert_frame_equal(matrix.evaluation.frame, before)
    assert len(matrix.evaluation.select("guess == 'yes'")) == (FRAME["guess"] == "yes").sum()


# ---------------------------------------------------------------- ways to show things


def test_options_are_attributes_that_the_page_sets_too(matrix: ConfusionMatrix) -> None:
    assert (matrix.normalize, matrix.color, matrix.scale, matrix.order) == (
        None, "all", "linear", "given",
    )  # fmt: skip
    matrix.order = "cluster"
    assert matrix._options["order"] == "cluster"
    matrix.set_state({"_options": {"normalize": "pred", "order": "odd", "brought": [3], "x": 1}})
    assert (matrix.normalize, matrix.order) == ("pred", "given")
    assert matrix._options == {"normalize": "pred", "brought": [3]}
    with pytest.raises(ValueError, match="normalize must be one of None, 'true', 'pred', 'all'"):
        matrix.normalize = "rows"
    with pytest.raises(ValueError, match="order must be one of"):
        ConfusionMatrix(matrix.evaluation, order="size")


def test_charts_show_what_is_on_screen(matrix: ConfusionMatrix) -> None:
    other = ConfusionMatrix(matrix.evaluation)
    other.selection = In("y_true", ("no",))
    other._group.receive("state", {
        "revision": 50, "writer": "w", "clauses": [
            {"source": other._source, "predicate": {"op": "in", "column": "y_true", "codes": [0]}}],
    })  # fmt: skip
    matrix.lens = {"threshold": 0.25}
    cells = {(c["true"], c["predicted"]): c["count"] for c in matrix.to_chart().data.values}
    pred = np.where(np.float32(0.25) <= P, "yes", "no")
    assert cells["no", "yes"] == ((TRUE == "no") & (pred == "yes")).sum()
    assert cells["yes", "yes"] == 0


def test_a_regression_s_chart_has_the_bins_of_the_view() -> None:
    true = rng.normal(size=500)
    matrix = ConfusionMatrix.from_predictions(true, true + rng.normal(size=500))
    matrix.lens = {"bins": 4}
    records = matrix.to_chart().data.values
    assert sum(record["count"] for record in records) == 500
    assert len({record["true_low"] for record in records}) == 4


# ---------------------------------------------------------------- what fresh eyes found


def test_the_page_can_decide_a_threshold_of_one(matrix: ConfusionMatrix) -> None:
    probability = matrix._group.columns.base["(y_proba)"]
    matrix.lens = {"threshold": 1}
    positive = matrix._group.columns["y_pred"].codes == 1
    assert matrix._group.columns.base["(y_proba)"] is probability
    for code in np.unique(probability.codes):
        assert len(np.unique(positive[probability.codes == code])) == 1


def test_one_class_alone_can_be_shown() -> None:
    matrix = ConfusionMatrix.from_predictions(["a"] * 5, ["a"] * 5)
    assert matrix._group.store().info["pos_code"] is None
    matrix.selection = In("y_true", ("a",))
    assert len(matrix.selected) == 5


@pytest.mark.parametrize(
    ("lens", "said"),
    [
        ({"merged": {"b": ["a"]}}, "'b' is a class of its own"),
        ({"merged": {"x": []}}, "no class in 'x'"),
    ],
)
def test_merged_classes_need_a_name_of_their_own(lens: dict, said: str) -> None:
    matrix = ConfusionMatrix.from_predictions(list("abc"), list("abc"))
    with pytest.raises(LensError, match=said):
        matrix.lens = lens
    matrix.lens = {"merged": {"b": ["a", "b"]}}


def test_a_threshold_that_is_no_number_is_named() -> None:
    with pytest.raises(LensError, match="got NaN"):
        Lens(threshold=float("nan"))


def test_a_backticked_column_is_named_as_it_was_written(matrix: ConfusionMatrix) -> None:
    with pytest.raises(ValueError, match="names 'education-num', which is no column"):
        matrix.selection = "`education-num` > 10"


def test_a_chart_counts_all_rows_when_code_selected_cells(matrix: ConfusionMatrix) -> None:
    def total() -> int:
        return sum(cell["count"] for cell in matrix.to_chart().data.values)

    matrix.selection = "label == 'no'"  # a column of the table: a filter
    assert total() == (TRUE == "no").sum()
    matrix.selection = In("y_true", ("no",))  # a row of the matrix: outlined
    assert total() == N
