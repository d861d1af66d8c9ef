import { act, fireEvent, render, screen, within } from "@testing-library/preact";
import { describe, expect, it } from "vitest";
import { Content, type Explored, type FoundSlice } from "../src/store/content.ts";
import type { Predicate } from "../src/store/selection.ts";
import { SliceExplorer } from "../src/views/slice-explorer.tsx";
import { binnedColumn, FakeModel, makeOptions, makeStore, random, wireColumn } from "./fakes.ts";
import { quietPage } from "./matrix-page.tsx";

quietPage();

const SOURCE = "slice_explorer-1";
const N = 600;

const draw = random(7);
const side = Array.from({ length: N }, () => draw(2));
const age = Array.from({ length: N }, () => draw(4));
const town = Array.from({ length: N }, () => draw(3));
const wrong = side.map((s, i) => (draw(10) < (s === 0 && age[i] === 3 ? 7 : 2) ? 1 : 0));

const ROWS = {
  labels: ["no", "yes"],
  y_true: side.map(() => 0),
  y_pred: wrong,
  columns: {
    is_error: { ...wireColumn(wrong, ["False", "True"], "is_error"), literals: ["False", "True"] },
    side: wireColumn(side, ["left", "right"], "side"),
    town: wireColumn(town, ["Graz", "<b>Ulm</b>", "Wien"], "town"),
    age: binnedColumn(age, ["18", "30", "42", "61"], ["29", "41", "60", "79"], "age"),
  },
};

const isWrong: Predicate = { op: "in", column: "is_error", codes: [1] };
const left: Predicate = { op: "in", column: "side", codes: [0] };
const old: Predicate = { op: "range", column: "age", low: "60", high: null, closed: "right" };
const ulm: Predicate = { op: "in", column: "town", codes: [1] };

