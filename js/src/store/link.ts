// The line to Python: whether it is there, questions with answers, and messages without.
import { type Signal, signal } from "@preact/signals";
import { listen, type Model } from "./model.ts";

/** "unknown" until Python has answered or has not; "saved" when a page was opened without a kernel;
 *  "lost" when there was one. */
export type Status = "unknown" | "live" | "saved" | "lost";

export interface Reply {
  content: Record<string, unknown>;
  buffers: DataView[];
}

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/** How the host's own model says that its kernel went away (platform fact, not in the contract). */
interface RawModel {
  comm_live?: boolean;
  on?(event: string, callback: () => void): void;
  off?(event: string, callback: () => void): void;
}

/** No answer after this long means that nobody is there, or that the kernel is busy: then its comm is
 *  live, where the host says so. */
const SILENCE_MS = 1500;
const EVENT = "comm_live_update";

export class Link {
  readonly status: Signal<Status> = signal("unknown");
  readonly #handles = new Map<Model, string>();
  readonly #waiting = new Map<number, Waiting>();
  #n_asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #raw: RawModel | undefined;

  /** Views bring handles of one and the same model; the first that is left is used. */
  attach(model: Model, reference: string, ended: AbortSignal): void {
    const first = this.#handles.size === 0;
    this.#handles.set(model, reference);
    const hear = (content: Record<string, unknown>, buffers: DataView[]) =>
      this.#hear(content, buffers ?? []);
    listen(model, ended, { "msg:custom": hear });
    ended.addEventListener("abort", () => this.#handles.delete(model));
    if (first) this.#ping();
    void this.#watch(model, reference, ended);
  }

  /** A question that Python answers. Rejected when it cannot, or when the line is lost. */
  request(content: Record<string, unknown>): Promise<Reply> {
    const id = ++this.#n_asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.send({ ...content, id });
    });
  }

  send(content: Record<string, unknown>): void {
    const [model] = this.#handles.keys();
    model?.send(content);
  }

  #ping(): void {
    this.send({ kind: "ping" });
    this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.status.value === "unknown" && !this.#raw?.comm_live) this.status.value = "saved";
    }, SILENCE_MS);
  }

  #hear(content: Record<string, unknown>, buffers: DataView[]): void {
    if (content?.kind === "pong") {
      this.status.value = "live";
      return;
    }
    if (content?.kind !== "reply") return;
    const waiting = this.#waiting.get(Number(content.id));
    if (!waiting) return; // another page's question, or heard through another handle already
    this.#waiting.delete(Number(content.id));
    if (typeof content.error === "string") waiting.reject(new Error(content.error));
    else waiting.resolve({ content, buffers });
  }

  async #watch(model: Model, reference: string, ended: AbortSignal): Promise<void> {
    let raw: RawModel;
    try {
      const id = reference.replace(/^anywidget:/, "");
      raw = (await model.widget_manager?.get_model(id)) as RawModel;
    } catch {
      return; // this host does not say: answers will tell
    }
    if (!raw?.on || ended.aborted) return;
    const look = () => {
      if (raw.comm_live === false) this.#lose();
      else if (this.status.value !== "live") {
        if (this.status.value === "saved") this.status.value = "unknown";
        this.#ping();
      }
    };
    this.#raw = raw;
    listen(raw as Model, ended, { [EVENT]: look });
  }

  #lose(): void {
    if (this.status.value === "live") this.status.value = "lost";
    else this.#wait();
    for (const { reject } of this.#waiting.values()) reject(new Error("not connected"));
    this.#waiting.clear();
  }
}
