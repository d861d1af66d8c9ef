import { act, fireEvent, screen, within } from "@testing-library/preact";
import { describe, expect, it, vi } from "vitest";
import type { Predicate } from "../src/store/selection.ts";
import { matches } from "../src/views/class-search.tsx";
import { countsOf, random } from "./fakes.ts";
import {
  cell,
  click,
  focus,
  focused,
  own,
  PETS,
  press,
  quietPage,
  selected,
  show,
  status,
} from "./matrix-page.tsx";

quietPage();

const NBSP = "\u00a0";

function list() {
  // By attribute: asking by role takes seconds among thousands of cells.
  return document.querySelector("[role=listbox][aria-label='Most confused']") as HTMLElement;
}

function pairs(): string[] {
  return within(list())
    .getAllByRole("option")
    .map((option) => option.getAttribute("aria-label") ?? "");
}

function figures(): string[] {
  return [...document.querySelectorAll(".ew-figure")].map((figure) =>
    [...figure.children].map((line) => line.textContent).join(" | "),
  );
}

describe("the finding", () => {
  it("is accuracy, macro F1, mistakes and the baseline", () => {
    show();
    expect(figures()).toEqual([
      "0.571 | accuracy 0.250–0.842 | ",
      expect.stringMatching(/^0\.657 \| macro F1 0\.\d{3}–0\.\d{3} \| $/),
      "3 | mistakes | ",
      "0.429 | baseline: always cat | ",
    ]);
  });

  it("has precision and recall of the positive class of a binary task", () => {
    const binary = { labels: ["no", "yes"], y_true: [0, 0, 1, 1], y_pred: [0, 1, 1, 0] };
    show(binary, { info: { pos_code: 1 } });
    expect(figures().slice(2, 4)).toEqual([
      "0.500 | precision of yes 0.095–0.905 | ",
      "0.500 | recall of yes 0.095–0.905 | ",
    ]);
    expect(screen.queryByRole("listbox")).toBeNull();
  });

  it("stands against all rows while another view filters, unless that is off", async () => {
    const { store, options } = show();
    const other: Predicate = { op: "in", column: "y_pred", codes: [1] };
    await act(async () => store.select("other", other, "other"));
    expect(figures()[0]).toBe("0.500 | accuracy 0.150–0.850 | all rows: 0.571");
    expect(figures()[2]).toBe("2 | mistakes | all rows: 3");
    expect(cell("cat", "dog").getAttribute("aria-label")).toBe(
      `true cat, predicted dog: 2, 100${NBSP}% of true cat, +33 points against all rows`,
    );
    expect(cell("cat", "dog").querySelector(".ew-change")).not.toBeNull();
    // No row of it is selected, so there is no share to compare.
    expect(cell("eel", "eel").getAttribute("aria-label")).toBe("true eel, predicted eel: 0");
    await act(async () => options.set({ compare: false }));
    expect(figures()[2]).toBe("2 | mistakes | ");
    expect(document.querySelector(".ew-change")).toBeNull();
  });
});

describe("the rates of each class", () => {
  function rate(name: string) {
    return screen.getByRole("button", { name: new RegExp(`^${name}: `) });
  }

  it("are one tab stop, moved by the arrows", async () => {
    show();
    const group = screen.getByRole("group", { name: "Rates of each class" });
    expect(within(group).getAllByRole("button")).toHaveLength(9);
    expect(group.querySelectorAll("[tabindex='0']")).toHaveLength(1);
    await focus(rate("precision of cat"));
    await press("ArrowRight");
    await press("ArrowDown");
    expect(document.activeElement).toBe(rate("recall of dog"));
    expect(group.querySelectorAll("[tabindex='0']")).toHaveLength(1);
    await press("End");
    expect(document.activeElement).toBe(rate("recall of eel"));
  });

  it("say where a rate is not defined", () => {
    show({ labels: ["a", "b"], y_true: [0, 1], y_pred: [0, 0] });
    expect(rate("precision of b").getAttribute("aria-label")).toBe("precision of b: –");
  });

  it("stand below with names of their own where there is no room", () => {
    vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(500);
    show();
    const group = screen.getByRole("group", { name: "Rates of each class" });
    expect(group.textContent).toContain("eel");
    expect(group.closest(".ew-picture")).toBeNull();
  });
});

describe("the most confused", () => {
  it("are ranked, and named in full", () => {
    show();
    expect(pairs()).toEqual([
      `cat → dog, 2 rows, 67${NBSP}% of cat`,
      `dog → cat, 1 row, 33${NBSP}% of dog`,
    ]);
  });

  it("select their cell with a click, and let go with another", async () => {
    show();
    const option = () => within(list()).getByRole("option", { name: /^cat → dog/ });
    await click(option());
    expect(selected()).toEqual(["0,1"]);
    expect(option().getAttribute("aria-selected")).toBe("true");
    await click(within(list()).getByRole("option", { name: /^dog → cat/ }), { ctrlKey: true });
    expect(selected()).toEqual(["0,1", "1,0"]);
    await click(option(), { ctrlKey: true });
    expect(selected()).toEqual(["1,0"]);
    await click(within(list()).getByRole("option", { name: /^dog → cat/ }));
    expect(status()).toBe("No rows selected");
  });

  it("are one tab stop, and follow the keys", async () => {
    vi.useFakeTimers();
    const { store } = show();
    expect(list().querySelectorAll("[tabindex='0']")).toHaveLength(1);
    await focus(within(list()).getAllByRole("option")[0] as HTMLElement);
    await press("ArrowDown");
    await act(async () => void vi.runAllTimers());
    expect(document.activeElement?.getAttribute("aria-label")).toMatch(/^dog → cat/);
    await press("Enter");
    expect(selected()).toEqual(["1,0"]);
    await press("Escape");
    expect(own(store)).toBeNull();
  });

  it("say so when there are none", () => {
    show({ labels: ["a", "b", "c"], y_true: [0, 1], y_pred: [0, 1] });
    expect(within(list()).queryAllByRole("option")).toEqual([]);
    expect(document.querySelector(".ew-confused")?.textContent).toContain("No mistakes");
  });
});

