"""The explanation panel in a real JupyterLab: from a click to an explanation.

python benchmarks/bench_panel.py

The peer of a row is the same row explained by a call in the kernel, warm: what is above it is the
way there and back, and the drawing.
"""

from __future__ import annotations

import pathlib
import re
import statistics
import sys
import tempfile
import time
from typing import TYPE_CHECKING

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "tests"))

from playwright.sync_api import expect, sync_playwright
from support.browser import arguments, find_browser
from support.lab import LabServer, open_notebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SETUP = """\
import time
import numpy as np, pandas as pd, errwidgets as ew
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
rng = np.random.default_rng(0)
n = {n}
X = pd.DataFrame(rng.normal(size=(n, 15)), columns=[f"f{{i}}" for i in range(15)])
y = (X["f0"] + X["f1"] * X["f2"] + rng.normal(size=n) > 0).astype(int)
evaluation = ew.Evaluation.from_estimator({model}.fit(X[:5000], y[:5000]), X, y, name="bench")
"""
PANEL = "panel = ew.ExplanationPanel(evaluation)\npanel"
MATRIX = "matrix = ew.ConfusionMatrix(evaluation)\nmatrix"
PEER = """\
took = []
for at in range(100, 110):
    began = time.perf_counter()
    evaluation.explain([at], max_rows=1)
    took.append(time.perf_counter() - began)
peer = sorted(took)[5]
"""
STEPS = 10

MODELS = (
    "LogisticRegression()",
    "RandomForestClassifier(100, max_depth=8, random_state=0)",
    "HistGradientBoostingClassifier(random_state=0)",
)


def explains(server: LabServer, browser: Browser, model: str, n: int) -> None:
    """Time the first row of a fresh kernel, the next ones, and a click to its contrast."""
    with open_notebook(server, browser, [SETUP.format(n=n, model=model), PANEL, MATRIX]) as nb:
        nb.run_cell(0)
        began = time.perf_counter()
        nb.run_cell(1)
        panel = nb.widgets("Explanation")
        first = panel.locator(".ew-waterfall .ew-rated-row").first
        expect(first).to_be_visible(timeout=120_000)
        cold = time.perf_counter() - began
        expect(panel.get_by_role("progressbar")).to_have_count(0, timeout=120_000)
        nb.python_becomes("'overall' in panel._content", True)
        steps = []
        for at in range(2, 2 + STEPS):
            began = time.perf_counter()
            panel.get_by_role("button", name="Next row").click()
            expect(panel.locator(".ew-place")).to_contain_text(re.compile(rf" {at} of |{at} of "))
            steps.append(time.perf_counter() - began)
        nb.run_cell(2)
        cell = nb.widgets().get_by_role("gridcell", name=re.compile("^true 1, predicted 0"))
        began = time.perf_counter()
        cell.click()
        expect(panel).to_contain_text("selected rows share (rest)", timeout=120_000)
        contrast = time.perf_counter() - began
        explained = nb.python("panel._content['contrast']['n_explained']")
        nb.run(PEER)
        peer = nb.python("peer")
        print(f"{model}, {n:,} rows: first row in a fresh kernel {cold:.1f} s; a next row "
              f"{1000 * statistics.median(steps):.0f} ms (the call alone {1000 * peer:.0f} ms); "
              f"a click to its contrast {contrast:.1f} s ({explained[0]:,} and {explained[1]:,} "
              f"rows explained)")  # fmt: skip


def main() -> None:
    """Measure for three kinds of models."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=arguments())
        server = LabServer(pathlib.Path(folder))
        for model in MODELS:
            explains(server, browser, model, 20_000)
        server.stop()
        browser.close()


if __name__ == "__main__":
    main()
