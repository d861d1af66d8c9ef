"""A notebook that was run elsewhere: trusted it stays alive, untrusted it shows a table."""

from __future__ import annotations

import json
import re

import nbformat
import pytest
from nbclient import NotebookClient
from playwright.sync_api import expect
from support.lab import open_notebook, write_notebook
from support.sources import ANIMALS, MATRIX, SECOND
from support.views import cell


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A notebook run by nbclient, as a scheduler or a build would."""
    path = tmp_path_factory.mktemp("executed") / "shared.ipynb"
    write_notebook(path, [ANIMALS, MATRIX, SECOND])
    nb = nbformat.read(path, as_version=4)
    NotebookClient(nb, kernel_name="python3", timeout=120).execute()
    return nb


def put(server, nb, name: str) -> str:
    nbformat.write(nb, server.root / name)
    return name


def test_trusted_and_not_run_the_matrices_filter_each_other(executed, lab, browser):
    path = put(lab, executed, "trusted.ipynb")
    # Signing with the server's own key is what running it there would have done.
    with open_notebook(lab, browser, path) as nb:
        nb.page.evaluate(
            "() => { const { model } = window.jupyterapp.shell.currentWidget.context;"
            " for (const cell of model.cells) cell.trusted = true; }"
        )
        nb.save()
        nb.page.reload()
        nb.wait_until_idle()
        first, second = nb.widgets().nth(0), nb.widgets().nth(1)
        expect(second).to_be_visible(timeout=20_000)
        cell(first, "cat", "dog").click()
        expect(first.get_by_role("status")).to_contain_text("of 1,000 rows selected")
        text = first.get_by_role("status").inner_text()
        expect(second.get_by_role("status")).to_have_text(text)
        none = re.compile(r"^true cat, predicted cat: 0\b")
        expect(cell(second, "cat", "cat")).to_have_attribute("aria-label", none)
        assert (
            cell(second, "cat", "dog")
            .get_attribute("aria-label")
            .startswith(f"true cat, predicted dog: {text.split()[0]},")
        )
        assert nb.foreign_requests == []


def test_saved_from_lab_with_widget_state_it_reopens_alive(notebook, open_lab, browser):
    # A server of its own: Lab keeps the setting, and with it a notebook that is saved before its
    # widgets are there, as `trust` may, loses their state.
    lab = open_lab()
    nb = notebook(ANIMALS, MATRIX, server=lab)
    cell(nb.widgets(), "cat", "dog").click()
    nb.python_becomes("len(calls)", 1)
    nb.command("@jupyter-widgets/jupyterlab-manager:saveWidgetState")
    nb.save()
    nb.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    with open_notebook(lab, browser, nb.path) as again:
        widget = again.widgets()
        expect(widget).to_be_visible(timeout=20_000)
        expect(cell(widget, "cat", "dog")).to_have_attribute("aria-selected", "true")
        cell(widget, "dog", "bird").click()
        expect(cell(widget, "dog", "bird")).to_have_attribute("aria-selected", "true")


def test_untrusted_the_table_shows(executed, lab, browser):
    path = put(lab, executed, "untrusted.ipynb")
    with open_notebook(lab, browser, path) as nb:
        table = nb.page.get_by_role("table").first
        expect(table).to_be_visible(timeout=20_000)
        expect(table).to_contain_text("Confusion matrix · animals")
        expect(nb.widgets()).to_have_count(0)
        assert nb.foreign_requests == []


def test_the_file_holds_one_bundle_and_small_views(executed):
    state = executed.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    scripts = [len(model["state"].get("_esm", "")) for model in state.values()]
    assert sum(length > 10_000 for length in scripts) == 1
    views = [model for model in state.values() if model["state"].get("_kind")]
    assert len(views) == 2
    one_more = len(json.dumps(views[0])) + len(json.dumps(executed.cells[1].outputs))
    assert one_more < 6_000
