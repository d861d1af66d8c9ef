"""Thousands of random gestures, after which the page and Python must say the same.

    python benchmarks/soak_gestures.py --seed 1 --steps 5000 --every 50

Two linked matrices and one that stands apart, in a real JupyterLab: half of the steps with nine
classes and groups of them, half with two classes and a threshold. After every 50 steps clauses,
lens, chips, the number of selected rows and each count of each matrix must be those of Python and
of pandas. The plan depends on the seed alone; a failure prints the command that walks to it with a
check after each step.

Most gestures are real DOM events sent inside the page, several in a row with nothing waited for;
drags, a part of the clicks and of the slider's moves are the browser's own mouse. Assignments from
Python go in between without waiting either, so both sides write at the same time.
"""

from __future__ import annotations

import argparse
import itertools
import json
import pathlib
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "tests"))

from playwright.sync_api import sync_playwright
from support.browser import arguments, find_browser
from support.lab import LabServer, open_notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

STEPS, EVERY, SEED = 5000, 50, 1
SETTLE_SECONDS = 15
N_VIEWS = 3
APART = 2
RELOAD_EVERY = 700
TALL = {"width": 1300, "height": 3400}

COMMON = """\
import numpy as np, pandas as pd, errwidgets as ew
from errwidgets import selection as sel
rng = np.random.default_rng(5)
"""
CLASSES = """\
n = 3000
names = list("abcdefghi")
truth = rng.choice(names, n, p=np.arange(1, 10) / 45)
guess = np.where(rng.random(n) < 0.6, truth, rng.choice(names, n))
table = pd.DataFrame({"age": rng.integers(0, 90, n), "city": rng.choice(["Ulm", "Bonn"], n),
                      "label": truth, "said": guess}, index=[f"r{i}" for i in rng.permutation(n)])
evaluation = ew.Evaluation.from_frame(
    table, y_true="label", y_pred="said", class_groups={"front": ["a", "b"], "back": ["h", "i"]})
"""
BINARY = """\
n = 3000
truth = rng.choice(["ham", "spam"], n, p=[0.7, 0.3])
p = np.clip(rng.normal(0.35 + 0.3 * (truth == "spam"), 0.2), 0, 1)
guess = np.where(p >= 0.5, "spam", "ham")
table = pd.DataFrame({"age": rng.integers(0, 90, n), "city": rng.choice(["Ulm", "Bonn"], n),
                      "label": truth, "said": guess, "p": p},
                     index=[f"r{i}" for i in rng.permutation(n)])
evaluation = ew.Evaluation.from_frame(table, y_true="label", y_pred="said", y_proba="p")
"""
REPORT = """\
def leaves(predicate):
    parts = getattr(predicate, "of", None)
    if parts is None:
        return [predicate]
    return [leaf for part in (parts if isinstance(parts, tuple) else (parts,))
            for leaf in leaves(part)]

def speaks_of_cells(predicate):
    return all(getattr(leaf, "column", None) in {"y_true", "y_pred"}
               or (isinstance(leaf, sel.In) and leaf.column == "is_error")
               for leaf in leaves(predicate))

def seen(matrix):
    # What pandas counts of the rows that other views select, through the lens.
    group, lens = matrix._group, matrix.lens
    code = matrix.selection.clause("python")
    own = {matrix._source} | ({"python"} if code and speaks_of_cells(code.predicate) else set())
    rows = np.ones(n, dtype=bool)
    for clause in matrix.selection:
        if clause.source not in own:
            rows &= sel.mask(clause.predicate, group.columns, n)
    said = guess
    if lens.threshold is not None:
        said = np.where(p >= lens.threshold, "spam", "ham")
    units = {label: name for name, labels in lens.merged for label in labels}
    shown = pd.DataFrame({"t": truth, "p": said}).map(lambda label: units.get(label, label))
    counts = pd.crosstab(shown["t"][rows], shown["p"][rows])
    return {f"{t}|{s}": int(counts.loc[t, s]) for t in counts.index for s in counts.columns
            if counts.loc[t, s]}

def report():
    # Clicks may arrive in another thread; what is compared is of one moment.
    with first._group.lock, apart._group.lock:
        return both_groups()

def both_groups():
    found = []
    for matrix in (first, second, apart):
        group = matrix._group
        query, rows = matrix.query_string, matrix.selected
        if query is not None:
            assert evaluation.frame.query(query).index.equals(rows.index), query
        assert int(matrix.mask.sum()) == len(rows)
        found.append({
            "n_selected": len(rows), "empty": not matrix.selection, "cells": seen(matrix),
            "n_clauses": len(matrix.selection), **group._states(),
        })
    assert first.selection == second.selection and first.lens == second.lens
    return found
"""
VIEWS = (
    "first = ew.ConfusionMatrix(evaluation); first",
    "second = ew.ConfusionMatrix(evaluation); second",
    "apart = ew.ConfusionMatrix(evaluation, linked=False); apart",
)
NAMES = ("first", "second", "apart")

