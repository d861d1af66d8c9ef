import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Store } from "../src/store/connection.ts";
import { type Answer, Lacking } from "../src/store/query.ts";
import type { Predicate } from "../src/store/selection.ts";
import { FakeModel, wireColumn } from "./fakes.ts";

const LABELS = ["cat", "dog"];
const TRUE = [0, 0, 1, 1, 1, 0];
const PRED = [0, 1, 1, 1, 0, 0];
const KEYS = ["y_true", "y_pred"];
const FIRST_TWO: Predicate = {
  op: "rows",
  n_samples: 6,
  bits: btoa(String.fromCharCode(0b11)),
  words: "two rows",
  query: null,
};
const ask = (where: Predicate[] = []) => ({ ask: "aggregate", keys: KEYS, where }) as const;

/** A kernel that answers when it is let. */
class Kernel extends FakeModel {
  readonly asked: Record<string, unknown>[] = [];
  answering = true;

  override send(content: unknown): void {
    const message = content as Record<string, unknown>;
    if (message.kind === "ping") return;
    this.asked.push(message);
    if (!this.answering) return;
    const codes = message.name === "y_true" ? TRUE : PRED;
    const { codes: _, ...meta } = wireColumn([], LABELS, String(message.name));
    const counts = new DataView(Float64Array.from([9, 8, 7, 6]).buffer);
    const [reply, buffers] =
      message.kind === "column"
        ? [
            { size: 6, column: { ...meta, codes: null } },
            [new DataView(Uint8Array.from(codes).buffer)],
          ]
        : [{ answer: { fields: { shape: [2, 2] }, arrays: [["counts", "float64"]] } }, [counts]];
    queueMicrotask(() =>
      this.emit("msg:custom", { kind: "reply", id: message.id, ...reply }, buffers),
    );
  }
}

interface Parts {
  page_bytes?: number;
  sample?: number[];
}

/** A store without rows, as `persist=False` or a sample leave it. */
function open({ page_bytes = 1e6, sample }: Parts = {}) {
  const drawn = (codes: number[]) => (sample ? sample.map((row) => codes[row] as number) : []);
  const model = new Kernel({
    info: { name: null, n_samples: 6, task: "binary", page_bytes },
    columns: {
      y_true: wireColumn(drawn(TRUE), LABELS, "y_true"),
      y_pred: wireColumn(drawn(PRED), LABELS, "y_pred"),
    },
    tables: [],
    sample: sample
      ? {
          rows: new DataView(Uint32Array.from(sample).buffer),
          stands_for: new DataView(new Float64Array(sample.length).fill(6 / sample.length).buffer),
        }
      : null,
    state: { revision: 0, writer: "python", clauses: [] },
  });
  const store = new Store();
  store.attach(model, "confusion_matrix-1", new AbortController().signal);
  return { store, model, live: () => model.emit("msg:custom", { kind: "pong" }) };
}

function lacking(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof Lacking) return error.codes;
  }
  return [];
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("what the page does not hold", () => {
  it("is named while nobody is there", () => {
    const { store } = open();
    expect(lacking(() => store.ask(ask())).sort()).toEqual(["y_pred", "y_true"]);
  });

  it("is brought, once, when Python is there", async () => {
    const { store, model, live } = open();
    live();
    const answer = (await store.ask(ask([FIRST_TWO]))) as Answer;
    expect([...answer.counts]).toEqual([1, 1, 0, 0]);
    expect(model.asked.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([
      "column y_pred",
      "column y_true",
    ]);
    // From now on there is nothing to ask.
    const again = store.ask(ask()) as Answer;
    expect([...again.counts]).toEqual([2, 1, 1, 2]);
    expect(model.asked).toHaveLength(2);
    expect(store.counted_in_python.value).toBe(false);
  });

  it("stays in Python where it is more than the page should hold", async () => {
    const { store, model, live } = open({ page_bytes: 10 });
    live();
    const answer = (await store.ask(ask())) as Answer;
    expect([...answer.counts]).toEqual([9, 8, 7, 6]);
    expect(model.asked.map(({ kind }) => kind)).toEqual(["query"]);
    expect(store.counted_in_python.value).toBe(true);
  });

  it("is estimated from a sample without a kernel, and says so", () => {
    const { store } = open({ sample: [0, 1, 3] });
    const answer = store.ask(ask()) as Answer;
    expect(answer.sampled).toBe(true);
    expect([...answer.counts]).toEqual([2, 2, 0, 2]);
    expect([...(store.ask(ask([FIRST_TWO])) as Answer).counts]).toEqual([2, 2, 0, 0]);
    expect(store.n_drawn.value).toBe(3);
  });

  it("is asked for in full although there is a sample, when Python is there", async () => {
    const { store, live } = open({ sample: [0, 1, 3] });
    live();
    const answer = (await store.ask(ask())) as Answer;
    expect([...answer.counts]).toEqual([2, 1, 1, 2]);
    expect(answer.sampled).toBeUndefined();
  });

  it("can be given up, and counted in Python then", async () => {
    const { store, model, live } = open();
    live();
    model.answering = false;
    const waiting = store.ask(ask()) as Promise<Answer>;
    await vi.advanceTimersByTimeAsync(0);
    store.cancelLoading();
    model.answering = true;
    const { id, name } = model.asked[0] as { id: number; name: string };
    const column = { ...wireColumn([], LABELS, name), codes: null };
    const part = new DataView(Uint8Array.from(TRUE).buffer);
    model.emit("msg:custom", { kind: "reply", id, size: 6, column }, [part]);
    await expect(waiting).rejects.toThrow("cancelled");
    expect(store.progress.value).toBeNull();
  });
});

describe("a line that was lost", () => {
  it("tells what was selected meanwhile, once it is found again", () => {
    const { store, model, live } = open();
    live();
    store.select("a", FIRST_TWO, "a");
    store.link.status.value = "lost";
    store.clear("a");
    const before = model.saved.length;
    live();
    expect(store.link.status.value).toBe("live");
    expect(model.saved.length).toBeGreaterThan(before);
    expect(model.saved.at(before)).toMatchObject({ revision: 2, clauses: [] });
    live();
    expect(model.saved.length).toBe(before + 1);
  });
});

describe("the number of selected rows", () => {
  it("comes when it is known", async () => {
    const { store, live } = open();
    store.select("a", FIRST_TWO, "a");
    live();
    await vi.advanceTimersByTimeAsync(0);
    expect(store.n_selected.value).toBe(2);
    store.clear("a");
    expect(store.n_selected.value).toBe(0);
  });
});
