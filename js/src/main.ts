// The runtime's module: one per kernel, holds the bundle and finds stores for views.
import { h, render } from "preact";
import { Failure } from "./components/failure.tsx";
import { followScheme } from "./components/scheme.ts";
import { Page, Speaker } from "./components/speaker.ts";
import { Store } from "./store/connection.ts";
import type { Model } from "./store/model.ts";
import { Options } from "./store/options.ts";
import base from "./styles/base.css";
import components from "./styles/components.css";
import explanation from "./styles/explanation.css";
import matrix from "./styles/matrix.css";
import slices from "./styles/slices.css";
import { VIEWS } from "./views/index.ts";

export interface Mount {
  model: Model;
  /** Reference of the store's model: what linked views have in common. */
  store: string;
  store_model: Model;
  el: HTMLElement;
  signal: AbortSignal;
}

export interface Runtime {
  mount(props: Mount): void;
}

/** Lab's one-letter shortcuts cut and convert cells; they must not fire in here. The attribute is
 *  the documented way, but shortcuts on ":focus" match the focused element before Lab looks at what
 *  is around it, so plain keys also end here. Chords (save, run) stay the host's. */
function keepShortcutsOut(root: HTMLElement): void {
  root.dataset.lmSuppressShortcuts = "true";
  root.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
  });
}

export default {
  // Returns its exports at once: the host allows two seconds, then the model is dead.
  initialize(): Runtime {
    const stores = new Map<string, Store>();
    const page = new Page();
    return {
      mount({ model, store: reference, store_model, el, signal }: Mount) {
        const store = stores.get(reference) ?? new Store();
        stores.set(reference, store);
        const source = String(model.get("_source"));
        store.attach(store_model, source, signal, reference);

        const options = new Options(model, signal);
        const root = document.createElement("div");
        root.className = "errwidgets";
        keepShortcutsOut(root);
        const style = document.createElement("style");
        style.textContent = base + components + matrix + slices + explanation;
        el.replaceChildren(style, root);
        followScheme(root, signal);

        const kind = String(model.get("_kind"));
        const View = VIEWS[kind];
        const shown = View
          ? View(model, signal, { store, source, options })
          : h("p", { role: "alert" }, `This version has no view named "${kind}".`);
        const speaks = page.enter(store, signal);
        render(h(Speaker.Provider, { value: speaks }, h(Failure, null, shown)), root);
        signal.addEventListener("abort", () => {
          render(null, root);
          // Hosts may keep the element of a view that is gone: nothing of ours stays in it.
          style.remove();
          root.remove();
          if (store.idle) stores.delete(reference);
        });
      },
    };
  },
};
