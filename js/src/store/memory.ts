// What a source has counted already, so that no row is counted twice.

/** Rows per combination of codes, in row-major order of `columns`. */
export interface Table {
  columns: string[];
  shape: number[];
  counts: Float64Array;
  weights: Float64Array | null;
  squares: Float64Array | null;
  /** The column whose sums are in `sums`. */
  value: string | null;
  sums: Float64Array | null;
  sum_squares: Float64Array | null;
}

const KEPT_MASKS = 16;
const KEPT_TABLES = 24;

/** What was counted of the same rows, whatever the lens. */
export class Memory {
  readonly tables = new Kept<Table>(KEPT_TABLES);
  readonly masks = new Kept<Uint8Array>(KEPT_MASKS);
}

class Kept<T> {
  readonly #most: number;
  readonly #known = new Map<string, T>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string, make: () => T): T {
    const found = this.#known.get(key) ?? make();
    this.#known.delete(key); // the one used last goes last
    this.#known.set(key, found);
    if (this.#known.size > this.#most) this.#known.delete(this.#known.keys().next().value ?? "");
    return found;
  }
}