# Everything that .selection takes; {view} is one of the three.
ASSIGNED = (
    "None",
    "'age > 60'",
    "'is_error'",
    "'city == \"Ulm\" and age <= 20'",
    "'label == said'",
    "np.arange(n) % 3 == 0",
    "pd.Series(table.age < 30).sample(frac=1, random_state=1)",
    "table.index[::7]",
    "list(table.index[5:90])",
    "table[table.city == 'Bonn']",
    "first.selection",
    "sel.In('city', ('Ulm',))",
    "sel.Range('age', 20, 40)",
    "sel.Not(sel.Range('age', 10, 80))",
    "sel.Rows.of([0, 5, n - 1], n)",
    "sel.In('y_true', (truth[0],))",
    "sel.All((sel.In('y_true', (truth[0],)), sel.In('y_pred', (truth[1],))))",
    "sel.AnyOf((sel.In('y_pred', (truth[2],)), sel.In('y_true', (truth[3],))))",
    "sel.Contains('city', 'on')",
    "[]",
)
REFUSED = ("'nope > 1'", "np.zeros(3, dtype=bool)", "['no such row']", "'age +'", "7")
LENSES = {
    "classes": ("None", "{'merged': {'first two': ['a', 'b']}}",
                "{'merged': {'x': ['c', 'd', 'e'], 'y': ['a', 'i']}}"),
    "binary": ("None", "{'threshold': 0.3}", "{'threshold': 0.123456}", "{'threshold': 0.9}",
               "{'threshold': 0.5}", "{'merged': {'both': ['ham', 'spam']}}"),
}  # fmt: skip

