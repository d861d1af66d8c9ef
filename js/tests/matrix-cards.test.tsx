import { act, fireEvent, screen } from "@testing-library/preact";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { cell, click, focus, focused, own, PETS, press, quietPage, show } from "./matrix-page.tsx";

quietPage();

beforeEach(() => {
  vi.useFakeTimers();
});

const NBSP = "\u00a0";

function over(element: Element, pointerType = "mouse") {
  return act(async () => {
    fireEvent(element, new PointerEvent("pointerover", { bubbles: true, pointerType }));
  });
}

function wait(ms: number) {
  return act(async () => void vi.advanceTimersByTime(ms));
}

function card() {
  return screen.queryByRole("tooltip");
}

function lines(): (string | null)[] {
  return [
    ...(card()?.querySelectorAll("b.ew-card-title, .ew-card-line, .ew-card-body > span") ?? []),
  ].map((line) => line.textContent);
}

function rate(name: string) {
  return screen.getByRole("button", { name: new RegExp(`^${name}: `) });
}

function outlined(kind: string): number {
  return document.querySelectorAll(`.ew-outline-${kind}`).length;
}

describe("the card of a cell", () => {
  it("comes when the pointer rests, in words and with the formulas", async () => {
    show();
    await over(cell("cat", "dog"));
    await wait(200);
    expect(card()).toBeNull();
    await wait(200);
    expect(lines()).toEqual([
      "cat read as dog",
      `2 of 3 cat, 67${NBSP}% (21–94${NBSP}%)`,
      "recall of cat = 1 / (1 + 2) = 0.33",
      "precision of dog = 2 / (2 + 2) = 0.50",
    ]);
    expect(cell("cat", "dog").getAttribute("aria-describedby")).toBe(card()?.id);
  });

  it("says what the cell of a binary task is called", async () => {
    show(
      { labels: ["no", "yes"], y_true: [0, 0, 1, 1], y_pred: [0, 1, 1, 0] },
      { info: { pos_code: 1 } },
    );
    for (const [t, p, said] of [
      ["no", "yes", "false positive: predicted yes, is no"],
      ["yes", "no", "false negative: predicted no, is yes"],
      ["yes", "yes", "true positive: predicted yes, is yes"],
      ["no", "no", "true negative: predicted no, is no"],
    ] as const) {
      await over(cell(t, p));
      await wait(400);
      expect(lines()).toContain(said);
    }
  });

  it("goes when the pointer leaves, but not into the card", async () => {
    show();
    await over(cell("cat", "dog"));
    await wait(400);
    await over(card() as Element);
    await wait(1000);
    expect(card()).not.toBeNull();
    await over(screen.getByRole("region"));
    await act(async () => {
      fireEvent(
        document.querySelector(".ew-explained") as Element,
        new PointerEvent("pointerleave"),
      );
    });
    await wait(300);
    expect(card()).toBeNull();
    expect(cell("cat", "dog").hasAttribute("aria-describedby")).toBe(false);
  });

  it("comes to a focus that stays, or at once when asked, and goes with Escape", async () => {
    const { store } = show();
    await click(cell("eel", "eel"));
    const before = own(store);
    await focus(cell("cat", "dog"));
    await press("?");
    expect(lines()[0]).toBe("cat read as dog");
    await press("Escape");
    expect(card()).toBeNull();
    // The selection is what the next Escape clears.
    expect(own(store)).toEqual(before);
    expect(focused()).toBe("0,1");
    await press("Escape");
    expect(own(store)).toBeNull();
  });

  it("goes when the keyboard moves on, and with a click", async () => {
    show();
    await focus(cell("cat", "dog"));
    await press("?");
    await press("ArrowDown");
    expect(card()).toBeNull();
    await over(cell("cat", "dog"));
    await wait(400);
    await act(async () => void fireEvent.pointerDown(cell("cat", "dog")));
    expect(card()).toBeNull();
  });

  it("does not come to a finger, which selects", async () => {
    show();
    await over(cell("cat", "dog"), "touch");
    await wait(1000);
    expect(card()).toBeNull();
  });
});

describe("the card of a number", () => {
  it("has the formula with its numbers, and outlines the cells that enter", async () => {
    show();
    await over(rate("precision of dog"));
    await wait(400);
    expect(lines()).toContain("precision of dog = 2 / (2 + 2) = 0.50");
    expect(outlined("enters")).toBe(1);
    expect(outlined("counted")).toBe(1);
    await press("Escape");
    await over(rate("F1 of cat"));
    await wait(400);
    expect(lines()).toContain("F1 of cat = 2 / (2 × 1 + 2 + 1) = 0.40");
    expect(outlined("enters")).toBe(2);
  });

  it("comes at once with a click: a finger cannot rest", async () => {
    show();
    await click(rate("recall of dog"));
    expect(lines()).toContain("recall of dog = 2 / (2 + 1) = 0.67");
    await act(async () => void fireEvent.scroll(document));
    expect(card()).toBeNull();
    expect(outlined("enters")).toBe(0);
  });

  it.each([
    [/accuracy/, "accuracy = 4 / (4 + 3) = 0.571"],
    [/macro F1/, "macro F1 = (sum of 3 F1) / 3 = 0.657"],
    [/mistakes/, "mistakes = 7 − 4 = 3"],
    [/baseline/, "baseline = 3 / 7 = 0.429"],
  ])("explains %s", async (name, formula) => {
    show();
    await click(screen.getByRole("button", { name }));
    expect(lines()).toContain(formula);
  });

  it("says when a rate is not defined", async () => {
    show({ labels: ["a", "b"], y_true: [0, 1], y_pred: [0, 0] });
    await click(rate("precision of b"));
    expect(lines()).toContain("precision of b = 0 / (0 + 0) = not defined");
  });

  it("explains headers and pairs of the list", async () => {
    show(PETS);
    await over(screen.getByRole("rowheader", { name: /^true cat/ }));
    await wait(400);
    expect(lines().slice(0, 2)).toEqual([
      "true cat",
      `2 of 3 cat read as another class (67${NBSP}%)`,
    ]);
    await over(screen.getByRole("option", { name: /^dog → cat/ }));
    await wait(400);
    expect(lines()[0]).toBe("dog read as cat");
  });
});
