"""A click in a real JupyterLab gives a DataFrame."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from support.sources import ANIMALS, MATRIX, SECOND
from support.views import cell, status

EQUALS_PANDAS = "pd.testing.assert_frame_equal(matrix.selected, {expected}) is None"


def check_rows(nb, condition: str) -> None:
    """What is selected in Python is what pandas' own filter gives."""
    nb.python_becomes(f"int(matrix.mask.sum()) == int(({condition}).sum())", expected=True)
    assert nb.python(EQUALS_PANDAS.format(expected=f"evaluation.frame[{condition}]"))
    assert nb.python(f"matrix.selected_index.equals(table.index[{condition}])")


CAT_AS_DOG = "(table.y_true == 'cat') & (table.y_pred == 'dog')"
CAT_MISTAKES = "(table.y_true == 'cat') & (table.y_pred != 'cat')"


def test_a_click_on_a_cell_selects_its_rows(notebook):
    nb = notebook(ANIMALS, MATRIX)
    widget = nb.widgets()
    assert status(widget) == "No rows selected"
    cell(widget, "cat", "dog").click()
    check_rows(nb, CAT_AS_DOG)
    n = nb.python("len(matrix.selected)")
    expect(widget.get_by_role("status")).to_have_text(f"{n} of 1,000 rows selected")
    expect(cell(widget, "cat", "dog")).to_have_attribute("aria-selected", "true")
    name = cell(widget, "cat", "dog").get_attribute("aria-label")
    assert name.startswith(f"true cat, predicted dog: {n},")
    assert nb.python("matrix.query_string") == "y_true == 'cat' and y_pred == 'dog'"
    assert nb.python("evaluation.frame.query(matrix.query_string).equals(matrix.selected)")
    nb.python_becomes("calls", [n])
    # The same cell again: nothing is selected any more.
    cell(widget, "cat", "dog").click()
    expect(widget.get_by_role("status")).to_have_text("No rows selected")
    nb.python_becomes("calls", [n, 0])
    assert nb.python("len(matrix.selected)") == 0
    assert nb.console_errors == []
    assert nb.foreign_requests == []


def test_shift_extends_and_control_adds(notebook):
    nb = notebook(ANIMALS, MATRIX)
    widget = nb.widgets()
    cell(widget, "bird", "bird").click()
    cell(widget, "cat", "dog").click(modifiers=["Shift"])
    check_rows(nb, "table.y_true.isin(['bird', 'cat'])")
    cell(widget, "dog", "dog").click()
    cell(widget, "cat", "bird").click(modifiers=["ControlOrMeta"])
    check_rows(
        nb,
        "((table.y_true == 'dog') & (table.y_pred == 'dog'))"
        " | ((table.y_true == 'cat') & (table.y_pred == 'bird'))",
    )
    cell(widget, "dog", "dog").click(modifiers=["ControlOrMeta"])
    check_rows(nb, "(table.y_true == 'cat') & (table.y_pred == 'bird')")


def test_a_header_selects_the_mistakes_of_its_class(notebook):
    nb = notebook(ANIMALS, MATRIX)
    widget = nb.widgets()
    widget.get_by_role("rowheader", name=re.compile("^true cat")).click()
    check_rows(nb, CAT_MISTAKES)
    widget.get_by_role("columnheader", name=re.compile("^predicted cat")).click()
    check_rows(nb, "(table.y_true != 'cat') & (table.y_pred == 'cat')")
    assert nb.python("evaluation.frame.query(matrix.query_string).equals(matrix.selected)")


def test_the_keyboard_does_what_the_pointer_does(notebook):
    nb = notebook(ANIMALS, MATRIX)
    widget = nb.widgets()
    cell(widget, "bird", "bird").focus()
    nb.page.keyboard.press("ArrowDown")
    nb.page.keyboard.press("End")
    expect(cell(widget, "cat", "dog")).to_be_focused()
    nb.page.keyboard.press("Enter")
    check_rows(nb, CAT_AS_DOG)
    nb.page.keyboard.press("Shift+ArrowDown")
    check_rows(nb, "table.y_true.isin(['cat', 'dog']) & (table.y_pred == 'dog')")
    nb.page.keyboard.press("Home")
    nb.page.keyboard.press("ArrowLeft")
    expect(widget.get_by_role("rowheader", name=re.compile("^true dog"))).to_be_focused()
    nb.page.keyboard.press("c")
    expect(widget.get_by_role("rowheader", name=re.compile("^true cat"))).to_be_focused()
    nb.page.keyboard.press("Space")
    check_rows(nb, CAT_MISTAKES)
    nb.page.keyboard.press("Escape")
    nb.python_becomes("int(matrix.mask.sum())", 0)


