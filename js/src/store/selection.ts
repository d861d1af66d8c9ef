// Predicates and clauses, and three of their readings: mask, pandas query, words.
// The fourth, and the same rules, are in `errwidgets/selection/`; `tests/contract/` holds both
// to the same answers.
import { boundsOf, codesMeeting, columnOf, rangeRows, unpackRows } from "./codes.ts";
import type { Column, Columns } from "./columns.ts";
import { spoken } from "./spelling.ts";

export { codesMeeting, columnOf } from "./codes.ts";
export { queryString } from "./pandas.ts";
export { spellNumber } from "./spelling.ts";

/** A set of rows in base64: a bit per row, or the gaps between rows in LEB128. */
export interface RowSet {
  n_samples: number;
  bits?: string;
  deltas?: string;
}

/** What Python says of a condition that the page cannot decide by the columns it has. */
export interface Given {
  rows: RowSet;
  words: string;
  query: string | null;
  negated_query: string | null;
}

export interface In {
  op: "in";
  column: string;
  codes: number[];
  given?: Given;
}

export interface Range {
  op: "range";
  column: string;
  /** Limits as `WireColumn.unit` says; null for an open end. */
  low: string | null;
  high: string | null;
  closed: "right" | "left" | "both" | "neither";
  given?: Given;
}

export interface IsNull {
  op: "is_null";
  column: string;
  given?: Given;
}

export interface Contains {
  op: "contains";
  column: string;
  text: string;
  case: boolean;
  given?: Given;
}

export interface Rows extends RowSet {
  op: "rows";
  words: string;
  query: string | null;
}

/** A condition on one column. */
export type Leaf = In | Range | IsNull | Contains;

export type Predicate =
  | Leaf
  | Rows
  | { op: "not"; of: Predicate }
  | { op: "all"; of: Predicate[] }
  | { op: "any"; of: Predicate[] };

export interface Clause {
  source: string;
  predicate: Predicate;
}

const SHOWN_IN_WORDS = 3;
const SUBJECTS = new Map([
  ["y_true", "true"],
  ["y_pred", "predicted"],
]);

/** Which rows meet a predicate: one byte per row.
 *
 *  @param n_rows How many rows the columns hold.
 *  @param drawn Their numbers, where they are a sample. */
export function mask(
  predicate: Predicate,
  columns: Columns,
  n_rows: number,
  drawn?: Uint32Array,
): Uint8Array {
  switch (predicate.op) {
    case "rows":
      return unpacked(predicate, drawn);
    case "not": {
      const result = mask(predicate.of, columns, n_rows, drawn);
      for (let row = 0; row < n_rows; row++) result[row] = 1 - (result[row] as number);
      return result;
    }
    case "all":
    case "any": {
      const all = predicate.op === "all";
      const result = new Uint8Array(n_rows).fill(all ? 1 : 0);
      for (const part of predicate.of) {
        const other = mask(part, columns, n_rows, drawn);
        for (let row = 0; row < n_rows; row++) {
          const value = other[row] as number;
          result[row] = all ? (result[row] as number) & value : (result[row] as number) | value;
        }
      }
      return result;
    }
    default:
      return leafRows(predicate, columns, n_rows, drawn);
  }
}

function unpacked(set: RowSet, drawn: Uint32Array | undefined): Uint8Array {
  const rows = unpackRows(set);
  return drawn ? Uint8Array.from(drawn, (row) => rows[row] as number) : rows;
}

/** The conditions that a predicate is made of. */
export function leaves(predicate: Predicate): (Leaf | Rows)[] {
  switch (predicate.op) {
    case "not":
      return leaves(predicate.of);
    case "all":
    case "any":
      return predicate.of.flatMap(leaves);
    default:
      return [predicate];
  }
}

/** The columns that a predicate speaks of. */
export function columnsOf(predicate: Predicate): string[] {
  return [...new Set(leaves(predicate).flatMap((leaf) => (leaf.op === "rows" ? [] : leaf.column)))];
}

function leafRows(
  leaf: Leaf,
  columns: Columns,
  n_rows: number,
  drawn: Uint32Array | undefined,
): Uint8Array {
  const known = columns.get(leaf.column);
  // A column may be described without its codes.
  const column = known?.codes.length === n_rows ? known : undefined;
  const wanted = column && codesMeeting(leaf, column);
  if (wanted) {
    const { codes } = column;
    const result = new Uint8Array(codes.length);
    for (let row = 0; row < result.length; row++)
      result[row] = wanted[codes[row] as number] as number;
    return result;
  }
  const rows = column && leaf.op === "range" ? rangeRows(leaf, column) : null;
  if (rows) return rows;
  if (leaf.given) return unpacked(leaf.given.rows, drawn);
  throw new Error(`the page cannot decide a condition on ${columnOf(columns, leaf.column).name}`);
}

/** Whether the page has the column of a condition. */
export function isKnown(leaf: Leaf, columns: Columns): boolean {
  return columns.has(leaf.column);
}

/** A predicate on some columns as a test of one code of each, in their order; null when it names
 *  another column, or needs more than codes. */
