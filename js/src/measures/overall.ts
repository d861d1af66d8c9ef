// The metrics over all classes: what `evaluation.summary()` says of the confusion counts.
import { type Cells, type Margins, sum, tables } from "./cells.ts";
import * as gradients from "./gradients.ts";
import {
  divide,
  effectiveSize,
  type Rate,
  rate,
  scoreInterval,
  wilsonInterval,
} from "./intervals.ts";

export type OverallMetric =
  | "accuracy"
  | "error_rate"
  | "balanced_accuracy"
  | "macro_precision"
  | "macro_recall"
  | "macro_f1"
  | "weighted_f1"
  | "mcc"
  | "cohen_kappa"
  | "baseline_accuracy";

/** What an interval is made of: the variance, the rows to fall back on where it is 0, and the
 *  lowest value that the metric can have. */
type Spread = readonly [variance: number, size: number, lowest: number];

// Sums of weights this close are equal but for rounding: the first of the classes is the majority.
const TIE = 1e-12;

/** The metrics over all classes with their intervals; each has all rows as `support`.
 *
 *  Shares of rows have Wilson's interval, averages and coefficients the delta variance turned into
 *  Wilson limits. With weights the shares have a variance too: Kish's number takes weights and
 *  mistakes as unrelated. */
export function overall(cells: Cells): Record<OverallMetric, Rate> {
  const { table, squares, rows } = tables(cells);
  const effective = effectiveSize(table.total, squares.total);
  const spreads = table.total > 0 ? variances(table, squares) : {};
  if (cells.weights && table.total > 0)
    Object.assign(spreads, shareVariances(table, squares, effective));
  const found: Partial<Record<OverallMetric, Rate>> = {};
  for (const [name, value] of Object.entries(values(table)) as [OverallMetric, number][]) {
    const spread = spreads[name];
    const limits = spread ? scoreInterval(value, ...spread) : wilsonInterval(value, effective);
    found[name] = rate(value, limits, rows.total);
  }
  return found as Record<OverallMetric, Rate>;
}

function values(table: Margins): Record<OverallMetric, number> {
  const { hits, true: true_, pred, total } = table;
  const right = sum(hits);
  const recall = mean(hits.map((own, i) => divide(own, true_[i] as number)));
  const f1 = hits.map((own, i) => divide(2 * own, (true_[i] as number) + (pred[i] as number)));
  // A class without rows has no weight, whatever its F1 is.
  const weighted = f1.map((own, i) => (true_[i] ? own * true_[i] : 0));
  return {
    accuracy: divide(right, total),
    error_rate: divide(Math.max(total - right, 0), total),
    balanced_accuracy: recall,
    macro_precision: mean(hits.map((own, i) => divide(own, pred[i] as number))),
    macro_recall: recall,
    macro_f1: mean(f1),
    weighted_f1: divide(sum(weighted), total),
    mcc: total > 0 ? matthews(table, right) : Number.NaN,
    cohen_kappa: total > 0 ? cohenKappa(table, right) : Number.NaN,
    baseline_accuracy: divide(Math.max(...true_), total),
  };
}

/** Matthews' correlation of k classes, 0 where one side has a single class. */
function matthews({ true: true_, pred, total }: Margins, right: number): number {
  const { dot, present } = gradients;
  const spread = (total ** 2 - dot(pred, pred)) * (total ** 2 - dot(true_, true_));
  const several = present(true_) > 1 && present(pred) > 1 && spread > 0;
  return several ? (right * total - dot(true_, pred)) / Math.sqrt(spread) : 0;
}

/** Cohen's kappa, NaN where chance alone agrees always. */
function cohenKappa({ true: true_, pred, total }: Margins, right: number): number {
  const either = true_.map((own, i) => own + (pred[i] as number));
  if (gradients.present(either) < 2) return Number.NaN;
  const expected = gradients.dot(
    true_,
    pred.map((own) => total - own),
  );
  return 1 - divide(Math.max(total - right, 0) * total, expected);
}

function variances(table: Margins, squares: Margins): Partial<Record<OverallMetric, Spread>> {
  const { hits, true: true_, pred } = table;
  const size = (own: Float64Array, squared: Float64Array) =>
    own.map((weight, i) => effectiveSize(weight, squared[i] as number));
  const either = ({ hits, true: rows, pred: columns }: Margins) =>
    hits.map((own, i) => (rows[i] as number) + (columns[i] as number) - own);
  const even = hits.map(() => 1);
  const union = size(either(table), either(squares));
  const by_true = averageSize(even, size(true_, squares.true));
  const by_pred = averageSize(even, size(pred, squares.pred));
  const lesser = Math.min(by_true, by_pred);
  const { present } = gradients;
  const of = (gradient: gradients.Gradient | null) => gradients.variance(gradient, table, squares);
  const recall = of(gradients.macroRecall(table, present(true_)));
  const precision = of(gradients.macroPrecision(table, present(pred)));
  const f1 = of(gradients.macroF1(table, present(either(table))));
  return {
    balanced_accuracy: [recall, by_true, 0],
    macro_precision: [precision, by_pred, 0],
    macro_recall: [recall, by_true, 0],
    macro_f1: [f1, averageSize(even, union), 0],
    weighted_f1: [of(gradients.weightedF1(table)), averageSize(true_, union), 0],
    mcc: [of(gradients.matthews(table)), lesser, -1],
    cohen_kappa: [of(gradients.cohenKappa(table)), lesser, -1],
  };
}

function shareVariances(
  table: Margins,
  squares: Margins,
  size: number,
): Partial<Record<OverallMetric, Spread>> {
  const most = Math.max(...table.true) * (1 - TIE);
  const majority = table.true.findIndex((own) => own >= most);
  const right = gradients.variance(gradients.accuracy(table), table, squares);
  const baseline = gradients.variance(gradients.classShare(table, majority), table, squares);
  return {
    accuracy: [right, size, 0],
    error_rate: [right, size, 0],
    baseline_accuracy: [baseline, size, 0],
  };
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
