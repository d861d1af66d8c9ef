"""Count how often the 95 % intervals hold the truth.

    python benchmarks/soak_coverage.py

Prints a table and ends with status 1 when a promise is broken: Wilson 94-96 % on average over p in
[0.05, 0.95] and never under 91 % at one p, for n >= 30; the delta method and Kish's effective
number 92-98 % at n >= 200 with at least 20 rows in every class. Smaller cases are only reported.
Wilson is not simulated but summed over all outcomes, which is exact.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from errwidgets.measures.classification import classification_summary, metric_values, per_class
from errwidgets.measures.confusion import confusion_counts
from errwidgets.measures.intervals import mean_estimate, wilson_interval
from errwidgets.measures.ranking import ranking_summary
from errwidgets.measures.regression import regression_summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from errwidgets.measures.intervals import Estimate

ROUNDS = 4000
SEED = 20240613
WILSON_MEAN = (0.94, 0.96)
WILSON_LOWEST = 0.91
DELTA = (0.92, 0.98)

Table = NDArray[np.float64]


@dataclass
class Report:
    """Lines printed, and whether one of them broke a promise."""

    broken: list[str] = field(default_factory=list)

    def line(
        self, what: str, coverage: float, allowed: tuple[float, float] | None, note: str = ""
    ) -> None:
        """Print one coverage beside what is allowed; None reports only."""
        kept = allowed is None or allowed[0] <= coverage <= allowed[1]
        promise = "reported only" if allowed is None else f"{allowed[0]:.0%}-{allowed[1]:.0%}"
        flag = "" if kept else "   <-- outside"
        print(f"{what:<82}{coverage:>8.2%}   {promise:<14}{note}{flag}")
        if not kept:
            self.broken.append(what)


def wilson(report: Report) -> None:
    """Sum the exact coverage of Wilson's interval over all numbers of hits."""
    shares = np.linspace(0.05, 0.95, 901)
    for n in (5, 10, 20, 30, 40, 50, 100, 200, 500, 1000):
        hits = np.arange(n + 1)
        low, high = wilson_interval(hits / n, n)
        held = (low <= shares[:, None]) & (shares[:, None] <= high)
        coverage = (held * stats.binom.pmf(hits, n, shares[:, None])).sum(axis=1)
        promised = n >= 30
        lowest = float(coverage.min())
        report.line(f"Wilson n={n}, mean over p", float(coverage.mean()), promised_mean(n))
        report.line(
            f"Wilson n={n}, lowest at one p",
            lowest,
            (WILSON_LOWEST, 1.0) if promised else None,
            f"at p={shares[int(coverage.argmin())]:.3f}",
        )


def promised_mean(n: int) -> tuple[float, float] | None:
    """Return the promise for the mean coverage, from 30 rows on."""
    return WILSON_MEAN if n >= 30 else None


def population(prevalence: list[float], recall: list[float]) -> Table:
    """Return cell shares: each class with its share of rows, recall, and even confusions."""
    k = len(prevalence)
    share, right = np.array(prevalence) / sum(prevalence), np.array(recall)
    table = np.repeat((share * (1 - right) / (k - 1))[:, None], k, axis=1)
    table[np.arange(k), np.arange(k)] = share * right
    return table


POPULATIONS = {
    "2 even classes, recall 0.7": population([1, 1], [0.7, 0.7]),
    "2 even classes, recall 0.95": population([1, 1], [0.95, 0.95]),
    "2 classes 1:4, recall 0.6 and 0.9": population([1, 4], [0.6, 0.9]),
    "3 classes 1:2:3, recall 0.5, 0.8, 0.9": population([1, 2, 3], [0.5, 0.8, 0.9]),
    "5 even classes, recall 0.8": population([1] * 5, [0.8] * 5),
    "5 even classes, recall 0.95": population([1] * 5, [0.95] * 5),
}


def delta(report: Report) -> None:
    """Draw tables and count how often the intervals hold the population's metric."""
    rng = np.random.default_rng(SEED)
    for name, cells in POPULATIONS.items():
        for n in (60, 200, 500, 2000):
            tables = rng.multinomial(n, cells.ravel(), size=ROUNDS).reshape(-1, *cells.shape)
            kept = [table for table in tables if table.sum(axis=1).min() >= 20]
            if len(kept) < ROUNDS / 2:
                continue
            held = coverage_of(((table, None) for table in kept), cells)
            show(report, held, f"{name}, n={n}", promised=n >= 200)


