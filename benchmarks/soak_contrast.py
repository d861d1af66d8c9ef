"""How often a contrast finds a difference where there is none.

python benchmarks/soak_contrast.py

Rows are split at random 200 times; 20 features, of numbers and categories, tied and skewed. At a
false discovery rate of 5 % a run that finds anything is a false alarm: at most 21 of 200 are
allowed (the 99.9 % quantile of a binomial with p = 0.05).
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder, StandardScaler

import errwidgets as ew

N = 800
RUNS = 200
ALLOWED = 21


def table(rng: np.random.Generator) -> pd.DataFrame:
    """Return 20 features that tell nothing of the split."""
    columns: dict[str, Any] = {f"n{i}": rng.normal(size=N) for i in range(8)}
    columns |= {f"skewed{i}": np.where(rng.random(N) < 0.8, 0, rng.exponential(5, N))
                for i in range(4)}  # fmt: skip
    columns |= {f"c{i}": rng.choice([f"v{k}" for k in range(2 + 2 * i)], N) for i in range(6)}
    columns |= {f"flag{i}": rng.random(N) < 0.1 for i in range(2)}
    return pd.DataFrame(columns)


def main() -> int:
    """Print how many runs found something, and return 1 when these are too many."""
    rng = np.random.default_rng(0)
    alarms = 0
    for side in ("a fifth", "a half"):
        found = 0
        X = table(rng)  # noqa: N806
        y = (X["n0"] + X["n1"] + rng.normal(size=N) > 0).astype(int)
        model = make_pipeline(OrdinalEncoder(), StandardScaler(), LogisticRegression()).fit(X, y)
        evaluation = ew.Evaluation.from_estimator(model, X, y)
        values = evaluation.explain(max_rows=N).frame.to_numpy()
        share = 0.2 if side == "a fifth" else 0.5
        for _ in range(RUNS):
            mask = rng.permutation(N) < share * N
            frame = evaluation.contrast(mask, values=values)
            q_values = frame[["attribution_gap_q_value", "value_gap_q_value"]].to_numpy()
            found += bool((q_values < 0.05).any())
        print(f"{side} of the rows, {RUNS} random splits x 20 features: something found in {found} "
              f"(at most {ALLOWED})")  # fmt: skip
        alarms += found > ALLOWED
    return 1 if alarms else 0


if __name__ == "__main__":
    sys.exit(main())
