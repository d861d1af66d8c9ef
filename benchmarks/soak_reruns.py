"""Run a cell again and again: widgets, comms and the browser's heap must not grow.

    python benchmarks/soak_reruns.py --runs 200

Two linked matrices in a real JupyterLab; the cell of one of them is run 200 times, with a click now
and then and ``Out`` cleared between. Widgets and comms of the kernel and comms of the page must be
as many as before. The heap is measured after a forced collection, and its slope counts, not its
level, because the first runs fill caches. JupyterLab itself keeps something of every run, and the
browser every module that was ever imported: anywidget imports that of each model anew. So a widget
that has our stub for a module and finds nothing to mount is closed and made again beside ours, and
what we keep above that must be nothing.
"""

from __future__ import annotations

import argparse
import pathlib
import sys
import tempfile
import time
from typing import TYPE_CHECKING, Any

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "tests"))

from playwright.sync_api import sync_playwright
from support.browser import arguments, find_browser
from support.lab import LabServer, open_notebook
from support.sources import ANIMALS, MATRIX, SECOND
from support.views import cell

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RUNS = 200
MEASURED_EVERY = 10
WARM_UP = 40
"""Runs whose heap does not count: code is compiled and caches are filled."""

MOST_PER_RUN = 4_000
"""Bytes of heap that a run may leave above those of the stub alone: what runs differ by."""

CLEAR = "import gc; get_ipython().run_line_magic('reset', '-f out'); _ = gc.collect()"
KERNEL = (
    "[len(__import__('ipywidgets').widgets.widget._instances),"
    " len(__import__('comm').get_comm_manager().comms)]"
)
COMMS = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel._comms.size"
SMALLEST = """\
import anywidget, traitlets
from errwidgets.widgets.runtime import STATIC
class Smallest(anywidget.AnyWidget):
    _esm = (STATIC / "stub.js").read_text()
    _runtime = traitlets.Unicode("none").tag(sync=True)
    _store = traitlets.Unicode("none").tag(sync=True)
if "made" in globals():
    made.close()
    made.layout.close()
made = Smallest()
made
"""


def heap(session: Any) -> tuple[int, int]:
    """Return bytes of the page's heap and its DOM nodes, after a collection."""
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
        time.sleep(0.1)
    found = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
    return int(found["JSHeapUsedSize"]), int(found["Nodes"])


def slope(runs: list[int], sizes: list[int]) -> float:
    """Return bytes per run: the median of the slopes of all pairs, which a jump does not move."""
    pairs = [
        (sizes[j] - sizes[i]) / (runs[j] - runs[i])
        for i in range(len(runs)) for j in range(i + 1, len(runs))
    ]  # fmt: skip
    return float(np.median(pairs))


def repeat(server: LabServer, browser: Browser, cells: list[str], n_runs: int) -> dict[str, Any]:
    """Run the second cell many times; return what was measured."""
    with open_notebook(server, browser, cells) as nb:
        nb.run_all()
        is_ours = len(cells) > 2
        if is_ours:
            cell(nb.widgets().nth(1), "cat", "dog").click()
        nb.run(CLEAR)
        session = nb.page.context.new_cdp_session(nb.page)
        session.send("Performance.enable")
        counts = [(*nb.python(KERNEL), nb.page.evaluate(COMMS))]
        runs, heaps, nodes = [], [], []
        for run in range(1, n_runs + 1):
            nb.run_cell(1)
            if is_ours:
                nb.page.wait_for_function(
                    "() => document.querySelectorAll('.ew-widget [role=grid]').length === 2"
                )
                if run % 5 == 0:
                    cell(nb.widgets().nth(0), "cat", "cat").click()
            nb.run(CLEAR)
            if run % MEASURED_EVERY == 0:
                counts.append((*nb.python(KERNEL), nb.page.evaluate(COMMS)))
                size, n_nodes = heap(session)
                runs.append(run)
                heaps.append(size)
                nodes.append(n_nodes)
        errors = nb.console_errors
    late = [i for i, run in enumerate(runs) if run > min(WARM_UP, n_runs // 2)]
    return {
        "counts": counts, "runs": runs, "heaps": heaps, "nodes": nodes, "errors": errors,
        "bytes_per_run": slope([runs[i] for i in late], [heaps[i] for i in late]),
        "nodes_per_run": slope([runs[i] for i in late], [nodes[i] for i in late]),
    }  # fmt: skip


def main() -> int:
    """Measure a cell with a matrix, and one with its stub alone."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=RUNS)
    n_runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=arguments())
        server = LabServer(pathlib.Path(folder))
        try:
            began = time.monotonic()
            host = repeat(server, browser, [ANIMALS, SMALLEST], n_runs)
            ours = repeat(server, browser, [ANIMALS, MATRIX, SECOND], n_runs)
            took = time.monotonic() - began
        finally:
            server.stop()
            browser.close()
    for name, found in (("a widget with our stub alone", host), ("a matrix", ours)):
        print(f"{name}, {n_runs} runs")
        print(f"  widgets, comms of the kernel, comms of the page: first {found['counts'][0]}, "
              f"last {found['counts'][-1]}")  # fmt: skip
        print("  heap MB after runs: " + ", ".join(
            f"{run}: {size / 1e6:.1f}"
            for run, size in zip(found["runs"], found["heaps"], strict=True)))  # fmt: skip
        print(f"  per run: {found['bytes_per_run']:,.0f} bytes, {found['nodes_per_run']:.2f} nodes")
    wrong = []
    if len(set(ours["counts"])) != 1:
        wrong.append(f"widgets or comms changed: {ours['counts']}")
    extra = ours["bytes_per_run"] - host["bytes_per_run"]
    print(f"a matrix leaves {extra:,.0f} bytes a run more than its stub alone")
    if extra > MOST_PER_RUN:
        wrong.append("the heap grows")
    if ours["nodes_per_run"] > host["nodes_per_run"]:
        wrong.append("DOM nodes are left behind")
    if ours["errors"]:
        wrong.append(f"errors on the page: {ours['errors'][:5]}")
    print(f"{took:.0f} s; " + ("; ".join(wrong) or "no growth"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
