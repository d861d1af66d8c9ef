// Sets of matrix cells and the predicates that say the same.
import type { Columns } from "../store/columns.ts";
import { type Predicate, pairTest } from "../store/selection.ts";
import type { Places } from "./class-places.ts";

/** A cell: codes, or places on the axes, of the true and of the predicted class. */
export type Cell = readonly [number, number];
export type PairTest = (true_code: number, pred_code: number) => boolean;

/** Which column says whether a row is a mistake: codes 0 and 1. */
const IS_ERROR = "is_error";

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
export function cellsPredicate(cells: readonly Cell[]): Predicate | null {
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
  const parts = [...blocks.values()].map(({ rows, columns }) => pairOf(rows, columns));
  if (parts.length === 0) return null;
  return parts.length === 1 ? (parts[0] as Predicate) : { op: "any", of: parts };
}

/** The mistakes of a class: rows of it that were missed, or rows wrongly given to it. Of folded
 *  classes also those among themselves. */
export function mistakesPredicate(
  axis: "y_true" | "y_pred",
  codes: readonly number[],
  columns: Columns,
  n: number,
): Predicate {
  const inside: Predicate = { op: "in", column: axis, codes: [...codes].sort((a, b) => a - b) };
  if (codes.length !== 1) return { op: "all", of: [inside, allMistakes(columns, n)] };
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
export function allMistakes(columns: Columns, n: number): Predicate {
  if (columns.has(IS_ERROR)) return { op: "in", column: IS_ERROR, codes: [1] };
  return { op: "not", of: allCorrect(columns, n) };
}

/** Every row that is predicted right. */
export function allCorrect(columns: Columns, n: number): Predicate {
  if (columns.has(IS_ERROR)) return { op: "in", column: IS_ERROR, codes: [0] };
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
export function cellTest(predicate: Predicate, columns: Columns): PairTest | null {
  switch (predicate.op) {
    case "not": {
      const inner = cellTest(predicate.of, columns);
      return inner && ((t, p) => !inner(t, p));
    }
    case "all":
    case "any": {
      const tests = predicate.of.map((part) => cellTest(part, columns));
      if (tests.some((test) => test === null)) return null;
      const known = tests as PairTest[];
      return predicate.op === "all"
        ? (t, p) => known.every((test) => test(t, p))
        : (t, p) => known.some((test) => test(t, p));
    }
    default: {
      if (predicate.op !== "in" || predicate.column !== IS_ERROR)
        return pairTest(predicate, columns);
      const { codes } = predicate;
      return (t, p) => codes.includes(t === p ? 0 : 1);
    }
  }
}

/** The pairs of codes that meet a test. */
export function pairsMeeting(test: PairTest | null, n: number): Cell[] {
  const found: Cell[] = [];
  if (test)
    for (let t = 0; t < n; t++) for (let p = 0; p < n; p++) if (test(t, p)) found.push([t, p]);
  return found;
}

/** Whether two tests hold for the same pairs. */
export function sameTest(a: PairTest, b: PairTest, n: number): boolean {
  for (let t = 0; t < n; t++) for (let p = 0; p < n; p++) if (a(t, p) !== b(t, p)) return false;
  return true;
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
