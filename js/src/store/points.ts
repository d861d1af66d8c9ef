// Points of two numeric columns, singly or counted in bins.
import { POINT_BINS, type PointsAnswer } from "./query.ts";

export function pointsOf(
  rows: Uint32Array,
  xs: Float64Array,
  ys: Float64Array,
  at_most: number,
): PointsAnswer {
  const empty = new Float64Array(0);
  const none = { total: rows.length, x: empty, y: empty, rows: new Uint32Array(0), counts: null };
  if (!rows.length) return { ...none, extent: [0, 0, 0, 0] };
  const [x_low, x_high] = span(rows, xs);
  const [y_low, y_high] = span(rows, ys);
  const extent: PointsAnswer["extent"] = [x_low, x_high, y_low, y_high];
  if (rows.length <= at_most) {
    const pick = (of: Float64Array) => Float64Array.from(rows, (row) => of[row] as number);
    return { ...none, x: pick(xs), y: pick(ys), rows, extent };
  }
  const counts = new Float64Array(POINT_BINS * POINT_BINS);
  for (const row of rows) {
    const cell =
      bin(xs[row] as number, x_low, x_high) * POINT_BINS + bin(ys[row] as number, y_low, y_high);
    counts[cell] = (counts[cell] as number) + 1;
  }
  return { ...none, counts, extent };
}

function span(rows: Uint32Array, values: Float64Array): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const value = values[row] as number;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function bin(value: number, low: number, high: number): number {
  if (high <= low) return 0;
  return Math.min(POINT_BINS - 1, Math.floor(((value - low) / (high - low)) * POINT_BINS));
}
