import { act, fireEvent, screen, within } from "@testing-library/preact";
import { describe, expect, it, vi } from "vitest";
import { wireColumn } from "./fakes.ts";
import {
  cell,
  click,
  focus,
  openClipboard,
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

const NBSP = "\u00a0";

function more() {
  return screen.getByRole("button", { name: "More" });
}

async function choose(role: "menuitem" | "menuitemcheckbox" | "menuitemradio", name: string) {
  if (!screen.queryByRole("menu")) await click(more());
  await click(within(screen.getByRole("menu")).getByRole(role, { name }));
}

function headers(): string[] {
  return screen
    .getAllByRole("rowheader")
    .map((header) => header.getAttribute("aria-label")?.replace(/^true (.*), .*$/, "$1") ?? "");
}

/** As if the view were this wide. */
function wide(width: number) {
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(width);
}

describe("what a cell is a share of", () => {
  it("is chosen beside the title, and kept in the options", async () => {
    const { options } = show();
    expect(cell("cat", "dog").textContent).toBe(`2 67${NBSP}%`);
    const group = screen.getByRole("radiogroup", { name: "share of" });
    expect((within(group).getByRole("radio", { name: "Count" }) as HTMLInputElement).checked).toBe(
      true,
    );
    await click(within(group).getByRole("radio", { name: "Predicted" }));
    expect(options.value.value.normalize).toBe("pred");
    expect(cell("cat", "dog").textContent).toBe(`50${NBSP}% 2`);
    expect(cell("cat", "dog").getAttribute("aria-label")).toBe(
      `true cat, predicted dog: 2, 50${NBSP}% of predicted dog`,
    );
    await click(within(group).getByRole("radio", { name: "All" }));
    expect(cell("cat", "dog").getAttribute("aria-label")).toContain(`29${NBSP}% of all rows`);
  });

  it("is a bare number where cells are small: empty for none, a dot for almost none", () => {
    const labels = Array.from({ length: 13 }, (_, i) => `c${i}`);
    const y_true = Array(401).fill(0);
    const y_pred = y_true.map((_, i) => (i === 0 ? 1 : i < 61 ? 2 : 0));
    show({ labels, y_true, y_pred }, { settings: { normalize: "true" } });
    expect(cell("c0", "c0").textContent).toBe("85");
    expect(cell("c0", "c1").textContent).toBe("·");
    expect(cell("c0", "c2").textContent).toBe("15");
    expect(cell("c0", "c3").textContent).toBe("");
    expect(cell("c0", "c1").getAttribute("aria-label")).toContain(`: 1, <1${NBSP}% of true c0`);
  });
});

describe("the fill", () => {
  const filled = (t: string, p: string) => cell(t, p).style.backgroundColor;

  it("leaves correct cells out when it is for errors", async () => {
    show();
    expect(filled("cat", "cat")).not.toBe("");
    await click(screen.getByRole("radio", { name: "Errors" }));
    expect(filled("cat", "cat")).toBe("");
    expect(filled("cat", "dog")).not.toBe("");
  });

  it("grows with the logarithm of counts when asked, and only of counts", async () => {
    const labels = ["a", "b"];
    const y_true = [...Array(100).fill(0), ...Array(10).fill(1)];
    const { options } = show({ labels, y_true, y_pred: y_true });
    expect(filled("a", "a")).toBe(filled("b", "b"));
    await choose("menuitemcheckbox", "Logarithmic colours of counts");
    expect(options.value.value.scale).toBe("log");
    expect(filled("a", "a")).not.toBe(filled("b", "b"));
    await act(async () => options.set({ normalize: "true" }));
    expect(filled("a", "a")).toBe(filled("b", "b"));
    const item = screen.getByRole("menuitemcheckbox", { name: /^Logarithmic/ });
    expect(item.getAttribute("aria-disabled")).toBe("true");
  });
});

describe("the order", () => {
  it("moves classes, and gestures follow what is on screen", async () => {
    const { store } = show(PETS, { settings: { order: "support" } });
    expect(headers()).toEqual(["cat", "dog", "eel"]);
    const order = screen.getByRole("combobox", { name: "Order" });
    await act(async () => void fireEvent.change(order, { target: { value: "error" } }));
    await act(async () => void fireEvent.change(order, { target: { value: "name" } }));
    expect(headers()).toEqual(["cat", "dog", "eel"]);
    expect(own(store)).toBeNull();
  });

  it("comes from Python for the confusion cluster, and is not offered without it", async () => {
    const { store } = show(PETS, {
      settings: { order: "cluster" },
      info: { orders: { cluster: [2, 0, 1] } },
    });
    expect(headers()).toEqual(["eel", "cat", "dog"]);
    expect(screen.getByRole("option", { name: "confusion cluster" })).toBeTruthy();
    // A range is one of places on screen, and a predicate one of codes.
    await click(cell("eel", "cat"));
    await click(cell("cat", "dog"), { shiftKey: true });
    expect(own(store)).toEqual({
      op: "all",
      of: [
        { op: "in", column: "y_true", codes: [0, 2] },
        { op: "in", column: "y_pred", codes: [0, 1] },
      ],
    });
    expect(selected()).toEqual(["0,1", "0,2", "1,1", "1,2"]);
    await focus(cell("eel", "cat"));
    await press("ArrowDown");
    expect(document.activeElement).toBe(cell("cat", "cat"));
  });

  it("has no confusion cluster without Python's", () => {
    show(PETS, { settings: { order: "cluster" } });
    expect(screen.queryByRole("option", { name: "confusion cluster" })).toBeNull();
    expect(headers()).toEqual(["cat", "dog", "eel"]);
  });
});

describe("the menu", () => {
  it("opens with its first item, moves with the arrows, and gives the focus back", async () => {
    show();
    await focus(more());
    expect(more().getAttribute("aria-expanded")).toBe("false");
    await press("ArrowDown");
    const items = () => within(screen.getByRole("menu")).getAllByRole(/^menuitem/ as never);
    expect(more().getAttribute("aria-expanded")).toBe("true");
    const all = [...screen.getByRole("menu").querySelectorAll("[role^=menuitem]")];
    expect(document.activeElement).toBe(all[0]);
    await press("ArrowUp");
    expect(document.activeElement).toBe(all.at(-1));
    await press("Home");
    await press("r");
    expect(document.activeElement?.textContent).toContain("Recall");
    await press("Escape");
    expect(screen.queryByRole("menu")).toBeNull();
    expect(document.activeElement).toBe(more());
    expect(items).toThrow();
  });

  it("closes with a click outside and leaves the focus alone", async () => {
    show();
    await click(more());
    await act(async () => void fireEvent.pointerDown(document.body));
    expect(screen.queryByRole("menu")).toBeNull();
  });

  it("holds the controls where the title line has no room for them", async () => {
    wide(600);
    const { options } = show();
    expect(screen.queryByRole("radiogroup")).toBeNull();
    expect(screen.queryByRole("combobox")).toBeNull();
    await choose("menuitemradio", "Share of true");
    expect(options.value.value.normalize).toBe("true");
    await choose("menuitemradio", "Order: name");
    await choose("menuitemradio", "Errors");
    expect(options.value.value).toMatchObject({ order: "name", color: "errors" });
  });

  it("holds the least needed control first", async () => {
    wide(850);
    show();
    expect(screen.getByRole("radiogroup", { name: "share of" })).toBeTruthy();
    expect(screen.queryByRole("radiogroup", { name: "Colour" })).toBeNull();
    await click(more());
    expect(screen.getByRole("menuitemradio", { name: "All cells" })).toBeTruthy();
    expect(screen.queryByRole("menuitemradio", { name: "Order: name" })).toBeNull();
  });

  it("takes rates away and brings them back", async () => {
    const { options } = show();
    const rates = () => screen.queryAllByRole("button", { name: /of cat: / });
    expect(rates().map((rate) => rate.getAttribute("aria-label"))).toEqual([
      "precision of cat: 0.50, 0.09–0.91",
      "recall of cat: 0.33, 0.06–0.79",
      "F1 of cat: 0.40, 0.09–0.82",
    ]);
    await choose("menuitemcheckbox", "Recall");
    await choose("menuitemcheckbox", "Specificity");
    expect(options.value.value.metrics).toEqual(["precision", "f1", "specificity"]);
    expect(rates()).toHaveLength(3);
    expect(rates().at(-1)?.getAttribute("aria-label")).toMatch(/^specificity of cat: 0.75/);
  });
});

describe("all errors and all correct", () => {
  it("are the cells beside and on the diagonal", async () => {
    const { store } = show();
    await choose("menuitem", "All errors");
    expect(selected()).toEqual(["0,1", "0,2", "1,0", "1,2", "2,0", "2,1"]);
    expect(status()).toBe("3 of 7 rows selected");
    await choose("menuitem", "All correct");
    expect(selected()).toEqual(["0,0", "1,1", "2,2"]);
    await choose("menuitem", "All correct");
    expect(own(store)).toBeNull();
  });

  it("are short where a column says what a mistake is", async () => {
    const is_error = wireColumn([0, 1, 1, 0, 0, 1, 0], ["False", "True"], "is_error");
    const { store } = show({ ...PETS, columns: { is_error } });
    await choose("menuitem", "All errors");
    expect(own(store)).toEqual({ op: "in", column: "is_error", codes: [1] });
    expect(selected()).toHaveLength(6);
    expect(status()).toBe("3 of 7 rows selected");
    // From there single cells are added and taken out.
    await click(cell("cat", "dog"), { ctrlKey: true });
    expect(status()).toBe("1 of 7 rows selected");
  });
});

describe("copying the matrix", () => {
  it("gives what is on screen to an open clipboard, and says so", async () => {
    const written = openClipboard();
    show(PETS, { info: { orders: { cluster: [2, 1, 0] } }, settings: { order: "cluster" } });
    await choose("menuitem", "Copy as CSV");
    expect(written).toEqual(["true \\ predicted,eel,dog,cat\neel,1,0,0\ndog,0,2,1\ncat,0,2,1\n"]);
    expect(more().textContent).toBe("Copied");
    await choose("menuitem", "Copy as Markdown");
    await choose("menuitem", "Copy as LaTeX");
    expect(written[1]).toContain("| eel | 1 | 0 | 0 |");
    expect(written[2]).toContain("\\begin{tabular}");
  });

  it("leaves it selected in a text box where the clipboard is closed", async () => {
    show(PETS, { settings: { normalize: "true" } });
    await choose("menuitem", "Copy as CSV");
    const box = screen.getByRole("textbox", { name: "Table of the matrix" }) as HTMLInputElement;
    expect(box.value).toContain("eel,0,0,1\n");
    expect(document.activeElement).toBe(box);
    expect(box.selectionEnd).toBe(box.value.length);
    await press("Escape");
    expect(screen.queryByRole("textbox", { name: "Table of the matrix" })).toBeNull();
    expect(SOURCE).toBeTruthy();
  });
});
