// What Python worked out for one view, and the long work it does for it: kept in the view's model, so
// that it is there again in a saved notebook.
import { type Signal, signal } from "@preact/signals";
import { listen, type Model } from "./model.ts";
import type { Predicate } from "./selection.ts";

/** A group of rows with its rate: a slice, a group of a feature, a node of a tree. */
export interface Rated {
  words: string;
  /** What selects it; null for all rows. */
  where: Predicate | null;
  support: number;
  rate: number | null;
  low: number | null;
  high: number | null;
}

export interface FoundSlice extends Rated {
  parts: string[];
  support_share: number;
  errors: number;
  error_share: number | null;
  lift: number | null;
  q: number | null;
  verified: boolean;
  discovery_rate: number | null;
  n_similar: number;
  subsumed_by: string | null;
}

export interface RatedFeature {
  name: string;
  explained: number | null;
  p: number | null;
  n_groups: number;
  groups: Rated[];
}

export interface TreeNode extends Rated {
  depth: number;
  is_leaf: boolean;
}

export interface Asked {
  /** Position among the objectives. */
  objective: number;
  max_conditions: number;
  min_support: number;
  /** Only among the rows that are selected. */
  within: boolean;
}

/** Without `found` nothing was searched yet. */
export interface Explored {
  asked: Asked;
  objectives: string[];
  supports: number[];
  most_conditions: number;
  measure: string;
  is_rate: boolean;
  overall: number;
  found?: FoundSlice[];
  note: string;
  cover: string;
  features: RatedFeature[];
  features_note: string;
  tree: TreeNode[];
  tree_note: string;
}

export interface Task {
  state: "running" | "ended" | "cancelled" | "failed";
  what?: string;
  done?: number;
  message?: string;
}

const TRAIT = "_content";

export class Content {
  readonly value: Signal<Partial<Explored>> = signal({});
  readonly task: Signal<Task | null> = signal(null);
  readonly #model: Model;

  constructor(model: Model, ended: AbortSignal) {
    this.#model = model;
    const read = () => {
      this.value.value = (model.get(TRAIT) ?? {}) as Partial<Explored>;
    };
    const hear = (message: { kind?: string } & Task) => {
      if (message?.kind === "task") this.task.value = message;
    };
    listen(model, ended, { [`change:${TRAIT}`]: read, "msg:custom": hear });
    read();
  }

  search(asked: Asked): void {
    this.#model.send({ kind: "search", asked });
  }

  cancel(): void {
    this.#model.send({ kind: "cancel" });
  }
}
