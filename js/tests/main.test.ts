import { act, fireEvent } from "@testing-library/preact";
import { h } from "preact";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import runtime from "../src/main.ts";
import type { Model } from "../src/store/model.ts";
import stub from "../src/stub.ts";
import { VIEWS } from "../src/views/index.ts";
import { FakeModel, storeTraits } from "./fakes.ts";

const PETS = { labels: ["cat", "dog"], y_true: [0, 0, 1], y_pred: [0, 1, 1] };
const ends: AbortController[] = [];

beforeEach(() => {
  // jsdom has no canvas and says so loudly.
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
});

afterEach(async () => {
  await act(async () => {
    for (const end of ends.splice(0)) end.abort();
  });
  vi.restoreAllMocks();
  document.body.replaceChildren();
});

function viewModel(source: string, kind = "confusion_matrix"): FakeModel {
  return new FakeModel({
    _runtime: "runtime-ref",
    _store: "store-ref",
    _kind: kind,
    _source: source,
  });
}

async function mount(
  exports: ReturnType<typeof runtime.initialize>,
  { kind = "confusion_matrix", source = "confusion_matrix-1", store = "store-ref" } = {},
) {
  const store_model = new FakeModel(storeTraits(PETS));
  const el = document.body.appendChild(document.createElement("div"));
  const end = new AbortController();
  ends.push(end);
  const model = viewModel(source, kind);
  await act(async () => exports.mount({ model, store, store_model, el, signal: end.signal }));
  return { el, end, store_model, root: el.querySelector(".errwidgets") as HTMLElement };
}

describe("mount", () => {
  it("draws a view that keeps the host's shortcuts and scheme in mind", async () => {
    const { el, root } = await mount(runtime.initialize());
    expect(root.querySelector("[role=grid]")).not.toBeNull();
    expect(root.hasAttribute("data-lm-suppress-shortcuts")).toBe(true);
    expect(root.dataset.scheme).toBe("light");
    expect(el.querySelector("style")).not.toBeNull();
  });

  it("draws it as its options say, and follows them", async () => {
    const store_model = new FakeModel(storeTraits(PETS));
    const el = document.body.appendChild(document.createElement("div"));
    const end = new AbortController();
    ends.push(end);
    const model = viewModel("confusion_matrix-1");
    model.traits.set("_options", { normalize: "true" });
    const { mount } = runtime.initialize();
    await act(async () => mount({ model, store: "s", store_model, el, signal: end.signal }));
    const first = () => el.querySelector('[data-at="0,1"]')?.textContent;
    expect(first()).toBe("50\u00a0% 1");
    await act(async () => model.receive("_options", {}));
    expect(first()).toBe("1 50\u00a0%");
    await act(async () => end.abort());
    expect(model.listener_count).toBe(0);
  });

  it("leaves nothing in an element that the host keeps", async () => {
    const { el, end } = await mount(runtime.initialize());
    expect(el.childElementCount).toBe(2);
    await act(async () => end.abort());
    expect(el.childNodes.length).toBe(0);
  });

  it("says so when the kind is unknown", async () => {
    const { root } = await mount(runtime.initialize(), { kind: "<b>crystal ball" });
    const alert = root.querySelector("[role=alert]");
    expect(alert?.textContent).toContain('no view named "<b>crystal ball"');
    expect(root.querySelector("b")).toBeNull();
  });

  it("keeps plain keys from the host wherever the focus is, and leaves it chords", async () => {
    const heard: string[] = [];
    const listen = (event: KeyboardEvent) => heard.push(event.key);
    document.body.addEventListener("keydown", listen);
    const { root } = await mount(runtime.initialize());
    for (const place of root.querySelectorAll("[data-at], button"))
      for (const key of ["x", "d", "Enter", "Escape", "ArrowDown"])
        await act(async () => void fireEvent.keyDown(place, { key }));
    expect(heard).toEqual([]);
    await act(async () => void fireEvent.keyDown(root, { key: "s", ctrlKey: true }));
    document.body.removeEventListener("keydown", listen);
    expect(heard).toEqual(["s"]);
  });

  it("empties the root and leaves no listeners when the view ends", async () => {
    const { end, root, store_model } = await mount(runtime.initialize());
    expect(store_model.listener_count).toBeGreaterThan(0);
    await act(async () => end.abort());
    expect(root.childNodes).toHaveLength(0);
    expect(store_model.listener_count).toBe(0);
  });

  it("links views of one store and keeps stores apart", async () => {
    const exports = runtime.initialize();
    const first = await mount(exports);
    const second = await mount(exports, { source: "confusion_matrix-2" });
    const apart = await mount(exports, { store: "other-ref" });
    const cell = first.root.querySelector('[data-at="0,1"]') as HTMLElement;
    await act(async () => cell.click());
    const said = [first, second, apart].map(
      (view) => view.root.querySelector("[role=status]")?.textContent,
    );
    expect(said).toEqual(["1 of 3 rows selected", "1 of 3 rows selected", "No rows selected"]);
    await act(async () => first.end.abort());
    expect(second.root.querySelector("[role=status]")?.textContent).toBe("1 of 3 rows selected");
  });

  it("reads a store afresh when its last view has gone", async () => {
    const exports = runtime.initialize();
    const first = await mount(exports);
    await act(async () => (first.root.querySelector('[data-at="0,1"]') as HTMLElement).click());
    await act(async () => first.end.abort());
    const next = await mount(exports);
    expect(next.root.querySelector("[role=status]")?.textContent).toBe("No rows selected");
  });

  it("shows a failure in the place of the view and not outside", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const Broken = () => {
      throw new Error("no <i>luck</i>");
    };
    VIEWS.broken = () => h(Broken, null);
    try {
      const { root } = await mount(runtime.initialize(), { kind: "broken" });
      const alert = root.querySelector("[role=alert]");
      expect(alert?.textContent).toContain("This view could not be drawn: no <i>luck</i>.");
      expect(root.querySelector("i")).toBeNull();
    } finally {
      delete VIEWS.broken;
    }
  });

  it("shows a failure when a selection names what is not there", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const exports = runtime.initialize();
    const { root, store_model } = await mount(exports);
    const predicate = { op: "in", column: "age", codes: [0] };
    await act(async () =>
      store_model.receive("state", {
        revision: 9,
        writer: "python",
        clauses: [{ source: "python", predicate }],
      }),
    );
    expect(root.querySelector("[role=alert]")?.textContent).toContain("unknown column age");
  });
});

