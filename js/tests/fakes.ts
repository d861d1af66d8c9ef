// A model as the host hands it out: traits, listeners, and what was sent to Python.
import type { WireColumn } from "../src/store/columns.ts";
import { Store } from "../src/store/connection.ts";
import type { Model } from "../src/store/model.ts";
import { Options } from "../src/store/options.ts";
import type { Clause } from "../src/store/selection.ts";

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

  send(): void {}

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
  };
}

export function storeTraits({ labels, y_true, y_pred, name = null, clauses = [], columns }: Rows) {
  return {
    info: { name, n_samples: y_true.length },
    columns: {
      y_true: wireColumn(y_true, labels, "y_true"),
      y_pred: wireColumn(y_pred, labels, "y_pred"),
      ...columns,
    },
    state: { revision: 0, writer: "python", clauses } as State,
  };
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
