// The metrics of a regression that sums over rows decide; medians and R² need the rows themselves.
import {
  divide,
  effectiveSize,
  type Interval,
  meanInterval,
  type Rate,
  rate,
} from "./intervals.ts";

/** Sums over rows of the residual r = y_true - y_pred; each row's times its weight where there are
 *  weights. */
export interface ResidualSums {
  /** Rows. */
  n: number;
  sum: number;
  sum_absolute: number;
  sum_squares: number;
  /** Σ r⁴: without it the root mean squared error has no interval. */
  sum_fourth_powers?: number;
  /** Summed weights, and their squares; without them every row weighs 1. */
  weight?: number;
  squared_weight?: number;
}

export type RegressionMetric = "mean_absolute_error" | "root_mean_squared_error" | "bias";

/** Mean absolute error, root mean squared error and bias (positive where predictions are too high),
 *  with Student's interval as in errwidgets/measures/regression.py. */
export function regression(sums: ResidualSums): Record<RegressionMetric, Rate> {
  const { n, weight = n, squared_weight = n } = sums;
  if (sums.weight !== undefined && sums.squared_weight === undefined)
    throw new Error("summed weights need their squares beside them");
  const size = effectiveSize(weight, squared_weight);
  const of = (sum: number, squares: number, lowest: number): readonly [number, Interval] => {
    const mean = divide(sum, weight);
    const square = divide(squares, weight);
    return [mean, meanInterval(mean, spread(mean, square, n), size, lowest)];
  };
  const absolute = of(sums.sum_absolute, sums.sum_squares, 0);
  const signed = of(0 - sums.sum, sums.sum_squares, Number.NEGATIVE_INFINITY);
  const [square, [low, high]] = of(sums.sum_squares, sums.sum_fourth_powers ?? Number.NaN, 0);
  return {
    mean_absolute_error: rate(...absolute, n),
    root_mean_squared_error: rate(Math.sqrt(square), [Math.sqrt(low), Math.sqrt(high)], n),
    bias: rate(...signed, n),
  };
}

/** The mean squared distance from the mean. What is left of it may be the rounding of the two sums
 *  alone, as where all rows are equal: that counts as 0. */
function spread(mean: number, square: number, n: number): number {
  const left = square - mean * mean;
  return left <= 4 * (n + 1) * Number.EPSILON * square ? 0 : left;
}