def test_python_clears_and_assigns_what_the_page_shows(notebook):
    nb = notebook(ANIMALS, MATRIX)
    widget = nb.widgets()
    cell(widget, "cat", "dog").click()
    check_rows(nb, CAT_AS_DOG)
    calls = nb.python("len(calls)")
    nb.run("matrix.selection = None")
    expect(widget.get_by_role("status")).to_have_text("No rows selected")
    expect(cell(widget, "cat", "dog")).to_have_attribute("aria-selected", "false")
    assert nb.python("len(calls)") == calls + 1
    nb.run("from errwidgets.selection import In; matrix.selection = In('y_true', ('dog',))")
    chip = widget.get_by_role("list", name="Selection").get_by_role("listitem")
    expect(chip).to_contain_text("true dog")
    # What speaks of cells is shown as cells; the counts stay those of all rows.
    expect(cell(widget, "dog", "cat")).to_have_attribute("aria-selected", "true")
    assert ": 0" not in cell(widget, "cat", "cat").get_attribute("aria-label")
    widget.get_by_role("button", name="Remove true dog").click()
    expect(widget.get_by_role("status")).to_have_text("No rows selected")
    nb.python_becomes("len(matrix.selection)", 0)


def test_two_matrices_of_one_evaluation_are_linked_and_two_evaluations_are_apart(notebook):
    other = (
        "other = ew.ConfusionMatrix.from_predictions(table.y_true, table.y_pred, name='apart')\n"
        "other"
    )
    nb = notebook(ANIMALS, MATRIX, SECOND, other)
    first, second, apart = (nb.widgets().nth(i) for i in range(3))
    expect(apart).to_be_visible()
    cell(first, "cat", "dog").click()
    check_rows(nb, CAT_AS_DOG)
    n = nb.python("len(second.selected)")
    expect(second.get_by_role("status")).to_have_text(f"{n} of 1,000 rows selected")
    # The second counts what the first selects; the first ignores its own clause.
    none = re.compile(r"^true cat, predicted cat: 0\b")
    expect(cell(second, "cat", "cat")).to_have_attribute("aria-label", none)
    assert ": 0" not in cell(first, "cat", "cat").get_attribute("aria-label")
    expect(apart.get_by_role("status")).to_have_text("No rows selected")
    assert nb.python("[len(other.selected), other.selection == matrix.selection]") == [0, False]
    # One bundle on the page and in the kernel.
    bundles = (
        "[len(w._esm) for w in __import__('ipywidgets').widgets.widget._instances.values()"
        " if hasattr(w, '_esm')]"
    )
    sizes = nb.python(bundles)
    assert sum(size > 10_000 for size in sizes) == 1
    assert all(size < 1_200 for size in sizes if size <= 10_000)


def test_copy_code_gives_the_query(notebook):
    nb = notebook(ANIMALS, MATRIX, permissions=["clipboard-read", "clipboard-write"])
    widget = nb.widgets()
    cell(widget, "cat", "dog").click()
    widget.get_by_role("button", name="Copy code").click()
    expect(widget.get_by_role("button", name="Copy code")).to_have_text("Copied")
    code = nb.page.evaluate("navigator.clipboard.readText()")
    assert code == "rows = evaluation.frame.query(\"y_true == 'cat' and y_pred == 'dog'\")"
    nb.run(code)
    assert nb.python("rows.equals(matrix.selected)")


def test_copy_code_falls_back_to_a_selected_text_box(notebook):
    nb = notebook(ANIMALS, MATRIX)
    nb.page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new Error('closed')); }"
    )
    widget = nb.widgets()
    cell(widget, "cat", "dog").click()
    widget.get_by_role("button", name="Copy code").click()
    box = widget.get_by_role("textbox", name="Code for the selected rows")
    expect(box).to_be_focused()
    assert nb.page.evaluate("() => document.getSelection().toString()") == box.input_value()


