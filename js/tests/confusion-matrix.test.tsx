import { act, render, screen, within } from "@testing-library/preact";
import { describe, expect, it } from "vitest";
import { Store } from "../src/store/connection.ts";
import type { Predicate } from "../src/store/selection.ts";
import { ConfusionMatrix } from "../src/views/confusion-matrix.tsx";
import { FakeModel, makeOptions, storeTraits } from "./fakes.ts";
import {
  cell,
  click,
  focus,
  focused,
  own,
  PETS,
  press,
  quietPage,
  SOURCE,
  selected,
  show,
  status,
} from "./matrix-page.tsx";

quietPage();

describe("what a screen reader finds", () => {
  it("is a region with a grid of the full size", () => {
    show({ ...PETS, name: "pets" });
    const region = screen.getByRole("region", { name: /^Confusion matrix.*pets/ });
    const grid = within(region).getByRole("grid", { name: /Confusion matrix/ });
    expect(grid.getAttribute("aria-rowcount")).toBe("4");
    expect(grid.getAttribute("aria-colcount")).toBe("4");
    expect(grid.getAttribute("aria-multiselectable")).toBe("true");
    expect(within(grid).getAllByRole("row")).toHaveLength(4);
  });

  it("is named plainly without a name of the evaluation", () => {
    show();
    expect(screen.getByRole("region", { name: "Confusion matrix" })).toBeTruthy();
  });

  it("is a cell for each pair of classes, with its count", () => {
    show();
    const names = screen.getAllByRole("gridcell").map((found) => found.getAttribute("aria-label"));
    expect(names).toHaveLength(9);
    expect(names[1]).toMatch(/^true cat, predicted dog: 2\b/);
    expect(names[2]).toMatch(/^true cat, predicted eel: 0\b/);
    expect(cell("cat", "dog").textContent).toContain("2");
    expect(cell("cat", "eel").textContent).toBe("");
    expect(cell("dog", "eel").getAttribute("aria-colindex")).toBe("4");
    expect(cell("dog", "eel").closest("[role=row]")?.getAttribute("aria-rowindex")).toBe("3");
  });

  it("is a header for each class on both axes", () => {
    show();
    const rows = screen.getAllByRole("rowheader").map((found) => found.getAttribute("aria-label"));
    const columns = screen.getAllByRole("columnheader").map((f) => f.getAttribute("aria-label"));
    expect(rows.map((name) => name?.slice(0, 8))).toEqual(["true cat", "true dog", "true eel"]);
    expect(columns.map((name) => name?.slice(0, 13))).toEqual([
      "predicted cat",
      "predicted dog",
      "predicted eel",
    ]);
  });

  it("reads large counts with separators and a missing label as (missing)", () => {
    const n = 1234;
    show({ labels: ["a", "(missing)"], y_true: Array(n).fill(1), y_pred: Array(n).fill(0) });
    const label = cell("(missing)", "a").getAttribute("aria-label");
    expect(label).toMatch(/^true \(missing\), predicted a: 1,234\b/);
  });

  it("is an empty selection before the first gesture", () => {
    show();
    expect(status()).toBe("No rows selected");
    expect(
      within(screen.getByRole("list", { name: "Selection" })).queryAllByRole("listitem"),
    ).toEqual([]);
    expect(screen.queryAllByRole("gridcell", { selected: true })).toEqual([]);
  });

  it("is one tab stop in the grid, and no focus taken", () => {
    show();
    const stops = document.querySelectorAll('[role=grid] [tabindex="0"]');
    expect([...stops].map((stop) => (stop as HTMLElement).dataset.at)).toEqual(["0,0"]);
    expect(document.activeElement).toBe(document.body);
  });

  it("is spoken only by the view that the gesture came from", async () => {
    const { store } = show();
    render(
      <ConfusionMatrix store={store} source="confusion_matrix-2" options={makeOptions().options} />,
    );
    const live = () => screen.getAllByRole("status").map((line) => line.getAttribute("aria-live"));
    expect(live()).toEqual(["off", "off"]);
    await click(
      within(screen.getAllByRole("grid")[1] as HTMLElement).getAllByRole("gridcell")[0] as Element,
    );
    expect(live()).toEqual(["off", "polite"]);
  });
});

