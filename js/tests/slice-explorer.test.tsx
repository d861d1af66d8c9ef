import { act, fireEvent, render, screen, within } from "@testing-library/preact";
import { describe, expect, it } from "vitest";
import { Content, type Explored, type FoundSlice } from "../src/store/content.ts";
import type { Predicate } from "../src/store/selection.ts";
import { SliceExplorer } from "../src/views/slice-explorer.tsx";
import { FakeModel, makeOptions, makeStore } from "./fakes.ts";
import { PETS, quietPage } from "./matrix-page.tsx";

quietPage();

const SOURCE = "slice_explorer-1";

function where(code: number): Predicate {
  return { op: "in", column: "y_true", codes: [code] };
}

function slice(words: string, code: number, more: Partial<FoundSlice> = {}): FoundSlice {
  return {
    words,
    parts: words.split(" and "),
    where: where(code),
    support: 100 - code,
    support_share: 0.1,
    errors: 20,
    rate: 0.2 + code / 10,
    low: 0.15,
    high: 0.4,
    error_share: 0.3,
    lift: 2,
    q: 0.001,
    verified: true,
    discovery_rate: 0.5,
    n_similar: 0,
    subsumed_by: null,
    alike: [],
    ...more,
  };
}

const EXPLORED: Explored = {
  asked: {
    objective: 0,
    max_conditions: 3,
    min_support: 0.01,
    alpha: 0.95,
    within: false,
    max_depth: 3,
    min_leaf: 0.01,
  },
  within: null,
  noun: "mistakes",
  reading: { scope: null, truth: null, value: null },
  names: ["side", "age"],
  objectives: ["mistakes", "loss"],
  supports: [0.01, 0.05],
  most_conditions: 3,
  measure: "error rate",
  is_rate: true,
  overall: 0.147,
  found: [
    slice("age ≤ 28 and side = left", 0),
    slice("side = right", 1, { verified: false, q: 0.3, n_similar: 2 }),
    slice("<img src=x onerror=alert(1)>", 2),
  ],
  note: "Searched all 9 slices.",
  cover: "These 2 slices hold 50% of all mistakes in 10% of the rows.",
  features: [
    {
      name: "side",
      explained: 0.12,
      p: 0.005,
      n_groups: 10,
      histogram: null,
      groups: Array.from({ length: 10 }, (_, i) => slice(`side = ${i}`, i % 3)),
    },
  ],
  features_note: "explained is a share.",
  tree: [
    { ...slice("all rows", 0), where: null, depth: 0, is_leaf: false },
    { ...slice("side = left", 1), depth: 1, is_leaf: true },
  ],
  tree_note: "Split on 5 rows.",
};

function show({ explored = EXPLORED as Partial<Explored>, live = true, settings = {} } = {}) {
  const { store, model } = makeStore(PETS, SOURCE);
  const { options } = makeOptions(settings);
  const view = new FakeModel({ _content: explored });
  const sent: unknown[] = [];
  view.send = (content: unknown) => sent.push(content);
  const content = new Content(view, new AbortController().signal);
  store.link.status.value = live ? "live" : "saved";
  render(<SliceExplorer store={store} source={SOURCE} options={options} content={content} />);
  return { store, model, view, sent, options };
}

function slices(): HTMLElement[] {
  return screen.getAllByRole("row").filter((row) => row.classList.contains("ew-rated-row"));
}

function names(): (string | null)[] {
  return slices().map((row) => row.querySelector(".ew-rated-words")?.textContent ?? null);
}

const click = (element: Element, init: MouseEventInit = {}) =>
  act(async () => {
    fireEvent.click(element, init);
  });
const press = (key: string, init: KeyboardEventInit = {}) =>
  act(async () => {
    fireEvent.keyDown(document.activeElement ?? document.body, { key, ...init });
  });

