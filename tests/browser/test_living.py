"""Living with JupyterLab: more views, tabs and notebooks, reloads, restarts, cells out of sight."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from support.lab import open_notebook
from support.sources import ANIMALS, MATRIX, SECOND
from support.views import cell

CAT_AS_DOG = "(table.y_true == 'cat') & (table.y_pred == 'dog')"
DOG_AS_BIRD = "(table.y_true == 'dog') & (table.y_pred == 'bird')"
FILLERS = ["\n".join(f"# {line}" for line in range(12))] * 37


def check_rows(nb, condition: str) -> None:
    """What Python has selected is what pandas' own filter gives."""
    nb.python_becomes(f"bool((matrix.mask == ({condition})).all())", expected=True)


def check_selected(widget, true: str, predicted: str) -> None:
    expect(cell(widget, true, predicted)).to_have_attribute("aria-selected", "true")
    expect(widget.get_by_role("status")).to_contain_text("of 1,000 rows selected")


def check_connected(*pages) -> None:
    for nb in pages:
        expect(nb.page.get_by_role("alert").filter(has_text="Not connected")).to_have_count(0)
        assert nb.foreign_requests == []


def test_a_new_view_for_the_output_acts_on_the_same_model(notebook):
    nb = notebook(ANIMALS, MATRIX)
    nb.activate(1)
    nb.command("notebook:create-output-view")
    expect(nb.widgets()).to_have_count(2)
    mirror = nb.page.locator(".jp-LinkedOutputView")
    inside = mirror.get_by_role("region")
    here = nb.page.locator(".jp-NotebookPanel").get_by_role("region").filter(has=cell(
        nb.page, "cat", "dog"))  # fmt: skip
    cell(inside, "cat", "dog").click()
    check_selected(here, "cat", "dog")
    check_rows(nb, CAT_AS_DOG)
    cell(here, "dog", "bird").click()
    check_selected(inside, "dog", "bird")
    check_rows(nb, DOG_AS_BIRD)
    nb.run("matrix.selection = None")
    for widget in (here, inside):
        expect(widget.get_by_role("status")).to_have_text("No rows selected")
    # One of two goes; the other lives.
    nb.page.evaluate(
        """() => [...window.jupyterapp.shell.widgets("main")]
          .find((widget) => widget.node.querySelector(".jp-LinkedOutputView")).close()"""
    )
    expect(nb.widgets()).to_have_count(1)
    cell(nb.widgets(), "cat", "dog").click()
    check_rows(nb, CAT_AS_DOG)
    nb.run("matrix.selection = None")
    expect(nb.widgets().get_by_role("status")).to_have_text("No rows selected")
    assert nb.console_errors == []
    check_connected(nb)


def test_a_reload_and_a_second_tab_show_the_same_state_and_stay_connected(notebook, lab, browser):
    nb = notebook(ANIMALS, MATRIX, SECOND)
    cell(nb.widgets().nth(0), "cat", "dog").click()
    check_rows(nb, CAT_AS_DOG)
    nb.save()
    nb.page.reload()
    nb.wait_until_idle()
    expect(nb.widgets()).to_have_count(2)
    check_selected(nb.widgets().nth(0), "cat", "dog")
    with open_notebook(lab, browser, nb.path) as other:
        expect(other.widgets()).to_have_count(2, timeout=20_000)
        check_selected(other.widgets().nth(0), "cat", "dog")
        cell(other.widgets().nth(0), "dog", "bird").click()
        check_selected(nb.widgets().nth(0), "dog", "bird")
        expect(nb.widgets().nth(1).get_by_role("status")).to_contain_text("of 1,000 rows")
        check_rows(nb, DOG_AS_BIRD)
        cell(nb.widgets().nth(0), "cat", "dog").click()
        check_selected(other.widgets().nth(0), "cat", "dog")
        check_rows(nb, CAT_AS_DOG)
        nb.run("matrix.selection = None")
        for page in (nb, other):
            for place in range(2):
                status = page.widgets().nth(place).get_by_role("status")
                expect(status).to_have_text("No rows selected")
        # One click is one change of the rows, however many pages show it.
        assert nb.python("[len(calls), calls[-1]]") == [4, 0]
        check_connected(nb, other)


