"""Widgets in a real JupyterLab: clicks, redraws, what travels and what is saved.

python benchmarks/bench_widgets.py
"""

from __future__ import annotations

import io
import json
import pathlib
import statistics
import sys
import tempfile
import time
from typing import TYPE_CHECKING, Any

import nbformat
import numpy as np
import pandas as pd
from nbclient import NotebookClient

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "tests"))

from playwright.sync_api import sync_playwright
from support.browser import arguments, find_browser
from support.lab import LabServer, open_notebook, write_notebook
from support.views import cell

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

N = 1_000_000
REPEATS = 15

# One percent of the rows lies in (a, b), thirty in (b, b).
BIG = """\
import time
import numpy as np, pandas as pd, errwidgets as ew
rng = np.random.default_rng(0)
n = 1_000_000
table = pd.DataFrame({f"x{i}": rng.normal(size=n) for i in range(18)})
u = rng.random(n)
table["y_true"] = np.where(u < 0.01, "a", np.where(u < 0.31, "b", rng.choice(list("cdef"), n)))
table["y_pred"] = np.where(u < 0.01, "b", np.where(u < 0.31, "b", rng.choice(list("cdef"), n)))
evaluation = ew.Evaluation.from_frame(table, y_true="y_true", y_pred="y_pred", name="big")
log = []
"""
VIEW = """\
matrix = ew.ConfusionMatrix(evaluation)
def ready(frame):
    log.append((time.time() * 1000, len(frame)))
matrix.on_select(ready)
matrix
"""
LINKED = "others = [ew.ConfusionMatrix(evaluation) for _ in range(2)]; others[0]"
THIRD = "others[1]"
BINARY = """\
import numpy as np, errwidgets as ew
rng = np.random.default_rng(1)
n = 1_000_000
y_true = (rng.random(n) < 0.3).astype(int)
p = np.clip(rng.normal(0.3 + 0.3 * y_true, 0.2), 0, 1)
evaluation = ew.Evaluation.from_predictions(y_true, (p >= 0.5).astype(int), y_proba=p)
matrix = ew.ConfusionMatrix(evaluation)
matrix
"""


def line(name: str, value: str, wanted: str) -> None:
    """Print one row."""
    print(f"{name:<66} {value:>22}   {wanted}")


def judged(figure: float, limit: float, unit: str) -> str:
    """Return a figure and whether it keeps its limit."""
    return f"{figure:.1f} {unit} ({'ok' if figure <= limit else 'MISSED'})"


def clicks(server: LabServer, browser: Browser) -> None:
    """Time from a click to rows in Python, and the script time of the redraw."""
    with open_notebook(server, browser, [BIG, VIEW, LINKED, THIRD]) as nb:
        nb.run_all()
        first = nb.widgets().nth(0)
        session = nb.page.context.new_cdp_session(nb.page)
        session.send("Performance.enable")
        nb.page.evaluate(
            """() => document.addEventListener("click",
              event => { window.clicked = performance.timeOrigin + event.timeStamp; }, true)"""
        )
        for share, (true, predicted) in {"1 %": ("a", "b"), "30 %": ("b", "b")}.items():
            mask = (
                f"((table['y_true'] == {true!r}) & (table['y_pred'] == {predicted!r})).to_numpy()"
            )
            # The mask is there already: what is left is to filter and to copy.
            nb.run(f"whole, mask = evaluation.frame, {mask}")
            own = [
                nb.python(
                    "(lambda t: (whole[mask].copy() is None, (time.perf_counter() - t) * 1000)[1])"
                    "(time.perf_counter())"
                )
                for _ in range(5)
            ]
            waits, scripts = [], []
            for _ in range(REPEATS):
                target = cell(first, true, predicted)
                n_before = nb.python("len(log)")
                before = script_ms(session)
                target.click()
                while nb.python("len(log)") == n_before:
                    pass
                scripts.append(script_ms(session) - before)
                at, rows = nb.python("log[-1]")
                assert rows == nb.python(f"int({mask}.sum())"), rows
                # The time of the event itself: what drives the browser takes time to get there.
                waits.append(at - nb.page.evaluate("() => window.clicked"))
                target.press("Escape")
                while nb.python("len(log)") == n_before + 1:
                    pass
            extra = statistics.median(waits) - statistics.median(own)
            line(f"click on {share} of 1 M x 20 -> selected ready, above pandas",
                 judged(extra, 100, "ms"), f"pandas {statistics.median(own):.0f} ms, "
                 f"median of {REPEATS}: {statistics.median(waits):.0f} ms")  # fmt: skip
            line(f"   script in the page, 3 linked views, click on {share}", judged(
                statistics.median(scripts), 32, "ms"), f"worst {max(scripts):.0f} ms")  # fmt: skip


