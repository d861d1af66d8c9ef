// What Python found for a slice explorer, and what is asked of it.
import { type Signal, signal } from "@preact/signals";
import type { Predicate } from "./selection.ts";
import { type Task, Told } from "./told.ts";

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
  /** Some of what is folded under it. */
  alike: FoundSlice[];
}

/** Rows in bins of one width: bins hold their upper edge, the outer ones all that lies beyond. */
export interface Histogram {
  /** Where bins meet, as limits of the column are spelled. */
  edges: string[];
  bins: Record<"support" | "rate" | "low" | "high", (number | null)[]>;
}

export interface RatedFeature {
  name: string;
  explained: number | null;
  p: number | null;
  n_groups: number;
  histogram: Histogram | null;
  groups: Rated[];
}

export interface TreeNode extends Rated {
  depth: number;
  is_leaf: boolean;
}

export interface Asked {
  /** Position among the objectives, or the codes of a confusion's true and predicted class. */
  objective: number | [number, number];
  max_conditions: number;
  min_support: number;
  alpha: number;
  /** Only among the rows that were selected when this was asked. */
  within: boolean;
  max_depth: number;
  min_leaf: number;
}

/** How the page counts what is looked for. */
export interface Reading {
  /** The rows that count; null for all. */
  scope: Predicate | null;
  /** What makes a row wrong. */
  truth: Predicate | null;
  /** Else the column that is summed. */
  value: string | null;
}

/** Without `found` nothing was searched yet. */
export interface Explored {
  asked: Asked;
  objectives: string[];
  supports: number[];
  most_conditions: number;
  /** The rows that are searched, when not all. */
  within: { words: string; where: Predicate } | null;
  measure: string;
  noun: string;
  is_rate: boolean;
  reading: Reading;
  overall: number | null;
  found?: FoundSlice[];
  note: string;
  cover: string;
  /** The columns that slices may speak of. */
  names: string[];
  /** Absent while they are worked out. */
  features?: RatedFeature[];
  features_note: string;
  /** The two features that explain most and say different things. */
  axes?: [string | null, string | null];
  tree?: TreeNode[];
  tree_note: string;
  /** The lens was changed since. */
  stale?: boolean;
}

/** What Python says of a cohort that was named. */
export type Named = { kept: string } | { refused: string };

type Message =
  | ({ kind: "preview" } & Pick<Explored, "asked" | "found" | "note">)
  | ({ kind: "cohort" } & Named);

export class Content extends Told<Explored, Message> {
  /** What a sample gives while a control is dragged. */
  readonly preview: Signal<Pick<Explored, "asked" | "found" | "note"> | null> = signal(null);
  readonly named: Signal<Named | null> = signal(null);
  /** Of a drag only the newest step is sent, and the next one when the last was answered. */
  #waiting: Asked | null = null;
  #asking = false;

  protected override changed(): void {
    this.preview.value = null;
  }

  protected override worked(task: Task): void {
    if (task.state !== "running") this.#stepped();
  }

  protected override heard(message: Message): void {
    if (message.kind === "cohort") this.named.value = message;
    else if (message.kind === "preview" && this.#asking) {
      this.preview.value = message;
      this.#stepped();
    }
  }

  /** @param afresh Among the rows that are selected now, where it is asked to be `within`. */
  search(asked: Asked, afresh = false): void {
    this.#rest();
    this.model.send({ kind: "search", asked, afresh });
  }

  /** A step of a drag. */
  look(asked: Asked): void {
    if (this.#asking) {
      this.#waiting = asked;
      return;
    }
    this.#asking = true;
    this.model.send({ kind: "preview", asked });
  }

  #stepped(): void {
    this.#asking = false;
    const next = this.#waiting;
    this.#waiting = null;
    if (next) this.look(next);
  }

  #rest(): void {
    this.#waiting = null;
    this.#asking = false;
  }

  grow(asked: Asked): void {
    this.model.send({ kind: "tree", asked });
  }

  /** Keep what is selected under a name. */
  keep(name: string): void {
    this.named.value = null;
    this.model.send({ kind: "cohort", name });
  }

  override cancel(): void {
    this.#rest();
    this.preview.value = null;
    super.cancel();
  }
}