export function codesTest(
  predicate: Predicate,
  columns: Columns,
  names: readonly string[],
): ((codes: readonly number[]) => boolean) | null {
  switch (predicate.op) {
    case "rows":
      return null;
    case "not": {
      const inner = codesTest(predicate.of, columns, names);
      return inner && ((codes) => !inner(codes));
    }
    case "all":
    case "any": {
      const tests = predicate.of.map((part) => codesTest(part, columns, names));
      if (tests.some((test) => test === null)) return null;
      const known = tests as ((codes: readonly number[]) => boolean)[];
      return predicate.op === "all"
        ? (codes) => known.every((test) => test(codes))
        : (codes) => known.some((test) => test(codes));
    }
    default: {
      const place = names.indexOf(predicate.column);
      const wanted =
        place < 0 ? null : codesMeeting(predicate, columnOf(columns, predicate.column));
      return wanted && ((codes) => wanted[codes[place] as number] === 1);
    }
  }
}

/** A predicate on the two label columns as a test of one (true, predicted) pair of codes;
 *  null when it names any other column. */
export function pairTest(
  predicate: Predicate,
  columns: Columns,
): ((true_code: number, pred_code: number) => boolean) | null {
  const test = codesTest(predicate, columns, ["y_true", "y_pred"]);
  return test && ((true_code, pred_code) => test([true_code, pred_code]));
}

// ------------------------------------------------------------------ words

export function joinWords(items: readonly string[], separator = ", "): string {
  // Between groups that hold commas and "or" of their own the last joint is marked too.
  const last = separator === ", " ? " or " : `${separator}or `;
  if (items.length > SHOWN_IN_WORDS) {
    const rest = (items.length - SHOWN_IN_WORDS).toLocaleString("en-US");
    return `${items.slice(0, SHOWN_IN_WORDS).join(separator)}${last}${rest} more`;
  }
  if (items.length > 1) return `${items.slice(0, -1).join(separator)}${last}${items.at(-1)}`;
  return items[0] ?? "nothing";
}

/** A predicate in words; `shorten` is applied to each label. */
export function words(
  predicate: Predicate,
  columns: Columns,
  shorten: (label: string) => string = (label) => label,
): string {
  switch (predicate.op) {
    case "rows":
      return predicate.words;
    case "not": {
      const text = words(predicate.of, columns, shorten);
      return isGroup(predicate.of) ? `not (${text})` : `not ${text}`;
    }
    case "all": {
      const parts = predicate.of.map((part) => partInWords(part, columns, shorten));
      const roles = predicate.of.map(labelRole);
      if (roles.length === 2 && roles[0] === "y_true" && roles[1] === "y_pred")
        return parts.join(" → ");
      return parts.length ? parts.join(" and ") : "all rows";
    }
    case "any": {
      const parts = predicate.of.map((part) => partInWords(part, columns, shorten));
      const listed = parts.some((text) => text.includes(", ") || text.includes(" or "));
      return joinWords(parts, listed ? "; " : ", ");
    }
    default:
      if (predicate.given && !isKnown(predicate, columns)) return predicate.given.words;
      return leafInWords(predicate, columnOf(columns, predicate.column), shorten);
  }
}

function leafInWords(leaf: Leaf, column: Column, shorten: (label: string) => string): string {
  const subject = SUBJECTS.get(leaf.column) ?? leaf.column;
  switch (leaf.op) {
    case "in": {
      const labels = joinWords(
        sorted(leaf.codes).map((c) => shorten(column.display_labels[c] ?? "?")),
      );
      return `${subject} ${SUBJECTS.has(leaf.column) ? "" : "= "}${labels}`;
    }
    case "range":
      return rangeInWords(leaf, column, subject);
    case "is_null":
      return `${subject} is missing`;
    case "contains":
      return `${subject} contains "${leaf.text}"${leaf.case ? "" : " (any case)"}`;
  }
}

function rangeInWords(leaf: Range, column: Column, subject: string): string {
  const { closed_low, closed_high } = boundsOf(leaf, column);
  const unit = column.unit ?? "float";
  const [low, high] = [leaf.low, leaf.high].map((end) => (end === null ? null : spoken(end, unit)));
  if (low !== null && leaf.low === leaf.high && leaf.closed === "both")
    return `${subject} = ${low}`;
  if (low === null && high === null) return `${subject} is not missing`;
  if (high === null) return `${subject} ${closed_low ? "≥" : ">"} ${low}`;
  const below = low === null ? "" : `${low} ${closed_low ? "≤" : "<"} `;
  return `${below}${subject} ${closed_high ? "≤" : "<"} ${high}`;
}

function partInWords(
  predicate: Predicate,
  columns: Columns,
  shorten: (label: string) => string,
): string {
  const text = words(predicate, columns, shorten);
  const confusion = predicate.op === "all" && text.includes(" → ");
  return isGroup(predicate) && !confusion ? `(${text})` : text;
}

function labelRole(predicate: Predicate): string | null {
  const inner = predicate.op === "not" ? predicate.of : predicate;
  return inner.op === "in" ? inner.column : null;
}

export function isGroup(predicate: Predicate): boolean {
  return predicate.op === "all" || predicate.op === "any";
}

export function sorted(codes: readonly number[]): number[] {
  return [...new Set(codes)].sort((a, b) => a - b);
}
