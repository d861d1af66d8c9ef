"""Draw the pictures of the README in a real JupyterLab, light and dark.

``.venv/bin/python docs/images/make_pictures.py``. The data is the package's own sample.
"""

from __future__ import annotations

import pathlib
import sys
import tempfile
from typing import TYPE_CHECKING

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "tests"))

from playwright.sync_api import sync_playwright
from support.browser import arguments, find_browser
from support.lab import LabServer, open_notebook
from support.views import cell

if TYPE_CHECKING:
    from support.lab import NotebookPage

PREPARE = """\
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
import errwidgets as ew
from errwidgets.datasets import load_adult

people = load_adult().dropna(subset=["occupation"])
X, y = people.drop(columns="occupation"), people["occupation"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.5, random_state=0)
columns = make_column_transformer(
    (StandardScaler(), make_column_selector(dtype_include="number")),
    (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude="number")),
)
model = make_pipeline(columns, LogisticRegression(max_iter=1000)).fit(X_train, y_train)
"""
SHOW = """\
evaluation = ew.Evaluation.from_estimator(model, X_test, y_test, name="occupations")
matrix = ew.ConfusionMatrix(evaluation, normalize="true", order="cluster")
matrix"""
ROWS = """\
matrix.selected[["age", "education", "gender", "y_true", "y_pred", "confidence"]].head(4)"""


INCOME = PREPARE.replace('.dropna(subset=["occupation"])', "").replace("occupation", "income")
EXPLORE = """\
evaluation = ew.Evaluation.from_estimator(model, X_test, y_test, name="income")
explorer = ew.SliceExplorer(evaluation, k=9)
explorer"""
SLICE = """\
explorer.selected[["age", "education", "y_true", "y_pred", "confidence"]].head(4)"""


EXPLAIN = """\
evaluation = ew.Evaluation.from_estimator(model, X_test, y_test, name="income")
panel = ew.ExplanationPanel(evaluation, tab="contrast")
panel"""
NARROWED = """\
panel.selected[["age", "education", "y_true", "y_pred", "confidence"]].head(3)"""


def clip_to(nb: NotebookPage, last: int, path: pathlib.Path) -> None:
    """Take a picture of the notebook down to a cell, without the cell that prepares."""
    nb.page.mouse.move(5, 5)
    nb.page.evaluate("() => window.jupyterapp.shell.currentWidget.content.widgets[0].hide()")
    nb.page.wait_for_timeout(800)
    area = nb.page.locator(".jp-NotebookPanel-notebook").first.bounding_box()
    end = nb.page.locator(".jp-Cell").nth(last).bounding_box()
    assert area is not None
    assert end is not None
    nb.page.screenshot(path=path, clip={**area, "height": end["y"] + end["height"] - area["y"] + 8})


def main() -> None:
    """Write quickstart.png, slices.png and explanation.png, and the same in the dark."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=arguments())
        for theme in ("light", "dark"):
            server = LabServer(pathlib.Path(folder) / theme, theme=theme)
            size = {"width": 1660, "height": 1220}
            suffix = "" if theme == "light" else "-dark"
            with open_notebook(server, browser, [PREPARE, SHOW, ROWS], viewport=size) as nb:
                nb.command("application:toggle-left-area")
                nb.run_cell(0)
                nb.run_cell(1)
                view = nb.widgets().first
                cell(view, "Sales", "Exec-managerial").click()
                nb.page.wait_for_timeout(500)
                nb.run_cell(2)
                clip_to(nb, 2, HERE / f"quickstart{suffix}.png")
            with open_notebook(server, browser, [INCOME, EXPLORE, SLICE], viewport=size) as nb:
                nb.command("application:toggle-left-area")
                nb.run_cell(0)
                nb.run_cell(1)
                view = nb.widgets("Slice explorer").first
                view.locator(".ew-rated-row").nth(1).click()
                nb.page.wait_for_timeout(500)
                nb.run_cell(2)
                clip_to(nb, 2, HERE / f"slices{suffix}.png")
            with open_notebook(server, browser, [INCOME, EXPLAIN, NARROWED], viewport=size) as nb:
                nb.command("application:toggle-left-area")
                nb.run_cell(0)
                nb.run_cell(1)
                view = nb.widgets("Explanation").first
                view.locator(".ew-why-all .ew-rated-row").nth(1).wait_for(timeout=60_000)
                view.locator(".ew-waterfall .ew-rated-row").first.wait_for(timeout=60_000)
                nb.page.wait_for_timeout(6_000)
                view.locator(".ew-why-all .ew-rated-row").nth(1).click()
                nb.page.wait_for_timeout(3_000)
                nb.run_cell(2)
                clip_to(nb, 2, HERE / f"explanation{suffix}.png")
            server.stop()
        browser.close()


if __name__ == "__main__":
    main()
