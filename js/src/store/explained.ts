// What Python explained for an explanation panel, and what is asked of it: see
// `errwidgets/sharing/explanations.py`.
import { type Signal, signal } from "@preact/signals";
import { listen, type Model } from "./model.ts";
import type { Predicate } from "./selection.ts";
import { type Task, Told } from "./told.ts";

export interface Asked {
  method: "shap" | "lime" | "both";
  /** "prediction", "true_class", "predicted_class" or the code of a class. */
  target: string;
  loss: boolean;
  /** "rest", "correct", or "cohort." and a name. */
  against: string;
}

/** How frequent a condition is on either side. */
export interface Share {
  words: string;
  where: Predicate;
  selected: number;
  other: number;
}

export interface Contrasted {
  feature: string;
  words: string;
  /** Mean absolute attributions; null where only values were compared. */
  a: number | null;
  b: number | null;
  q: (number | null)[];
  differs: boolean;
  /** What is more frequent among the selected rows by most. */
  best: Share | null;
  values: Share[];
}

export interface Contrast {
  /** What the selected rows are: "mistakes", "selected rows". */
  what: string;
  n_selected: number;
  n_other: number;
  against: string;
  /** What narrows to them, when it is no selection. */
  base: Predicate | null;
  rows?: Contrasted[];
  note: string;
  space: string;
  output: string;
  n_explained?: [number, number] | null;
  /** More rows can be explained. */
  more?: boolean;
  /** Why there is nothing. */
  problem?: string;
  /** What waits to be asked for. */
  waits?: { rows: [number, number]; seconds: number | null };
}

export interface Explained {
  asked: Asked;
  kind: "table" | "text" | "image";
  targets: [string, string][];
  methods: Asked["method"][];
  has_loss: boolean;
  has_correct: boolean;
  model: string | null;
  missing: string | null;
  task: string;
  saves_rows: boolean;
  contrast?: Contrast;
  overall?: Contrast;
}

export interface Contribution {
  feature: string;
  /** Null where only its condition is known. */
  value: string | null;
  attribution: number;
  error: number | null;
  /** What selects rows like this one. */
  where: Predicate | null;
}

/** What explains one row by one method. */
export interface Parts {
  method: string;
  base: number | null;
  output: number | null;
  said: string;
  space: string;
  exact: boolean;
  route: string;
  notes?: string[];
  /** LIME: R². */
  fit: number | null;
  kind: "table" | "text" | "image";
  features?: Contribution[];
  tokens?: [string, number][];
  cells?: number[][];
}

export interface Row {
  position: number;
  label: string;
  nth?: number;
  total?: number;
  /** It is one of those selected, not of all mistakes. */
  selected?: boolean;
  loss: number | null;
  is_error: boolean | null;
  true: string | null;
  predicted: string | null;
  probabilities: { code: number; label: string; p: number }[];
  explained: Parts[];
  agreement?: string;
  problem?: string;
  waits?: boolean;
  /** It is being explained. */
  pending?: boolean;
  shape?: number[];
  pixels?: DataView;
}

/** Attributions of many rows. */
export interface Many {
  features: string[];
  method: string;
  space: string;
  said: string;
  exact: boolean;
  route: string;
  positions: Uint32Array;
  /** Row by row. */
  values: Float32Array;
  bases: Float32Array;
  outputs: Float32Array;
}

export interface Field {
  name: string;
  kind: "number" | "choice" | "text";
  low: number;
  high: number;
  step: number;
  whole: boolean;
  labels: string[];
}

/** A field's place and its value: a number, a text, the place of a choice, null when missing. */
export type Edit = [number, number | string | null];

export interface WhatIf {
  position: number;
  fields: Field[];
  own: Edit[];
  labels: string[];
  before: number[];
  after: number[];
  values: Edit[];
  /** Where it was begun, in words. */
  started?: string;
  problem?: string;
}

type Wire = Omit<Many, "positions" | "values" | "bases" | "outputs"> &
  Record<"positions" | "values" | "bases" | "outputs", DataView>;