ACT = """
async (gestures) => {
  const pause = () => new Promise((done) => setTimeout(done));
  const widget = (view) => document.querySelectorAll("section.ew-widget")[view];
  const any = (list, i) => (list.length ? list[i % list.length] : null);
  const press = (target, { shift = false, ctrl = false } = {}) => {
    if (!target) return;
    const { left, top, width, height } = target.getBoundingClientRect();
    const where = { clientX: left + width / 2, clientY: top + height / 2 };
    const how = { ...where, bubbles: true, cancelable: true, composed: true, shiftKey: shift,
      ctrlKey: ctrl, button: 0, pointerType: "mouse", pointerId: 1, detail: 1 };
    target.dispatchEvent(new PointerEvent("pointerdown", { ...how, buttons: 1 }));
    target.dispatchEvent(new MouseEvent("mousedown", { ...how, buttons: 1 }));
    target.focus?.({ preventScroll: true });
    target.dispatchEvent(new PointerEvent("pointerup", how));
    target.dispatchEvent(new MouseEvent("mouseup", how));
    target.dispatchEvent(new MouseEvent("click", how));
  };
  const key = (target, name, { shift = false, ctrl = false } = {}) => {
    const how = { bubbles: true, cancelable: true, composed: true };
    target?.dispatchEvent(
      new KeyboardEvent("keydown", { ...how, key: name, shiftKey: shift, ctrlKey: ctrl }));
  };
  const put = (input, value, ...events) => {
    if (!input) return;
    input.value = value;
    for (const name of events) input.dispatchEvent(new Event(name, { bubbles: true }));
  };
  const kinds = {
    cell(root, { at: [t, p], ...how }) {
      const rows = root.querySelectorAll("[role=row].ew-row");
      press(any(any(rows, t)?.querySelectorAll("[role=gridcell]") ?? [], p), how);
    },
    header: (root, { axis, i, ...how }) =>
      press(any(root.querySelectorAll(`[role=${axis}]`), i), how),
    key(root, { name, ...how }) {
      const stop = root.querySelector("[role=grid] [tabindex='0']");
      stop?.focus({ preventScroll: true });
      key(stop, name, how);
    },
    pair: (root, { i, ...how }) => press(any(root.querySelectorAll("[data-pair]"), i), how),
    chip: (root, { i }) => press(any(root.querySelectorAll(".ew-chip button"), i)),
    button(root, { name }) {
      const button = root.querySelector(`[aria-label="${name}"]`);
      if (!button?.closest(".ew-hidden")) press(button);
    },
    async menu(root, { i }) {
      const more = root.querySelector("[aria-haspopup=menu]");
      press(more);
      await pause();
      await pause();
      press(any(root.querySelectorAll("[role^=menuitem]"), i));
      await pause();
      key(root.querySelector("[role=menu]"), "Escape");
    },
    radio: (root, { i }) => press(any(root.querySelectorAll("input[type=radio]"), i)),
    order(root, { i }) {
      const select = root.querySelector("select");
      if (select) put(select, any(select.options, i).value, "change");
    },
    async drag_slider(root, { values, finished }) {
      for (const value of values) {
        put(root.querySelector("input[type=range]"), String(value), "input");
        await pause();
      }
      if (finished) put(root.querySelector("input[type=range]"), String(values.at(-1)), "change");
    },
    typed: (root, { value }) => put(root.querySelector("input[type=number]"), value, "change"),
    as_predicted(root) {
      press([...root.querySelectorAll(".ew-slider .ew-link")].at(-1));
    },
  };
  for (const { view, kind, ...gesture } of gestures) {
    const root = widget(view);
    if (!root) throw new Error(`view ${view} is not on the page`);
    await kinds[kind](root, gesture);
    await pause();
  }
}
"""
MIDDLE = """
([view, t, p]) => {
  const any = (list, i) => list[i % list.length];
  const root = document.querySelectorAll("section.ew-widget")[view];
  const row = any(root.querySelectorAll(".ew-row"), t);
  const { left, top, width, height } = any(row.querySelectorAll("[role=gridcell]"), p)
    .getBoundingClientRect();
  return [left + width / 2, top + height / 2];
}
"""
PAGE = """
async () => {
  const { content } = window.jupyterapp.shell.currentWidget;
  const maker = content.rendermime.createRenderer("application/vnd.jupyter.widget-view+json");
  const manager = await maker._manager.promise;
  const stores = [];
  for (const out of document.querySelectorAll("section.ew-widget")) stores.push(out);
  const views = [];
  for (const cell of content.model.cells)
    for (const output of cell.outputs?.toJSON() ?? []) {
      const id = output.data?.["application/vnd.jupyter.widget-view+json"]?.model_id;
      if (!id || !manager.has_model(id)) continue;
      const model = await manager.get_model(id);
      const store = await manager.get_model(model.get("_store").replace("anywidget:", ""));
      views.push({ state: store.get("state"), lens: store.get("lens") });
    }
  return stores.map((root, i) => ({
    ...views[i],
    status: root.querySelector("[role=status]").textContent,
    chips: root.querySelectorAll(".ew-chip").length,
    cells: [...root.querySelectorAll("[role=gridcell]")].map((c) => c.getAttribute("aria-label")),
    alerts: [...root.querySelectorAll("[role=alert]")].map((alert) => alert.textContent),
    wanting: [...root.querySelectorAll(".ew-wanting")].map((note) => note.textContent),
  }));
}
"""