function found(words: string, where: Predicate, more: Partial<FoundSlice> = {}): FoundSlice {
  return {
    words,
    parts: words.split(" and "),
    where,
    support: 100,
    support_share: 0.1,
    errors: 20,
    rate: 0.3,
    low: 0.2,
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
  objectives: ["mistakes", "loss"],
  supports: [0.01, 0.05],
  most_conditions: 3,
  within: null,
  measure: "error rate",
  noun: "mistakes",
  is_rate: true,
  reading: { scope: null, truth: isWrong, value: null },
  overall: 0.25,
  names: ["side", "age", "town"],
  found: [
    found(
      "side = left and age > 60",
      { op: "all", of: [left, old] },
      {
        n_similar: 1,
        alike: [found("age > 60", old)],
      },
    ),
    found("side = left", left),
    found("town = <b>Ulm</b>", ulm),
  ],
  note: "Searched all 9 slices.",
  cover: "",
  features: [
    {
      name: "age",
      explained: 0.1,
      p: 0.01,
      n_groups: 4,
      histogram: {
        edges: ["29", "41", "60"],
        bins: {
          support: [10, 20, 30, 0],
          rate: [0.1, 0.2, 0.3, null],
          low: [0.05, 0.1, 0.2, null],
          high: [0.2, 0.3, 0.4, null],
        },
      },
      groups: [],
    },
  ],
  features_note: "",
  axes: ["side", "age"],
  tree: [],
  tree_note: "",
};

interface Shown {
  tab?: string;
  settings?: Record<string, unknown>;
  explored?: Partial<Explored>;
  live?: boolean;
  cohorts?: string[];
}

function show({ tab = "found", settings = {}, explored = {}, live = true, cohorts = [] }: Shown) {
  const { store } = makeStore(ROWS, SOURCE, { cohorts });
  const { options } = makeOptions({ tab, ...settings });
  const view = new FakeModel({ _content: { ...EXPLORED, ...explored } });
  const sent: { kind: string }[] = [];
  view.send = (content: unknown) => sent.push(content as { kind: string });
  const content = new Content(view, new AbortController().signal);
  store.link.status.value = live ? "live" : "saved";
  render(<SliceExplorer store={store} source={SOURCE} options={options} content={content} />);
  const hear = (message: object) => act(async () => view.emit("msg:custom", message));
  return { store, view, sent, options, hear };
}

const lines = () => [...document.querySelectorAll<HTMLElement>(".ew-rated-row")];
const click = (element: Element, init: MouseEventInit = {}) =>
  act(async () => {
    fireEvent.click(element, init);
  });
const press = (key: string, init: KeyboardEventInit = {}) =>
  act(async () => {
    fireEvent.keyDown(document.activeElement ?? document.body, { key, ...init });
  });
const type = (field: Element, value: string) =>
  act(async () => {
    fireEvent.input(field, { target: { value } });
  });

/** Rows that meet a test, and how many of them are wrong. */
function counted(test: (row: number) => boolean): [number, number] {
  const rows = side.map((_, row) => row).filter(test);
  return [rows.length, rows.filter((row) => wrong[row]).length];
}
const rateOf = ([n, bad]: [number, number]) => `${((bad / n) * 100).toFixed(1)}\u00a0%`;

describe("slices found", () => {
  it("open what is folded under them, by a click and by the arrows", async () => {
    const { options, store } = show({});
    await click(screen.getByRole("button", { name: "+1 alike" }));
    expect(lines().map((row) => row.textContent)).toHaveLength(4);
    expect(store.own(SOURCE)).toBeNull();
    expect(lines()[0]?.getAttribute("aria-expanded")).toBe("true");
    lines()[0]?.focus();
    await press("ArrowLeft");
    expect(lines()).toHaveLength(3);
    expect(options.value.value.unfolded).toEqual([]);
    await press("ArrowRight");
    await press("ArrowDown");
    await press("Enter");
    expect(store.own(SOURCE)).toEqual(old);
  });

  it("keep what is folded under them when they are sorted", async () => {
    const alike = [found("z", ulm, { support: 1 })];
    const large = found("large", ulm, { support: 500, alike, n_similar: 1 });
    show({ explored: { found: [found("small", left, { support: 5 }), large] } });
    await click(screen.getByRole("button", { name: "+1 alike" }));
    await click(screen.getByRole("button", { name: "rows" }));
    expect(
      lines().map((row) => row.title || row.querySelector(".ew-slice-words")?.textContent),
    ).toEqual(["large", "z", "small"]);
  });

  it("are crossed instead of united", async () => {
    const { store } = show({});
    await click(lines()[1] as Element);
    await click(lines()[2] as Element, { ctrlKey: true });
    expect(store.own(SOURCE)).toEqual({ op: "any", of: [left, ulm] });
    await click(screen.getByRole("radio", { name: "in both" }));
    const both = [left, ulm].map((part) => ({ op: "all", of: [part] }));
    expect(store.own(SOURCE)).toEqual({ op: "all", of: both });
    expect(lines().map((row) => row.getAttribute("aria-selected"))).toEqual([
      "false",
      "true",
      "true",
    ]);
    expect(store.n_selected.value).toBe(counted((r) => side[r] === 0 && town[r] === 1)[0]);
    await click(lines()[2] as Element, { ctrlKey: true });
    expect(store.own(SOURCE)).toEqual(left);
  });

  it("are taken with all between them, and found by their first letter", async () => {
    const { store } = show({});
    await click(lines()[0] as Element);
    await click(lines()[2] as Element, { shiftKey: true });
    const first = { op: "all", of: [left, old] };
    expect(store.own(SOURCE)).toEqual({ op: "any", of: [first, left, ulm] });
    lines()[0]?.focus();
    await press("t");
    expect(document.activeElement?.textContent).toMatch(/^town/);
    await press("s");
    expect(document.activeElement?.textContent).toMatch(/^side = left and/);
    await press("Enter");
    await press("ArrowDown");
    await press("Enter", { shiftKey: true });
    expect(store.own(SOURCE)).toEqual({ op: "any", of: [first, left] });
  });

  it("a slice of several conditions is not several slices", async () => {
    const { store } = show({});
    await click(lines()[0] as Element);
    expect(store.own(SOURCE)).toEqual({ op: "all", of: [left, old] });
    expect(lines().map((row) => row.getAttribute("aria-selected"))).toEqual([
      "true",
      "false",
      "false",
    ]);
  });

  it("of which there are many are drawn where they are seen", async () => {
    const many = Array.from({ length: 500 }, (_, i) => found(`age = ${i}`, left, { support: i }));
    show({ explored: { found: many } });
    expect(lines().length).toBeLessThan(60);
    expect(screen.getByRole("grid").getAttribute("aria-rowcount")).toBe("501");
    lines()[0]?.focus();
    await press("End");
    expect(document.activeElement?.textContent).toMatch(/^age = 499/);
    expect(document.activeElement?.getAttribute("aria-rowindex")).toBe("501");
    await press("PageUp");
    expect(document.activeElement?.textContent).toMatch(/^age = 489/);
  });

  it("have columns that are sized by the line and by the keys", async () => {
    const { options } = show({});
    const head = screen.getByRole("button", { name: "lift" });
    head.focus();
    await press("ArrowLeft", { shiftKey: true });
    expect(options.value.value.widths).toEqual({ lift: 56 });
    const line = head.parentElement?.querySelector(".ew-sizer") as Element;
    await act(async () => {
      fireEvent.pointerDown(line, { clientX: 100 });
      fireEvent.pointerMove(line, { clientX: 60 });
      fireEvent.pointerUp(line);
    });
    expect(options.value.value.widths).toEqual({ lift: 96 });
    expect(head.parentElement?.style.getPropertyValue("--ew-width")).toBe("96px");
    await act(async () => {
      fireEvent.dblClick(line);
    });
    expect(options.value.value.widths).toEqual({ lift: 48 });
  });

  it("say that none speaks of what is typed", async () => {
    show({ explored: { found: [...(EXPLORED.found ?? []), found("z", left), found("q", left)] } });
    await type(screen.getByRole("searchbox", { name: "Filter slices" }), "nothing");
    expect(screen.getByText("No slice speaks of “nothing”.")).toBeTruthy();
  });
});

describe("what is selected in code", () => {
  it("is shown, and a click goes on from it", async () => {
    const { store } = show({});
    await act(async () => store.select("python", left, SOURCE));
    expect(lines()[1]?.getAttribute("aria-selected")).toBe("true");
    await click(lines()[2] as Element, { ctrlKey: true });
    const both = { source: SOURCE, predicate: { op: "any", of: [left, ulm] } };
    expect(store.clauses.value).toEqual([both]);
  });
});

describe("a histogram", () => {
  const bins = () => screen.getAllByRole("option").filter((one) => one.dataset.bin);
  const at = async (list: Element, kind: "Down" | "Move" | "Up", x: number) =>
    act(async () => {
      fireEvent[`pointer${kind}`](list, { clientX: x, button: 0, pointerType: "mouse" });
    });

  it("gives the range that is dragged", async () => {
    const { store } = show({ tab: "features" });
    const list = screen.getByRole("listbox", { name: "age, bins" });
    list.getBoundingClientRect = () => ({ left: 0, width: 0 }) as DOMRect;
    expect(bins()[1]?.getAttribute("aria-label")).toBe(
      "29 < age ≤ 41: 20 rows, 20.0\u00a0% (10–30\u00a0%)",
    );
    // Without a size every place is past the last bin.
    await at(list, "Down", 5);
    await at(list, "Up", 5);
    expect(store.own(SOURCE)).toEqual(old);
    expect(bins()[3]?.getAttribute("aria-selected")).toBe("true");
  });

  it("is moved through, extended and left with the keys", async () => {
    const { store } = show({ tab: "features" });
    bins()[0]?.focus();
    await press("ArrowRight");
    await press("Enter");
    const first = { op: "range", column: "age", low: "29", high: "41", closed: "right" };
    expect(store.own(SOURCE)).toEqual(first);
    await press("ArrowRight", { shiftKey: true });
    expect(store.own(SOURCE)).toEqual({ ...first, high: "60" });
    expect(bins().map((one) => one.getAttribute("aria-selected"))).toEqual([
      "false",
      "true",
      "true",
      "false",
    ]);
    await press("Escape");
    expect(store.own(SOURCE)).toBeNull();
  });

  it("keeps what makes a row count", async () => {
    const scope: Predicate = { op: "in", column: "y_true", codes: [0] };
    const { store } = show({
      tab: "features",
      explored: {
        reading: { scope, truth: isWrong, value: null },
        within: { words: "side = left", where: left },
      },
    });
    bins()[3]?.focus();
    await press("Enter");
    expect(store.own(SOURCE)).toEqual({ op: "all", of: [old, scope, left] });
    expect(bins()[3]?.getAttribute("aria-selected")).toBe("true");
  });
});

describe("two features", () => {
  const cells = () => screen.getAllByRole("gridcell");

  it("are crossed in the page, and cells select their rows", async () => {
    const { store } = show({ tab: "pair" });
    const grid = screen.getByRole("grid", { name: "age by side" });
    expect(within(grid).getAllByRole("row")).toHaveLength(5);
    const test = (r: number) => side[r] === 0 && age[r] === 3;
    const of = counted(test);
    const cell = screen.getByRole("gridcell", { name: /^age 60 to 79, side left:/ });
    expect(cell.getAttribute("aria-label")).toBe(
      `age 60 to 79, side left: ${of[0]}, ${rateOf(of)}`,
    );
    await click(cell);
    expect(store.own(SOURCE)).toEqual({ op: "all", of: [left, old] });
    expect(store.n_selected.value).toBe(of[0]);
    expect(cell.getAttribute("aria-selected")).toBe("true");
  });

  it("are chosen from lists and by dragging; the same feature twice changes places", async () => {
    const { options } = show({ tab: "pair" });
    const across = screen.getByRole("combobox", { name: "across" });
    await act(async () => {
      fireEvent.change(across, { target: { value: "age" } });
    });
    expect(options.value.value).toMatchObject({ x: "age", y: "side" });
    const moved = new Map([["text/x-errwidgets-feature", "town"]]);
    const dataTransfer = {
      types: [...moved.keys()],
      getData: (type: string) => moved.get(type),
    };
    const axis = screen.getByRole("combobox", { name: "down" }).closest(".ew-axis") as Element;
    await act(async () => {
      fireEvent.dragOver(axis, { dataTransfer });
      fireEvent.drop(axis, { dataTransfer });
    });
    expect(options.value.value).toMatchObject({ x: "age", y: "town" });
    expect(screen.getByRole("rowheader", { name: "<b>Ulm</b>" })).toBeTruthy();
  });

  it("are moved through with the keys", async () => {
    const { store } = show({ tab: "pair" });
    cells()[0]?.focus();
    await press("ArrowDown");
    await press("ArrowRight");
    await press("Enter");
    expect(store.n_selected.value).toBe(counted((r) => side[r] === 1 && age[r] === 1)[0]);
    await press("Home");
    await press("Enter", { ctrlKey: true });
    expect(store.own(SOURCE)?.op).toBe("any");
    await press("Escape");
    expect(store.own(SOURCE)).toBeNull();
  });

  it("are taken as a rectangle with Shift", async () => {
    const { store } = show({ tab: "pair" });
    await click(screen.getByRole("gridcell", { name: /^age ≤ 29, side left:/ }));
    await click(screen.getByRole("gridcell", { name: /^age 29 to 41, side right:/ }), {
      shiftKey: true,
    });
    expect(store.n_selected.value).toBe(counted((r) => (age[r] as number) < 2)[0]);
  });

  it("count within what is searched, and what is looked for", async () => {
    show({
      tab: "pair",
      settings: { x: "side", y: "town" },
      explored: { within: { words: "age > 60", where: old } },
    });
    const of = counted((r) => side[r] === 0 && town[r] === 2 && age[r] === 3);
    const cell = screen.getByRole("gridcell", { name: /^town Wien, side left:/ });
    expect(cell.getAttribute("aria-label")).toContain(`${of[0]}, ${rateOf(of)}`);
  });

  it("say when only Python can count, and when there are not two", () => {
    const nothing = { scope: null, truth: null, value: null };
    show({ tab: "pair", explored: { reading: nothing } });
    expect(screen.getByRole("note").textContent).toContain("Python");
    document.body.replaceChildren();
    show({ tab: "pair", explored: { names: ["side"], axes: ["side", null] } });
    expect(screen.getByText(/Two features are needed/)).toBeTruthy();
  });

  it("offer cohorts", () => {
    show({ tab: "pair", cohorts: ["<i>mine</i>"] });
    const across = screen.getByRole("combobox", { name: "across" });
    expect([...across.children].map((one) => one.textContent)).toContain("cohort.<i>mine</i>");
  });
});

describe("a slice by hand", () => {
  it("grows by suggestions and shrinks, with its numbers", async () => {
    const { store } = show({ tab: "build" });
    expect(screen.getByText(/600 rows/)).toBeTruthy();
    // The condition that is surest to raise the rate comes first.
    await click(lines()[0] as Element);
    expect(store.own(SOURCE)).toEqual(old);
    const first = counted((r) => age[r] === 3);
    expect(document.querySelector(".ew-built-now")?.textContent).toContain(
      `${first[0]} rows, error rate ${rateOf(first)}`,
    );
    await click(lines().find((row) => row.textContent?.startsWith("side = left")) as Element);
    expect(store.own(SOURCE)).toEqual({ op: "all", of: [old, left] });
    expect(screen.getByText("age > 60 and side == 'left'")).toBeTruthy();
    const both = counted((r) => age[r] === 3 && side[r] === 0);
    const all = counted(() => true);
    const now = document.querySelector(".ew-built-now")?.textContent;
    expect(now).toContain(`${both[0]} rows, error rate ${rateOf(both)}`);
    expect(now).toContain(`${(both[1] / both[0] / (all[1] / all[0])).toFixed(1)}×`);
    expect(now).toContain(`${((both[1] / all[1]) * 100).toFixed(0)}\u00a0% of all mistakes`);
    await click(screen.getByRole("button", { name: "Take out age > 60" }));
    expect(store.own(SOURCE)).toEqual(left);
  });

  it("finds conditions by a word of a value or of a feature", async () => {
    show({ tab: "build" });
    const field = screen.getByRole("searchbox", { name: "Filter conditions" });
    await type(field, "ulm");
    expect(lines().map((row) => row.textContent)).toEqual([
      expect.stringMatching(/^town = <b>Ulm<\/b>/),
    ]);
    await type(field, "side");
    expect(lines()).toHaveLength(2);
    await type(field, "zzz");
    expect(screen.getByText("No condition here says “zzz”.")).toBeTruthy();
    expect(document.querySelector("b > i, .ew-rated-words b")).toBeNull();
  });

  it("begins with the slice that is selected", async () => {
    const { store } = show({});
    await click(lines()[0] as Element);
    await click(screen.getByRole("tab", { name: "Build" }));
    const chips = within(screen.getByRole("list", { name: "Conditions" }));
    expect(chips.getAllByRole("listitem").map((one) => one.title)).toEqual([
      "side = left",
      "age > 60",
    ]);
    await click(chips.getByRole("button", { name: "Take out side = left" }));
    expect(store.own(SOURCE)).toEqual(old);
  });
});

describe("which slices overlap", () => {
  it("is every combination that occurs, and each selects exactly its rows", async () => {
    const { store } = show({ tab: "overlap" });
    const inside = [
      (r: number) => side[r] === 0 && age[r] === 3,
      (r: number) => side[r] === 0,
      (r: number) => town[r] === 1,
    ];
    const rows = lines();
    let total = 0;
    for (const line of rows) {
      const words = line.querySelector(".ew-dots-words")?.textContent ?? "";
      const held = [1, 2, 3].filter((i) => words.includes(String(i)));
      const of = counted((r) => inside.every((test, i) => test(r) === held.includes(i + 1)));
      expect(line.textContent).toContain(String(of[0]));
      expect(line.textContent).toContain(rateOf(of));
      total += of[0];
      await click(line);
      expect(store.n_selected.value).toBe(of[0]);
    }
    expect(total).toBe(N);
    expect(rows.at(-1)?.textContent).toContain("in none of these");
    const covered = counted((r) => inside.some((test) => test(r)));
    const all = counted(() => true);
    expect(document.querySelector(".ew-provenance")?.textContent).toContain(
      `together hold ${((covered[1] / all[1]) * 100).toFixed(0)}\u00a0% of all mistakes in ${((covered[0] / N) * 100).toFixed(0)}\u00a0% of the rows`,
    );
  });

  it("is of the slices that are selected, when there are several", async () => {
    show({});
    await click(lines()[1] as Element);
    await click(lines()[2] as Element, { ctrlKey: true });
    await click(screen.getByRole("tab", { name: "Overlap" }));
    const slices = within(screen.getByRole("list", { name: "Slices" })).getAllByRole("listitem");
    expect(slices.map((one) => one.title)).toEqual(["side = left", "town = <b>Ulm</b>"]);
    expect(screen.getByText(/^The slices that are selected/)).toBeTruthy();
  });

  it("needs two slices", () => {
    show({ tab: "overlap", explored: { found: [] } });
    expect(screen.getByText(/nothing overlaps/)).toBeTruthy();
  });
});

describe("controls", () => {
  it("offer the confusion of the cell that is selected", async () => {
    const { store, sent } = show({});
    const cell: Predicate = {
      op: "all",
      of: [
        { op: "in", column: "y_true", codes: [0] },
        { op: "in", column: "y_pred", codes: [1] },
      ],
    };
    await act(async () => store.select("matrix", cell, "matrix"));
    const find = screen.getByRole("combobox", { name: "find" });
    expect([...find.children].map((one) => one.textContent)).toEqual([
      "mistakes",
      "loss",
      "no → yes",
    ]);
    await act(async () => {
      fireEvent.change(find, { target: { value: "0,1" } });
    });
    expect(sent.at(-1)).toMatchObject({ kind: "search", asked: { objective: [0, 1] } });
  });

  it("search a sample while they are dragged, one step at a time, and all rows at the end", async () => {
    const { sent, hear, view } = show({ settings: { more: true } });
    const slider = screen.getByRole("slider", { name: /^alpha/ });
    const drag = (value: number) =>
      act(async () => {
        fireEvent.input(slider, { target: { value } });
      });
    for (const value of [0.9, 0.8, 0.7]) await drag(value);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ kind: "preview", asked: { alpha: 0.9 } });
    const shown = [found("town = Graz", ulm)];
    const note = "A sample of 10 of 600 rows.";
    const asked = { ...EXPLORED.asked, alpha: 0.9 };
    await hear({ kind: "preview", asked, found: shown, note });
    expect(lines()).toHaveLength(1);
    expect(screen.getByText(/A sample of 10 of 600 rows/)).toBeTruthy();
    // The newest of what was dragged meanwhile, nothing in between.
    expect(sent).toHaveLength(2);
    expect(sent[1]).toMatchObject({ kind: "preview", asked: { alpha: 0.7 } });
    await act(async () => {
      fireEvent.change(slider, { target: { value: 0.7 } });
    });
    expect(sent.at(-1)).toMatchObject({ kind: "search", asked: { alpha: 0.7 } });
    await act(async () =>
      view.receive("_content", { ...EXPLORED, asked: { ...EXPLORED.asked, alpha: 0.7 } }),
    );
    expect(lines()).toHaveLength(3);
    // An answer that comes late shows nothing any more.
    await hear({ kind: "preview", asked, found: shown, note });
    expect(lines()).toHaveLength(3);
  });

  it("grow another tree", async () => {
    const { sent } = show({ tab: "tree" });
    await act(async () => {
      fireEvent.change(screen.getByRole("combobox", { name: "depth" }), { target: { value: "5" } });
    });
    expect(sent).toEqual([{ kind: "tree", asked: { ...EXPLORED.asked, max_depth: 5 } }]);
  });

  it("say what is searched, and search all rows again", async () => {
    const { sent } = show({ explored: { within: { words: "<i>side</i>", where: left } } });
    expect(screen.getByText("<i>side</i>")).toBeTruthy();
    await click(screen.getByRole("button", { name: "Search all rows" }));
    expect(sent).toEqual([
      { kind: "search", asked: { ...EXPLORED.asked, within: false }, afresh: false },
    ]);
  });

  it("ask again when the lens was changed", async () => {
    const { sent } = show({ explored: { stale: true } });
    await click(screen.getByRole("button", { name: "Search again" }));
    expect(sent).toHaveLength(1);
  });
});

