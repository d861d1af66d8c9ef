import { describe, expect, it } from "vitest";
import { overall, SUMMARY } from "../src/measures/overall.ts";
import { perClass } from "../src/measures/per-class.ts";
import { decodeColumn } from "../src/store/columns.ts";
import { classPlaces, MOST_PLACES } from "../src/views/class-places.ts";
import { arranged, type MatrixData, matrixData } from "../src/views/matrix-data.ts";
import { localSource, random, wireColumn } from "./fakes.ts";

function dataOf(labels: string[], y_true: number[], y_pred: number[]): MatrixData {
  const columns = new Map([
    ["y_true", decodeColumn("y_true", wireColumn(y_true, labels, "y_true"))],
    ["y_pred", decodeColumn("y_pred", wireColumn(y_pred, labels, "y_pred"))],
  ]);
  const source = localSource(columns, y_true.length);
  const answer = source.ask({ ask: "aggregate", keys: ["y_true", "y_pred"], where: [] });
  return matrixData(labels, answer);
}

//             true: 10 ×1, 9 ×3, b ×2     mistakes: "9" → b twice, b → "10" once
const few = dataOf(["10", "b", "9", "A"], [0, 2, 2, 2, 1, 1], [0, 1, 1, 2, 0, 1]);

describe("the order of classes", () => {
  it.each([
    ["given", ["10", "b", "9", "A"]],
    ["name", ["9", "10", "A", "b"]],
    ["support", ["9", "b", "10", "A"]],
    ["error", ["b", "9", "10", "A"]],
    ["cluster", ["A", "9", "b", "10"]],
  ] as const)("%s", (order, labels) => {
    const places = classPlaces(few, order, [3, 2, 1, 0], []);
    expect(places.labels).toEqual(labels);
    expect(places.folded).toBeNull();
    places.groups.forEach(([code], place) => {
      expect(places.place_of[code as number]).toBe(place);
    });
    const data = arranged(few, places);
    for (let t = 0; t < 4; t++)
      for (let p = 0; p < 4; p++)
        expect(data.at(places.place_of[t] as number, places.place_of[p] as number)).toBe(
          few.at(t, p),
        );
  });
});

describe("many classes", () => {
  const pick = random(3);
  const n = 130;
  const codes = () => Array.from({ length: 3000 }, () => Math.min(pick(n), pick(n)));
  const many = dataOf(
    Array.from({ length: n }, (_, i) => `c${i}`),
    codes(),
    codes(),
  );
  const confused = (code: number) =>
    (many.row_totals[code] ?? 0) + (many.column_totals[code] ?? 0) - 2 * many.at(code, code);

  it("fold but the most confused into one place, and lose no row", () => {
    const places = classPlaces(many, "given", null, []);
    expect(places.groups).toHaveLength(MOST_PLACES);
    expect(places.labels.at(-1)).toBe("(other)");
    const folded = places.groups.at(-1) ?? [];
    const shown = places.groups.slice(0, -1).flat();
    expect([...shown, ...folded].sort((a, b) => a - b)).toEqual([...Array(n).keys()]);
    expect(Math.min(...shown.map(confused))).toBeGreaterThanOrEqual(
      Math.max(...folded.map(confused)),
    );
    const data = arranged(many, places);
    const { total, hits } = data;
    expect(total).toBe(3000);
    expect(hits.reduce((a, b) => a + b)).toBe(many.hits.reduce((a, b) => a + b));
    // Of the folded classes only some of their common cell are right.
    expect(hits.at(-1)).toBeLessThan(data.at(49, 49));
  });

  it("bring in what was asked for, and no more places for it", () => {
    const [first = 0, second = 0] = classPlaces(many, "given", null, []).groups.at(-1) ?? [];
    const places = classPlaces(many, "name", null, [first, second]);
    expect(places.groups).toHaveLength(MOST_PLACES);
    for (const code of [first, second]) expect(places.place_of[code]).not.toBe(places.folded);
    expect(classPlaces(many, "given", null, [...Array(n).keys()]).groups).toHaveLength(MOST_PLACES);
  });
});

describe("the stand-in of rates", () => {
  it("says what the counts say", () => {
    const cells = { n: 4, counts: few.counts };
    const { precision, recall, f1, specificity } = perClass(cells);
    expect(precision.map(({ value }) => value)).toEqual([1 / 2, 1 / 3, 1, Number.NaN]);
    expect(recall.map(({ value }) => value)).toEqual([1, 1 / 2, 1 / 3, Number.NaN]);
    expect(f1[1]?.value).toBeCloseTo(2 / 5, 12);
    expect(specificity[0]?.value).toBeCloseTo(4 / 5, 12);
    expect(overall(cells, SUMMARY).accuracy?.value).toBe(1 / 2);
    expect(overall(cells, SUMMARY).baseline_accuracy?.value).toBe(1 / 2);
  });
});
