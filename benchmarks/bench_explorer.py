"""The slice explorer in a real JupyterLab: from "Search" to the list, and dragging a control.

python benchmarks/bench_explorer.py

The peer of a search through the widget is the same search called in the kernel: what is above it
is the way there and back, and the drawing.
"""

from __future__ import annotations

import pathlib
import re
import statistics
import sys
import tempfile
from typing import TYPE_CHECKING

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "tests"))

from bench_widgets import line, script_ms
from playwright.sync_api import expect, sync_playwright
from support.browser import arguments, find_browser
from support.lab import LabServer, open_notebook

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from support.lab import NotebookPage

TABLE = """\
import time
import numpy as np, pandas as pd, errwidgets as ew
from errwidgets.widgets import slice_explorer
slice_explorer.CHEAP = 0  # nothing is searched before "Search" is clicked
rng = np.random.default_rng(0)
n = {n}
table = pd.DataFrame({{f"f{{i}}": rng.integers(0, 10, n) for i in range(20)}})
wrong = rng.random(n) < np.where((table["f0"] < 2) & (table["f1"] < 3), 0.5, 0.1)
y = rng.integers(0, 2, n)
evaluation = ew.Evaluation.from_predictions(y, np.where(wrong, 1 - y, y), X=table, name="bench")
"""
VIEW = """\
began = time.perf_counter()
explorer = ew.SliceExplorer(evaluation)
made = time.perf_counter() - began
explorer
"""
PEER = """\
again = ew.Evaluation.from_predictions(y, np.where(wrong, 1 - y, y), X=table)
def timed():
    began = time.perf_counter()
    found = again.find_slices()
    return time.perf_counter() - began, found
first, found = timed()
second, _ = timed()
"""
STEPS = 40


def searches(server: LabServer, browser: Browser, n: int) -> None:
    """Time from a click on "Search" until the list is drawn, in the page's own clock."""
    with open_notebook(server, browser, [TABLE.format(n=n), VIEW]) as nb:
        nb.run_all()
        explorer = nb.widgets("Slice explorer")
        explorer.get_by_role("button", name="Search", exact=True).wait_for(timeout=60_000)
        nb.page.evaluate(
            """() => {
              const done = () => requestAnimationFrame(() => {
                window.drawn ??= performance.now();
              });
              const seen = () => document.querySelector(".ew-rated-row") && done();
              new MutationObserver(seen).observe(document.body, { childList: true, subtree: true });
              const note = event => { window.clicked = event.timeStamp };
              document.addEventListener("click", note, true);
            }"""
        )
        explorer.get_by_role("button", name="Search", exact=True).click()
        expect(explorer.locator(".ew-rated-row").first).to_be_visible(timeout=60_000)
        whole = nb.page.evaluate("() => window.drawn - window.clicked")
        # Features and tree come after the list.
        explorer.get_by_role("tab", name="Features", exact=True).click()
        expect(explorer.locator(".ew-feature").first).to_be_visible(timeout=60_000)
        nb.run(PEER)
        first, second = nb.python("(first * 1000, second * 1000)")
        assert nb.python("explorer.slices['slice'].tolist() == found['slice'].tolist()")
        line(
            f"Search -> list, {n:,} rows x 20",
            f"{whole:.0f} ms",
            f"the search alone, in the kernel: first {first:.0f} ms, again {second:.0f} ms",
        )
        drag(nb)


def drag(nb: NotebookPage) -> None:
    """Script time in the page of a step of a drag, and how long a step waits for its sample."""
    explorer = nb.widgets("Slice explorer")
    explorer.get_by_role("tab", name="Found").click()
    explorer.get_by_role("button", name="More", exact=True).click()
    session = nb.page.context.new_cdp_session(nb.page)
    session.send("Performance.enable")
    box = explorer.get_by_role("slider").first.bounding_box()
    y = box["y"] + box["height"] / 2
    nb.page.mouse.move(box["x"] + box["width"] / 2, y)
    nb.page.mouse.down()
    scripts = []
    for step in range(STEPS):
        before = script_ms(session)
        share = 0.1 + 0.8 * abs((step % 20) / 10 - 1)
        nb.page.mouse.move(box["x"] + box["width"] * share, y)
        nb.page.wait_for_timeout(100)
        scripts.append(script_ms(session) - before)
    note = explorer.locator(".ew-provenance").first.inner_text()
    nb.page.wait_for_timeout(1_000)
    nb.page.mouse.up()
    nb.page.wait_for_timeout(2_000)
    found = re.search(r"A sample of ([\d,]+) of", note)
    sampled = found[1] if found else "all"
    line(
        "   script in the page, a step of a drag",
        f"{statistics.median(scripts):.1f} ms",
        f"worst {max(scripts):.0f} ms; searched: {sampled} rows",
    )
    timing = nb.python(
        "[round(1000 * t) for t in __import__('timeit').repeat("
        "lambda: explorer._exploration.preview(explorer._exploration.asked), number=1, repeat=5)]"
    )
    line("   a step in the kernel, warm", f"{statistics.median(timing):.0f} ms", "wanted: 100 ms")


def main() -> None:
    """Print the table."""
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=arguments())
        server = LabServer(pathlib.Path(folder))
        try:
            for n in (10_000, 300_000, 1_000_000):
                searches(server, browser, n)
        finally:
            server.stop()
            browser.close()


if __name__ == "__main__":
    main()
