import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { codesMeeting } from "../src/store/codes.ts";
import type { Column } from "../src/store/columns.ts";
import { conditionOf, rangeOf } from "../src/store/conditions.ts";
import type { Leaf } from "../src/store/selection.ts";

interface Case {
  column: Omit<Column, "codes" | "values">;
  conditions: Leaf[];
}

// The very file that tests/contract/test_conditions.py reads; vitest runs in js/.
const cases: Case[] = JSON.parse(readFileSync("../tests/contract/conditions.json", "utf-8"));
const columnOf = ({ column }: Case): Column => ({
  ...column,
  codes: new Uint8Array(),
  values: null,
});

describe("the condition of each code is what Python says", () => {
  it.each(cases.map((one) => [one.column.name, one] as const))("%s", (_, one) => {
    const column = columnOf(one);
    one.conditions.forEach((expected, code) => {
      const condition = conditionOf(column, code);
      expect(condition).toEqual(expected);
      const met = codesMeeting(condition, column);
      expect([...(met ?? [])]).toEqual(one.conditions.map((_, other) => (other === code ? 1 : 0)));
    });
  });
});

describe("a range between edges of a histogram", () => {
  const column = columnOf(cases.find((one) => one.column.name === "many") as Case);

  it("is as it was drawn where values can be asked for", () => {
    const range = rangeOf(column, "10", "31.5", false);
    expect(range).toEqual({
      op: "range",
      column: "many",
      low: "10",
      high: "31.5",
      closed: "right",
    });
  });

  it("ends at codes where only these are here", () => {
    const range = rangeOf(column, "10", "31.5", true);
    expect(codesMeeting(range, column)).not.toBeNull();
    const ends = column.highs as string[];
    expect(ends).toContain(range.low);
    expect(ends).toContain(range.high);
    expect(Number(range.low)).toBeLessThan(Number(range.high));
    const exact = rangeOf(column, ends[2] as string, ends[5] as string, true);
    expect([exact.low, exact.high]).toEqual([ends[2], ends[5]]);
    expect(rangeOf(column, null, "31.5", true).low).toBeNull();
  });

  it("is never empty: a narrow one takes in a whole code", () => {
    const narrow = rangeOf(column, "10", "10.5", true);
    expect([...(codesMeeting(narrow, column) ?? [])].filter(Boolean)).toHaveLength(1);
  });
});