describe("slices that were found", () => {
  it("are rows that begin with their words, with rate, size, lift and evidence", () => {
    show();
    expect(screen.getByRole("region", { name: "Slice explorer" })).toBeTruthy();
    const [first, second, hostile] = slices();
    expect(first?.textContent).toMatch(/^age ≤ 28 and side = left/);
    expect(first?.textContent).toContain("20.0\u00a0%");
    expect(first?.textContent).toContain("2.0×");
    expect(first?.textContent).toContain("● verified");
    expect(second?.textContent).toContain("○ not held up");
    expect(second?.textContent).toContain("+2 alike");
    expect(hostile?.textContent).toMatch(/^<img src=x/);
    expect(document.querySelector("img")).toBeNull();
    expect(screen.getByText(/Searched all 9 slices\. These 2 slices hold/)).toBeTruthy();
  });

  it("select their rows with a click, and give them back with another", async () => {
    const { store } = show();
    await click(slices()[0] as Element);
    expect(store.own(SOURCE)).toEqual(where(0));
    expect(slices()[0]?.getAttribute("aria-selected")).toBe("true");
    await click(slices()[0] as Element);
    expect(store.own(SOURCE)).toBeNull();
  });

  it("unite with Ctrl, and leave the others when one goes", async () => {
    const { store } = show();
    await click(slices()[0] as Element);
    await click(slices()[1] as Element, { ctrlKey: true });
    expect(store.own(SOURCE)).toEqual({ op: "any", of: [where(0), where(1)] });
    expect(slices().map((row) => row.getAttribute("aria-selected"))).toEqual([
      "true",
      "true",
      "false",
    ]);
    await click(slices()[0] as Element, { metaKey: true });
    expect(store.own(SOURCE)).toEqual(where(1));
    await click(slices()[2] as Element);
    expect(store.own(SOURCE)).toEqual(where(2));
  });

  it("are reached, selected and left with the keys", async () => {
    const { store } = show();
    slices()[0]?.focus();
    await press("ArrowDown");
    expect(document.activeElement).toBe(slices()[1]);
    await press("Enter");
    expect(store.own(SOURCE)).toEqual(where(1));
    await press("End");
    await press(" ", { ctrlKey: true });
    expect(store.own(SOURCE)).toEqual({ op: "any", of: [where(1), where(2)] });
    await press("Escape");
    expect(store.own(SOURCE)).toBeNull();
    await press("Home");
    expect(document.activeElement).toBe(slices()[0]);
    expect(slices().map((row) => row.tabIndex)).toEqual([0, -1, -1]);
  });

  it("are sorted by their heads, and put back", async () => {
    show();
    const by = (name: string) => screen.getByRole("button", { name });
    await click(by("error rate"));
    expect(names()[0]).toMatch(/^<img/);
    await click(by("rows"));
    expect(names()[0]).toMatch(/^age/);
    await click(by("error rate"));
    await click(by("in the order found"));
    expect(names()[0]).toMatch(/^age/);
  });

  it("are filtered by text", async () => {
    const five = [...(EXPLORED.found ?? []), slice("z = 1", 0), slice("z = 2", 1)];
    show({ explored: { ...EXPLORED, found: five } });
    await act(async () => {
      fireEvent.input(screen.getByRole("searchbox"), { target: { value: "SIDE" } });
    });
    expect(names()).toEqual(["age ≤ 28 and side = left", "side = right +2 alike"]);
  });
});

describe("the other tabs", () => {
  it("are moved to with arrows and kept in the options", async () => {
    const { options } = show();
    const tab = screen.getByRole("tab", { name: "Found 3" });
    tab.focus();
    await press("ArrowRight");
    expect(options.value.value.tab).toBe("features");
    expect(document.activeElement?.textContent).toBe("Features");
    await press("ArrowLeft");
    await press("ArrowLeft");
    expect(options.value.value.tab).toBe("overlap");
  });

  it("show each feature's groups, a few at first", async () => {
    const { store } = show({ settings: { tab: "features" } });
    const side = within(screen.getByRole("region", { name: "side" }));
    expect(side.getByText(/explains 12/)).toBeTruthy();
    expect(slices()).toHaveLength(8);
    await click(side.getByRole("button", { name: "2 more" }));
    expect(slices()).toHaveLength(10);
    await click(slices()[1] as Element);
    expect(store.own(SOURCE)).toEqual(where(1));
  });

  it("show a tree, whose root selects nothing", async () => {
    const { store } = show({ settings: { tab: "tree" } });
    expect(names()).toEqual(["all rows", "side = left"]);
    expect(slices()[0]?.hasAttribute("aria-selected")).toBe(false);
    await click(slices()[1] as Element);
    expect(store.own(SOURCE)).toEqual(where(1));
    await click(slices()[0] as Element);
    expect(store.own(SOURCE)).toBeNull();
  });
});

describe("a search", () => {
  it("is asked for by the controls", async () => {
    const { sent } = show();
    await act(async () => {
      fireEvent.change(screen.getByRole("combobox", { name: "find" }), { target: { value: "1" } });
    });
    expect(sent).toEqual([
      { kind: "search", asked: { ...EXPLORED.asked, objective: 1 }, afresh: false },
    ]);
  });

  it("can be of the rows that are selected elsewhere", async () => {
    const { store, sent } = show();
    const within = () => screen.getByRole("button", { name: "Search within the selection" });
    expect(within().closest(".ew-hidden")).not.toBeNull();
    await act(async () => store.select("other", where(1), "other"));
    expect(within().closest(".ew-hidden")).toBeNull();
    await click(within());
    expect(sent).toEqual([
      { kind: "search", asked: { ...EXPLORED.asked, within: true }, afresh: true },
    ]);
  });

  it("shows its progress, is cancelled, and says why it failed", async () => {
    const { view, sent } = show();
    const tell = (message: object) =>
      act(async () => view.emit("msg:custom", { kind: "task", ...message }));
    await tell({ state: "running", what: "Searching", done: 0.4 });
    const bar = await screen.findByRole("progressbar", { name: "Searching" });
    expect(bar.getAttribute("aria-valuenow")).toBe("40");
    await click(screen.getByRole("button", { name: "Cancel" }));
    expect(sent).toEqual([{ kind: "cancel" }]);
    await tell({ state: "cancelled" });
    expect(screen.queryByRole("progressbar")).toBeNull();
    await tell({ state: "failed", message: "No such column." });
    expect(screen.getByRole("alert").textContent).toBe("No such column.");
  });

  it("is offered where nothing was searched yet, and not without a kernel", async () => {
    const { found: _, ...rest } = EXPLORED;
    const { sent } = show({ explored: rest });
    await click(screen.getByRole("button", { name: "Search" }));
    expect(sent).toEqual([{ kind: "search", asked: EXPLORED.asked, afresh: false }]);
  });

  it("needs a kernel; what was found does not", async () => {
    const { store } = show({ live: false });
    expect(screen.queryByRole("combobox")).toBeNull();
    await click(slices()[1] as Element);
    expect(store.own(SOURCE)).toEqual(where(1));
  });
});
