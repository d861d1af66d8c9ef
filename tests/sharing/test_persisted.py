"""What may stand in a notebook: sizes, samples, and what never leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ipywidgets import Widget

from errwidgets import ConfusionMatrix, Evaluation
from errwidgets.sharing.persisted import BUDGET, stands_for, stratified

rng = np.random.default_rng(2)
PRIVATE = "a sentence that nobody else may read"


@pytest.fixture(autouse=True)
def _close_widgets():
    yield
    Widget.close_all()


def saved_bytes(view: ConfusionMatrix) -> int:
    """Return how large the state of the store is, before base64."""

    def size(value: object) -> int:
        if isinstance(value, bytes | memoryview):
            return len(value)
        if isinstance(value, dict):
            return sum(len(str(key)) + size(part) for key, part in value.items())
        if isinstance(value, list | tuple):
            return sum(map(size, value))
        return len(str(value))

    return size(view._group.store().get_state())


def wide(n: int, **options: object) -> Evaluation:
    table = pd.DataFrame({f"x{i}": rng.random(n) for i in range(20)})
    true, pred = rng.integers(0, 2, n), rng.integers(0, 2, n)
    return Evaluation.from_predictions(true, pred, X=table, y_proba=rng.random(n), **options)


@given(
    sizes=st.lists(st.integers(1, 60), min_size=1, max_size=12),
    share=st.floats(0.01, 1.2), seed=st.integers(0, 5),
)  # fmt: skip
@settings(deadline=None)
def test_a_sample_has_every_stratum_in_its_share(sizes: list[int], share: float, seed: int) -> None:
    strata = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    at_most = max(1, int(share * len(strata)))
    kept = stratified(strata, at_most, seed)
    assert len(kept) <= max(at_most, 0)
    assert len(set(kept.tolist())) == len(kept)
    assert kept.tolist() == sorted(kept.tolist())
    assert kept.tolist() == stratified(strata, at_most, seed).tolist()
    taken = np.bincount(strata[kept], minlength=len(sizes))
    if at_most >= 2 * len(sizes):
        assert (taken >= 1).all()
        assert (np.abs(taken - np.array(sizes) * min(1, at_most / len(strata))) <= len(sizes)).all()
        each = stands_for(strata, kept)
        totals = np.bincount(strata[kept], each, len(sizes))
        np.testing.assert_allclose(totals, sizes)


def test_a_million_rows_leave_at_most_five_megabytes() -> None:
    matrix = ConfusionMatrix(wide(1_000_000))
    size = saved_bytes(matrix)
    assert size <= BUDGET
    assert matrix._group.store().sample is None  # three columns of a byte a row
    assert len(matrix._group.store().columns["y_true"]["codes"]) == 1_000_000
    listed = matrix.evaluation.persisted()
    assert listed["bytes"].sum() == pytest.approx(size, rel=0.05)
    assert set(listed.loc[listed["what"] == "column", "name"]) == {
        "y_true", "y_pred", "(y_proba)", "is_error",
    }  # fmt: skip


def test_over_the_budget_a_sample_is_kept_and_announced() -> None:
    matrix = ConfusionMatrix(wide(2_500_000))
    store = matrix._group.store()
    assert saved_bytes(matrix) <= BUDGET
    assert store.sample is not None
    rows = np.frombuffer(store.sample["rows"], np.uint32)
    codes = np.frombuffer(store.columns["y_true"]["codes"], np.uint8)
    assert codes.tolist() == matrix.evaluation.columns["y_true"].codes[rows].tolist()
    totals = np.frombuffer(store.sample["stands_for"], np.float64)
    assert totals.sum() == pytest.approx(2_500_000)
    # Counts of the labels stay exact.
    assert np.frombuffer(store.tables[0]["counts"]).sum() == 2_500_000
    assert matrix.evaluation.persisted()["note"].str.contains("of 2,500,000 rows").any()


def test_without_persistence_only_counts_leave() -> None:
    matrix = ConfusionMatrix(wide(1_000, persist=False))
    store = matrix._group.store()
    assert all(column["codes"] == b"" for column in store.columns.values())
    assert store.sample is None
    assert np.frombuffer(store.tables[0]["counts"]).sum() == 1_000
    assert (matrix.evaluation.persisted().query("what == 'column'")["rows"] == 0).all()


@pytest.mark.parametrize("mode", ["codes", False])
def test_text_and_rows_do_not_leave(mode: object) -> None:
    table = pd.DataFrame({"note": [PRIVATE, "b", "c", "d"], "name": list("pqrs")})
    evaluation = Evaluation.from_predictions(list("abab"), list("aabb"), X=table, persist=mode)
    matrix = ConfusionMatrix(evaluation)
    matrix.selection = "y_true == 'a'"
    assert PRIVATE not in str(matrix._group.store().get_state())
    assert matrix._group.store().page is None


def test_rows_leave_only_where_that_was_asked_for() -> None:
    table = pd.DataFrame({"note": [PRIVATE * 20, "b", "c", "d"], "size": [1.5, np.nan, 2, 3]})
    evaluation = Evaluation.from_predictions(list("abab"), list("aabb"), X=table, persist="rows")
    matrix = ConfusionMatrix(evaluation)
    assert matrix._group.store().page is None
    matrix.selection = "y_true == 'a'"
    page = matrix._group.store().page
    assert page["total"] == 2
    assert page["columns"][:2] == ["note", "size"]
    assert page["index"] == ["0", "2"]
    assert [row[1] for row in page["rows"]] == ["1.5", "2.0"]
    assert len(page["rows"][0][0]) == 200  # cut
    assert (evaluation.persisted()["what"] == "rows").any()
    matrix.selection = None
    assert matrix._group.store().page is None


def test_columns_of_very_many_values_stay_out() -> None:
    labels = [f"class {i}" for i in range(1_200)]
    evaluation = Evaluation.from_predictions(labels, labels[::-1])
    matrix = ConfusionMatrix(evaluation)
    assert "y_true" not in matrix._group.store().columns
    listed = evaluation.persisted()
    assert listed.loc[listed["name"] == "y_true", "note"].item() == (
        "1,200 values; at most 1,000 are kept"
    )


def test_nothing_is_listed_while_nothing_is_shown() -> None:
    assert wide(10).persisted().empty


def test_an_odd_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="persist must be one of 'codes', 'rows', False; got True"):
        wide(10, persist=True)
