// Answers queries in the browser from the columns it holds: no kernel, no round trip.
import type { Columns } from "./columns.ts";
import type { CountQuery, Counts, Source } from "./query.ts";
import { columnOf, mask, type Predicate } from "./selection.ts";

const KEPT_MASKS = 16;

export class LocalSource implements Source {
  readonly #columns: Columns;
  readonly #n_samples: number;
  readonly #masks = new Map<string, Uint8Array>();

  constructor(columns: Columns, n_samples: number) {
    this.#columns = columns;
    this.#n_samples = n_samples;
  }

  count({ keys, where }: CountQuery): Counts {
    const columns = keys.map((key) => columnOf(this.#columns, key));
    const shape = columns.map((column) => column.display_labels.length);
    const counts = new Float64Array(shape.reduce((size, n) => size * n, 1));
    const masks = where.map((predicate) => this.#mask(predicate));
    const n = this.#n_samples;
    for (let row = 0; row < n; row++) {
      let kept = 1;
      for (const rows of masks) kept &= rows[row] as number;
      if (!kept) continue;
      let cell = 0;
      for (let k = 0; k < columns.length; k++)
        cell = cell * (shape[k] as number) + (columns[k]?.codes[row] as number);
      counts[cell] = (counts[cell] as number) + 1;
    }
    return { shape, counts };
  }

  /** Positions of the rows that meet every predicate. */
  positions(where: Predicate[]): number[] {
    const masks = where.map((predicate) => this.#mask(predicate));
    const found: number[] = [];
    for (let row = 0; row < this.#n_samples; row++)
      if (masks.every((rows) => rows[row] === 1)) found.push(row);
    return found;
  }

  /** Masks are asked for by every linked view of a change, so the last few are kept. */
  #mask(predicate: Predicate): Uint8Array {
    const key = JSON.stringify(predicate);
    const known = this.#masks.get(key);
    if (known) return known;
    const rows = mask(predicate, this.#columns, this.#n_samples);
    if (this.#masks.size >= KEPT_MASKS) this.#masks.delete(this.#masks.keys().next().value ?? "");
    this.#masks.set(key, rows);
    return rows;
  }
}
