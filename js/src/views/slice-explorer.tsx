// Where the model fails: slices that an exact search found, every feature's groups, two features
// crossed, a tree, a slice made by hand, and which slices overlap.
import { Working } from "../components/connection.tsx";
import { Frame } from "../components/frame.tsx";
import { after, among, partsOf, type Rating, together } from "../components/rated-rows.tsx";
import { Tabs } from "../components/tabs.tsx";
import { useUnique } from "../components/unique.ts";
import { useLate } from "../components/wanting.tsx";
import { PYTHON } from "../store/connection.ts";
import type { Asked, Content, Explored } from "../store/content.ts";
import type { Predicate } from "../store/selection.ts";
import type { ContentProps } from "./index.ts";
import { Asking, MoreAsking } from "./slice-asking.tsx";
import { Build } from "./slice-build.tsx";
import { KeepCohort } from "./slice-cohort.tsx";
import { Features } from "./slice-features.tsx";
import { Found } from "./slice-found.tsx";
import { MOST_CROSSED, Overlap } from "./slice-overlap.tsx";
import { Pair } from "./slice-pair.tsx";
import { Tree } from "./slice-tree.tsx";

const TABS = [
  ["found", "Found"],
  ["features", "Features"],
  ["pair", "Two features"],
  ["tree", "Tree"],
  ["build", "Build"],
  ["overlap", "Overlap"],
] as const;

type Tab = (typeof TABS)[number][0];

export function SliceExplorer({ store, source, options, content }: ContentProps) {
  const id = useUnique();
  const explored = content.value.value;
  const shown = content.preview.value ?? explored;
  const { found } = shown;
  const settings = options.value.value;
  const tab = (settings.tab ?? "found") as Tab;
  // What was selected in code is shown, and gone on from, as if it had been selected here.
  const own = store.own(source) ?? store.own(PYTHON);
  const live = store.link.status.value === "live";
  const task = content.task.value;
  const running = task?.state === "running";
  const dimmed = useLate(running);
  const more = settings.more === true;
  const select = (predicate: Predicate | null) => store.select(source, predicate, source, [PYTHON]);
  const rating: Rating = {
    chosen: among(own),
    onSelect: (row, add) => select(after(own, row, add || row.where === null)),
    onClear: () => (own ? select(null) : store.clear(source)),
    onRange: (rows) =>
      select(
        together(
          rows.flatMap(({ where }) => (where ? [where] : [])),
          false,
        ),
      ),
    is_rate: explored.is_rate ?? true,
    measure: explored.measure ?? "",
    overall: explored.overall ?? Number.NaN,
  };
  const ask = (patch: Partial<Asked>, afresh: boolean) =>
    explored.asked && content.search({ ...explored.asked, ...patch }, afresh);
  const set = (patch: Record<string, unknown>) => options.set(patch);
  const common = { store, explored, rating, own, settings, set, onSelect: select };
  const crossed = (explored.found ?? []).filter(rating.chosen);
  const chosen_here = partsOf(own).length > 1 && crossed.length > 1;

  return (
    <Frame
      title="Slice explorer"
      store={store}
      source={source}
      controls={
        <Asking
          store={store}
          content={content}
          explored={explored}
          more={more}
          onMore={(on) => set({ more: on })}
        />
      }
      actions={
        live &&
        explored.asked && (
          <button
            type="button"
            class="ew-link"
            aria-label="Search within the selection"
            onClick={() => ask({ within: true }, true)}
          >
            Search within
          </button>
        )
      }
    >
      {live && more && <MoreAsking content={content} explored={explored} />}
      <Tabs
        id={id}
        tab={tab}
        onTab={(name) => set({ tab: name })}
        tabs={TABS.map(([name, text]) => [
          name,
          name === "found" && found ? `${text} ${found.length}` : text,
        ])}
      />
      {explored.within && (
        <p class="ew-within" title={explored.within.words}>
          Only among: <bdi>{explored.within.words}</bdi>
          {live && (
            <button type="button" class="ew-link" onClick={() => ask({ within: false }, false)}>
              Search all rows
            </button>
          )}
        </p>
      )}
      {explored.stale && live && (
        <p class="ew-within">
          The lens was changed since this was searched.{" "}
          <button type="button" class="ew-link" onClick={() => ask({}, false)}>
            Search again
          </button>
        </p>
      )}
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
        aria-busy={running}
        class={dimmed ? "ew-dimmed" : ""}
      >
        {found ? panel() : <Unsearched content={content} explored={explored} live={live} />}
      </div>
      {live && <KeepCohort store={store} content={content} />}
    </Frame>
  );

  function panel() {
    const waits = running ? `${task.what}…` : "This was not worked out: search again.";
    switch (tab) {
      case "features":
        return explored.features ? <Features {...common} /> : <p class="ew-wanting">{waits}</p>;
      case "pair":
        return <Pair {...common} />;
      case "tree":
        return explored.tree ? (
          <Tree {...common} content={content} />
        ) : (
          <p class="ew-wanting">{waits}</p>
        );
      case "build":
        return <Build {...common} />;
      case "overlap":
        return (
          <Overlap
            {...common}
            chosen_here={chosen_here}
            slices={(chosen_here ? crossed : (explored.found ?? [])).slice(0, MOST_CROSSED)}
          />
        );
      default:
        return (
          <Found
            {...common}
            found={found ?? []}
            note={shown.note ?? ""}
            cover={shown === explored ? (explored.cover ?? "") : ""}
          />
        );
    }
  }
}

interface UnsearchedProps {
  content: Content;
  explored: Partial<Explored>;
  live: boolean;
}

function Unsearched({ content, explored, live }: UnsearchedProps) {
  const running = content.task.value?.state === "running";
  return (
    <p class="ew-wanting">
      {live ? (
        <button
          type="button"
          class="ew-button"
          disabled={running}
          onClick={() => explored.asked && content.search(explored.asked)}
        >
          Search
        </button>
      ) : (
        "Nothing was searched before this notebook was saved. Searching needs a kernel."
      )}
    </p>
  );
}
