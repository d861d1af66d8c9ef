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
    expect(explorer.get_by_role("tab", name="Features", exact=True)).to_be_focused()
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
    explorer.get_by_role("tab", name="Features", exact=True).click()
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
    explorer.get_by_role("tab", name="Features", exact=True).click()
    evil = explorer.get_by_role("region", name="<b>evil</b>")
    expect(evil).to_contain_text("<script>window.__pwned=1</script>")
    evil.locator(".ew-rated-row").first.click()
    nb.python_becomes("len(explorer.selected) > 0", True)
    assert explorer.locator("b > script, img, iframe, svg svg").count() == 0


def tab(explorer, name):
    explorer.get_by_role("tab", name=re.compile(f"^{name}")).click()


TABS = ["Found", "Features", "Two features", "Tree", "Build", "Overlap"]


@pytest.mark.parametrize("name", TABS)
def test_it_breaks_no_rule_of_accessibility(page, name):
    _, explorer, _ = page
    tab(explorer, name)
    more = explorer.get_by_role("button", name="More", exact=True)
    if more.get_attribute("aria-expanded") == "false":
        more.click()
    explorer.locator(".ew-heat-cell, .ew-rated-row").nth(1).click()
    assert violations(explorer) == []
    more.click()


def test_it_breaks_no_rule_of_accessibility_in_the_dark(page):
    nb, explorer, _ = page
    nb.theme("dark")
    try:
        for name in TABS:
            tab(explorer, name)
            explorer.locator(".ew-heat-cell, .ew-rated-row").nth(1).click()
            assert violations(explorer) == []
    finally:
        nb.theme("light")


def test_a_range_that_is_dragged_gives_its_rows(page):
    nb, explorer, _ = page
    tab(explorer, "Features")
    bins = explorer.get_by_role("listbox", name="age, bins")
    bins.scroll_into_view_if_needed()
    box = bins.bounding_box()
    y = box["y"] + box["height"] / 2
    n = bins.get_by_role("option").count()
    at = [box["x"] + box["width"] * (k + 0.5) / n for k in (2, 5)]
    nb.page.mouse.move(at[0], y)
    nb.page.mouse.down()
    nb.page.mouse.move(at[1], y, steps=4)
    expect(explorer.locator(".ew-bin-selected")).to_have_count(4)
    nb.page.mouse.up()
    nb.python_becomes("len(explorer.selected) > 0", True)
    low, high = nb.python("(explorer.own_clause.predicate.low, explorer.own_clause.predicate.high)")
    assert nb.python(f"explorer.selected.equals(evaluation.frame.query('{low} < age <= {high}'))")
    expect(explorer.get_by_role("list", name="Selection")).to_contain_text("< age ≤")
    told = bins.get_by_role("option", selected=True)
    expect(told).to_have_count(4)
    counts = [int(re.search(r": ([\d,]+) rows", one)[1].replace(",", ""))
              for one in told.evaluate_all("all => all.map(e => e.ariaLabel)")]  # fmt: skip
    assert sum(counts) == nb.python("len(explorer.selected)")


def test_a_slice_is_built_by_hand_with_the_keys(page):
    nb, explorer, _ = page
    tab(explorer, "Build")
    field = explorer.get_by_role("searchbox", name="Filter conditions")
    field.focus()
    nb.page.keyboard.type("side = left")
    nb.page.keyboard.press("Tab")
    for _ in range(6):
        if nb.page.evaluate("document.activeElement.role") == "row":
            break
        nb.page.keyboard.press("Tab")
    nb.page.keyboard.press("Enter")
    nb.python_becomes("explorer.selected['side'].eq('left').all().item()", True)
    explorer.get_by_role("searchbox", name="Filter conditions").fill("age")
    rows(explorer).first.click()
    nb.python_becomes("len(explorer.own_clause.predicate.of)", 2)
    assert nb.python("explorer.selected.equals(evaluation.frame.query(explorer.query_string))")
    n, rate = nb.python("(len(explorer.selected), explorer.selected['is_error'].mean().item())")
    said = explorer.locator(".ew-built-now").inner_text()
    assert f"{n:,} rows" in said
    assert f"{100 * rate:.1f}" in said
    low, high = nb.python("explorer.built[['ci_low', 'ci_high']].iloc[0].tolist()")
    assert f"{100 * low:.0f}–{100 * high:.0f}" in said
    explorer.get_by_role("button", name=re.compile("^Take out side")).click()
    nb.python_becomes("explorer.own_clause.predicate.column", "age")


