// What the conditions of a selection mean for the codes and values of a column.
import type { Column, Columns } from "./columns.ts";
import type { Leaf, Range, RowSet } from "./selection.ts";
import { fold } from "./spelling.ts";

/** A limit or a value: a number, or a whole number of any size. */
type Limit = number | bigint;

export interface Bounds {
  low: Limit | null;
  high: Limit | null;
  closed_low: boolean;
  closed_high: boolean;
}

const TOP = 1n << 64n;
const SIGN = 1n << 63n;

export function columnOf(columns: Columns, name: string): Column {
  const column = columns.get(name);
  if (!column) throw new Error(`the selection names the unknown column ${name}`);
  return column;
}

export function isWhole(unit: string): boolean {
  return unit !== "float" && unit !== "float32";
}

export function limitOf(text: string, unit: string): Limit {
  if (isWhole(unit)) return BigInt(text);
  const value = text.endsWith("inf") ? (text === "inf" ? Infinity : -Infinity) : Number(text);
  return unit === "float32" ? Math.fround(value) : value;
}

export function boundsOf(leaf: Range, column: Column): Bounds {
  const unit = column.unit ?? "float";
  return {
    low: leaf.low === null ? null : limitOf(leaf.low, unit),
    high: leaf.high === null ? null : limitOf(leaf.high, unit),
    closed_low: leaf.closed === "left" || leaf.closed === "both",
    closed_high: leaf.closed === "right" || leaf.closed === "both",
  };
}

function holds({ low, high, closed_low, closed_high }: Bounds, value: Limit): boolean {
  if (low !== null && (closed_low ? !(value >= low) : !(value > low))) return false;
  return high === null || (closed_high ? value <= high : value < high);
}

/** For each code of the column whether the leaf holds; null when the codes cannot decide. */
export function codesMeeting(leaf: Leaf, column: Column): Uint8Array | null {
  const table = new Uint8Array(column.display_labels.length);
  switch (leaf.op) {
    case "in":
      for (const code of leaf.codes) table[code] = 1;
      return table;
    case "is_null":
      for (const code of column.missing) table[code] = 1;
      return table;
    case "contains": {
      const part = leaf.case ? leaf.text : fold(leaf.text);
      for (let code = 0; code < table.length; code++) {
        const text = textOf(column, code);
        if (text !== null && (leaf.case ? text : fold(text)).includes(part)) table[code] = 1;
      }
      return table;
    }
    case "range": {
      const states = rangeStates(boundsOf(leaf, column), column);
      return states?.includes(SOME) === false ? states : null;
    }
  }
}

export function textOf(column: Column, code: number): string | null {
  if (column.texts) return column.texts[code] ?? null;
  return column.missing.includes(code) ? null : (column.display_labels[code] ?? null);
}

const SOME = 2;

/** 1 for codes that lie inside, 0 for those outside, 2 for those that have rows of both, or may;
 *  null for a column without an order. */
function rangeStates(bounds: Bounds, column: Column): Uint8Array | null {
  const { lows, highs, unit } = column;
  if (!lows || !highs || unit === null) return null;
  return Uint8Array.from(lows, (text, code) => {
    const other = highs[code] ?? null;
    if (text === null || other === null) return 0;
    const [low, high] = [limitOf(text, unit), limitOf(other, unit)];
    const [first, last] = [holds(bounds, low), holds(bounds, high)];
    if (first && last) return 1;
    if (first || last) return SOME;
    // Neither end is inside: the range lies beside them, or somewhere between.
    const above = low === high || (bounds.low !== null && bounds.low >= high);
    const below = bounds.high !== null && bounds.high <= low;
    return above || below ? 0 : SOME;
  });
}

/** Which rows meet a range, by their values where the codes cannot decide; null without values. */
export function rangeRows(leaf: Range, column: Column): Uint8Array | null {
  const bounds = boundsOf(leaf, column);
  const states = rangeStates(bounds, column);
  const { codes, values } = column;
  if (!states || !values) return null;
  const inside = values.dtype === "float64" ? floats(bounds, values.data) : pairs(leaf, column);
  const rows = new Uint8Array(codes.length);
  for (let row = 0; row < rows.length; row++) {
    const state = states[codes[row] as number] as number;
    rows[row] = state === SOME ? inside(row) : state;
  }
  return rows;
}

function floats(bounds: Bounds, data: Float64Array): (row: number) => number {
  return (row) => (holds(bounds, data[row] as number) ? 1 : 0);
}

/** Whole values are compared by halves of 32 bits: a BigInt per row would cost far more. */
function pairs(leaf: Range, column: Column): (row: number) => number {
  const data = column.values?.data as Uint32Array;
  const offset = column.unit === "unsigned" ? 0n : SIGN;
  const { low, high, closed_low, closed_high } = boundsOf(leaf, column);
  // As a closed range of unsigned integers.
  let first = low === null ? 0n : (low as bigint) + offset + (closed_low ? 0n : 1n);
  let last = high === null ? TOP - 1n : (high as bigint) + offset - (closed_high ? 0n : 1n);
  if (first < 0n) first = 0n;
  if (last >= TOP) last = TOP - 1n;
  if (first > last || first >= TOP || last < 0n) return () => 0;
  const [first_high, first_low] = halves(first);
  const [last_high, last_low] = halves(last);
  return (row) => {
    const below = data[2 * row] as number;
    const above = data[2 * row + 1] as number;
    const from = above > first_high || (above === first_high && below >= first_low);
    return from && (above < last_high || (above === last_high && below <= last_low)) ? 1 : 0;
  };
}

function halves(value: bigint): [number, number] {
  return [Number(value >> 32n), Number(value & 0xffffffffn)];
}

/** The rows of a set: one byte per row. */
export function unpackRows(set: RowSet): Uint8Array {
  const rows = new Uint8Array(set.n_samples);
  const bytes = Uint8Array.from(atob(set.bits ?? set.deltas ?? ""), (c) => c.charCodeAt(0));
  if (set.bits !== undefined) {
    for (let row = 0; row < rows.length; row++)
      rows[row] = ((bytes[row >> 3] as number) >> (row & 7)) & 1;
    return rows;
  }
  let row = -1;
  let gap = 0;
  let place = 1;
  for (const byte of bytes) {
    gap += (byte & 0x7f) * place;
    place *= 128;
    if (byte & 0x80) continue;
    row += gap + 1;
    rows[row] = 1;
    gap = 0;
    place = 1;
  }
  return rows;
}

/** A few rows as a set: the gaps between them. */
export function packRows(rows: Iterable<number>, n_samples: number): RowSet {
  const bytes: number[] = [];
  let last = -1;
  for (const row of [...new Set(rows)].sort((a, b) => a - b)) {
    let gap = row - last - 1;
    while (gap >= 128) {
      bytes.push((gap & 0x7f) | 0x80);
      gap >>>= 7;
    }
    bytes.push(gap);
    last = row;
  }
  return { n_samples, deltas: btoa(String.fromCharCode(...bytes)) };
}
