// What a view asks of a source.
import type { Predicate } from "./selection.ts";

/** How many rows for each combination of the keys' codes, among the rows that meet `where`. */
export interface CountQuery {
  keys: string[];
  where: Predicate[];
}

export interface Counts {
  /** Number of codes of each key; `counts` is in row-major order. */
  shape: number[];
  counts: Float64Array;
}

export interface Source {
  count(query: CountQuery): Counts;
}
