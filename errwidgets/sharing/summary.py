"""The compact summary that an evaluation shows at the end of a cell."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from errwidgets.sharing.fallback import as_markup

if TYPE_CHECKING:
    from errwidgets.evaluation import Evaluation

__all__ = ["summary_html"]

_SHOWN: Final = {
    "accuracy": "accuracy",
    "macro_f1": "macro F1",
    "log_loss": "log loss",
    "roc_auc": "ROC AUC",
    "baseline_accuracy": "accuracy of always the majority class",
    "mean_absolute_error": "mean absolute error",
    "root_mean_squared_error": "root mean squared error",
    "r2": "R²",
    "bias": "bias (predicted − true)",
    "baseline_mae": "mean absolute error of always the median",
    "mean_loss": "mean loss",
    "median_loss": "median loss",
    "error_rate": "error rate",
}
_LONGEST_LIST: Final = 12


def summary_html(evaluation: Evaluation) -> str:
    """Return a table of the main numbers with their intervals, and what was decided.

    Everything that comes from data is escaped; no attribute is set.
    """
    title = f"Evaluation · {evaluation.name}" if evaluation.name else "Evaluation"
    facts = [f"{evaluation.task}, {evaluation.n_samples:,} rows"]
    if evaluation.classes:
        labels = list(evaluation.display_labels)
        more = f" and {len(labels) - _LONGEST_LIST:,} more" if len(labels) > _LONGEST_LIST else ""
        facts.append(f"{len(labels)} classes: {', '.join(labels[:_LONGEST_LIST])}{more}")
    if evaluation.pos_label is not None:
        code = evaluation.classes.index(evaluation.pos_label)
        facts.append(f"positive: {evaluation.display_labels[code]}")
    if evaluation.has_errors:
        share = evaluation.n_errors / evaluation.n_samples
        plural = "" if evaluation.n_errors == 1 else "s"
        facts.append(f"{evaluation.n_errors:,} mistake{plural} ({share:.1%})")
    if evaluation.features:
        facts.append(f"{len(evaluation.features)} features")
    rows = []
    wanted = dict(_SHOWN)
    if evaluation.is_classification:
        del wanted["error_rate"]
    summary = evaluation.summary()
    for name, row in summary.iterrows():
        if name not in wanted or math.isnan(row["value"]):
            continue
        interval = _interval(row["ci_low"], row["ci_high"])
        rows.append(
            f"<tr><th>{wanted[str(name)]}</th><td>{_number(row['value'])}</td>"
            f"<td>{interval}</td></tr>"
        )
    notes = [f"{'; '.join(facts)}.", *evaluation.messages, summary.attrs.get("note", "")]
    said = " ".join(note for note in notes if note)
    return (
        f"<table><caption>{as_markup(title)}</caption><thead><tr><th></th><th>value</th>"
        f"<th>95 % interval</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
        f"<p>{as_markup(said)}</p>"
    )


_WHOLE_FROM: Final = 100
_TENTHS_FROM: Final = 10


def _number(value: float) -> str:
    size = abs(value)
    digits = 0 if size >= _WHOLE_FROM else 1 if size >= _TENTHS_FROM else 3
    return f"{value:,.{digits}f}".replace("-", "−")


def _interval(low: float, high: float) -> str:
    if math.isnan(low) or math.isnan(high):
        return ""
    # Beside a minus sign an en dash would read as another.
    dash = " to " if low < 0 else "–"
    return f"{_number(low)}{dash}{_number(high)}"