describe("the stub", () => {
  function host(parts: { exports?: unknown; fail?: string } = {}) {
    const store_model = new FakeModel(storeTraits(PETS));
    const asked: string[] = [];
    return {
      asked,
      store_model,
      getWidget: async (reference: string) => {
        asked.push(reference);
        if (parts.fail) throw new Error(parts.fail);
        return { exports: parts.exports ?? runtime.initialize() };
      },
      getModel: async (reference: string): Promise<Model> => {
        asked.push(reference);
        return store_model;
      },
    };
  }

  function element(): HTMLElement {
    return document.body.appendChild(document.createElement("div"));
  }

  it("finds runtime and store and mounts the view", async () => {
    const el = element();
    const end = new AbortController();
    ends.push(end);
    const from = host();
    const props = { model: viewModel("confusion_matrix-1"), el, signal: end.signal, host: from };
    await act(async () => stub.render(props));
    expect(from.asked).toEqual(["runtime-ref", "store-ref"]);
    expect(el.querySelector("[role=grid]")).not.toBeNull();
  });

  it("shows a failure as text", async () => {
    const el = element();
    el.textContent = "old output";
    const { signal } = new AbortController();
    const from = host({ fail: "model <img src=x> not found" });
    await stub.render({ model: viewModel("a"), el, signal, host: from });
    const alert = el.querySelector("[role=alert]");
    expect(alert?.textContent).toContain("model <img src=x> not found");
    expect(alert?.textContent).toContain("Run the cell again");
    expect(el.querySelector("img")).toBeNull();
    expect(el.textContent).not.toContain("old output");
  });

  it("shows a failure when the runtime exports nothing", async () => {
    const el = element();
    const { signal } = new AbortController();
    await stub.render({ model: viewModel("a"), el, signal, host: host({ exports: {} }) });
    expect(el.querySelector("[role=alert]")?.textContent).toContain("could not show this view");
  });

  it("says back once what Python raised, and nothing of its own accord", async () => {
    const el = element();
    const end = new AbortController();
    ends.push(end);
    const model = viewModel("confusion_matrix-1");
    model.traits.set("_revision", 3);
    const saved = vi.spyOn(model, "save_changes");
    await act(async () => stub.render({ model, el, signal: end.signal, host: host() }));
    await act(async () => (el.querySelector('[data-at="0,1"]') as HTMLElement).click());
    expect(saved).not.toHaveBeenCalled();
    // A host that tells of every `set`, even of an equal value.
    vi.spyOn(model, "set").mockImplementation((key) => model.emit(`change:${key}`));
    await act(async () => model.receive("_revision", 4));
    expect(saved).toHaveBeenCalledTimes(1);
    expect(model.set).toHaveBeenCalledExactlyOnceWith("_revision", 4);
    await act(async () => end.abort());
    expect(model.listener_count).toBe(0);
  });

  it("draws nothing when the view has ended meanwhile", async () => {
    const el = element();
    const end = new AbortController();
    const from = host();
    const drawn = stub.render({ model: viewModel("a"), el, signal: end.signal, host: from });
    end.abort();
    await drawn;
    expect(el.childNodes).toHaveLength(0);
    expect(from.store_model.listener_count).toBe(0);
  });
});