class MismatchError(AssertionError):
    """The page and Python say different things."""


@dataclass
class Step:
    """One thing that happens."""

    kind: str
    how: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.kind} {json.dumps(self.how)}"


# ------------------------------------------------------------ the plan


def plan(world: str, seed: int, steps: int) -> Iterator[Step]:
    """Yield what happens, by the seed alone."""
    dice = random.Random(f"{world} {seed}")  # noqa: S311  no secret
    for number in range(1, steps + 1):
        if number % RELOAD_EVERY == 0:
            yield Step("reload", {})
        else:
            yield one_step(world, dice)


def one_step(world: str, dice: random.Random) -> Step:
    """Return a random step."""
    view = dice.choice((0, 0, 1, 1, APART))
    keys = {"ctrl": dice.random() < 0.3, "shift": dice.random() < 0.2}
    place = [dice.randrange(9), dice.randrange(9)]
    number = dice.randrange(200)
    made: dict[str, tuple[float, Callable[[], dict[str, Any]]]] = {
        "cell": (30, lambda: {"at": place, **keys}),
        "header": (8, lambda: {"axis": dice.choice(("rowheader", "columnheader")),
                               "i": number, "ctrl": keys["ctrl"]}),
        "key": (18, lambda: {"name": dice.choice((
            "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "Enter", " ",
            "Enter", "Escape", "b", "s")), **keys}),
        "pair": (6, lambda: {"i": number, "ctrl": keys["ctrl"]}),
        "chip": (4, lambda: {"i": number}),
        "button": (2, lambda: {"name": dice.choice(("Clear selection", "Copy code"))}),
        "menu": (6, lambda: {"i": number}),
        "radio": (3, lambda: {"i": number}),
        "order": (3, lambda: {"i": number}),
        "mouse_click": (4, lambda: {"at": place, "ctrl": keys["ctrl"]}),
        "mouse_drag": (3, lambda: {"at": place, "to": [dice.randrange(9), dice.randrange(9)],
                                   "ctrl": keys["ctrl"]}),
        "assign": (9, lambda: {"value": dice.choice(ASSIGNED)}),
        "refused": (1, lambda: {"value": dice.choice(REFUSED)}),
        "lens": (2, lambda: {"value": dice.choice(LENSES[world])}),
        "remake": (0.7, dict),
        "close": (0.3, dict),
        "remake_linked": (0.3, dict),
    }  # fmt: skip
    if world == "binary":
        made |= {
            "drag_slider": (6, lambda: {
                "values": [round(dice.random(), 3) for _ in range(dice.randrange(1, 12))],
                "finished": dice.random() < 0.9}),
            "typed": (1, lambda: {"value": str(round(dice.random(), 3))}),
            "as_predicted": (2, dict),
            "mouse_slider": (1, lambda: {"to": dice.random()}),
        }  # fmt: skip
    kind = dice.choices(list(made), [weight for weight, _ in made.values()])[0]
    return Step(kind, {"view": view, **made[kind][1]()})


# ------------------------------------------------------------ doing it


