from __future__ import annotations

import gc
import weakref

import ipywidgets
import numpy as np
import pandas as pd
import pytest
import traitlets
from ipywidgets import Widget

from errwidgets import ConfusionMatrix, Evaluation, Selection
from errwidgets.selection import All, AnyOf, Clause, In, Not
from errwidgets.widgets import view
from errwidgets.widgets.hosts import RunningCell
from errwidgets.widgets.runtime import REGISTRY

TRUE = ["cat", "dog", "dog", "eel"]
PRED = ["cat", "cat", "dog", "dog"]
DOG = In("y_true", ("dog",))

INDEXES = {
    "numbers": pd.Index([40, 10, 30, 20]),
    "text": pd.Index(["d", "a", "c", "b"], name="key"),
    "duplicates": pd.Index(["x", "x", "y", "x"]),
    "dates": pd.DatetimeIndex(["2020-01-02", "2020-01-01", "2020-01-02", "2020-01-05"]),
    "levels": pd.MultiIndex.from_tuples([("a", 1), ("a", 1), ("b", 2), ("a", 3)]),
    "named like a role": pd.Index([4, 3, 2, 1], name="y_true"),
}


@pytest.fixture(autouse=True)
def _close_widgets():
    yield
    Widget.close_all()


@pytest.fixture
def evaluation() -> Evaluation:
    return Evaluation.from_predictions(TRUE, PRED)


# ---------------------------------------------------------------- rows


@pytest.mark.parametrize("kind", INDEXES)
def test_selected_keeps_index_order_and_dtypes(kind: str) -> None:
    table = pd.DataFrame(
        {"index": pd.array([1, 2, None, 4], dtype="Int64"), "a b": pd.Categorical(list("pqpq"))},
        index=INDEXES[kind],
    )
    evaluation = Evaluation.from_predictions(TRUE, PRED, X=table)
    matrix = ConfusionMatrix(evaluation)
    assert matrix.selected.empty
    assert matrix.selected.dtypes.equals(evaluation.frame.dtypes)
    assert matrix.query_string is None
    assert not matrix.mask.any()
    matrix.selection = All((DOG, Not(In("y_pred", ("dog",)))))
    expected = evaluation.frame.iloc[[1]]
    pd.testing.assert_frame_equal(matrix.selected, expected)
    pd.testing.assert_index_equal(matrix.selected_index, expected.index)
    assert matrix.mask.tolist() == [False, True, False, False]
    assert matrix.query_string == "y_true == 'dog' and y_pred != 'dog'"
    pd.testing.assert_frame_equal(evaluation.frame.query(matrix.query_string), expected)


@pytest.mark.parametrize("role", ["index", "a b", "is_error", "y_true", "class", "größe"])
def test_the_query_finds_role_columns_of_any_name(role: str) -> None:
    table = pd.DataFrame({role: TRUE, "guess": PRED}, index=pd.Index([9, 8, 7, 6], name="index"))
    evaluation = Evaluation.from_frame(table, y_true=role, y_pred="guess")
    matrix = ConfusionMatrix(evaluation)
    for predicate in (DOG, Not(DOG), AnyOf((DOG, In("y_pred", ("cat",))))):
        matrix.selection = predicate
        assert matrix.query_string is not None
        rows = evaluation.frame.query(matrix.query_string)
        pd.testing.assert_frame_equal(rows, matrix.selected)
        assert 0 < len(rows) < 4


def test_what_is_handed_out_is_a_copy(evaluation: Evaluation) -> None:
    matrix = ConfusionMatrix(evaluation)
    matrix.selection = DOG
    frame = evaluation.frame.copy(deep=True)
    handed: list[pd.DataFrame] = []
    matrix.on_select(handed.append)
    matrix.selection = Not(DOG)
    for rows in (matrix.selected, *handed):
        rows.loc[:, "y_true"] = "changed"
        rows["new"] = 1
    matrix.mask[:] = True
    pd.testing.assert_frame_equal(evaluation.frame, frame)
    assert matrix.selected["y_true"].tolist() == ["cat", "eel"]


