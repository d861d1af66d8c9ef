import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Cells } from "../src/measures/cells.ts";
import { type Rate, wilson, wilsonInterval } from "../src/measures/intervals.ts";
import { overall, SUMMARY } from "../src/measures/overall.ts";
import { perClass } from "../src/measures/per-class.ts";
import {
  type RegressionMetric,
  type ResidualSums,
  regression,
} from "../src/measures/regression.ts";

type Numbers = (number | null)[];

interface Vectors {
  classification: {
    name: string;
    n: number;
    counts: number[];
    weights?: number[];
    squares?: number[];
    per_class: Record<string, Numbers>;
    overall: Record<keyof typeof SUMMARY, Numbers>;
  }[];
  regression: { name: string; sums: ResidualSums; overall: Record<RegressionMetric, Numbers> }[];
}

// The very file that tests/contract/test_measures.py reads; vitest runs in js/.
const vectors: Vectors = JSON.parse(readFileSync("../tests/contract/measures.json", "utf-8"));
const TOLERANCE = 1e-9;

function expectClose(found: number[], expected: Numbers, name: string): void {
  expect(found.length, name).toBe(expected.length);
  expected.forEach((value, i) => {
    const own = found[i] as number;
    if (value === null) expect(own, name).toBeNaN();
    else
      expect(Math.abs(own - value), `${name}: ${own}, not ${value}`).toBeLessThanOrEqual(
        TOLERANCE * Math.max(1, Math.abs(value)),
      );
  });
}

function expectRates(found: Record<string, Rate>, expected: Record<string, Numbers>): void {
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [name, { value, ci_low, ci_high, support }] of Object.entries(found))
    expectClose([value, ci_low, ci_high, support], expected[name] as Numbers, name);
}

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}

describe("rates and intervals of counts are Python's", () => {
  it.each(vectors.classification)("$name", (vector) => {
    const cells: Cells = { n: vector.n, counts: Float64Array.from(vector.counts) };
    if (vector.weights) cells.weights = Float64Array.from(vector.weights);
    if (vector.squares) cells.squares = Float64Array.from(vector.squares);
    expectRates(overall(cells, SUMMARY), vector.overall);
    const found = perClass(cells);
    for (const [column, expected] of Object.entries(vector.per_class)) {
      const [, metric, limit] = column.match(/^(\w+?)(?:_(ci_low|ci_high))?$/) as string[];
      const values = found[metric as keyof typeof found];
      const field = (limit ?? "value") as keyof Rate;
      const numbers = values.map((value) => (typeof value === "number" ? value : value[field]));
      expectClose(numbers, expected, column);
    }
  });
});

describe("regression metrics of sums are Python's", () => {
  it.each(vectors.regression)("$name", ({ sums, overall: expected }) => {
    expectRates(regression(sums), expected);
  });

  it("has no interval of the root without fourth powers, and nothing without rows", () => {
    const sums = { n: 2, sum: 1, sum_absolute: 3, sum_squares: 5 };
    const found = regression(sums).root_mean_squared_error;
    expect(found.value).toBeCloseTo(Math.sqrt(2.5));
    expect(found.ci_low).toBeNaN();
    expect(regression({ n: 0, sum: 0, sum_absolute: 0, sum_squares: 0 }).bias.value).toBeNaN();
    expect(() => regression({ ...sums, weight: 2 })).toThrow("squares");
  });
});

describe("counts at the edge", () => {
  it("no rows: no number, no limits, no support", () => {
    const cells = { n: 3, counts: new Float64Array(9) };
    for (const { value, ci_low, support } of Object.values(overall(cells, SUMMARY))) {
      expect(value).toBeNaN();
      expect(ci_low).toBeNaN();
      expect(support).toBe(0);
    }
    expect(perClass(cells).f1.every(({ value }) => Number.isNaN(value))).toBe(true);
  });

  it("the support of a rate is the rows it is a share of, whatever they weigh", () => {
    const cells = {
      n: 2,
      counts: Float64Array.of(8, 2, 1, 9),
      weights: Float64Array.of(4, 1, 0.5, 4.5),
      squares: Float64Array.of(2, 0.5, 0.25, 2.25),
    };
    const found = perClass(cells);
    const support = (rates: Rate[]) => rates.map((rate) => rate.support);
    expect(support(found.precision)).toEqual([9, 11]);
    expect(support(found.recall)).toEqual([10, 10]);
    expect(support(found.f1)).toEqual([11, 12]);
    expect(support(found.specificity)).toEqual([10, 10]);
    expect(found.support).toEqual([5, 5]);
    expect(found.n_samples).toEqual([10, 10]);
    expect(overall(cells, SUMMARY).accuracy.support).toBe(20);
  });

  it("equal weights change no number and no interval", () => {
    const next = random(6);
    const counts = Float64Array.from({ length: 36 }, () => Math.floor(next() * 20));
    const cells = { n: 6, counts };
    const halves = {
      weights: cells.counts.map((c) => c / 2),
      squares: cells.counts.map((c) => c / 4),
    };
    const [plain, weighted] = [overall(cells, SUMMARY), overall({ ...cells, ...halves }, SUMMARY)];
    for (const name of Object.keys(plain) as (keyof typeof SUMMARY)[]) {
      expect(weighted[name].value).toBeCloseTo(plain[name].value, 12);
      expect(weighted[name].ci_low).toBeCloseTo(plain[name].ci_low, 12);
    }
  });

  it("weights without squares are refused", () => {
    const counts = Float64Array.of(1);
    expect(() => overall({ n: 1, counts, weights: counts }, SUMMARY)).toThrow("squares");
  });
});

describe("Wilson's interval", () => {
  it("is exact at its ends and undefined without rows", () => {
    expect(wilson(0, 10).ci_low).toBe(0);
    expect(wilson(10, 10).ci_high).toBe(1);
    expect(wilson(440, 929)).toMatchObject({ value: 440 / 929, support: 929 });
    expect(wilson(0, 0)).toEqual({
      value: Number.NaN,
      ci_low: Number.NaN,
      ci_high: Number.NaN,
      support: 0,
    });
    expect(wilsonInterval(Number.NaN, 5)).toEqual([Number.NaN, Number.NaN]);
  });

  it("encloses the share", () => {
    const next = random(7);
    for (let i = 0; i < 500; i++) {
      const n = 1 + Math.floor(next() * 1000);
      const { value, ci_low, ci_high } = wilson(Math.floor(next() * (n + 1)), n);
      expect(ci_low).toBeLessThanOrEqual(value);
      expect(ci_high).toBeGreaterThanOrEqual(value);
      expect(ci_low).toBeGreaterThanOrEqual(0);
      expect(ci_high).toBeLessThanOrEqual(1);
    }
  });
});
