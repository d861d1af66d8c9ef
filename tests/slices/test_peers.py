"""The same slices as sliceline 0.3.0 wherever it is itself right, and as pysubgroup."""

import warnings

import numpy as np
import pandas as pd
import pytest
from slices import referee

from errwidgets.slices.bitsets import Lattice
from errwidgets.slices.search import search


def data(n, n_features, seed, n_codes=5):
    rng = np.random.default_rng(seed)
    codes = [rng.integers(0, n_codes, n).astype(np.uint8) for _ in range(n_features)]
    wrong = rng.random(n) < 0.1
    wrong |= (codes[0] == 1) & (codes[1] == 2) & (rng.random(n) < 0.6)
    wrong |= (codes[2] == 0) & (rng.random(n) < 0.15)
    return codes, wrong, rng


def theirs(codes, errors, k, *, max_l, min_sup):
    from sliceline.slicefinder import Slicefinder  # noqa: PLC0415  slow to import

    finder = Slicefinder(alpha=0.95, k=k, max_l=max_l, min_sup=min_sup, verbose=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        finder.fit(np.stack(codes, axis=1) + 1, errors)
    return [one["slice_score"] for one in finder.top_slices_statistics_]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("graded", [False, True])
def test_sliceline_finds_the_same_scores(seed, graded):
    codes, wrong, rng = data(1500, 6, seed)
    errors = wrong * rng.exponential(size=1500) if graded else wrong.astype(float)
    found = search(
        Lattice(codes, [5] * 6), errors if graded else wrong, k=8, min_rows=15, alpha=0.95
    )
    ours = [one.score for one in found.slices]
    expected = theirs(codes, errors, 8, max_l=3, min_sup=15)
    assert ours == pytest.approx(expected, rel=1e-9)


def test_where_sliceline_overflows_we_do_not():
    # Errors of a small whole type are summed in it there: 255 + 1 = 0.
    codes, wrong, _ = data(4000, 4, 1)
    expected = referee.scores(codes, [5] * 4, wrong, max_conditions=2, min_rows=40, alpha=0.95)[:5]
    found = search(Lattice(codes, [5] * 4), wrong, k=5, min_rows=40, max_conditions=2)
    assert [one.score for one in found.slices] == pytest.approx(expected)
    as_bytes = search(
        Lattice(codes, [5] * 4), wrong.astype(np.uint8), k=5, min_rows=40, max_conditions=2
    )
    assert [one.score for one in as_bytes.slices] == pytest.approx(expected)


def test_pysubgroup_finds_the_same_best_slices():
    import pysubgroup as ps  # noqa: PLC0415  slow to import

    codes, wrong, _ = data(3000, 5, 2)
    n, total, alpha = len(wrong), int(wrong.sum()), 0.95

    def score(size, hits):
        return alpha * ((hits / size) / (total / n) - 1) - (1 - alpha) * (n / size - 1)

    table = pd.DataFrame({f"f{i}": one for i, one in enumerate(codes)}).assign(wrong=wrong)

    class SliceLine(ps.StandardQF):
        def evaluate(self, subgroup, target, data, statistics=None):
            statistics = self.ensure_statistics(subgroup, target, data, statistics)
            size = statistics.size_sg
            return score(size, statistics.positives_count) if size >= 30 else -np.inf

        def optimistic_estimate(self, *_args):
            return np.inf

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        space = [ps.EqualitySelector(f"f{i}", code) for i in range(5) for code in range(5)]
        task = ps.SubgroupDiscoveryTask(
            table, ps.BinaryTarget("wrong", True), space, result_set_size=6, depth=3,
            qf=SliceLine(1.0),
        )  # fmt: skip
        result = ps.DFS(ps.BitSetRepresentation).execute(task)
    qualities = [quality for quality, *_ in result.to_descriptions() if quality > 0]
    expected = sorted(qualities, reverse=True)
    found = search(Lattice(codes, [5] * 5), wrong, k=6, min_rows=30)
    assert [one.score for one in found.slices] == pytest.approx(expected)
