"""The same widgets outside of JupyterLab: a page with no kernel, and marimo."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from support.contrast import low_contrasts
from support.evaluations import animals, counties
from support.marimo_app import FIRST_AGAIN, SECOND_AGAIN
from support.plain_page import HOSTS, Marks
from support.views import cell, status

import errwidgets as ew

IN_GRID = {"gridcell", "rowheader", "columnheader"}
WIDTHS = (600, 1000, 2000)


def root(widget):
    """The element that carries the scheme."""
    return widget.locator("xpath=ancestor-or-self::*[@data-scheme]")


def check_linked(first, second) -> None:
    """A click in one view selects there and filters the other, and the other way round."""
    assert status(first) == "No rows selected"
    cell(first, "cat", "dog").click()
    expect(first.get_by_role("status")).to_contain_text("of 1,000 rows selected")
    n = status(first).split()[0]
    expect(second.get_by_role("status")).to_have_text(f"{n} of 1,000 rows selected")
    expect(cell(first, "cat", "dog")).to_have_attribute("aria-selected", "true")
    expect(cell(second, "cat", "dog")).to_have_attribute(
        "aria-label", re.compile(f"^true cat, predicted dog: {n}\\b")
    )
    expect(cell(second, "cat", "cat")).to_have_attribute(
        "aria-label", re.compile(r"^true cat, predicted cat: 0\b")
    )
    cell(second, "cat", "dog").click()
    expect(cell(first, "dog", "dog")).to_have_attribute(
        "aria-label", re.compile(r"^true dog, predicted dog: 0\b")
    )
    second.get_by_role("button", name="Clear selection").click()
    expect(first.get_by_role("status")).to_have_text("No rows selected")


# ------------------------------------------------------------------ a page with no kernel


@pytest.mark.parametrize("marks", HOSTS, ids=lambda marks: marks.name)
def test_a_saved_page_works_offline_in_the_hosts_scheme(plain, marks):
    evaluation = animals()
    views = [ew.ConfusionMatrix(evaluation), ew.ConfusionMatrix(evaluation)]
    wide = ew.ConfusionMatrix(counties())
    opened = plain(*views, wide, marks=marks)
    first, second, third = (opened.widgets().nth(i) for i in range(3))
    expect(third).to_be_visible()
    for widget in (first, second, third):
        expect(root(widget)).to_have_attribute("data-scheme", marks.scheme)
        assert low_contrasts(widget, IN_GRID) == []
    check_linked(first, second)
    cell(first, "cat", "dog").click()
    for widget in (first, second):
        assert low_contrasts(widget, IN_GRID) == []
    assert opened.complaints() == []


def test_the_scheme_follows_a_host_that_changes_it(plain):
    opened = plain(ew.ConfusionMatrix(animals()), marks=HOSTS[0])
    widget = opened.widgets()
    expect(root(widget)).to_have_attribute("data-scheme", "light")
    opened.page.emulate_media(color_scheme="dark")
    expect(root(widget)).to_have_attribute("data-scheme", "dark")
    opened.page.evaluate("() => document.body.classList.add('vscode-light')")
    expect(root(widget)).to_have_attribute("data-scheme", "light")
    assert low_contrasts(widget, IN_GRID) == []


def test_text_stays_readable_where_vs_code_puts_white_behind_a_dark_widget(plain):
    marks = Marks("vscode-white", "dark", body={"class": "vscode-dark"}, ground="#ffffff")
    opened = plain(ew.ConfusionMatrix(animals()), marks=marks)
    opened.page.evaluate(
        "() => document.documentElement.style.setProperty('--vscode-editor-background', '#1f1f1f')"
    )
    widget = opened.widgets()
    expect(root(widget)).to_have_attribute("data-scheme", "dark")
    assert low_contrasts(widget, set()) == []
    # The contrasts above are real: where the host names no ground, there is none.
    opened.page.evaluate("() => document.documentElement.removeAttribute('style')")
    expect(root(widget)).to_have_css("background-color", "rgba(0, 0, 0, 0)")


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_scrolls_sideways(plain, width):
    evaluation = counties()
    opened = plain(ew.ConfusionMatrix(animals()), ew.ConfusionMatrix(evaluation), width=width)
    for place in range(2):
        widget = opened.widgets().nth(place)
        expect(widget).to_be_visible()
        label = "dog" if place == 0 else "Leicestershire"
        cell(widget, label, label).click()
        assert widget.evaluate(
            "element => element.getBoundingClientRect().width"
            " <= document.getElementById('view-0').getBoundingClientRect().width"
        )
    assert opened.page.evaluate(
        "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    # What does not fit is reached by scrolling inside the widget.
    last = cell(opened.widgets().nth(1), "Worcestershire", "Worcestershire")
    last.scroll_into_view_if_needed()
    last.click()
    expect(last).to_have_attribute("aria-selected", "true")
    assert opened.complaints() == []


def test_a_page_that_never_had_a_kernel_says_so_quietly(plain):
    opened = plain(ew.ConfusionMatrix(animals()))
    widget = opened.widgets()
    expect(widget.get_by_text("Saved view")).to_be_visible()
    expect(opened.page.get_by_role("alert")).to_have_count(0)


# ------------------------------------------------------------------ marimo


def visit(browser, marimo):
    page = browser.new_context(viewport={"width": 1280, "height": 1400}).new_page()
    page.goto(marimo.url)
    return page


@pytest.fixture(scope="module")
def app(browser, marimo):
    """The app as its first visitor sees it."""
    page = visit(browser, marimo)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda line: page.errors.append(line.text) if line.type == "error" else None)
    yield page
    page.context.close()


def matrices(page):
    found = page.get_by_role("region", name=re.compile("^Confusion matrix"))
    expect(found).to_have_count(2, timeout=20_000)
    return found.nth(0), found.nth(1)


def check_python(page, widget) -> None:
    """What the widget has selected reaches a cell that shows the count."""
    cell(widget, "cat", "dog").click()
    expect(widget.get_by_role("status")).to_contain_text("of 1,000 rows selected")
    n = status(widget).split()[0]
    expect(page.get_by_text(f"Python has {n} rows")).to_be_visible()
    widget.get_by_role("button", name="Clear selection").click()
    expect(page.get_by_text("Python has 0 rows")).to_be_visible()


def run_again(page, button: str) -> None:
    """Run a matrix's cell again, and wait until its old view is gone."""
    old = matrices(page)[(FIRST_AGAIN, SECOND_AGAIN).index(button)].element_handle()
    page.get_by_role("button", name=button).click()
    old.wait_for_element_state("hidden", timeout=10_000)