type Message =
  | { kind: "row"; row: Row }
  | { kind: "what_if"; what_if: WhatIf }
  | { kind: "attributions"; wire: (Wire & { buffers: (keyof Wire)[] }) | null };

export class Explanations extends Told<Explained, Message> {
  /** The row on screen. */
  readonly row: Signal<Row | null> = signal(null);
  /** Rows that the notebook kept. */
  readonly kept: Signal<Row[]> = signal([]);
  readonly many: Signal<Many | null> = signal(null);
  readonly what_if: Signal<WhatIf | null> = signal(null);
  /** A row was asked for that is not here yet. */
  readonly waiting = signal(false);
  /** Of edits only the newest is sent, and the next one when the last was answered. */
  #next: Edit[] | null = null;
  #asking = false;

  constructor(model: Model, ended: AbortSignal) {
    super(model, ended);
    const read_many = () => {
      const wire = model.get("_attributions") as Wire | undefined;
      this.many.value = wire?.positions ? decoded(wire) : null;
    };
    const read_rows = () => {
      this.kept.value = (model.get("_rows") ?? []) as Row[];
    };
    listen(model, ended, { "change:_attributions": read_many, "change:_rows": read_rows });
    read_many();
    read_rows();
  }

  protected override worked({ of, state }: Task): void {
    if (state !== "failed" && state !== "cancelled") return;
    if (of === "row") this.waiting.value = false;
    else if (of === "edit") this.#answered();
  }

  protected override heard(message: Message, buffers: DataView[]): void {
    if (message.kind === "row") {
      const [pixels] = buffers;
      const other = this.row.value?.position !== message.row.position;
      this.waiting.value = message.row.pending === true;
      this.row.value = { ...message.row, ...(pixels ? { pixels } : {}) };
      if (other) this.#forget();
    } else if (message.kind === "what_if") {
      const { position } = message.what_if;
      if (this.row.value && position !== this.row.value.position) return;
      this.what_if.value = message.what_if;
      this.#answered();
    } else if (message.kind === "attributions") {
      const { wire } = message;
      const parts = wire?.buffers.map((name, i) => [name, buffers[i]]) ?? [];
      this.many.value = wire ? decoded({ ...wire, ...Object.fromEntries(parts) }) : null;
    }
  }

  ask(asked: Asked): void {
    this.waiting.value = true;
    // Shown at once; Python says it back.
    this.value.value = { ...this.value.value, asked };
    this.model.send({ kind: "ask", asked });
  }

  /** @param now Although that takes long. */
  step(step: number, now = false): void {
    this.waiting.value = true;
    this.model.send({ kind: "row", step, now });
  }

  go(position: number): void {
    this.waiting.value = true;
    this.model.send({ kind: "row", position });
  }

  more(): void {
    this.model.send({ kind: "more" });
  }

  edit(changes: Edit[]): void {
    if (this.#asking) {
      this.#next = changes;
      return;
    }
    this.#asking = true;
    this.model.send({ kind: "what_if", changes });
  }

  start(which: "nearest" | "flip"): void {
    this.#next = null;
    this.#asking = true;
    this.model.send({ kind: "start", which });
  }

  override cancel(): void {
    this.#next = null;
    this.#asking = false;
    super.cancel();
  }

  #answered(): void {
    this.#asking = false;
    const next = this.#next;
    this.#next = null;
    if (next) this.edit(next);
  }

  #forget(): void {
    this.what_if.value = null;
    this.#next = null;
    this.#asking = false;
  }
}

function decoded(wire: Wire): Many {
  const of = <T>(Type: new (buffer: ArrayBuffer) => T, view: DataView): T =>
    new Type(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength) as ArrayBuffer);
  const { features, method, space, said, exact, route } = wire;
  return {
    ...{ features, method, space, said, exact, route },
    positions: of(Uint32Array, wire.positions),
    values: of(Float32Array, wire.values),
    bases: of(Float32Array, wire.bases),
    outputs: of(Float32Array, wire.outputs),
  };
}
