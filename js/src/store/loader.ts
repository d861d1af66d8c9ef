// Columns that travel when a view asks for them: one by one, in parts, with progress.
import { type Signal, signal } from "@preact/signals";
import { type Column, decodeColumn, type WireColumn } from "./columns.ts";
import type { Link } from "./link.ts";

export interface Progress {
  what: string;
  /** From 0 to 1. */
  done: number;
}

export class Loader {
  readonly columns: Signal<ReadonlyMap<string, Column>> = signal(new Map());
  readonly progress: Signal<Progress | null> = signal(null);
  readonly #link: Link;
  readonly #underway = new Map<string, Promise<void>>();
  #last: Promise<unknown> = Promise.resolve();
  /** Counts up when what Python has is another: parts of two columns must not be mixed. */
  #edition = 0;

  constructor(link: Link) {
    this.#link = link;
  }

  /** Forget what came: Python has other codes now. */
  forget(): void {
    this.#edition++;
    this.#underway.clear();
    this.columns.value = new Map();
    this.progress.value = null;
  }

  cancel(): void {
    this.#edition++;
    this.#underway.clear();
    this.progress.value = null;
  }

  /** Bring columns to the page, with their numbers where `values` says so. */
  async load(names: string[]): Promise<void> {
    for (const name of names) {
      if (!this.#underway.has(name)) {
        const started = this.#last.then(() => this.#fetch(name, this.#edition));
        this.#last = started.catch(() => {});
        this.#underway.set(name, started);
        started.catch(() => this.#underway.delete(name));
      }
    }
    await Promise.all(names.map((name) => this.#underway.get(name)));
  }

  async #fetch(name: string, edition: number): Promise<void> {
    const parts = { codes: new Parts(), values: new Parts() };
    let meta: WireColumn | null = null;
    try {
      for (const part of ["codes", "values"] as const) {
        const to = parts[part];
        do {
          if (edition !== this.#edition) throw new Error("cancelled");
          const question = { kind: "column", name, part, offset: to.received };
          const { content, buffers } = await this.#link.request(question);
          if (edition !== this.#edition) throw new Error("cancelled");
          if (content.column) meta = content.column as WireColumn;
          const buffer = buffers[0] ?? new DataView(new ArrayBuffer(0));
          to.add(buffer, Number(content.size));
          const whole = part === "codes" ? 0 : 0.5;
          this.progress.value = { what: name, done: whole + to.share / 2 };
          if (buffer.byteLength === 0) break;
        } while (to.received < to.size);
      }
      if (!meta) throw new Error(`Python did not describe the column ${name}`);
      const wire = { ...meta, codes: parts.codes.whole() };
      if (meta.values) wire.values = { ...meta.values, data: parts.values.whole() };
      const column = decodeColumn(name, wire);
      this.columns.value = new Map([...this.columns.value, [name, column]]);
    } finally {
      if (edition === this.#edition) this.progress.value = null;
    }
  }
}

/** The bytes of an array, as they come. */
class Parts {
  received = 0;
  size = 0;
  #bytes = new Uint8Array(0);

  add(part: DataView, size: number): void {
    if (this.#bytes.length !== size) {
      this.size = size;
      this.#bytes = new Uint8Array(size);
    }
    const bytes = new Uint8Array(part.buffer as ArrayBuffer, part.byteOffset, part.byteLength);
    this.#bytes.set(bytes, this.received);
    this.received += bytes.length;
  }

  get share(): number {
    return this.size ? this.received / this.size : 1;
  }

  whole(): DataView {
    return new DataView(this.#bytes.buffer);
  }
}
