// Where the model fails: slices that an exact search found, every feature's groups, a tree.
import { useState } from "preact/hooks";
import { Working } from "../components/connection.tsx";
import { count, percent } from "../components/format.ts";
import { Frame } from "../components/frame.tsx";
import {
  after,
  among,
  type Column,
  RatedRows,
  rateText,
  scaleOf,
} from "../components/rated-rows.tsx";
import { Select } from "../components/segments.tsx";
import { useUnique } from "../components/unique.ts";
import type { Asked, Explored, FoundSlice, Rated, TreeNode } from "../store/content.ts";
import type { ContentProps } from "./index.ts";

const TABS = [
  ["found", "Found"],
  ["features", "Features"],
  ["tree", "Tree"],
] as const;

type Tab = (typeof TABS)[number][0];

/** Groups of a feature that are drawn before "more" is asked for. */
const FEW_GROUPS = 8;

/** Smaller groups do not stretch the scale. */
const ENOUGH_ROWS = 20;

const LIMIT = 0.05;

export function SliceExplorer({ store, source, options, content }: ContentProps) {
  const id = useUnique();
  const explored = content.value.value;
  const { found } = explored;
  const settings = options.value.value;
  const tab = (settings.tab ?? "found") as Tab;
  const own = store.own(source);
  const live = store.link.status.value === "live";
  const task = content.task.value;
  const running = task?.state === "running";
  const elsewhere = store.elsewhere(source).length > 0;

  const rows = {
    chosen: among(own),
    onSelect: (row: Rated, add: boolean) =>
      store.select(source, after(own, row, add || row.where === null), source),
    onClear: () => (own ? store.select(source, null, source) : store.clear(source)),
    is_rate: explored.is_rate ?? true,
    measure: explored.measure ?? "",
    overall: explored.overall ?? Number.NaN,
  };
  const ask = (patch: Partial<Asked>) =>
    explored.asked && content.search({ ...explored.asked, ...patch });

  return (
    <Frame
      title="Slice explorer"
      store={store}
      source={source}
      controls={<Controls explored={explored} disabled={!live} onAsk={ask} />}
    >
      <div class="ew-tabs">
        <div role="tablist" aria-label="Views" onKeyDown={(event) => moveTab(event)}>
          {TABS.map(([name, text]) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`${id}-${name}`}
              aria-selected={tab === name}
              aria-controls={`${id}-panel`}
              tabIndex={tab === name ? 0 : -1}
              onClick={() => options.set({ tab: name })}
            >
              {text}
              {name === "found" && found && ` ${found.length}`}
            </button>
          ))}
        </div>
        {live && elsewhere && !explored.asked?.within && (
          <button type="button" class="ew-link" onClick={() => ask({ within: true })}>
            Search within the selection
          </button>
        )}
        {live && explored.asked?.within && (
          <button type="button" class="ew-link" onClick={() => ask({ within: false })}>
            Search all rows
          </button>
        )}
      </div>
      <Working
        what={running ? (task.what ?? "") : null}
        done={task?.done ?? 0}
        onCancel={() => content.cancel()}
      />
      {task?.state === "failed" && (
        <p role="alert" class="ew-alert">
          {task.message}
        </p>
      )}
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${tab}`}
        class={running ? "ew-dimmed" : ""}
      >
        {!found && (
          <p class="ew-wanting">
            {live ? (
              <button type="button" class="ew-button" disabled={running} onClick={() => ask({})}>
                Search
              </button>
            ) : (
              "Nothing was searched before this notebook was saved. Searching needs a kernel."
            )}
          </p>
        )}
        {found && tab === "found" && (
          <Found explored={explored} rows={rows} settings={settings} set={(p) => options.set(p)} />
        )}
        {found && tab === "features" && <Features explored={explored} rows={rows} />}
        {found && tab === "tree" && <Tree explored={explored} rows={rows} />}
      </div>
    </Frame>
  );
}

function moveTab(event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const tabs = [
    ...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("[role=tab]"),
  ];
  const at = tabs.findIndex((tab) => tab.tabIndex === 0);
  const next = tabs[(at + step + tabs.length) % tabs.length];
  next?.click();
  next?.focus();
  event.preventDefault();
}

interface ControlsProps {
  explored: Partial<Explored>;
  disabled: boolean;
  onAsk(patch: Partial<Asked>): void;
}

function Controls({ explored, disabled, onAsk }: ControlsProps) {
  const { asked, objectives = [], supports = [], most_conditions = 0 } = explored;
  if (!asked || disabled) return null;
  const conditions = Array.from({ length: most_conditions }, (_, i) => i + 1);
  return (
    <div class="ew-asking">
      <Select
        label="find"
        value={String(asked.objective)}
        options={objectives.map((name, i) => [String(i), name])}
        onChange={(value) => onAsk({ objective: Number(value) })}
      />
      <Select
        label="conditions"
        value={String(asked.max_conditions)}
        options={conditions.map((n) => [String(n), n > 1 ? `up to ${n}` : "1"])}
        onChange={(value) => onAsk({ max_conditions: Number(value) })}
      />
      <Select
        label="rows"
        value={String(asked.min_support)}
        options={supports.map((s) => [String(s), s < 1 ? `≥ ${s * 100} %` : `≥ ${count(s)}`])}
        onChange={(value) => onAsk({ min_support: Number(value) })}
      />
    </div>
  );
}

interface Shared {
  chosen(row: Rated): boolean;
  onSelect(row: Rated, add: boolean): void;
  onClear(): void;
  is_rate: boolean;
  measure: string;
  overall: number;
}

interface FoundProps {
  explored: Partial<Explored>;
  rows: Shared;
  settings: Record<string, unknown>;
  set(patch: Record<string, unknown>): void;
}

function Found({ explored, rows, settings, set }: FoundProps) {
  const { found = [], note, cover } = explored;
  const filter = String(settings.filter ?? "");
  const shown = found.filter(({ words }) => words.toLowerCase().includes(filter.toLowerCase()));
  const columns: Column<FoundSlice>[] = [
    { head: "lift", by: (row) => row.lift, cell: (row) => row.lift && `${row.lift.toFixed(1)}×` },
    {
      head: rows.is_rate ? "of all mistakes" : "of the whole",
      by: (row) => row.error_share,
      cell: (row) => <Share share={row.error_share ?? 0} />,
      wide: true,
    },
    { head: "evidence", cell: (row) => <Evidence row={row} is_rate={rows.is_rate} /> },
  ];
  return (
    <>
      {found.length > 4 && (
        <label class="ew-search">
          <input
            type="search"
            aria-label="Filter slices"
            placeholder="Filter"
            value={filter}
            onInput={(event) => set({ filter: event.currentTarget.value })}
          />
        </label>
      )}
      {found.length > 0 && (
        <RatedRows
          label="slice"
          rows={shown}
          columns={columns}
          words={words}
          sort={(settings.sort as string | undefined) ?? null}
          onSort={(sort) => set({ sort })}
          {...rows}
        />
      )}
      <p class="ew-provenance">
        {note} {cover}
      </p>
    </>
  );
}

/** The conditions, with grey words between them; what is alike, behind. */
function words(row: FoundSlice) {
  return (
    <>
      {row.parts.map((part, i) => (
        <span key={part}>
          {i > 0 && <i> and </i>}
          <bdi>{part}</bdi>
        </span>
      ))}
      {row.n_similar > 0 && (
        <i title="nearly the same rows, folded under this slice"> +{row.n_similar} alike</i>
      )}
    </>
  );
}

function Share({ share }: { share: number }) {
  return (
    <>
      <span class="ew-bar">
        <i style={{ width: `${share * 100}%` }} />
      </span>
      {percent(share)}
    </>
  );
}

function Evidence({ row, is_rate }: { row: FoundSlice; is_rate: boolean }) {
  const found = rateText(row.discovery_rate, is_rate);
  const why =
    row.q === null
      ? "too few rows in the other half to tell"
      : `q = ${row.q < 0.001 ? "<0.001" : row.q.toFixed(3)}, ${row.verified ? "under" : "not under"} ${LIMIT}; ${found} where it was found`;
  return (
    <span class={row.verified ? "ew-verified" : "ew-unverified"} title={why}>
      {row.verified ? "● verified" : "○ not held up"}
    </span>
  );
}

function Features({ explored, rows }: { explored: Partial<Explored>; rows: Shared }) {
  const { features = [], features_note } = explored;
  const [open, setOpen] = useState<string[]>([]);
  if (!features.length) return <p class="ew-wanting">{features_note}</p>;
  const { is_rate, overall, measure } = rows;
  // Of the rates alone: the interval of a handful of rows would take all the room.
  const scale = scaleOf(
    features.flatMap((feature) => feature.groups.filter(({ support }) => support >= ENOUGH_ROWS)),
    overall,
    false,
  );
  return (
    <>
      <p class="ew-provenance">
        {measure} ┊ all {rateText(overall, is_rate)}
      </p>
      <div class="ew-features">
        {features.map((feature) => {
          const all = open.includes(feature.name);
          const groups = all ? feature.groups : feature.groups.slice(0, FEW_GROUPS);
          const more = feature.groups.length - groups.length;
          return (
            <section key={feature.name} class="ew-feature" aria-label={feature.name}>
              <h4>
                <bdi>{feature.name}</bdi>
                <span>
                  {feature.explained === null
                    ? "nothing to explain"
                    : `explains ${percent(feature.explained)}`}
                  {feature.p !== null && feature.p > LIMIT && ", no more than chance would"}
                </span>
              </h4>
              <RatedRows
                label={feature.name}
                rows={groups}
                columns={[]}
                scale={scale}
                bare
                {...rows}
              />
              {more > 0 && (
                <button
                  type="button"
                  class="ew-link"
                  onClick={() => setOpen([...open, feature.name])}
                >
                  {more} more
                </button>
              )}
            </section>
          );
        })}
      </div>
      <p class="ew-provenance">{features_note}</p>
    </>
  );
}

function Tree({ explored, rows }: { explored: Partial<Explored>; rows: Shared }) {
  const { tree = [], tree_note } = explored;
  return (
    <>
      <RatedRows
        label="node"
        rows={tree}
        columns={[]}
        words={(node: TreeNode) => (
          <span style={{ paddingLeft: `${node.depth * 20}px` }}>
            <bdi>{node.words}</bdi>
          </span>
        )}
        {...rows}
      />
      <p class="ew-provenance">{tree_note}</p>
    </>
  );
}
