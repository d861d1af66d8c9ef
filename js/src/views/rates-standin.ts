// Rates and intervals from counts, until `measures/` is there: the same names and signatures, Wilson
// limits only (averages come without an interval).

export interface Rate {
  value: number;
  ci_low: number;
  ci_high: number;
  support: number;
}

export interface Cells {
  n: number;
  counts: Float64Array;
}

export interface PerClass {
  precision: Rate[];
  recall: Rate[];
  f1: Rate[];
  specificity: Rate[];
  support: number[];
  predicted: number[];
}

const Z_95 = 1.959963984540054;
const Z2 = Z_95 * Z_95;

function limits(share: number, n: number): [number, number] {
  if (!(n > 0) || Number.isNaN(share)) return [Number.NaN, Number.NaN];
  const rest = 1 - share;
  const root = Z2 / 2 + Z_95 * Math.sqrt(n * share * rest + Z2 / 4);
  return [
    (n * share * share) / (n * share + root),
    share < 0.5 ? (n * share + root) / (n + Z2) : 1 - (n * rest * rest) / (n * rest + root),
  ];
}

export function wilson(successes: number, n: number): Rate {
  const value = n > 0 ? successes / n : Number.NaN;
  const [ci_low, ci_high] = limits(value, n);
  return { value, ci_low, ci_high, support: n };
}

function f1(hits: number, either: number): Rate {
  const jaccard = wilson(hits, either);
  const mapped = (j: number) => (2 * j) / (1 + j);
  const { value, ci_low, ci_high } = jaccard;
  return {
    value: mapped(value),
    ci_low: mapped(ci_low),
    ci_high: mapped(ci_high),
    support: either,
  };
}

export function perClass({ n, counts }: Cells): PerClass {
  const found: PerClass = {
    precision: [],
    recall: [],
    f1: [],
    specificity: [],
    support: [],
    predicted: [],
  };
  const { rows, columns, total } = sums(n, counts);
  for (let i = 0; i < n; i++) {
    const hits = counts[i * n + i] as number;
    const [own, given] = [rows[i] as number, columns[i] as number];
    found.precision.push(wilson(hits, given));
    found.recall.push(wilson(hits, own));
    found.f1.push(f1(hits, own + given - hits));
    found.specificity.push(wilson(total - own - given + hits, total - own));
    found.support.push(own);
    found.predicted.push(given);
  }
  return found;
}

export function overall(cells: Cells): Record<string, Rate> {
  const { n, counts } = cells;
  const { rows, total } = sums(n, counts);
  let hits = 0;
  for (let i = 0; i < n; i++) hits += counts[i * n + i] as number;
  const known = perClass(cells).f1.filter(({ value }) => !Number.isNaN(value));
  const macro = known.reduce((sum, { value }) => sum + value, 0) / known.length;
  return {
    accuracy: wilson(hits, total),
    macro_f1: { value: macro, ci_low: Number.NaN, ci_high: Number.NaN, support: total },
    baseline_accuracy: wilson(Math.max(0, ...rows), total),
  };
}

function sums(n: number, counts: Float64Array) {
  const rows = new Float64Array(n);
  const columns = new Float64Array(n);
  let total = 0;
  for (let t = 0; t < n; t++)
    for (let p = 0; p < n; p++) {
      const value = counts[t * n + p] as number;
      rows[t] = (rows[t] as number) + value;
      columns[p] = (columns[p] as number) + value;
      total += value;
    }
  return { rows, columns, total };
}
