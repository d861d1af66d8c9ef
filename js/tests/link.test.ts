import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Link } from "../src/store/link.ts";
import { FakeModel } from "./fakes.ts";

/** A model whose messages are kept, with the host's own model behind it. */
class Line extends FakeModel {
  readonly sent: Record<string, unknown>[] = [];
  readonly raw = {
    comm_live: true as boolean | undefined,
    listeners: new Set<() => void>(),
    on(_: string, listener: () => void) {
      this.listeners.add(listener);
    },
    off(_: string, listener: () => void) {
      this.listeners.delete(listener);
    },
  };
  widget_manager = { get_model: async () => this.raw as unknown };

  override send(content: unknown): void {
    this.sent.push(content as Record<string, unknown>);
  }

  hear(content: Record<string, unknown>, buffers: DataView[] = []): void {
    this.emit("msg:custom", content, buffers);
  }

  go(live: boolean): void {
    this.raw.comm_live = live;
    for (const listener of this.raw.listeners) listener();
  }
}

function open() {
  const link = new Link();
  const line = new Line({});
  const end = new AbortController();
  link.attach(line, "anywidget:abc", end.signal);
  return { link, line, end };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("whether Python is there", () => {
  it("is known from its answer", () => {
    const { link, line } = open();
    expect(line.sent).toEqual([{ kind: "ping" }]);
    expect(link.status.value).toBe("unknown");
    line.hear({ kind: "pong" });
    expect(link.status.value).toBe("live");
  });

  it("is not known while a kernel with a live comm is busy, and a saved view if that goes", async () => {
    const { link, line } = open();
    await vi.advanceTimersByTimeAsync(5000);
    expect(link.status.value).toBe("unknown");
    line.go(false);
    expect(link.status.value).toBe("unknown");
    await vi.advanceTimersByTimeAsync(1600);
    expect(link.status.value).toBe("saved");
  });

  it("is a saved view when nobody answers, until somebody does", async () => {
    const { link, line } = open();
    line.raw.comm_live = undefined;
    await vi.advanceTimersByTimeAsync(1600);
    expect(link.status.value).toBe("saved");
    line.hear({ kind: "pong" }); // the kernel was busy
    expect(link.status.value).toBe("live");
  });

  it("is lost when the host says so, and found again by asking", async () => {
    const { link, line } = open();
    line.hear({ kind: "pong" });
    await vi.advanceTimersByTimeAsync(0);
    line.go(false);
    expect(link.status.value).toBe("lost");
    line.go(true);
    expect(line.sent.filter(({ kind }) => kind === "ping")).toHaveLength(2);
    line.hear({ kind: "pong" });
    expect(link.status.value).toBe("live");
  });

  it("is a saved view, not a lost one, when there never was a kernel", async () => {
    const link = new Link();
    const line = new Line({});
    line.raw.comm_live = false;
    link.attach(line, "anywidget:abc", new AbortController().signal);
    await vi.advanceTimersByTimeAsync(1400); // the kernel may be on its way
    expect(link.status.value).toBe("unknown");
    await vi.advanceTimersByTimeAsync(200);
    expect(link.status.value).toBe("saved");
    line.go(false);
    await vi.advanceTimersByTimeAsync(2000);
    expect(link.status.value).toBe("saved");
    line.go(true); // one came, and may be busy
    await vi.advanceTimersByTimeAsync(2000);
    expect(link.status.value).toBe("unknown");
  });

  it("does without a host that says", async () => {
    const link = new Link();
    const line = new Line({});
    line.widget_manager = {
      get_model: async () => {
        throw new Error("no widget manager");
      },
    };
    link.attach(line, "anywidget:abc", new AbortController().signal);
    await vi.advanceTimersByTimeAsync(0);
    line.hear({ kind: "pong" });
    expect(link.status.value).toBe("live");
  });
});

describe("questions", () => {
  it("get the answer with their number, once, whichever handle hears it", async () => {
    const { link, line } = open();
    const second = new Line({});
    link.attach(second, "anywidget:abc", new AbortController().signal);
    const [a, b] = [link.request({ kind: "query" }), link.request({ kind: "query" })];
    expect(line.sent.slice(1).map(({ id }) => id)).toEqual([1, 2]);
    line.hear({ kind: "reply", id: 2, said: "second" });
    second.hear({ kind: "reply", id: 2, said: "twice" });
    line.hear({ kind: "reply", id: 1, said: "first" });
    line.hear({ kind: "reply", id: 99 });
    expect((await a).content.said).toBe("first");
    expect((await b).content.said).toBe("second");
  });

  it("fail with Python's reason, and when the line is lost", async () => {
    const { link, line } = open();
    line.hear({ kind: "pong" });
    await vi.advanceTimersByTimeAsync(0);
    const refused = link.request({ kind: "query" });
    line.hear({ kind: "reply", id: 1, error: "there is no column" });
    await expect(refused).rejects.toThrow("there is no column");
    const lost = link.request({ kind: "query" });
    line.go(false);
    await expect(lost).rejects.toThrow("not connected");
  });

  it("go through the view that is left, and no listener stays behind", async () => {
    const { link, line, end } = open();
    const second = new Line({});
    const other = new AbortController();
    link.attach(second, "anywidget:abc", other.signal);
    await vi.advanceTimersByTimeAsync(0);
    end.abort();
    expect(line.listener_count).toBe(0);
    expect(line.raw.listeners.size).toBe(0);
    link.send({ kind: "hello" });
    expect(second.sent).toEqual([{ kind: "hello" }]);
    other.abort();
    expect(second.listener_count).toBe(0);
  });
});
