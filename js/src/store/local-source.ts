// Answers queries in the browser from what it holds: no kernel, no round trip.
//
// Rows are counted once per set of columns, into a table of their codes. A selection that speaks of
// these columns is then a question about the cells of the table, however many rows there are; only
// selections of single rows, and columns of very many values, are looked at row by row.
import type { Column, Columns } from "./columns.ts";
import type { Derived, Lensed } from "./lens.ts";
import { Memory, type Table } from "./memory.ts";
import { pointsOf } from "./points.ts";
import {
  type Aggregate,
  type Answer,
  type AnswerOf,
  Lacking,
  type Page,
  type PageAnswer,
  type Points,
  type PointsAnswer,
  type Query,
  type Source,
} from "./query.ts";
import {
  codesMeeting,
  codesTest,
  columnOf,
  columnsOf,
  leaves,
  mask,
  type Predicate,
} from "./selection.ts";

/** What there is beside the columns. */
export interface Holdings {
  n_samples: number;
  /** Tables that Python made: exact even where rows are missing or sampled. */
  tables: Table[];
  /** The rows that the columns hold, and how many rows each stands for; null for all rows. */
  sample: { rows: Uint32Array; stands_for: Float64Array } | null;
  /** Name of the column that holds the weights; null without weights. */
  weight: string | null;
  /** Name of the column that says which rows are mistakes. */
  is_error: string | null;
}

/** A table of more cells than this is slower than looking at the rows. */
const MOST_CELLS = 1 << 17;

export class LocalSource implements Source {
  readonly #columns: Columns;
  readonly #derived: ReadonlyMap<string, Derived>;
  readonly #holdings: Holdings;
  readonly #memory: Memory;

  /** `memory` is what another lens on the same rows has counted already. */
  constructor({ columns, derived }: Lensed, holdings: Holdings, memory: Memory = new Memory()) {
    this.#columns = columns;
    this.#derived = derived;
    this.#holdings = holdings;
    this.#memory = memory;
  }

  ask<Q extends Query>(query: Q): AnswerOf<Q> {
    switch (query.ask) {
      case "aggregate":
        return this.#aggregate(query) as AnswerOf<Q>;
      case "page":
        return this.#page(query) as AnswerOf<Q>;
      case "points":
        return this.#points(query) as AnswerOf<Q>;
    }
  }

