// The store: columns, clauses and lens that linked views share, kept equal with Python.
import { computed, effect, signal } from "@preact/signals";
import { type Column, type Columns, decodeColumn, type WireColumn } from "./columns.ts";
import { KernelSource } from "./kernel-source.ts";
import { type Lens, type Lensing, NO_LENS, throughLens, withoutLens } from "./lens.ts";
import { Link } from "./link.ts";
import { Loader } from "./loader.ts";
import { type Holdings, LocalSource } from "./local-source.ts";
import { Memory } from "./memory.ts";
import { listen, type Model } from "./model.ts";
import { type AnswerOf, Lacking, type PageAnswer, type Query } from "./query.ts";
import { bytes, decodeTable, type WireTable } from "./saved-tables.ts";
import { type Clause, type Predicate, queryString } from "./selection.ts";
import { Shared } from "./shared.ts";

export { PYTHON } from "./shared.ts";

export interface Info extends Lensing {
  name: string | null;
  n_samples: number;
  /** Name of the column of weights. */
  weight: string | null;
  /** Orders of the classes that the page cannot work out. */
  orders: Record<string, number[]>;
  class_groups: [string, number[]][];
  /** Where the fine bins of a regression meet. */
  bin_edges: number[];
  /** The frame is pandas'. */
  pandas: boolean;
  /** The distance from which a row of a regression counts as wrong, before any lens. */
  error_threshold: number | null;
  /** Columns of more bytes than this together are counted in Python. */
  page_bytes: number;
  /** Names of what was selected and kept: "cohort." and the name is a column. */
  cohorts: string[];
}

interface WireSample {
  rows: DataView;
  stands_for: DataView;
}

/** Some readable rows of the selection, where the user lets a notebook keep them. */
export interface RowsPage {
  /** How many rows are selected in all. */
  total: number;
  columns: string[];
  index: string[];
  rows: string[][];
}

interface Clauses {
  clauses: Clause[];
}

/** A lens, and whether the gesture that moves it has ended. */
interface LensState extends Lens {
  finished: boolean;
}

/** Longer lists of row numbers are no code that anybody would paste. */
const MOST_POSITIONS = 10_000;

const NOTHING: Info = {
  name: null,
  n_samples: 0,
  task: "",
  pos_code: null,
  probability: null,
  distance: null,
  is_error: null,
  weight: null,
  orders: {},
  class_groups: [],
  bin_edges: [],
  pandas: true,
  error_threshold: null,
  page_bytes: 0,
  cohorts: [],
};

