"""Search pure noise for slices and count how often something is called verified.

    python benchmarks/soak_slices.py

200 seeded searches of rows whose mistakes depend on nothing: for rates, for losses, with weights.
What was found is tested on the other half with Benjamini-Hochberg at 5 %, so about 5 in a hundred
searches report something; more than 21 of 200 would happen to an honest test once in a thousand
times. Ends with status 1 when that is broken.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np
import pandas as pd

import errwidgets as ew

N_SEARCHES = 200
ALLOWED = 21


def noise(seed: int, kind: str) -> tuple[ew.Evaluation, Any]:
    """Return rows whose mistakes depend on nothing, and what to search for."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(600, 4_000))
    table = pd.DataFrame(
        {
            "number": rng.normal(size=n),
            "age": rng.integers(18, 80, n),
            **{f"c{i}": rng.choice(list("abcdefgh")[: 2 + i], n) for i in range(6)},
        }
    )
    wrong = rng.random(n) < rng.uniform(0.03, 0.4)
    loss = rng.exponential(size=n) if seed % 2 else rng.lognormal(0, 1, n)
    weights = rng.random(n) + 0.2 if kind == "weights" else None
    evaluation = ew.Evaluation.from_predictions(
        np.zeros(n, dtype=int), wrong.astype(int), X=table, sample_weight=weights
    )
    return evaluation, loss if kind == "loss" else "error"


def main() -> int:
    """Run every kind of noise and return the exit status."""
    broken = 0
    for kind in ("rates", "loss", "weights"):
        started = time.perf_counter()
        reported = found_any = in_the_searched_half = 0
        for seed in range(N_SEARCHES):
            evaluation, objective = noise(seed, kind)
            found = evaluation.find_slices(objective=objective, seed=seed)
            reported += bool((found["q_value"] < 0.05).any())
            found_any += not found.empty
            naive = evaluation.find_slices(objective=objective, seed=seed, verify=False)
            in_the_searched_half += bool((naive["q_value"] < 0.05).any())
        flag = "" if reported <= ALLOWED else "   <-- broken"
        print(
            f"noise, {kind}: something found in {found_any} of {N_SEARCHES} searches, verified in "
            f"{reported} (allowed {ALLOWED}); without verification {in_the_searched_half} "
            f"({time.perf_counter() - started:.0f} s){flag}"
        )
        broken += reported > ALLOWED
    return bool(broken)


if __name__ == "__main__":
    sys.exit(main())
