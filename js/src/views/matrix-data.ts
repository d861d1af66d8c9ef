// The numbers of a confusion matrix, from what a source answers.
import type { Answer } from "../store/query.ts";
import type { Places } from "./class-places.ts";

/** Amounts per cell, and their sums. */
export interface Amounts {
  /** Row-major. */
  counts: Float64Array;
  row_totals: Float64Array;
  column_totals: Float64Array;
  /** What is predicted right, of each true class. */
  hits: Float64Array;
  total: number;
  max: number;
  at(true_code: number, pred_code: number): number;
}

export interface MatrixData extends Amounts {
  /** Number of classes, or of places when classes are arranged. */
  n: number;
  labels: readonly string[];
  /** What shares and rates are of: weights where there are some, else the rows themselves. */
  mass: Amounts;
  /** Squared weights per cell. */
  squares: Float64Array | null;
  /** Sums of the distance between truth and prediction per cell, of a regression. */
  sums: Float64Array | null;
  /** From a sample of the rows. */
  sampled: boolean;
}

export function matrixData(labels: readonly string[], answer: Answer): MatrixData {
  const n = labels.length;
  const diagonal = (cells: Float64Array) =>
    Float64Array.from(labels, (_, i) => cells[i * n + i] as number);
  const { counts, weights, squares, sums, sampled = false } = answer;
  const own = amounts(n, counts, diagonal(counts));
  const mass = weights ? amounts(n, weights, diagonal(weights)) : own;
  return { n, labels, ...own, mass, squares, sums, sampled };
}

/** The same rows by place: classes in another order, some of them folded into one place. */
export function arranged(data: MatrixData, { groups, place_of, labels }: Places): MatrixData {
  const k = groups.length;
  const cells = (from: Float64Array) => {
    const to = new Float64Array(k * k);
    for (let t = 0; t < data.n; t++)
      for (let p = 0; p < data.n; p++) {
        const cell = (place_of[t] as number) * k + (place_of[p] as number);
        to[cell] = (to[cell] as number) + (from[t * data.n + p] as number);
      }
    return to;
  };
  const hits = (from: Float64Array) => {
    const to = new Float64Array(k);
    for (let t = 0; t < data.n; t++) {
      const row = place_of[t] as number;
      to[row] = (to[row] as number) + (from[t] as number);
    }
    return to;
  };
  const placed = ({ counts, hits: right }: Amounts) => amounts(k, cells(counts), hits(right));
  const own = placed(data);
  return {
    n: k,
    labels,
    ...own,
    mass: data.mass.counts === data.counts ? own : placed(data.mass),
    squares: data.squares && cells(data.squares),
    sums: data.sums && cells(data.sums),
    sampled: data.sampled,
  };
}

function amounts(n: number, counts: Float64Array, hits: Float64Array): Amounts {
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
  return { counts, row_totals, column_totals, hits, total, max, at };
}
