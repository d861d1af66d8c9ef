import { describe, expect, it } from "vitest";
import { decodeColumn } from "../src/store/columns.ts";
import { wireColumn } from "./fakes.ts";

const { codes: _codes, dtype: _dtype, ...REST } = wireColumn([], ["a"], "y");
const KINDS = [
  { dtype: "uint8", Type: Uint8Array, values: [0, 1, 255] },
  { dtype: "uint16", Type: Uint16Array, values: [0, 1, 65535, 258] },
  { dtype: "uint32", Type: Uint32Array, values: [0, 1, 4294967295, 16909060] },
];

describe("decodeColumn", () => {
  for (const { dtype, Type, values } of KINDS) {
    for (const offset of [0, 1, 2, 3, 4, 7]) {
      it(`reads ${dtype} that starts at byte ${offset} of a message`, () => {
        const bytes = new Uint8Array(Type.from(values).buffer);
        const message = new Uint8Array(offset + bytes.length + 5).fill(9);
        message.set(bytes, offset);
        const codes = new DataView(message.buffer, offset, bytes.length);
        const column = decodeColumn("y", { ...REST, dtype, codes });
        expect(column.codes).toBeInstanceOf(Type);
        expect([...column.codes]).toEqual(values);
        expect(column).toMatchObject({ name: "y", ...REST });
      });
    }

    it(`reads ${dtype} from a whole buffer and from none`, () => {
      const { buffer } = Type.from(values);
      expect([...decodeColumn("y", { ...REST, dtype, codes: buffer }).codes]).toEqual(values);
      const empty = decodeColumn("y", { ...REST, dtype, codes: new DataView(new ArrayBuffer(0)) });
      expect(empty.codes).toHaveLength(0);
    });
  }

  it.each(["int8", "float64", ""])("refuses the type %s", (dtype) => {
    const codes = new DataView(new ArrayBuffer(8));
    expect(() => decodeColumn("age", { ...REST, dtype, codes })).toThrow(
      `column age has the unknown type ${dtype}`,
    );
  });
});