def test_selection_takes_predicates_selections_and_none(evaluation: Evaluation) -> None:
    matrix = ConfusionMatrix(evaluation)
    for value in (DOG, Selection((Clause("somewhere", DOG),))):
        matrix.selection = value
        assert matrix.selection == Selection((Clause("python", DOG),))
        matrix.selection = None
        assert matrix.selection == Selection()
        assert matrix.selected.empty
    matrix.selection = DOG
    matrix.selection = Selection()
    assert matrix.selected.empty


def test_a_selection_of_every_row_is_not_an_empty_one(evaluation: Evaluation) -> None:
    matrix = ConfusionMatrix(evaluation)
    matrix.selection = All(())
    assert len(matrix.selected) == 4
    assert matrix.query_string is None


def test_selection_is_a_trait_that_can_be_observed_and_linked(evaluation: Evaluation) -> None:
    matrix = ConfusionMatrix(evaluation)
    other = ConfusionMatrix(evaluation, linked=False)
    assert "selection" in matrix.trait_names()
    link = traitlets.dlink((matrix, "selection"), (other, "selection"))
    matrix.selection = DOG
    assert other.selected.index.tolist() == [1, 2]
    link.unlink()
    changes: list[str] = []
    matrix.observe(lambda change: changes.append(change.name))
    matrix.selection = None
    assert changes == ["selection"]


# ---------------------------------------------------------------- construction


def test_the_sugar_passes_keywords_to_both_constructors() -> None:
    matrix = ConfusionMatrix.from_predictions(
        TRUE,
        PRED,
        classes=["eel"],
        name="pets",
        linked=False,
        layout=ipywidgets.Layout(width="9em"),
    )
    assert matrix.evaluation.name == "pets"
    assert matrix.evaluation.classes == ("eel", "cat", "dog")
    assert matrix.layout.width == "9em"
    assert matrix._group.linked is False


def test_from_estimator_predicts_and_shows() -> None:
    class Constant:
        def predict(self, rows: object) -> list[str]:
            return ["cat"] * len(rows)  # type: ignore[arg-type]

    matrix = ConfusionMatrix.from_estimator(Constant(), [[1], [2]], ["cat", "dog"])
    assert matrix.evaluation.n_errors == 1
    assert matrix.evaluation.name == "Constant"


def test_one_bundle_serves_every_view() -> None:
    first, second = (ConfusionMatrix.from_predictions(TRUE, PRED) for _ in range(2))
    assert first._runtime == second._runtime
    assert first._store != second._store
    assert len(str(first._esm)) < 2_000


# ---------------------------------------------------------------- closing


def test_close_closes_comm_and_layout_and_the_store_with_the_last_view(
    evaluation: Evaluation,
) -> None:
    first, second = ConfusionMatrix(evaluation), ConfusionMatrix(evaluation)
    store, layout = first._group.store(), first.layout
    first.close()
    first.close()
    assert first.comm is None
    assert layout.comm is None
    assert store.comm is not None
    second.close()
    assert store.comm is None
    assert REGISTRY.runtime().comm is not None


def test_a_layout_of_the_user_s_stays_open(evaluation: Evaluation) -> None:
    layout = ipywidgets.Layout()
    ConfusionMatrix(evaluation, layout=layout).close()
    assert layout.comm is not None


def test_a_closed_view_still_gives_its_rows(evaluation: Evaluation) -> None:
    matrix = ConfusionMatrix(evaluation)
    matrix.selection = DOG
    matrix.close()
    assert matrix.selected.index.tolist() == [1, 2]
    matrix.selection = None
    assert matrix.selected.empty


def test_after_everything_was_closed_a_new_view_works(evaluation: Evaluation) -> None:
    old = ConfusionMatrix(evaluation)
    old.selection = DOG
    runtime, store = old._runtime, old._store
    Widget.close_all()
    assert old.comm is None
    new = ConfusionMatrix(evaluation)
    assert new._runtime != runtime
    assert new._store != store
    assert REGISTRY.runtime().comm is not None
    assert new._group.store().comm is not None
    assert new.selected.index.tolist() == [1, 2]
    new.selection = None
    assert new._group.store().state["clauses"] == []


