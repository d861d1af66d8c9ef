// Columns as small integers, as Python sends them.

export type Codes = Uint8Array | Uint16Array | Uint32Array;

/** A column on the wire; field names as in `errwidgets/widgets/group.py`. */
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
}

export interface Column extends Omit<WireColumn, "codes" | "dtype"> {
  name: string;
  codes: Codes;
}

export type Columns = ReadonlyMap<string, Column>;

const TYPES = { uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array } as const;

export function decodeColumn(name: string, wire: WireColumn): Column {
  if (!Object.hasOwn(TYPES, wire.dtype))
    throw new Error(`column ${name} has the unknown type ${wire.dtype}`);
  const Type = TYPES[wire.dtype as keyof typeof TYPES];
  const { codes } = wire;
  const view = codes instanceof ArrayBuffer ? new DataView(codes) : codes;
  // A typed array needs an aligned start; a message's buffer may begin anywhere.
  const aligned = view.byteOffset % Type.BYTES_PER_ELEMENT === 0;
  const buffer = aligned
    ? view.buffer
    : view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
  const start = aligned ? view.byteOffset : 0;
  return {
    name,
    codes: new Type(buffer as ArrayBuffer, start, view.byteLength / Type.BYTES_PER_ELEMENT),
    display_labels: wire.display_labels,
    literals: wire.literals,
    missing: wire.missing,
    reference: wire.reference,
  };
}
