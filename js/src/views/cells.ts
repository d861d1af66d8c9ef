// Sets of matrix cells and the predicates that say the same.
import type { Predicate } from "../store/selection.ts";

/** A cell: codes of the true and of the predicted class. */
export type Cell = readonly [number, number];

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

/** The shortest predicate that holds for exactly these cells: rows of cells with the same columns
 *  go together, and a rectangle becomes one pair of conditions. */
export function cellsPredicate(cells: readonly Cell[]): Predicate | null {
  const by_row = new Map<number, Set<number>>();
  for (const [t, p] of cells) by_row.set(t, (by_row.get(t) ?? new Set()).add(p));
  const blocks = new Map<string, { rows: number[]; columns: number[] }>();
  for (const [t, set] of [...by_row].sort((a, b) => a[0] - b[0])) {
    const columns = [...set].sort((a, b) => a - b);
    const key = columns.join();
    const block = blocks.get(key) ?? { rows: [], columns };
    block.rows.push(t);
    blocks.set(key, block);
  }
  const parts = [...blocks.values()].map(
    ({ rows, columns }): Predicate => ({
      op: "all",
      of: [
        { op: "in", column: "y_true", codes: rows },
        { op: "in", column: "y_pred", codes: columns },
      ],
    }),
  );
  if (parts.length === 0) return null;
  return parts.length === 1 ? (parts[0] as Predicate) : { op: "any", of: parts };
}

/** The mistakes of a class, as cells. */
export function mistakes(axis: "y_true" | "y_pred", code: number, n: number): Cell[] {
  const others = Array.from({ length: n }, (_, i) => i).filter((i) => i !== code);
  return others.map((i): Cell => (axis === "y_true" ? [code, i] : [i, code]));
}

/** The mistakes of a class: rows of it that were missed, or rows wrongly given to it. */
export function mistakesPredicate(axis: "y_true" | "y_pred", code: number): Predicate {
  const inside: Predicate = { op: "in", column: axis, codes: [code] };
  const other = axis === "y_true" ? "y_pred" : "y_true";
  const outside: Predicate = { op: "not", of: { op: "in", column: other, codes: [code] } };
  return { op: "all", of: axis === "y_true" ? [inside, outside] : [outside, inside] };
}
