import { describe, expect, it } from "vitest";
import { type Column, decodeColumn } from "../src/store/columns.ts";
import { mask, type Predicate, pairTest } from "../src/store/selection.ts";
import { countsOf, localSource, random, rowsOf, wireColumn } from "./fakes.ts";

const SIZES = { y_true: 3, y_pred: 3, group: 4 };
const NAMES = Object.keys(SIZES) as (keyof typeof SIZES)[];

function makeColumns(pick: (n: number) => number, n: number): Map<string, Column> {
  return new Map(
    NAMES.map((name) => {
      const labels = Array.from({ length: SIZES[name] }, (_, i) => `${name} ${i}`);
      const codes = Array.from({ length: n }, () => pick(SIZES[name]));
      return [name, decodeColumn(name, wireColumn(codes, labels, name))];
    }),
  );
}

function makePredicate(
  pick: (n: number) => number,
  names: readonly string[],
  depth = 0,
): Predicate {
  const kind = depth > 3 ? 0 : pick(5);
  if (kind <= 1) {
    const column = names[pick(names.length)] as keyof typeof SIZES;
    const codes = Array.from({ length: pick(4) }, () => pick(SIZES[column]));
    return { op: "in", column, codes };
  }
  if (kind === 2) return { op: "not", of: makePredicate(pick, names, depth + 1) };
  const of = Array.from({ length: pick(4) }, () => makePredicate(pick, names, depth + 1));
  return { op: kind === 3 ? "all" : "any", of };
}

/** The referee: one row at a time, by the definition. */
function meets(predicate: Predicate, code: (name: string) => number): boolean {
  switch (predicate.op) {
    case "in":
      return predicate.codes.includes(code(predicate.column));
    case "not":
      return !meets(predicate.of, code);
    case "all":
      return predicate.of.every((part) => meets(part, code));
    case "any":
      return predicate.of.some((part) => meets(part, code));
    default:
      throw new Error(`not made here: ${predicate.op}`);
  }
}

const ROUNDS = Array.from({ length: 60 }, (_, i) => i + 1);

describe("LocalSource", () => {
  it.each(ROUNDS)("counts as one would by hand (round %i)", (seed) => {
    const pick = random(seed);
    const n = pick(50);
    const columns = makeColumns(pick, n);
    const where = Array.from({ length: pick(3) }, () => makePredicate(pick, NAMES));
    const keys = NAMES.slice(0, pick(4));
    const code = (row: number) => (name: string) => columns.get(name)?.codes[row] as number;
    const rows = Array.from({ length: n }, (_, row) => row).filter((row) =>
      where.every((predicate) => meets(predicate, code(row))),
    );
    const source = localSource(columns, n);
    expect(rowsOf(source, where)).toEqual(rows);
    const { shape, counts } = source.ask({ ask: "aggregate", keys, where });
    expect(shape).toEqual(keys.map((key) => SIZES[key]));
    const expected = new Array(shape.reduce((a, b) => a * b, 1)).fill(0);
    for (const row of rows) {
      let cell = 0;
      for (const key of keys) cell = cell * SIZES[key] + code(row)(key);
      expected[cell] += 1;
    }
    expect([...counts]).toEqual(expected);
    // Asked again, from kept masks, the answer is the same.
    expect([...countsOf(source, keys, where)]).toEqual(expected);
  });

  it("stays right when more masks are asked for than are kept", () => {
    const columns = makeColumns(random(3), 40);
    const source = localSource(columns, 40);
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 25; i++) {
        const codes = [0, 1, 2].filter((code) => (i >> code) & 1);
        const where: Predicate[] = [
          {
            op: "any",
            of: [
              { op: "in", column: "y_true", codes },
              ...Array(i >> 3).fill({ op: "any", of: [] }),
            ],
          },
        ];
        const expected = [...(columns.get("y_true")?.codes ?? [])].filter((c) => codes.includes(c));
        expect(countsOf(source, [], where)[0]).toBe(expected.length);
      }
    }
  });

  it("names a column that it does not hold", () => {
    const source = localSource(new Map(), 3);
    expect(() => countsOf(source, ["age"])).toThrow("unknown column age");
    const where: Predicate[] = [{ op: "in", column: "age", codes: [0] }];
    expect(() => rowsOf(source, where)).toThrow("unknown column age");
  });
});

describe("pairTest", () => {
  it.each(ROUNDS)("says of a pair what the mask says of its rows (round %i)", (seed) => {
    const pick = random(seed + 1000);
    const columns = makeColumns(pick, 30);
    const predicate = makePredicate(pick, ["y_true", "y_pred"]);
    const test = pairTest(predicate, columns);
    const rows = mask(predicate, columns, 30);
    const [t, p] = ["y_true", "y_pred"].map((name) => columns.get(name)?.codes);
    rows.forEach((value, row) => {
      expect(test?.(t?.[row] as number, p?.[row] as number)).toBe(value === 1);
    });
    expect(test).not.toBeNull();
  });

  it("has no answer for other columns", () => {
    const columns = makeColumns(random(1), 5);
    const other: Predicate = { op: "in", column: "group", codes: [0] };
    expect(pairTest(other, columns)).toBeNull();
    expect(pairTest({ op: "not", of: other }, columns)).toBeNull();
    const label: Predicate = { op: "in", column: "y_true", codes: [0] };
    expect(pairTest({ op: "any", of: [label, other] }, columns)).toBeNull();
  });
});
