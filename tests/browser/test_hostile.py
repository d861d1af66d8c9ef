"""Names from anywhere stay text: live, saved, without trust, copied, and as conditions."""

from __future__ import annotations

import csv
import io
import pathlib
import re
from html.parser import HTMLParser

import nbformat
import pytest
from nbclient import NotebookClient
from playwright.sync_api import expect
from support.hostile import STRINGS, SURROGATE
from support.lab import open_notebook, write_notebook

N_GROUPS = 3
GROUPS = [STRINGS[start::N_GROUPS] for start in range(N_GROUPS)]
# Every string is a class, a column, a category, an index label and a part of a name.
SETUP = f"""\
import numpy as np, pandas as pd, errwidgets as ew
GROUPS = {GROUPS!a}
HALF = {SURROGATE!a}
matrices, tables = [], []

def show(g):
    names = GROUPS[g]
    k = len(names)
    code = np.repeat(np.arange(k), 3)
    said = np.where(np.arange(3 * k) % 3 == 2, (code + 1) % k, code)
    text = lambda codes: pd.Series([names[c] for c in codes], dtype=object)
    table = pd.DataFrame({{j: text((code + j) % k) for j in range(k)}})
    # Objects hold what pandas' own text cannot.
    table[k] = pd.Series([[HALF, "whole"][c % 2] for c in code], dtype=object)
    table.columns = pd.Index([*names, "half"], dtype=object)
    table.index = pd.Index(text(code).to_list(), dtype=object)
    evaluation = ew.Evaluation.from_predictions(
        text(code).to_numpy(), text(said).to_numpy(), X=table, name=" · ".join([*names, HALF]))
    tables.append((text(code).to_numpy(), text(said).to_numpy(), table))
    matrices.append(ew.ConfusionMatrix(evaluation))
    return matrices[-1]

def same(g, rows):
    m = matrices[g]
    if not (m.mask == rows).all():
        return False
    expected = m.evaluation.frame[rows]
    assert m.selected.index.equals(expected.index) and len(expected)
    query = m.query_string
    if query is not None:
        assert m.evaluation.frame.query(query).index.equals(expected.index), query
    return True

def wrong_of(g, place):
    truth, said, _ = tables[g]
    label = matrices[g].evaluation.classes[place]
    return (truth == label) & (said != label)

def column_is(g, j, value):
    return (tables[g][2].iloc[:, j] == value).to_numpy()
"""
SHOWN = [f"show({g})" for g in range(N_GROUPS)]
# Pictures of our own are of a class of our own.
HARM = (
    "script, img, iframe, a, object, embed, link, form, math, video, style, svg:not([class^=ew-])"
)
ALLOWED = {"table", "caption", "thead", "tbody", "tr", "th", "td", "p", "code"}
HARMED = pathlib.Path("/tmp/errwidgets_pwned")  # noqa: S108  what a query would have made


@pytest.fixture(scope="module")
def live(lab, browser):
    with open_hostile(lab, browser, [SETUP, *SHOWN]) as nb:
        nb.run_all()
        expect(nb.widgets()).to_have_count(N_GROUPS)
        yield nb


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile") / "hostile.ipynb"
    write_notebook(path, [SETUP, *SHOWN, *[f"matrices[{g}].evaluation" for g in range(N_GROUPS)]])
    nb = nbformat.read(path, as_version=4)
    NotebookClient(nb, kernel_name="python3", timeout=120).execute()
    return nb


def open_hostile(server, browser, cells_or_path):
    return open_notebook(
        server, browser, cells_or_path, viewport={"width": 1400, "height": 1200},
        permissions=["clipboard-read", "clipboard-write"],
    )  # fmt: skip


def check_harmless(nb, within: str = ".errwidgets") -> None:
    """Nothing ran, nothing was asked of another host, nothing stands there that could."""
    assert nb.page.evaluate("() => window.__pwned === undefined")
    assert nb.page.evaluate("() => document.querySelectorAll('body > dialog[open]').length") == 0
    for root in nb.page.locator(within).all():
        assert root.locator(HARM).evaluate_all("(found) => found.map((e) => e.outerHTML)") == []
        # An attribute that is code would be one although nothing has run yet.
        attributes = root.evaluate(
            """(root) => [...root.querySelectorAll("*")].flatMap((element) =>
              [...element.attributes].map(({ name }) => name).filter((name) =>
                name.startsWith("on") || name === "href" || name === "src" || name === "srcdoc"))"""
        )
        assert attributes == []
    assert nb.foreign_requests == []
    assert not HARMED.exists()


