"""Every target of a matrix gives the rows that pandas gives; and the other way round."""

from __future__ import annotations

import json
import re

import nbformat
import pytest
from nbclient import NotebookClient
from playwright.sync_api import expect
from support.lab import open_notebook, write_notebook
from support.sources import ANIMALS, MATRIX, SECOND
from support.views import cell, status

KINDS = ("int", "string", "duplicate", "datetime", "levels")
# What pandas' own filter needs is made here, from the arrays the evaluations were made of.
MANY = """\
import numpy as np, pandas as pd, errwidgets as ew
from IPython.display import display
rng = np.random.default_rng(0)
n = 240
INDEXES = {
    "int": pd.Index(np.arange(n)[::-1] * 3, name="index"),
    "string": pd.Index([f"r{i}" for i in range(n)]),
    "duplicate": pd.Index(np.arange(n) % 7),
    "datetime": pd.date_range("2024-03-30", periods=n, freq="h", tz="Europe/Berlin"),
    "levels": pd.MultiIndex.from_product([["a", "b"], range(n // 2)], names=["part", None]),
}
T = rng.choice(["bird", "cat", "dog"], n)
P = np.where(rng.random(n) < 0.6, T, rng.choice(["bird", "cat", "dog"], n))
SPAM = rng.choice(["ham", "spam"], n)
SCORE = np.clip(rng.normal(0.4 + 0.2 * (SPAM == "spam"), 0.2), 0, 1)
# Four digits, so that the words of a bin say its limits exactly.
PRICE = np.round(np.clip(rng.gamma(2, 100, n), 1, 999), 1)
GUESS = np.round(np.clip(PRICE + rng.normal(0, 30, n), 1, 999), 1)
AGE = rng.integers(0, 90, n)
animals, spam, price = {}, {}, {}

def show(kind):
    table = pd.DataFrame({"a b": AGE, "index": AGE % 5}, index=INDEXES[kind])
    made = [
        ew.Evaluation.from_predictions(T, P, X=table, name=f"{kind} animals"),
        ew.Evaluation.from_predictions(
            SPAM, np.where(SCORE >= 0.5, "spam", "ham"), X=table, y_proba=SCORE,
            name=f"{kind} spam"),
        ew.Evaluation.from_predictions(PRICE, GUESS, X=table, name=f"{kind} price"),
    ]
    for into, evaluation in zip((animals, spam, price), made):
        into[kind] = ew.ConfusionMatrix(evaluation)
        display(into[kind])

def check(matrix, rows, **lensed):
    # The lens shows its own predictions and mistakes; everything else is as it was.
    expected = matrix.evaluation.frame.assign(**lensed)[rows]
    pd.testing.assert_frame_equal(matrix.selected, expected)
    assert matrix.selected_index.equals(expected.index)
    query = matrix.query_string
    assert query is None or matrix.evaluation.frame.query(query).index.equals(expected.index)
    return len(expected)
"""


@pytest.fixture(scope="module")
def many(lab, browser):
    """One page with three matrices for each kind of index."""
    shown = [f"show({kind!r})" for kind in KINDS]
    with open_notebook(lab, browser, [MANY, *shown]) as nb:
        nb.run_all()
        yield nb


