// What can be said of one column: a condition per code. The same as `Conditions` in
// `errwidgets/slices/conditions.py`; `tests/contract/conditions.json` holds both to it.
import { codesMeeting, limitOf } from "./codes.ts";
import type { Column } from "./columns.ts";
import type { Leaf, Predicate, Range } from "./selection.ts";

/** The condition that the rows of a code meet. */
export function conditionOf(column: Column, code: number): Leaf {
  const { name, lows, highs, missing, unit } = column;
  if (missing.includes(code)) return { op: "is_null", column: name };
  const binned = lows !== null && highs !== null && lows.some((low, i) => low !== highs[i]);
  if (!binned || unit === null) return { op: "in", column: name, codes: [code] };
  const [low, high] = [lows[code] ?? null, highs[code] ?? null];
  if (low !== null && low === high && !low.endsWith("inf"))
    return { op: "range", column: name, low, high, closed: "both" };
  const last = column.display_labels.length - missing.length - 1;
  // A bin begins where the one below it ends.
  return {
    op: "range",
    column: name,
    low: code ? (highs[code - 1] ?? null) : null,
    high: code < last ? high : null,
    closed: "right",
  };
}

/** A range between two edges of a histogram. Where the page must decide it by codes alone it ends
 *  where they do. */
export function rangeOf(
  column: Column,
  low: string | null,
  high: string | null,
  by_codes: boolean,
): Range {
  const range: Range = { op: "range", column: column.name, low, high, closed: "right" };
  if (!by_codes || codesMeeting(range, column)) return range;
  const ends = (column.highs ?? []).filter((end): end is string => end !== null);
  const nearest = (limit: string | null, among: string[]) => {
    if (limit === null || column.unit === null) return null;
    const value = Number(limitOf(limit, column.unit));
    const far = (end: string) => Math.abs(Number(limitOf(end, column.unit as string)) - value);
    return among.reduce<string | null>(
      (best, end) => (best === null || far(end) < far(best) ? end : best),
      null,
    );
  };
  const from = nearest(low, ends.slice(0, -1));
  const over = from === null ? ends : ends.slice(ends.indexOf(from) + 1);
  return { ...range, low: from, high: nearest(high, over) };
}

/** The conditions that a predicate joins. */
export function conditionsOf(predicate: Predicate | null): Predicate[] {
  if (!predicate) return [];
  return predicate.op === "all" ? predicate.of : [predicate];
}

export function joined(parts: Predicate[]): Predicate | null {
  return parts.length > 1 ? { op: "all", of: parts } : (parts[0] ?? null);
}
