"""What axe-core can check, on the same widget in a plain page and in JupyterLab."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from support.axe import violations
from support.evaluations import animals, counties
from support.plain_page import HOSTS
from support.sources import ANIMALS, MATRIX, SECOND
from support.views import cell

import errwidgets as ew

SCHEMES = [marks for marks in HOSTS if marks.name in {"plain-light", "plain-dark"}]


def check_menus(widget) -> list[str]:
    """Open everything that opens, one after the other, and look at each."""
    found = []
    page = widget.page
    openers = widget.locator("[aria-haspopup], [aria-expanded]")
    for place in range(openers.count()):
        opener = openers.nth(place)
        opener.click()
        found += [f"open: {line}" for line in violations(widget)]
        page.keyboard.press("Escape")
        if opener.get_attribute("aria-expanded") == "true":
            opener.click()
    return found


def check_every_state(widget, true: str, predicted: str) -> list[str]:
    """Nothing selected, then a cell, then a class; the card of a cell, every menu open."""
    found = violations(widget)
    cell(widget, true, predicted).click()
    expect(cell(widget, true, predicted)).to_have_attribute("aria-selected", "true")
    found += [f"cell: {line}" for line in violations(widget)]
    widget.get_by_role("rowheader").first.click()
    found += [f"class: {line}" for line in violations(widget)]
    # What is said of one cell, beside the pointer.
    cell(widget, true, predicted).hover()
    widget.page.wait_for_timeout(400)
    found += [f"card: {line}" for line in violations(widget)]
    return found + check_menus(widget)


@pytest.mark.parametrize("marks", SCHEMES, ids=lambda marks: marks.name)
def test_a_plain_page_breaks_no_rule(plain, marks):
    evaluation = animals()
    views = [ew.ConfusionMatrix(evaluation), ew.ConfusionMatrix(evaluation)]
    opened = plain(*views, ew.ConfusionMatrix(counties()), marks=marks)
    first, second, wide = (opened.widgets().nth(i) for i in range(3))
    expect(wide).to_be_visible()
    assert check_every_state(first, "cat", "dog") == []
    assert violations(second) == [], "filtered from elsewhere"
    cell(wide, "Leicestershire", "Northumberland").click()
    assert violations(wide) == [], "long names and every share"
    # The code that could not be copied stands in a box.
    opened.page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new Error('closed')); }"
    )
    first.get_by_role("button", name="Copy code").click()
    expect(first.get_by_role("textbox")).to_be_visible()
    assert violations(first) == []


def test_a_narrow_page_breaks_no_rule(plain):
    opened = plain(ew.ConfusionMatrix(animals()), width=320)
    widget = opened.widgets()
    expect(widget).to_be_visible()
    assert check_every_state(widget, "cat", "dog") == []


def test_no_two_elements_of_a_page_share_an_id(plain):
    evaluation = animals()
    opened = plain(ew.ConfusionMatrix(evaluation), ew.ConfusionMatrix(evaluation))
    expect(opened.widgets()).to_have_count(2)
    ids = opened.page.evaluate(
        "() => [...document.querySelectorAll('main [id]')].map((element) => element.id)"
    )
    assert len(ids) == len(set(ids))


@pytest.fixture
def in_lab(notebook):
    """A matrix in Lab; the theme is Lab's own, put back afterwards."""
    nb = notebook(ANIMALS, MATRIX, SECOND)
    nb.theme("light")
    yield nb
    nb.theme("light")


def test_lab_breaks_no_rule(in_lab):
    first = in_lab.widgets().nth(0)
    second = in_lab.widgets().nth(1)
    expect(second).to_be_visible()
    for scheme in ("light", "dark"):
        in_lab.theme(scheme)
        expect(first.locator("xpath=ancestor::*[@data-scheme]")).to_have_attribute(
            "data-scheme", scheme
        )
        assert check_every_state(first, "cat", "dog") == []
        # Lab leaves out what is not in sight.
        second.evaluate("element => element.scrollIntoView()")
        assert violations(second) == []
        first.get_by_role("button", name="Clear selection").click()
    in_lab.run("def broken(frame): raise ValueError('not good')")
    in_lab.run("matrix.on_select(broken)")
    cell(first, "cat", "dog").click()
    expect(first.get_by_role("alert")).to_be_visible()
    assert violations(first) == [], "a failure"
