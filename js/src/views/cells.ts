// Sets of matrix cells and the predicates that say the same.
import type { Columns } from "../store/columns.ts";
import { columnOf, type Predicate, pairTest } from "../store/selection.ts";
import type { Places } from "./class-places.ts";

/** A cell: codes, or places on the axes, of the true and of the predicted class. */
export type Cell = readonly [number, number];
export type PairTest = (true_code: number, pred_code: number) => boolean;

/** Which column says whether a row is a mistake, with codes 0 and 1, and what is none: confusing
 *  two classes of the same group. */
export interface Mistake {
  is_error: string | null;
  /** The group of each class. */
  group: readonly number[];
}

export function sameCell(a: Cell | null, b: Cell | null): boolean {
  return a !== null && b !== null && a[0] === b[0] && a[1] === b[1];
}

/** All cells of the rectangle between two corners. */
export function rectangle(a: Cell, b: Cell): Cell[] {
  const cells: Cell[] = [];
  for (let t = Math.min(a[0], b[0]); t <= Math.max(a[0], b[0]); t++)
    for (let p = Math.min(a[1], b[1]); p <= Math.max(a[1], b[1]); p++) cells.push([t, p]);
  return cells;
}

/** The pairs of codes that stand in cells of the drawn matrix. */
export function pairsIn(cells: readonly Cell[], { groups }: Places): Cell[] {
  return cells.flatMap(([row, column]) =>
    (groups[row] ?? []).flatMap((t) => (groups[column] ?? []).map((p): Cell => [t, p])),
  );
}

/** The shortest predicate that holds for exactly these pairs of codes: rows of cells with the same
 *  columns go together, and a rectangle becomes one pair of conditions. */
export function cellsPredicate(cells: readonly Cell[], block_of = pairOf): Predicate | null {
  const by_row = new Map<number, Set<number>>();
  for (const [t, p] of cells) {
    const columns = by_row.get(t);
    if (columns) columns.add(p);
    else by_row.set(t, new Set([p]));
  }
  const blocks = new Map<string, { rows: number[]; columns: number[] }>();
  for (const [t, set] of [...by_row].sort((a, b) => a[0] - b[0])) {
    const columns = [...set].sort((a, b) => a - b);
    const key = columns.join();
    const block = blocks.get(key) ?? { rows: [], columns };
    block.rows.push(t);
    blocks.set(key, block);
  }
  const parts = [...blocks.values()].map(({ rows, columns }) => block_of(rows, columns));
  if (parts.length === 0) return null;
  return parts.length === 1 ? (parts[0] as Predicate) : { op: "any", of: parts };
}

/** The mistakes of a class: rows of it that were missed, or rows wrongly given to it. Of folded
 *  classes also those among themselves. */
export function mistakesPredicate(
  axis: "y_true" | "y_pred",
  codes: readonly number[],
  is_error: string | null,
  n: number,
): Predicate {
  const inside: Predicate = { op: "in", column: axis, codes: [...codes].sort((a, b) => a - b) };
  if (codes.length !== 1) return { op: "all", of: [inside, allMistakes(is_error, n)] };
  const other = axis === "y_true" ? "y_pred" : "y_true";
  const outside: Predicate = { op: "not", of: { op: "in", column: other, codes: [...codes] } };
  return { op: "all", of: axis === "y_true" ? [inside, outside] : [outside, inside] };
}

/** The same as pairs of codes. */
export function mistakes(axis: "y_true" | "y_pred", codes: readonly number[], n: number): Cell[] {
  const every = Array.from({ length: n }, (_, i) => i);
  return codes.flatMap((code) =>
    every.filter((i) => i !== code).map((i): Cell => (axis === "y_true" ? [code, i] : [i, code])),
  );
}

/** Every mistake. */
export function allMistakes(is_error: string | null, n: number): Predicate {
  if (is_error !== null) return { op: "in", column: is_error, codes: [1] };
  return { op: "not", of: allCorrect(is_error, n) };
}

