// A value that two sides write: the browser and Python each replace it as a whole.
//
// Of two states the one with the higher revision holds; with equal revisions Python's does, then the
// greater writer name: the rule of `Group` in `errwidgets/widgets/group.py`, so both sides end up
// equal without asking each other.
import { computed, type Signal, signal } from "@preact/signals";
import type { Model } from "./model.ts";

export interface Revision {
  revision: number;
  writer: string;
}

/** Writer of what an assignment in code makes, and the source of its clause. */
export const PYTHON = "python";

const MIN_PAUSE_MS = 50;

export class Shared<T extends object> {
  readonly #trait: string;
  readonly #page: string;
  readonly #state: Signal<T & Revision>;
  readonly #handles: () => Iterable<Model>;
  #sent_at = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly value = computed(() => this.#state.value);
  /** The view that the last change came from; "python" when it came from code. */
  readonly origin = computed(() => this.#state.value.writer.split("@")[0] ?? "");

  constructor(trait: string, page: string, empty: T, handles: () => Iterable<Model>) {
    this.#trait = trait;
    this.#page = page;
    this.#handles = handles;
    this.#state = signal({ ...empty, revision: -1, writer: "" });
  }

  /** Replace the value on behalf of a view. `hurried`: at most 20 a second travel, the latest wins. */
  write(value: T, view: string, hurried = false): void {
    const revision = this.#state.value.revision + 1;
    this.#state.value = { ...value, revision, writer: `${view}@${this.#page}` };
    clearTimeout(this.#timer);
    const pause = this.#sent_at + MIN_PAUSE_MS - Date.now();
    if (!hurried || pause <= 0) this.push();
    else this.#timer = setTimeout(() => this.push(), pause);
  }

  push(): void {
    // All handles lead to one model, so one is enough.
    for (const model of this.#handles()) {
      this.#sent_at = Date.now();
      model.set(this.#trait, this.#state.value);
      model.save_changes();
      return;
    }
  }

  receive(model: Model): void {
    const incoming = model.get(this.#trait) as (T & Revision) | undefined;
    if (!incoming || typeof incoming.revision !== "number") return;
    const order = compare(incoming, this.#state.value);
    if (order > 0) this.#state.value = incoming;
    else if (order < 0) this.push();
  }
}

function compare(a: Revision, b: Revision): number {
  if (a.revision !== b.revision) return a.revision - b.revision;
  if (a.writer === b.writer) return 0;
  if (a.writer === PYTHON) return 1;
  if (b.writer === PYTHON) return -1;
  return a.writer > b.writer ? 1 : -1;
}
