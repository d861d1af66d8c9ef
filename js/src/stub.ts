// What every view carries: find the runtime and the store, mount, and say so when that fails.

import type { Runtime } from "./main.ts";
import type { Host, Model } from "./store/model.ts";

interface RenderProps {
  model: Model;
  el: HTMLElement;
  signal: AbortSignal;
  host: Host;
}

const REVISION = "_revision";

/** marimo runs cells that read a view again when the page changes a trait of that view, and a gesture
 *  changes the store. There Python raises this trait once it has taken a gesture up. */
function sayBack(model: Model, ended: AbortSignal): void {
  let said = model.get(REVISION);
  const answer = () => {
    const raised = model.get(REVISION);
    if (raised === said) return; // in marimo `set` is heard here too
    said = raised;
    model.set(REVISION, raised);
    model.save_changes();
  };
  model.on(`change:${REVISION}`, answer);
  ended.addEventListener("abort", () => model.off(`change:${REVISION}`, answer));
}

export default {
  async render({ model, el, signal, host }: RenderProps): Promise<void> {
    try {
      const store = String(model.get("_store"));
      const [runtime, store_model] = await Promise.all([
        host.getWidget(String(model.get("_runtime"))),
        host.getModel(store),
      ]);
      if (signal.aborted) return;
      sayBack(model, signal);
      (runtime.exports as Runtime).mount({ model, store, store_model, el, signal });
    } catch (error) {
      const alert = document.createElement("p");
      alert.setAttribute("role", "alert");
      alert.textContent = `errwidgets could not show this view: ${error}. Run the cell again.`;
      el.replaceChildren(alert);
    }
  },
};
