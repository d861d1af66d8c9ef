// What every view carries: find the runtime and the store, mount, and say so when that fails.

import type { Runtime } from "./main.ts";
import type { Host, Model } from "./store/model.ts";

interface RenderProps {
  model: Model;
  el: HTMLElement;
  signal: AbortSignal;
  host: Host;
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
      (runtime.exports as Runtime).mount({ model, store, store_model, el, signal });
    } catch (error) {
      const alert = document.createElement("p");
      alert.setAttribute("role", "alert");
      alert.textContent = `errwidgets could not show this view: ${error}. Run the cell again.`;
      el.replaceChildren(alert);
    }
  },
};
