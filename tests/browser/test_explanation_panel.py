"""The explanation panel in a real JupyterLab: why rows went wrong, and what they share."""

from __future__ import annotations

import re

import nbformat
import pytest
from nbclient import NotebookClient
from playwright.sync_api import expect
from support.axe import violations
from support.hostile import MARKUP
from support.lab import open_notebook, write_notebook
from support.views import cell

PEOPLE = f"""\
import numpy as np, pandas as pd, errwidgets as ew
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
rng = np.random.default_rng(0)
n = 1500
table = pd.DataFrame({{
    "age": rng.integers(18, 80, n),
    "side": rng.choice(["left", "right"], n),
    "<b>evil</b>": rng.choice({list(MARKUP[:8])!r}, n),
    "height": rng.normal(170, 9, n),
}}, index=[f"r{{i}}" for i in range(n)])
other = rng.random(n) < np.where((table["age"] > 60) & (table["side"] == "left"), 0.7, 0.08)
truth = np.where((table["age"] > 45) ^ other, "yes", "no")
encode = make_column_transformer(
    (OneHotEncoder(), ["side", "<b>evil</b>"]), (StandardScaler(), ["age", "height"])
)
model = make_pipeline(encode, LogisticRegression()).fit(table, truth)
evaluation = ew.Evaluation.from_estimator(model, table, truth, name="people")
"""
PANEL = "panel = ew.ExplanationPanel(evaluation)\npanel"
MATRIX = "matrix = ew.ConfusionMatrix(evaluation)\nmatrix"
TABS = ["Against the rest", "Values", "Global", "What if"]


def contributions(panel):
    return panel.locator(".ew-waterfall .ew-rated-row")


def shared(panel):
    return panel.locator(".ew-why-all .ew-rated-row")


def settled(nb, panel):
    expect(contributions(panel).first).to_be_visible(timeout=60_000)
    nb.python_becomes("'overall' in panel._content", True)
    expect(panel.get_by_role("progressbar")).to_have_count(0)


@pytest.fixture(scope="module")
def shown(lab, browser):
    with open_notebook(lab, browser, [PEOPLE, PANEL, MATRIX]) as nb:
        nb.run_all()
        panel, matrix = nb.widgets("Explanation"), nb.widgets()
        settled(nb, panel)
        yield nb, panel, matrix
        assert nb.foreign_requests == []
        assert nb.page.evaluate("() => window.__pwned") is None


@pytest.fixture
def page(shown):
    nb, panel, matrix = shown
    nb.run("panel.selection = None; panel.tab = 'contrast'")
    expect(panel.get_by_role("status")).to_have_text("No rows selected")
    settled(nb, panel)
    return nb, panel, matrix


def test_it_is_explained_what_is_selected_and_a_click_narrows_it(page):
    nb, panel, matrix = page
    cell(matrix, "yes", "no").click()
    nb.python_becomes("panel.contrast_frame.attrs['n_selected'] == len(matrix.selected)", True)
    n = nb.python("len(matrix.selected)")
    expect(panel).to_contain_text(f"what these {n:,} selected rows share (rest)")
    words = nb.python("[one['best']['words'] for one in panel._content['contrast']['rows']]")
    row = shared(panel).filter(has_text=re.compile("^" + re.escape(words[0])))
    expect(row).to_be_visible()
    row.click()
    expect(row).to_have_attribute("aria-selected", "true")
    both = (
        "panel.selected.equals(evaluation.frame[evaluation.mask(matrix.own_clause.predicate)"
        " & evaluation.mask(panel.own_clause.predicate)])"
    )
    nb.python_becomes(both, True)
    inside = nb.python("len(panel.selected)")
    assert 0 < inside < n
    # The list stays what it was: it is of what was selected elsewhere.
    assert nb.python("panel.contrast_frame.attrs['n_selected']") == n
    row.click()
    nb.python_becomes("len(panel.selected)", n)


