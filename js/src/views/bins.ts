// The bins of a regression: unions of the fine bins that the page holds.
import { shownBins } from "../store/lens.ts";
import { type Predicate, type Range, spellNumber } from "../store/selection.ts";
import type { Places } from "./class-places.ts";

export interface Bin {
  label: string;
  /** Above this and up to that; null at the ends. */
  low: number | null;
  high: number | null;
}

export interface Binned {
  /** How many were asked for. */
  wanted: number | null;
  bins: Bin[];
  /** Which fine bins stand at each place. */
  places: Places;
  /** Every place by itself. */
  plain: Places;
}

const SHOWN = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 4 });

/** The bins that are shown, and which fine ones each is made of. */
export function binPlaces(
  n_codes: number,
  edges: readonly number[],
  wanted: number | null,
): Binned {
  const starts = shownBins(n_codes, wanted);
  const bins = starts.map((start, i) => {
    const next = starts[i + 1];
    const low = start === 0 ? null : (edges[start - 1] ?? null);
    const high = next === undefined ? null : (edges[next - 1] ?? null);
    return { label: rangeText(low, high), low, high };
  });
  const place_of = new Int32Array(n_codes);
  const groups = starts.map((start, i) => {
    const end = starts[i + 1] ?? n_codes;
    const codes = Array.from({ length: end - start }, (_, k) => start + k);
    for (const code of codes) place_of[code] = i;
    return codes;
  });
  const labels = bins.map(({ label }) => label);
  const each = { groups: bins.map((_, i) => [i]), place_of: Int32Array.from(bins, (_, i) => i) };
  return {
    wanted,
    bins,
    places: { groups, labels, place_of, folded: null },
    plain: { ...each, labels, folded: null },
  };
}

function rangeText(low: number | null, high: number | null): string {
  if (low === null) return high === null ? "any" : `≤ ${SHOWN.format(high)}`;
  return high === null ? `> ${SHOWN.format(low)}` : `${SHOWN.format(low)}–${SHOWN.format(high)}`;
}

/** A range of neighbouring bins of an axis. */
export function binRange(column: string, bins: readonly Bin[], from: number, to: number): Range {
  const limit = (value: number | null | undefined) =>
    value === null || value === undefined ? null : spellNumber(value);
  return {
    op: "range",
    column,
    low: limit(bins[from]?.low),
    high: limit(bins[to]?.high),
    closed: "right",
  };
}

/** Bins of both axes. */
export function binBlock(rows: number[], columns: number[], bins: readonly Bin[]): Predicate {
  return { op: "all", of: [axis("y_true", rows, bins), axis("y_pred", columns, bins)] };
}

/** Bins of one axis: a range for each run of neighbours. */
function axis(column: string, places: readonly number[], bins: readonly Bin[]): Predicate {
  const runs: [number, number][] = [];
  for (const place of places) {
    const last = runs.at(-1);
    if (last && last[1] === place - 1) last[1] = place;
    else runs.push([place, place]);
  }
  const ranges = runs.map(([from, to]) => binRange(column, bins, from, to));
  return ranges.length === 1 ? (ranges[0] as Predicate) : { op: "any", of: ranges };
}
