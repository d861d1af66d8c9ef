import { describe, expect, it } from "vitest";
import { type MatrixData, matrixData } from "../src/views/matrix-data.ts";
import { cellLook, type Drawing, kindOf, shareOf } from "../src/views/matrix-values.ts";

const NBSP = "\u00a0";

function dataOf(counts: number[]): MatrixData {
  const n = Math.sqrt(counts.length);
  const labels = Array.from({ length: n }, (_, i) => `c${i}`);
  const none = { errors: null, weights: null, squares: null, sums: null, sum_squares: null };
  return matrixData(labels, { shape: [n, n], counts: Float64Array.from(counts), ...none });
}

function drawing(counts: number[], more: Partial<Drawing> = {}): Drawing {
  const data = dataOf(counts);
  const options = { normalize: null, color: "all", scale: "linear" } as const;
  return { data, all: data, folded: null, options, compared: false, scheme: "light", ...more };
}

describe("a share", () => {
  it("is of the row, the column or the whole, and none of nothing", () => {
    const data = dataOf([30, 10, 0, 0]);
    expect(shareOf(data, null, 0, 1)).toBe(0.25);
    expect(shareOf(data, "true", 0, 1)).toBe(0.25);
    expect(shareOf(data, "pred", 0, 1)).toBe(1);
    expect(shareOf(data, "all", 0, 0)).toBe(0.75);
    expect(shareOf(data, "true", 1, 1)).toBeNaN();
  });
});

describe("a cell", () => {
  it("is a mistake, correct, or the folded rest, which is both", () => {
    expect(kindOf(1, 2, 2)).toBe("mistake");
    expect(kindOf(1, 1, 2)).toBe("correct");
    expect(kindOf(2, 2, 2)).toBe("rest");
  });

  it("shows a count and its share, or a share and its count", () => {
    const look = cellLook(drawing([30, 10, 0, 5]), 0, 1, true);
    expect([look.top, look.below]).toEqual(["10", `25${NBSP}%`]);
    const options = { normalize: "true", color: "all", scale: "linear" } as const;
    const share = cellLook(drawing([30, 10, 0, 5], { options }), 0, 1, true);
    expect([share.top, share.below]).toEqual([`25${NBSP}%`, "10"]);
    expect(cellLook(drawing([30, 10, 0, 5], { options }), 0, 1, false).top).toBe("25");
    expect(cellLook(drawing([30, 10, 0, 5]), 1, 0, true).top).toBe("");
  });

  it("is filled on a fixed domain: the same share, the same fill", () => {
    const few = cellLook(drawing([3, 1, 0, 5]), 0, 1, true).fill;
    const many = cellLook(drawing([3000, 1000, 2000, 5]), 0, 1, true).fill;
    expect(few).toEqual(many);
  });

  it("says how its share differs from that of all rows", () => {
    const all = dataOf([50, 50, 0, 100]);
    const look = cellLook(drawing([30, 10, 0, 0], { all, compared: true }), 0, 1, true);
    expect(look.change).toBe(-25);
    expect(look.said).toBe(`, 25${NBSP}% of true c0, −25 points against all rows`);
    const none = cellLook(drawing([30, 10, 0, 0], { all, compared: true }), 1, 1, true);
    expect(none.change).toBe(0);
    expect(none.said).toBe("");
  });
});