  /** Number of rows the columns hold. */
  get #held(): number {
    return this.#holdings.sample?.rows.length ?? this.#holdings.n_samples;
  }

  // ---------------------------------------------------------------- numbers per group

  #aggregate({ keys, where, value = null, errors = false }: Aggregate): Answer {
    const wrong = errors ? this.#holdings.is_error : null;
    const spoken = where.map((predicate) => this.#named(predicate));
    let cells = where.filter((_, i) => spoken[i] !== null);
    let rows = where.filter((_, i) => spoken[i] === null);
    const asked = [...keys, ...(wrong ? [wrong] : [])];
    const named = (names: string[]) => this.#bases([...names, ...spoken.flatMap((s) => s ?? [])]);
    let bases = named(asked);
    if (this.#size(bases) > MOST_CELLS) {
      [cells, rows] = [[], where];
      bases = this.#bases(asked);
    }
    const table = this.#table(bases, rows, value);
    return this.#gather(table, keys, cells, wrong, value !== null);
  }

  /** The columns a predicate speaks of, when their codes decide it; null when rows must. */
  #named(predicate: Predicate): string[] | null {
    const names = columnsOf(predicate);
    if (names.some((name) => !this.#columns.has(name))) return null;
    return codesTest(predicate, this.#columns, names) ? names : null;
  }

  #bases(names: string[]): string[] {
    return [...new Set(names.flatMap((name) => this.#derived.get(name)?.from ?? [name]))].sort();
  }

  #size(bases: string[]): number {
    return bases.reduce((size, name) => size * this.#n(name), 1);
  }

  #n(name: string): number {
    return columnOf(this.#columns, name).display_labels.length;
  }

  /** Count the cells of the table into the groups of the keys. */
  #gather(
    table: Table,
    keys: string[],
    where: Predicate[],
    wrong: string | null,
    valued: boolean,
  ): Answer {
    const shape = keys.map((key) => this.#n(key));
    const size = shape.reduce((product, n) => product * n, 1);
    const names = [...new Set(where.flatMap((predicate) => this.#named(predicate) ?? []))];
    const tests = where.map((predicate) => codesTest(predicate, this.#columns, names));
    const read_key = keys.map((key) => this.#reader(key, table.columns));
    const read_name = names.map((name) => this.#reader(name, table.columns));
    const read_wrong = wrong ? this.#reader(wrong, table.columns) : null;
    const make = (there: unknown) => (there ? new Float64Array(size) : null);
    const answer: Answer = {
      shape,
      counts: new Float64Array(size),
      errors: make(read_wrong),
      weights: make(table.weights),
      squares: make(table.squares),
      sums: make(valued && table.sums),
      sum_squares: make(valued && table.sum_squares),
    };
    const at = new Array<number>(table.columns.length).fill(0);
    const codes = new Array<number>(names.length).fill(0);
    const add = (to: Float64Array | null, from: Float64Array | null, group: number, i: number) => {
      if (to && from) to[group] = (to[group] as number) + (from[i] as number);
    };
    for (let i = 0; i < table.counts.length; i++) {
      if (table.counts[i]) {
        for (let k = 0; k < names.length; k++) codes[k] = (read_name[k] as Reader)(at);
        if (tests.every((test) => test?.(codes))) {
          let group = 0;
          for (let k = 0; k < keys.length; k++)
            group = group * (shape[k] as number) + (read_key[k] as Reader)(at);
          add(answer.counts, table.counts, group, i);
          add(answer.weights, table.weights, group, i);
          add(answer.squares, table.squares, group, i);
          add(answer.sums, table.sums, group, i);
          add(answer.sum_squares, table.sum_squares, group, i);
          if (read_wrong?.(at) === 1) add(answer.errors, table.counts, group, i);
        }
      }
      for (let k = at.length - 1; k >= 0; k--) {
        at[k] = (at[k] as number) + 1;
        if ((at[k] as number) < (table.shape[k] as number)) break;
        at[k] = 0;
      }
    }
    return answer;
  }

  /** How to read a column's code from the codes of a table's cell. */
  #reader(name: string, bases: string[]): Reader {
    const derived = this.#derived.get(name);
    if (!derived) {
      const k = bases.indexOf(name);
      return (at) => at[k] as number;
    }
    const places = derived.from.map((base) => bases.indexOf(base));
    const sizes = derived.from.map((base) => this.#n(base));
    return (at) => {
      let i = 0;
      for (let k = 0; k < places.length; k++)
        i = i * (sizes[k] as number) + (at[places[k] as number] as number);
      return derived.lookup[i] as number;
    };
  }

  #table(bases: string[], where: Predicate[], value: string | null): Table {
    // Lenses come and go; the rows of a base column stay, so what was counted of them stays known.
    const key = JSON.stringify([bases, where.length ? [where, this.#lensOf(where)] : [], value]);
    return this.#memory.tables.get(key, () => {
      const known = where.length ? undefined : this.#known(bases, value);
      return known ?? this.#count(bases, where, value);
    });
  }

  /** What a lens does to the columns that predicates name, as a part of a key. */
  #lensOf(where: Predicate[]): unknown {
    return [...new Set(where.flatMap(columnsOf))].flatMap((name) => {
      const derived = this.#derived.get(name);
      return derived ? [[name, derived.from, Array.from(derived.lookup).join("")]] : [];
    });
  }

  /** A table of Python's that has these columns, summed over its others. */
  #known(bases: string[], value: string | null): Table | undefined {
    const found = this.#holdings.tables.find(
      (table) =>
        bases.every((name) => table.columns.includes(name)) &&
        (value === null || table.value === value) &&
        // Its codes must be those of the columns that are here now.
        table.columns.every((name, i) => !bases.includes(name) || table.shape[i] === this.#n(name)),
    );
    if (!found) return undefined;
    const plain = new LocalSource({ columns: this.#columns, derived: new Map() }, this.#holdings);
    const { counts, weights, squares, sums, sum_squares } = plain.#gather(
      found, bases, [], null, value !== null,
    ); // biome-ignore format: one line per step
    const shape = bases.map((name) => this.#n(name));
    return { columns: bases, shape, counts, weights, squares, value, sums, sum_squares };
  }

  #count(bases: string[], where: Predicate[], value: string | null): Table {
    const columns = bases.map((name) => columnOf(this.#columns, name));
    const n = this.#held;
    const { weight: weight_name, sample } = this.#holdings;
    const codes = columns.filter((column) => column.codes.length !== n).map(({ name }) => name);
    const values = [...(weight_name ? [weight_name] : []), ...(value === null ? [] : [value])];
    const lacking = values.filter((name) => !numbers(this.#columns.get(name)));
    if (codes.length || lacking.length) throw new Lacking({ codes, values: lacking });
    const rows = where.map((predicate) => this.#mask(predicate));
    const shape = columns.map((column) => column.display_labels.length);
    const size = shape.reduce((product, k) => product * k, 1);
    const counts = new Float64Array(size);
    const cells = cellOf(columns, shape, rows, n);
    const stands_for = sample?.stands_for ?? null;
    for (let row = 0; row < n; row++) {
      const cell = cells[row] as number;
      if (cell >= 0)
        counts[cell] = (counts[cell] as number) + (stands_for ? (stands_for[row] as number) : 1);
    }
    const sum = (of: Float64Array | null | undefined, power: 1 | 2): Float64Array | null => {
      if (!of) return null;
      const total = new Float64Array(size);
      for (let row = 0; row < n; row++) {
        const cell = cells[row] as number;
        const x = of[row] as number;
        if (cell < 0 || Number.isNaN(x)) continue;
        const times = stands_for ? (stands_for[row] as number) : 1;
        total[cell] = (total[cell] as number) + times * (power === 1 ? x : x * x);
      }
      return total;
    };
    const weights = weight_name === null ? null : numbers(this.#columns.get(weight_name));
    const summed = value === null ? null : numbers(this.#columns.get(value));
    return {
      columns: bases,
      shape,
      counts,
      weights: sum(weights, 1),
      squares: sum(weights, 2),
      value,
      sums: sum(summed, 1),
      sum_squares: sum(summed, 2),
    };
  }

  /** Masks are asked for by every linked view of a change, so the last few are kept. */
  #mask(predicate: Predicate): Uint8Array {
    const key = JSON.stringify([predicate, this.#lensOf([predicate])]);
    return this.#memory.masks.get(key, () => {
      const codes: string[] = [];
      const values: string[] = [];
      for (const leaf of leaves(predicate)) {
        if (leaf.op === "rows" || leaf.given) continue;
        const column = columnOf(this.#columns, leaf.column);
        if (column.codes.length !== this.#held) codes.push(leaf.column);
        else if (!codesMeeting(leaf, column) && !column.values) values.push(leaf.column);
      }
      if (codes.length || values.length) throw new Lacking({ codes, values });
      return mask(predicate, this.#columns, this.#held, this.#holdings.sample?.rows);
    });
  }

  // ---------------------------------------------------------------- rows and points

  #where(where: Predicate[]): Uint32Array {
    const masks = where.map((predicate) => this.#mask(predicate));
    const found: number[] = [];
    for (let row = 0; row < this.#held; row++)
      if (masks.every((rows) => rows[row] === 1)) found.push(row);
    return Uint32Array.from(found);
  }

  #page({ where, sort, descending, start, stop }: Page): PageAnswer {
    const rows = this.#where(where);
    if (sort !== null) {
      const column = columnOf(this.#columns, sort);
      const keys = numbers(column);
      if (!keys && column.lows !== null) throw new Lacking({ values: [sort] });
      const gone = new Set(column.missing);
      const key = (row: number) => {
        const code = column.codes[row] as number;
        if (keys ? Number.isNaN(keys[row]) : gone.has(code)) return null;
        return keys ? (keys[row] as number) : code;
      };
      const sign = descending ? -1 : 1;
      rows.sort((a, b) => {
        const [x, y] = [key(a), key(b)];
        if (x === null || y === null) return (x === null ? 1 : 0) - (y === null ? 1 : 0) || a - b;
        return x === y ? a - b : x < y ? -sign : sign;
      });
    }
    const { sample } = this.#holdings;
    const part = rows.slice(start, stop);
    return {
      total: rows.length,
      rows: sample ? part.map((row) => sample.rows[row] as number) : part,
    };
  }

  #points({ x, y, where, at_most }: Points): PointsAnswer {
    const [xs, ys] = [x, y].map((name) => {
      const values = numbers(columnOf(this.#columns, name));
      if (!values) throw new Lacking({ values: [name] });
      return values;
    }) as [Float64Array, Float64Array];
    const finite = (row: number) => Number.isFinite(xs[row]) && Number.isFinite(ys[row]);
    const rows = this.#where(where).filter(finite);
    return pointsOf(rows, xs, ys, at_most);
  }
}

type Reader = (at: readonly number[]) => number;

/** The cell of each row; −1 for rows that are not meant. */
function cellOf(columns: Column[], shape: number[], masks: Uint8Array[], n: number): Int32Array {
  const cells = new Int32Array(n);
  columns.forEach(({ codes }, k) => {
    const size = shape[k] as number;
    if (k === 0) for (let row = 0; row < n; row++) cells[row] = codes[row] as number;
    else
      for (let row = 0; row < n; row++)
        cells[row] = (cells[row] as number) * size + (codes[row] as number);
  });
  for (const rows of masks) for (let row = 0; row < n; row++) if (!rows[row]) cells[row] = -1;
  return cells;
}

function numbers(column: Column | undefined): Float64Array | null {
  return column?.values?.dtype === "float64" ? column.values.data : null;
}
