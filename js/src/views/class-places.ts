// Which class stands where on the axes: in which order, and which ones share the place "(other)".
import type { MatrixData } from "./matrix-data.ts";
import type { Order } from "./matrix-options.ts";

export interface Places {
  /** Codes of the classes at each place: one, or all that are folded. */
  groups: readonly (readonly number[])[];
  labels: readonly string[];
  /** The place of each code. */
  place_of: Int32Array;
  /** The place of the folded classes. */
  folded: number | null;
}

export const OTHER = "(other)";
/** More classes than this are folded: the most confused ones stay. */
export const MOST_PLACES = 50;

const NAMES = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** The places of all classes. Orders are those of all rows, so that a filter moves nothing. */
export function classPlaces(
  all: MatrixData,
  order: Order,
  cluster: readonly number[] | null,
  brought: readonly number[],
): Places {
  const codes = ordered(all, order, cluster);
  const kept = keptCodes(all, brought);
  const shown = codes.filter((code) => kept.has(code));
  const rest = codes.filter((code) => !kept.has(code));
  const groups = shown.map((code) => [code]);
  const labels = shown.map((code) => all.labels[code] as string);
  if (rest.length) {
    groups.push(rest);
    labels.push(OTHER);
  }
  const place_of = new Int32Array(all.n);
  groups.forEach((group, place) => {
    for (const code of group) place_of[code] = place;
  });
  return { groups, labels, place_of, folded: rest.length ? groups.length - 1 : null };
}

/** Rows that are mistaken for another class, and rows that are mistaken for this one. */
export function confusions(data: MatrixData, code: number): number {
  const own = (data.row_totals[code] ?? 0) + (data.column_totals[code] ?? 0);
  return own - 2 * (data.hits[code] ?? 0);
}

function ordered(data: MatrixData, order: Order, cluster: readonly number[] | null): number[] {
  const codes = Array.from({ length: data.n }, (_, i) => i);
  const most = (amount: (code: number) => number) =>
    codes.sort((a, b) => amount(b) - amount(a) || a - b);
  switch (order) {
    case "given":
      return codes;
    case "name":
      return codes.sort((a, b) => NAMES.compare(data.labels[a] ?? "", data.labels[b] ?? ""));
    case "support":
      return most((code) => data.row_totals[code] ?? 0);
    case "error":
      return most((code) => confusions(data, code));
    case "cluster":
      return cluster ? [...cluster] : codes;
  }
}

/** All classes, or the most confused of many. A class that was asked for takes the place of the
 *  least confused one. */
function keptCodes(data: MatrixData, brought: readonly number[]): Set<number> {
  const ranked = ordered(data, "error", null);
  if (data.n <= MOST_PLACES) return new Set(ranked);
  const asked = brought.slice(-(MOST_PLACES - 1));
  const others = ranked.filter((code) => !asked.includes(code));
  return new Set([...asked, ...others.slice(0, MOST_PLACES - 1 - asked.length)]);
}
