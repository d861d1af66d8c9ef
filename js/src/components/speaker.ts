// Which view speaks for the whole page: what is lost is said once, not in every view.
import { type Signal, signal } from "@preact/signals";
import { createContext } from "preact";
import type { Store } from "../store/connection.ts";

/** Whether this view is the one that says that the kernel is gone. */
export type Speaks = () => boolean;

export const Speaker = createContext<Speaks>(() => true);

export class Page {
  readonly #views: Signal<readonly Store[]> = signal([]);

  /** Take in a view until it ends. */
  enter(store: Store, ended: AbortSignal): Speaks {
    // An object of its own, as several views share a store.
    const entry = { store };
    const entries = this.#entries;
    entries.push(entry);
    const tell = () => {
      this.#views.value = entries.map((one) => one.store);
    };
    tell();
    ended.addEventListener("abort", () => {
      entries.splice(entries.indexOf(entry), 1);
      tell();
    });
    return () => {
      const stores = this.#views.value;
      const first = stores.findIndex((one) => one.link.status.value === "lost");
      return entries[first] === entry;
    };
  }

  readonly #entries: { store: Store }[] = [];
}