def test_no_key_pressed_inside_reaches_the_notebook(notebook):
    nb = notebook(ANIMALS, MATRIX)
    before = nb.cells()
    widget = nb.widgets()
    keys = [*"abcdefghijklmnopqrstuvwxyzABCMYZ0123456789", "ArrowUp", "ArrowDown", "ArrowLeft"]
    keys += ["ArrowRight", "Shift+ArrowUp", "Shift+ArrowDown", "Delete", "Backspace", "Enter"]
    targets = [
        cell(widget, "cat", "cat"),
        widget.get_by_role("rowheader").first,
        widget.get_by_role("columnheader").first,
    ]
    for target in targets:
        for key in keys:
            target.focus()
            nb.page.keyboard.press(key)
            nb.page.keyboard.press(key)
    nb.page.keyboard.press("Escape")
    cell(widget, "cat", "cat").click()
    for name in ("Copy code", "Clear selection"):
        button = widget.get_by_role("button", name=name)
        for key in "dxyzabmjk":
            button.focus()
            nb.page.keyboard.press(key)
            nb.page.keyboard.press(key)
    assert nb.cells() == before


def test_a_failing_handler_is_shown_and_stops_no_other(notebook):
    nb = notebook(
        ANIMALS,
        "matrix = ew.ConfusionMatrix(evaluation)\n"
        "def broken(frame): raise ValueError('no <b>good</b>')\n"
        "matrix.on_select(broken)\n"
        "matrix.on_select(lambda frame: calls.append(len(frame)))\n"
        "matrix",
    )
    widget = nb.widgets()
    cell(widget, "cat", "dog").click()
    alert = widget.get_by_role("alert")
    expect(alert).to_contain_text("on_select handler broken failed: ValueError: no <b>good</b>")
    nb.python_becomes("len(calls)", 1)
    alert.get_by_role("button", name="Dismiss").click()
    expect(alert).to_have_count(0)


@pytest.mark.parametrize("subshells", [True, False])
def test_a_click_while_a_cell_runs_arrives_or_waits(notebook, open_lab, subshells):
    server = open_lab(subshells=subshells)
    busy = "import time\nfor _ in range(50): time.sleep(0.1)\nseen = len(calls)"
    nb = notebook(ANIMALS, MATRIX, busy, server=server, run=False)
    nb.run_cell(0)
    nb.run_cell(1)
    widget = nb.widgets()
    expect(widget).to_be_visible()
    nb.run_cell(2, wait=False)
    nb.page.wait_for_timeout(1000)
    cell(widget, "cat", "dog").click()
    # The page answers at once either way.
    expect(widget.get_by_role("status")).to_contain_text("of 1,000 rows selected", timeout=1000)
    nb.page.wait_for_timeout(5000)
    nb.wait_until_idle()
    nb.python_becomes("len(calls)", 1)
    assert nb.python("seen") == (1 if subshells else 0)
    check_rows(nb, CAT_AS_DOG)


def test_running_a_cell_again_leaves_one_view_and_nothing_grows(notebook):
    count = (
        "(lambda w: [len(w.widget._instances), len(__import__('comm').get_comm_manager().comms)])"
        "(__import__('ipywidgets').widgets)"
    )
    nb = notebook(ANIMALS, MATRIX)
    cell(nb.widgets(), "cat", "dog").click()
    check_rows(nb, CAT_AS_DOG)
    before = nb.python(count)
    models = "window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel"
    for _ in range(4):
        nb.run_cell(1)
    assert nb.python(count) == before
    assert nb.widgets().count() == 1
    assert nb.page.evaluate(f"() => {models}._comms.size") == before[1]
    # What was selected is still selected, and is this view's own.
    expect(cell(nb.widgets(), "cat", "dog")).to_have_attribute("aria-selected", "true")
    check_rows(nb, CAT_AS_DOG)
    # All cells again: a new evaluation, a new store, still no growth.
    for _ in range(2):
        nb.run_all()
    assert nb.python(count) == before


def test_a_second_view_of_the_same_widget_and_a_reload_show_the_same_state(notebook):
    nb = notebook(ANIMALS, MATRIX, "matrix")
    expect(nb.widgets()).to_have_count(2)
    cell(nb.widgets().nth(0), "cat", "dog").click()
    expect(cell(nb.widgets().nth(1), "cat", "dog")).to_have_attribute("aria-selected", "true")
    check_rows(nb, CAT_AS_DOG)
    nb.save()
    nb.page.reload()
    nb.wait_until_idle()
    expect(cell(nb.widgets().nth(0), "cat", "dog")).to_have_attribute("aria-selected", "true")
    cell(nb.widgets().nth(1), "dog", "bird").click()
    check_rows(nb, "(table.y_true == 'dog') & (table.y_pred == 'bird')")


