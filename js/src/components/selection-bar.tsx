// How many rows are selected, by what, and how to get them: the same line in every widget.
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { Store } from "../store/connection.ts";
import { words } from "../store/selection.ts";
import { CopyBox, useCopying } from "./copy.tsx";
import { count, cutMiddle } from "./format.ts";

const CHIP_LABEL = 24;

interface Props {
  store: Store;
  source: string;
  /** The pointer or the focus is in this view. */
  in_use: boolean;
  /** What else can be done with what is selected. */
  actions?: ComponentChildren;
}

export function SelectionBar({ store, source, in_use, actions }: Props) {
  const clauses = store.clauses.value;
  const columns = store.columns.value;
  const empty = clauses.length === 0;
  const copying = useCopying();
  // Code that was left to be copied by hand is stale once the selection has changed.
  useEffect(() => copying.close(), [clauses]);

  return (
    <div class="ew-selection">
      <div class="ew-selection-bar">
        <Status store={store} source={source} in_use={in_use} />
        {/* biome-ignore lint/a11y/noRedundantRoles: Safari drops a list's role with its bullets */}
        <ul class="ew-chips" role="list" aria-label="Selection">
          {clauses.map((clause) => {
            const text = words(clause.predicate, columns);
            const short = words(clause.predicate, columns, (label) => cutMiddle(label, CHIP_LABEL));
            return (
              <li class="ew-chip" key={clause.source} title={text}>
                <span>{short}</span>
                <button
                  type="button"
                  aria-label={`Remove ${text}`}
                  onClick={(event) => {
                    store.select(clause.source, null, source);
                    keepFocus(event.currentTarget);
                  }}
                >
                  <span aria-hidden="true">×</span>
                </button>
              </li>
            );
          })}
        </ul>
        <span class={empty ? "ew-actions ew-hidden" : "ew-actions"}>
          {actions}
          <button
            type="button"
            class="ew-link"
            onClick={() => {
              const code = store.code();
              if (typeof code === "string") copying.copy(code);
              else code.then(copying.copy);
            }}
            aria-label="Copy code"
          >
            {copying.copied ? "Copied" : "Copy code"}
          </button>
          <button
            type="button"
            class="ew-link"
            onClick={(event) => {
              store.clear(source);
              keepFocus(event.currentTarget);
            }}
            aria-label="Clear selection"
          >
            Clear
          </button>
        </span>
      </div>
      <CopyBox copying={copying} label="Code for the selected rows" />
    </div>
  );
}

function Status({ store, source, in_use }: Props) {
  const { n_samples } = store.info.value;
  const empty = store.clauses.value.length === 0;
  // Every linked view shows the same line; only the one in use may speak it.
  const live = in_use || store.origin.value === source ? "polite" : "off";
  return (
    <span role="status" aria-live={live} class="ew-status">
      {empty ? (
        "No rows selected"
      ) : (
        <>
          <b>{count(store.n_selected.value)}</b> of {count(n_samples)} rows selected
        </>
      )}
    </span>
  );
}

/** A button that goes away with its click leaves the focus to the next one, else to the view. */
function keepFocus(button: HTMLElement): void {
  const view = button.closest<HTMLElement>(".ew-widget");
  setTimeout(() => {
    if (button.isConnected && !button.closest(".ew-hidden")) return;
    const next = view?.querySelector<HTMLElement>(".ew-chip button, [tabindex='0']");
    next?.focus({ preventScroll: true });
  });
}
