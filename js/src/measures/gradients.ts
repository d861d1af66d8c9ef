// Derivatives of metrics with respect to the shares of the confusion cells, for the delta method:
// errwidgets/measures/gradients.py. Each is a number for the row of a cell, plus one for its column,
// plus one on the diagonal, so none needs a matrix of its own.
import { type Margins, sum } from "./cells.ts";

export interface Gradient {
  rows: Float64Array;
  columns: Float64Array;
  diagonal: Float64Array;
}

/** The delta-method variance of a metric, Σ s (g - ḡ)² / (Σ n)² over the cells with count (or
 *  weight) n and squared weights s; NaN where the metric has no derivative. */
export function variance(gradient: Gradient | null, table: Margins, squares: Margins): number {
  if (gradient === null || !(table.total > 0)) return Number.NaN;
  const { rows, columns, diagonal } = gradient;
  const mean =
    (dot(rows, table.true) + dot(columns, table.pred) + dot(diagonal, table.hits)) / table.total;
  const n = rows.length;
  let spread = 0;
  for (let t = 0; t < n; t++) {
    const by_row = (rows[t] as number) - mean;
    for (let p = 0; p < n; p++) {
      const weight = squares.cells[t * n + p] as number;
      if (weight === 0) continue;
      const extra = t === p ? (diagonal[t] as number) : 0;
      const slope = by_row + (columns[p] as number) + extra;
      spread += weight * slope * slope;
    }
  }
  return spread / (table.total * table.total);
}

/** Of the accuracy, the share of the diagonal. */
export function accuracy({ hits }: Margins): Gradient {
  return { rows: zeros(hits), columns: zeros(hits), diagonal: hits.map(() => 1) };
}

/** Of the share of one true class. */
export function classShare({ true: true_ }: Margins, position: number): Gradient {
  return {
    rows: true_.map((_, i) => (i === position ? 1 : 0)),
    columns: zeros(true_),
    diagonal: zeros(true_),
  };
}

/** Of the mean recall over `n_averaged` classes. */
export function macroRecall(table: Margins, n_averaged: number): Gradient {
  const { r, d } = shares(table);
  return {
    rows: r.map((share, i) => (-(d[i] as number) * inverse(share) ** 2) / n_averaged),
    columns: zeros(r),
    diagonal: r.map((share) => inverse(share) / n_averaged),
  };
}

/** Of the mean precision over `n_averaged` classes: recall with the axes exchanged. */
export function macroPrecision(table: Margins, n_averaged: number): Gradient {
  const exchanged = { ...table, true: table.pred, pred: table.true };
  const { rows, columns, diagonal } = macroRecall(exchanged, n_averaged);
  return { rows: columns, columns: rows, diagonal };
}

/** Of the mean F1 over `n_averaged` classes. */
export function macroF1(table: Margins, n_averaged: number): Gradient {
  const { r, c, d } = shares(table);
  const inverses = r.map((share, i) => inverse(share + (c[i] as number)));
  const fall = inverses.map((own, i) => (-2 * (d[i] as number) * own * own) / n_averaged);
  return { rows: fall, columns: fall, diagonal: inverses.map((own) => (2 * own) / n_averaged) };
}

/** Of the F1 averaged by support. */
export function weightedF1(table: Margins): Gradient {
  const { r, c, d } = shares(table);
  const inverses = r.map((share, i) => inverse(share + (c[i] as number)));
  const f1 = inverses.map((own, i) => 2 * (d[i] as number) * own);
  const fall = f1.map((score, i) => (r[i] as number) * score * (inverses[i] as number));
  return {
    rows: f1.map((score, i) => score - (fall[i] as number)),
    columns: fall.map((own) => -own),
    diagonal: inverses.map((own, i) => 2 * (r[i] as number) * own),
  };
}

/** Of Matthews' correlation of k classes; none where one side has a single class. */
export function matthews(table: Margins): Gradient | null {
  const { r, c, d } = shares(table);
  if (present(r) < 2 || present(c) < 2) return null;
  const true_spread = 1 - dot(r, r);
  const pred_spread = 1 - dot(c, c);
  const scale = Math.sqrt(true_spread * pred_spread);
  const value = (sum(d) - dot(r, c)) / scale;
  return {
    rows: r.map((share, i) => (value * share) / true_spread - (c[i] as number) / scale),
    columns: c.map((share, i) => (value * share) / pred_spread - (r[i] as number) / scale),
    diagonal: r.map(() => 1 / scale),
  };
}

/** Of Cohen's kappa; none where all rows are in one diagonal cell. */
export function cohenKappa(table: Margins): Gradient | null {
  const { r, c, d } = shares(table);
  if (present(r.map((share, i) => share + (c[i] as number))) < 2) return null;
  const chance = 1 - dot(r, c);
  const fall = (1 - sum(d)) / (chance * chance);
  return {
    rows: c.map((share) => -fall * share),
    columns: r.map((share) => -fall * share),
    diagonal: r.map(() => 1 / chance),
  };
}

/** Shares of the rows, the columns and the diagonal. */
function shares({ hits, true: true_, pred, total }: Margins) {
  const share = (value: number) => value / total;
  return { r: true_.map(share), c: pred.map(share), d: hits.map(share) };
}

export function present(values: Float64Array): number {
  return values.reduce((found, value) => found + (value > 0 ? 1 : 0), 0);
}

export function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((total, value, i) => total + value * (b[i] as number), 0);
}

function zeros(values: Float64Array): Float64Array {
  return new Float64Array(values.length);
}

function inverse(value: number): number {
  return value > 0 ? 1 / value : 0;
}