// 2,500 cells in jsdom take their time on a busy machine.
describe("200 classes", { timeout: 30_000 }, () => {
  const N = 200;
  const labels = Array.from({ length: N }, (_, i) => `class ${i}`);

  function showMany() {
    const pick = random(5);
    const codes = () => Array.from({ length: 4000 }, () => pick(N));
    return show({ labels, y_true: codes(), y_pred: codes() });
  }

  function grid(): HTMLElement {
    return document.querySelector("[role=grid]") as HTMLElement;
  }

  function options(): Element[] {
    return [...list().querySelectorAll("[role=option]")];
  }

  function drawn(): string[] {
    return [...grid().querySelectorAll("[role=rowheader]")].map(
      (header) => header.getAttribute("aria-label")?.replace(/^true (.*), .* rows?$/, "$1") ?? "",
    );
  }

  it("are the 49 most confused ones and (other), with all rows counted", () => {
    showMany();
    expect(grid().getAttribute("aria-rowcount")).toBe("51");
    expect(grid().getAttribute("aria-colcount")).toBe("51");
    expect(drawn()).toHaveLength(50);
    expect(drawn().at(-1)).toBe("(other)");
    const cells = [...grid().querySelectorAll("[role=gridcell]")];
    expect(cells).toHaveLength(2500);
    const counts = cells.map((found) => {
      const name = found.getAttribute("aria-label") ?? "";
      return Number(/: ([\d,]+)/.exec(name)?.[1]?.replaceAll(",", ""));
    });
    expect(counts.reduce((sum, value) => sum + value, 0)).toBe(4000);
  });

  it("are selected together by the cells and headers of (other)", async () => {
    const { store } = showMany();
    const shown = drawn();
    const folded = [...labels.keys()].filter((code) => !shown.includes(labels[code] ?? ""));
    await click(grid().querySelector('[data-at="49,0"]') as Element);
    expect(own(store)).toEqual({
      op: "all",
      of: [
        { op: "in", column: "y_true", codes: folded },
        { op: "in", column: "y_pred", codes: [labels.indexOf(shown[0] ?? "")] },
      ],
    });
    expect(grid().querySelectorAll("[aria-selected=true]")).toHaveLength(1);
    await click(grid().querySelector('[data-at="49,-1"]') as Element);
    const keys = ["y_true", "y_pred"];
    const all = countsOf(store, keys);
    const among = countsOf(store, keys, [own(store) as Predicate]);
    const wanted = all.map((value, i) => {
      const [t, p] = [Math.floor(i / N), i % N];
      return folded.includes(t) && t !== p ? value : 0;
    });
    expect(among).toEqual(wanted);
  });

  it("are brought in by the search, and the focus goes there", async () => {
    const { options } = showMany();
    const folded = labels.find((label) => !drawn().includes(label)) as string;
    await focus(grid().querySelector('[data-at="0,0"]') as HTMLElement);
    await press("/");
    const field = document.querySelector("[role=combobox]") as HTMLElement;
    expect(field.getAttribute("aria-label")).toBe("Find a class");
    expect(document.activeElement).toBe(field);
    await act(async () => void fireEvent.input(field, { target: { value: folded } }));
    expect(document.querySelector(".ew-found [role=option]")?.textContent).toBe(
      `${folded} in (other)`,
    );
    await act(async () => void fireEvent.keyDown(field, { key: "Enter" }));
    expect(options.value.value.brought).toEqual([labels.indexOf(folded)]);
    expect(drawn()).toContain(folded);
    expect(drawn()).toHaveLength(50);
    expect(document.activeElement?.getAttribute("aria-label")).toMatch(`true ${folded}, `);
    expect(document.querySelector(".ew-found")).toBeNull();
  });

  it("are reached to the last by the keys", async () => {
    showMany();
    await focus(grid().querySelector('[data-at="0,0"]') as HTMLElement);
    await press("End", { ctrlKey: true });
    expect(focused()).toBe("49,49");
    expect(grid().querySelectorAll("[tabindex='0']")).toHaveLength(1);
    await press("Home", { ctrlKey: true });
    expect(focused()).toBe("0,0");
  });

  it("are in the list whether drawn or not, a part of it at a time", async () => {
    showMany();
    const before = options().length;
    expect(before).toBeLessThan(50);
    await act(async () => void fireEvent.scroll(list()));
    expect(options().length).toBeGreaterThan(before);
    for (let i = 0; i < 20; i++) await act(async () => void fireEvent.scroll(list()));
    expect(options()).toHaveLength(200);
  });
});

describe("matches of a search", () => {
  it("start with the text, then hold it, whatever the case", () => {
    expect(matches(["Outdoor cat", "Cat", "dog", "CATTLE"], " cat ")).toEqual([1, 3, 0]);
    expect(matches(["a"], "  ")).toEqual([]);
    expect(matches(["a.b", "axb"], "a.b")).toEqual([0]);
  });

  it("are not searched where all is in sight", () => {
    show(PETS);
    expect(screen.queryByRole("combobox", { name: "Find a class" })).toBeNull();
  });
});
