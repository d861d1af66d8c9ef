"""Explanations through an evaluation against shap called directly, and a contrast at 100,000 rows.

python benchmarks/bench_explain.py
"""

from __future__ import annotations

import subprocess
import sys
import time
import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier

import errwidgets as ew
from errwidgets.explain import Attributions
from errwidgets.explain.extras import import_extra

N_FEATURES = 15
ROWS = 1_000

FIRST = """\
import time, numpy as np, pandas as pd
from sklearn.ensemble import RandomForestClassifier
import errwidgets as ew
rng = np.random.default_rng(0)
X = pd.DataFrame(rng.normal(size=(2000, 15)), columns=[f"f{i}" for i in range(15)])
y = (X["f0"] + X["f1"] * X["f2"] > 0).astype(int)
model = RandomForestClassifier(100, max_depth=8, random_state=0).fit(X, y)
evaluation = ew.Evaluation.from_estimator(model, X, y)
began = time.perf_counter()
evaluation.explain([0])
print(time.perf_counter() - began)
began = time.perf_counter()
evaluation.explain([1])
print(time.perf_counter() - began)
"""


def data(n: int) -> tuple[pd.DataFrame, pd.Series[int]]:
    """Return features and labels."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(  # noqa: N806
        rng.normal(size=(n, N_FEATURES)), columns=[f"f{i}" for i in range(N_FEATURES)]
    )
    noise = rng.normal(size=n)
    return X, (X["f0"] + X["f1"] * X["f2"] + noise > 0).astype(int)


def overhead() -> None:
    """Time the same explanation both ways, and check that the answers are equal."""
    shap = import_extra("shap")
    X, y = data(5_000)  # noqa: N806
    for model in (
        RandomForestClassifier(100, max_depth=8, random_state=0),
        GradientBoostingClassifier(n_estimators=100, random_state=0),
    ):
        model.fit(X, y)
        evaluation = ew.Evaluation.from_estimator(model, X, y)
        background = X.sample(100, random_state=0)
        evaluation.explain([0], background=background)  # what is compiled is compiled
        ratios: list[float] = []
        ours: Any = None
        direct: Any = None
        for _ in range(3):
            evaluation.kept.clear()
            began = time.perf_counter()
            found = evaluation.explain(max_rows=ROWS, background=background)
            mine = time.perf_counter() - began
            assert isinstance(found, Attributions)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                began = time.perf_counter()
                explainer = shap.TreeExplainer(
                    model, background.to_numpy(), model_output="probability",
                    feature_perturbation="interventional",
                )  # fmt: skip
                direct = np.asarray(
                    explainer.shap_values(found.data.to_numpy(), check_additivity=False)
                )
                theirs = time.perf_counter() - began
            ours = found.frame.to_numpy()
            ratios.append(mine / theirs)
        direct = direct[:, :, 1] if direct.ndim == 3 else direct
        assert np.allclose(ours, direct, atol=1e-6)
        print(f"{ROWS:,} rows x {N_FEATURES}, {type(model).__name__}: {min(ratios):.2f}x of shap "
              f"({theirs:.2f} s; at most 1.2x wanted)")  # fmt: skip


def first() -> None:
    """Time the first explanation of one row in a fresh process, and a second one."""
    said = subprocess.run(  # noqa: S603  our own text
        [sys.executable, "-W", "ignore", "-c", FIRST], check=True, capture_output=True, text=True
    )
    cold, warm = map(float, said.stdout.split())
    print(f"one row of a forest: first {cold:.1f} s (shap's import and compiling included), then "
          f"{1000 * warm:.0f} ms")  # fmt: skip


def contrast() -> None:
    """Time a contrast of 100,000 rows: with attributions at hand, and with a model."""
    X, y = data(100_000)  # noqa: N806
    model = RandomForestClassifier(50, max_depth=6, random_state=0, n_jobs=2).fit(X, y)
    evaluation = ew.Evaluation.from_estimator(model, X, y)
    began = time.perf_counter()
    evaluation.contrast("is_error")
    once = time.perf_counter() - began
    values = np.random.default_rng(0).normal(size=X.shape)
    began = time.perf_counter()
    evaluation.contrast("is_error", values=values, max_rows=100_000)
    given = time.perf_counter() - began
    print(f"contrast at 100,000 rows: samples of 1,000 and a forest {once:.2f} s; all rows, "
          f"attributions at hand {given:.2f} s")  # fmt: skip


if __name__ == "__main__":
    overhead()
    first()
    contrast()