describe("the pointer", () => {
  it("selects a cell's rows with a click and lets go with another", async () => {
    const { store, model } = show();
    await click(cell("cat", "dog"));
    expect(own(store)).toEqual({
      op: "all",
      of: [
        { op: "in", column: "y_true", codes: [0] },
        { op: "in", column: "y_pred", codes: [1] },
      ],
    });
    expect(status()).toBe("2 of 7 rows selected");
    expect(selected()).toEqual(["0,1"]);
    expect(model.saved).toHaveLength(1);
    await click(cell("cat", "dog"));
    expect(own(store)).toBeNull();
    expect(status()).toBe("No rows selected");
  });

  it("selects through whatever stands inside a cell", async () => {
    show();
    await click(cell("cat", "dog").querySelector("span") as Element);
    expect(selected()).toEqual(["0,1"]);
  });

  it("replaces with a plain click", async () => {
    show();
    await click(cell("cat", "dog"));
    await click(cell("eel", "eel"));
    expect(selected()).toEqual(["2,2"]);
  });

  it.each([{ ctrlKey: true }, { metaKey: true }])("adds and removes cells with %o", async (add) => {
    show();
    await click(cell("cat", "dog"));
    await click(cell("dog", "cat"), add);
    expect(selected()).toEqual(["0,1", "1,0"]);
    expect(status()).toBe("3 of 7 rows selected");
    await click(cell("cat", "dog"), add);
    expect(selected()).toEqual(["1,0"]);
    await click(cell("dog", "cat"), add);
    expect(status()).toBe("No rows selected");
  });

  it("spans a rectangle with Shift from the last cell", async () => {
    show();
    await click(cell("dog", "dog"));
    await click(cell("cat", "cat"), { shiftKey: true });
    expect(selected()).toEqual(["0,0", "0,1", "1,0", "1,1"]);
    await click(cell("dog", "eel"), { shiftKey: true });
    expect(selected()).toEqual(["1,1", "1,2"]);
    await click(cell("eel", "cat"), { shiftKey: true, ctrlKey: true });
    expect(selected()).toEqual(["1,0", "1,1", "1,2", "2,0", "2,1"]);
  });

  it("selects the mistakes of a class on its header, and lets go", async () => {
    show();
    const row = screen.getByRole("rowheader", { name: /^true cat/ });
    await click(row);
    expect(selected()).toEqual(["0,1", "0,2"]);
    expect(status()).toBe("2 of 7 rows selected");
    await click(row);
    expect(status()).toBe("No rows selected");
    await click(screen.getByRole("columnheader", { name: /^predicted cat/ }));
    expect(selected()).toEqual(["1,0", "2,0"]);
    expect(status()).toBe("1 of 7 rows selected");
  });

  it("adds the mistakes of more classes with Ctrl, however many", async () => {
    const { store } = show();
    const headers = ["cat", "dog", "eel"].flatMap((name) => [
      screen.getByRole("rowheader", { name: new RegExp(`^true ${name}`) }),
      screen.getByRole("columnheader", { name: new RegExp(`^predicted ${name}`) }),
    ]);
    await click(headers[0] as Element);
    await click(headers[2] as Element, { ctrlKey: true });
    expect(selected()).toEqual(["0,1", "0,2", "1,0", "1,2"]);
    for (let i = 0; i < 41; i++)
      await click(headers[i % headers.length] as Element, { ctrlKey: true });
    // Python refuses what is nested deeper (`_MAX_DEPTH` in errwidgets/selection/wire.py).
    const depth = (predicate: Predicate): number => {
      if (!("of" in predicate)) return 0;
      const parts = predicate.op === "not" ? [predicate.of] : predicate.of;
      return 1 + Math.max(0, ...parts.map(depth));
    };
    const predicate = own(store);
    expect(predicate === null ? 0 : depth(predicate)).toBeLessThanOrEqual(32);
  });

  it("selects nothing beside the cells", async () => {
    const { model } = show();
    await click(screen.getByRole("grid"));
    await click(document.querySelector(".ew-corner") as Element);
    expect(model.saved).toEqual([]);
  });
});

