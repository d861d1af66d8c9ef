"""Draw the pictures of the README in a real JupyterLab, light and dark.

``.venv/bin/python docs/images/make_pictures.py``. The data is the package's own sample.
"""

from __future__ import annotations

import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "tests"))

from playwright.sync_api import sync_playwright
from support.browser import arguments, find_browser
from support.lab import LabServer, open_notebook
from support.views import cell

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


def main() -> None:
    """Write quickstart.png and quickstart-dark.png."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=arguments())
        for theme in ("light", "dark"):
            server = LabServer(pathlib.Path(folder) / theme, theme=theme)
            size = {"width": 1660, "height": 1220}
            with open_notebook(server, browser, [PREPARE, SHOW, ROWS], viewport=size) as nb:
                nb.command("application:toggle-left-area")
                nb.run_cell(0)
                nb.run_cell(1)
                view = nb.widgets().first
                cell(view, "Sales", "Exec-managerial").click()
                nb.page.wait_for_timeout(500)
                nb.run_cell(2)
                nb.page.mouse.move(5, 5)
                # The cell that prepares is no part of the picture.
                nb.page.evaluate(
                    "() => window.jupyterapp.shell.currentWidget.content.widgets[0].hide()"
                )
                nb.page.wait_for_timeout(800)
                name = "quickstart.png" if theme == "light" else "quickstart-dark.png"
                area = nb.page.locator(".jp-NotebookPanel-notebook").first.bounding_box()
                last = nb.page.locator(".jp-Cell").nth(2).bounding_box()
                assert area is not None
                assert last is not None
                clip = {**area, "height": last["y"] + last["height"] - area["y"] + 8}
                nb.page.screenshot(path=HERE / name, clip=clip)
            server.stop()
        browser.close()


if __name__ == "__main__":
    main()
