// Predicates as pandas queries: the rules of `errwidgets/selection/queries.py`.
import { type Bounds, boundsOf, columnOf, limitOf, textOf } from "./codes.ts";
import type { Column, Columns } from "./columns.ts";
import { isGroup, isKnown, type Leaf, type Predicate, type Range, sorted } from "./selection.ts";
import { moment, quoted } from "./spelling.ts";

/** The pandas query that gives the same rows of `evaluation.frame`; null where pandas has none. */
export function queryString(predicate: Predicate, columns: Columns, negate = false): string | null {
  switch (predicate.op) {
    case "rows":
      return negate ? null : predicate.query;
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
          const part = stripNot(predicate.of[i] as Predicate);
          const group = isGroup(part) || part.op === "rows";
          return group || (text as string).includes(" or ") ? `(${text})` : text;
        })
        .join(word);
    }
    default:
      if (predicate.given && !isKnown(predicate, columns))
        return negate ? predicate.given.negated_query : predicate.given.query;
      return queryLeaf(predicate, columnOf(columns, predicate.column), negate);
  }
}

function stripNot(predicate: Predicate): Predicate {
  return predicate.op === "not" ? stripNot(predicate.of) : predicate;
}

function queryLeaf(leaf: Leaf, column: Column, negate: boolean): string | null {
  switch (leaf.op) {
    case "in":
      return queryIn(column, sorted(leaf.codes), negate);
    case "range":
      return queryRange(column, leaf, negate);
    case "is_null":
      return column.reference && `${column.reference}.${negate ? "notnull" : "isnull"}()`;
    case "contains":
      return queryContains(column, leaf.text, leaf.case, negate);
  }
}

// ------------------------------------------------------------------ values

function queryIn(column: Column, kept: number[], negate: boolean): string | null {
  if (isBinned(column) || isTime(column)) return queryRuns(column, kept, negate);
  const { reference, literals, missing, unit } = column;
  const present = kept.filter((code) => !missing.includes(code));
  const spelled = present.map((code) => literals[code] ?? null);
  if (unit !== null && !column.in_queries) return null;
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

function isBinned({ lows, highs }: Column): boolean {
  return lows?.some((low, code) => low !== highs?.[code]) ?? false;
}

function isTime({ unit }: Column): boolean {
  return unit !== null && /^(time|duration)/.test(unit);
}

/** Codes of ordered values as ranges: neighbours join, and `not` means the other codes. */
function queryRuns(column: Column, kept: number[], negate: boolean): string | null {
  const size = column.display_labels.length;
  const n_present = size - column.missing.length;
  const codes = negate ? [...Array(size).keys()].filter((code) => !kept.includes(code)) : kept;
  const { reference } = column;
  if (reference === null || !codes.length) return null;
  const parts: (string | null)[] = [];
  const present = codes.filter((code) => code < n_present);
  for (let i = 0; i < present.length; i++) {
    const first = present[i] as number;
    while (present[i + 1] === (present[i] as number) + 1) i++;
    parts.push(queryRange(column, run(column, first, present[i] as number, n_present), false));
  }
  if (codes.includes(n_present)) parts.push(`${reference}.isnull()`);
  return parts.some((part) => part === null) ? null : parts.join(" or ");
}

type Limits = Pick<Range, "low" | "high" | "closed">;

function run(column: Column, first: number, last: number, n_present: number): Limits {
  const { lows, highs } = column;
  if (!isBinned(column))
    return { low: lows?.[first] ?? null, high: highs?.[last] ?? null, closed: "both" };
  // A bin begins where the one below it ends.
  const low = first ? (highs?.[first - 1] ?? null) : null;
  const high = last < n_present - 1 ? (highs?.[last] ?? null) : null;
  return { low, high, closed: "right" };
}

// ------------------------------------------------------------------ ranges and text

function queryRange(column: Column, limits: Limits, negate: boolean): string | null {
  const { reference } = column;
  if (reference === null || !column.in_queries) return null;
  const bounds = boundsOf({ op: "range", column: column.name, ...limits }, column);
  const ends = neededEnds(column, limits, bounds);
  if (ends === null) return null;
  const [low, high] = ends.map((end) => (end === null ? null : spellLimit(column, end)));
  if (low === undefined || high === undefined) return null;
  if ((low === null) !== (ends[0] === null) || (high === null) !== (ends[1] === null)) return null;
  if (low === null && high === null) return `${reference}.${negate ? "isnull" : "notnull"}()`;
  const { closed_low, closed_high } = bounds;
  // pandas takes `==` a text for membership.
  const point = low === high && closed_low && closed_high && !isTime(column);
  if (negate) {
    const parts: string[] = [];
    if (point) parts.push(`${reference} != ${low}`);
    else {
      if (low !== null) parts.push(`${reference} ${closed_low ? "<" : "<="} ${low}`);
      if (high !== null) parts.push(`${reference} ${closed_high ? ">" : ">="} ${high}`);
    }
    if (column.missing.length) parts.push(`${reference}.isnull()`);
    return parts.join(" or ");
  }
  if (point) return `${reference} == ${low}`;
  if (high === null) return `${reference} ${closed_low ? ">=" : ">"} ${low}`;
  const below = low === null ? "" : `${low} ${closed_low ? "<=" : "<"} `;
  return `${below}${reference} ${closed_high ? "<=" : "<"} ${high}`;
}

/** The limits without infinite ones that exclude no row; null when one excludes some: a query
 *  cannot spell infinity. */
function neededEnds(
  column: Column,
  limits: Limits,
  bounds: Bounds,
): [string | null, string | null] | null {
  let { low, high } = limits;
  const has = (ends: (string | null)[] | null, limit: number) =>
    ends?.some((end) => end !== null && limitOf(end, column.unit ?? "float") === limit) ?? false;
  if (bounds.low === Infinity || bounds.low === -Infinity) {
    if (bounds.low > 0 || !(bounds.closed_low || !has(column.lows, -Infinity))) return null;
    low = null;
  }
  if (bounds.high === Infinity || bounds.high === -Infinity) {
    if (bounds.high < 0 || !(bounds.closed_high || !has(column.highs, Infinity))) return null;
    high = null;
  }
  return [low, high];
}

function spellLimit(column: Column, text: string): string | null {
  if (!isTime(column)) return text;
  const spelled = moment(BigInt(text), column.unit ?? "", true);
  return spelled && `'${spelled}'`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII begins with them
const ASCII = /^[\x00-\x7f]*$/;

function queryContains(column: Column, part: string, cased: boolean, negate: boolean) {
  const texts = column.display_labels.flatMap((_, code) =>
    column.missing.includes(code) ? [] : [textOf(column, code)],
  );
  const { reference } = column;
  if (reference === null || !texts.length || texts.includes(null)) return null;
  if (!cased && ![part, ...texts].every((text) => ASCII.test(text as string))) return null;
  const options = `${cased ? "" : "case=False, "}regex=False, na=False`;
  const called = `${reference}.str.contains(${quoted(part)}, ${options})`;
  return negate ? `not ${called}` : called;
}
