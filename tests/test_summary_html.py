"""What an evaluation shows at the end of a cell."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errwidgets import Evaluation

HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</table><script>alert(1)</script>",
    "a & b &amp;",
    "\"'",
    "日本語 🦊",
    " ",
    "<style>*{}</style>",
    "javascript:alert(1)",
    "$\\href{javascript:alert(1)}{x}$",
]
ALLOWED = {"table", "caption", "thead", "tbody", "tr", "th", "td", "p", "code"}


class Reader(HTMLParser):
    """Reads what a reader sees, and refuses what has no place in it."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.caption = ""
        self.rows: list[list[str]] = []
        self.paragraphs: list[str] = []
        self.open: list[str] = []
        self.feed(markup)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        assert tag in ALLOWED
        assert attrs == [], "no attribute: nothing to smuggle an address or a style into"
        if tag == "code":  # around what hosts would typeset; part of its text
            return
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")
        elif tag == "p":
            self.paragraphs.append("")

    def handle_endtag(self, tag: str) -> None:
        assert tag == "code" or self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_data(self, data: str) -> None:
        match self.open[-1]:
            case "th" | "td":
                self.rows[-1][-1] += data
            case "caption":
                self.caption += data
            case "p":
                self.paragraphs[-1] += data
            case _:
                raise AssertionError(data)


def read(evaluation: Evaluation) -> Reader:
    return Reader(evaluation._repr_html_())


def test_a_classification() -> None:
    evaluation = Evaluation.from_predictions(
        ["cat"] * 30 + ["dog"] * 10, ["cat"] * 25 + ["dog"] * 15, name="pets"
    )
    page = read(evaluation)
    summary = evaluation.summary()
    assert page.caption == "Evaluation · pets"
    assert page.rows[0] == ["", "value", "95 % interval"]
    shown = {row[0]: row[1:] for row in page.rows[1:]}
    low, high = summary.loc["accuracy", ["ci_low", "ci_high"]]
    assert shown["accuracy"] == ["0.875", f"{low:.3f}–{high:.3f}"]
    assert set(shown) == {"accuracy", "macro F1", "accuracy of always the majority class"}
    assert page.paragraphs == [
        "binary, 40 rows; 2 classes: cat, dog; positive: dog; 5 mistakes (12.5%)."
    ]


def test_a_regression_and_a_score() -> None:
    rng = np.random.default_rng(0)
    true = rng.normal(size=50) * 2_000
    page = read(Evaluation.from_predictions(true, true + 1))
    shown = {row[0]: row[1:] for row in page.rows[1:]}
    assert shown["mean absolute error"][0] == "1.000"
    assert shown["bias (predicted − true)"][0] == "1.000"
    assert "," in shown["mean absolute error of always the median"][0]
    score = read(Evaluation.from_scores(["a", "b"], loss=[0.25, 0.75], is_error=[False, True]))
    assert {row[0]: row[1] for row in score.rows[1:]} == {
        "mean loss": "0.500",
        "median loss": "0.500",
        "error rate": "0.500",
    }


def test_the_sign_of_a_negative_number_is_a_minus() -> None:
    page = read(Evaluation.from_predictions([1.5, 2.5, 4.0], [1.0, 2.0, 3.0]))
    bias = next(row[1] for row in page.rows if row[0].startswith("bias"))
    assert bias == "−0.667"


def test_what_is_undefined_is_left_out() -> None:
    page = read(Evaluation.from_predictions(["a"], ["a"]))
    assert not any("nan" in cell.lower() for row in page.rows for cell in row)
    assert "ROC AUC" not in {row[0] for row in page.rows}


def test_many_classes_are_counted() -> None:
    labels = [f"c{i:04}" for i in range(1_500)]
    page = read(Evaluation.from_predictions(labels, labels))
    assert re.search(r"1,?500 classes: c0000, .*c0011 and 1,488 more", page.paragraphs[0])


def test_what_was_decided_is_said() -> None:
    table = pd.DataFrame({"y": ["a", None], "p": ["a", "a"], "key": ["u1", "u2"], "same": 1})
    page = read(Evaluation.from_frame(table, y_true="y", y_pred="p"))
    said = " ".join(page.paragraphs)
    assert "1 row has no true label: the class (missing)." in said
    left_out = "key (identifier-like: all values distinct), same (constant)."
    assert f"Left out of the features: {left_out}" in said


@pytest.mark.parametrize("where", ["name", "labels", "display_labels", "columns", "pos_label"])
def test_hostile_text_stays_text(where: str) -> None:
    labels, table, options = list("abababab"), None, {}
    if where == "labels":
        labels = HOSTILE
    elif where == "pos_label":
        labels = [HOSTILE[0], HOSTILE[1]] * 4
    elif where == "name":
        options = {"name": "".join(HOSTILE)}
    elif where == "display_labels":
        options = {"display_labels": HOSTILE[:2]}
    else:
        table = pd.DataFrame(dict.fromkeys(HOSTILE, 1), index=range(8))
    evaluation = Evaluation.from_predictions(labels, labels[::-1], X=table, **options)
    page = read(evaluation)
    text = " ".join([page.caption, *page.paragraphs])
    expected = {"name": HOSTILE, "labels": HOSTILE, "columns": HOSTILE}.get(where, HOSTILE[:2])
    for part in expected:
        assert (part if part.strip() else repr(part)) in text or where in {"name", "columns"}
        assert part in text or not part.strip()
    assert "<script" not in evaluation._repr_html_()
    assert "<img" not in evaluation._repr_html_()
    assert "<style" not in evaluation._repr_html_()


@given(
    st.lists(st.text(max_size=30) | st.sampled_from(HOSTILE), min_size=1, max_size=20, unique=True),
    st.text(max_size=60) | st.none(),
)
@settings(deadline=None, max_examples=40)
def test_any_text_makes_sound_markup(labels: list[str], name: str | None) -> None:
    labels = [label.encode(errors="ignore").decode().replace("\0", "") for label in labels]
    name = name and name.encode(errors="ignore").decode().replace("\0", "")
    evaluation = Evaluation.from_predictions(labels, labels[::-1], name=name)
    page = read(evaluation)
    assert len(page.paragraphs) >= 1
    assert page.rows[1][0] == "accuracy"
