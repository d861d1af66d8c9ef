import { describe, expect, it } from "vitest";
import { Options } from "../src/store/options.ts";
import { matrixOptions } from "../src/views/matrix-options.ts";
import { FakeModel } from "./fakes.ts";

describe("Options", () => {
  it("reads what the model holds, and follows it until the view ends", () => {
    const model = new FakeModel({ _options: { order: "name" } });
    const end = new AbortController();
    const options = new Options(model, end.signal);
    expect(options.value.value).toEqual({ order: "name" });
    model.receive("_options", { order: "error" });
    expect(options.value.value).toEqual({ order: "error" });
    end.abort();
    expect(model.listener_count).toBe(0);
  });

  it.each([undefined, null, 7, "x"])("takes %o as nothing set", (value) => {
    const options = new Options(new FakeModel({ _options: value }), new AbortController().signal);
    expect(options.value.value).toEqual({});
  });

  it("changes some settings and keeps the others", () => {
    const model = new FakeModel({ _options: { order: "name", own: 1 } });
    const options = new Options(model, new AbortController().signal);
    options.set({ order: "error" });
    expect(options.value.value).toEqual({ order: "error", own: 1 });
    expect(model.get("_options")).toEqual({ order: "error", own: 1 });
  });
});

describe("matrixOptions", () => {
  const DEFAULT = {
    normalize: null,
    color: "all",
    scale: "linear",
    order: "given",
    metrics: null,
    compare: true,
    brought: [],
  };

  it("are counts in the given order", () => {
    expect(matrixOptions({}, {}, 3)).toEqual(DEFAULT);
  });

  it("fall back where a value is not known", () => {
    const odd = {
      normalize: "rows",
      color: 3,
      scale: null,
      order: "__proto__",
      metrics: "f1",
      compare: "yes",
      brought: [1.5, -1, 3, "a"],
    };
    expect(matrixOptions(odd, {}, 3)).toEqual(DEFAULT);
  });

  it("keep what is known, and metrics in their own order", () => {
    const settings = { normalize: "pred", order: "support", metrics: ["f1", "x", "precision"] };
    expect(matrixOptions(settings, {}, 3)).toMatchObject({
      normalize: "pred",
      order: "support",
      metrics: ["precision", "f1"],
    });
  });

  it.each([
    [[2, 0, 1], "cluster"],
    [null, "given"],
    [[0, 1], "given"],
    [[0, 0, 1], "given"],
    [[0, 1, 3], "given"],
  ])("take the cluster order %o as %s", (cluster, order) => {
    expect(
      matrixOptions({ order: "cluster" }, cluster ? { orders: { cluster } } : {}, 3).order,
    ).toBe(order);
  });
});