/** Every row that is predicted right. */
export function allCorrect(is_error: string | null, n: number): Predicate {
  if (is_error !== null) return { op: "in", column: is_error, codes: [0] };
  return { op: "any", of: Array.from({ length: n }, (_, code) => pairOf([code], [code])) };
}

function pairOf(rows: number[], columns: number[]): Predicate {
  return {
    op: "all",
    of: [
      { op: "in", column: "y_true", codes: rows },
      { op: "in", column: "y_pred", codes: columns },
    ],
  };
}

/** A predicate as a test of pairs of codes: one on the two label columns, and on whether the two
 *  differ; null when it speaks of anything else. */
export function cellTest(
  predicate: Predicate,
  columns: Columns,
  mistake: Mistake,
): PairTest | null {
  const n = columnOf(columns, "y_true").display_labels.length;
  const table = pairTable(predicate, columns, mistake, n);
  return table && ((t, p) => table[t * n + p] === 1);
}

/** One byte per pair. Selections are made of rectangles, often hundreds of small ones, so these are
 *  filled in where they stand. */
function pairTable(
  predicate: Predicate,
  columns: Columns,
  mistake: Mistake,
  n: number,
): Uint8Array | null {
  const block = rectangleOf(predicate);
  if (block) return fill(new Uint8Array(n * n), block, n);
  switch (predicate.op) {
    case "not":
      return pairTable(predicate.of, columns, mistake, n)?.map((met) => 1 - met) ?? null;
    case "all":
    case "any": {
      const every = predicate.op === "all";
      const found = new Uint8Array(n * n).fill(every ? 1 : 0);
      for (const part of predicate.of) {
        const inner = every ? null : rectangleOf(part);
        if (inner) {
          fill(found, inner, n);
          continue;
        }
        const other = pairTable(part, columns, mistake, n);
        if (!other) return null;
        other.forEach((met, i) => {
          if (every ? !met : met) found[i] = met;
        });
      }
      return found;
    }
    default: {
      const test = errorTest(predicate, mistake) ?? pairTest(predicate, columns);
      return test && Uint8Array.from({ length: n * n }, (_, i) => +test(Math.floor(i / n), i % n));
    }
  }
}

function errorTest(predicate: Predicate, { is_error, group }: Mistake): PairTest | null {
  if (predicate.op !== "in" || predicate.column !== is_error) return null;
  const { codes } = predicate;
  return (t, p) => codes.includes(group[t] === group[p] ? 0 : 1);
}

interface Block {
  rows: readonly number[];
  columns: readonly number[];
}

/** The rows and columns of a predicate as `pairOf` makes it. */
function rectangleOf(predicate: Predicate): Block | null {
  if (predicate.op !== "all" || predicate.of.length !== 2) return null;
  const [a, b] = predicate.of;
  if (a?.op !== "in" || b?.op !== "in" || a.column !== "y_true" || b.column !== "y_pred")
    return null;
  return { rows: a.codes, columns: b.codes };
}

function fill(table: Uint8Array, { rows, columns }: Block, n: number): Uint8Array {
  for (const t of rows) for (const p of columns) if (t < n && p < n) table[t * n + p] = 1;
  return table;
}

/** The pairs of codes that meet a test. */
export function pairsMeeting(test: PairTest | null, n: number): Cell[] {
  const found: Cell[] = [];
  if (test)
    for (let t = 0; t < n; t++) for (let p = 0; p < n; p++) if (test(t, p)) found.push([t, p]);
  return found;
}

/** A test of pairs of codes as one of drawn cells: all pairs in the cell meet it. */
export function placeTest(test: PairTest | null, { groups }: Places): PairTest | null {
  if (!test) return null;
  const k = groups.length;
  const met = new Uint8Array(k * k);
  groups.forEach((rows, row) => {
    groups.forEach((columns, column) => {
      met[row * k + column] = rows.every((t) => columns.every((p) => test(t, p))) ? 1 : 0;
    });
  });
  return (row, column) => met[row * k + column] === 1;
}