describe("the keyboard", () => {
  it.each(["Enter", " "])("selects with %o, adds with Ctrl", async (key) => {
    show();
    await focus(cell("cat", "dog"));
    await press(key);
    expect(selected()).toEqual(["0,1"]);
    await press("ArrowDown");
    expect(selected()).toEqual(["0,1"]);
    await press(key, { ctrlKey: true });
    expect(selected()).toEqual(["0,1", "1,1"]);
  });

  it("moves the focus and the one tab stop with arrows, Home and End", async () => {
    show();
    await focus(cell("cat", "cat"));
    for (const [key, at, modifiers] of [
      ["ArrowRight", "0,1"],
      ["ArrowDown", "1,1"],
      ["ArrowLeft", "1,0"],
      ["End", "1,2"],
      ["Home", "1,0"],
      ["End", "2,2", { ctrlKey: true }],
      ["Home", "0,0", { ctrlKey: true }],
      ["ArrowUp", "-1,0"],
      ["ArrowRight", "-1,1"],
      ["PageDown", "2,1"],
    ] as [string, string, KeyboardEventInit?][]) {
      await press(key, modifiers);
      expect(focused()).toBe(at);
      const stops = document.querySelectorAll<HTMLElement>('[role=grid] [tabindex="0"]');
      expect([...stops].map((stop) => stop.dataset.at)).toEqual([at]);
    }
  });

  it("selects the mistakes of a class on its header", async () => {
    show();
    await focus(cell("dog", "cat"));
    await press("ArrowLeft");
    expect(document.activeElement?.getAttribute("role")).toBe("rowheader");
    await press("Enter");
    expect(selected()).toEqual(["1,0", "1,2"]);
  });

  it("spans a range with Shift and the arrows, from the cell where Shift went down", async () => {
    show();
    await focus(cell("cat", "cat"));
    await press("ArrowRight", { shiftKey: true });
    expect(selected()).toEqual(["0,0", "0,1"]);
    await press("ArrowDown", { shiftKey: true });
    expect(selected()).toEqual(["0,0", "0,1", "1,0", "1,1"]);
    await press("ArrowLeft", { shiftKey: true });
    expect(selected()).toEqual(["0,0", "1,0"]);
  });

  it("clears its own clause with Escape and leaves the others'", async () => {
    const { store } = show();
    const other: Predicate = { op: "in", column: "y_pred", codes: [1] };
    await act(async () => store.select("other", other, "other"));
    await focus(cell("cat", "dog"));
    await press("Enter");
    expect(store.clauses.value).toHaveLength(2);
    await press("Escape");
    expect(store.clauses.value).toEqual([{ source: "other", predicate: other }]);
    expect(focused()).toBe("0,1");
  });

  it("finds a class by its first letters", async () => {
    show({ ...PETS, labels: ["cat", "Dog", "dove"] });
    await focus(cell("cat", "Dog"));
    await press("d");
    expect(focused()).toBe("1,1");
    await press("o");
    await press("v");
    expect(focused()).toBe("2,1");
  });

  it("finds a class that starts with what opens the search where there is one", async () => {
    show({ ...PETS, labels: ["cat", "/dog", "?eel"] });
    await focus(cell("cat", "cat"));
    await press("/");
    expect(focused()).toBe("1,0");
  });

  it("keeps its keys from the host, and leaves it chords", async () => {
    const heard: string[] = [];
    const listen = (event: KeyboardEvent) => heard.push(event.key);
    document.body.addEventListener("keydown", listen);
    show();
    await focus(cell("dog", "dog"));
    for (const key of [
      "ArrowUp",
      "ArrowDown",
      "Home",
      "End",
      "PageUp",
      "Enter",
      " ",
      "d",
      "Escape",
    ])
      await press(key);
    expect(heard).toEqual([]);
    await press("c", { ctrlKey: true });
    document.body.removeEventListener("keydown", listen);
    expect(heard).toEqual(["c"]);
  });
});

