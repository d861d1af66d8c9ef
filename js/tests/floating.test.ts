import { describe, expect, it } from "vitest";
import { besideCorner, underButton } from "../src/components/floating.ts";
import { random } from "./fakes.ts";

describe("a card", () => {
  const covers = (a: DOMRectInit & { width: number; height: number }, b: typeof a) =>
    (a.x ?? 0) < (b.x ?? 0) + b.width &&
    (b.x ?? 0) < (a.x ?? 0) + a.width &&
    (a.y ?? 0) < (b.y ?? 0) + b.height &&
    (b.y ?? 0) < (a.y ?? 0) + a.height;

  it("never covers what it explains, and stays on a page with room for it", () => {
    const pick = random(11);
    for (let i = 0; i < 2000; i++) {
      const page = { width: 420 + pick(1600), height: 420 + pick(900) };
      const size = { width: 80 + pick(300), height: 40 + pick(120) };
      const x = pick(page.width - 100);
      const y = pick(page.height - 60);
      const anchor = { left: x, top: y, right: x + 20 + pick(70), bottom: y + 20 + pick(30) };
      const { left, top } = besideCorner(anchor, size, page);
      const width = anchor.right - anchor.left;
      const height = anchor.bottom - anchor.top;
      expect(covers({ x: left, y: top, ...size }, { x, y, width, height })).toBe(false);
      expect(left).toBeGreaterThanOrEqual(8);
      expect(left + size.width).toBeLessThanOrEqual(page.width - 8);
    }
  });

  it("leaves the row and the column of a cell free where it can", () => {
    const cell = { left: 300, top: 200, right: 340, bottom: 228 };
    const spot = besideCorner(cell, { width: 300, height: 120 }, { width: 1000, height: 800 });
    expect(spot.left).toBeGreaterThan(cell.right);
    expect(spot.top).toBeGreaterThan(cell.bottom);
  });
});

describe("a card about something else", () => {
  const page = { width: 1000, height: 800 };
  const matrix = { left: 20, top: 160, right: 340, bottom: 330 };
  const figure = { left: 20, top: 105, right: 140, bottom: 158 };

  it("leaves that in sight where it can", () => {
    const size = { width: 290, height: 115 };
    expect(besideCorner(figure, size, page, matrix)).toEqual({ left: 346, top: 164 });
    const lower = { ...figure, top: 305, bottom: 358 };
    const under = { ...matrix, top: 360, bottom: 530 };
    expect(besideCorner(lower, size, page, under)).toEqual({ left: 146, top: 184 });
  });

  it("stays near, even so", () => {
    const wide = { ...matrix, right: 900 };
    expect(besideCorner(figure, { width: 80, height: 115 }, page, wide)).toEqual({
      left: 146,
      top: 164,
    });
  });
});

describe("a menu", () => {
  it("hangs from its button and stays on the page", () => {
    const button = { left: 900, top: 10, right: 964, bottom: 38 };
    const page = { width: 1000, height: 600 };
    expect(underButton(button, { width: 200, height: 300 }, page)).toEqual({ left: 764, top: 44 });
    const low = { left: 4, top: 550, right: 68, bottom: 578 };
    const spot = underButton(low, { width: 200, height: 300 }, page);
    expect(spot.left).toBe(8);
    expect(spot.top).toBe(244);
  });
});
