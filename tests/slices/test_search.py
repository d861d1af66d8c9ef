import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slices import referee

from errwidgets.slices import bitsets, search, targets
from errwidgets.slices.bitsets import Lattice
from errwidgets.slices.search import Watch

KINDS = ("rate", "uniform", "exponential", "sparse", "lognormal", "counts", "constant")


def draw_values(rng, kind, n):
    share = rng.random() * 0.6
    made = {
        "rate": lambda: rng.random(n) < share,
        "uniform": lambda: rng.random(n),
        "exponential": lambda: rng.exponential(size=n),
        "sparse": lambda: np.where(rng.random(n) < share, rng.random(n), 0.0),
        "lognormal": lambda: rng.lognormal(0, 2, n),
        "counts": lambda: rng.integers(0, 4, n).astype(float),
        "constant": lambda: np.full(n, 0.25),
    }
    return made[kind]()


@st.composite
def problems(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(1, 260))
    n_codes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=5))
    codes = [rng.integers(0, k, n).astype(rng.choice([np.uint8, np.uint16])) for k in n_codes]
    if len(codes) > 1 and draw(st.booleans()):  # a feature twice
        codes[1], n_codes[1] = codes[0], n_codes[0]
    values = draw_values(rng, draw(st.sampled_from(KINDS)), n)
    if values.dtype == bool and draw(st.booleans()):  # something to find
        values |= (codes[0] == 0) & (rng.random(n) < 0.7)
    weights = draw(st.sampled_from([None, "real", "whole"]))
    if weights is not None:
        weights = rng.random(n) + 0.01 if weights == "real" else rng.integers(0, 3, n) * 1.0
    options = {
        "max_conditions": draw(st.integers(1, 4)),
        "min_rows": draw(st.integers(1, max(1, n // 8))),
        "alpha": draw(st.sampled_from([0.95, 0.9, 0.99, 0.5, 0.2, 1.0])),
    }
    return codes, n_codes, values, weights, options, draw(st.integers(1, 15))


def check(problem):
    codes, n_codes, values, weights, options, k = problem
    found = search.search(Lattice(codes, n_codes), values, weights, k=k, **options)
    assert found.exhaustive
    ours = [one.score for one in found.slices]
    total = len(values) if weights is None else weights.sum()
    if total == 0 or not np.any(values if weights is None else values * weights):
        assert ours == []
        return
    theirs = referee.scores(codes, n_codes, values, weights, **options)[:k]
    # A score of exactly 0 may be a rounding above it.
    assert [s for s in ours if s > 1e-9] == pytest.approx([s for s in theirs if s > 1e-9], rel=1e-9)
    lattice = Lattice(codes, n_codes)
    for one in found.slices:
        rows = np.ones(len(values), dtype=bool)
        for condition in one.conditions:
            rows &= codes[lattice.feature[condition]] == lattice.code[condition]
        assert one.size == rows.sum()
        w = np.ones(len(values)) if weights is None else weights
        assert one.loss == pytest.approx((values * w)[rows].sum())
        assert one.weight == pytest.approx(w[rows].sum())


@settings(max_examples=250, deadline=None)
@given(problems())
def test_top_scores_are_those_of_an_exhaustive_search(problem):
    check(problem)


@settings(max_examples=120, deadline=None)
@given(problems())
def test_they_are_in_many_small_blocks_too(problem):
    small = {"BLOCK_WORDS": 2, "_CHUNK_WORDS": 7}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in small.items():
            patch.setattr(bitsets, name, value)
        patch.setattr(targets, "BLOCK_WORDS", 2)
        patch.setattr(targets, "_PRODUCT_ROWS", 64)
        patch.setattr(targets, "_PRODUCT_CELLS", 100)
        patch.setattr(search, "_BATCH", 3)
        patch.setattr(search, "_MANY", 64)
        check(problem)


def many(n, n_features, seed=0):
    rng = np.random.default_rng(seed)
    n_codes = rng.integers(2, 12, n_features).tolist()
    return [rng.integers(0, k, n).astype(np.uint8) for k in n_codes], n_codes, rng


def test_ids_of_many_conditions_do_not_collide():
    # sliceline 0.3.0 multiplies ids as floats: beyond 2^53 some slices are lost.
    codes, n_codes, rng = many(3_000, 50)
    wrong = rng.random(3_000) < 0.1
    planted = (codes[47] == 1) & (codes[48] == 0)
    wrong |= planted & (rng.random(3_000) < 0.9)
    found = search.search(Lattice(codes, n_codes), wrong, k=10, min_rows=10, max_conditions=2)
    theirs = referee.scores(codes, n_codes, wrong, max_conditions=2, min_rows=10, alpha=0.95)[:10]
    assert [one.score for one in found.slices] == pytest.approx(theirs)


def test_sums_do_not_overflow():
    # 70,000 mistakes in one slice: beyond 16 bits, and beyond the 8 bits that counts begin with.
    n = 200_000
    codes = [np.zeros(n, dtype=np.uint8), (np.arange(n) % 3 == 0).astype(np.uint8)]
    wrong = (codes[1] == 1) | (np.arange(n) % 50 == 0)
    found = search.search(Lattice(codes, [1, 2]), wrong, k=3, min_rows=1)
    best = found.slices[0]
    assert best.size == np.count_nonzero(codes[1])
    assert best.loss == best.size
    graded = search.search(Lattice(codes, [1, 2]), wrong * 0.5, k=3, min_rows=1)
    assert [one.score for one in graded.slices] == pytest.approx(
        [one.score for one in found.slices]
    )


def test_a_feature_of_many_codes_is_packed_when_it_is_needed():
    rng = np.random.default_rng(5)
    codes = [
        rng.integers(0, 1000, 4_000).astype(np.uint16),
        rng.integers(0, 3, 4_000).astype(np.uint8),
    ]
    wrong = (codes[0] < 3) | (rng.random(4_000) < 0.01)
    lattice = Lattice(codes, [1000, 3])
    for min_rows in (5, 1):
        options = {"max_conditions": 2, "min_rows": min_rows, "alpha": 0.99}
        found = search.search(lattice, wrong, k=8, **options)
        theirs = referee.scores(codes, [1000, 3], wrong, **options)[:8]
        assert [one.score for one in found.slices] == pytest.approx(theirs)


def test_distinct_slices_hold_different_rows():
    rng = np.random.default_rng(2)
    first = rng.integers(0, 3, 900).astype(np.uint8)
    codes = [first, first.copy(), rng.integers(0, 2, 900).astype(np.uint8)]
    wrong = (first == 1) & (rng.random(900) < 0.6)
    found = search.search(Lattice(codes, [3, 3, 2]), wrong, k=6, min_rows=5, distinct=True)
    lattice = Lattice(codes, [3, 3, 2])
    rows = set()
    for one in found.slices:
        mask = np.ones(900, dtype=bool)
        for condition in one.conditions:
            mask &= codes[lattice.feature[condition]] == lattice.code[condition]
        rows.add(mask.tobytes())
    assert len(rows) == len(found.slices) > 1
    assert len(found.slices[0].conditions) == 1


def test_progress_rises_to_one_and_false_stops():
    codes, n_codes, rng = many(60_000, 14)
    wrong = rng.random(60_000) < 0.2
    told = []
    found = search.search(Lattice(codes, n_codes), wrong, watch=Watch(told.append))
    assert found.exhaustive
    assert told == sorted(told)
    assert told[-1] == 1.0
    calls = []

    def no(fraction):
        calls.append(fraction)
        return False

    stopped = search.search(Lattice(codes, n_codes), wrong, watch=Watch(no))
    assert not stopped.exhaustive
    assert len(calls) == 1


def test_a_time_limit_keeps_the_best_so_far():
    codes, n_codes, rng = many(60_000, 14)
    wrong = (codes[3] == 1) | (rng.random(60_000) < 0.1)
    lattice = Lattice(codes, n_codes)
    assert search.search(lattice, wrong, watch=Watch(time_limit=0.0)) == search.Found((), False)
    ticks = iter(range(1000))

    class Late(Watch):
        def tick(self):
            if next(ticks) > 12:
                raise search.Stopped

    found = search.search(lattice, wrong, k=5, watch=Late())
    assert not found.exhaustive
    assert found.slices
    assert found.slices[0].score <= search.search(lattice, wrong, k=5).slices[0].score