describe("the selection bar", () => {
  it("names each clause and removes it", async () => {
    const { store } = show();
    await click(cell("cat", "dog"));
    await act(async () => store.select("b", { op: "in", column: "y_pred", codes: [1, 2] }, "b"));
    const list = screen.getByRole("list", { name: "Selection" });
    const chips = within(list).getAllByRole("listitem");
    expect(chips.map((chip) => chip.getAttribute("title"))).toEqual([
      "true cat → predicted dog",
      "predicted dog or eel",
    ]);
    await click(screen.getByRole("button", { name: "Remove true cat → predicted dog" }));
    expect(store.clauses.value.map((clause) => clause.source)).toEqual(["b"]);
    expect(status()).toBe("5 of 7 rows selected");
  });

  it("clears the selection of every view", async () => {
    const { store } = show();
    await click(cell("cat", "dog"));
    await act(async () => store.select("b", { op: "in", column: "y_pred", codes: [1] }, "b"));
    await click(screen.getByRole("button", { name: "Clear selection" }));
    expect(store.clauses.value).toEqual([]);
    expect(status()).toBe("No rows selected");
  });

  const CODE = `rows = evaluation.frame.query("y_true == 'cat' and y_pred == 'dog'")`;

  it("copies code to an open clipboard", async () => {
    const written: string[] = [];
    const clipboard = { writeText: async (text: string) => void written.push(text) };
    Object.defineProperty(navigator, "clipboard", { value: clipboard, configurable: true });
    show();
    await click(cell("cat", "dog"));
    const button = screen.getByRole("button", { name: "Copy code" });
    await click(button);
    expect(written).toEqual([CODE]);
    expect(button.textContent).toBe("Copied");
    expect(screen.queryByRole("textbox")).toBeNull();
  });

  it.each([
    ["there is none", undefined],
    ["it is forbidden", { writeText: () => Promise.reject(new Error("NotAllowed")) }],
  ])("leaves the code selected in a text box where %s", async (_, clipboard) => {
    Object.defineProperty(navigator, "clipboard", { value: clipboard, configurable: true });
    show();
    await click(cell("cat", "dog"));
    await click(screen.getByRole("button", { name: "Copy code" }));
    const box = screen.getByRole("textbox") as HTMLInputElement;
    expect(box.value).toBe(CODE);
    expect(box.value.slice(box.selectionStart ?? 0, box.selectionEnd ?? 0)).toBe(CODE);
    expect(document.activeElement).toBe(box);
    await press("Escape");
    expect(screen.queryByRole("textbox")).toBeNull();
  });

  it("takes stale code away when the selection changes", async () => {
    show();
    await click(cell("cat", "dog"));
    await click(screen.getByRole("button", { name: "Copy code" }));
    await click(cell("eel", "eel"));
    expect(screen.queryByRole("textbox")).toBeNull();
  });

  it("shows a failure of a handler until it is dismissed", async () => {
    const { model } = show();
    await act(async () => model.emit("msg:custom", { kind: "failure", message: "f failed: <b>" }));
    expect(screen.getByRole("alert").textContent).toContain("f failed: <b>");
    await click(screen.getByRole("button", { name: "Dismiss" }));
    expect(screen.queryByRole("alert")).toBeNull();
  });
});

