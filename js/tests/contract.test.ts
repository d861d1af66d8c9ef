import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Columns, decodeColumn, type WireColumn } from "../src/store/columns.ts";
import { LocalSource } from "../src/store/local-source.ts";
import { mask, type Predicate, queryString, words } from "../src/store/selection.ts";

interface Vectors {
  n_samples: number;
  columns: Record<string, Omit<WireColumn, "codes"> & { codes: number[] }>;
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
const columns: Columns = new Map(
  Object.entries(vectors.columns).map(([name, column]) => {
    const codes = TYPES[column.dtype as keyof typeof TYPES].from(column.codes).buffer;
    return [name, decodeColumn(name, { ...column, codes: new DataView(codes) })];
  }),
);

describe("the browser gives the expected mask, words and query", () => {
  it.each(vectors.cases)("$name", ({ predicate, mask: rows, words: text, query }) => {
    expect([...mask(predicate, columns, vectors.n_samples)]).toEqual(rows);
    expect(words(predicate, columns)).toBe(text);
    expect(queryString(predicate, columns)).toBe(query);
    const source = new LocalSource(columns, vectors.n_samples);
    const positions = rows.flatMap((value, row) => (value ? [row] : []));
    expect(source.positions([predicate])).toEqual(positions);
    expect(source.count({ keys: [], where: [predicate] }).counts[0]).toBe(positions.length);
  });
});
