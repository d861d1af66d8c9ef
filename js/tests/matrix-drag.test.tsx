import { act, fireEvent } from "@testing-library/preact";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { click, own, PETS, press, quietPage, selected, show, status } from "./matrix-page.tsx";

quietPage();

const CELL = { width: 92, height: 44 };

beforeEach(() => {
  // The first cell stands at 100, 50; jsdom has no layout.
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockReturnValue(
    new DOMRect(100, 50, CELL.width, CELL.height),
  );
});

function at(row: number, column: number): HTMLElement {
  return document.querySelector(`[data-at="${row},${column}"]`) as HTMLElement;
}

/** A pointer event in the middle of a place, which may lie outside of the matrix. */
function pointer(
  type: string,
  [row, column]: [number, number],
  init: PointerEventInit = {},
  target: Element | null = at(row, column),
) {
  const clientX = 100 + (column + 0.5) * CELL.width;
  const clientY = 50 + (row + 0.5) * CELL.height;
  const grid = document.querySelector("[role=grid]") as Element;
  return act(async () => {
    const event = { bubbles: true, clientX, clientY, pointerType: "mouse", buttons: 1, ...init };
    fireEvent(target ?? grid, new PointerEvent(type, event));
  });
}

function outline(): HTMLElement | null {
  return document.querySelector(".ew-outline-drag");
}

describe("dragging over cells", () => {
  it("shows the rectangle, and selects it when it ends", async () => {
    const { model } = show();
    await pointer("pointerdown", [0, 1]);
    expect(outline()).toBeNull();
    await pointer("pointermove", [1, 2]);
    expect(outline()?.style.width).toBe(`${2 * CELL.width}px`);
    expect(outline()?.style.height).toBe(`${2 * CELL.height}px`);
    expect(model.saved).toHaveLength(0);
    await pointer("pointerup", [1, 2], { buttons: 0 });
    expect(outline()).toBeNull();
    expect(selected()).toEqual(["0,1", "0,2", "1,1", "1,2"]);
    // The click that a browser makes of it changes nothing.
    await click(at(1, 2));
    expect(selected()).toHaveLength(4);
    expect(model.saved).toHaveLength(1);
  });

  it("ends at the edge when the pointer leaves the matrix", async () => {
    show();
    await pointer("pointerdown", [1, 1]);
    await pointer("pointermove", [9, -4], {}, null);
    await pointer("pointerup", [9, -4], { buttons: 0 }, null);
    expect(selected()).toEqual(["1,0", "1,1", "2,0", "2,1"]);
  });

  it("adds with Ctrl", async () => {
    show();
    await click(at(2, 2));
    await pointer("pointerdown", [0, 0], { ctrlKey: true });
    await pointer("pointermove", [0, 1], { ctrlKey: true });
    await pointer("pointerup", [0, 1], { buttons: 0, ctrlKey: true });
    expect(selected()).toEqual(["0,0", "0,1", "2,2"]);
  });

  it("leaves a click a click", async () => {
    show();
    await pointer("pointerdown", [0, 1]);
    await pointer("pointermove", [0, 1]);
    await pointer("pointerup", [0, 1], { buttons: 0 });
    await click(at(0, 1));
    expect(selected()).toEqual(["0,1"]);
  });

  it("selects nothing after Escape, when it is taken away, or when the button went unseen", async () => {
    const { store } = show(PETS);
    await pointer("pointerdown", [0, 0]);
    await pointer("pointermove", [1, 1]);
    await act(async () => at(0, 0).focus());
    await press("Escape");
    await pointer("pointerup", [1, 1], { buttons: 0 });
    await click(at(1, 1));
    expect(own(store)).toBeNull();
    await pointer("pointerdown", [0, 0]);
    await pointer("pointermove", [1, 1]);
    await pointer("pointercancel", [1, 1]);
    await pointer("pointerup", [1, 1], { buttons: 0 });
    await pointer("pointerdown", [0, 0]);
    await pointer("pointermove", [1, 1]);
    await pointer("pointermove", [2, 2], { buttons: 0 });
    expect(outline()).toBeNull();
    expect(status()).toBe("No rows selected");
  });

  it("is not for a finger, which scrolls, nor for other buttons", async () => {
    show();
    for (const init of [{ pointerType: "touch" }, { button: 2 }]) {
      await pointer("pointerdown", [0, 0], init);
      await pointer("pointermove", [1, 1], init);
      expect(outline()).toBeNull();
    }
  });
});