describe("linked views", () => {
  it("count only what the others select, and say so", async () => {
    const { store } = show();
    const second = render(
      <ConfusionMatrix store={store} source="confusion_matrix-2" options={makeOptions().options} />,
    );
    const [one, two] = screen.getAllByRole("grid").map((grid) => within(grid as HTMLElement));
    if (!one || !two) throw new Error("two grids were drawn");
    await click(cell("cat", "dog", one));
    expect(cell("cat", "cat", one).getAttribute("aria-label")).toMatch(/: 1\b/);
    expect(cell("cat", "cat", two).getAttribute("aria-label")).toMatch(/: 0\b/);
    expect(cell("cat", "dog", two).getAttribute("aria-label")).toMatch(/: 2\b/);
    expect(two.queryAllByRole("gridcell", { selected: true })).toEqual([]);
    expect(second.container.textContent).toContain("the 2 of 7 rows that are selected elsewhere");
    expect(screen.getAllByRole("status").map((line) => line.textContent)).toEqual(
      Array(2).fill("2 of 7 rows selected"),
    );
    await click(cell("cat", "cat", two));
    expect(screen.getAllByRole("status")[0]?.textContent).toBe("0 of 7 rows selected");
    expect(cell("dog", "dog", one).getAttribute("aria-label")).toMatch(/: 0$/);
  });

  it("follow a change from Python", async () => {
    const { model } = show();
    const predicate: Predicate = { op: "in", column: "y_true", codes: [1] };
    const clauses = [{ source: "python", predicate }];
    await act(async () => model.receive("state", { revision: 1, writer: "python", clauses }));
    expect(status()).toBe("3 of 7 rows selected");
    expect(screen.getByRole("button", { name: "Remove true dog" })).toBeTruthy();
    // A selection of cells is shown as cells: nothing is filtered away.
    expect(selected()).toEqual(["1,0", "1,1", "1,2"]);
    expect(cell("cat", "cat").getAttribute("aria-label")).toMatch(/: 1\b/);
    expect(model.saved).toEqual([]);
  });

  it("replace what was selected in code with a click, and clear it with Escape", async () => {
    const { model, store } = show();
    const predicate: Predicate = { op: "in", column: "y_true", codes: [1] };
    const clauses = [{ source: "python", predicate }];
    await act(async () => model.receive("state", { revision: 1, writer: "python", clauses }));
    await click(cell("cat", "dog"));
    expect(selected()).toEqual(["0,1"]);
    expect(store.clauses.value.map((clause) => clause.source)).toEqual([SOURCE]);
    await act(async () => model.receive("state", { revision: 9, writer: "python", clauses }));
    await focus(cell("cat", "dog"));
    await press("Escape");
    expect(store.clauses.value).toEqual([]);
  });

  it("clear what is selected elsewhere with a second Escape", async () => {
    const { store } = show();
    const other: Predicate = { op: "in", column: "y_pred", codes: [1] };
    await act(async () => store.select("other", other, "other"));
    await focus(cell("cat", "dog"));
    await press("Escape");
    expect(store.clauses.value).toEqual([]);
  });

  it("draw anew when columns change", async () => {
    const { model } = show();
    const { columns, info } = storeTraits({ labels: ["x"], y_true: [0, 0], y_pred: [0, 0] });
    model.traits.set("info", info);
    await act(async () => {
      model.traits.set("columns", columns);
      model.emit("change:columns");
    });
    expect(screen.getAllByRole("gridcell")).toHaveLength(1);
  });
});

describe("labels are data", () => {
  const HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</div><script>alert(1)</script>",
    "{{7*7}}",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    "a\nb",
    "",
  ];

  it("and create no element", async () => {
    const codes = HOSTILE.map((_, i) => i);
    const { view } = show({
      labels: HOSTILE,
      y_true: codes,
      y_pred: [...codes].reverse(),
      name: HOSTILE[0] as string,
    });
    for (const code of codes)
      await click(view.container.querySelector(`[data-at="${code},-1"]`) as Element, {
        ctrlKey: true,
      });
    await click(screen.getByRole("button", { name: "Copy code" }));
    expect(
      view.container.querySelectorAll("img, script, svg:not(.ew-interval), a, iframe"),
    ).toHaveLength(0);
    expect(view.container.textContent).toContain("<img src=x oner");
    expect(cell(HOSTILE[0] as string, "{{7*7}}")).toBeTruthy();
    for (const element of view.container.querySelectorAll("*"))
      for (const { name } of element.attributes) expect(name).not.toMatch(/^on|^href$|^src$/);
  });

  it("even where names of properties stand", () => {
    const labels = ["__proto__", "constructor", "toString"];
    show({ labels, y_true: [0, 1, 2], y_pred: [1, 1, 2] });
    expect(cell("__proto__", "constructor").getAttribute("aria-label")).toMatch(/: 1\b/);
  });
});

describe("a new view of a store", () => {
  it("shows what was selected before it came", () => {
    const store = new Store();
    const predicate: Predicate = { op: "in", column: "y_pred", codes: [1] };
    const clauses = [{ source: SOURCE, predicate }];
    store.attach(
      new FakeModel(storeTraits({ ...PETS, clauses })),
      SOURCE,
      new AbortController().signal,
    );
    render(<ConfusionMatrix store={store} source={SOURCE} options={makeOptions().options} />);
    expect(selected()).toEqual(["0,1", "1,1", "2,1"]);
    expect(status()).toBe("4 of 7 rows selected");
  });
});
