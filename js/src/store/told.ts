// What Python worked out for one view, and the long work it does for it: kept in the view's model, so
// that it is there again in a saved notebook.
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { listen, type Model } from "./model.ts";

export interface Task {
  /** What is worked on beside the usual: a view may do several things at a time. */
  of?: string;
  state: "running" | "ended" | "cancelled" | "failed";
  what?: string;
  done?: number;
  message?: string;
}

export const TRAIT = "_content";

const USUAL = "";

export class Told<T extends object, M extends { kind: string }> {
  readonly value: Signal<Partial<T>> = signal({});
  /** The last that was heard of each work. */
  readonly tasks: Signal<Record<string, Task>> = signal({});
  readonly task: ReadonlySignal<Task | null> = computed(() => this.tasks.value[USUAL] ?? null);
  protected readonly model: Model;

  constructor(model: Model, ended: AbortSignal) {
    this.model = model;
    const read = () => {
      this.value.value = (model.get(TRAIT) ?? {}) as Partial<T>;
      this.changed();
    };
    const hear = (message: M | ({ kind: "task" } & Task), buffers: DataView[] = []) => {
      if (message?.kind === "task") {
        const task = message as Task;
        this.tasks.value = { ...this.tasks.value, [task.of ?? USUAL]: task };
        this.worked(task);
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