def test_closing_the_views_closes_all_that_they_made(evaluation: Evaluation) -> None:
    REGISTRY.runtime()
    before = set(ipywidgets.widgets.widget._instances)
    views = [ConfusionMatrix(evaluation) for _ in range(3)]
    assert len(ipywidgets.widgets.widget._instances) > len(before)
    for one in views:
        one.close()
    assert set(ipywidgets.widgets.widget._instances) == before


def test_a_closed_view_and_its_evaluation_can_be_freed() -> None:
    evaluation = Evaluation.from_predictions(TRUE, PRED)
    matrix = ConfusionMatrix(evaluation)
    matrix.selection = DOG
    matrix.close()
    references = weakref.ref(matrix), weakref.ref(evaluation)
    del matrix, evaluation
    gc.collect()
    assert [reference() for reference in references] == [None, None]


# ---------------------------------------------------------------- cells


class Notebook:
    """Stands for the running cell."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cell: RunningCell | None = None
        self.runs = 0
        monkeypatch.setattr(view, "running_cell", lambda: self.cell)

    def run(self, cell: str) -> None:
        self.runs += 1
        self.cell = RunningCell(cell, f"run {self.runs}")


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Notebook:
    return Notebook(monkeypatch)


def test_running_a_cell_again_closes_its_previous_views(
    notebook: Notebook,
    evaluation: Evaluation,
) -> None:
    notebook.run("one")
    first, second = ConfusionMatrix(evaluation), ConfusionMatrix(evaluation)
    notebook.run("two")
    other = ConfusionMatrix(evaluation)
    assert first.comm is not None
    notebook.run("one")
    again = ConfusionMatrix(evaluation)
    assert first.comm is second.comm is None
    assert other.comm is not None
    also = ConfusionMatrix(evaluation)
    assert again.comm is not None
    notebook.run("one")
    ConfusionMatrix(evaluation)
    assert again.comm is also.comm is None


def test_running_a_cell_again_keeps_what_was_selected_there(
    notebook: Notebook,
    evaluation: Evaluation,
) -> None:
    notebook.run("one")
    first = ConfusionMatrix(evaluation)
    clause = {"op": "in", "column": "y_true", "codes": [1]}
    first._group.store().set_state(
        {
            "state": {
                "revision": 1,
                "writer": f"{first._source}@p",
                "clauses": [{"source": first._source, "predicate": clause}],
            },
        },
    )
    notebook.run("one")
    again = ConfusionMatrix(evaluation)
    assert again.own_clause == Clause(first._source, DOG)
    assert again.selected.index.tolist() == [1, 2]
    assert again._group.store().state["clauses"][0]["predicate"] == clause


def test_keep_leaves_the_previous_view_open(notebook: Notebook, evaluation: Evaluation) -> None:
    notebook.run("one")
    first = ConfusionMatrix(evaluation)
    notebook.run("one")
    kept = ConfusionMatrix(evaluation, keep=True)
    assert first.comm is not None
    notebook.run("one")
    ConfusionMatrix(evaluation)
    assert kept.comm is not None


def test_outside_of_a_cell_nothing_is_closed(notebook: Notebook, evaluation: Evaluation) -> None:
    first = ConfusionMatrix(evaluation)
    ConfusionMatrix(evaluation)
    assert notebook.cell is None
    assert first.comm is not None


def test_state_on_the_wire_is_plain_json(evaluation: Evaluation) -> None:
    matrix = ConfusionMatrix(evaluation)
    matrix.selection = In("y_true", (np.str_("dog"),))
    state = matrix._group.store().get_state(["state"])["state"]
    assert state["clauses"] == [
        {"source": "python", "predicate": {"op": "in", "column": "y_true", "codes": [1]}},
    ]
    assert all(type(code) is int for code in state["clauses"][0]["predicate"]["codes"])
