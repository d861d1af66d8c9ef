// How predictions are looked at: the same lens as `errwidgets/lens.py`. A column that a lens changes
// is a lookup from codes that the page has, so moving a lens asks for no rows.
import type { Codes, Column, Columns } from "./columns.ts";
import { codesMeeting, columnsOf, type Predicate, type Range } from "./selection.ts";

export interface Lens {
  threshold: number | null;
  /** Name and class codes of what counts as one class. */
  merged: [string, number[]][];
  error_threshold: number | null;
  bins: number | null;
}

export const NO_LENS: Lens = { threshold: null, merged: [], error_threshold: null, bins: null };

/** What a lens needs to know of the evaluation. */
export interface Lensing {
  task: string;
  /** Code of the positive class; null without one. */
  pos_code: number | null;
  /** The column of the probability of the positive class. */
  probability: string | null;
  /** The column of the distance that an error threshold judges. */
  distance: string | null;
  is_error: string | null;
}

/** A column whose code is looked up from the codes of others. */
export interface Derived {
  from: string[];
  /** In row-major order of the codes of `from`. */
  lookup: Uint8Array | Uint16Array;
}

export interface Lensed {
  columns: Columns;
  derived: ReadonlyMap<string, Derived>;
}

export function throughLens(base: Columns, lens: Lens, about: Lensing): Lensed {
  const columns = new Map<string, Column>(base);
  const derived = new Map<string, Derived>();
  const put = (name: string, how: Derived | null) => {
    const column = base.get(name);
    if (!column || !how) return;
    derived.set(name, how);
    columns.set(name, lookedUp(column, how, base));
  };
  if (lens.threshold !== null) put("y_pred", thresholded(base, lens.threshold, about));
  if (about.is_error) put(about.is_error, wrong(base, lens, about, derived.get("y_pred") ?? null));
  return { columns, derived };
}

/** `y_pred` as the threshold gives it: the positive class from that probability on. */
function thresholded(base: Columns, threshold: number, about: Lensing): Derived | null {
  const { probability, pos_code } = about;
  const column = probability === null ? undefined : base.get(probability);
  if (!column || probability === null || pos_code === null) return null;
  const positive = codesMeeting(fromOn(probability, threshold), column);
  if (!positive) return null; // Python sends finer bins with such a threshold
  return { from: [probability], lookup: positive.map((yes) => (yes ? pos_code : 1 - pos_code)) };
}

function fromOn(column: string, low: number): Range {
  return { op: "range", column, low: String(low), high: null, closed: "left" };
}

/** A predicate that says the same in columns which the lens leaves as they are; null where none
 *  does. The rules are those of `without_lens` in `errwidgets/sources/lensed.py`. */
export function withoutLens(
  predicate: Predicate,
  { derived }: Lensed,
  about: Lensing,
  lens: Lens,
): Predicate | null {
  const changed = (name: string) =>
    name === about.is_error
      ? lens.threshold !== null || lens.merged.length > 0 || lens.error_threshold !== null
      : derived.has(name);
  if (!columnsOf(predicate).some(changed)) return predicate;
  switch (predicate.op) {
    case "not": {
      const of = withoutLens(predicate.of, { columns: new Map(), derived }, about, lens);
      return of && { op: "not", of };
    }
    case "all":
    case "any": {
      const parts = predicate.of.map((part) =>
        withoutLens(part, { columns: new Map(), derived }, about, lens),
      );
      if (parts.some((part) => part === null)) return null;
      return { op: predicate.op, of: parts as Predicate[] };
    }
    case "in": {
      const { probability, pos_code } = about;
      if (predicate.column !== "y_pred" || lens.threshold === null || probability === null)
        return null;
      const positive = fromOn(probability, lens.threshold);
      const yes = predicate.codes.includes(pos_code ?? 1);
      const no = predicate.codes.some((code) => code !== pos_code);
      if (yes === no) return null;
      return yes ? positive : { op: "not", of: positive };
    }
    default:
      return null;
  }
}

function wrong(base: Columns, lens: Lens, about: Lensing, y_pred: Derived | null): Derived | null {
  if (about.task === "binary" || about.task === "multiclass") {
    const n = base.get("y_true")?.display_labels.length ?? 0;
    const group = groups(lens, n);
    const predicted = y_pred?.lookup ?? Uint16Array.from({ length: n }, (_, code) => code);
    const lookup = new Uint8Array(n * predicted.length);
    for (let t = 0; t < n; t++)
      for (let p = 0; p < predicted.length; p++)
        lookup[t * predicted.length + p] = group[t] === group[predicted[p] as number] ? 0 : 1;
    return { from: ["y_true", y_pred?.from[0] ?? "y_pred"], lookup };
  }
  const distance = about.distance === null ? undefined : base.get(about.distance);
  if (lens.error_threshold === null || about.distance === null || !distance) return null;
  const beyond = { ...fromOn(about.distance, lens.error_threshold), closed: "neither" } as const;
  const far = codesMeeting(beyond, distance);
  return far && { from: [about.distance], lookup: far };
}

/** Class code → the first class code of its group. */
export function groups(lens: Lens, n: number): number[] {
  const group = Array.from({ length: n }, (_, code) => code);
  for (const [, codes] of lens.merged)
    for (const code of codes) if (code < n) group[code] = Math.min(...codes);
  return group;
}

/** A column that makes its codes when rows are asked for: most questions need none. */
function lookedUp(column: Column, { from, lookup }: Derived, base: Columns): Column {
  let codes: Codes | null = null;
  const make = () => {
    const parts = from.map((name) => base.get(name) as Column);
    const [first, second] = parts as [Column, Column | undefined];
    const n = second?.codes.length === 0 ? 0 : first.codes.length;
    const made = lookup instanceof Uint8Array ? new Uint8Array(n) : new Uint16Array(n);
    const width = second?.display_labels.length ?? 1;
    for (let row = 0; row < n; row++) {
      const at =
        (first.codes[row] as number) * width + (second ? (second.codes[row] as number) : 0);
      made[row] = lookup[at] as number;
    }
    return made;
  };
  return {
    ...column,
    get codes() {
      codes ??= make();
      return codes;
    },
  };
}

/** At which fine bin each bin that is shown begins: the rule of `shown_bins` in Python. */
export function shownBins(n_codes: number, bins: number | null): number[] {
  const wanted = Math.min(bins ?? 10, n_codes);
  return Array.from({ length: wanted }, (_, i) => Math.floor((i * n_codes) / wanted));
}
