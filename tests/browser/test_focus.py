"""Where the keyboard's focus goes, and that nothing moves that should not."""

from __future__ import annotations

from playwright.sync_api import expect
from support.sources import ANIMALS, MATRIX, SECOND
from support.views import cell

MANY = """\
import numpy as np, errwidgets as ew
rng = np.random.default_rng(0)
labels = [f"klass {{i:03d}}" for i in range({n})]
t = rng.choice(labels, 20_000); p = np.where(rng.random(20_000) < .5, t, rng.choice(labels, 20_000))
matrix = ew.ConfusionMatrix.from_predictions(t, p)
matrix"""
IN_GRID = "() => document.activeElement.closest('[role=grid]') !== null"
SELECTED = "int(matrix.mask.sum())"


def in_window(nb) -> bool:
    return nb.page.evaluate(
        """() => {
          const { top, bottom } = document.activeElement.getBoundingClientRect();
          return top >= 0 && bottom <= window.innerHeight;
        }"""
    )


def test_the_focus_stays_in_the_view_when_a_button_goes_away_with_its_click(notebook):
    nb = notebook(ANIMALS, MATRIX)
    widget = nb.widgets()
    for name in ("Clear selection", "Remove true cat → predicted dog"):
        cell(widget, "cat", "dog").click()
        widget.get_by_role("button", name=name).focus()
        nb.page.keyboard.press("Enter")
        expect(widget.get_by_role("status")).to_have_text("No rows selected")
        nb.page.wait_for_function(IN_GRID, timeout=3000)


def test_the_focused_cell_is_brought_into_the_window(notebook):
    nb = notebook(MANY.format(n=14), viewport={"width": 1100, "height": 480})
    widget = nb.widgets()
    cell(widget, "klass 000", "klass 000").focus()
    for _ in range(13):
        nb.page.keyboard.press("ArrowDown")
    expect(cell(widget, "klass 013", "klass 000")).to_be_focused()
    assert in_window(nb)


def test_the_keys_stay_with_a_matrix_that_was_scrolled_away_from_its_focus(notebook):
    nb = notebook(MANY.format(n=45))
    widget = nb.widgets()
    cell(widget, "klass 005", "klass 005").click()
    widget.get_by_role("grid").hover()
    nb.page.mouse.wheel(0, 2500)
    expect(cell(widget, "klass 005", "klass 005")).not_to_be_in_viewport()
    assert nb.page.evaluate(IN_GRID)
    nb.page.keyboard.press("Escape")
    nb.python_becomes(SELECTED, 0)


def test_a_name_with_a_space_can_be_typed(notebook):
    nb = notebook(MANY.format(n=45))
    widget = nb.widgets()
    cell(widget, "klass 000", "klass 000").focus()
    nb.page.keyboard.type("klass 037", delay=30)
    expect(cell(widget, "klass 037", "klass 000")).to_be_focused()
    assert nb.python(SELECTED) == 0


def test_a_double_click_selects(notebook):
    nb = notebook(ANIMALS, MATRIX)
    cell(nb.widgets(), "cat", "dog").dblclick()
    expect(cell(nb.widgets(), "cat", "dog")).to_have_attribute("aria-selected", "true")


def test_a_filter_from_elsewhere_moves_nothing(notebook):
    nb = notebook(ANIMALS, MATRIX, SECOND)
    first, second = nb.widgets().nth(0), nb.widgets().nth(1)
    expect(second).to_be_visible()
    before = second.bounding_box(), cell(second, "dog", "dog").bounding_box()
    cell(first, "cat", "dog").click()
    expect(second).to_contain_text("selected elsewhere")
    assert (second.bounding_box(), cell(second, "dog", "dog").bounding_box()) == before
