import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Columns, decodeColumn, type WireColumn } from "../src/store/columns.ts";
import {
  codesTest,
  mask,
  type Predicate,
  queryString,
  spellNumber,
  words,
} from "../src/store/selection.ts";
import { countsOf, localSource, rowsOf } from "./fakes.ts";

interface Vectors {
  n_samples: number;
  unheld: string[];
  numbers: [string, string][];
  columns: Record<
    string,
    Omit<WireColumn, "codes" | "values"> & {
      codes: number[];
      values: { dtype: "float64" | "uint64"; data: string } | null;
    }
  >;
  cases: {
    name: string;
    predicate: Predicate;
    mask: number[];
    words: string;
    query: string | null;
  }[];
}

// The very file that tests/contract/test_contract.py reads; vitest runs in js/.
const vectors: Vectors = JSON.parse(readFileSync("../tests/contract/selection.json", "utf-8"));
const TYPES = { uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array };

function bytes(base64: string): DataView {
  return new DataView(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)).buffer);
}

const columns: Columns = new Map(
  Object.entries(vectors.columns)
    .filter(([name]) => !vectors.unheld.includes(name))
    .map(([name, column]) => {
      const codes = TYPES[column.dtype as keyof typeof TYPES].from(column.codes).buffer;
      const values = column.values && { ...column.values, data: bytes(column.values.data) };
      return [name, decodeColumn(name, { ...column, codes: new DataView(codes), values })];
    }),
);

describe("the browser gives the expected mask, words and query", () => {
  it.each(vectors.cases)("$name", ({ predicate, mask: rows, words: text, query }) => {
    expect([...mask(predicate, columns, vectors.n_samples)]).toEqual(rows);
    expect(words(predicate, columns)).toBe(text);
    expect(queryString(predicate, columns)).toBe(query);
    const source = localSource(columns, vectors.n_samples);
    const positions = rows.flatMap((value, row) => (value ? [row] : []));
    expect(rowsOf(source, [predicate])).toEqual(positions);
    expect(countsOf(source, [], [predicate])[0]).toBe(positions.length);
  });
});

describe("numbers are spelled as in Python", () => {
  it.each(vectors.numbers)("%s", (digits, spelled) => {
    expect(spellNumber(Number(digits))).toBe(spelled);
  });
});

function withoutGiven(predicate: Predicate): Predicate {
  if (predicate.op === "not") return { op: "not", of: withoutGiven(predicate.of) };
  if (predicate.op === "all" || predicate.op === "any")
    return { op: predicate.op, of: predicate.of.map(withoutGiven) };
  if (predicate.op === "rows") return predicate;
  const { given: _, ...leaf } = predicate;
  return leaf;
}

function names(predicate: Predicate): string[] {
  if (predicate.op === "rows") return [];
  if ("of" in predicate) return [predicate.of].flat().flatMap(names);
  return [predicate.column];
}

// What has values is decided by them as well as by what Python says of it.
const VALUED = vectors.cases.filter(({ predicate }) => {
  const named = names(predicate);
  return named.length > 0 && named.every((name) => columns.get(name)?.values);
});

describe("values decide what codes cannot", () => {
  it("has cases", () => expect(VALUED.length).toBeGreaterThan(10));
  it.each(VALUED)("$name", ({ predicate, mask: rows }) => {
    expect([...mask(withoutGiven(predicate), columns, vectors.n_samples)]).toEqual(rows);
  });
});

describe("codesTest", () => {
  const decided = vectors.cases.flatMap((one) => {
    const named = [...new Set(names(one.predicate))];
    const held = named.every((name) => columns.has(name));
    const test = held ? codesTest(one.predicate, columns, named) : null;
    return test ? [{ ...one, named, test }] : [];
  });
  it("decides most", () => expect(decided.length).toBeGreaterThan(80));
  it.each(decided)("decides by codes: $name", ({ named, test, mask: rows }) => {
    const codes = (row: number) => named.map((name) => columns.get(name)?.codes[row] as number);
    expect(rows.map((_, row) => Number(test(codes(row))))).toEqual(rows);
  });
  it("leaves to others what it cannot decide", () => {
    const rows = vectors.cases.find(({ name }) => name === "rows")?.predicate as Predicate;
    const label: Predicate = { op: "in", column: "y_true", codes: [0] };
    expect(codesTest(rows, columns, ["y_true"])).toBeNull();
    expect(codesTest({ op: "all", of: [label, rows] }, columns, ["y_true"])).toBeNull();
    expect(codesTest(label, columns, ["y_pred"])).toBeNull();
  });
});
