from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errwidgets.exceptions import InputError
from errwidgets.measures.orders import ORDERS, class_order


def blocks_of(sizes: list[int], seed: int, *, noise: float = 0.0):
    """Counts of classes that are confused within their block only; shuffled, with the blocks."""
    rng = np.random.default_rng(seed)
    block = np.repeat(np.arange(len(sizes)), sizes)
    rng.shuffle(block)
    together = block[:, None] == block[None, :]
    share = rng.uniform(0.05, 0.2, len(sizes))[block][:, None]
    # The shares of a row sum to 1, so that those within a block are equal both ways.
    counts = together * share + noise * rng.uniform(0, 1, together.shape)
    np.fill_diagonal(counts, 0)
    counts[np.diag_indices_from(counts)] = 5 - counts.sum(axis=1)
    return counts * 100, block


def adjacent_nearness(counts: np.ndarray, order) -> float:
    total = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, total, out=np.zeros(counts.shape), where=total > 0)
    near = shares + shares.T
    return sum(near[a, b] for a, b in itertools.pairwise(order))


def n_runs(values: np.ndarray) -> int:
    return 1 + int(np.count_nonzero(values[1:] != values[:-1]))


SIZES = st.lists(st.integers(1, 6), min_size=1, max_size=6)


@given(SIZES, st.integers(0, 1000), st.sampled_from([0.0, 0.001]))
@settings(deadline=None, max_examples=80)
def test_confused_classes_stand_together(sizes, seed, noise):
    counts, block = blocks_of(sizes, seed, noise=noise)
    order = class_order(counts, "cluster")
    assert sorted(order) == list(range(len(block)))
    assert n_runs(block[list(order)]) == len(sizes)


@given(SIZES, st.integers(0, 1000))
@settings(deadline=None, max_examples=80)
def test_neighbours_are_as_near_as_in_the_order_given(sizes, seed):
    counts, _ = blocks_of(sizes, seed)
    found = adjacent_nearness(counts, class_order(counts, "cluster"))
    assert found >= adjacent_nearness(counts, range(len(counts))) - 1e-9


@given(st.integers(2, 15), st.integers(0, 1000))
@settings(deadline=None, max_examples=60)
def test_the_order_given_does_not_matter(n, seed):
    rng = np.random.default_rng(seed)
    counts = rng.uniform(0, 1, (n, n)) + np.diag(rng.uniform(5, 10, n))
    shuffled = rng.permutation(n)
    order = class_order(counts, "cluster")
    other = [int(shuffled[i]) for i in class_order(counts[np.ix_(shuffled, shuffled)], "cluster")]
    assert other in (list(order), list(order[::-1]))


def test_a_chain_of_classes_is_laid_out_as_a_chain():
    n = 12
    counts = np.diag(np.full(n, 100)) + np.diag(np.full(n - 1, 20), 1) + np.diag(
        np.full(n - 1, 20), -1
    )  # fmt: skip
    shuffled = np.random.default_rng(3).permutation(n)
    order = shuffled[list(class_order(counts[np.ix_(shuffled, shuffled)], "cluster"))]
    # The tree of an even chain joins what it likes, but most neighbours stay neighbours.
    assert np.count_nonzero(np.abs(np.diff(order)) == 1) >= 8


@pytest.mark.parametrize("by", ORDERS)
@pytest.mark.parametrize(
    "counts",
    [[[3]], [[0]], [[0, 0], [0, 0]], [[1, 2], [3, 4]], np.eye(5), np.zeros((4, 4))],
    ids=["one", "one empty", "two empty", "two", "no mistakes", "four empty"],
)
def test_few_or_empty_classes_have_every_order(by, counts):
    labels = [f"c{i}" for i in range(len(counts))]
    order = class_order(counts, by, labels)
    assert sorted(order) == list(range(len(counts)))
    assert all(type(position) is int for position in order)
    assert order == class_order(counts, by, labels)


def test_classes_without_a_row_come_last_in_clusters():
    counts = np.array(blocks_of([3, 2], 0)[0])
    padded = np.insert(np.insert(counts, (0, 2), 0, axis=0), (0, 2), 0, axis=1)
    assert class_order(padded, "cluster")[-2:] == (0, 3)


def test_a_class_that_is_only_predicted_stands_with_those_it_is_given_to():
    counts = [[50, 0, 0, 0], [0, 50, 0, 10], [0, 0, 50, 0], [0, 0, 0, 0]]
    order = class_order(counts, "cluster")
    assert abs(order.index(1) - order.index(3)) == 1


def test_the_larger_end_comes_first():
    counts, block = blocks_of([3, 3], 4)
    counts[block == 0] *= 10
    assert block[class_order(counts, "cluster")[0]] == 0


def test_support_and_error_are_descending_and_ties_keep_the_order_given():
    counts = [[1, 4, 0], [0, 9, 0], [0, 0, 5]]
    assert class_order(counts, "given") == (0, 1, 2)
    assert class_order(counts, "support") == (1, 0, 2)
    assert class_order(counts, "error") == (0, 1, 2)
    assert class_order(np.multiply(counts, 0.5), "support") == (1, 0, 2)


def test_names_are_compared_as_people_do():
    labels = ["b", "10", "A2", "a10", "9", "-3", "", "a2", "1.5", "ß", "x" + "9" * 5000, "x007"]
    order = class_order(np.zeros((12, 12)), "name", labels)
    assert [labels[i][:4] for i in order] == [
        "-3", "1.5", "9", "10", "", "A2", "a2", "a10", "b", "ß", "x007", "x999",
    ]  # fmt: skip


@given(st.lists(st.text(max_size=8), max_size=12, min_size=1))
def test_any_names_have_an_order(labels):
    order = class_order(np.zeros((len(labels), len(labels))), "name", labels)
    assert sorted(order) == list(range(len(labels)))


def test_what_has_no_order_is_refused():
    with pytest.raises(InputError, match="order must be one of"):
        class_order([[1]], "size")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="a label per class, 2; got none"):
        class_order(np.eye(2), "name")
    with pytest.raises(InputError, match="a label per class, 2; got 1"):
        class_order(np.eye(2), "name", ["a"])
    with pytest.raises(InputError, match="shape"):
        class_order([1, 2], "support")


def test_three_hundred_classes_are_clustered():
    counts, block = blocks_of([10] * 30, 1)
    assert n_runs(block[list(class_order(counts, "cluster"))]) == 30
    many, block = blocks_of([30] * 15, 1)  # leaves not turned
    assert n_runs(block[list(class_order(many, "cluster"))]) == 15
