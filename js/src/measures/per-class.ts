// Precision, recall, F1 and specificity of each class: `evaluation.per_class()` in the browser.
import { type Cells, type Margins, tables } from "./cells.ts";
import {
  divide,
  effectiveSize,
  f1Interval,
  type Interval,
  type Rate,
  rate,
  wilsonInterval,
} from "./intervals.ts";

export interface PerClass {
  precision: Rate[];
  recall: Rate[];
  f1: Rate[];
  specificity: Rate[];
  /** Rows (summed weights) of the true class. */
  support: number[];
  /** Rows (summed weights) predicted as the class. */
  predicted: number[];
  /** Rows of the true class, whatever they weigh. */
  n_samples: number[];
}

/** The metrics of each class; NaN where one divides by nothing. The `support` of a rate are the
 *  rows that it is a share of: for F1 those that are, or are predicted, of the class. */
export function perClass(cells: Cells): PerClass {
  const { table, squares, rows } = tables(cells);
  const found: PerClass = {
    precision: [],
    recall: [],
    f1: [],
    specificity: [],
    support: Array.from(table.true),
    predicted: Array.from(table.pred),
    n_samples: Array.from(rows.true),
  };
  for (let i = 0; i < cells.n; i++) {
    const own = parts(table, i);
    const squared = parts(squares, i);
    const counted = parts(rows, i);
    const size = (whole: Whole) => effectiveSize(own[whole], squared[whole]);
    const of = (score: number, whole: Whole, interval: (score: number, n: number) => Interval) =>
      rate(score, interval(score, size(whole)), counted[whole]);
    found.precision.push(of(divide(own.hits, own.pred), "pred", wilsonInterval));
    found.recall.push(of(divide(own.hits, own.true), "true", wilsonInterval));
    found.f1.push(of(2 * divide(own.hits, own.true + own.pred), "either", f1Interval));
    found.specificity.push(of(divide(own.true_negatives, own.rest), "rest", wilsonInterval));
  }
  return found;
}

type Whole = "pred" | "true" | "either" | "rest";

function parts(table: Margins, i: number) {
  const hits = table.hits[i] as number;
  const own = table.true[i] as number;
  const pred = table.pred[i] as number;
  const rest = table.total - own;
  // Rounding of weighted sums must not leave a class with fewer than no true negatives.
  const true_negatives = Math.max(rest - (pred - hits), 0);
  return { hits, true: own, pred, either: own + pred - hits, rest, true_negatives };
}