def test_many_classes_are_folded_and_found(notebook):
    nb = notebook(
        "import numpy as np, pandas as pd, errwidgets as ew\n"
        "rng = np.random.default_rng(0)\n"
        "t = rng.integers(0, 300, 50_000); p = np.where(rng.random(50_000) < .5, t, "
        "rng.integers(0, 300, 50_000))\n"
        "matrix = ew.ConfusionMatrix.from_predictions(t, p)\nmatrix"
    )
    widget = nb.widgets()
    grid = widget.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", "51")
    assert grid.get_by_role("gridcell").count() == 2_500
    grid.get_by_role("gridcell").first.focus()
    nb.page.keyboard.press("Control+End")
    expect(cell(widget, "(other)", "(other)")).to_be_focused()
    nb.page.keyboard.press("Enter")
    folded = "len(set(matrix.selected.y_true))"
    nb.python_becomes(folded, 251)
    # A class that is folded is brought in by its name.
    name = nb.python("str(int(matrix.selected.y_true.iloc[0]))")
    nb.page.keyboard.press("/")
    nb.page.keyboard.type(name)
    widget.get_by_role("option", name=re.compile(f"^{name}\\b")).first.click()
    expect(widget.get_by_role("rowheader", name=re.compile(f"^true {name},"))).to_be_focused()
    cell(widget, name, name).click()
    nb.python_becomes("matrix.query_string", f"y_true == {name} and y_pred == {name}")


def test_a_drag_selects_a_rectangle_and_a_card_stands_over_the_output(notebook):
    nb = notebook(ANIMALS, MATRIX)
    widget = nb.widgets()
    centers = []
    for names in (("bird", "bird"), ("cat", "dog")):
        box = cell(widget, *names).bounding_box()
        centers.append((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2))
    nb.page.mouse.move(*centers[0])
    nb.page.mouse.down()
    nb.page.mouse.move(*centers[1], steps=5)
    nb.page.mouse.up()
    check_rows(nb, "table.y_true.isin(['bird', 'cat'])")
    # The card of the last row is taller than what is left of the cell's output.
    cell(widget, "dog", "cat").hover()
    card = widget.get_by_role("tooltip")
    expect(card).to_contain_text("dog read as cat")
    box = card.bounding_box()
    shown = nb.page.evaluate(
        """([x, y]) => document.elementFromPoint(x, y)?.closest('[role=tooltip]') !== null""",
        [box["x"] + box["width"] / 2, box["y"] + box["height"] - 4],
    )
    assert shown


def test_how_it_is_drawn_is_chosen_in_the_menu_and_the_keys_stay_inside(notebook):
    nb = notebook(ANIMALS, MATRIX)
    widget = nb.widgets()
    before = nb.page.evaluate("() => document.querySelectorAll('.jp-Cell').length")
    widget.get_by_role("button", name="More").focus()
    nb.page.keyboard.press("ArrowDown")
    expect(widget.get_by_role("menuitem", name="All errors")).to_be_focused()
    nb.page.keyboard.press("Enter")
    check_rows(nb, "table.y_true != table.y_pred")
    expect(widget.get_by_role("button", name="More")).to_be_focused()
    widget.get_by_role("radio", name="True").check()
    nb.page.keyboard.press("ArrowRight")
    expect(widget.get_by_role("radio", name="Predicted")).to_be_checked()
    assert nb.page.evaluate("() => document.querySelectorAll('.jp-Cell').length") == before


HOSTILE = "<img src=x onerror=window.hacked=1>"


def test_hostile_labels_stay_text(notebook):
    nb = notebook(
        "import errwidgets as ew\n"
        f"h = {HOSTILE!r}; s = '</script><script>window.hacked=1</script>'\n"
        "evaluation = ew.Evaluation.from_predictions([h, s, h, '`'], [h, h, s, '`'], name=h + s)\n"
        "matrix = ew.ConfusionMatrix(evaluation); matrix"
    )
    widget = nb.widgets()
    cell(widget, HOSTILE, HOSTILE).click()
    nb.python_becomes("len(matrix.selected)", 1)
    assert widget.locator("img, script").count() == 0
    assert nb.page.evaluate("() => window.hacked") is None
    assert nb.python("evaluation.frame.query(matrix.query_string).equals(matrix.selected)")
    assert nb.foreign_requests == []
