import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Columns, decodeColumn, type WireColumn } from "../src/store/columns.ts";
import { decodeAnswer, type WireAnswer } from "../src/store/kernel-source.ts";
import { LocalSource } from "../src/store/local-source.ts";
import type { Query } from "../src/store/query.ts";

interface Vectors {
  n_samples: number;
  columns: Record<string, WireColumn>;
  cases: {
    name: string;
    query: Query;
    answer: Record<string, unknown>;
    reply: WireAnswer;
    buffers: string[];
  }[];
}

function bytes(text: unknown): DataView {
  return new DataView(Uint8Array.from(atob(String(text)), (c) => c.charCodeAt(0)).buffer);
}

// The very file that tests/contract/test_query.py reads; vitest runs in js/.
const vectors: Vectors = JSON.parse(readFileSync("../tests/contract/query.json", "utf-8"));
const columns: Columns = new Map(
  Object.entries(vectors.columns).map(([name, wire]) => {
    const values = wire.values && { ...wire.values, data: bytes(wire.values.data) };
    return [name, decodeColumn(name, { ...wire, codes: bytes(wire.codes), values })];
  }),
);
const holdings = {
  n_samples: vectors.n_samples,
  tables: [],
  sample: null,
  weight: "weight",
  is_error: "is_error",
};

function expectAnswer(answer: object, expected: Record<string, unknown>): void {
  for (const [field, wanted] of Object.entries(expected)) {
    const got = (answer as Record<string, unknown>)[field] ?? null;
    if (Array.isArray(wanted)) expect(Array.from(got as number[]), field).toEqual(wanted);
    else expect(got, field).toBe(wanted);
  }
}

describe("both sources give the expected answers", () => {
  it.each(vectors.cases)("$name", ({ query, answer, reply, buffers }) => {
    const local = new LocalSource({ columns, derived: new Map() }, holdings);
    expectAnswer(local.ask(query), answer);
    expectAnswer(decodeAnswer(reply, buffers.map(bytes)), answer);
  });
});
