// The numbers of a confusion matrix, from counts.
import type { Columns } from "../store/columns.ts";
import type { Source } from "../store/query.ts";
import { columnOf, type Predicate } from "../store/selection.ts";

export interface MatrixData {
  /** Number of classes. */
  n: number;
  labels: readonly string[];
  row_totals: Float64Array;
  column_totals: Float64Array;
  total: number;
  max: number;
  at(true_code: number, pred_code: number): number;
}

export function matrixData(source: Source, columns: Columns, where: Predicate[]): MatrixData {
  const labels = columnOf(columns, "y_true").display_labels;
  const n = labels.length;
  const { counts } = source.count({ keys: ["y_true", "y_pred"], where });
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
  return { n, labels, row_totals, column_totals, total, max, at };
}