def test_marimo_clicks_reach_python_and_views_are_linked(app):
    first, second = matrices(app)
    for widget in (first, second):
        assert widget.evaluate("element => element.getRootNode() instanceof ShadowRoot")
        check_python(app, widget)
    check_linked(first, second)
    assert app.errors == []


def test_marimo_styles_reach_the_shadow_root_in_both_schemes(app):
    first, second = matrices(app)
    for scheme in ("dark", "light"):
        app.emulate_media(color_scheme=scheme)
        for widget in (first, second):
            expect(root(widget)).to_have_attribute("data-scheme", scheme)
            assert low_contrasts(widget, IN_GRID) == []
    # Not the browser's default look of a list and a button.
    cell(first, "cat", "dog").click()
    chips = first.get_by_role("list", name="Selection")
    expect(chips).to_have_css("list-style-type", "none")
    expect(chips.get_by_role("button").first).to_have_css("border-top-width", "0px")
    first.get_by_role("button", name="Clear selection").click()


def test_marimo_keys_stay_with_the_widget(app):
    first, _ = matrices(app)
    cell(first, "bird", "bird").focus()
    for key in ("ArrowDown", "End", "Enter"):
        app.keyboard.press(key)
    expect(cell(first, "cat", "dog")).to_have_attribute("aria-selected", "true")
    app.keyboard.press("Escape")
    expect(first.get_by_role("status")).to_have_text("No rows selected")


def test_marimo_runs_a_reader_again_once_per_gesture(app):
    first, second = matrices(app)
    reader = app.get_by_text(re.compile("^A reader has"))
    app.wait_for_timeout(1000)  # what earlier gestures asked for is done
    n_runs = int(reader.inner_text().split()[-1])
    for widget in (second, first):
        cell(widget, "cat", "dog").click()
        expect(widget.get_by_role("status")).to_contain_text("of 1,000 rows selected")
        n_rows = status(widget).split()[0]
        n_runs += 1
        expect(reader).to_have_text(f"A reader has {n_rows} rows, run {n_runs}")
        widget.get_by_role("button", name="Clear selection").click()
        n_runs += 1
        expect(reader).to_have_text(f"A reader has 0 rows, run {n_runs}")
    # Nothing goes round: what was said back is said once.
    app.wait_for_timeout(500)
    expect(reader).to_have_text(f"A reader has 0 rows, run {n_runs}")


def test_marimo_runs_the_second_cell_again(app):
    run_again(app, SECOND_AGAIN)
    first, second = matrices(app)
    check_python(app, second)
    check_linked(first, second)


def test_marimo_keeps_a_selection_with_the_cell_that_runs_again(app):
    first, second = matrices(app)
    cell(second, "cat", "dog").click()
    expect(cell(second, "cat", "dog")).to_have_attribute("aria-selected", "true")
    run_again(app, SECOND_AGAIN)
    first, second = matrices(app)
    try:
        expect(cell(second, "cat", "dog")).to_have_attribute("aria-selected", "true")
    finally:
        first.get_by_role("button", name="Clear selection").click()


def test_marimo_runs_the_first_cell_again(app):
    run_again(app, FIRST_AGAIN)
    expect(app.get_by_role("region", name=re.compile("^Confusion matrix"))).to_have_count(2)
    first, second = matrices(app)
    check_python(app, first)
    check_python(app, second)
    check_linked(first, second)


def test_marimo_shows_the_same_to_a_second_visitor(browser, marimo, app):
    page = visit(browser, marimo)
    try:
        expect(page.get_by_text("Python has 0 rows")).to_be_visible(timeout=20_000)
        expect(page.get_by_role("region", name=re.compile("^Confusion matrix"))).to_have_count(2)
        first, _ = matrices(page)
        cell(first, "cat", "dog").click()
        expect(page.get_by_text("Python has 26 rows")).to_be_visible()
        # What one visitor selects is nobody else's.
        expect(app.get_by_text("Python has 0 rows")).to_be_visible()
    finally:
        page.context.close()
