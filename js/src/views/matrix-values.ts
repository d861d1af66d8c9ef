// What stands in a cell: its number, its share, its fill, and how it differs from all rows.
import { count, percent, points } from "../components/format.ts";
import { cellFill, type Fill, type FillKind } from "../components/ramp.ts";
import type { Scheme } from "../components/scheme.ts";
import type { MatrixData } from "./matrix-data.ts";
import type { MatrixOptions, Normalize } from "./matrix-options.ts";

export interface Drawing {
  /** By place, of the rows that other views select. */
  data: MatrixData;
  /** By place, of all rows. */
  all: MatrixData;
  folded: number | null;
  options: Pick<MatrixOptions, "normalize" | "color" | "scale">;
  /** Mark what differs from all rows. */
  compared: boolean;
  scheme: Scheme;
  /** What is said and filled in place of shares: of a regression. */
  look?: (row: number, column: number) => CellLook;
}

export interface CellLook {
  top: string;
  /** On a second line, where there is one. */
  below: string;
  /** After the name of the cell. */
  said: string;
  fill: Fill | null;
  /** The share less that of all rows, in points; 0 where nothing is compared. */
  change: number;
}

/** Below this a share is a dot, as rounding would leave nothing of it. */
const DOT = 0.005;

export function kindOf(row: number, column: number, folded: number | null): FillKind {
  if (row !== column) return "mistake";
  return row === folded ? "rest" : "correct";
}

/** A cell's share of its true class, of its predicted class, or of all rows; NaN of none. */
export function shareOf(
  data: MatrixData,
  normalize: Normalize,
  row: number,
  column: number,
): number {
  const { row_totals, column_totals, total, at } = data.mass;
  const base = { true: row_totals[row], pred: column_totals[column], all: total }[
    normalize ?? "true"
  ];
  return base ? at(row, column) / base : Number.NaN;
}

/** "of true Blouses": what a share is a share of. */
export function baseInWords(
  labels: readonly string[],
  normalize: Normalize,
  row: number,
  column: number,
): string {
  if (normalize === "all") return "of all rows";
  return normalize === "pred" ? `of predicted ${labels[column]}` : `of true ${labels[row]}`;
}

export function cellLook(drawing: Drawing, row: number, column: number, roomy: boolean): CellLook {
  if (drawing.look) return drawing.look(row, column);
  const { data, all, folded, options, compared, scheme } = drawing;
  const { normalize } = options;
  const value = data.at(row, column);
  const share = shareOf(data, normalize, row, column);
  const change = compared ? share - shareOf(all, normalize, row, column) : 0;
  const kind = kindOf(row, column, folded);
  const filled = value > 0 && (options.color === "all" || kind === "mistake");
  const shown = value > 0 ? percent(share) : "";
  const said = value > 0 ? `, ${shown} ${baseInWords(data.labels, normalize, row, column)}` : "";
  // Of no rows there is no share, and nothing to compare.
  const differs = Number.isFinite(change) && Math.round(change * 100) !== 0;
  return {
    top: value === 0 ? "" : normalize === null ? count(value) : roomy ? shown : bare(share),
    below: value === 0 ? "" : normalize === null ? shown : count(value),
    said: differs ? `${said}, ${points(change)} points against all rows` : said,
    fill: filled ? cellFill(strength(drawing, value, share), kind, scheme) : null,
    change: differs ? Math.round(change * 100) : 0,
  };
}

/** A percentage where the sign stands below the matrix. */
function bare(share: number): string {
  if (share < DOT) return "·";
  return share < 1 && share >= 1 - DOT ? ">99" : (share * 100).toFixed(0);
}

/** How strong a fill is: the share on a fixed domain of 0 to 1, or the logarithm of the count on one
 *  from 1 to the largest of all rows. The ramp takes a square root, which is undone for logarithms. */
function strength({ all, options }: Drawing, value: number, share: number): number {
  if (options.scale !== "log" || options.normalize !== null) return share;
  return all.max > 1 ? (Math.log(value) / Math.log(all.max)) ** 2 : 1;
}
