// The store: columns and clauses that linked views share, kept equal with Python.
//
// `state` has two writers. Of two states the one with the higher revision holds; with equal
// revisions Python's does, then the greater writer name: the rule of `Group.receive` in
// `errwidgets/widgets/group.py`, so both sides end up equal without asking each other.
import { computed, signal } from "@preact/signals";
import { type Column, decodeColumn, type WireColumn } from "./columns.ts";
import { LocalSource } from "./local-source.ts";
import type { Model } from "./model.ts";
import { type Clause, type Predicate, queryString } from "./selection.ts";

interface State {
  revision: number;
  writer: string;
  clauses: Clause[];
}

interface Info {
  name: string | null;
  n_samples: number;
}

/** Source of the clause that an assignment in code makes. */
export const PYTHON = "python";
const EMPTY: State = { revision: -1, writer: "", clauses: [] };

export class Store {
  /** Tells two pages of one notebook apart, both of which hold views of the same source. */
  readonly #page = Math.random().toString(36).slice(2, 10);
  readonly #models = new Map<Model, string>();
  readonly #state = signal<State>(EMPTY);
  readonly #info = signal<Info>({ name: null, n_samples: 0 });
  readonly #wire = signal<Record<string, WireColumn>>({});
  readonly #failure = signal<string | null>(null);

  readonly info = computed(() => this.#info.value);
  readonly columns = computed(() => {
    const entries = Object.entries(this.#wire.value);
    return new Map<string, Column>(entries.map(([name, wire]) => [name, decodeColumn(name, wire)]));
  });
  readonly source = computed(() => new LocalSource(this.columns.value, this.info.value.n_samples));
  readonly clauses = computed(() => this.#state.value.clauses);
  /** The view that the last change came from; "python" when it came from code. */
  readonly origin = computed(() => this.#state.value.writer.split("@")[0] ?? "");
  readonly failure = computed(() => this.#failure.value);
  readonly n_selected = computed(() => {
    const where = this.clauses.value.map((clause) => clause.predicate);
    if (!where.length) return 0;
    return this.source.value.count({ keys: [], where }).counts[0] ?? 0;
  });

  /** No view is left. */
  get idle(): boolean {
    return this.#models.size === 0;
  }

  /** The first view that is still there: it speaks for changes that came from code. */
  get speaker(): string | undefined {
    return this.#models.values().next().value;
  }

  /** Take in a view's handle of the store's model. The host drops the handle's listeners with the
   *  view, so each view brings its own and all lead here. */
  attach(model: Model, source: string, ended: AbortSignal): void {
    const read_columns = () => {
      this.#info.value = model.get("info") as Info;
      this.#wire.value = model.get("columns") as Record<string, WireColumn>;
    };
    const read_state = () => this.#receive(model);
    const read_message = (message: { kind?: string; message?: string }) => {
      if (message?.kind === "failure") this.#failure.value = String(message.message);
    };
    const events: [string, (...args: never[]) => void][] = [
      ["change:info", read_columns],
      ["change:columns", read_columns],
      ["change:state", read_state],
      ["msg:custom", read_message],
    ];
    if (this.idle) read_columns();
    this.#models.set(model, source);
    for (const [event, callback] of events) model.on(event, callback);
    ended.addEventListener("abort", () => {
      for (const [event, callback] of events) model.off(event, callback);
      this.#models.delete(model);
    });
    read_state();
  }

  /** What a view counts: everything selected, without what it shows as its own. */
  elsewhere(...own: string[]): Predicate[] {
    return this.clauses.value.filter((c) => !own.includes(c.source)).map((c) => c.predicate);
  }

  own(source: string): Predicate | null {
    return this.clauses.value.find((clause) => clause.source === source)?.predicate ?? null;
  }

  /** Replace what `source` contributes, and drop what `instead` of it stood there, on behalf of the
   *  view `view`. */
  select(source: string, predicate: Predicate | null, view: string, instead: string[] = []): void {
    const gone = [source, ...instead];
    const others = this.clauses.value.filter((clause) => !gone.includes(clause.source));
    this.#write(predicate ? [...others, { source, predicate }] : others, view);
  }

  clear(view: string): void {
    this.#write([], view);
  }

  dismissFailure(): void {
    this.#failure.value = null;
  }

  /** Python code that gives the selected rows. */
  code(): string {
    const predicates = this.clauses.value.map((clause) => clause.predicate);
    if (!predicates.length) return "rows = evaluation.frame.iloc[[]]";
    const [first] = predicates;
    const whole: Predicate =
      predicates.length === 1 && first ? first : { op: "all", of: predicates };
    const query = queryString(whole, this.columns.value);
    // A JSON string is a Python string too.
    if (query !== null) return `rows = evaluation.frame.query(${JSON.stringify(query)})`;
    return `rows = evaluation.frame.iloc[[${this.source.value.positions(predicates).join(", ")}]]`;
  }

  #write(clauses: Clause[], view: string): void {
    const state = {
      revision: this.#state.value.revision + 1,
      writer: `${view}@${this.#page}`,
      clauses,
    };
    this.#state.value = state;
    this.#failure.value = null;
    this.#push(state);
  }

  #push(state: State): void {
    // All handles lead to one model, so one is enough.
    for (const model of this.#models.keys()) {
      model.set("state", state);
      model.save_changes();
      return;
    }
  }

  #receive(model: Model): void {
    const incoming = model.get("state") as State;
    const order = compare(incoming, this.#state.value);
    if (order > 0) this.#state.value = incoming;
    else if (order < 0) this.#push(this.#state.value);
  }
}

function compare(a: State, b: State): number {
  if (a.revision !== b.revision) return a.revision - b.revision;
  if (a.writer === b.writer) return 0;
  if (a.writer === PYTHON) return 1;
  if (b.writer === PYTHON) return -1;
  return a.writer > b.writer ? 1 : -1;
}
