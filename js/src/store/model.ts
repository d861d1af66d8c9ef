// The parts of the host's contract (anywidget's AFM) that are used here.

export interface Model {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  save_changes(): void;
  on(event: string, callback: (...args: never[]) => void): void;
  off(event?: string | null, callback?: ((...args: never[]) => void) | null): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
  /** The host's registry of models; not every host has one. */
  widget_manager?: { get_model(id: string): Promise<unknown> };
}

/** Hear events until the view ends. */
export function listen(
  model: Model,
  ended: AbortSignal,
  events: Record<string, (...args: never[]) => void>,
): void {
  const all = Object.entries(events);
  for (const [event, callback] of all) model.on(event, callback);
  ended.addEventListener("abort", () => {
    for (const [event, callback] of all) model.off(event, callback);
  });
}

export interface Host {
  getModel(reference: string): Promise<Model>;
  getWidget(reference: string): Promise<{ exports: unknown }>;
}
