// Tables as Python sends them: only the cells that are not empty.
import type { Table } from "./memory.ts";

export interface WireTable
  extends Omit<Table, "counts" | "weights" | "squares" | "sums" | "sum_squares"> {
  /** Cells that are not empty. */
  cells: DataView;
  counts: DataView;
  weights: DataView | null;
  squares: DataView | null;
  sums: DataView | null;
  sum_squares: DataView | null;
}

export function bytes(view: DataView | null): ArrayBuffer {
  if (!view) return new ArrayBuffer(0);
  return view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength) as ArrayBuffer;
}

/** A table as Python sends it: only the cells that are not empty. */
export function decodeTable({ cells, ...wire }: WireTable): Table {
  const at = new Uint32Array(bytes(cells));
  const size = wire.shape.reduce((product, n) => product * n, 1);
  const spread = (view: DataView | null): Float64Array | null => {
    if (!view) return null;
    const there = new Float64Array(bytes(view));
    const all = new Float64Array(size);
    for (let i = 0; i < at.length; i++) all[at[i] as number] = there[i] as number;
    return all;
  };
  return {
    ...wire,
    counts: spread(wire.counts) as Float64Array,
    weights: spread(wire.weights),
    squares: spread(wire.squares),
    sums: spread(wire.sums),
    sum_squares: spread(wire.sum_squares),
  };
}