class Walk:
    """A notebook in which steps are taken, and what is compared."""

    def __init__(self, nb: Any, world: str) -> None:
        self.nb = nb
        self.world = world
        self.waiting: list[dict[str, Any]] = []
        self.counted: Counter[str] = Counter()
        nb.run_all()
        self.shown()

    def shown(self) -> None:
        """Wait until all three are on the page."""
        self.nb.page.wait_for_function(
            "n => document.querySelectorAll('section.ew-widget [role=grid]').length === n",
            arg=N_VIEWS, timeout=30_000,
        )  # fmt: skip

    def take(self, step: Step) -> None:
        """Take a step; what happens in the page alone is sent together."""
        self.counted[step.kind] += 1
        own = getattr(self, step.kind, None)
        if own is None:
            self.waiting.append({"kind": step.kind, **step.how})
            return
        self.flush()
        own(**step.how)

    def flush(self) -> None:
        """Send the gestures that wait."""
        if self.waiting:
            sent, self.waiting = self.waiting, []
            self.nb.page.evaluate(ACT, sent)

    # -------------------------------------------------------- the mouse

    def _middle(self, view: int, at: list[int]) -> tuple[float, float]:
        """Return where a cell is now: a lens on its way may leave fewer of them."""
        x, y = self.nb.page.evaluate(MIDDLE, [view, *at])
        return x, y

    def mouse_click(self, view: int, at: list[int], *, ctrl: bool) -> None:
        """Click with the browser's own mouse."""
        self._press([self._middle(view, at)], ctrl=ctrl)

    def mouse_drag(self, view: int, at: list[int], to: list[int], *, ctrl: bool) -> None:
        """Drag a rectangle."""
        self._press([self._middle(view, at), self._middle(view, to)], ctrl=ctrl)

    def _press(self, places: list[tuple[float, float]], *, ctrl: bool) -> None:
        """Press at the first place, let go at the last."""
        page = self.nb.page
        if ctrl:
            page.keyboard.down("Control")
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=3)
        page.mouse.up()
        if ctrl:
            page.keyboard.up("Control")

    def mouse_slider(self, view: int, to: float) -> None:
        """Drag the threshold."""
        slider = self.nb.page.locator("section.ew-widget").nth(view).locator("input[type=range]")
        if not slider.count():
            return
        box = slider.bounding_box()
        middle = box["y"] + box["height"] / 2
        mouse = self.nb.page.mouse
        mouse.move(box["x"] + box["width"] / 2, middle)
        mouse.down()
        mouse.move(box["x"] + to * box["width"], middle, steps=5)
        mouse.up()

    # -------------------------------------------------------- Python

    def assign(self, view: int, value: str) -> None:
        """Assign a selection."""
        self.nb.run(f"{NAMES[view]}.selection = {value}")

    def refused(self, view: int, value: str) -> None:
        """Assign what is refused: nothing changes."""
        self.nb.run(
            f"try: {NAMES[view]}.selection = {value}\n"
            "except (TypeError, ValueError): pass\n"
            "else: raise AssertionError('it was taken')"
        )

    def lens(self, view: int, value: str) -> None:
        """Look through another lens."""
        self.nb.run(f"{NAMES[view]}.lens = {value}")

    # -------------------------------------------------------- life and death

    def remake(self, view: int) -> None:
        """Run the cell of a view again."""
        self.nb.run_cell(1 + view)
        self.shown()

    def close(self, view: int) -> None:
        """Close a view and make it again."""
        self.nb.run(f"{NAMES[view]}.close()")
        self.remake(view)

    def remake_linked(self, view: int) -> None:  # noqa: ARG002  every step has one
        """Close both linked views, and with them the store; the selection stays."""
        self.nb.run("first.close(); second.close()")
        self.nb.run_cell(1)
        self.nb.run_cell(2)
        self.shown()

    def reload(self) -> None:
        """Save, and open the page anew."""
        self.nb.save()
        self.nb.page.reload()
        self.nb.wait_until_idle()
        self.shown()

    # -------------------------------------------------------- comparing

    def compare(self) -> None:
        """Wait until both sides agree.

        Raises
        ------
        MismatchError
            When they do not within some seconds.
        """
        self.flush()
        end = time.monotonic() + SETTLE_SECONDS
        while True:
            differ = differences(self.nb.python("report()"), self.nb.page.evaluate(PAGE))
            if not differ:
                return
            if time.monotonic() > end:
                raise MismatchError("\n".join(differ))
            time.sleep(0.05)


