// What a person has set in a view: how it is drawn, not what is selected. Kept in the model of the
// view, so that it is there again in a saved notebook and in a second view of the same output.
import { type Signal, signal } from "@preact/signals";
import { listen, type Model } from "./model.ts";

export type Settings = Record<string, unknown>;

const TRAIT = "_options";

export class Options {
  readonly value: Signal<Settings> = signal({});
  readonly #model: Model;

  constructor(model: Model, ended: AbortSignal) {
    this.#model = model;
    const read = () => {
      this.value.value = settings(model.get(TRAIT));
    };
    listen(model, ended, { [`change:${TRAIT}`]: read });
    read();
  }

  /** Change some settings and keep the others. */
  set(patch: Settings): void {
    const next = { ...this.value.value, ...patch };
    this.value.value = next;
    this.#model.set(TRAIT, next);
    this.#model.save_changes();
  }
}

/** A model of an earlier version has none. */
function settings(value: unknown): Settings {
  return typeof value === "object" && value !== null ? (value as Settings) : {};
}