describe("a cohort", () => {
  it("keeps what is selected under a name", async () => {
    const { sent, hear } = show({});
    await click(lines()[1] as Element);
    await click(screen.getByRole("button", { name: "Keep as cohort" }));
    const field = screen.getByRole("textbox", { name: "Name of the cohort" });
    expect((field as HTMLInputElement).value).toBe("side = left");
    await type(field, "<b>lefties</b>");
    await act(async () => {
      fireEvent.submit(field.closest("form") as Element);
    });
    expect(sent).toEqual([{ kind: "cohort", name: "<b>lefties</b>" }]);
    await hear({ kind: "cohort", refused: "There is another cohort already." });
    expect(screen.getByRole("alert").textContent).toBe("There is another cohort already.");
    expect(screen.getByRole("textbox", { name: "Name of the cohort" })).toBeTruthy();
    await hear({ kind: "cohort", kept: "<b>lefties</b>" });
    expect(screen.queryByRole("textbox", { name: "Name of the cohort" })).toBeNull();
    expect(screen.getByRole("note").textContent).toBe("Kept as cohort.<b>lefties</b>");
  });

  it("is left with Escape, and needs a kernel", async () => {
    const { sent } = show({});
    await click(lines()[1] as Element);
    await click(screen.getByRole("button", { name: "Keep as cohort" }));
    screen.getByRole("textbox", { name: "Name of the cohort" }).focus();
    await press("Escape");
    expect(screen.queryByRole("textbox", { name: "Name of the cohort" })).toBeNull();
    expect(sent).toEqual([]);
    document.body.replaceChildren();
    show({ live: false });
    expect(screen.queryByRole("button", { name: "Keep as cohort" })).toBeNull();
  });
});
