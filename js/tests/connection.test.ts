import { describe, expect, it } from "vitest";
import { Store } from "../src/store/connection.ts";
import type { Clause, Predicate } from "../src/store/selection.ts";
import { FakeModel, makeStore, type State, storeTraits } from "./fakes.ts";

const ROWS = { labels: ["cat", "dog"], y_true: [0, 0, 1, 1], y_pred: [0, 1, 1, 0], name: "pets" };
const CATS: Predicate = { op: "in", column: "y_true", codes: [0] };
const DOGS: Predicate = { op: "in", column: "y_pred", codes: [1] };

function state(revision: number, writer: string, ...clauses: Clause[]): State {
  return { revision, writer, clauses };
}

describe("a store", () => {
  it("reads what Python sent", () => {
    const { store } = makeStore({ ...ROWS, clauses: [{ source: "python", predicate: CATS }] });
    expect(store.info.value).toMatchObject({ name: "pets", n_samples: 4 });
    expect([...store.columns.value.keys()]).toEqual(["y_true", "y_pred"]);
    expect(store.n_selected.value).toBe(2);
    expect(store.own("python")).toEqual(CATS);
    expect(store.origin.value).toBe("python");
  });

  it("sends a gesture once, under the next revision and in the view's name", () => {
    const { store, model } = makeStore(ROWS);
    store.select("matrix-1", CATS, "matrix-1");
    expect(model.saved).toHaveLength(1);
    expect(model.saved[0]).toMatchObject({
      revision: 1,
      clauses: [{ source: "matrix-1", predicate: CATS }],
    });
    expect(model.saved[0]?.writer).toMatch(/^matrix-1@.+/);
    expect(store.origin.value).toBe("matrix-1");
    expect(store.n_selected.value).toBe(2);
  });

  it("joins the clauses of two views by AND and keeps one clause a source", () => {
    const { store } = makeStore(ROWS);
    store.select("a", CATS, "a");
    store.select("b", DOGS, "b");
    expect(store.n_selected.value).toBe(1);
    expect(store.elsewhere("a")).toEqual([DOGS]);
    expect(store.elsewhere("b")).toEqual([CATS]);
    expect(store.own("c")).toBeNull();
    store.select("a", DOGS, "a");
    expect(store.clauses.value).toHaveLength(2);
    store.select("a", null, "b");
    expect(store.clauses.value).toEqual([{ source: "b", predicate: DOGS }]);
    store.clear("b");
    expect(store.clauses.value).toEqual([]);
    expect(store.n_selected.value).toBe(0);
  });

  it("sends nothing in answer to its own echo", () => {
    const { store, model } = makeStore(ROWS);
    store.select("a", CATS, "a");
    const clauses = store.clauses.value;
    model.receive("state", model.saved[0]);
    expect(model.saved).toHaveLength(1);
    expect(store.clauses.value).toBe(clauses);
  });

  it("takes a state of a higher revision and sends nothing back", () => {
    const { store, model } = makeStore(ROWS);
    store.select("a", CATS, "a");
    model.receive("state", state(2, "python", { source: "python", predicate: DOGS }));
    expect(store.clauses.value).toEqual([{ source: "python", predicate: DOGS }]);
    expect(model.saved).toHaveLength(1);
  });

  it("refuses a stale state and pushes its own back", () => {
    const { store, model } = makeStore(ROWS);
    store.select("a", CATS, "a");
    store.select("a", DOGS, "a");
    model.receive("state", state(1, "python", { source: "python", predicate: CATS }));
    expect(store.own("a")).toEqual(DOGS);
    expect(model.saved).toHaveLength(3);
    expect(model.saved[2]).toEqual(model.saved[1]);
    expect(model.get("state")).toEqual(model.saved[1]);
  });

  it("at equal revisions lets Python hold, then the greater writer", () => {
    const { store, model } = makeStore(ROWS);
    model.receive("state", state(3, "b@x", { source: "b", predicate: CATS }));
    model.receive("state", state(3, "a@x", { source: "a", predicate: DOGS }));
    expect(store.own("b")).toEqual(CATS);
    model.receive("state", state(3, "c@x", { source: "c", predicate: DOGS }));
    expect(store.own("c")).toEqual(DOGS);
    model.receive("state", state(3, "python"));
    expect(store.clauses.value).toEqual([]);
    model.receive("state", state(3, "z@x", { source: "z", predicate: DOGS }));
    expect(store.clauses.value).toEqual([]);
  });

  it("overtakes every revision seen with the next gesture", () => {
    const { store, model } = makeStore(ROWS);
    model.receive("state", state(41, "python"));
    store.select("a", CATS, "a");
    expect(model.saved.at(-1)?.revision).toBe(42);
  });

  it("tells two pages with views of the same source apart", () => {
    const pages = [makeStore(ROWS), makeStore(ROWS)];
    for (const { store } of pages) store.select("a", CATS, "a");
    const [first, second] = pages.map(({ model }) => model.saved[0]?.writer);
    expect(first).not.toBe(second);
  });

  it("takes in columns and info that come later", () => {
    const { store, model } = makeStore(ROWS);
    const more = storeTraits({ ...ROWS, labels: ["cat", "dog", "eel"] });
    model.traits.set("columns", more.columns);
    model.emit("change:columns");
    expect(store.columns.value.get("y_true")?.display_labels).toEqual(["cat", "dog", "eel"]);
    model.receive("info", { name: "other", n_samples: 4 });
    expect(store.info.value.name).toBe("other");
  });
});

