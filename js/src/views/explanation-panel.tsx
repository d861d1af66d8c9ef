// Why the model answered as it did: a row, a selection against the rest, all mistakes, and what
// other values would change.
import { useEffect, useState } from "preact/hooks";
import { Working } from "../components/connection.tsx";
import { count } from "../components/format.ts";
import { Frame } from "../components/frame.tsx";
import { Segments, Select } from "../components/segments.tsx";
import { Tabs } from "../components/tabs.tsx";
import { useUnique } from "../components/unique.ts";
import { useLate } from "../components/wanting.tsx";
import type { Store } from "../store/connection.ts";
import type { Asked, Explained, Explanations, Row } from "../store/explained.ts";
import { holds, toggled } from "../store/narrowing.ts";
import { savedRow } from "../store/saved-row.ts";
import { mask, type Predicate } from "../store/selection.ts";
import { AgainstTheRest, Global } from "./explanation-contrast.tsx";
import { RowExplained } from "./explanation-row.tsx";
import { Values } from "./explanation-values.tsx";
import { WhatIf } from "./explanation-what-if.tsx";
import type { ContentProps } from "./index.ts";

const TABS = [
  ["contrast", "Against the rest"],
  ["values", "Values"],
  ["global", "Global"],
  ["what_if", "What if"],
] as const;

type Tab = (typeof TABS)[number][0];

const METHODS = { shap: "SHAP", lime: "LIME", both: "Both" } as const;

/** What views of the panel have in common. */
export interface Narrowing {
  chosen(where: Predicate | null): boolean;
  onToggle(where: Predicate | null, base: Predicate | null): void;
  onClear(): void;
}

export function ExplanationPanel(props: ContentProps<Explanations>) {
  const { store, source, options, content } = props;
  const id = useUnique();
  const explained = content.value.value;
  const settings = options.value.value;
  const tab = (settings.tab ?? "contrast") as Tab;
  const own = store.own(source);
  const live = store.link.status.value === "live";
  const task = content.task.value;
  const running = task?.state === "running";
  const tasks = Object.values(content.tasks.value);
  const busy = tasks.find((one) => one?.state === "running");
  const failed = tasks.find((one) => one?.state === "failed");
  const dimmed = useLate(running && explained.contrast !== undefined);
  const { row, onStep } = useRow(store, content, live);
  const select = (predicate: Predicate | null) => store.select(source, predicate, source);
  const narrowing: Narrowing = {
    chosen: (where) => holds(own, where),
    onToggle: (where, base) => where && select(toggled(own, where, base)),
    onClear: () => (own ? select(null) : store.clear(source)),
  };
  const set = (patch: Record<string, unknown>) => options.set(patch);
  const common = { store, explained, content, narrowing, settings, set, live };

  return (
    <Frame
      title="Explanation"
      store={store}
      source={source}
      beside={row && <Place row={row} onStep={onStep} />}
      controls={live && explained.asked && <Asking explained={explained} content={content} />}
    >
      <Working
        what={busy ? (busy.what ?? "") : null}
        done={busy?.done ?? 0}
        onCancel={() => content.cancel()}
      />
      {failed && (
        <p role="alert" class="ew-alert">
          {failed.message}
        </p>
      )}
      <div class="ew-why">
        <div class="ew-why-row" aria-busy={content.waiting.value}>
          <RowExplained {...common} row={row} />
        </div>
        <div class="ew-why-all">
          <Tabs id={id} tabs={TABS} tab={tab} onTab={(name) => set({ tab: name })} />
          <div
            role="tabpanel"
            id={`${id}-panel`}
            aria-labelledby={`${id}-${tab}`}
            aria-busy={running}
            class={dimmed && tab !== "what_if" ? "ew-dimmed" : ""}
          >
            {panel()}
          </div>
        </div>
      </div>
    </Frame>
  );

  function panel() {
    switch (tab) {
      case "values":
        return <Values {...common} row={row} onSelect={select} own={own} />;
      case "global":
        return <Global {...common} running={running} />;
      case "what_if":
        return <WhatIf {...common} row={row} />;
      default:
        return <AgainstTheRest {...common} running={running} />;
    }
  }
}