def differences(python: list[dict[str, Any]], page: list[dict[str, Any]]) -> list[str]:
    """Return in words what the two sides do not agree on."""
    if len(page) != len(python):
        return [f"{len(page)} views on the page, {len(python)} in Python"]
    found = []
    for name, here, there in zip(NAMES, python, page, strict=True):
        status = "No rows selected" if here["empty"] else f"{here['n_selected']:,} of 3,000 rows"
        cells = {}
        for label in there["cells"]:
            true, _, rest = label.removeprefix("true ").partition(", predicted ")
            predicted, _, count = rest.partition(": ")
            cells[f"{true}|{predicted}"] = count_of(count)
        pairs = {
            "status": (status, there["status"].removesuffix(" selected") if not here["empty"]
                       else there["status"]),
            "chips": (here["n_clauses"], there["chips"]),
            "clauses": (here["state"], there["state"]),
            "lens": (here["lens"], there["lens"]),
            "cells": (here["cells"], {k: v for k, v in cells.items() if v}),
            "alerts": ([], there["alerts"] + [note for note in there["wanting"] if note.strip()]),
        }  # fmt: skip
        found += [
            f"{name}: {what} is {a} in Python, {b} on the page"
            for what, (a, b) in pairs.items() if a != b
        ]  # fmt: skip
    return found


def count_of(text: str) -> int:
    """Return the count that a cell's name starts with: "1,234, 5 % of …"."""
    return int(
        "".join(itertools.takewhile(lambda c: c.isdigit() or c == ",", text)).replace(",", "")
    )


# ------------------------------------------------------------ the run


def walk(
    server: LabServer, browser: Browser, world: str, *, seed: int, steps: int, every: int
) -> str | None:
    """Take all steps in one notebook; return what went wrong."""
    cells = [COMMON + (CLASSES if world == "classes" else BINARY) + REPORT, *VIEWS]
    began = time.monotonic()
    options = {"viewport": TALL, "permissions": ["clipboard-read", "clipboard-write"]}
    with open_notebook(server, browser, cells, **options) as nb:
        walked = Walk(nb, world)
        walked.compare()
        recent: list[str] = []
        for number, step in enumerate(plan(world, seed, steps), 1):
            recent.append(f"{number}: {step}")
            try:
                walked.take(step)
                if number % every == 0 or number == steps:
                    walked.compare()
                    recent = []
            except Exception as error:  # noqa: BLE001  a refused step is a finding too
                said = "\n  ".join(recent)
                return (
                    f"{world}: {type(error).__name__} by step {number}: {error}\nsteps since the "
                    f"last agreement:\n  {said}\nreplay:\n  python benchmarks/soak_gestures.py "
                    f"--world {world} --seed {seed} --steps {number} --every 1"
                )
        if nb.console_errors or nb.foreign_requests:
            return f"{world}: {nb.console_errors[:5]} {nb.foreign_requests[:5]}"
    took = time.monotonic() - began
    kinds = ", ".join(f"{kind} {count}" for kind, count in walked.counted.most_common())
    print(f"{world}: {steps} steps in {took:.0f} s, both sides agree\n  {kinds}", flush=True)
    return None


def main() -> int:
    """Walk through both worlds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--steps", type=int, default=STEPS, help="of both worlds together")
    parser.add_argument("--every", type=int, default=EVERY, help="steps between two comparisons")
    parser.add_argument("--world", choices=("classes", "binary"), help="only this one: all steps")
    chosen = parser.parse_args()
    worlds = [chosen.world] if chosen.world else ["classes", "binary"]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=arguments())
        server = LabServer(pathlib.Path(folder))
        try:
            wrong = [
                walk(
                    server,
                    browser,
                    world,
                    seed=chosen.seed,
                    steps=chosen.steps // len(worlds),
                    every=chosen.every,
                )
                for world in worlds
            ]
        finally:
            server.stop()
            browser.close()
    print(f"{time.monotonic() - began:.0f} s in all")
    failed = [text for text in wrong if text]
    print("\n\n".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
