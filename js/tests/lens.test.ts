import { describe, expect, it } from "vitest";
import { type Columns, decodeColumn, type WireColumn } from "../src/store/columns.ts";
import { type Lens, type Lensing, NO_LENS, shownBins, throughLens } from "../src/store/lens.ts";
import { LocalSource } from "../src/store/local-source.ts";
import { Memory, type Table } from "../src/store/memory.ts";
import { Lacking } from "../src/store/query.ts";
import type { Predicate } from "../src/store/selection.ts";
import { binPlaces, binRange } from "../src/views/bins.ts";
import { ofClasses, unitsOf, unitTest } from "../src/views/units.ts";
import { countsOf, random, rowsOf, wireColumn } from "./fakes.ts";

const N = 200;
const pick = random(5);
const LABELS = ["no", "yes"];
const TRUE = Array.from({ length: N }, () => pick(2));
const TENTHS = Array.from({ length: N }, () => pick(10));
const PRED = TENTHS.map((p) => (p >= 5 ? 1 : 0));
const SIDE = Array.from({ length: N }, () => pick(3));

/** Ten bins of a probability, each holding what begins with its tenth. */
function probability(codes: number[]): WireColumn {
  const labels = Array.from({ length: 10 }, (_, i) => String(i / 10));
  return { ...wireColumn(codes, labels, "p"), lows: labels, highs: labels, unit: "float" };
}

function columnsOf(parts: Record<string, WireColumn>): Columns {
  return new Map(Object.entries(parts).map(([name, wire]) => [name, decodeColumn(name, wire)]));
}

const BINARY: Lensing = {
  task: "binary",
  pos_code: 1,
  probability: "(y_proba)",
  distance: null,
  is_error: "is_error",
};
const columns = columnsOf({
  y_true: wireColumn(TRUE, LABELS, "y_true"),
  y_pred: wireColumn(PRED, LABELS, "y_pred"),
  "(y_proba)": probability(TENTHS),
  is_error: wireColumn([], ["False", "True"], "is_error"),
  side: wireColumn(SIDE, ["a", "b", "c"], "side"),
});
const HOLDINGS = { n_samples: N, tables: [], sample: null, weight: null, is_error: "is_error" };
const lens = (patch: Partial<Lens>): Lens => ({ ...NO_LENS, ...patch });
const source = (patch: Partial<Lens> = {}, memory = new Memory()) =>
  new LocalSource(throughLens(columns, lens(patch), BINARY), HOLDINGS, memory);
const is = (column: string, ...codes: number[]): Predicate => ({ op: "in", column, codes });

describe("a threshold", () => {
  it.each([0, 0.1, 0.3, 0.7, 0.95, 1])("at %f moves predictions and mistakes", (threshold) => {
    const local = source({ threshold });
    const pred = TENTHS.map((p) => (p / 10 >= threshold ? 1 : 0));
    const expected = [0, 0, 0, 0];
    TRUE.forEach((t, row) => {
      const cell = t * 2 + (pred[row] as number);
      expected[cell] = (expected[cell] as number) + 1;
    });
    expect([...countsOf(local, ["y_true", "y_pred"])]).toEqual(expected);
    expect(rowsOf(local, [is("y_pred", 1)])).toEqual(
      pred.flatMap((p, row) => (p === 1 ? [row] : [])),
    );
    const wrong = TRUE.filter((t, row) => t !== pred[row]).length;
    expect(countsOf(local, [], [is("is_error", 1)])[0]).toBe(wrong);
    // With a set of rows the same is found row by row.
    const every: Predicate = { op: "rows", n_samples: N, bits: "", words: "", query: null };
    const none = { op: "not", of: every } as const;
    expect(countsOf(local, ["is_error"], [none])[1]).toBe(wrong);
    expect(countsOf(local, ["side"], [none, is("is_error", 1)])).toEqual(
      countsOf(local, ["side"], [is("is_error", 1)]),
    );
  });

  it("counts no row again when it moves", () => {
    const memory = new Memory();
    const made: string[] = [];
    const get = memory.tables.get.bind(memory.tables);
    memory.tables.get = (key, make) =>
      get(key, () => {
        made.push(key);
        return make();
      });
    for (const threshold of [0.1, 0.2, 0.3]) {
      countsOf(source({ threshold }, memory), ["y_true", "y_pred"]);
      countsOf(source({ threshold }, memory), ["side"], [is("y_pred", 1)]);
    }
    expect(made).toHaveLength(2);
  });

  it("between the bins waits for finer ones", () => {
    const coarse = columnsOf({
      ...Object.fromEntries([]),
      "(y_proba)": { ...probability(TENTHS), highs: Array.from({ length: 10 }, () => "0.99") },
      y_pred: wireColumn(PRED, LABELS, "y_pred"),
    });
    const { derived } = throughLens(coarse, lens({ threshold: 0.5 }), BINARY);
    expect(derived.has("y_pred")).toBe(false);
  });
});