def test_rows_follow_one_another_worst_first(page):
    nb, panel, _ = page
    worst = nb.python(
        "evaluation.frame[evaluation.frame['is_error']]"
        ".sort_values('loss', ascending=False, kind='stable').index[:3].tolist()"
    )
    place = panel.locator(".ew-place")
    for at, label in enumerate(worst):
        if at:
            panel.get_by_role("button", name="Next row").click()
        expect(place).to_contain_text(f"row {label}")
        expected = nb.python(
            f"evaluation.explain([{label!r}]).frame.iloc[0].abs().sort_values().index[::-1].tolist()"
        )
        expect(contributions(panel).first).to_contain_text(f"{expected[0]} = ")
        texts = contributions(panel).all_inner_texts()
        values = nb.python(f"table.loc[{label!r}].astype(str).to_dict()")
        for name, text in zip(expected, texts, strict=True):
            if name != "height":
                assert " ".join(text.split()).startswith(f"{name} = {values[name]}")
            assert re.search(r"[+−±][\d.]+$", text.strip())


def test_the_same_with_the_keys_alone(page):
    nb, panel, _ = page
    shared(panel).first.focus()
    nb.page.keyboard.press("Enter")
    nb.python_becomes("bool(panel.mask.any() and panel.selected['is_error'].all())", True)
    nb.page.keyboard.press("ArrowRight")
    expect(shared(panel).first).to_have_attribute("aria-expanded", "true")
    nb.page.keyboard.press("Escape")
    nb.python_becomes("len(panel.selected)", 0)
    tab = panel.get_by_role("tab", name="Against the rest")
    tab.focus()
    nb.page.keyboard.press("ArrowRight")
    expect(panel.get_by_role("tab", name="Values")).to_be_focused()
    assert nb.python("panel.tab") == "values"


def test_both_methods_another_class_and_the_loss(page):
    nb, panel, _ = page
    panel.get_by_role("radio", name="Both").click()
    expect(panel).to_contain_text("SHAP and LIME agree on", timeout=60_000)
    panel.get_by_role("radio", name="SHAP").click()
    panel.get_by_role("button", name=re.compile(" no, explain")).click()
    expect(panel.get_by_role("combobox", name="toward")).to_have_value("0")
    expect(panel.locator(".ew-why-row")).to_contain_text("Output for no")
    panel.get_by_role("radio", name="Loss").click()
    loss = nb.python("panel.row['loss'].iloc[0].item()")
    expect(panel.locator(".ew-sum b")).to_contain_text(f"= {loss:.2f}"[:5], timeout=60_000)
    panel.get_by_role("radio", name="Prediction").click()
    panel.get_by_role("combobox", name="toward").select_option("1")
    settled(nb, panel)


def test_other_values_are_answered_by_the_model(page):
    nb, panel, _ = page
    panel.get_by_role("tab", name="What if").click()
    age = panel.get_by_role("spinbutton", name="age, exact")
    expect(age).to_be_visible()
    own = nb.python("int(panel.row['age'].iloc[0])")
    assert int(age.input_value()) == own
    age.fill("30" if own > 45 else "70")
    age.press("Enter")
    nb.python_becomes("int(panel.what_if['age'].iloc[0])", 30 if own > 45 else 70)
    proba = nb.python("model.predict_proba(panel.what_if)[0].tolist()")
    said = panel.locator(".ew-answered")
    for p in proba:
        edge = "<0.01" if p < 0.5 else ">0.99"
        expect(said).to_contain_text(f"{p:.2f}" if 0.005 < p < 0.995 else edge)
    expect(panel.locator(".ew-field-changed")).to_contain_text(f"was {own}")
    panel.get_by_role("combobox", name="side").select_option(label="left")
    panel.get_by_role("button", name="Reset").click()
    nb.python_becomes("panel.what_if['age'].item() == panel.row['age'].item()", True)
    panel.get_by_role("button", name="Smallest change that flips it").click()
    expect(said).to_contain_text("rows asked, one value changed at a time")
    nb.python_becomes(
        "model.predict(panel.what_if)[0] != model.predict(panel.row[list(table)])[0]", True
    )
    panel.get_by_role("button", name="Nearest row it got right").click()
    expect(said).to_contain_text("the most alike of those that the model got right")
    nb.python_becomes("model.predict(panel.what_if)[0] == panel.row['y_true'].iloc[0]", True)


