from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from errwidgets.measures import confusion
from errwidgets.measures.confusion import (
    confusion_counts,
    fold_classes,
    most_mistaken,
    normalize_counts,
)

# scikit-learn's own hint about its `labels`, which these tests pass.
pytestmark = pytest.mark.filterwarnings("ignore:A single label was found:UserWarning")

DTYPES = [np.uint8, np.uint16, np.uint32, np.uint64, np.int8, np.int16, np.int32, np.int64]


def draw(seed: int, n: int, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, k, n), rng.integers(0, k, n), rng.random(n)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("k", [1, 2, 3, 4, 5, 10, 11, 15, 16, 17, 60, 127])
@pytest.mark.parametrize("n", [0, 1, 2, 3, 1001])
def test_counts_equal_scikit_learn(dtype: type, k: int, n: int) -> None:
    true, pred, _ = draw(n + k, n, k)
    counts = confusion_counts(true.astype(dtype), pred.astype(dtype), k)
    assert counts.dtype == np.int64
    expected = confusion_matrix(true, pred, labels=range(k)) if n else np.zeros((k, k))
    np.testing.assert_array_equal(counts, expected)


@given(
    st.integers(1, 40).flatmap(
        lambda k: st.tuples(
            st.just(k),
            st.lists(st.tuples(st.integers(0, k - 1), st.integers(0, k - 1)), min_size=1),
        )
    )
)
@settings(deadline=None)
def test_counts_of_any_rows(case: tuple[int, list[tuple[int, int]]]) -> None:
    k, rows = case
    true, pred = np.array(rows).T
    weights = np.arange(len(rows)) * 0.37 + 0.1
    np.testing.assert_array_equal(
        confusion_counts(true, pred, k), confusion_matrix(true, pred, labels=range(k))
    )
    np.testing.assert_allclose(
        confusion_counts(true, pred, k, weights),
        confusion_matrix(true, pred, labels=range(k), sample_weight=weights),
        rtol=1e-12,
    )


@pytest.mark.parametrize("k", [2, 10, 16, 40])
def test_chunks_and_mixed_dtypes_change_nothing(k: int, monkeypatch: pytest.MonkeyPatch) -> None:
    true, pred, weights = draw(3, 10_007, k)
    whole = confusion_counts(true, pred, k)
    weighted = confusion_counts(true, pred, k, weights)
    monkeypatch.setattr(confusion, "_CHUNK", 1000)
    np.testing.assert_array_equal(confusion_counts(true, pred.astype(np.uint8), k), whole)
    np.testing.assert_allclose(confusion_counts(true, pred, k, weights), weighted, rtol=1e-12)


def test_many_classes_and_strided_codes() -> None:
    true, pred, _ = draw(5, 4000, 700)
    np.testing.assert_array_equal(
        confusion_counts(true.astype(np.uint16)[::2], pred[::2], 700),
        confusion_matrix(true[::2], pred[::2], labels=range(700)),
    )


def test_bool_codes_and_no_change_of_the_input() -> None:
    true = np.array([True, False, True])
    true.setflags(write=False)
    np.testing.assert_array_equal(confusion_counts(true, true, 2), [[1, 0], [0, 2]])


@pytest.mark.parametrize("normalize", [None, "true", "pred", "all"])
@pytest.mark.parametrize("weighted", [False, True])
def test_normalize_equals_scikit_learn(normalize: str | None, weighted: bool) -> None:
    true, pred, weights = draw(8, 50, 4)
    kwargs = {"sample_weight": weights} if weighted else {}
    counts = confusion_counts(true, pred, 6, **kwargs)
    expected = confusion_matrix(true, pred, labels=range(6), normalize=normalize, **kwargs)
    np.testing.assert_allclose(normalize_counts(counts, normalize), expected, rtol=1e-12)


def test_normalize_copies_and_refuses() -> None:
    counts = np.zeros((2, 2), dtype=np.int64)
    normalize_counts(counts, None)[0, 0] = 5
    assert counts[0, 0] == 0
    np.testing.assert_array_equal(normalize_counts(counts, "all"), 0.0)
    with pytest.raises(ValueError, match="'rows'"):
        normalize_counts(counts, "rows")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([0, 1], [0], 2, None), ValueError, "got 2 and 1"),
        (([0, 2], [0, 1], 2, None), ValueError, r"in \[0, 2\), got 2"),
        (([0, 1], [0, -1], 2, None), ValueError, "got -1"),
        (([0.0, 1.0], [0, 1], 2, None), TypeError, "float64"),
        ((["a", "b"], [0, 1], 2, None), TypeError, "integer codes"),
        (([[0, 1]], [0, 1], 2, None), ValueError, r"shape \(1, 2\)"),
        (([0, 1], [0, 1], 0, None), ValueError, "at least 1"),
        (([0, 1], [0, 1], 2, [1.0]), ValueError, "1 values for 2 rows"),
        (([0, 1], [0, 1], 2, [1.0, -1.0]), ValueError, "negative"),
        (([0, 1], [0, 1], 2, [1.0, np.nan]), ValueError, "NaN or infinity in 1 of 2"),
        (([0, 1], [0, 1], 2, [1.0, np.inf]), ValueError, "finite"),
        (([0, 1], [0, 1], 2, [[1.0, 1.0]]), ValueError, "one-dimensional"),
    ],
)
def test_refusals(arguments: tuple, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        confusion_counts(*arguments)


@pytest.mark.parametrize("n_kept", [0, 1, 4, 7])
@pytest.mark.parametrize("dtype", [np.int64, np.float64])
def test_folding_keeps_every_total(n_kept, dtype):
    counts = np.random.default_rng(n_kept).integers(0, 9, (7, 7)).astype(dtype)
    kept = most_mistaken(counts, n_kept)
    folded = fold_classes(counts, kept)
    assert folded.dtype == dtype
    assert folded.shape == (min(n_kept + 1, 7),) * 2
    assert folded.sum() == counts.sum()
    np.testing.assert_array_equal(folded.sum(axis=0)[:n_kept], counts.sum(axis=0)[kept])
    np.testing.assert_array_equal(folded.sum(axis=1)[:n_kept], counts.sum(axis=1)[kept])
    np.testing.assert_array_equal(folded[:n_kept, :n_kept], counts[np.ix_(kept, kept)])
    rest = np.setdiff1d(np.arange(7), kept)
    if rest.size:
        assert folded[-1, -1] == counts[np.ix_(rest, rest)].sum()


def test_folding_takes_the_classes_in_the_order_wanted():
    counts = np.arange(16).reshape(4, 4)
    np.testing.assert_array_equal(
        fold_classes(counts, [3, 1]), [[15, 13, 12 + 14], [7, 5, 4 + 6], [3 + 11, 1 + 9, 20]]
    )
    np.testing.assert_array_equal(fold_classes(counts, [3, 2, 1, 0]), counts[::-1, ::-1])
