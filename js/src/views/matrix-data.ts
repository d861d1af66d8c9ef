// The numbers of a confusion matrix, from counts.
import type { Columns } from "../store/columns.ts";
import type { Source } from "../store/query.ts";
import { columnOf, type Predicate } from "../store/selection.ts";
import type { Places } from "./class-places.ts";

export interface MatrixData {
  /** Number of classes, or of places when classes are arranged. */
  n: number;
  labels: readonly string[];
  /** Row-major. */
  counts: Float64Array;
  row_totals: Float64Array;
  column_totals: Float64Array;
  /** Rows that are predicted right, of each true class. */
  hits: Float64Array;
  total: number;
  max: number;
  at(true_code: number, pred_code: number): number;
}

export function matrixData(source: Source, columns: Columns, where: Predicate[]): MatrixData {
  const labels = columnOf(columns, "y_true").display_labels;
  const { counts } = source.count({ keys: ["y_true", "y_pred"], where });
  const n = labels.length;
  return fromCounts(
    labels,
    counts,
    Float64Array.from(labels, (_, i) => counts[i * n + i] as number),
  );
}

/** The same rows by place: classes in another order, some of them folded into one place. */
export function arranged(data: MatrixData, { groups, place_of, labels }: Places): MatrixData {
  const k = groups.length;
  const counts = new Float64Array(k * k);
  const hits = new Float64Array(k);
  for (let t = 0; t < data.n; t++) {
    const row = place_of[t] as number;
    hits[row] = (hits[row] as number) + (data.hits[t] as number);
    for (let p = 0; p < data.n; p++) {
      const cell = row * k + (place_of[p] as number);
      counts[cell] = (counts[cell] as number) + (data.counts[t * data.n + p] as number);
    }
  }
  return fromCounts(labels, counts, hits);
}

function fromCounts(
  labels: readonly string[],
  counts: Float64Array,
  hits: Float64Array,
): MatrixData {
  const n = labels.length;
  const row_totals = new Float64Array(n);
  const column_totals = new Float64Array(n);
  let total = 0;
  let max = 0;
  for (let t = 0; t < n; t++) {
    for (let p = 0; p < n; p++) {
      const value = counts[t * n + p] as number;
      row_totals[t] = (row_totals[t] as number) + value;
      column_totals[p] = (column_totals[p] as number) + value;
      total += value;
      if (value > max) max = value;
    }
  }
  const at = (t: number, p: number) => counts[t * n + p] ?? 0;
  return { n, labels, counts, row_totals, column_totals, hits, total, max, at };
}
