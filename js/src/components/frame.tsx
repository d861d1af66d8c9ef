// What every widget has around its picture: title line, selection bar, failure.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Store } from "../store/connection.ts";
import { Arriving, Lost, Provenance, SavedNote } from "./connection.tsx";
import { RowsKept } from "./rows-kept.tsx";
import { SelectionBar } from "./selection-bar.tsx";

interface FrameProps {
  title: string;
  store: Store;
  source: string;
  /** Beside the name. */
  beside?: ComponentChildren;
  /** At the right of the title. */
  controls?: ComponentChildren;
  /** What else can be done with what is selected. */
  actions?: ComponentChildren;
  /** The numbers come from a sample. */
  sampled?: boolean;
  children: ComponentChildren;
}

export function Frame(props: FrameProps) {
  const { title, store, source, beside, controls, actions, sampled = false, children } = props;
  const { name } = store.info.value;
  const [in_use, setInUse] = useState(false);
  const failure = store.failure.value;
  const spoken_here = store.origin.value === source || store.speaker === source;
  return (
    <section
      class="ew-widget"
      aria-label={name ? `${title} · ${name}` : title}
      onPointerEnter={() => setInUse(true)}
      onPointerLeave={() => setInUse(false)}
      onFocusIn={() => setInUse(true)}
      onFocusOut={() => setInUse(false)}
    >
      <header class="ew-title">
        <span class="ew-name">{title}</span>
        {name && (
          <span class="ew-evaluation" title={name}>
            {name}
          </span>
        )}
        {beside}
        <SavedNote store={store} />
        {controls && <div class="ew-controls">{controls}</div>}
      </header>
      <Lost store={store} />
      <SelectionBar store={store} source={source} in_use={in_use} actions={actions} />
      {failure !== null && spoken_here && (
        <p role="alert" class="ew-alert">
          <span>{failure}</span>
          <button type="button" class="ew-link" onClick={() => store.dismissFailure()}>
            Dismiss
          </button>
        </p>
      )}
      {children}
      <Arriving store={store} />
      <Provenance store={store} sampled={sampled} />
      <RowsKept store={store} />
    </section>
  );
}
