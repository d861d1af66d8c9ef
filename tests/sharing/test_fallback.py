from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errwidgets import ConfusionMatrix, Evaluation
from errwidgets.sharing.fallback import MAX_BYTES, MAX_CLASSES, confusion_fallback

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</table><script>",
    "a & b",
    "\"'",
    "日本語 🦊",
    "",
    "\n",
    "$\\href{javascript:alert(1)}{x}$",
    "\\(x\\) costs $5",
]
ALLOWED = {"table", "caption", "thead", "tbody", "tr", "th", "td", "p", "code"}


class Reader(HTMLParser):
    """Reads a table, and refuses what sanitisers would drop."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.caption = self.paragraph = ""
        self.open: list[str] = []
        self.feed(markup)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        assert tag in ALLOWED
        assert attrs == []
        if tag == "code":  # around what hosts would typeset; part of its text
            return
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert tag == "code" or self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1] in ("th", "td"):
            self.rows[-1][-1] += data
        elif self.open[-1] == "caption":
            self.caption += data
        elif self.open[-1] == "p":
            self.paragraph += data


def make(n_classes: int, n: int = 400, prefix: str = "c") -> Evaluation:
    rng = np.random.default_rng(1)
    labels = [f"{prefix}{i}" for i in range(n_classes)]
    true, pred = rng.integers(0, n_classes, n), rng.integers(0, n_classes, n)
    return Evaluation.from_predictions(
        [labels[i] for i in true],
        [labels[i] for i in pred],
        classes=labels,
    )


def test_the_table_shows_the_counts_and_the_sum_of_each_row() -> None:
    evaluation = Evaluation.from_predictions(
        ["cat"] * 3 + ["dog"] * 1500,
        ["cat"] * 2 + ["dog"] * 1501,
        name="pets",
    )
    plain, markup = confusion_fallback(evaluation)
    table = Reader(markup)
    assert table.caption == "Confusion matrix · pets"
    assert table.rows == [
        ["true ↓ predicted →", "cat", "dog", "all"],
        ["cat", "2", "1", "3"],
        ["dog", "0", "1,500", "1,500"],
    ]
    assert table.paragraph == "1 of 1,503 predictions are mistakes (0.1%)."
    assert plain == (
        "Confusion matrix · pets: 1 of 1,503 predictions are mistakes (0.1%). "
        "Rows: .selected, evaluation.rows(y_true=…, y_pred=…)."
    )


@pytest.mark.parametrize("n_classes", [12, 13, 40, 300])
def test_above_twelve_classes_the_rest_is_folded_and_totals_stay(n_classes: int) -> None:
    evaluation = make(n_classes)
    table = Reader(confusion_fallback(evaluation)[1])
    counts = np.array([[int(text) for text in row[1:]] for row in table.rows[1:]])
    assert len(counts) == MAX_CLASSES
    assert counts[:, :-1].sum() == 400
    np.testing.assert_array_equal(counts[:, :-1].sum(axis=1), counts[:, -1])
    folded = n_classes > MAX_CLASSES
    assert (table.rows[0][-2] == "(other)") == folded
    kept = table.rows[0][1 : MAX_CLASSES if folded else -1]
    full = evaluation.confusion()
    np.testing.assert_array_equal(counts[: len(kept), : len(kept)], full.loc[kept, kept].to_numpy())
    wrong = full.sum(axis=0) + full.sum(axis=1) - 2 * np.diag(full)
    if folded:
        assert wrong[kept].min() >= wrong.drop(kept).max()


@given(
    st.lists(st.text(max_size=60) | st.sampled_from(HOSTILE), min_size=1, max_size=16, unique=True),
    st.text(max_size=200) | st.none(),
)
@settings(deadline=None, max_examples=60)
def test_any_labels_make_a_small_table_of_text(labels: list[str], name: str | None) -> None:
    # UTF-8 cannot carry half a surrogate pair; nothing that is saved can.
    labels = [label.encode(errors="ignore").decode() for label in labels]
    name = name and name.encode(errors="ignore").decode()
    evaluation = Evaluation.from_predictions(labels, labels[::-1], name=name)
    _, markup = confusion_fallback(evaluation)
    assert len(markup.encode()) <= MAX_BYTES
    table = Reader(markup)
    shown = min(len(set(labels)), MAX_CLASSES)
    assert [len(row) for row in table.rows] == [shown + 2] * (shown + 1)


def test_hostile_text_stays_text() -> None:
    evaluation = Evaluation.from_predictions(HOSTILE, HOSTILE[::-1], name="<b>x</b>")
    table = Reader(confusion_fallback(evaluation)[1])
    assert "<img src=x onerror=alert(1)>" in table.rows[0]
    assert table.caption == "Confusion matrix · <b>x</b>"


@pytest.mark.parametrize("length", [29, 200, 5_000])
def test_a_long_label_is_cut_in_its_middle(length: int) -> None:
    label = "A" + "x" * (length - 2) + "Z"
    evaluation = Evaluation.from_predictions([label, "b"], [label, "b"])
    cut = Reader(confusion_fallback(evaluation)[1]).rows[1][0]
    assert re.fullmatch("Ax*…x*Z", cut)
    assert len(cut) == 28


def test_a_missing_label_has_a_name() -> None:
    evaluation = Evaluation.from_predictions(["a", None], ["a", "a"])
    assert Reader(confusion_fallback(evaluation)[1]).rows[2][0] == "(missing)"


def test_the_plain_text_is_one_line() -> None:
    evaluation = Evaluation.from_predictions(["a"], ["b"], name="two\nlines")
    assert "\n" not in confusion_fallback(evaluation)[0]


def test_a_widget_s_output_holds_the_view_and_the_fallback() -> None:
    matrix = ConfusionMatrix(make(3))
    data, metadata = matrix._repr_mimebundle_()
    plain, markup = confusion_fallback(matrix.evaluation)
    assert data["text/plain"] == plain
    assert data["text/html"] == markup
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == matrix.model_id
    assert isinstance(metadata, dict)
    matrix.close()


def test_nothing_in_a_table_begins_a_formula_that_hosts_would_set() -> None:
    names = ["$\\href{javascript:alert(1)}{x}$", "\\(y\\)", "\\begin{align}z\\end{align}"]
    evaluation = Evaluation.from_predictions(names, names[::-1], name=names[0])
    for markup in (confusion_fallback(evaluation)[1], evaluation._repr_html_()):
        assert re.search(r"[$\\]", re.sub(r"<code>[$\\]+</code>", "", markup)) is None
