"""Tables for readers without JavaScript: untrusted notebooks, previews, PDF.

Only ``table``, ``caption``, ``thead``, ``tbody``, ``tr``, ``th``, ``td``, ``p`` and
``code``, without attributes, everything escaped: what sanitisers keep, and at most 4 KB.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any, Final

from errwidgets.measures.confusion import fold_classes, most_mistaken
from errwidgets.sources.columns import ViewColumns, binned_counts, shown_bins, shown_ranges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from errwidgets.evaluation import Evaluation

__all__ = ["as_markup", "confusion_fallback", "cut", "regression_fallback"]

MAX_CLASSES: Final = 12
MAX_BYTES: Final = 4_000
_LABEL_LENGTHS: Final = (28, 16, 10, 6, 3, 1)


def confusion_fallback(evaluation: Evaluation) -> tuple[str, str]:
    """Return (text/plain, text/html) of a confusion matrix.

    Parameters
    ----------
    evaluation : Evaluation
        Above 12 classes those with the most mistakes are shown, the rest as "(other)".

    Returns
    -------
    plain : str
        One line.
    markup : str
        At most 4,000 bytes of UTF-8.
    """
    counts = evaluation.confusion().to_numpy()
    labels = list(evaluation.columns["y_true"].display_labels)
    if len(labels) > MAX_CLASSES:
        kept = most_mistaken(counts, MAX_CLASSES - 1)
        counts = fold_classes(counts, kept)
        labels = [*(labels[position] for position in kept), "(other)"]
    plain, markup = _written(evaluation, _sentence(evaluation), labels, counts)
    return f"{plain} Rows: .selected, evaluation.rows(y_true=…, y_pred=…).", markup


def regression_fallback(evaluation: Evaluation) -> tuple[str, str]:
    """Return (text/plain, text/html) of a regression: rows by bins of truth and prediction."""
    columns = ViewColumns(evaluation)
    starts = shown_bins(len(columns["y_true"].categories), None)
    counts = binned_counts(columns, starts)
    labels = [text for text, _ in shown_ranges(columns["y_true"], starts)]
    error = evaluation.summary()["value"].to_dict()["mean_absolute_error"]
    sentence = f"{evaluation.n_samples:,} rows, mean absolute error {error:,.6g}."
    plain, markup = _written(evaluation, sentence, labels, counts)
    return f"{plain} Rows: .selected, evaluation.errors().", markup


def _written(
    evaluation: Evaluation, sentence: str, labels: Sequence[str], counts: Any
) -> tuple[str, str]:
    name = " ".join((evaluation.name or "").split())
    title = f"Confusion matrix · {name}" if name else "Confusion matrix"
    for length in _LABEL_LENGTHS:
        markup = _table(cut(title, 4 * length), sentence, [cut(x, length) for x in labels], counts)
        if len(markup.encode()) <= MAX_BYTES:
            break
    return f"{title}: {sentence}", markup


def _sentence(evaluation: Evaluation) -> str:
    wrong, n = evaluation.n_errors, evaluation.n_samples
    return f"{wrong:,} of {n:,} predictions are mistakes ({wrong / n:.1%})."


def _table(title: str, sentence: str, labels: Sequence[str], counts: Any) -> str:
    head = "".join(f"<th>{as_markup(label)}</th>" for label in labels)
    body = "".join(
        f"<tr><th>{as_markup(label)}</th>"
        + "".join(f"<td>{count:,}</td>" for count in row)
        + f"<td>{row.sum():,}</td></tr>"
        for label, row in zip(labels, counts, strict=True)
    )
    return (
        f"<table><caption>{as_markup(title)}</caption>"
        f"<thead><tr><th>true ↓ predicted →</th>{head}<th>all</th></tr></thead>"
        f"<tbody>{body}</tbody></table><p>{as_markup(sentence)}</p>"
    )


def as_markup(text: str) -> str:
    r"""Return a text as HTML that shows it, character for character.

    Notebooks set mathematics in tables, also in those they do not trust, and a
    formula may hold a link. What would begin one stands in ``code``, which they skip.

    Examples
    --------
    >>> as_markup("<b>"), as_markup("5 $")
    ('&lt;b&gt;', '5 <code>$</code>')
    """
    return re.sub(r"[$\\]+", r"<code>\g<0></code>", html.escape(text, quote=True))


def cut(text: str, length: int) -> str:
    """Cut a text in its middle."""
    if len(text) <= length:
        return text
    head = length // 2
    tail = length - head - 1
    return f"{text[:head]}…{text[len(text) - tail :]}"
