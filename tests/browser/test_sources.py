"""Where numbers come from: the page, Python, a sample, aggregates; the same numbers each time."""

from __future__ import annotations

import json
import re

import nbformat
import pytest
from nbclient import NotebookClient
from playwright.sync_api import expect
from support.lab import open_notebook, write_notebook
from support.views import cell

N = 6000
# Budgets of a size that a test can exceed; what pages ask for is noted, and can be made slow.
SETUP = f"""\
import time
import numpy as np, pandas as pd, errwidgets as ew
from errwidgets.sharing import persisted
from errwidgets.widgets import needs, requests
rng = np.random.default_rng(0)
n = {N}
table = pd.DataFrame({{"age": rng.integers(0, 90, n), "text": "row"}},
                     index=[f"r{{i}}" for i in range(n)])
table["y_true"] = rng.choice(["bird", "cat", "dog"], n)
table["y_pred"] = np.where(rng.random(n) < 0.7, table["y_true"],
                           rng.choice(["bird", "cat", "dog"], n))
asked, sizes, pause = [], [], [0]
answer = requests.Requests.answer

def noted(self, content):
    asked.append(content["name"] if content["kind"] == "column" else content["kind"])
    time.sleep(pause[0])
    reply = answer(self, content)
    sizes.append(sum(map(len, reply[1])))
    return reply

requests.Requests.answer = noted

def evaluate(budget=5_000_000, page_bytes=128 << 20, **options):
    persisted.BUDGET, needs.PAGE_BYTES = budget, page_bytes
    return ew.Evaluation.from_frame(table, y_true="y_true", y_pred="y_pred", **options)

def counted(rows):
    return pd.crosstab(table.y_true[rows], table.y_pred[rows]).to_numpy().ravel().tolist()
"""
SMALL = 9_000
SAMPLED = f"""\
sampled = evaluate(budget={SMALL}, name="sampled")
first = ew.ConfusionMatrix(sampled); first
"""
SECOND = "second = ew.ConfusionMatrix(sampled); second"
LOCAL = 'local = ew.ConfusionMatrix(evaluate(name="local")); local'
OLD = "table.age > 60"


def counts(widget) -> list[int]:
    """The counts of all cells, as they are named."""
    labels = widget.get_by_role("gridcell").evaluate_all(
        "(cells) => cells.map((cell) => cell.getAttribute('aria-label'))"
    )
    return [int(re.search(r": (\d[\d,]*)", label)[1].replace(",", "")) for label in labels]


def becomes(widget, expected: list[int]) -> None:
    """Wait until the cells have these counts."""
    place = next(i for i, count in enumerate(expected) if count)
    name = re.compile(rf": {expected[place]:,}\b")
    expect(widget.get_by_role("gridcell").nth(place)).to_have_attribute("aria-label", name)
    assert counts(widget) == expected


def test_columns_that_were_not_saved_travel_when_they_are_needed(notebook):
    nb = notebook(SETUP, SAMPLED, SECOND)
    first, second = nb.widgets().nth(0), nb.widgets().nth(1)
    # All rows are counted in Python, so nothing travels for the picture.
    becomes(first, nb.python("counted(table.age >= 0)"))
    assert nb.python("asked") == []
    assert nb.python("first._store.sample is not None")
    cell(first, "cat", "dog").click()
    n = nb.python("int(((table.y_true == 'cat') & (table.y_pred == 'dog')).sum())")
    expect(second.get_by_role("status")).to_have_text(f"{n} of 6,000 rows selected")
    assert nb.python("asked") == []
    # Rows that Python names: now the page needs the labels of every row.
    nb.run("first.selection = np.asarray(table.age > 60)")
    expected = nb.python(f"counted({OLD})")
    for widget in (first, second):
        becomes(widget, expected)
        expect(widget.get_by_role("status")).to_have_text(
            f"{sum(expected):,} of 6,000 rows selected"
        )
        expect(widget).not_to_contain_text("Estimated")
    assert sorted(nb.python("asked")) == ["y_pred", "y_true"]
    # Asked once; the next condition finds them here.
    nb.run("first.selection = 'age > 30'")
    becomes(second, nb.python("counted(table.age > 30)"))
    cell(first, "cat", "dog").click()
    both = nb.python(
        "int(((table.y_true == 'cat') & (table.y_pred == 'dog') & (table.age > 30)).sum())"
    )
    expect(second.get_by_role("status")).to_have_text(f"{both} of 6,000 rows selected")
    assert len(nb.python("asked")) == 2
    assert nb.python(f"len(first.selected) == {both} and max(sizes) <= 4_000_000")
    # After a reload they are asked for again.
    nb.save()
    nb.page.reload()
    nb.wait_until_idle()
    expect(nb.widgets().nth(1).get_by_role("status")).to_have_text(
        f"{both} of 6,000 rows selected", timeout=20_000
    )
    assert sorted(nb.python("asked[2:]")) == ["y_pred", "y_true"]
    assert nb.console_errors == []