/** The row on screen: Python's while it is there, else one that the notebook kept. */
function useRow(store: Store, content: Explanations, live: boolean) {
  const [at, setAt] = useState(0);
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    // What opened the page has no row yet.
    if (live && !asked && content.value.value.asked) {
      setAsked(true);
      content.step(0);
    }
  }, [live, asked, content.value.value.asked]);
  const sent = content.row.value;
  if (sent || live) return { row: sent, onStep: live ? (by: number) => content.step(by) : null };
  const rows = saved(store, content);
  if (!rows.length) return { row: null, onStep: null };
  const shown = Math.min(at, rows.length - 1);
  const found = rows[shown]?.() ?? null;
  // It is one of those kept, whatever was selected then.
  const { selected: _, ...row } = found ?? ({} as Row);
  return {
    row: found && { ...row, nth: shown + 1, total: rows.length },
    onStep: (by: number) => setAt(Math.max(0, Math.min(rows.length - 1, shown + by))),
  };
}

/** Rows that the notebook kept, of those selected: with their values, else with their codes. */
function saved(store: Store, content: Explanations): (() => Row)[] {
  const kept = content.kept.value;
  const many = content.many.value;
  const columns = store.columns.value;
  const inside = selected(store);
  if (kept.length) return kept.filter(({ position }) => inside(position)).map((row) => () => row);
  if (!many) return [];
  return [...many.positions].flatMap((position, i) =>
    inside(position) ? [() => savedRow(many, i, columns, store.info.value.is_error)] : [],
  );
}

/** Whether a row is selected, as far as the page can say; all are while nothing is. */
export function selected(store: Store): (position: number) => boolean {
  const of = store.clauses.value.map(({ predicate }) => predicate);
  if (!of.length) return () => true;
  try {
    const rows = mask({ op: "all", of }, store.columns.value, store.info.value.n_samples);
    return (position) => rows[position] === 1;
  } catch {
    return () => true; // a column that is not here
  }
}

function Place({ row, onStep }: { row: Row; onStep: ((by: number) => void) | null }) {
  const { label, nth = 1, total = 1, selected: chosen } = row;
  return (
    <span class="ew-place">
      {label && (
        <span>
          row <bdi title={label}>{label}</bdi>
        </span>
      )}
      <span>
        {count(nth)} of {count(total)}{" "}
        {chosen === undefined ? "kept" : chosen ? "selected" : "mistakes"}
      </span>
      {onStep && (
        <>
          <button
            type="button"
            class="ew-link"
            disabled={nth <= 1}
            aria-label="Previous row"
            onClick={() => onStep(-1)}
          >
            ‹ previous
          </button>
          <button
            type="button"
            class="ew-link"
            disabled={nth >= total}
            aria-label="Next row"
            onClick={() => onStep(1)}
          >
            next ›
          </button>
        </>
      )}
    </span>
  );
}

interface AskingProps {
  explained: Partial<Explained>;
  content: Explanations;
}

function Asking({ explained, content }: AskingProps) {
  const { asked, methods = [], targets = [], has_loss } = explained;
  if (!asked) return null;
  const ask = (patch: Partial<Asked>) => content.ask({ ...asked, ...patch });
  return (
    <div class="ew-asking">
      {methods.length > 1 && (
        <Segments
          label="method"
          options={methods.map((name) => [name, METHODS[name]] as const)}
          value={asked.method}
          onChange={(method) => ask({ method })}
        />
      )}
      {targets.length > 0 && !asked.loss && (
        <Select
          label="toward"
          options={targets}
          value={asked.target}
          onChange={(target) => ask({ target })}
        />
      )}
      {has_loss && (
        <Segments
          label="what is explained"
          options={[
            [false, "Prediction"],
            [true, "Loss"],
          ]}
          value={asked.loss}
          onChange={(loss) => ask({ loss })}
        />
      )}
    </div>
  );
}
