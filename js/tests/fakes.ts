// A model as the host hands it out: traits, listeners, and what was sent to Python.
import type { Columns, WireColumn } from "../src/store/columns.ts";
import { Store } from "../src/store/connection.ts";
import { LocalSource } from "../src/store/local-source.ts";
import type { Model } from "../src/store/model.ts";
import { Options } from "../src/store/options.ts";
import type { Source } from "../src/store/query.ts";
import type { Clause, Predicate } from "../src/store/selection.ts";

type Callback = (...args: never[]) => void;

export interface State {
  revision: number;
  writer: string;
  clauses: Clause[];
}

export class FakeModel implements Model {
  readonly traits = new Map<string, unknown>();
  readonly listeners = new Map<string, Set<Callback>>();
  /** What `save_changes` sent, oldest first. */
  readonly saved: State[] = [];
  #unsaved = new Map<string, unknown>();

  constructor(traits: Record<string, unknown>) {
    for (const [name, value] of Object.entries(traits)) this.traits.set(name, value);
  }

  get(key: string): unknown {
    return this.traits.get(key);
  }

  set(key: string, value: unknown): void {
    const differs = this.traits.get(key) !== value;
    this.traits.set(key, value);
    this.#unsaved.set(key, value);
    if (differs) this.emit(`change:${key}`);
  }

  save_changes(): void {
    if (this.#unsaved.has("state")) this.saved.push(this.#unsaved.get("state") as State);
    this.#unsaved = new Map();
  }

  /** Python sets a trait. */
  receive(key: string, value: unknown): void {
    this.traits.set(key, JSON.parse(JSON.stringify(value)));
    this.emit(`change:${key}`);
  }

  emit(event: string, ...args: unknown[]): void {
    for (const callback of [...(this.listeners.get(event) ?? [])]) callback(...(args as never[]));
  }

  on(event: string, callback: Callback): void {
    const known = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, known.add(callback));
  }

  off(event?: string | null, callback?: Callback | null): void {
    if (event && callback) this.listeners.get(event)?.delete(callback);
  }

  send(_content: unknown): void {}

  get listener_count(): number {
    return [...this.listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }
}

export interface Rows {
  labels: string[];
  y_true: number[];
  y_pred: number[];
  name?: string | null;
  clauses?: Clause[];
  /** Columns beside the two label columns. */
  columns?: Record<string, WireColumn>;
}

export function wireColumn(codes: number[], labels: string[], reference: string): WireColumn {
  return {
    codes: new DataView(Uint8Array.from(codes).buffer),
    dtype: "uint8",
    display_labels: labels,
    literals: labels.map((label) => `'${label}'`),
    missing: [],
    reference,
    kind: "category",
    texts: null,
    lows: null,
    highs: null,
    unit: null,
    in_queries: false,
    values: null,
  };
}

export function storeTraits({ labels, y_true, y_pred, name = null, clauses = [], columns }: Rows) {
  const task = labels.length === 2 ? "binary" : "multiclass";
  const about = { task, is_error: columns?.is_error ? "is_error" : null };
  return {
    info: { name, n_samples: y_true.length, ...about },
    columns: {
      y_true: wireColumn(y_true, labels, "y_true"),
      y_pred: wireColumn(y_pred, labels, "y_pred"),
      ...columns,
    },
    state: { revision: 0, writer: "python", clauses } as State,
  };
}

/** A numeric column in bins; code i holds values from lows[i] to highs[i]. */
export function binnedColumn(codes: number[], lows: string[], highs: string[], name: string) {
  const labels = lows.map((low, i) =>
    i ? `${highs[i - 1]} to ${highs[i]}` : `≤ ${highs[i] ?? low}`,
  );
  return {
    ...wireColumn(codes, labels, name),
    literals: labels.map(() => null),
    kind: "numeric",
    lows,
    highs,
    unit: "float",
    in_queries: true,
  };
}

/** A source over columns, without tables, samples or weights. */
export function localSource(columns: Columns, n_samples: number): LocalSource {
  const holdings = { n_samples, tables: [], sample: null, weight: null, is_error: null };
  return new LocalSource({ columns, derived: new Map() }, holdings);
}

/** Rows per combination of codes. */
export function countsOf(source: Source, keys: string[], where: Predicate[] = []): Float64Array {
  const answer = source.ask({ ask: "aggregate", keys, where });
  if (answer instanceof Promise) throw new Error("not here");
  return answer.counts;
}

/** The numbers of the rows that meet every predicate. */
export function rowsOf(source: Source, where: Predicate[]): number[] {
  const page = { ask: "page", where, sort: null, descending: false, start: 0, stop: 1e9 } as const;
  const answer = source.ask(page);
  if (answer instanceof Promise) throw new Error("not here");
  return [...answer.rows];
}

/** A store with one attached model, as the first view leaves it. */
export function makeStore(
  rows: Rows,
  source = "confusion_matrix-1",
  info: Record<string, unknown> = {},
) {
  const store = new Store();
  const traits = storeTraits(rows);
  const model = new FakeModel({ ...traits, info: { ...traits.info, ...info } });
  const end = new AbortController();
  store.attach(model, source, end.signal);
  return { store, model, end };
}

/** The options of a view, and the model that keeps them. */
export function makeOptions(settings?: Record<string, unknown>) {
  const model = new FakeModel(settings ? { _options: settings } : {});
  return { model, options: new Options(model, new AbortController().signal) };
}

/** Numbers that look random and are the same in every run. */
export function random(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}
