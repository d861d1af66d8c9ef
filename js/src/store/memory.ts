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

/** Cells of tables, and rows of masks, that are kept. */
const KEPT_CELLS = 1 << 22;
const KEPT_ROWS = 1 << 25;

/** What was counted of the same rows, whatever the lens. */
export class Memory {
  readonly tables = new Kept<Table>(KEPT_CELLS, (table) => table.counts.length);
  readonly masks = new Kept<Uint8Array>(KEPT_ROWS, (mask) => mask.length);
}

/** The things used last, as many as there is room for. */
class Kept<T> {
  readonly #room: number;
  readonly #size: (thing: T) => number;
  readonly #known = new Map<string, T>();
  #used = 0;

  constructor(room: number, size: (thing: T) => number) {
    this.#room = room;
    this.#size = size;
  }

  get(key: string, make: () => T): T {
    const known = this.#known.get(key);
    const found = known ?? make();
    if (known === undefined) this.#used += this.#size(found);
    this.#known.delete(key); // the one used last goes last
    this.#known.set(key, found);
    for (const [oldest, thing] of this.#known) {
      if (this.#used <= this.#room || oldest === key) break;
      this.#known.delete(oldest);
      this.#used -= this.#size(thing);
    }
    return found;
  }
}