def test_there_are_enough_of_them():
    assert len(set(STRINGS)) == len(STRINGS) >= 60


@pytest.mark.parametrize("g", range(N_GROUPS))
def test_each_class_gives_its_rows(live, g):
    widget = live.widgets().nth(g)
    dialogs = []
    live.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    headers = widget.get_by_role("rowheader")
    assert headers.count() == len(GROUPS[g])
    for place in range(headers.count()):
        headers.nth(place).click()
        live.python_becomes(f"bool(same({g}, wrong_of({g}, {place})))", expected=True)
    widget.get_by_role("button", name="Copy code").click()
    expect(widget.get_by_role("button", name="Copy code")).to_have_text("Copied")
    code = live.page.evaluate("navigator.clipboard.readText()")
    live.run(f"evaluation = matrices[{g}].evaluation\n{code}")
    assert live.python(f"rows.index.equals(matrices[{g}].selected.index)")
    # The card explains a cell in words.
    for cell in widget.get_by_role("gridcell").all()[:3]:
        cell.hover()
        expect(widget.get_by_role("tooltip")).to_be_visible()
    assert dialogs == []
    check_harmless(live)


@pytest.mark.parametrize("g", range(N_GROUPS))
def test_each_column_and_category_is_a_condition(live, g):
    widget = live.widgets().nth(g)
    chip = widget.get_by_role("list", name="Selection").get_by_role("listitem")
    for j in range(len(GROUPS[g])):
        live.run(
            f"name, value = GROUPS[{g}][{j}], tables[{g}][2].iloc[4, {j}]\n"
            f"matrices[{g}].selection = ew.selection.In(name, (value,))"
        )
        if live.python(f"GROUPS[{g}][{j}]") == "y_true":  # the role has the name first
            continue
        assert live.python(f"bool(same({g}, column_is({g}, {j}, value)))"), GROUPS[g][j]
        n = live.python(f"len(matrices[{g}].selected)")
        total = 3 * len(GROUPS[g])
        expect(widget.get_by_role("status")).to_have_text(f"{n} of {total} rows selected")
        expect(chip).to_have_count(1)
    live.run(f"matrices[{g}].selection = ew.selection.In('half', (HALF,))")
    assert live.python(f"bool(same({g}, (tables[{g}][2]['half'] == HALF).to_numpy()))")
    n = live.python(f"len(matrices[{g}].selected)")
    expect(widget.get_by_role("status")).to_have_text(f"{n} of {total} rows selected")
    live.run(f"matrices[{g}].selection = None")
    expect(widget.get_by_role("status")).to_have_text("No rows selected")
    check_harmless(live)


@pytest.mark.parametrize("g", range(N_GROUPS))
def test_names_of_merged_classes_and_messages_stay_text(live, g):
    widget = live.widgets().nth(g)
    live.run(
        f"m, names = matrices[{g}], [s for s in GROUPS[{g}] if s.strip()]\n"
        "classes = m.evaluation.classes\n"
        "m.lens = {'merged': {s + ' and more': [classes[i]] for i, s in enumerate(names)}}"
    )
    expect(widget.get_by_role("rowheader")).to_have_count(len(GROUPS[g]))
    check_harmless(live)
    live.run("m.lens = None")
    live.run(
        "def fails(frame): raise ValueError(' '.join(names))\n"
        "m.on_select(fails); m.selection = np.arange(len(m.mask)) == 0; m.on_select(fails, True)"
    )
    expect(widget.get_by_role("alert")).to_contain_text("on_select handler fails failed")
    check_harmless(live)
    widget.get_by_role("alert").get_by_role("button", name="Dismiss").click()
    live.run("m.selection = None")


@pytest.mark.parametrize("g", range(N_GROUPS))
def test_what_is_copied_is_data(live, g):
    widget = live.widgets().nth(g)
    labels = [
        head.get_attribute("aria-label").removeprefix("true ").rpartition(", ")[0]
        for head in widget.get_by_role("rowheader").all()
    ]
    counts = live.python(f"matrices[{g}].evaluation.confusion().to_numpy().tolist()")
    table = copied(live, widget, "CSV")
    head, *rows = csv.reader(io.StringIO(table, newline=""))
    assert [as_text(label) for label in labels] == [row[0] for row in rows] == head[1:]
    assert [[int(count) for count in row[1:]] for row in rows] == counts
    check_latex(copied(live, widget, "LaTeX"), len(labels))
    check_markdown(live, copied(live, widget, "Markdown"), len(labels))
    check_harmless(live)


