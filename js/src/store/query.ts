// What a view asks of a source. The same questions are in `errwidgets/sources/query.py`;
// `tests/contract/query.json` holds both languages to the same answers.
import type { Predicate } from "./selection.ts";

/** How much there is of each combination of the keys' codes, among the rows that meet `where`. */
export interface Aggregate {
  ask: "aggregate";
  keys: string[];
  where: Predicate[];
  /** A column with numbers, whose sum and sum of squares are wanted too. */
  value?: string | null;
  /** Mistakes are wanted too. */
  errors?: boolean;
}

/** Numbers per group, in row-major order of the keys. */
export interface Answer {
  /** Number of codes of each key. */
  shape: number[];
  counts: Float64Array;
  errors: Float64Array | null;
  weights: Float64Array | null;
  squares: Float64Array | null;
  sums: Float64Array | null;
  sum_squares: Float64Array | null;
  /** From a sample of the rows. */
  sampled?: boolean;
}

/** Row numbers in the order of a column; missing values come last. */
export interface Page {
  ask: "page";
  where: Predicate[];
  sort: string | null;
  descending: boolean;
  start: number;
  stop: number;
}

export interface PageAnswer {
  total: number;
  rows: Uint32Array;
}

/** Two numeric columns against each other; in bins when there are more than `at_most`. */
export interface Points {
  ask: "points";
  x: string;
  y: string;
  where: Predicate[];
  at_most: number;
}

export interface PointsAnswer {
  total: number;
  x: Float64Array;
  y: Float64Array;
  rows: Uint32Array;
  counts: Float64Array | null;
  /** Smallest and largest x, smallest and largest y. */
  extent: [number, number, number, number];
}

export type Query = Aggregate | Page | Points;

export type AnswerOf<Q extends Query> = Q extends Aggregate
  ? Answer
  : Q extends Page
    ? PageAnswer
    : PointsAnswer;

/** Bins along each axis of points that are too many to draw singly. */
export const POINT_BINS = 64;

export interface Source {
  /** The answer at once where it is known here, else when it comes. */
  ask<Q extends Query>(query: Q): AnswerOf<Q> | Promise<AnswerOf<Q>>;
}

/** What a source lacks to answer: the page can ask Python for it. */
export class Lacking extends Error {
  /** Columns whose codes are not here. */
  readonly codes: string[];
  /** Columns whose value of each row is not here. */
  readonly values: string[];

  constructor({ codes = [], values = [] }: { codes?: string[]; values?: string[] }) {
    super(`the page does not hold ${[...codes, ...values].join(", ")}`);
    this.codes = codes;
    this.values = values;
  }
}