def weighted(report: Report) -> None:
    """Draw rows with weights; the truth is the weighted metric of the population."""
    rng = np.random.default_rng(SEED + 1)
    for name, cells in POPULATIONS.items():
        k = len(cells)
        for n in (200, 500):
            for kind in ("unrelated", "per class"):
                # Weights from 0.5 to 2 that say nothing of the cell, or one weight a class.
                per_cell = np.ones((k, k))
                if kind == "per class":
                    per_cell *= 1 / (k * cells.sum(axis=1, keepdims=True))
                samples = []
                for _ in range(ROUNDS // 4):
                    drawn = rng.choice(k * k, size=n, p=cells.ravel())
                    true, pred = drawn // k, drawn % k
                    weights = per_cell[true, pred]
                    if kind == "unrelated":
                        weights = weights * rng.choice([0.5, 1.0, 2.0], size=n)
                    if np.bincount(true, minlength=k).min() < 20:
                        continue
                    samples.append(
                        (
                            confusion_counts(true, pred, k, weights),
                            confusion_counts(true, pred, k, weights**2),
                        )
                    )
                if len(samples) >= ROUNDS / 8:
                    held = coverage_of(iter(samples), cells * per_cell)
                    show(report, held, f"weights {kind}, {name}, n={n}", promised=True)


def means_and_areas(report: Report) -> None:
    """Draw losses and scores; the delta method of R² and DeLong's of the ROC area are promised."""
    rng = np.random.default_rng(SEED + 2)
    for n in (60, 200, 1000):
        held: dict[str, list[bool]] = defaultdict(list)
        for _ in range(ROUNDS // 2):
            loss = rng.exponential(size=n)
            keep(held, "mean, skewed loss", mean_estimate(loss), 1.0)
            weights = rng.choice([0.5, 1.0, 2.0], size=n)
            keep(held, "mean, skewed, weights", mean_estimate(loss, weights), 1.0)
            pred, noise = rng.normal(size=n), rng.normal(size=n)
            fits = regression_summary(pred + 0.5 * noise, pred)
            keep(held, "r2", fits["r2"], 0.8)
            keep(held, "rmse", fits["root_mean_squared_error"], 0.5)
            keep(held, "median error", fits["median_absolute_error"], 0.5 * stats.norm.ppf(0.75))
            positive = rng.random(n) < 0.3
            scores = rng.normal(size=n) + 1.5 * positive
            area = ranking_summary(positive, scores).roc_auc
            keep(held, "roc_auc 0.86", area, float(stats.norm.cdf(1.5 / 2**0.5)))
        show(report, held, f"n={n}", promised=n >= 200)


def keep(held: dict[str, list[bool]], name: str, estimate: Estimate, truth: float) -> None:
    """Note whether an interval holds the truth."""
    held[name].append(estimate.ci_low <= truth <= estimate.ci_high)


def coverage_of(
    samples: Iterator[tuple[Table, Table | None]], cells: Table
) -> dict[str, list[bool]]:
    """Return, for each metric, whether each sample's interval holds the population's value."""
    truth = {key: float(value) for key, value in metric_values(cells).items()}
    classes = per_class(cells)
    held: dict[str, list[bool]] = defaultdict(list)
    for counts, squares in samples:
        summary = classification_summary(counts, squared_counts=squares)
        for metric, (_, low, high, _) in summary.items():
            if metric != "baseline_accuracy":  # the majority class is known in no sample
                held[metric].append(low <= truth[metric] <= high)
        table = per_class(counts, squared_counts=squares)
        for metric in ("precision", "recall", "f1", "specificity"):
            inside = (table[f"{metric}_ci_low"] <= classes[metric]) & (
                classes[metric] <= table[f"{metric}_ci_high"]
            )
            held[f"{metric} of a class"].extend(inside.tolist())
    return held


def show(report: Report, held: dict[str, list[bool]], case: str, *, promised: bool) -> None:
    """Print one line a metric."""
    allowed = DELTA if promised else None
    for metric, hits in held.items():
        report.line(f"{metric:<24}{case}", float(np.mean(hits)), allowed)


def main() -> int:
    """Run all cases and return the exit status."""
    started = time.perf_counter()
    report = Report()
    for part in (wilson, delta, weighted, means_and_areas):
        part(report)
    print(f"{time.perf_counter() - started:.0f} s, {len(report.broken)} promises broken")
    return int(bool(report.broken))


if __name__ == "__main__":
    sys.exit(main())
