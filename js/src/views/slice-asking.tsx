// What is looked for: the controls of the explorer, in its title line and under it.
import { count } from "../components/format.ts";
import { Select } from "../components/segments.tsx";
import { Slider } from "../components/slider.tsx";
import type { Store } from "../store/connection.ts";
import type { Asked, Content, Explored } from "../store/content.ts";
import type { Predicate } from "../store/selection.ts";

interface Props {
  store: Store;
  content: Content;
  explored: Partial<Explored>;
  more: boolean;
  onMore(more: boolean): void;
}

/** The confusion of a cell that is selected, as codes of its true and predicted class. */
export function confusionOf(predicates: Predicate[]): [number, number] | null {
  for (const predicate of predicates) {
    if (predicate.op !== "all") continue;
    const codes = ["y_true", "y_pred"].map((name) => {
      const part = predicate.of.find((one) => one.op === "in" && one.column === name);
      return part?.op === "in" && part.codes.length === 1 ? part.codes[0] : undefined;
    });
    const [from, to] = codes;
    if (from !== undefined && to !== undefined && from !== to && predicate.of.length === 2)
      return [from, to];
  }
  return null;
}

export function Asking({ store, content, explored, more, onMore }: Props) {
  const { asked, objectives = [], supports = [], most_conditions = 0 } = explored;
  if (!asked || store.link.status.value !== "live") return null;
  const ask = (patch: Partial<Asked>) => content.search({ ...asked, ...patch });
  const conditions = Array.from({ length: most_conditions }, (_, i) => i + 1);
  return (
    <div class="ew-asking">
      <Select
        label="find"
        value={String(asked.objective)}
        options={[
          ...objectives.map((name, i) => [String(i), name] as const),
          ...confusions(store, asked),
        ]}
        onChange={(value) => {
          const [from, to] = value.split(",").map(Number) as [number, number | undefined];
          ask({ objective: to === undefined ? from : [from, to] });
        }}
      />
      <Select
        label="conditions"
        value={String(asked.max_conditions)}
        options={conditions.map((n) => [String(n), n > 1 ? `up to ${n}` : "1"])}
        onChange={(value) => ask({ max_conditions: Number(value) })}
      />
      <Select
        label="rows"
        value={String(asked.min_support)}
        options={[...new Set([...supports, asked.min_support])]
          .sort((a, b) => a - b)
          .map((s) => [
            String(s),
            s < 1 ? `≥ ${Number((s * 100).toPrecision(4))} %` : `≥ ${count(s)}`,
          ])}
        onChange={(value) => ask({ min_support: Number(value) })}
      />
      <button type="button" class="ew-button" aria-expanded={more} onClick={() => onMore(!more)}>
        More
      </button>
    </div>
  );
}

/** The confusion that is looked for, and that of the cell that is selected. */
function confusions(store: Store, asked: Asked): (readonly [string, string])[] {
  const labels = store.columns.value.get("y_true")?.display_labels;
  if (!labels) return [];
  const selected = confusionOf(store.clauses.value.map(({ predicate }) => predicate));
  const pairs = [selected, Array.isArray(asked.objective) ? asked.objective : null];
  const known = new Map<string, string>();
  for (const pair of pairs)
    if (pair) known.set(String(pair), `${labels[pair[0]]} → ${labels[pair[1]]}`);
  return [...known];
}

/** What needs to be set now and then. While it is dragged a sample is searched. */
export function MoreAsking({ content, explored }: Pick<Props, "content" | "explored">) {
  const { asked } = explored;
  if (!asked) return null;
  const now = content.preview.value?.asked ?? asked;
  const ask = (patch: Partial<Asked>, finished: boolean) => {
    const next = { ...asked, ...patch };
    if (finished) content.search(next);
    else content.look(next);
  };
  return (
    <div class="ew-sliders">
      <Slider
        label="alpha"
        name="alpha: high for small slices with many mistakes, low for large ones"
        min={0.5}
        max={1}
        step={0.01}
        digits={2}
        value={now.alpha}
        onChange={(alpha, finished) => ask({ alpha }, finished)}
      >
        <span class="ew-hint" aria-hidden="true">
          high: small and bad, low: large
        </span>
      </Slider>
      {now.min_support < 1 && (
        <Slider
          label="least rows, %"
          name="least share of the rows, in percent"
          min={0.1}
          max={20}
          step={0.1}
          digits={1}
          value={now.min_support * 100}
          onChange={(percent, finished) =>
            ask({ min_support: Number((percent / 100).toFixed(4)) }, finished)
          }
        />
      )}
    </div>
  );
}
