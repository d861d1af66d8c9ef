// Sizes of a matrix, in px: from the number of classes, the longest label and the largest count.
import { count, cutMiddle } from "../components/format.ts";
import { estimate, type TextWidth } from "../components/text-width.ts";
import type { MatrixData } from "./matrix-data.ts";
import type { Metric } from "./matrix-options.ts";

export interface Geometry {
  cell_width: number;
  cell_height: number;
  /** Count and share on two lines; else one of them. */
  two_lines: boolean;
  /** Column labels stand at 45° when they do not fit over their cells. */
  slanted: boolean;
  row_header: number;
  /** Of the longest label as drawn. */
  label_width: number;
  total_width: number;
  column_header: number;
  /** Room right of the last column for its slanted label. */
  overhang: number;
  /** Of the whole grid, headers and overhang included. */
  width: number;
  /** Of the rows, without the column headers. */
  height: number;
  /** Labels as drawn, cut in the middle when too long. */
  labels: string[];
}

const WIDEST_LABEL = 150;
/** Counts are not in semibold. */
const COUNT_SIZE = 0.95;
/** Totals are set in 11 px, labels in 12.5 px. */
const TOTAL_SIZE = 0.88;
const SIN_45 = Math.SQRT1_2;
const PADDING = 12;

/** Few classes get large cells with count and share, many get small ones with one number. */
export function sizes(n: number): { width: number; height: number; two_lines: boolean } {
  if (n <= 4) return { width: 92, height: 44, two_lines: true };
  if (n <= 12) return { width: 58, height: 38, two_lines: true };
  return { width: 40, height: 28, two_lines: false };
}

/** `totals`: the rows of each class stand beside its name, too. */
export function geometry(
  data: MatrixData,
  textWidth: TextWidth = estimate,
  totals = true,
): Geometry {
  const { n, labels, row_totals, column_totals, max } = data;
  const { width, height: cell_height, two_lines } = sizes(n);
  const widest = textWidth(count(max)) * COUNT_SIZE + PADDING;
  const shown = labels.map((label) => fitting(label, WIDEST_LABEL, textWidth));
  const label_width = Math.max(0, ...shown.map((label) => textWidth(label)));
  const largest_total = Math.max(0, ...row_totals, ...column_totals);
  const total_width = Math.ceil(textWidth(count(largest_total)) * TOTAL_SIZE);
  const cell_width = Math.max(width, Math.ceil(widest), total_width);
  const slanted = label_width > cell_width - 8;
  const reach = Math.ceil(label_width * SIN_45);
  const row_header = Math.ceil(label_width) + (totals ? total_width + 26 : 16);
  const overhang = slanted ? Math.max(8, reach - cell_width / 2 + 12) : 8;
  return {
    cell_width,
    cell_height,
    two_lines,
    slanted,
    row_header,
    label_width: Math.ceil(label_width),
    total_width,
    column_header: slanted ? reach + 34 : 40,
    overhang,
    width: row_header + n * cell_width + overhang,
    height: n * cell_height,
    labels: shown,
  };
}

/** Cut a name in its middle until it fits. */
function fitting(label: string, width: number, textWidth: TextWidth): string {
  let shown = cutMiddle(label, 40);
  for (let length = Math.min(40, [...label].length) - 1; length > 3; length--) {
    if (textWidth(shown) <= width) break;
    shown = cutMiddle(label, length);
  }
  return shown;
}

/** A taller matrix scrolls in a box of its own. */
export const TALLEST = 640;

export function boxed({ height }: Geometry): boolean {
  return height > TALLEST;
}

export interface Arrangement {
  /** The rates stand beside the matrix, row by row; else below it with names of their own. */
  rates_beside: boolean;
  /** The list stands at the right; else below. */
  list_beside: boolean;
  /** Between the matrix and its rates: less than nothing where these stand under the overhang of
   *  the last label. */
  gap: number;
  /** Of the drawing of an interval. */
  interval: number;
  metrics: readonly Metric[];
}

interface Parts {
  /** Width of the whole, in px; 0: not known yet, taken as wide. */
  room: number;
  matrix: Geometry;
  /** The rates that were chosen; null: those that fit. */
  metrics: readonly Metric[] | null;
  /** There is a list of confusions. */
  listed: boolean;
}

const GAP = 24;
const LIST = 232;
/** The number of a rate, and the room around it and its interval. */
export const RATE_TEXT = 32;
export const RATE_GAP = 6;
const COLUMN_GAP = 20;
const SUPPORT = 44;
const INTERVALS = { least: 64, most: 96 };
/** A matrix wider than the page scrolls anyway. Its rates stay beside it when that leaves most of it
 *  in sight, or when little was in sight at all. */
const MOST_OF_IT = 0.6;
const MUCH_WIDER = 1.5;
const LEAST_MATRIX = 480;
const SCROLLED_MATRIX = 640;

const ALL_RATES: readonly Metric[] = ["precision", "recall", "f1"];
/** F1 says nothing that the other two do not. */
const FEWER_RATES: readonly Metric[] = ["precision", "recall"];

/** Where the parts stand in a cell of a given width. */
export function arrangement({ room, matrix, metrics, listed }: Parts): Arrangement {
  if (metrics) return placed(room, matrix, metrics, listed);
  const [all, fewer] = [ALL_RATES, FEWER_RATES].map((rates) =>
    placed(room, matrix, rates, listed),
  ) as [Arrangement, Arrangement];
  const both = [all, fewer];
  const complete = both.find((found) => found.list_beside);
  return complete ?? both.find((found) => found.rates_beside) ?? all;
}

function placed(
  room: number,
  matrix: Geometry,
  metrics: readonly Metric[],
  listed: boolean,
): Arrangement {
  const wide = room > 0 ? room : Number.POSITIVE_INFINITY;
  const { least, most } = INTERVALS;
  const rates = (interval: number) =>
    metrics.length * (RATE_TEXT + RATE_GAP + interval + COLUMN_GAP) + SUPPORT;
  const list = LIST + GAP;
  // Not in a box, where a scroll bar stands.
  const under = boxed(matrix) ? GAP : GAP - matrix.overhang;
  const fits = matrix.width + under + rates(least) <= wide;
  const left_for_matrix = wide - rates(least) - GAP;
  const scrolls =
    !fits &&
    matrix.width > wide &&
    left_for_matrix >= LEAST_MATRIX &&
    (left_for_matrix >= MOST_OF_IT * matrix.width || matrix.width > MUCH_WIDER * wide);
  const gap = scrolls ? GAP : under;
  const list_fits = fits
    ? matrix.width + gap + rates(least) + list <= wide
    : scrolls && left_for_matrix - list >= SCROLLED_MATRIX;
  const list_beside = listed && list_fits;
  const spare = wide - matrix.width - gap - rates(0) - (list_beside ? list : 0);
  const interval = fits && metrics.length ? Math.floor(spare / metrics.length) : least;
  return {
    rates_beside: fits || scrolls,
    list_beside,
    gap,
    interval: Math.max(least, Math.min(most, interval)),
    metrics,
  };
}
