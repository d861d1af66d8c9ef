"""axe-core on a widget: the accessibility rules that a program can check."""

from __future__ import annotations

import pathlib
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator

SCRIPT = pathlib.Path(__file__).parents[2] / "js" / "node_modules" / "axe-core" / "axe.min.js"
# Lab's body is 0 high with hidden overflow. Browsers apply that to the window; axe takes all that
# is inside for clipped, so the body gets its height while axe looks.
RUN = """\
async (element) => {
  const { style } = document.body;
  const { height } = style;
  if (document.body.offsetHeight === 0) style.height = "100vh";
  // What is still fading in has not got its colours yet.
  const animations = element.getAnimations({ subtree: true });
  await Promise.allSettled(animations.map(({ finished }) => finished));
  try {
    const { violations, passes, incomplete } = await axe.run(element);
    const ran = [...violations, ...passes, ...incomplete].map(({ id }) => id);
    const nodes = violations.flatMap(({ id, impact, nodes }) =>
      nodes.map(({ html, failureSummary, impact: own }) =>
        ({ id, impact: own ?? impact, html, why: failureSummary })));
    return [ran, nodes];
  } finally {
    style.height = height;
  }
}"""
GRAVE = {"serious", "critical"}


@cache
def _script() -> str:
    return SCRIPT.read_text(encoding="utf-8")


def violations(widget: Locator, impacts: set[str] = GRAVE) -> list[str]:
    """Run every rule on one element and return what breaks one, a line for each node."""
    page = widget.page
    # Evaluated, not added as an element: the page's policy may forbid that, and should.
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_script())
    ran, found = widget.evaluate(RUN)
    # Rules on text skip what axe takes for invisible: then nothing was checked.
    assert "color-contrast" in ran, f"axe saw no text; it ran {ran}"
    return [
        f"{one['id']} ({one['impact']}): {one['html'][:300]} {' '.join(one['why'].split())}"
        for one in found
        if one["impact"] in impacts
    ]
