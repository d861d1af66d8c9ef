// Sizes of a matrix, in px: from the number of classes, the longest label and the largest count.
import { count, cutMiddle } from "../components/format.ts";
import { estimate, type TextWidth } from "../components/text-width.ts";
import type { MatrixData } from "./matrix-data.ts";

export interface Geometry {
  cell_width: number;
  cell_height: number;
  /** Count and share on two lines; else the count alone. */
  two_lines: boolean;
  /** Column labels stand at 45° when they do not fit over their cells. */
  slanted: boolean;
  row_header: number;
  total_width: number;
  column_header: number;
  /** Room right of the last column for its slanted label. */
  overhang: number;
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

/** Few classes get large cells with count and share, many get small ones with the count. */
export function sizes(n: number): { width: number; height: number; two_lines: boolean } {
  if (n <= 4) return { width: 92, height: 44, two_lines: true };
  if (n <= 12) return { width: 58, height: 38, two_lines: true };
  return { width: 40, height: 28, two_lines: false };
}

export function geometry(data: MatrixData, textWidth: TextWidth = estimate): Geometry {
  const { n, labels, row_totals, column_totals, max } = data;
  const { width, height: cell_height, two_lines } = sizes(n);
  const widest = textWidth(count(max)) * COUNT_SIZE + PADDING;
  const shown = labels.map((label) => fitting(label, WIDEST_LABEL, textWidth));
  const label_width = Math.max(0, ...shown.map((label) => textWidth(label)));
  const largest_total = Math.max(0, ...row_totals, ...column_totals);
  const total_width = textWidth(count(largest_total)) * TOTAL_SIZE;
  const cell_width = Math.max(width, Math.ceil(widest), Math.ceil(total_width));
  const slanted = label_width > cell_width - 8;
  const reach = Math.ceil(label_width * SIN_45);
  return {
    cell_width,
    cell_height,
    two_lines,
    slanted,
    row_header: Math.ceil(label_width + total_width) + 26,
    total_width: Math.ceil(total_width),
    column_header: slanted ? reach + 34 : 40,
    overhang: slanted ? Math.max(8, reach - cell_width / 2 + 12) : 8,
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
