"""The slice explorer in a real JupyterLab: slices, groups and nodes give back their rows."""

from __future__ import annotations

import re

import nbformat
import pytest
from nbclient import NotebookClient
from playwright.sync_api import expect
from support.axe import violations
from support.hostile import MARKUP
from support.lab import open_notebook, write_notebook
from support.views import cell, status

PEOPLE = f"""\
import numpy as np, pandas as pd, errwidgets as ew
rng = np.random.default_rng(0)
n = 3000
table = pd.DataFrame({{
    "age": rng.integers(18, 80, n),
    "side": rng.choice(["left", "right", None], n),
    "<b>evil</b>": rng.choice({list(MARKUP[:8])!r}, n),
    "joined": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, n), "D"),
}}, index=[f"r{{i}}" for i in range(n)])
wrong = rng.random(n) < np.where((table["age"] > 60) & (table["side"] == "left"), 0.7, 0.1)
truth = rng.choice(["no", "yes"], n)
other = np.where(truth == "no", "yes", "no")
evaluation = ew.Evaluation.from_predictions(truth, np.where(wrong, other, truth), X=table,
                                            name="people")
calls = []
"""
EXPLORER = """\
explorer = ew.SliceExplorer(evaluation)
explorer.on_select(lambda frame: calls.append(len(frame)))
explorer
"""
MATRIX = "matrix = ew.ConfusionMatrix(evaluation)\nmatrix"
# Whether what is selected is what pandas gives for a row of the frame of slices.
SAME = (
    "explorer.selected.equals(evaluation.frame.query(explorer.slices['query'][{at}]))"
    " and len(explorer.selected) == int(explorer.slices['support'][{at}])"
)


def rows(widget):
    return widget.locator(".ew-rated-row")


@pytest.fixture(scope="module")
def shown(lab, browser):
    """One page with an explorer and a matrix for what does not change what is found."""
    with open_notebook(lab, browser, [PEOPLE, EXPLORER, MATRIX]) as nb:
        nb.run_all()
        explorer, matrix = nb.widgets("Slice explorer"), nb.widgets()
        expect(explorer).to_be_visible()
        expect(matrix).to_be_visible()
        yield nb, explorer, matrix
        assert nb.foreign_requests == []
        assert nb.page.evaluate("() => window.__pwned") is None


@pytest.fixture
def page(shown):
    nb, explorer, matrix = shown
    nb.run("explorer.selection = None; calls.clear()")
    explorer.get_by_role("tab", name="Found").click()
    expect(explorer.get_by_role("status")).to_have_text("No rows selected")
    return nb, explorer, matrix


def test_a_slice_gives_the_rows_that_pandas_gives(page):
    nb, explorer, matrix = page
    words = nb.python("explorer.slices['slice'].tolist()")
    for at in (0, 2):
        row = rows(explorer).nth(at)
        assert row.inner_text().startswith(words[at])
        row.click()
        expect(row).to_have_attribute("aria-selected", "true")
        nb.python_becomes(SAME.format(at=at), True)
        n = nb.python("len(explorer.selected)")
        expect(explorer.get_by_role("status")).to_have_text(f"{n:,} of 3,000 rows selected")
        expect(matrix.get_by_role("status")).to_have_text(f"{n:,} of 3,000 rows selected")
        assert nb.python("explorer.selected_slices['slice'].tolist()") == [words[at]]
    assert len(nb.python("calls")) == 2


def test_several_unite(page):
    nb, explorer, _ = page
    rows(explorer).nth(0).click()
    rows(explorer).nth(1).click(modifiers=["ControlOrMeta"])
    both = (
        "bool((explorer.mask == (evaluation.mask(explorer.slices['conditions'][0])"
        " | evaluation.mask(explorer.slices['conditions'][1]))).all())"
    )
    nb.python_becomes(both, True)
    rows(explorer).nth(0).click(modifiers=["ControlOrMeta"])
    nb.python_becomes(SAME.format(at=1), True)


def test_with_the_keys_alone(page):
    nb, explorer, _ = page
    tab = explorer.get_by_role("tab", name="Found")
    tab.focus()
    nb.page.keyboard.press("ArrowRight")
    expect(explorer.get_by_role("tab", name="Features")).to_be_focused()
    nb.page.keyboard.press("ArrowLeft")
    expect(tab).to_be_focused()
    rows(explorer).nth(0).focus()
    nb.page.keyboard.press("ArrowDown")
    nb.page.keyboard.press("Enter")
    nb.python_becomes(SAME.format(at=1), True)
    nb.page.keyboard.press("Escape")
    nb.python_becomes("len(explorer.selected)", 0)
    assert [one["type"] for one in nb.cells()] == ["code"] * 3


def test_groups_and_nodes_select(page):
    nb, explorer, _ = page
    explorer.get_by_role("tab", name="Features").click()
    group = explorer.get_by_role("row", name=re.compile("^side = left"))
    group.click()
    nb.python_becomes("explorer.selected['side'].eq('left').all().item()", True)
    assert nb.python("len(explorer.selected)") == nb.python("int((table['side'] == 'left').sum())")
    explorer.get_by_role("tab", name="Tree").click()
    node = rows(explorer).nth(1)
    node.click()
    expect(node).to_have_attribute("aria-selected", "true")
    nb.python_becomes(
        "len(explorer.selected)", nb.python("explorer._content['tree'][1]['support']")
    )


