// Columns that travel when a view asks for them: one by one, in parts, with progress.
import { type Signal, signal } from "@preact/signals";
import { type Column, decodeColumn, type WireColumn } from "./columns.ts";
import type { Link } from "./link.ts";

export interface Progress {
  what: string;
  /** From 0 to 1. */
  done: number;
}

const STOPPED = "cancelled; the next change asks again";

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

  /** Bring codes of columns, and values of columns, to the page. */
  async load(codes: string[], values: string[]): Promise<void> {
    const parts = [
      ...codes.map((name) => ({ name, part: "codes" as const })),
      ...values.map((name) => ({ name, part: "values" as const })),
    ];
    for (const { name, part } of parts) {
      const key = `${part} ${name}`;
      if (this.#underway.has(key)) continue;
      const edition = this.#edition;
      const started = this.#last.then(() => this.#fetch(name, part, edition));
      this.#last = started.catch(() => {});
      this.#underway.set(key, started);
      started.catch(() => this.#underway.delete(key));
    }
    await Promise.all(parts.map(({ name, part }) => this.#underway.get(`${part} ${name}`)));
  }

  async #fetch(name: string, part: "codes" | "values", edition: number): Promise<void> {
    const bytes = new Parts();
    let meta: WireColumn | null = null;
    try {
      do {
        if (edition !== this.#edition) throw new Error(STOPPED);
        const question = { kind: "column", name, part, offset: bytes.received };
        const { content, buffers } = await this.#link.request(question);
        if (edition !== this.#edition) throw new Error(STOPPED);
        if (content.column) meta = content.column as WireColumn;
        const buffer = buffers[0] ?? new DataView(new ArrayBuffer(0));
        bytes.add(buffer, Number(content.size));
        this.progress.value = { what: name, done: bytes.share };
        if (buffer.byteLength === 0) break;
      } while (bytes.received < bytes.size);
      if (!meta) throw new Error(`Python did not describe the column ${name}`);
      const data = bytes.whole();
      const none = new DataView(new ArrayBuffer(0));
      const wire =
        part === "codes"
          ? { ...meta, codes: data, values: null }
          : { ...meta, codes: none, values: meta.values && { ...meta.values, data } };
      const came = decodeColumn(name, wire);
      const known = this.columns.value.get(name);
      const merged: Column =
        part === "codes"
          ? { ...came, values: known?.values ?? null }
          : { ...came, codes: known?.codes ?? came.codes };
      this.columns.value = new Map([...this.columns.value, [name, merged]]);
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
