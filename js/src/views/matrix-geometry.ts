// Sizes of a matrix, in px: from the number of classes, the longest label and the largest count.
import { count, cutMiddle, textWidth } from "../components/format.ts";
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

const LONGEST_LABEL = 22;
const SIN_45 = Math.SQRT1_2;
const PADDING = 12;

export function geometry({ n, labels, row_totals, column_totals, max }: MatrixData): Geometry {
  const [width, cell_height] = n <= 4 ? [92, 44] : n <= 12 ? [58, 38] : [44, 28];
  const widest = textWidth(count(max)) + PADDING;
  const shown = labels.map((label) => cutMiddle(label, LONGEST_LABEL));
  const label_width = Math.max(0, ...shown.map(textWidth));
  const largest_total = Math.max(0, ...row_totals, ...column_totals);
  const total_width = textWidth(count(largest_total));
  const cell_width = Math.max(width, Math.ceil(widest), Math.ceil(total_width) + 6);
  const slanted = label_width > cell_width - 8;
  const reach = Math.ceil(label_width * SIN_45);
  return {
    cell_width,
    cell_height,
    two_lines: n <= 12,
    slanted,
    row_header: Math.ceil(label_width + total_width) + 30,
    total_width: Math.ceil(total_width),
    column_header: slanted ? reach + 34 : 40,
    overhang: slanted ? Math.max(8, reach - cell_width / 2 + 12) : 8,
    labels: shown,
  };
}
