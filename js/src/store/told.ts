// What Python worked out for one view, and the long work it does for it: kept in the view's model, so
// that it is there again in a saved notebook.
import { type Signal, signal } from "@preact/signals";
import { listen, type Model } from "./model.ts";

export interface Task {
  state: "running" | "ended" | "cancelled" | "failed";
  what?: string;
  done?: number;
  message?: string;
}

export const TRAIT = "_content";

export class Told<T extends object, M extends { kind: string }> {
  readonly value: Signal<Partial<T>> = signal({});
  readonly task: Signal<Task | null> = signal(null);
  protected readonly model: Model;

  constructor(model: Model, ended: AbortSignal) {
    this.model = model;
    const read = () => {
      this.value.value = (model.get(TRAIT) ?? {}) as Partial<T>;
      this.changed();
    };
    const hear = (message: M | ({ kind: "task" } & Task), buffers: DataView[] = []) => {
      if (message?.kind === "task") {
        this.task.value = message as Task;
        this.worked(message as Task);
      } else if (message) this.heard(message as M, buffers);
    };
    listen(model, ended, { [`change:${TRAIT}`]: read, "msg:custom": hear });
    this.value.value = (model.get(TRAIT) ?? {}) as Partial<T>;
  }

  /** Python published something else. */
  protected changed(): void {}

  /** The long work went on, or ended. */
  protected worked(_task: Task): void {}

  protected heard(_message: M, _buffers: DataView[]): void {}

  cancel(): void {
    this.model.send({ kind: "cancel" });
  }
}
