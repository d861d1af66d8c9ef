// Conditions that a click adds to what a view selects, and takes away again.

import type { Column } from "./columns.ts";
import { conditionOf, conditionsOf, joined } from "./conditions.ts";
import type { Predicate } from "./selection.ts";

const same = (a: Predicate, b: Predicate) => JSON.stringify(a) === JSON.stringify(b);

/** Whether a condition is one of those selected. */
export function holds(own: Predicate | null, where: Predicate | null): boolean {
  return where !== null && conditionsOf(own).some((part) => same(part, where));
}

/** What is selected after a click on a condition: with it, or without it.
 *
 *  @param base What narrows to the rows that conditions are of, when these are no selection. */
export function toggled(
  own: Predicate | null,
  where: Predicate,
  base: Predicate | null,
): Predicate | null {
  const parts = conditionsOf(own);
  const others = parts.filter((part) => !same(part, where));
  if (others.length < parts.length) {
    const left = base ? others.filter((part) => !same(part, base)) : others;
    return left.length ? joined(others) : null;
  }
  // One range or value of a column at a time: another one of it takes its place.
  const column = "column" in where ? where.column : null;
  const kept = others.filter(
    (part) => !("column" in part) || part.column !== column || (base && same(part, base)),
  );
  const begun = base && !kept.some((part) => same(part, base)) ? [base, ...kept] : kept;
  return joined([...begun, where]);
}

/** The rows of neighbouring codes. */
export function between(column: Column, first: number, last: number): Predicate {
  if (first === last) return conditionOf(column, first);
  const codes = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const plain = codes.filter((code) => !column.missing.includes(code));
  const { highs, lows, name, unit } = column;
  const present = column.display_labels.length - column.missing.length;
  if (!highs || !lows || unit === null || plain.length < codes.length)
    return { op: "in", column: name, codes };
  return {
    op: "range",
    column: name,
    low: first > 0 ? (highs[first - 1] ?? null) : null,
    high: last < present - 1 ? (highs[last] ?? null) : null,
    closed: "right",
  };
}