def test_a_slow_column_shows_its_progress_and_can_be_cancelled(notebook):
    nb = notebook(SETUP, SAMPLED)
    widget = nb.widgets()
    before = counts(widget)
    nb.run("requests.PART_BYTES = 1000; pause[0] = 0.25")
    nb.run("first.selection = 'age > 60'")
    progress = widget.get_by_role("progressbar")
    expect(progress).to_be_visible()
    expect(progress).to_have_attribute("aria-label", "Bringing y_true to the page")
    nb.page.wait_for_function(
        "() => Number(document.querySelector('[role=progressbar]').ariaValueNow) >= 50"
    )
    assert 0 < int(progress.get_attribute("aria-valuenow")) < 100
    widget.get_by_role("button", name="Cancel").click()
    expect(progress).to_have_count(0)
    nb.page.wait_for_timeout(600)
    n_asked = nb.python("len(asked)")
    nb.page.wait_for_timeout(800)
    # Nothing more is asked for, and the picture of before is still there.
    assert nb.python("len(asked)") == n_asked < 12
    assert counts(widget) == before
    expect(widget.get_by_role("note")).to_be_visible()
    # The view is as usable as before.
    cell(widget, "cat", "dog").click()
    nb.python_becomes("first.selection.clause(first._source) is not None", expected=True)
    nb.run("first.selection = None")
    expect(widget.get_by_role("status")).to_have_text("No rows selected")
    expect(widget.get_by_role("note")).to_have_count(0)
    # Not cancelled, it ends in the right numbers.
    nb.run("pause[0] = 0.05; first.selection = 'age > 60'")
    becomes(widget, nb.python(f"counted({OLD})"))
    expect(progress).to_have_count(0)
    assert nb.python("max(sizes) <= 1000")
    assert nb.console_errors == []


def test_counted_in_python_or_in_the_page_the_numbers_are_the_same(notebook):
    big = f"""\
sampled = evaluate(budget={SMALL}, page_bytes=1000, name="big")
first = ew.ConfusionMatrix(sampled); first
"""
    nb = notebook(SETUP, big, SECOND, LOCAL)
    first, second, local = (nb.widgets().nth(i) for i in range(3))
    note = "Counted in Python: 6,000 rows are more than the page holds"
    expect(first.get_by_text(note)).to_have_count(0)
    conditions = (
        "'age > 60'",
        "'age <= 20 or age > 80'",
        "np.arange(n) % 7 == 0",
        "ew.selection.Not(ew.selection.Range('age', 10, 40))",
        "list(table.index[5:500])",
    )
    for condition in conditions:
        nb.run(f"first.selection = {condition}; local.selection = {condition}")
        expected = nb.python("counted(first.mask)")
        for widget in (first, second, local):
            becomes(widget, expected)
            expect(widget.get_by_role("status")).to_have_text(
                f"{sum(expected):,} of 6,000 rows selected"
            )
        figures = [widget.locator(".ew-overall-line").inner_text() for widget in (first, local)]
        assert figures[0] == figures[1]
    expect(first.get_by_text(note)).to_be_visible()
    expect(local.get_by_text(note)).to_have_count(0)
    assert set(nb.python("asked")) == {"query"}
    # A click filters what Python counts for the other view.
    cell(first, "cat", "dog").click()
    n = nb.python("len(first.selected)")
    expect(second.get_by_role("status")).to_have_text(f"{n} of 6,000 rows selected")
    assert nb.python(
        "first.selected.equals(sampled.frame[first.mask & "
        "((table.y_true == 'cat') & (table.y_pred == 'dog'))])"
    )
    assert nb.console_errors == []


