"""The contrast of every text that an element shows, from computed colours."""

from __future__ import annotations

import pathlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Locator

SCRIPT = (pathlib.Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
AA = 4.5


def low_contrasts(widget: Locator, roles: set[str]) -> list[dict[str, Any]]:
    """Return the texts inside elements of some roles that are below AA; all roles when empty."""
    texts: list[dict[str, Any]] = widget.evaluate(SCRIPT)
    asked = [text for text in texts if not roles or text["role"] in roles]
    assert asked, f"no text found in {sorted(roles)}"
    return [text for text in asked if text["contrast"] < AA]