def test_two_notebooks_on_one_kernel_share_the_widget(notebook, lab, browser):
    nb = notebook(ANIMALS, MATRIX)
    with open_notebook(lab, browser, ["matrix", SECOND]) as other:
        other.use_kernel_of(nb)
        other.run_cell(0)
        expect(other.widgets()).to_have_count(1, timeout=20_000)
        cell(other.widgets(), "cat", "dog").click()
        check_selected(nb.widgets(), "cat", "dog")
        check_rows(nb, CAT_AS_DOG)
        # A view made here is linked with the one made there.
        other.run_cell(1)
        expect(other.widgets()).to_have_count(2)
        cell(nb.widgets(), "dog", "bird").click()
        check_selected(other.widgets().nth(0), "dog", "bird")
        expect(other.widgets().nth(1).get_by_role("status")).to_contain_text("of 1,000 rows")
        check_rows(nb, DOG_AS_BIRD)
        check_connected(nb, other)


@pytest.mark.parametrize("windowing", ["default", "full"])
def test_a_view_that_was_scrolled_away_is_as_it_was(notebook, open_lab, windowing):
    server = open_lab(windowing="full") if windowing == "full" else None
    nb = notebook(ANIMALS, MATRIX, *FILLERS, SECOND, server=server)
    nb.scroll_to(0)
    first = nb.widgets().first
    expect(first).to_be_visible()
    cell(first, "cat", "dog").click()
    expect(cell(first, "cat", "dog")).to_be_focused()
    nb.python_becomes("len(calls)", 1)
    before = sizes(first)
    assert all(width > 0 and height > 0 for width, height in before)
    # The second was made while the first was shown, and is seen for the first time now.
    nb.scroll_to(1)
    second = nb.widgets().last
    expect(second).to_be_visible()
    expect(second.get_by_role("status")).to_contain_text("of 1,000 rows selected")
    assert all(width > 0 and height > 0 for width, height in sizes(second))
    nb.page.wait_for_timeout(500)
    nb.scroll_to(0)
    first = nb.widgets().first
    expect(first).to_be_visible()
    assert sizes(first) == before
    check_selected(first, "cat", "dog")
    expect(cell(first, "cat", "dog")).to_be_focused()
    # Lab keeps the active cell in the page; another one is taken out of it, if it windows.
    nb.activate(len(FILLERS) + 2)
    nb.scroll_to(1)
    expect(nb.widgets()).to_have_count(1 if windowing == "full" else 2)
    nb.scroll_to(0)
    first = nb.widgets().first
    check_selected(first, "cat", "dog")
    assert sizes(first) == before
    cell(first, "cat", "dog").focus()
    nb.page.keyboard.press("Escape")
    # On a busy machine the card of the cell is there by now, and goes first.
    if first.get_by_role("status").inner_text() != "No rows selected":
        nb.page.keyboard.press("Escape")
    expect(first.get_by_role("status")).to_have_text("No rows selected")
    nb.python_becomes("[len(calls), calls[-1]]", [2, 0])
    assert nb.console_errors == []
    check_connected(nb)


def sizes(widget) -> list[list[float]]:
    """Width and height of the widget, its grid and every cell."""
    return widget.evaluate(
        """(element) => [element, ...element.querySelectorAll("[role=grid], [role=gridcell]")]
          .map((one) => one.getBoundingClientRect())
          .map(({ width, height }) => [Math.round(width), Math.round(height)])"""
    )


def test_a_restarted_kernel_is_said_once_a_page(notebook):
    nb = notebook(ANIMALS, MATRIX, SECOND)
    cell(nb.widgets().nth(0), "cat", "dog").click()
    check_rows(nb, CAT_AS_DOG)
    check_connected(nb)
    nb.restart_kernel()
    alert = nb.page.get_by_role("alert").filter(has_text="Not connected")
    expect(alert).to_have_count(1, timeout=10_000)
    assert alert.inner_text().startswith("Not connected")
    # The views still answer to each other.
    cell(nb.widgets().nth(0), "dog", "bird").click()
    check_selected(nb.widgets().nth(0), "dog", "bird")
    expect(alert).to_have_count(1)
    # Run again, all is well again.
    nb.run_all()
    expect(alert).to_have_count(0)
    expect(nb.widgets()).to_have_count(2)
    cell(nb.widgets().nth(0), "cat", "dog").click()
    check_rows(nb, CAT_AS_DOG)
