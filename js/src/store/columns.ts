// Columns as small integers, as Python sends them.

export type Codes = Uint8Array | Uint16Array | Uint32Array;

/** A column on the wire; field names as in `errwidgets/columns/wire.py`. */
export interface WireColumn {
  codes: DataView | ArrayBuffer;
  dtype: string;
  display_labels: string[];
  /** How a pandas query spells each value; null where it cannot. */
  literals: (string | null)[];
  /** Codes that stand for a missing value. */
  missing: number[];
  /** How a pandas query spells the column; null where it cannot. */
  reference: string | null;
  /** What the column holds: numeric, time, boolean, category, text, image, embedding or other. */
  kind: string;
  /** The text of each code, null where it is none; null when the display labels are the texts. */
  texts: (string | null)[] | null;
  /** The smallest and the largest value of each code; null without an order. */
  lows: (string | null)[] | null;
  highs: (string | null)[] | null;
  /** How limits are spelled: "float", "float32" (and rounded to it), "integer", "unsigned",
   *  "time[ns]", "time[ns, UTC]" or "duration[ns]" (whole numbers of s, ms, us or ns). */
  unit: string | null;
  /** Whether a pandas query compares the frame's column as `values` compare. */
  in_queries: boolean;
  /** The value of each row, only when asked for. uint64: offset binary, in the order of values. */
  values: { dtype: "float64" | "uint64"; data: DataView | ArrayBuffer } | null;
}

/** Values in order: numbers, or pairs of 32 bits, the lower half first. */
export type Values =
  | { dtype: "float64"; data: Float64Array }
  | { dtype: "uint64"; data: Uint32Array };

export interface Column extends Omit<WireColumn, "codes" | "dtype" | "values"> {
  name: string;
  codes: Codes;
  values: Values | null;
}

export type Columns = ReadonlyMap<string, Column>;

const TYPES = { uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array } as const;

export function decodeColumn(name: string, wire: WireColumn): Column {
  if (!Object.hasOwn(TYPES, wire.dtype))
    throw new Error(`column ${name} has the unknown type ${wire.dtype}`);
  const { codes, dtype, values, ...rest } = wire;
  return {
    ...rest,
    name,
    codes: typed<Codes>(TYPES[dtype as keyof typeof TYPES], codes),
    values: values ? decodeValues(name, values) : null,
  };
}

function decodeValues(name: string, wire: NonNullable<WireColumn["values"]>): Values {
  const { dtype, data } = wire;
  if (dtype === "float64") return { dtype, data: typed(Float64Array, data) };
  if (dtype === "uint64") return { dtype, data: typed(Uint32Array, data) };
  throw new Error(`the values of column ${name} have the unknown type ${dtype}`);
}

interface Typed<T> {
  new (buffer: ArrayBuffer, start: number, length: number): T;
  readonly BYTES_PER_ELEMENT: number;
}

function typed<T>(Type: Typed<T>, data: DataView | ArrayBuffer): T {
  const view = data instanceof ArrayBuffer ? new DataView(data) : data;
  // A typed array needs an aligned start; a message's buffer may begin anywhere.
  const aligned = view.byteOffset % Type.BYTES_PER_ELEMENT === 0;
  const buffer = aligned
    ? view.buffer
    : view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
  const start = aligned ? view.byteOffset : 0;
  return new Type(buffer as ArrayBuffer, start, view.byteLength / Type.BYTES_PER_ELEMENT);
}