export class Store {
  /** Tells two pages of one notebook apart, both of which hold views of the same source. */
  readonly #page = Math.random().toString(36).slice(2, 10);
  readonly #models = new Map<Model, string>();
  readonly #selection = new Shared<Clauses>("state", this.#page, { clauses: [] }, () =>
    this.#models.keys(),
  );
  readonly #lens = new Shared<LensState>("lens", this.#page, { ...NO_LENS, finished: true }, () =>
    this.#models.keys(),
  );
  readonly #info = signal<Info>(NOTHING);
  readonly #wire = signal<Record<string, WireColumn>>({});
  readonly #wire_tables = signal<WireTable[]>([]);
  readonly #wire_sample = signal<WireSample | null>(null);
  readonly #page_of_rows = signal<RowsPage | null>(null);
  readonly #failure = signal<string | null>(null);
  readonly #n_selected = signal(0);
  readonly #asked_kernel = signal(false);
  readonly link = new Link();
  readonly #loader = new Loader(this.link);
  readonly #kernel = new KernelSource(this.link);

  readonly info = computed(() => this.#info.value);
  readonly rows = computed(() => this.#page_of_rows.value);
  readonly clauses = computed(() => this.#selection.value.value.clauses);
  readonly lens = computed<Lens>(() => this.#lens.value.value);
  /** The view that the last change of the selection came from. */
  readonly origin = this.#selection.origin;
  readonly failure = computed(() => this.#failure.value);
  /** Columns that are on their way. */
  readonly progress = computed(() => this.#loader.progress.value);
  readonly n_selected = computed(() => this.#n_selected.value);
  /** How many rows the notebook kept, when not all. */
  readonly n_drawn = computed(() => {
    const wire = this.#wire_sample.value;
    return wire && wire.rows.byteLength / Uint32Array.BYTES_PER_ELEMENT;
  });
  readonly counted_in_python = computed(() => this.#asked_kernel.value);

  readonly #saved = computed<Columns>(() => {
    const entries = Object.entries(this.#wire.value);
    return new Map<string, Column>(entries.map(([name, wire]) => [name, decodeColumn(name, wire)]));
  });
  /** What is said of a sample's columns holds for all rows; their codes do not. */
  readonly #whole = computed<Columns>(() => {
    const saved = [...this.#saved.value];
    const known = this.#wire_sample.value
      ? saved.map(
          ([name, column]) => [name, { ...column, codes: column.codes.slice(0, 0) }] as const,
        )
      : saved;
    // Values that came may belong to a column whose codes were here before.
    const came = [...this.#loader.columns.value].map(([name, column]) => {
      const codes = column.codes.length
        ? column.codes
        : (this.#saved.value.get(name)?.codes ?? column.codes);
      return [name, this.#wire_sample.value ? column : { ...column, codes }] as const;
    });
    return new Map([...known, ...came]);
  });
  readonly #lensed = computed(() =>
    throughLens(this.#whole.value, this.lens.value, this.info.value),
  );
  /** The columns as the lens shows them. */
  readonly columns = computed(() => this.#lensed.value.columns);
  readonly #memory = computed(() => {
    void this.#whole.value; // other rows: nothing that was counted holds
    return new Memory();
  });
  readonly #holdings = computed<Holdings>(() => ({
    n_samples: this.info.value.n_samples,
    tables: this.#wire_tables.value.map(decodeTable),
    sample: null,
    weight: this.info.value.weight,
    is_error: this.info.value.is_error,
  }));
  readonly #local = computed(
    () => new LocalSource(this.#lensed.value, this.#holdings.value, this.#memory.value),
  );
  /** Answers from a sample, where nothing better can be had. */
  readonly #sampled = computed(() => {
    const wire = this.#wire_sample.value;
    if (!wire) return null;
    const sample = {
      rows: new Uint32Array(bytes(wire.rows)),
      stands_for: new Float64Array(bytes(wire.stands_for)),
    };
    const lensed = throughLens(this.#saved.value, this.lens.value, this.info.value);
    return new LocalSource(lensed, { ...this.#holdings.value, tables: [], sample });
  });
  /** Changes whenever the same question may have another answer. */
  readonly edition = computed(() => [this.#local.value, this.link.status.value]);

  constructor() {
    let gone = false;
    effect(() => {
      const status = this.link.status.value;
      if (status === "live" && gone) {
        // What was selected meanwhile has not been heard.
        this.#selection.push();
        this.#lens.push();
      }
      gone = status === "lost";
    });
    let asked = 0;
    effect(() => {
      const where = this.clauses.value.map((clause) => clause.predicate);
      void this.edition.value;
      const mine = ++asked;
      const put = (n: number) => {
        if (mine === asked) this.#n_selected.value = n;
      };
      if (!where.length) return put(0);
      try {
        const answer = this.ask({ ask: "aggregate", keys: [], where });
        if (answer instanceof Promise)
          answer.then(({ counts }) => put(counts[0] ?? 0)).catch(() => {});
        else put(answer.counts[0] ?? 0);
      } catch {
        // The view that counts the same rows says what is missing.
      }
    });
  }

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
  attach(model: Model, source: string, ended: AbortSignal, reference = ""): void {
    const read_columns = () => {
      this.#info.value = { ...NOTHING, ...(model.get("info") as Partial<Info>) };
      this.#wire_tables.value = (model.get("tables") ?? []) as WireTable[];
      this.#wire_sample.value = (model.get("sample") ?? null) as WireSample | null;
      this.#wire.value = (model.get("columns") ?? {}) as Record<string, WireColumn>;
    };
    const read_page = () => {
      this.#page_of_rows.value = (model.get("page") ?? null) as RowsPage | null;
    };
    const read_state = () => this.#selection.receive(model);
    const read_lens = () => this.#lens.receive(model);
    const read_message = (message: { kind?: string; message?: string }) => {
      if (message?.kind === "failure") this.#failure.value = String(message.message);
      if (message?.kind === "recoded") this.#loader.forget();
    };
    if (this.idle) read_columns();
    this.#models.set(model, source);
    listen(model, ended, {
      "change:info": read_columns,
      "change:columns": read_columns,
      "change:tables": read_columns,
      "change:sample": read_columns,
      "change:page": read_page,
      "change:state": read_state,
      "change:lens": read_lens,
      "msg:custom": read_message,
    });
    ended.addEventListener("abort", () => this.#models.delete(model));
    read_page();
    read_state();
    read_lens();
    this.link.attach(model, reference, ended);
  }

  // ---------------------------------------------------------------- questions

  /** The best answer there is: exact from the page, else exact from Python, else from a sample.
   *
   *  @throws Lacking when there is none. */
  ask<Q extends Query>(query: Q): AnswerOf<Q> | Promise<AnswerOf<Q>> {
    try {
      return this.#local.value.ask(query);
    } catch (error) {
      if (!(error instanceof Lacking)) throw error;
      const { status } = this.link;
      if (status.value === "live") return this.#fetch(query, error);
      const sampled = this.#sampled.value;
      if (sampled) return { ...sampled.ask(query), sampled: true };
      throw error;
    }
  }

  async #fetch<Q extends Query>(query: Q, lacking: Lacking): Promise<AnswerOf<Q>> {
    // What comes may show that more is needed: of a mask first its columns, then those it is of.
    for (let round = 0; round < 4 && this.#fits(lacking); round++) {
      await this.#loader.load(lacking.codes, lacking.values);
      try {
        return this.#local.value.ask(query);
      } catch (error) {
        if (!(error instanceof Lacking)) throw error;
        lacking = error;
      }
    }
    const answer = await this.#kernel.ask(query);
    this.#asked_kernel.value = true;
    return answer;
  }

  /** Whether these columns may come to the page beside those that are here. */
  #fits({ codes, values }: Lacking): boolean {
    const { n_samples, page_bytes } = this.info.value;
    let held = 0;
    for (const column of this.#whole.value.values())
      held += column.codes.byteLength + (column.values?.data.byteLength ?? 0);
    // How wide codes are is not known before they come: two bytes at most, but for very many values.
    return held + n_samples * (codes.length * 2 + values.length * 8) <= page_bytes;
  }

  /** Bring columns that a view draws but the notebook does not hold. */
  async require(names: string[]): Promise<void> {
    const missing = names.filter((name) => !this.columns.value.has(name));
    if (missing.length) await this.#loader.load(missing, []);
  }

  cancelLoading(): void {
    this.#loader.cancel();
  }

  // ---------------------------------------------------------------- selection

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

  #write(clauses: Clause[], view: string): void {
    this.#failure.value = null;
    this.#selection.write({ clauses }, view);
  }

  /** Look through another lens. While a slider is dragged `finished` is false: what is counted
   *  follows, handlers in Python wait. */
  look(patch: Partial<Lens>, view: string, finished = true): void {
    const { threshold, merged, error_threshold, bins } = { ...this.lens.value, ...patch };
    const lens = { threshold, merged, error_threshold, bins, finished };
    this.#lens.write(lens, view, !finished);
  }

  dismissFailure(): void {
    this.#failure.value = null;
  }

  /** Python code that gives the selected rows. */
  code(): string | Promise<string> {
    const where = this.clauses.value.map((clause) => clause.predicate);
    if (!where.length) return "rows = evaluation.frame.iloc[[]]";
    const [first] = where;
    const whole: Predicate = where.length === 1 && first ? first : { op: "all", of: where };
    const plain = withoutLens(whole, this.#lensed.value, this.info.value, this.lens.value);
    const query = plain && queryString(plain, this.columns.value);
    // A JSON string is a Python string too.
    const { pandas } = this.info.value;
    const asked = pandas ? "frame.query" : "select";
    if (query) return `rows = evaluation.${asked}(${JSON.stringify(query)})`;
    const page = { ask: "page", where, sort: null, descending: false, start: 0 } as const;
    const found = this.ask({ ...page, stop: MOST_POSITIONS });
    const said = (page: PageAnswer) => positions(page, pandas);
    return found instanceof Promise ? found.then(said) : said(found);
  }
}

function positions({ total, rows }: PageAnswer, pandas: boolean): string {
  // No query describes them, and they are too many to list.
  if (total > rows.length) return "rows = matrix.selected";
  const numbers = `[${rows.join(", ")}]`;
  // Rows of other frames have their numbers for labels.
  return `rows = evaluation.${pandas ? `frame.iloc[${numbers}]` : `select(${numbers})`}`;
}