def test_two_features_give_the_numbers_and_the_rows_that_python_gives(page):
    nb, explorer, _ = page
    tab(explorer, "Two features")
    explorer.get_by_role("combobox", name="across").select_option("side")
    explorer.get_by_role("combobox", name="down").select_option("age")
    cells = nb.python(
        "[[int(one.support), one.error_rate] for one in"
        " evaluation.feature_pair('side', 'age').itertuples()]"
    )
    shown = explorer.locator(".ew-heat-cell").evaluate_all("all => all.map(e => e.ariaLabel)")
    told = [re.fullmatch(r".*: ([\d,]+), ([\d.]+)\u00a0%", one) for one in shown]
    found = sorted([int(one[1].replace(",", "")), float(one[2])] for one in told if one)
    assert len(found) == len(cells)
    for (n, rate), (expected_n, expected) in zip(found, sorted(cells), strict=True):
        assert n == expected_n
        assert abs(rate - 100 * expected) <= 0.0501
    explorer.get_by_role("gridcell", name=re.compile(r"side left:")).first.click()
    nb.python_becomes("explorer.selected['side'].eq('left').all().item()", True)
    assert nb.python("explorer.selected.equals(evaluation.frame.query(explorer.query_string))")
    # A feature is dragged onto an axis.
    explorer.locator(".ew-draggable", has_text="joined.month").drag_to(
        explorer.locator(".ew-axis").nth(1)
    )
    expect(explorer.get_by_role("combobox", name="down")).to_have_value("joined.month")


def test_the_overlap_of_chosen_slices_is_python_s(page):
    nb, explorer, _ = page
    tab(explorer, "Found")
    for at in range(3):
        rows(explorer).nth(at).click(modifiers=["ControlOrMeta"] if at else [])
    expect(explorer.get_by_role("radiogroup")).to_be_visible()
    tab(explorer, "Overlap")
    expected = nb.python("explorer.intersections['support'].tolist()")
    texts = [row.inner_text() for row in rows(explorer).all()]
    assert [int(re.search(r"\n([\d,]+)\n", text)[1].replace(",", "")) for text in texts] == expected
    crossing = "explorer.intersections['conditions'][0]"
    rows_of = nb.python(f"evaluation.mask({crossing}).sum().item()")
    rows(explorer).first.click()
    nb.python_becomes("len(explorer.selected)", rows_of)


def test_slices_are_crossed(page):
    nb, explorer, _ = page
    tab(explorer, "Found")
    rows(explorer).nth(0).click()
    rows(explorer).nth(1).click(modifiers=["ControlOrMeta"])
    explorer.get_by_role("radio", name="in both").check()
    both = (
        "bool((explorer.mask == (evaluation.mask(explorer.slices['conditions'][0])"
        " & evaluation.mask(explorer.slices['conditions'][1]))).all())"
    )
    nb.python_becomes(both, True)
    assert nb.python("len(explorer.selected_slices)") == 2


def test_a_selection_is_kept_as_a_cohort_with_a_hostile_name(page):
    nb, explorer, _ = page
    name = "<img src=x onerror='window.__pwned=1'> \u202e"
    tab(explorer, "Found")
    rows(explorer).nth(0).click()
    explorer.get_by_role("button", name="Keep as cohort").click()
    field = explorer.get_by_role("textbox", name="Name of the cohort")
    expect(field).to_be_focused()
    field.fill(name)
    nb.page.keyboard.press("Enter")
    expect(explorer.get_by_text("Kept as")).to_be_visible()
    assert nb.python("list(evaluation.notes.cohorts)") == [name]
    assert nb.python(f"evaluation.group_by('cohort.' + {name!r})['support'].sum().item()") == 3000
    tab(explorer, "Two features")
    across = explorer.get_by_role("combobox", name="across")
    across.select_option(f"cohort.{name}")
    expect(explorer.get_by_role("gridcell", name=re.compile("True: ")).first).to_be_visible()
    explorer.get_by_role("gridcell", name=re.compile("True: [1-9]")).first.click()
    nb.python_becomes(
        "bool((~explorer.mask | evaluation.mask(explorer.slices['conditions'][0])).all())"
        " and bool(explorer.mask.any())",
        True,
    )
    nb.run("evaluation.notes.remove_cohort(list(evaluation.notes.cohorts)[0])")
    expect(explorer.get_by_role("status")).to_contain_text("rows selected")
    assert explorer.locator("img").count() == 0