def copied(nb, widget, form: str) -> str:
    nb.page.evaluate("navigator.clipboard.writeText('nothing yet')")
    widget.get_by_role("button", name="More").click()
    widget.get_by_role("menuitem", name=f"Copy as {form}").click()
    nb.page.wait_for_function(
        "async () => (await navigator.clipboard.readText()) !== 'nothing yet'", timeout=5000
    )
    return nb.page.evaluate("navigator.clipboard.readText()")


def as_text(label: str) -> str:
    """Return what a spreadsheet takes for text: a formula gets an apostrophe."""
    formula = re.match(r"[=+@\t\r-].", label) and not re.fullmatch(r"[+-]?[\d.]+", label)
    return f"'{label}" if formula else label


def check_latex(text: str, n: int) -> None:
    """Only names of characters and of the table itself are commands."""
    begin, rule, *lines, last_rule, end, _ = text.split("\n")
    assert (rule, last_rule, end) == (r"\hline", r"\hline", r"\end{tabular}")
    assert begin == r"\begin{tabular}{l" + "r" * n + "}"
    known = r"\\(textbackslash|textasciitilde|textasciicircum|textless|textgreater|textbar)\{\}"
    for line in lines:
        if line == r"\hline":
            continue
        assert line.endswith(r" \\")
        bare = re.sub(known, "", line.removesuffix(r" \\"))
        bare = re.sub(r"\\[&%$#_{}]|\\,", "", bare)
        assert "\\" not in bare, line
        assert bare.count("&") == n
        assert not re.search(r"[%$#_^~]", bare), line


def check_markdown(nb, text: str, n: int) -> None:
    """Rendered by the host, it is one table with the labels in it."""
    lines = text.rstrip("\n").split("\n")
    assert len(lines) == n + 2
    found = nb.page.evaluate(
        """async (text) => {
          const { content } = window.jupyterapp.shell.currentWidget;
          const drawn = content.rendermime.createRenderer("text/markdown");
          await drawn.renderModel({ data: { "text/markdown": text }, metadata: {}, trusted: true,
            setData() {} });
          document.body.append(drawn.node);
          await new Promise((done) => setTimeout(done, 300));
          const seen = {
            harm: [...drawn.node.querySelectorAll("script, img, iframe, object, form, style")]
              .map((element) => element.outerHTML),
            code: [...drawn.node.querySelectorAll("a")].map((a) => a.getAttribute("href") ?? "")
              .filter((href) => /^\\s*(javascript|data):/i.test(href)),
            rows: drawn.node.querySelectorAll("tr").length,
          };
          drawn.node.remove();
          return seen;
        }""",
        text,
    )
    assert found["harm"] == []
    assert found["code"] == []
    assert found["rows"] == n + 1


def test_saved_and_trusted_they_stay_text(executed, lab, browser):
    nbformat.write(executed, lab.root / "hostile.ipynb")
    with open_hostile(lab, browser, "hostile.ipynb") as nb:
        nb.trust()
        expect(nb.widgets()).to_have_count(N_GROUPS, timeout=20_000)
        for g in range(N_GROUPS):
            widget = nb.widgets().nth(g)
            headers = widget.get_by_role("rowheader")
            assert headers.count() == len(GROUPS[g])
            for place in range(0, headers.count(), 6):
                headers.nth(place).click()
                total = 3 * len(GROUPS[g])
                expect(widget.get_by_role("status")).to_have_text(f"1 of {total} rows selected")
        check_harmless(nb)


def test_without_trust_the_tables_are_text(executed, lab, browser):
    path = "hostile-untrusted.ipynb"
    nbformat.write(executed, lab.root / path)
    with open_hostile(lab, browser, path) as nb:
        expect(nb.page.get_by_role("table").first).to_be_visible(timeout=20_000)
        expect(nb.widgets()).to_have_count(0)
        check_harmless(nb, ".jp-OutputArea-output")


class Tags(HTMLParser):
    """The tags and attributes of a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_comment(self, data):  # noqa: ARG002
        self.tags.add("!--")


def test_the_fallback_holds_nothing_but_a_table(executed):
    found = [
        output["data"]["text/html"]
        for cell in executed.cells for output in cell.outputs
        if "text/html" in output.get("data", {})
    ]  # fmt: skip
    assert len(found) == 2 * N_GROUPS
    for text in found[:N_GROUPS]:
        tags = Tags(text)
        assert tags.tags <= ALLOWED
        assert tags.attributes == set()
    for text in found[N_GROUPS:]:
        tags = Tags(text)
        assert not tags.tags & {"script", "img", "iframe", "a", "svg", "form", "link", "!--"}
        assert not {name for name in tags.attributes if name.startswith("on")}
