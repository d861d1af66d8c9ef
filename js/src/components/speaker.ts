// Which view speaks for the whole page: what is lost is said once, not in every view.
import { type Signal, signal } from "@preact/signals";
import { createContext } from "preact";
import type { Store } from "../store/connection.ts";

/** Whether this view is the one that says that the kernel is gone. */
export type Speaks = () => boolean;

export const Speaker = createContext<Speaks>(() => true);

export class Page {
  readonly #entries: Signal<readonly { store: Store }[]> = signal([]);

  /** Take in a view until it ends. */
  enter(store: Store, ended: AbortSignal): Speaks {
    const entry = { store }; // an object of its own: several views share a store
    this.#entries.value = [...this.#entries.value, entry];
    ended.addEventListener("abort", () => {
      this.#entries.value = this.#entries.value.filter((other) => other !== entry);
    });
    const lost = (one: { store: Store }) => one.store.link.status.value === "lost";
    return () => this.#entries.value.find(lost) === entry;
  }
}