describe("merged classes", () => {
  const labels = ["a", "b", "c", "d"];
  const units = unitsOf(labels, [["ac", [2, 0]]]);

  it("stand where the first of them stood", () => {
    expect(units).toEqual([
      { label: "ac", codes: [0, 2] },
      { label: "b", codes: [1] },
      { label: "d", codes: [3] },
    ]);
    expect(unitsOf(labels, []).map(({ codes }) => codes)).toEqual([[0], [1], [2], [3]]);
  });

  it("are selected as the classes they are made of", () => {
    const cell: Predicate = { op: "all", of: [is("y_true", 0), is("y_pred", 1)] };
    expect(ofClasses(cell, units)).toEqual({
      op: "all",
      of: [is("y_true", 0, 2), is("y_pred", 1)],
    });
  });

  it("are met where all of their rows are, and are no mistakes among themselves", () => {
    const four = columnsOf({
      y_true: wireColumn([], labels, "y_true"),
      y_pred: wireColumn([], labels, "y_pred"),
    });
    const test = unitTest(is("y_true", 0, 2), four, units, "is_error");
    expect([test?.(0, 1), test?.(1, 1)]).toEqual([true, false]);
    expect(unitTest(is("y_true", 0), four, units, "is_error")?.(0, 0)).toBe(false);
    const wrong = unitTest(is("is_error", 1), four, units, "is_error");
    expect([wrong?.(0, 0), wrong?.(0, 1), wrong?.(2, 2)]).toEqual([false, true, false]);
    expect(unitTest(is("age", 1), four, units, "is_error")).toBeNull();
  });
});

describe("bins of a regression", () => {
  it("are unions of the fine ones", () => {
    expect(shownBins(60, 4)).toEqual([0, 15, 30, 45]);
    expect(shownBins(3, null)).toEqual([0, 1, 2]);
    const { bins, places } = binPlaces(6, [1, 2, 3, 4, 5], 3);
    expect(bins.map(({ label }) => label)).toEqual(["≤ 2", "2–4", "> 4"]);
    expect(places.groups).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
    expect(binRange("y_true", bins, 0, 1)).toMatchObject({ low: null, high: "4" });
    expect(binRange("y_true", bins, 2, 2)).toMatchObject({ low: "4", high: null });
  });
});

describe("tables that Python made", () => {
  const bare = columnsOf({
    y_true: wireColumn([], LABELS, "y_true"),
    y_pred: wireColumn([], LABELS, "y_pred"),
    "(y_proba)": probability([]),
    is_error: wireColumn([], ["False", "True"], "is_error"),
    side: wireColumn([], ["a", "b", "c"], "side"),
  });
  const names = ["(y_proba)", "y_pred", "y_true"];
  const counts = countsOf(source(), names);
  const table: Table = {
    columns: names,
    shape: [10, 2, 2],
    counts,
    weights: null,
    squares: null,
    value: null,
    sums: null,
    sum_squares: null,
  };
  const holdings = { ...HOLDINGS, tables: [table] };
  const counted = (patch: Partial<Lens>) =>
    new LocalSource(throughLens(bare, lens(patch), BINARY), holdings);

  it.each([{}, { threshold: 0.3 }, { threshold: 0.8 }])("answer without any row (%o)", (patch) => {
    for (const where of [[], [is("y_pred", 1)], [is("is_error", 1)], [is("y_true", 0)]])
      for (const keys of [[], ["y_true"], ["y_true", "y_pred"], ["is_error"]])
        expect(countsOf(counted(patch), keys, where)).toEqual(countsOf(source(patch), keys, where));
  });

  it("say what is missing for the rest", () => {
    const lacking = (keys: string[], where: Predicate[] = []) => {
      try {
        countsOf(counted({}), keys, where);
      } catch (error) {
        if (error instanceof Lacking) return error.codes;
      }
      return null;
    };
    expect(lacking(["side"])).toEqual(["side"]);
    expect(lacking(["y_true"], [is("side", 1)])).toEqual(["side", "y_true"]);
  });
});

describe("a sample", () => {
  const rows = Uint32Array.from({ length: 50 }, (_, i) => i * 4);
  const drawn = (codes: number[]) => [...rows].map((row) => codes[row] as number);
  const sampled = columnsOf({
    y_true: wireColumn(drawn(TRUE), LABELS, "y_true"),
    y_pred: wireColumn(drawn(PRED), LABELS, "y_pred"),
  });
  const sample = { rows, stands_for: new Float64Array(50).fill(4) };
  const local = new LocalSource({ columns: sampled, derived: new Map() }, { ...HOLDINGS, sample });

  it("stands for all rows", () => {
    expect(countsOf(local, [])[0]).toBe(N);
    const found = drawn(TRUE).filter((t) => t === 1).length;
    expect(countsOf(local, [], [is("y_true", 1)])[0]).toBe(4 * found);
  });

  it("names rows by their numbers, and finds those of a set", () => {
    expect(rowsOf(local, [is("y_true", 1)])).toEqual([...rows].filter((row) => TRUE[row] === 1));
    const bits = new Uint8Array(N / 8);
    bits[1] = 0b10001; // rows 8 and 12
    const set: Predicate = {
      op: "rows",
      n_samples: N,
      bits: btoa(String.fromCharCode(...bits)),
      words: "",
      query: null,
    };
    expect(rowsOf(local, [set])).toEqual([8, 12]);
    expect(countsOf(local, [], [set])[0]).toBe(8);
  });
});