class Matrix:
    """One matrix of the page, and what Python calls it."""

    def __init__(self, nb, group: str, kind: str) -> None:
        self.nb = nb
        self.name = f"{group}[{kind!r}]"
        self.widget = nb.page.get_by_role("region", name=f"Confusion matrix · {kind} {group}")
        nb.run(f"{self.name}.selection = None; {self.name}.lens = None")
        expect(self.widget.get_by_role("status")).to_have_text("No rows selected")

    def cell(self, true: str, predicted: str):
        return cell(self.widget, true, predicted)

    def header(self, role: str, name: str):
        return self.widget.get_by_role(role, name=re.compile(f"^{re.escape(name)}, "))

    def drag(self, start, end) -> None:
        start.scroll_into_view_if_needed()
        middles = []
        for place in (start, end):
            box = place.bounding_box()
            middles.append((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
        self.nb.page.mouse.move(*middles[0])
        self.nb.page.mouse.down()
        self.nb.page.mouse.move(*middles[1], steps=4)
        self.nb.page.mouse.up()

    def menu(self, item: str) -> None:
        self.widget.get_by_role("button", name="More").click()
        self.widget.get_by_role("menuitem", name=item).click()

    def gives(self, rows: str, **lensed: str) -> int:
        """What is selected is what pandas' own filter gives; the number of rows."""
        self.nb.python_becomes(f"bool(({self.name}.mask == ({rows})).all())", expected=True)
        extra = "".join(f", {name}={value}" for name, value in lensed.items())
        n = self.nb.python(f"check({self.name}, {rows}{extra})")
        expect(self.widget.get_by_role("status")).to_have_text(f"{n:,} of 240 rows selected")
        return n


@pytest.mark.parametrize("kind", KINDS)
def test_each_target_of_classes_gives_the_rows_of_pandas(many, kind):
    matrix = Matrix(many, "animals", kind)
    matrix.cell("cat", "dog").click()
    assert matrix.gives("(T == 'cat') & (P == 'dog')") > 0
    matrix.cell("dog", "bird").click(modifiers=["Shift"])
    matrix.gives("np.isin(T, ['cat', 'dog'])")
    matrix.cell("bird", "bird").click(modifiers=["ControlOrMeta"])
    matrix.gives("np.isin(T, ['cat', 'dog']) | ((T == 'bird') & (P == 'bird'))")
    matrix.drag(matrix.cell("bird", "cat"), matrix.cell("cat", "dog"))
    matrix.gives("np.isin(T, ['bird', 'cat']) & np.isin(P, ['cat', 'dog'])")
    matrix.header("rowheader", "true cat").click()
    matrix.gives("(T == 'cat') & (P != 'cat')")
    matrix.header("columnheader", "predicted dog").click()
    matrix.gives("(T != 'dog') & (P == 'dog')")
    option = matrix.widget.get_by_role("listbox", name="Most confused").get_by_role("option").first
    true, predicted = option.get_attribute("aria-label").split(", ")[0].split(" → ")
    option.click()
    matrix.gives(f"(T == {true!r}) & (P == {predicted!r})")
    matrix.menu("All errors")
    matrix.gives("T != P")
    matrix.menu("All correct")
    matrix.gives("T == P")


@pytest.mark.parametrize("kind", KINDS)
def test_the_threshold_moves_the_rows_that_are_selected(many, kind):
    matrix = Matrix(many, "spam", kind)
    matrix.cell("ham", "spam").click()
    as_came = matrix.gives("(SPAM == 'ham') & (SCORE >= 0.5)")
    number = matrix.widget.get_by_role("spinbutton", name="Threshold of spam, exact")
    number.fill("0.305")
    number.press("Tab")
    said = "np.where(SCORE >= 0.305, 'spam', 'ham')"
    lensed = {"y_pred": said, "is_error": f"SPAM != {said}"}
    assert matrix.gives("(SPAM == 'ham') & (SCORE >= 0.305)", **lensed) > as_came
    slider = matrix.widget.get_by_role("slider", name="Threshold of spam")
    slider.press("End")
    many.python_becomes(f"{matrix.name}.lens.threshold", 1.0)
    matrix.widget.get_by_role("button", name="As predicted").click()
    matrix.gives("(SPAM == 'ham') & (SCORE >= 0.5)")
    matrix.menu("All errors")
    matrix.gives("SPAM != np.where(SCORE >= 0.5, 'spam', 'ham')")


@pytest.mark.parametrize("kind", KINDS)
def test_bins_of_a_regression_give_rows(many, kind):
    matrix = Matrix(many, "price", kind)
    far = f"({matrix.name}.evaluation.frame.is_error.to_numpy())"
    cells = matrix.widget.get_by_role("gridcell")
    for place in (0, 11, 99):
        name = cells.nth(place).get_attribute("aria-label")
        cells.nth(place).click()
        truth, guess = re.match(r"true (.+), predicted (.+): ", name).groups()
        matrix.gives(f"{inside('PRICE', truth)} & {inside('GUESS', guess)}")
    header = matrix.widget.get_by_role("rowheader").nth(4)
    name = header.get_attribute("aria-label")
    header.click()
    matrix.gives(f"{inside('PRICE', re.match(r'true (.+), ', name)[1])} & {far}")
    header = matrix.widget.get_by_role("columnheader").nth(4)
    name = header.get_attribute("aria-label")
    header.click()
    matrix.gives(f"{inside('GUESS', re.match(r'predicted (.+), ', name)[1])} & {far}")
    matrix.menu("All errors")
    matrix.gives(far)


def inside(array: str, words: str) -> str:
    """Return a bin's words as pandas would test them."""
    sign, number = words.split() if " " in words else ("", words)
    if sign:
        return f"({array} {'<=' if sign == '≤' else '>'} {number})"
    low, high = number.split("–")
    return f"({array} > {low}) & ({array} <= {high})"


# ---------------------------------------------------------------- the other way round

ASSIGNED = {
    "age > 60": "'age > 60'",
    "mask": "(table.age > 60).to_numpy()",
    "Series": "(table.age > 60).sample(frac=1, random_state=0)",
    "Index": "table.index[table.age > 60]",
    "list": "list(table.index[table.age > 60])",
    "DataFrame": "table[table.age > 60]",
    "Selection": "evaluation.selection('age > 60')",
    "predicate": "ew.selection.Range('age', 60, None)",
}
CELLS = {
    "query": "\"y_true == 'cat' and y_pred == 'dog'\"",
    "Selection": "evaluation.selection(\"y_true == 'cat' and y_pred == 'dog'\")",
    "predicate": "ew.selection.All((ew.selection.In('y_true', ('cat',)),"
    " ew.selection.In('y_pred', ('dog',))))",
}
APART = "apart = ew.ConfusionMatrix(evaluation, linked=False); apart"
CAT_AS_DOG = "(table.y_true == 'cat') & (table.y_pred == 'dog')"


def count_in(widget, true: str, predicted: str) -> int:
    name = cell(widget, true, predicted).get_attribute("aria-label")
    return int(re.search(r": ([\d,]+)", name)[1].replace(",", ""))


def test_each_form_assigned_from_python_shows_in_linked_and_unlinked_views(notebook):
    nb = notebook(ANIMALS, MATRIX, SECOND, APART)
    first, second, apart = (nb.widgets().nth(i) for i in range(3))
    expect(apart).to_be_visible()
    old = nb.python("int((table.age > 60).sum())")
    every = nb.python(f"int(({CAT_AS_DOG}).sum())")
    both = nb.python(f"int(({CAT_AS_DOG} & (table.age > 60)).sum())")
    for name, value in ASSIGNED.items():
        nb.run(f"matrix.selection = {value}")
        for widget in (first, second):
            expect(widget.get_by_role("status"), name).to_have_text(f"{old} of 1,000 rows selected")
            # No cells: the rows filter what every linked view counts.
            assert count_in(widget, "cat", "dog") == both, name
        assert status(apart) == "No rows selected"
        assert count_in(apart, "cat", "dog") == every
        assert nb.python("matrix.selected.equals(evaluation.frame[table.age > 60])"), name
        assert nb.python("second.selection == matrix.selection"), name
        assert nb.python("len(apart.selection)") == 0
        nb.run("matrix.selection = None")
        expect(second.get_by_role("status")).to_have_text("No rows selected")
        assert count_in(second, "cat", "dog") == every
    for name, value in CELLS.items():
        nb.run(f"matrix.selection = {value}")
        for widget in (first, second):
            expect(cell(widget, "cat", "dog"), name).to_have_attribute("aria-selected", "true")
            expect(cell(widget, "cat", "cat"), name).to_have_attribute("aria-selected", "false")
            assert count_in(widget, "cat", "cat") > 0
        nb.run("second.selection = None")
        expect(cell(first, "cat", "dog")).to_have_attribute("aria-selected", "false")
    # The view that stands apart has its own.
    nb.run("apart.selection = 'age > 60'")
    expect(apart.get_by_role("status")).to_have_text(f"{old} of 1,000 rows selected")
    cell(first, "cat", "dog").click()
    expect(second.get_by_role("status")).to_have_text(f"{every} of 1,000 rows selected")
    assert count_in(apart, "cat", "dog") == both
    assert nb.python("[len(apart.selected), len(second.selected)]") == [old, every]
    # What is refused changes nothing.
    nb.run(
        "try: matrix.selection = 'no such column > 1'\nexcept ew.exceptions.SelectionError: pass"
    )
    assert status(first) == f"{every} of 1,000 rows selected"
    assert nb.console_errors == []


SPAM = """\
import numpy as np, pandas as pd, errwidgets as ew
rng = np.random.default_rng(0)
truth = rng.choice(["ham", "spam"], 500)
score = np.clip(rng.normal(0.4 + 0.2 * (truth == "spam"), 0.2), 0, 1)
evaluation = ew.Evaluation.from_predictions(
    truth, np.where(score >= 0.5, "spam", "ham"), y_proba=score)
calls = []
"""


def test_handlers_hear_once_per_change_and_once_of_a_drag(notebook):
    nb = notebook(SPAM, MATRIX, SECOND)
    first = nb.widgets().nth(0)
    cell(first, "ham", "spam").click()
    nb.python_becomes("len(calls)", 1)
    slider = first.get_by_role("slider")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    nb.page.mouse.move(box["x"] + box["width"] / 2, middle)
    nb.page.mouse.down()
    for share in (0.6, 0.7, 0.3, 0.2):
        nb.page.mouse.move(box["x"] + share * box["width"], middle, steps=8)
        nb.page.wait_for_timeout(80)
    # The matrix follows in both languages, handlers wait.
    nb.python_becomes("matrix.lens.threshold is not None and matrix.lens.threshold < 0.3", True)
    selected = nb.python("len(matrix.selected)")
    expect(first.get_by_role("status")).to_have_text(f"{selected} of 500 rows selected")
    assert nb.python("len(calls)") == 1
    nb.page.mouse.up()
    nb.python_becomes("len(calls)", 2)
    nb.page.wait_for_timeout(300)
    assert nb.python("calls == [calls[0], len(matrix.selected)]")
    threshold = nb.python("matrix.lens.threshold")
    assert nb.python("second.lens.threshold") == threshold
    # The same rows again are no change; nor is another way to say them.
    nb.run("matrix.selection = matrix.mask")
    nb.run("matrix.lens = {'threshold': matrix.lens.threshold}")
    assert nb.python("len(calls)") == 2
    nb.run("matrix.selection = None")
    assert nb.python("calls[2:]") == [0]


# ---------------------------------------------------------------- saved, and with keys alone


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A notebook run by nbclient, as a scheduler would."""
    path = tmp_path_factory.mktemp("saved") / "saved.ipynb"
    write_notebook(path, [SPAM, MATRIX, SECOND])
    nb = nbformat.read(path, as_version=4)
    NotebookClient(nb, kernel_name="python3", timeout=120).execute()
    return nb


def test_saved_and_reopened_it_answers_with_nothing_run(saved, lab, browser):
    nbformat.write(saved, lab.root / "saved.ipynb")
    with open_notebook(lab, browser, "saved.ipynb") as nb:
        nb.trust()
        first, second = nb.widgets().nth(0), nb.widgets().nth(1)
        expect(second).to_be_visible(timeout=20_000)
        before = count_in(second, "ham", "spam")
        cell(first, "ham", "spam").click()
        expect(first.get_by_role("status")).to_have_text(f"{before} of 500 rows selected")
        # The linked view counts the selected rows only.
        expect(second.get_by_role("status")).to_have_text(f"{before} of 500 rows selected")
        assert count_in(second, "ham", "spam") == before
        assert count_in(second, "ham", "ham") == 0
        slider = first.get_by_role("slider")
        slider.focus()
        nb.page.keyboard.press("Home")
        # From 0 on everything is spam.
        expect(cell(first, "ham", "ham")).to_have_attribute("aria-label", re.compile(": 0"))
        everything = count_in(first, "ham", "spam")
        assert everything > before
        expect(second.get_by_role("status")).to_have_text(f"{everything} of 500 rows selected")
        first.get_by_role("button", name="As predicted").click()
        expect(first.get_by_role("status")).to_have_text(f"{before} of 500 rows selected")
        assert names(first) == ["ham", "spam"]
        first.get_by_role("combobox", name="Order").select_option("support")
        counts = {name: int(n) for name, n in totals(first)}
        assert names(first) == sorted(counts, key=counts.get, reverse=True)
        first.get_by_role("button", name="Clear selection").click()
        expect(second.get_by_role("status")).to_have_text("No rows selected")
        assert nb.foreign_requests == []


def names(widget) -> list[str]:
    return [name for name, _ in totals(widget)]


def totals(widget) -> list[tuple[str, str]]:
    heads = widget.get_by_role("rowheader").all()
    labels = [head.get_attribute("aria-label") for head in heads]
    return [re.match(r"true (.+), ([\d,]+) rows?", label).groups() for label in labels]


def test_from_the_first_tab_to_copied_code_with_keys_alone(notebook):
    nb = notebook(ANIMALS, MATRIX, permissions=["clipboard-read", "clipboard-write"])
    widget = nb.widgets()
    expect(widget).to_be_visible()
    # Where a person is after running the cell: the notebook, in command mode.
    nb.page.evaluate("() => document.activeElement.blur()")
    nb.page.locator(".jp-Notebook .jp-Cell").nth(1).locator(".jp-InputPrompt").focus()
    seen = tab_until(nb, "() => document.activeElement.closest('[role=grid]') !== null")
    assert len(seen) < 40, seen
    nb.page.keyboard.press("ArrowDown")
    nb.page.keyboard.press("End")
    expect(cell(widget, "cat", "dog")).to_be_focused()
    nb.page.keyboard.press("Enter")
    nb.python_becomes(f"bool((matrix.mask == ({CAT_AS_DOG})).all())", True)
    tab_until(
        nb, "() => document.activeElement.getAttribute('aria-label') === 'Copy code'", "Shift+Tab"
    )
    nb.page.keyboard.press("Enter")
    expect(widget.get_by_role("button", name="Copy code")).to_have_text("Copied")
    code = nb.page.evaluate("navigator.clipboard.readText()")
    nb.run(code)
    assert nb.python("rows.equals(matrix.selected) and len(rows) > 0")


def tab_until(nb, reached: str, key: str = "Tab") -> list[str]:
    """Press Tab until a place is reached; what was passed on the way."""
    passed = []
    for _ in range(60):
        if nb.page.evaluate(reached):
            return passed
        nb.page.keyboard.press(key)
        passed.append(
            nb.page.evaluate(
                "() => document.activeElement.getAttribute('aria-label')"
                " ?? document.activeElement.tagName"
            )
        )
    raise AssertionError(json.dumps(passed))
