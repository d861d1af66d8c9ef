"""A page without kernel, server and widget manager, made of what a notebook saves of widgets."""

from __future__ import annotations

import html
import json
import pathlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ipywidgets.embed import dependency_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ipywidgets import Widget
    from playwright.sync_api import Browser, Locator, Page

HOST = (pathlib.Path(__file__).parent / "plain_page.js").read_text(encoding="utf-8")
# What an exported report would carry: nothing may be asked of any server.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' blob:; style-src 'unsafe-inline'; "
    "img-src data: blob:"
)
COLLECT_VIOLATIONS = """\
window.violations = [];
document.addEventListener("securitypolicyviolation",
  ({ violatedDirective, blockedURI }) => violations.push(`${violatedDirective}: ${blockedURI}`));
"""
GROUNDS = {"light": "#ffffff", "dark": "#111418"}


@dataclass(frozen=True)
class Marks:
    """How a host says whether it is light or dark, and what it puts behind its outputs."""

    name: str
    scheme: str
    body: Mapping[str, str] = field(default_factory=dict)
    html: Mapping[str, str] = field(default_factory=dict)
    prefers: str = "light"
    ground: str | None = None


HOSTS = [
    Marks("plain-light", "light"),
    Marks("plain-dark", "dark", prefers="dark"),
    Marks("vscode-light", "light", body={"class": "vscode-light"}, prefers="dark"),
    Marks("vscode-dark", "dark", body={"class": "vscode-dark"}, ground="#1f1f1f"),
    Marks("colab-light", "light", html={"theme": "light"}, prefers="dark"),
    Marks("colab-dark", "dark", html={"theme": "dark"}, ground="#383838"),
    Marks("marimo-light", "light", html={"class": "light"}, prefers="dark"),
    Marks("marimo-dark", "dark", html={"class": "dark"}, ground="#181c1a"),
]


def page_text(views: Iterable[Widget], marks: Marks = HOSTS[0]) -> str:
    """Return the page's HTML: saved state, host, one place for each view."""
    views = list(views)
    saved = json.dumps(
        {
            "state": dependency_state(views, drop_defaults=False),
            "views": [view.model_id for view in views],
        }
    )
    places = "\n".join(f'<div id="view-{place}"></div>' for place in range(len(views)))
    ground = marks.ground or GROUNDS[marks.scheme]
    return f"""\
<!doctype html>
<html lang="en"{_attributes(marks.html)}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>Saved views</title>
<script>{COLLECT_VIOLATIONS}</script>
<style>body {{ margin: 16px; background: {ground}; }}</style>
</head>
<body{_attributes(marks.body)}>
<main>
{places}
</main>
<script type="application/json" id="saved">{_in_script(saved)}</script>
<script>{HOST}</script>
</body>
</html>
"""


def _attributes(values: Mapping[str, str]) -> str:
    return "".join(f' {name}="{html.escape(value)}"' for name, value in values.items())


def _in_script(text: str) -> str:
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@dataclass
class PlainPage:
    """A plain page open in the browser, with no network."""

    page: Page
    requests: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)

    def widgets(self, name: str = "Confusion matrix") -> Locator:
        return self.page.get_by_role("region", name=re.compile(f"^{re.escape(name)}"))

    def complaints(self) -> list[str]:
        """Everything that should not have happened: requests, errors, violations of the policy."""
        violations: list[Any] = self.page.evaluate("() => window.violations")
        return [*self.requests, *self.console_errors, *violations]


def open_plain_page(
    browser: Browser, folder: pathlib.Path, views: Iterable[Widget], *,
    marks: Marks = HOSTS[0], width: int = 1000,
) -> PlainPage:  # fmt: skip
    """Write the page into a folder and open it from there, offline."""
    path = folder / f"{marks.name}.html"
    path.write_text(page_text(views, marks), encoding="utf-8")
    context = browser.new_context(
        offline=True, color_scheme=marks.prefers, viewport={"width": width, "height": 900}
    )
    opened = PlainPage(context.new_page())

    def watch_request(request: Any) -> None:
        if request.url != path.as_uri() and not request.url.startswith(("blob:", "data:")):
            opened.requests.append(request.url)

    opened.page.on("request", watch_request)
    opened.page.on("pageerror", lambda error: opened.console_errors.append(str(error)))
    opened.page.on(
        "console",
        lambda message: opened.console_errors.append(message.text)
        if message.type in {"error", "warning"} else None,
    )  # fmt: skip
    opened.page.goto(path.as_uri())
    return opened