def test_values_and_points_select(page):
    nb, panel, _ = page
    panel.get_by_role("tab", name="Values").click()
    panel.get_by_role("combobox", name="feature").select_option("age")
    bins = panel.get_by_role("listbox", name="age, values")
    bins.scroll_into_view_if_needed()
    box = bins.bounding_box()
    n = bins.get_by_role("option").count()
    at = [box["x"] + box["width"] * (k + 0.5) / n for k in (1, 3)]
    y = box["y"] + 4
    nb.page.mouse.move(at[0], y)
    nb.page.mouse.down()
    nb.page.mouse.move(at[1], y, steps=4)
    nb.page.mouse.up()
    nb.python_becomes("len(panel.selected) > 0", True)
    low, high = nb.python("(panel.own_clause.predicate.low, panel.own_clause.predicate.high)")
    assert nb.python(f"panel.selected.equals(evaluation.frame.query('{low} < age <= {high}'))")
    expect(bins.get_by_role("option", selected=True)).to_have_count(3)
    nb.run("panel.selection = None")
    settled(nb, panel)
    point = panel.locator(".ew-point").nth(3)
    spot = point.bounding_box()
    nb.page.mouse.click(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
    nb.python_becomes("len(panel.selected)", 1)
    assert nb.python("bool(panel.selected['is_error'].item())")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_breaks_no_rule_of_accessibility(page, scheme):
    nb, panel, _ = page
    nb.theme(scheme)
    try:
        for name in TABS:
            panel.get_by_role("tab", name=name).click()
            expect(panel.get_by_role("tabpanel", name=name)).to_be_visible()
            contributions(panel).first.click()
            assert violations(panel) == []
            contributions(panel).first.click()
    finally:
        nb.theme("light")


def test_what_is_hostile_is_text(page):
    nb, panel, _ = page
    nb.run("panel.selection = ['r1', 'r2', 'r3', 'r4', 'r5']")
    settled(nb, panel)
    expect(panel).to_contain_text("<b>evil</b>")
    for name in TABS:
        panel.get_by_role("tab", name=name).click()
        panel.locator(".ew-fold").first.click() if panel.locator(".ew-fold").count() else None
        assert panel.locator("b > script, img, iframe, svg svg, script").count() == 0
    panel.get_by_role("tab", name="What if").click()
    expect(panel.get_by_role("combobox", name="<b>evil</b>")).to_be_visible()
    assert nb.page.evaluate("() => window.__pwned") is None


def test_work_is_cancelled_and_the_kernel_stays_usable(notebook):
    slow = """\
import time
calls = []
def answers(frame):
    calls.append(len(frame))
    time.sleep(0.02)
    return model.predict_proba(frame)
slowly = ew.Evaluation.from_predictions(
    truth, model.predict(table), y_proba=model.predict_proba(table), X=table, model=answers,
    name="slow")
"""
    nb = notebook(PEOPLE, slow, "panel = ew.ExplanationPanel(slowly)\npanel")
    panel = nb.widgets("Explanation")
    expect(panel.get_by_role("progressbar")).to_be_visible(timeout=60_000)
    assert nb.python("1 + 1") == 2
    panel.get_by_role("button", name="Cancel").click()
    expect(panel.get_by_role("progressbar")).to_have_count(0)
    nb.page.wait_for_timeout(1500)
    before = nb.python("len(calls)")
    nb.page.wait_for_timeout(700)
    assert nb.python("len(calls)") == before


def test_texts_and_images(notebook):
    texts = """\
import numpy as np, pandas as pd, errwidgets as ew
words = ["<b>bad</b> luck", "a fine day", "bad day", "so fine"] * 20
texts = [f"{one}, the number {i} of many words in a row" for i, one in enumerate(words)]
score = lambda some: np.array([0.8 if "bad" in one else 0.3 for one in some])
say = lambda some: np.stack([1 - score(some), score(some)], axis=1)
y = np.array(["no", "yes"] * 40)
by_words = ew.Evaluation.from_predictions(y, np.array(["no", "yes"])[say(texts).argmax(axis=1)],
    y_proba=say(texts), X=pd.DataFrame({"text": texts}), model=say, name="texts")
rng = np.random.default_rng(0)
images = [rng.integers(0, 255, (8, 8)).astype(np.uint8) for _ in range(40)]
top = lambda some: np.array([np.asarray(one)[:4].mean() / 255 for one in some])
see = lambda some: np.stack([1 - top(some), top(some)], axis=1)
read = np.array(["no", "yes"])[see(images).argmax(axis=1)]
by_cells = ew.Evaluation.from_predictions(y[:40], read,
    y_proba=see(images), X=pd.DataFrame({"image": pd.Series(images, dtype=object)}), model=see,
    name="images")
"""
    nb = notebook(
        texts, "a = ew.ExplanationPanel(by_words)\na", "b = ew.ExplanationPanel(by_cells)\nb"
    )
    words, cells = nb.widgets("Explanation · texts"), nb.widgets("Explanation · images")
    expect(words.locator(".ew-token-toward, .ew-token-away").first).to_be_visible(timeout=60_000)
    shown = words.locator(".ew-tokens").inner_text()
    assert shown == nb.python("a.row['text'].iloc[0]")
    assert words.locator(".ew-tokens b").count() == 0
    expect(cells.get_by_role("img")).to_be_visible(timeout=60_000)
    painted = cells.locator("canvas").evaluate(
        "c => [...c.getContext('2d').getImageData(0, 0, 8, 8).data].filter((_, i) => i % 4 === 0)"
    )
    assert painted == nb.python("b.row['image'].iloc[0].ravel().tolist()")
    assert violations(words) == []
    assert violations(cells) == []
    assert nb.foreign_requests == []


def save(lab, tmp_path, name, setup):
    path = write_notebook(tmp_path / name, [setup, PANEL, "panel.contrast_frame.shape", MATRIX])
    nb = nbformat.read(path, as_version=4)
    NotebookClient(nb, kernel_name="python3", timeout=120).execute()
    nbformat.write(nb, lab.root / name)
    return (lab.root / name).read_text(encoding="utf-8")


def test_saved_and_reopened_it_is_alive_without_values_of_rows(lab, browser, tmp_path):
    saved = save(lab, tmp_path, "panel.ipynb", PEOPLE)
    assert not re.search(r'\br\d+\b"', saved.split('"widgets"')[-1])
    with open_notebook(lab, browser, "panel.ipynb") as page:
        page.trust()
        panel, matrix = page.widgets("Explanation"), page.widgets()
        expect(panel).to_contain_text("Saved view", timeout=20_000)
        expect(panel.get_by_role("radiogroup")).to_have_count(0)
        expect(panel).to_contain_text("Values of rows were not saved")
        expect(contributions(panel).first).to_contain_text(" = ")
        shared(panel).first.click()
        expect(panel.get_by_role("status")).to_contain_text("of 1,500 rows selected")
        said = panel.get_by_role("status").inner_text()
        expect(matrix.get_by_role("status")).to_have_text(said)
        panel.get_by_role("button", name="Next row").click()
        panel.get_by_role("tab", name="Values").click()
        expect(panel.locator(".ew-point").first).to_be_visible()
        panel.get_by_role("tab", name="Global").click()
        expect(panel.get_by_role("tabpanel")).to_contain_text("differ beyond chance")
        panel.get_by_role("tab", name="What if").click()
        expect(panel.get_by_role("tabpanel")).to_contain_text("need a model, and so a kernel")
        assert violations(panel) == []
        assert page.foreign_requests == []
