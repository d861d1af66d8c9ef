"""A page with one view and no notebook around it: the bundle and fake models, nothing else.

What a view draws can be looked at, and driven by a browser, without JupyterLab:
``python tests/support/plain_page.py OUT.html TABLE.parquet`` writes one.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parents[2] / "errwidgets" / "static"

PAGE = """<!doctype html>
<html lang="en" data-theme="%(theme)s"><meta charset="utf-8"><title>errwidgets</title>
<style>
body { margin: 16px; font: 13px system-ui, sans-serif; background: #fff }
[data-theme=dark] body { background: #111418; color: #e6e8eb }
</style>
<div id="view"></div>
<script type="text/plain" id="bundle">%(bundle)s</script>
<script type="application/json" id="traits">%(traits)s</script>
<script type="module">
const text = (id) => document.getElementById(id).textContent;
const bytes = (data) => Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
function fakeModel(state) {
  const data = new Map(Object.entries(state)), listeners = new Map();
  const fire = (event) => [...(listeners.get(event) ?? [])].forEach((f) => f());
  return {
    get: (key) => data.get(key),
    set(key, value) {
      if (data.get(key) !== value) { data.set(key, value); fire(`change:${key}`); }
    },
    save_changes() {}, send() {},
    on(event, f) { listeners.set(event, (listeners.get(event) ?? new Set()).add(f)); },
    off(event, f) { listeners.get(event)?.delete(f); },
  };
}
const traits = JSON.parse(text("traits"), (key, value) =>
  value?.base64 === undefined ? value : new DataView(bytes(value.base64).buffer));
const url = URL.createObjectURL(new Blob([bytes(text("bundle"))], { type: "text/javascript" }));
const runtime = (await import(url)).default.initialize();
window.models = { view: fakeModel(traits.view), store: fakeModel(traits.store) };
runtime.mount({
  model: window.models.view, store: "store", store_model: window.models.store,
  el: document.getElementById("view"), signal: new AbortController().signal,
});
document.body.dataset.ready = "";
</script>
</html>
"""


def plain_page(
    store: dict[str, Any], *, kind: str, options: dict[str, Any] | None = None, theme: str = "light"
) -> str:
    """Return the HTML text of a page that shows one view.

    Parameters
    ----------
    store : dict
        Traits of the view's store: ``info``, ``columns``, ``state``.
    kind : str
        The view, as ``View.kind`` names it.
    options : dict, optional
        How the view is drawn.
    theme : {"light", "dark"}
        Colour scheme of the page.
    """
    view = {"_kind": kind, "_source": f"{kind}-1", "_options": options or {}}
    bundle = (STATIC / "runtime.js").read_bytes()
    text = json.dumps({"store": store, "view": view}, default=_encoded)
    return PAGE % {
        "theme": theme,
        "bundle": base64.b64encode(bundle).decode(),
        "traits": text.replace("<", "\\u003c"),
    }


def store_traits(view: Any, **info: Any) -> dict[str, Any]:
    """Return the traits of a widget's store, with more in `info` if wanted."""
    store = view._group.store()
    return {"info": {**store.info, **info}, "columns": store.columns, "state": store.state}


def _encoded(value: object) -> dict[str, str]:
    if isinstance(value, bytes | memoryview):
        return {"base64": base64.b64encode(bytes(value)).decode()}
    message = f"{type(value).__name__} has no place in a page"
    raise TypeError(message)


def main() -> int:
    """Write a page for a table of predictions, its test rows if it has a split."""
    import pandas as pd  # noqa: PLC0415  only this command reads tables

    import errwidgets as ew  # noqa: PLC0415

    out, table = sys.argv[1:]
    frame = pd.read_parquet(table)
    if "split" in frame:
        frame = frame[frame["split"] == "test"]
    matrix = ew.ConfusionMatrix(ew.Evaluation.from_frame(frame, y_true="y_true", y_pred="y_pred"))
    Path(out).write_text(plain_page(store_traits(matrix), kind=matrix.kind), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
