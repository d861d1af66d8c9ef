// A matrix on a page, as a person or a screen reader finds it.
import { act, cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, vi } from "vitest";
import type { Store } from "../src/store/connection.ts";
import type { Settings } from "../src/store/options.ts";
import type { Predicate } from "../src/store/selection.ts";
import { ConfusionMatrix } from "../src/views/confusion-matrix.tsx";
import { makeOptions, makeStore, type Rows } from "./fakes.ts";

export const PETS: Rows = {
  labels: ["cat", "dog", "eel"],
  y_true: [0, 0, 0, 1, 1, 1, 2],
  y_pred: [0, 1, 1, 1, 1, 0, 2],
};
export const SOURCE = "confusion_matrix-1";

const POINTER = ["over", "leave", "enter", "down", "move", "up", "cancel"];

/** jsdom knows no pointer events, and Preact asks the page for the names of events it knows. */
function knowPointers(): void {
  for (const name of POINTER) {
    const key = `onpointer${name}`;
    if (!(key in HTMLElement.prototype))
      Object.defineProperty(HTMLElement.prototype, key, { value: null, writable: true });
  }
  globalThis.PointerEvent ??= class extends MouseEvent {
    readonly pointerType: string;
    constructor(type: string, init: PointerEventInit = {}) {
      super(type, init);
      this.pointerType = init.pointerType ?? "";
    }
  } as typeof PointerEvent;
}

/** A fresh page for each test. */
export function quietPage(): void {
  knowPointers();
  beforeEach(() => {
    // jsdom has no canvas and says so loudly.
    vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
  });
  afterEach(() => {
    cleanup();
    vi.restoreAllMocks();
    vi.useRealTimers();
    Reflect.deleteProperty(navigator, "clipboard");
    document.body.replaceChildren();
  });
}

interface Shown {
  settings?: Settings;
  info?: Record<string, unknown>;
}

export function show(rows: Rows = PETS, { settings, info }: Shown = {}) {
  const { store, model } = makeStore(rows, SOURCE, info);
  const { options } = makeOptions(settings);
  const view = render(<ConfusionMatrix store={store} source={SOURCE} options={options} />);
  return { store, model, view, options };
}

export function cell(t: string, p: string, root = screen as Pick<typeof screen, "getByRole">) {
  const name = (text: string) => text.startsWith(`true ${t}, predicted ${p}: `);
  return root.getByRole("gridcell", { name });
}

export function status() {
  return screen.getByRole("status").textContent;
}

export function selected(): string[] {
  return screen.getAllByRole("gridcell", { selected: true }).map((found) => found.dataset.at ?? "");
}

export function click(element: Element, modifiers: MouseEventInit = {}) {
  return act(async () => {
    fireEvent.click(element, modifiers);
  });
}

/** Press a key where the focus is. */
export function press(key: string, modifiers: KeyboardEventInit = {}) {
  return act(async () => {
    fireEvent.keyDown(document.activeElement as Element, { key, ...modifiers });
  });
}

export async function focus(element: HTMLElement) {
  await act(async () => element.focus());
}

export function focused(): string | undefined {
  return (document.activeElement as HTMLElement | null)?.dataset.at;
}

/** What this view contributes to the selection. */
export function own(store: Store): Predicate | null {
  return store.own(SOURCE);
}

/** The clipboard is open; what is written to it. */
export function openClipboard(): string[] {
  const written: string[] = [];
  const clipboard = { writeText: async (text: string) => void written.push(text) };
  Object.defineProperty(navigator, "clipboard", { value: clipboard, configurable: true });
  return written;
}
