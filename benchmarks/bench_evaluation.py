"""Evaluations against scikit-learn and plain imports: ratios, answers checked equal.

python benchmarks/bench_evaluation.py
"""

from __future__ import annotations

import functools
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from sklearn.metrics import classification_report

import errwidgets as ew

if TYPE_CHECKING:
    from collections.abc import Callable

N = 1_000_000
CLASSES = np.array([f"class {i}" for i in range(10)])


def timed(call: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """Return the best time of a call and its last answer."""
    best = np.inf
    for _ in range(repeats):
        start = time.perf_counter()
        answer = call()
        best = min(best, time.perf_counter() - start)
    return best, answer


def report(name: str, ours: float, theirs: float, wanted: float) -> None:
    """Print one row."""
    ratio = theirs / ours
    kept = "ok" if ratio >= wanted else "MISSED"
    print(f"{name:<58} {ours * 1e3:9.1f} ms {theirs * 1e3:9.1f} ms {ratio:7.1f}x  "
          f"(at least {wanted:g}x: {kept})")  # fmt: skip


def strings() -> None:
    """Time counts and per-class metrics of labels seen for the first time."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 10, N)
    guesses = np.where(rng.random(N) < 0.7, codes, rng.integers(0, 10, N))
    forms = {
        "text in NumPy": (CLASSES[codes], CLASSES[guesses]),
        "text in object arrays": (CLASSES[codes].astype(object), CLASSES[guesses].astype(object)),
        "text in pandas": (pd.Series(CLASSES[codes]), pd.Series(CLASSES[guesses])),
    }
    for name, (true, pred) in forms.items():
        make = functools.partial(ew.Evaluation.from_predictions, true, pred)
        peer = functools.partial(classification_report, true, pred, output_dict=True)
        ours, table = timed(lambda make=make: make().per_class(), 3)  # type: ignore[misc]
        theirs, expected = timed(peer, 1)
        for label in CLASSES:
            row = table.loc[label]
            assert np.isclose(row["recall"], expected[label]["recall"], rtol=1e-12)
            assert np.isclose(row["precision"], expected[label]["precision"], rtol=1e-12)
        report(f"per class, 1 M rows, {name}", ours, theirs, 15)


def labels_alone() -> None:
    """Time summary() and per_class() of ten million coded rows against their limit."""
    rng = np.random.default_rng(0)
    true = rng.integers(0, 10, 10 * N).astype(np.uint8)
    pred = np.where(rng.random(10 * N) < 0.7, true, 3).astype(np.uint8)
    coding, evaluation = timed(lambda: ew.Evaluation.from_predictions(true, pred), 1)
    seconds, _ = timed(lambda: (evaluation.summary(), evaluation.per_class()), 1)
    kept = "ok" if seconds <= 0.3 else "MISSED"
    print(f"summary() and per_class(), 10 M rows x 10 classes: {seconds:.3f} s (at most 0.3 s: "
          f"{kept}); coding the labels before that {coding:.2f} s")  # fmt: skip


def probabilities() -> None:
    """Report what a summary with probabilities costs; no peer does the same."""
    rng = np.random.default_rng(0)
    for rows, k in ((N, 2), (N, 10)):
        proba = rng.dirichlet(np.ones(k), rows).astype(np.float32)
        true = rng.integers(0, k, rows)
        evaluation = ew.Evaluation.from_predictions(true, proba.argmax(1), y_proba=proba)
        seconds, _ = timed(evaluation.summary, 1)
        print(f"summary() with probabilities, {rows:,} x {k}: {seconds:.2f} s")


def imports() -> None:
    """`import errwidgets` against what it stands on."""

    def fresh(code: str) -> float:
        def call() -> None:
            subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603  our own text

        return timed(call, 7)[0]

    empty = fresh("pass")
    ours = fresh("import errwidgets") - empty
    base = fresh("import anywidget, pandas") - empty
    kept = "ok" if ours / base <= 1.2 else "MISSED"
    print(f"import errwidgets {ours * 1e3:.0f} ms, import anywidget, pandas {base * 1e3:.0f} ms: "
          f"{ours / base:.2f}x (at most 1.2x: {kept})")  # fmt: skip


if __name__ == "__main__":
    print(f"{'':<58} {'ours':>12} {'peer':>12} {'ratio':>8}")
    strings()
    labels_alone()
    probabilities()
    imports()