def test_what_is_hostile_is_text(page):
    nb, explorer, _ = page
    explorer.get_by_role("tab", name="Features").click()
    evil = explorer.get_by_role("region", name="<b>evil</b>")
    expect(evil).to_contain_text("<script>window.__pwned=1</script>")
    evil.locator(".ew-rated-row").first.click()
    nb.python_becomes("len(explorer.selected) > 0", True)
    assert explorer.locator("b > script, img, iframe, svg:not(.ew-interval)").count() == 0


@pytest.mark.parametrize("tab", ["Found", "Features", "Tree"])
def test_it_breaks_no_rule_of_accessibility(page, tab):
    _, explorer, _ = page
    explorer.get_by_role("tab", name=tab).click()
    rows(explorer).nth(1).click()
    assert violations(explorer) == []


def test_a_search_of_a_confusion_and_within_a_selection(notebook):
    nb = notebook(PEOPLE, EXPLORER, MATRIX)
    explorer, matrix = nb.widgets("Slice explorer"), nb.widgets()
    expect(explorer).to_be_visible()
    explorer.get_by_role("combobox", name="find").select_option(label="false negatives")
    expect(explorer.locator(".ew-rated-head")).to_contain_text("false-negative rate")
    expected = (
        "evaluation.find_slices(objective='false_negative')['slice'].tolist()"
        " == explorer.slices['slice'].tolist()"
    )
    assert nb.python(expected)
    rows(explorer).nth(0).click()
    nb.python_becomes("(explorer.selected['y_true'] == 'yes').all().item()", True)
    nb.python_becomes("len(explorer.selected) == int(explorer.slices['support'][0])", True)
    explorer.get_by_role("combobox", name="find").select_option(label="mistakes")
    explorer.get_by_role("button", name="Clear selection").click()
    cell(matrix, "no", "no").click()
    explorer.get_by_role("button", name="Search within the selection").click()
    expect(explorer.get_by_role("button", name="Search all rows")).to_be_visible()
    # No mistake is among the rows that are right.
    expect(explorer).to_contain_text("No row is wrong, so there is nothing to find.")
    assert status(explorer) == status(matrix)


def test_a_search_is_cancelled_and_what_was_found_stays(notebook):
    slow = """\
import time
found_before = explorer.slices["slice"].tolist()
search = explorer._search
def slowly(asked, progress):
    for step in range(200):
        time.sleep(0.05)
        if progress(step / 200) is False:
            break
    return search(asked, None)
explorer._search = slowly"""
    nb = notebook(PEOPLE, EXPLORER, slow)
    explorer = nb.widgets("Slice explorer")
    before = rows(explorer).count()
    explorer.get_by_role("combobox", name="conditions").select_option("1")
    expect(explorer.get_by_role("progressbar")).to_be_visible()
    explorer.get_by_role("button", name="Cancel").click()
    expect(explorer.get_by_role("progressbar")).to_have_count(0)
    nb.page.wait_for_timeout(500)
    assert rows(explorer).count() == before
    assert nb.python("explorer.slices['slice'].tolist() == found_before")


def test_saved_and_reopened_it_selects_with_nothing_run(lab, browser, tmp_path):
    path = write_notebook(tmp_path / "explorer.ipynb", [PEOPLE, EXPLORER, MATRIX])
    nb = nbformat.read(path, as_version=4)
    NotebookClient(nb, kernel_name="python3", timeout=120).execute()
    nbformat.write(nb, lab.root / "explorer.ipynb")
    with open_notebook(lab, browser, "explorer.ipynb") as page:
        page.trust()
        explorer, matrix = page.widgets("Slice explorer"), page.widgets()
        expect(explorer).to_be_visible(timeout=20_000)
        expect(explorer).to_contain_text("Saved view")
        expect(explorer.get_by_role("combobox")).to_have_count(0)
        row = rows(explorer).nth(0)
        support = re.search(r"\n([\d,]+)\n", row.inner_text())[1]
        row.click()
        expect(explorer.get_by_role("status")).to_have_text(f"{support} of 3,000 rows selected")
        expect(matrix.get_by_role("status")).to_have_text(f"{support} of 3,000 rows selected")
        explorer.get_by_role("tab", name="Tree").click()
        rows(explorer).nth(1).click()
        expect(rows(explorer).nth(1)).to_have_attribute("aria-selected", "true")
        assert page.foreign_requests == []


def test_two_explorers_of_two_evaluations_stay_apart(notebook):
    second = """\
other = ew.Evaluation.from_predictions(truth, np.where(wrong, other, truth), X=table, name="b")
apart = ew.SliceExplorer(other)
apart"""
    nb = notebook(PEOPLE, EXPLORER, second)
    first, apart = nb.widgets("Slice explorer").nth(0), nb.widgets("Slice explorer").nth(1)
    expect(apart).to_be_visible()
    rows(first).nth(0).click()
    nb.python_becomes(SAME.format(at=0), True)
    expect(apart.get_by_role("status")).to_have_text("No rows selected")
    assert nb.python("len(apart.selected)") == 0
