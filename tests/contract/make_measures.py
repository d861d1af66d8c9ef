"""Write `measures.json`: counts, and the measures that Python gives for them.

``PYTHONPATH=. python tests/contract/make_measures.py`` after a change of what a measure means; the
same numbers come from it everywhere. Rows are made here and only sums over cells are written, so
that the vectors also show that cell sums decide every measure with weights.
"""

from __future__ import annotations

import json
import math
import pathlib
import random
from typing import Any

import numpy as np

from errwidgets import Evaluation

PATH = pathlib.Path(__file__).parent / "measures.json"
PER_CLASS = ("precision", "recall", "f1", "specificity")
OVERALL = (
    "accuracy", "error_rate", "balanced_accuracy", "macro_precision", "macro_recall", "macro_f1",
    "weighted_f1", "mcc", "cohen_kappa", "baseline_accuracy",
)  # fmt: skip
REGRESSION = ("mean_absolute_error", "root_mean_squared_error", "bias")


def numbers(seed: int, n: int) -> list[float]:
    """Return numbers in [0, 1): the one method of `random` that never changes."""
    source = random.Random(seed)  # noqa: S311  not for secrets
    return [source.random() for _ in range(n)]


def random_counts(seed: int, n: int, empty: tuple[int, ...] = ()) -> list[list[int]]:
    """Return counts with most rows on the diagonal, and many cells without any."""
    drawn = iter(numbers(seed, 2 * n * n))
    counts = [
        [int(next(drawn) ** 6 * 40) + (int(next(drawn) * 90) if t == p else 0) for p in range(n)]
        for t in range(n)
    ]
    for t in empty:
        counts[t] = [0] * n
    return counts


COUNTS = {
    "two classes": [[8, 2], [1, 9]],
    "two classes, large": [[981_234, 18_766], [4_321, 95_679]],
    "no mistakes": [[5, 0, 0], [0, 7, 0], [0, 0, 1]],
    "all wrong": [[0, 4], [6, 0]],
    "one row, right": [[1, 0], [0, 0]],
    "one row, wrong": [[0, 1], [0, 0]],
    "one true class": [[3, 2, 1], [0, 0, 0], [0, 0, 0]],
    "one predicted class": [[3, 0, 0], [5, 0, 0], [4, 0, 0]],
    "three classes": [[50, 3, 2], [10, 30, 5], [0, 1, 19]],
    "a class never predicted": [[50, 3, 0], [10, 30, 0], [4, 1, 0]],
    "a class that does not occur": [[50, 3, 0], [10, 30, 0], [0, 0, 0]],
    "a class that is only predicted": [[50, 3, 2], [10, 30, 5], [0, 0, 0]],
    "ten classes": random_counts(1, 10),
    "ten classes, two empty": random_counts(2, 10, empty=(3, 7)),
    "forty classes": random_counts(3, 40),
}
WEIGHTED = [name for name in COUNTS if name not in {"two classes, large", "forty classes"}]


def weights_of(kind: str, true: np.ndarray[Any, Any], n_classes: int) -> np.ndarray[Any, Any]:
    """Return a weight per row."""
    drawn = np.array(numbers(len(true), len(true)))
    if kind == "balanced":  # per class, so that all classes weigh the same
        support = np.bincount(true, minlength=n_classes)
        return len(true) / n_classes / support[true]
    if kind == "equal":
        return np.full(len(true), 0.3)
    if kind == "some zero":
        return np.where(drawn < 0.25, 0.0, drawn)
    return np.exp(4 * drawn - 2)


def evaluation_of(counts: Any, kind: str | None) -> tuple[Evaluation, dict[str, Any]]:
    """Return an evaluation of rows with these counts, and its sums over cells."""
    table = np.array(counts)
    n = len(table)
    cells = np.repeat(np.arange(n * n), table.ravel())
    true, pred = np.divmod(cells, n)
    sums: dict[str, Any] = {"n": n, "counts": table.ravel().tolist()}
    weights = None
    if kind is not None:
        weights = weights_of(kind, true, n)
        sums["weights"] = np.bincount(cells, weights, n * n).tolist()
        sums["squares"] = np.bincount(cells, weights**2, n * n).tolist()
    labels = [f"class {i:02d}" for i in range(n)]
    evaluation = Evaluation.from_predictions(
        [labels[i] for i in true],
        [labels[i] for i in pred],
        classes=labels,
        sample_weight=weights,
    )
    return evaluation, sums


def plain(value: Any) -> Any:
    """Return numbers as JSON has them, None for NaN."""
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return None if math.isnan(value) else float(value)


def classification_case(name: str, kind: str | None) -> dict[str, Any]:
    """Return one case: sums over cells, and what Python says of them."""
    evaluation, sums = evaluation_of(COUNTS[name], kind)
    table, summary = evaluation.per_class(), evaluation.summary()
    return {
        "name": f"{name}, {kind} weights" if kind else name,
        **sums,
        "per_class": {
            column: plain(table[column].tolist())
            for metric in ("support", "predicted", *PER_CLASS)
            for column in ([metric] if metric not in PER_CLASS else
                           [metric, f"{metric}_ci_low", f"{metric}_ci_high"])
        },
        "overall": {
            metric: plain(summary.loc[metric, ["value", "ci_low", "ci_high", "support"]].tolist())
            for metric in OVERALL
        },
    }  # fmt: skip


RESIDUALS = {
    "one row": [0.5],
    "two rows": [0.5, -1.25],
    "no error": [0.0] * 5,
    "constant": [-0.1] * 50,
    "spread out": [8 * x**3 - 2 for x in numbers(5, 400)],
    "far from zero": [1e3 + x for x in numbers(6, 300)],
}


def regression_case(name: str, *, weighted: bool) -> dict[str, Any]:
    """Return sums over the residuals, and what Python says of the rows."""
    residual = np.array(RESIDUALS[name])
    weights = np.array(numbers(7, residual.size)) + 0.1
    # The truth is 0, so that rounding leaves the residuals as they are.
    summary = Evaluation.from_predictions(
        np.zeros(residual.size), -residual, task="regression",
        sample_weight=weights if weighted else None,
    ).summary()  # fmt: skip
    each = weights if weighted else np.ones(residual.size)
    sums = {
        "n": residual.size,
        "sum": float(each @ residual),
        "sum_absolute": float(each @ np.abs(residual)),
        "sum_squares": float(each @ residual**2),
        "sum_fourth_powers": float(each @ residual**4),
    }
    if weighted:
        sums |= {"weight": float(each.sum()), "squared_weight": float(each @ each)}
    return {
        "name": f"{name}, weighted" if weighted else name,
        "sums": sums,
        "overall": {
            metric: plain(summary.loc[metric, ["value", "ci_low", "ci_high", "support"]].tolist())
            for metric in REGRESSION
        },
    }


def vectors() -> dict[str, Any]:
    """Return everything that the file holds."""
    kinds = ("uneven", "balanced", "equal", "some zero")
    return {
        "classification": [
            *(classification_case(name, None) for name in COUNTS),
            *(classification_case(name, kind) for name in WEIGHTED for kind in kinds
              if kind != "some zero" or np.sum(COUNTS[name]) > 10),
        ],
        "regression": [
            regression_case(name, weighted=weighted)
            for name in RESIDUALS
            for weighted in (False, True)
        ],
    }  # fmt: skip


if __name__ == "__main__":
    lines = [
        f'  "{part}": [\n    ' + ",\n    ".join(json.dumps(case) for case in cases) + "\n  ]"
        for part, cases in vectors().items()
    ]
    PATH.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
