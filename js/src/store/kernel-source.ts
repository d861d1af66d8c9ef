// Answers queries by asking Python: for evaluations of more rows than the page should hold.
import type { Link } from "./link.ts";
import type { AnswerOf, Query, Source } from "./query.ts";

const ARRAYS = { float64: Float64Array, uint32: Uint32Array } as const;

/** An answer on the wire: plain fields, and arrays whose bytes follow in this order. */
export interface WireAnswer {
  fields: Record<string, unknown>;
  arrays: [name: string, dtype: keyof typeof ARRAYS][];
}

export class KernelSource implements Source {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  async ask<Q extends Query>(query: Q): Promise<AnswerOf<Q>> {
    const { content, buffers } = await this.#link.request({ kind: "query", query });
    return decodeAnswer<Q>(content.answer as WireAnswer, buffers);
  }
}

export function decodeAnswer<Q extends Query>(wire: WireAnswer, buffers: DataView[]): AnswerOf<Q> {
  const answer: Record<string, unknown> = { ...wire.fields };
  wire.arrays.forEach(([name, dtype], i) => {
    const Type = ARRAYS[dtype];
    const view = buffers[i] as DataView;
    // A typed array needs an aligned start; a message's buffer may begin anywhere.
    const bytes = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
    answer[name] = new Type(bytes as ArrayBuffer);
  });
  return answer as unknown as AnswerOf<Q>;
}
