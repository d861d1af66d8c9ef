// The host of a plain page: models from saved state, no kernel, no widget manager.
// It does what anywidget's own host does for `initialize`, `render`, `getModel` and `getWidget`.
(() => {
  const { state, views } = JSON.parse(document.getElementById("saved").textContent);

  function decode({ data, encoding }) {
    if (encoding !== "base64") throw new Error(`no way to read "${encoding}"`);
    return new DataView(Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0)).buffer);
  }

  /** What a notebook saves of a model, with its buffers back in their places. */
  function restore({ state, buffers = [] }) {
    for (const buffer of buffers) {
      const last = buffer.path.at(-1);
      const parent = buffer.path.slice(0, -1).reduce((object, key) => object[key], state);
      parent[last] = decode(buffer);
    }
    return state;
  }

  class SavedModel {
    constructor(traits) {
      this.traits = new Map(Object.entries(traits));
      this.listeners = new Set();
    }
    set(name, value) {
      if (this.traits.get(name) === value) return;
      this.traits.set(name, value);
      for (const event of [`change:${name}`, "change"])
        for (const listener of [...this.listeners])
          if (listener.event === event) listener.callback();
    }
    /** A handle as the host gives it to one view: its listeners end with the view. */
    handle(signal) {
      const listeners = this.listeners;
      const mine = new Set();
      const forget = (listener) => (listeners.delete(listener), mine.delete(listener));
      signal.addEventListener("abort", () => mine.forEach(forget));
      return {
        get: (name) => this.traits.get(name),
        set: (name, value) => this.set(name, value),
        save_changes() {},
        send() {},
        on(event, callback) {
          const listener = { event, callback };
          listeners.add(listener);
          mine.add(listener);
        },
        off(event, callback) {
          for (const one of [...mine])
            if ((event == null || one.event === event) && (!callback || one.callback === callback))
              forget(one);
        },
        widget_manager: {
          get_model: async () => {
            throw new Error("there is no widget manager in this page");
          },
        },
      };
    }
  }

  const models = new Map(
    Object.entries(state).map(([id, saved]) => [id, new SavedModel(restore(saved))]),
  );
  const end = new AbortController();
  const model_id = (reference) => reference.replace(/^anywidget:|^IPY_MODEL_/, "");

  async function load(id) {
    const code = new Blob([models.get(id).traits.get("_esm")], { type: "text/javascript" });
    const { default: widget } = await import(URL.createObjectURL(code));
    return typeof widget === "function" ? widget() : widget;
  }

  const initialized = new Map();
  async function initialize(id) {
    const widget = await load(id);
    const model = models.get(id).handle(end.signal);
    return { widget, exports: await widget.initialize?.({ model, signal: end.signal }) };
  }
  function once(id) {
    if (!initialized.has(id)) initialized.set(id, initialize(id));
    return initialized.get(id);
  }

  function host(signal) {
    return {
      getModel: async (reference) => models.get(model_id(reference)).handle(signal),
      getWidget: async (reference) => ({ exports: (await once(model_id(reference))).exports }),
    };
  }

  views.forEach(async (id, place) => {
    const { widget } = await once(id);
    const { signal } = end;
    const el = document.getElementById(`view-${place}`);
    await widget.render({ model: models.get(id).handle(signal), el, signal, host: host(signal) });
  });
})();
