import { describe, expect, it, vi } from "vitest";
import { Link } from "../src/store/link.ts";
import { Loader } from "../src/store/loader.ts";

const PART = 4;
const META = {
  codes: new DataView(new ArrayBuffer(0)),
  dtype: "uint8",
  display_labels: ["a", "b", "c"],
  literals: ["'a'", "'b'", "'c'"],
  missing: [],
  reference: "x",
  kind: "category",
  texts: null,
  lows: null,
  highs: null,
  unit: null,
  in_queries: false,
  values: null,
};
const CODES = Uint8Array.from([0, 1, 2, 2, 1, 0, 1, 2, 0]);
const VALUES = Float64Array.from(CODES, (code) => code / 2);

/** Answers as Python does, in small parts. */
function python() {
  const link = new Link();
  const asked: string[] = [];
  vi.spyOn(link, "request").mockImplementation(async (content) => {
    const { name, part, offset } = content as { name: string; part: string; offset: number };
    asked.push(`${name} ${part} ${offset}`);
    if (name === "nothing") throw new Error("There is no column 'nothing'.");
    const whole = part === "codes" ? CODES.buffer : VALUES.buffer;
    const values = part === "values" ? { dtype: "float64", data: META.codes } : null;
    const end = Math.min(whole.byteLength, offset + (part === "codes" ? PART : 32));
    // A buffer may begin anywhere in what came.
    const padded = new Uint8Array(3 + end - offset);
    padded.set(new Uint8Array(whole, offset, end - offset), 3);
    const buffers = [new DataView(padded.buffer, 3)];
    const described = offset === 0 ? { column: { ...META, values } } : {};
    return { content: { size: whole.byteLength, ...described }, buffers };
  });
  return { loader: new Loader(link), asked };
}

describe("columns that travel when asked for", () => {
  it("come in parts and are put together", async () => {
    const { loader, asked } = python();
    await loader.load(["x"], []);
    expect(asked).toEqual(["x codes 0", "x codes 4", "x codes 8"]);
    expect([...(loader.columns.value.get("x")?.codes ?? [])]).toEqual([...CODES]);
    expect(loader.progress.value).toBeNull();
  });

  it("come one after the other, and once however often they are asked for", async () => {
    const { loader, asked } = python();
    await Promise.all([loader.load(["x", "y"], []), loader.load(["y", "x"], [])]);
    expect(asked.map((question) => question[0]).join("")).toBe("xxxyyy");
    await loader.load(["x"], []);
    expect(asked).toHaveLength(6);
  });

  it("get their values when these are wanted, beside the codes", async () => {
    const { loader } = python();
    await loader.load(["x"], ["x"]);
    const column = loader.columns.value.get("x");
    expect([...(column?.codes ?? [])]).toEqual([...CODES]);
    expect([...(column?.values?.data ?? [])]).toEqual([...VALUES]);
  });

  it("say how far they are", async () => {
    const { loader } = python();
    const seen: number[] = [];
    loader.progress.subscribe((progress) => {
      if (progress) seen.push(Math.round(progress.done * 100));
    });
    await loader.load(["x"], []);
    expect(seen).toEqual([44, 89, 100]);
  });

  it("stop when that is asked for, and can be asked for again", async () => {
    const { loader, asked } = python();
    const started = loader.load(["x"], []);
    loader.cancel();
    await expect(started).rejects.toThrow("cancelled");
    expect(asked.length).toBeLessThan(3);
    await loader.load(["x"], []);
    expect(loader.columns.value.get("x")?.codes).toHaveLength(9);
  });

  it("fail with the reason, and do not stop those behind them", async () => {
    const { loader } = python();
    const bad = loader.load(["nothing"], []);
    const good = loader.load(["x"], []);
    await expect(bad).rejects.toThrow("There is no column");
    await good;
    expect(loader.columns.value.has("x")).toBe(true);
  });
});
