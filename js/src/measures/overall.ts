// The metrics over all classes: what `evaluation.summary()` says of the confusion counts.
import { type Cells, type Margins, sum, tables } from "./cells.ts";
import {
  accuracy as accuracyGradient,
  classShare,
  dot,
  cohenKappa as kappaGradient,
  macroF1,
  macroPrecision,
  macroRecall,
  matthews as matthewsGradient,
  present,
  variance,
  weightedF1,
} from "./gradients.ts";
import {
  divide,
  effectiveSize,
  type Rate,
  rate,
  scoreInterval,
  wilsonInterval,
} from "./intervals.ts";

/** What an interval is made of: the variance, the rows to fall back on where it is 0, and the
 *  lowest value that the metric can have. */
type Spread = readonly [variance: number, size: number, lowest: number];

/** A metric by itself, so that a bundle holds those that its views show and no other. */
export interface Metric {
  value(table: Margins): number;
  /** Null for a share of rows without weights: Wilson's interval. */
  spread(table: Margins, squares: Margins, weighted: boolean): Spread | null;
}

// Sums of weights this close are equal but for rounding: the first of the classes is the majority.
const TIE = 1e-12;

// With weights shares have a variance too: Kish's number takes weights and mistakes as unrelated.
const shareOfRight = (table: Margins, squares: Margins, weighted: boolean): Spread | null =>
  weighted ? [variance(accuracyGradient(table), table, squares), size(table, squares), 0] : null;

export const accuracy: Metric = {
  value: ({ hits, total }) => divide(sum(hits), total),
  spread: shareOfRight,
};

export const error_rate: Metric = {
  value: ({ hits, total }) => divide(Math.max(total - sum(hits), 0), total),
  spread: shareOfRight,
};

export const macro_recall: Metric = {
  value: ({ hits, true: true_ }) => mean(hits.map((own, i) => divide(own, true_[i] as number))),
  spread: (table, squares) => [
    variance(macroRecall(table, present(table.true)), table, squares),
    averageSize(even(table), sizes(table.true, squares.true)),
    0,
  ],
};

export const macro_precision: Metric = {
  value: ({ hits, pred }) => mean(hits.map((own, i) => divide(own, pred[i] as number))),
  spread: (table, squares) => [
    variance(macroPrecision(table, present(table.pred)), table, squares),
    averageSize(even(table), sizes(table.pred, squares.pred)),
    0,
  ],
};

export const macro_f1: Metric = {
  value: (table) => mean(f1(table)),
  spread: (table, squares) => [
    variance(macroF1(table, present(either(table))), table, squares),
    averageSize(even(table), sizes(either(table), either(squares))),
    0,
  ],
};

export const weighted_f1: Metric = {
  // A class without rows has no weight, whatever its F1 is.
  value: (table) =>
    divide(
      sum(f1(table).map((own, i) => (table.true[i] ? own * (table.true[i] as number) : 0))),
      table.total,
    ),
  spread: (table, squares) => [
    variance(weightedF1(table), table, squares),
    averageSize(table.true, sizes(either(table), either(squares))),
    0,
  ],
};

export const mcc: Metric = {
  value: (table) => (table.total > 0 ? matthews(table, sum(table.hits)) : Number.NaN),
  spread: (table, squares) => [
    variance(matthewsGradient(table), table, squares),
    lesserSize(table, squares),
    -1,
  ],
};

export const cohen_kappa: Metric = {
  value: (table) => (table.total > 0 ? cohenKappa(table, sum(table.hits)) : Number.NaN),
  spread: (table, squares) => [
    variance(kappaGradient(table), table, squares),
    lesserSize(table, squares),
    -1,
  ],
};

export const baseline_accuracy: Metric = {
  value: ({ true: true_, total }) => divide(Math.max(...true_), total),
  spread: (table, squares, weighted) => {
    if (!weighted) return null;
    const most = Math.max(...table.true) * (1 - TIE);
    const majority = table.true.findIndex((own) => own >= most);
    const gradient = classShare(table, majority);
    return [variance(gradient, table, squares), size(table, squares), 0];
  },
};

/** What `evaluation.summary()` says of the counts, in its order. */
export const SUMMARY = {
  accuracy,
  error_rate,
  balanced_accuracy: macro_recall,
  macro_precision,
  macro_recall,
  macro_f1,
  weighted_f1,
  mcc,
  cohen_kappa,
  baseline_accuracy,
};

/** Metrics over all classes with their intervals; each has all rows as `support`.
 *
 *  Shares of rows have Wilson's interval, averages and coefficients the delta variance turned into
 *  Wilson limits. */
export function overall<K extends string>(
  cells: Cells,
  metrics: Record<K, Metric>,
): Record<K, Rate> {
  const { table, squares, rows } = tables(cells);
  const found = Object.entries<Metric>(metrics).map(([name, metric]) => {
    const value = metric.value(table);
    const weighted = cells.weights !== undefined;
    const spread = table.total > 0 ? metric.spread(table, squares, weighted) : null;
    const limits = spread
      ? scoreInterval(value, ...spread)
      : wilsonInterval(value, size(table, squares));
    return [name, rate(value, limits, rows.total)];
  });
  return Object.fromEntries(found) as Record<K, Rate>;
}

/** Matthews' correlation of k classes, 0 where one side has a single class. */
function matthews({ true: true_, pred, total }: Margins, right: number): number {
  const spread = (total ** 2 - dot(pred, pred)) * (total ** 2 - dot(true_, true_));
  const several = present(true_) > 1 && present(pred) > 1 && spread > 0;
  return several ? (right * total - dot(true_, pred)) / Math.sqrt(spread) : 0;
}

/** Cohen's kappa, NaN where chance alone agrees always. */
function cohenKappa({ true: true_, pred, total }: Margins, right: number): number {
  const either = true_.map((own, i) => own + (pred[i] as number));
  if (present(either) < 2) return Number.NaN;
  const expected = dot(
    true_,
    pred.map((own) => total - own),
  );
  return 1 - divide(Math.max(total - right, 0) * total, expected);
}

function size(table: Margins, squares: Margins): number {
  return effectiveSize(table.total, squares.total);
}

function sizes(own: Float64Array, squared: Float64Array): Float64Array {
  return own.map((weight, i) => effectiveSize(weight, squared[i] as number));
}

function either({ hits, true: rows, pred: columns }: Margins): Float64Array {
  return hits.map((own, i) => (rows[i] as number) + (columns[i] as number) - own);
}

function even({ hits }: Margins): Float64Array {
  return hits.map(() => 1);
}

function f1({ hits, true: true_, pred }: Margins): Float64Array {
  return hits.map((own, i) => divide(2 * own, (true_[i] as number) + (pred[i] as number)));
}

function lesserSize(table: Margins, squares: Margins): number {
  return Math.min(
    averageSize(even(table), sizes(table.true, squares.true)),
    averageSize(even(table), sizes(table.pred, squares.pred)),
  );
}

/** How many rows a proportion needs for the variance of this average of proportions. */
function averageSize(shares: Float64Array, sizes: Float64Array): number {
  const kept = shares.map((share, i) => ((sizes[i] as number) > 0 ? share : 0));
  const whole = sum(kept);
  const parts = kept.map((share, i) =>
    share > 0 ? (share / whole) ** 2 / (sizes[i] as number) : 0,
  );
  return 1 / sum(parts);
}

/** The mean of the scores that are numbers. */
function mean(scores: Float64Array): number {
  const defined = scores.filter((score) => !Number.isNaN(score));
  return divide(sum(defined), defined.length);
}