def test_a_search_of_a_confusion_and_within_a_selection(notebook):
    nb = notebook(PEOPLE, EXPLORER, MATRIX)
    explorer, matrix = nb.widgets("Slice explorer"), nb.widgets()
    expect(explorer).to_be_visible()
    cell(matrix, "no", "yes").click()
    explorer.get_by_role("combobox", name="find").select_option(label="no → yes")
    expect(explorer.locator(".ew-rated-head")).to_contain_text("share of no → yes")
    assert nb.python(
        "evaluation.find_slices(objective=('confusion', 'no', 'yes'))['slice'].tolist()"
        " == explorer.slices['slice'].tolist()"
    )
    explorer.get_by_role("button", name="Clear selection").click()
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
search = explorer._exploration.find
def slowly(asked, progress):
    for step in range(200):
        time.sleep(0.05)
        if progress(step / 200) is False:
            break
    return search(asked, None)
explorer._exploration.find = slowly"""
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


def test_every_tab_is_alive_in_a_saved_notebook(lab, browser, tmp_path):
    path = write_notebook(tmp_path / "tabs.ipynb", [PEOPLE, EXPLORER])
    nb = nbformat.read(path, as_version=4)
    NotebookClient(nb, kernel_name="python3", timeout=120).execute()
    nbformat.write(nb, lab.root / "tabs.ipynb")
    with open_notebook(lab, browser, "tabs.ipynb") as page:
        page.trust()
        explorer = page.widgets("Slice explorer")
        expect(explorer).to_contain_text("Saved view", timeout=20_000)
        status_line = explorer.get_by_role("status")
        tab(explorer, "Features")
        bins = explorer.get_by_role("listbox", name="age, bins")
        bins.get_by_role("option").nth(3).focus()
        page.page.keyboard.press("Enter")
        # Without values a range ends where the saved codes do.
        expect(status_line).to_contain_text("of 3,000 rows selected")
        tab(explorer, "Two features")
        expect(explorer.locator(".ew-heat-cell").first).to_be_visible()
        explorer.get_by_role("combobox", name="across").select_option("side")
        target = explorer.locator(".ew-heat-cell").nth(1)
        n = re.search(r": (\d[\d,]*\d)", target.get_attribute("aria-label"))[1]
        target.click()
        expect(status_line).to_have_text(f"{n} of 3,000 rows selected")
        tab(explorer, "Build")
        expect(explorer.locator(".ew-built-now")).to_contain_text(f"{n} rows")
        rows(explorer).first.click()
        expect(
            explorer.get_by_role("list", name="Conditions").get_by_role("listitem")
        ).to_have_count(3)
        tab(explorer, "Overlap")
        expect(rows(explorer).first).to_be_visible()
        tab(explorer, "Tree")
        expect(explorer.get_by_role("combobox")).to_have_count(0)
        rows(explorer).nth(1).click()
        expect(rows(explorer).nth(1)).to_have_attribute("aria-selected", "true")
        expect(explorer.get_by_role("button", name="Keep as cohort")).to_have_count(0)
        assert page.foreign_requests == []


def test_a_dragged_control_searches_a_sample_and_then_all_rows(notebook):
    small = "from errwidgets.widgets import exploring\nexploring.MOST_SAMPLED = 900"
    nb = notebook(PEOPLE, small, EXPLORER)
    explorer = nb.widgets("Slice explorer")
    explorer.get_by_role("button", name="More").click()
    slider = explorer.get_by_role("slider", name=re.compile("^alpha"))
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    nb.page.mouse.move(box["x"] + box["width"] * 0.9, y)
    nb.page.mouse.down()
    nb.page.mouse.move(box["x"] + box["width"] * 0.5, y, steps=8)
    expect(explorer.get_by_text("A sample of 900 of 3,000 rows")).to_be_visible()
    nb.page.mouse.up()
    expect(explorer.get_by_text("A sample of 900")).to_have_count(0)
    alpha = float(explorer.get_by_role("spinbutton", name=re.compile("^alpha")).input_value())
    assert alpha < 0.9
    nb.python_becomes(
        f"explorer.slices['slice'].tolist() =="
        f" evaluation.find_slices(alpha={alpha})['slice'].tolist()",
        True,
    )


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