def script_ms(session: Any) -> float:
    """Return how long scripts have run in the page."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    seconds = next(m["value"] for m in metrics if m["name"] == "ScriptDuration")
    return float(seconds) * 1000


def slider(server: LabServer, browser: Browser) -> None:
    """Watch what is sent while a threshold is dragged."""
    with open_notebook(server, browser, [BINARY]) as nb:
        sent: list[tuple[float, int]] = []

        def note(payload: Any) -> None:
            sent.append((time.monotonic(), len(payload)))

        nb.page.on("websocket", lambda socket: socket.on("framesent", note))
        nb.page.reload()
        nb.wait_until_idle()
        nb.run_all()
        box = nb.widgets().first.get_by_role("slider").bounding_box()
        assert box is not None
        drag(nb.page, box, sent)
        times = [at for at, _ in sent]
        rate = max((sum(t <= s < t + 1 for s in times) for t in times), default=0)
        largest = max((size for _, size in sent), default=0) / 1024
        line("threshold drag at 1 M rows: largest message", judged(largest, 64, "KB"), "of all")
        line("   most messages in a second", judged(rate, 20, "/s"), f"{len(sent)} in all")


def drag(page: Page, box: dict[str, float], sent: list[Any]) -> None:
    """Drag a slider to and fro for three seconds."""
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    sent.clear()
    end = time.monotonic() + 3
    step = 0
    while time.monotonic() < end:
        share = abs((step % 80) / 40 - 1)
        page.mouse.move(box["x"] + box["width"] * (0.1 + 0.8 * share), y)
        step += 1
    page.mouse.up()
    page.wait_for_timeout(500)


def transport() -> None:
    """Compare bytes to the browser with JSON records and Arrow IPC."""
    import pyarrow as pa  # noqa: PLC0415

    from errwidgets.columns import wire_column  # noqa: PLC0415

    rng = np.random.default_rng(2)
    table = pd.DataFrame({f"x{i}": rng.normal(size=N) for i in range(9)})
    for i in range(9):
        table[f"c{i}"] = rng.choice([f"value {j}" for j in range(5 + 4 * i)], N)
    table["y_true"] = rng.choice(list("abcd"), N)
    table["y_pred"] = rng.choice(list("abcd"), N)
    import errwidgets as ew  # noqa: PLC0415

    evaluation = ew.Evaluation.from_frame(table, y_true="y_true", y_pred="y_pred")
    codes = values = 0
    for name in table.columns:
        wire = wire_column(evaluation.columns[name], values=True)
        words = len(json.dumps({k: v for k, v in wire.items() if k not in {"codes", "values"}}))
        codes += len(wire["codes"]) + words
        values += len(wire["values"]["data"]) if wire["values"] else 0
    records = len(table.to_json(orient="records").encode())
    categorical = table.astype({f"c{i}": "category" for i in range(9)} | {
        "y_true": "category", "y_pred": "category"})  # fmt: skip
    sink = io.BytesIO()
    arrow = pa.Table.from_pandas(categorical, preserve_index=False)
    with pa.ipc.new_stream(sink, arrow.schema) as writer:
        writer.write_table(arrow)
    ipc = len(sink.getvalue())
    line(
        "bytes to the browser, 1 M x 20: codes",
        f"{codes / 1e6:.1f} MB",
        f"JSON records {records / codes:.0f}x (8x wanted), Arrow IPC {ipc / codes:.1f}x",
    )
    both = codes + values
    line("   codes and all numbers", f"{both / 1e6:.1f} MB",
         f"JSON records {records / both:.1f}x, Arrow IPC {ipc / both:.2f}x")  # fmt: skip


def saved() -> None:
    """Execute notebooks as a scheduler does, and compare the files."""
    small = """\
import numpy as np, errwidgets as ew
rng = np.random.default_rng(0)
y_true = rng.integers(0, 2, 5000)
p = np.clip(rng.normal(0.3 + 0.4 * y_true, 0.25), 0, 1)
evaluation = ew.Evaluation.from_predictions(y_true, (p >= 0.5).astype(int), y_proba=p, name="n")
"""
    sizes = {}
    for name, cells in {
        "one view": [small, "ew.ConfusionMatrix(evaluation)"],
        "five views": [small, *["ew.ConfusionMatrix(evaluation)"] * 5],
        "1 M x 20": [BIG, "ew.ConfusionMatrix(evaluation)"],
    }.items():
        with tempfile.TemporaryDirectory() as folder:
            path = write_notebook(pathlib.Path(folder) / "n.ipynb", cells)
            nb = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
            NotebookClient(nb, kernel_name="python3", timeout=300).execute()
            sizes[name] = len(nbformat.writes(nb).encode())  # type: ignore[no-untyped-call]
    more = (sizes["five views"] - sizes["one view"]) / 1024
    line("saved notebook, five views against one (binary): more by", judged(more, 20, "KB"),
         f"one view {sizes['one view'] / 1024:.0f} KB")  # fmt: skip
    line("saved notebook, 1 M rows x 20 columns", judged(sizes["1 M x 20"] / 1e6, 7, "MB"),
         "base64 included")  # fmt: skip


def main() -> None:
    """Run everything."""
    transport()
    saved()
    path = find_browser()
    if path is None:
        print("no browser: clicks and the slider were not measured")
        return
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=path, args=arguments())
        server = LabServer(pathlib.Path(folder))
        try:
            clicks(server, browser)
            slider(server, browser)
        finally:
            server.stop()
            browser.close()


if __name__ == "__main__":
    main()