describe("views of a store", () => {
  function attach(store: Store, source: string) {
    const model = new FakeModel(storeTraits(ROWS));
    const end = new AbortController();
    store.attach(model, source, end.signal);
    return { model, end };
  }

  it("send through a handle that is still there", () => {
    const store = new Store();
    const first = attach(store, "a");
    const second = attach(store, "b");
    store.select("a", CATS, "a");
    expect(first.model.saved.length + second.model.saved.length).toBe(1);
    first.end.abort();
    store.select("b", DOGS, "b");
    expect(second.model.saved.at(-1)?.revision).toBe(2);
    expect(store.clauses.value).toHaveLength(2);
  });

  it("leave no listeners when they end", () => {
    const store = new Store();
    const first = attach(store, "a");
    const second = attach(store, "b");
    expect(first.model.listener_count).toBeGreaterThan(0);
    expect(store.speaker).toBe("a");
    first.end.abort();
    expect(first.model.listener_count).toBe(0);
    expect(store.speaker).toBe("b");
    expect(store.idle).toBe(false);
    second.end.abort();
    expect(second.model.listener_count).toBe(0);
    expect(store.idle).toBe(true);
    expect(store.speaker).toBeUndefined();
  });

  it("keep what was selected when a new handle still holds an old state", () => {
    const store = new Store();
    attach(store, "a");
    store.select("a", CATS, "a");
    const late = attach(store, "b");
    expect(store.own("a")).toEqual(CATS);
    expect(late.model.listener_count).toBeGreaterThan(0);
  });

  it("show the message of a failure until it is dismissed or the next gesture", () => {
    const { store, model } = makeStore(ROWS);
    expect(store.failure.value).toBeNull();
    model.emit("msg:custom", { kind: "failure", message: "handler f failed" });
    expect(store.failure.value).toBe("handler f failed");
    store.dismissFailure();
    expect(store.failure.value).toBeNull();
    model.emit("msg:custom", { kind: "failure", message: "again" });
    store.select("a", CATS, "a");
    expect(store.failure.value).toBeNull();
    model.emit("msg:custom", { kind: "something else", message: "x" });
    model.emit("msg:custom", null);
    expect(store.failure.value).toBeNull();
  });
});

describe("code()", () => {
  it("is a query where pandas has one", () => {
    const { store } = makeStore(ROWS);
    store.select("a", CATS, "a");
    expect(store.code()).toBe(`rows = evaluation.frame.query("y_true == 'cat'")`);
    store.select("b", { op: "any", of: [CATS, DOGS] }, "b");
    expect(store.code()).toBe(
      `rows = evaluation.frame.query("y_true == 'cat' and (y_true == 'cat' or y_pred == 'dog')")`,
    );
  });

  it("quotes what a Python string needs quoted", () => {
    const { store, model } = makeStore(ROWS);
    const { columns } = storeTraits(ROWS);
    columns.y_true.literals = ['"it\'s"', "'\\x60a\\n\\\\'"];
    model.traits.set("columns", columns);
    model.emit("change:columns");
    store.select("a", CATS, "a");
    expect(store.code()).toBe(`rows = evaluation.frame.query("y_true == \\"it's\\"")`);
    store.select("a", { op: "not", of: CATS }, "a");
    expect(JSON.parse(/query\((.*)\)$/.exec(String(store.code()))?.[1] ?? "")).toBe(
      `y_true != "it's"`,
    );
  });

  it("names positions where pandas has no query", () => {
    const { store } = makeStore(ROWS);
    store.select("a", { op: "all", of: [] }, "a");
    expect(store.code()).toBe("rows = evaluation.frame.iloc[[0, 1, 2, 3]]");
    store.select("b", { op: "not", of: { op: "any", of: [CATS, { op: "any", of: [] }] } }, "b");
    expect(store.code()).toBe("rows = evaluation.frame.iloc[[2, 3]]");
  });

  it("gives no rows when nothing is selected", () => {
    const { store } = makeStore(ROWS);
    expect(store.code()).toBe("rows = evaluation.frame.iloc[[]]");
  });
});
