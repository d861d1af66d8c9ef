// Confidence intervals in closed form, at 95 %: what errwidgets/measures/intervals.py says, in the
// same forms, so that both agree to 1e-9 (tests/contract/measures.json).

/** The 97.5 % quantile of the standard normal distribution. */
export const Z_95 = 1.959963984540054;
const Z2 = Z_95 * Z_95;
// A variance this far below that of a plain proportion is the rounding of zero.
const NO_VARIANCE = 1e-12;

export type Interval = readonly [low: number, high: number];
const UNDEFINED: Interval = [Number.NaN, Number.NaN];

/** A number with its 95 % limits and the rows behind it; NaN where there is none. */
export interface Rate {
  value: number;
  ci_low: number;
  ci_high: number;
  support: number;
}

export function rate(value: number, [ci_low, ci_high]: Interval, support: number): Rate {
  return { value, ci_low, ci_high, support };
}

/** `part / whole`, NaN where there is nothing to divide by. */
export function divide(part: number, whole: number): number {
  return whole > 0 ? part / whole : Number.NaN;
}

/** Kish's effective number of rows, (Σw)² / Σw²; 0 without weight. */
export function effectiveSize(weight: number, squared_weight: number): number {
  return squared_weight > 0 ? (weight * weight) / squared_weight : 0;
}

/** Wilson's score interval of a share of `n` rows (with weights, of Kish's effective number). */
export function wilsonInterval(share: number, n: number): Interval {
  if (!(n > 0) || Number.isNaN(share)) return UNDEFINED;
  const rest = 1 - share;
  const root = Z2 / 2 + Z_95 * Math.sqrt(n * share * rest + Z2 / 4);
  // The form without cancellation, exactly 0 at a share of 0 and exactly 1 at 1.
  const low = (n * share * share) / (n * share + root);
  const high =
    share < 0.5 ? (n * share + root) / (n + Z2) : 1 - (n * rest * rest) / (n * rest + root);
  return [low, high];
}

/** The share of a cell or a class: `successes` of `n` rows, with Wilson's interval. */
export function wilson(successes: number, n: number): Rate {
  const share = divide(successes, n);
  return rate(share, wilsonInterval(share, n), n);
}

/** The interval of an F1 score from the `n` rows that are, or are predicted, of its class: that of
 *  the Jaccard index, a plain proportion of these rows, mapped to F1. */
export function f1Interval(f1: number, n: number): Interval {
  const [low, high] = wilsonInterval(f1 / (2 - f1), n);
  return [(2 * low) / (1 + low), (2 * high) / (1 + high)];
}

/** The interval of a metric between `lowest` and 1 with a known variance: Wilson's of a proportion
 *  of as many rows as would give it this variance, or of `n` rows where the variance is 0. */
export function scoreInterval(
  value: number,
  variance: number,
  n: number,
  lowest: number,
): Interval {
  if (!Number.isFinite(value) || !Number.isFinite(variance)) return UNDEFINED;
  const width = 1 - lowest;
  const share = Math.min(Math.max((value - lowest) / width, 0), 1);
  const spread = share * (1 - share);
  const scaled = variance / (width * width);
  const varies = spread > 0 && scaled * n > NO_VARIANCE * spread;
  const [low, high] = wilsonInterval(share, varies ? spread / scaled : n);
  return [lowest + width * low, lowest + width * high];
}

/** The 97.5 % quantile of Student's t, by its asymptotic expansion (Abramowitz and Stegun 26.7.5). */
export function tQuantile(degrees_of_freedom: number): number {
  if (!(degrees_of_freedom > 0)) return Number.NaN;
  const z = Z_95;
  const terms = [
    z,
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  return terms.reduceRight((quantile, term) => quantile / degrees_of_freedom + term, 0);
}

/** Student's interval of a mean whose rows have this mean squared distance from it (divided by n,
 *  not by n - 1); limits below `lowest` are cut, and there are none for a single row. */
export function meanInterval(
  mean: number,
  variance: number,
  n: number,
  lowest = Number.NEGATIVE_INFINITY,
): Interval {
  if (!(n > 1)) return UNDEFINED;
  const half = tQuantile(n - 1) * Math.sqrt(Math.max(variance, 0) / (n - 1));
  return [Math.max(mean - half, lowest), mean + half];
}
