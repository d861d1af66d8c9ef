// Predicates and clauses, and three of their readings: mask, pandas query, words.
// The fourth, and the same rules, are in `errwidgets/selection.py`; `tests/contract/` holds both
// to the same answers.
import type { Column, Columns } from "./columns.ts";

export type Predicate =
  | { op: "in"; column: string; codes: number[] }
  | { op: "not"; of: Predicate }
  | { op: "all"; of: Predicate[] }
  | { op: "any"; of: Predicate[] };

export interface Clause {
  source: string;
  predicate: Predicate;
}

const SHOWN_IN_WORDS = 3;

export function columnOf(columns: Columns, name: string): Column {
  const column = columns.get(name);
  if (!column) throw new Error(`the selection names the unknown column ${name}`);
  return column;
}

function lookup(column: Column, codes: readonly number[]): Uint8Array {
  const table = new Uint8Array(column.display_labels.length);
  for (const code of codes) table[code] = 1;
  return table;
}

/** Which rows meet a predicate: one byte per row. */
export function mask(predicate: Predicate, columns: Columns, n_samples: number): Uint8Array {
  switch (predicate.op) {
    case "in": {
      const column = columnOf(columns, predicate.column);
      const wanted = lookup(column, predicate.codes);
      const { codes } = column;
      const result = new Uint8Array(n_samples);
      for (let row = 0; row < n_samples; row++)
        result[row] = wanted[codes[row] as number] as number;
      return result;
    }
    case "not": {
      const result = mask(predicate.of, columns, n_samples);
      for (let row = 0; row < n_samples; row++) result[row] = 1 - (result[row] as number);
      return result;
    }
    case "all":
    case "any": {
      const all = predicate.op === "all";
      const result = new Uint8Array(n_samples).fill(all ? 1 : 0);
      for (const part of predicate.of) {
        const other = mask(part, columns, n_samples);
        for (let row = 0; row < n_samples; row++) {
          const value = other[row] as number;
          result[row] = all ? (result[row] as number) & value : (result[row] as number) | value;
        }
      }
      return result;
    }
  }
}

/** A predicate on the two label columns as a test of one (true, predicted) pair of codes;
 *  null when it names any other column. */
export function pairTest(
  predicate: Predicate,
  columns: Columns,
): ((true_code: number, pred_code: number) => boolean) | null {
  switch (predicate.op) {
    case "in": {
      const { column: name } = predicate;
      if (name !== "y_true" && name !== "y_pred") return null;
      const wanted = lookup(columnOf(columns, name), predicate.codes);
      return name === "y_true" ? (t) => wanted[t] === 1 : (_, p) => wanted[p] === 1;
    }
    case "not": {
      const inner = pairTest(predicate.of, columns);
      return inner && ((t, p) => !inner(t, p));
    }
    case "all":
    case "any": {
      const tests = predicate.of.map((part) => pairTest(part, columns));
      if (tests.some((test) => test === null)) return null;
      const known = tests as ((t: number, p: number) => boolean)[];
      return predicate.op === "all"
        ? (t, p) => known.every((test) => test(t, p))
        : (t, p) => known.some((test) => test(t, p));
    }
  }
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
    case "in": {
      const column = columnOf(columns, predicate.column);
      const labels = joinWords(
        sorted(predicate.codes).map((c) => shorten(column.display_labels[c] ?? "?")),
      );
      if (predicate.column === "y_true") return `true ${labels}`;
      if (predicate.column === "y_pred") return `predicted ${labels}`;
      return `${predicate.column} = ${labels}`;
    }
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
  }
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

function isGroup(predicate: Predicate): boolean {
  return predicate.op === "all" || predicate.op === "any";
}

function sorted(codes: readonly number[]): number[] {
  return [...new Set(codes)].sort((a, b) => a - b);
}

// ------------------------------------------------------------------ pandas query

/** The pandas query that gives the same rows of `evaluation.frame`; null where pandas has none. */
export function queryString(predicate: Predicate, columns: Columns, negate = false): string | null {
  switch (predicate.op) {
    case "in":
      return queryIn(columnOf(columns, predicate.column), predicate.codes, negate);
    case "not":
      return queryString(predicate.of, columns, !negate);
    case "all":
    case "any": {
      const parts = predicate.of.map((part) => queryString(part, columns, negate));
      if (!parts.length || parts.some((part) => part === null)) return null;
      if (parts.length === 1) return parts[0] ?? null;
      const word = (predicate.op === "all") !== negate ? " and " : " or ";
      return parts
        .map((text, i) => {
          const group = isGroup(stripNot(predicate.of[i] as Predicate));
          return group || (text as string).includes(" or ") ? `(${text})` : text;
        })
        .join(word);
    }
  }
}

function stripNot(predicate: Predicate): Predicate {
  return predicate.op === "not" ? stripNot(predicate.of) : predicate;
}

function queryIn(column: Column, codes: readonly number[], negate: boolean): string | null {
  const { reference, literals, missing } = column;
  const kept = sorted(codes);
  const present = kept.filter((code) => !missing.includes(code));
  const spelled = present.map((code) => literals[code] ?? null);
  if (reference === null || !kept.length || spelled.some((text) => text === null)) return null;
  const parts: string[] = [];
  // A nullable column answers `!=` with NA for a missing value; `not in` answers True.
  if (spelled.length === 1 && !(negate && missing.length))
    parts.push(`${reference} ${negate ? "!=" : "=="} ${spelled[0]}`);
  else if (spelled.length)
    parts.push(`${reference} ${negate ? "not in" : "in"} [${spelled.join(", ")}]`);
  if (present.length < kept.length) parts.push(`${reference}.${negate ? "notnull" : "isnull"}()`);
  return parts.join(negate ? " and " : " or ");
}