def test_without_persistence_aggregates_draw_and_rows_come_when_needed(notebook):
    nb = notebook(
        SETUP,
        'plain = evaluate(persist=False, name="plain")\nfirst = ew.ConfusionMatrix(plain); first',
        "second = ew.ConfusionMatrix(plain); second",
    )
    first, second = nb.widgets().nth(0), nb.widgets().nth(1)
    becomes(second, nb.python("counted(table.age >= 0)"))
    assert nb.python("[len(c['codes']) for c in first._store.columns.values()]") == [0, 0, 0]
    kept = nb.python("plain.persisted()[['what', 'rows']].astype(str).values.tolist()")
    assert "row" not in {what for what, _ in kept}
    cell(first, "cat", "dog").click()
    expected = nb.python("counted((table.y_true == 'cat') & (table.y_pred == 'dog'))")
    expect(cell(second, "cat", "cat")).to_have_attribute("aria-label", re.compile(": 0"))
    assert sum(counts(second)) == sum(expected)
    assert nb.python("asked") == []
    nb.run("first.selection = 'age > 60'")
    becomes(second, nb.python(f"counted({OLD})"))
    assert nb.python("first.selected.equals(plain.frame[table.age > 60])")
    assert sorted(nb.python("asked")) == ["y_pred", "y_true"]


# ---------------------------------------------------------------- saved, and no kernel

PRINTED = """\
import json
old = table.age > 60
print(json.dumps([counted(old), list(table.index[old][:50])]))
"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("sources") / "sources.ipynb"
    write_notebook(path, [
        SETUP, SAMPLED, SECOND, "first.selection = 'age > 60'",
        'plain = evaluate(persist=False, name="plain"); third = ew.ConfusionMatrix(plain); third',
        "fourth = ew.ConfusionMatrix(plain); fourth",
        'rows = evaluate(persist="rows", name="rows"); fifth = ew.ConfusionMatrix(rows); fifth',
        "fifth.selection = 'age > 60'",
        PRINTED,
    ])  # fmt: skip
    nb = nbformat.read(path, as_version=4)
    NotebookClient(nb, kernel_name="python3", timeout=120).execute()
    return nb


@pytest.fixture
def reopened(saved, lab, browser):
    nbformat.write(saved, lab.root / "sources.ipynb")
    with open_notebook(lab, browser, "sources.ipynb") as nb:
        nb.trust()
        expect(nb.widgets()).to_have_count(5, timeout=20_000)
        yield nb


def test_saved_with_a_sample_the_estimate_is_announced(reopened, saved):
    exact, labels = json.loads(saved.cells[-1].outputs[0]["text"])
    first = reopened.page.get_by_role("region", name="Confusion matrix · sampled").first
    second = reopened.page.get_by_role("region", name="Confusion matrix · sampled").nth(1)
    for widget in (first, second):
        note = widget.get_by_text(re.compile(r"^Estimated from a sample of \d+ of 6,000 rows"))
        expect(note).to_be_visible()
        drawn = int(re.search(r"sample of (\d+)", note.inner_text())[1])
        assert 100 < drawn < 1000
        estimate = counts(widget)
        # The sample holds every cell in its share, so a third of each is well estimated.
        assert sum(estimate) == pytest.approx(sum(exact), rel=0.2)
        assert estimate != exact
    # Without a condition the numbers are exact again, and so the announcement goes.
    first.get_by_role("button", name="Clear selection").click()
    expect(first.get_by_text("Estimated from a sample")).to_have_count(0)
    assert sum(counts(first)) == N
    cell(first, "cat", "dog").click()
    expect(cell(second, "cat", "cat")).to_have_attribute("aria-label", re.compile(": 0"))
    expect(second.get_by_text("Estimated from a sample")).to_have_count(0)
    assert f"{sum(counts(second)):,} of 6,000 rows selected" == (
        second.get_by_role("status").inner_text()
    )

    third = reopened.page.get_by_role("region", name="Confusion matrix · plain").first
    fourth = reopened.page.get_by_role("region", name="Confusion matrix · plain").nth(1)
    before = counts(fourth)
    assert sum(before) == N
    cell(third, "cat", "dog").click()
    expect(cell(fourth, "cat", "cat")).to_have_attribute("aria-label", re.compile(": 0"))
    expect(third.get_by_role("status")).to_have_text(
        f"{sum(counts(fourth)):,} of 6,000 rows selected"
    )
    expect(third.get_by_text("Saved view")).to_be_visible()

    fifth = reopened.page.get_by_role("region", name="Confusion matrix · rows")
    expect(fifth.get_by_role("status")).to_have_text(f"{sum(exact):,} of 6,000 rows selected")
    assert counts(fifth) == exact
    fifth.get_by_text(f"First 50 of {sum(exact):,} selected rows").click()
    table = fifth.get_by_role("group", name="Selected rows")
    expect(table).to_be_visible()
    shown = table.locator("tbody th").all_inner_texts()
    assert shown == labels
    assert reopened.foreign_requests == []
