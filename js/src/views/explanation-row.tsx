// One row: what it is, what the model said, and what pushed it there.
import { useRef, useState } from "preact/hooks";
import { decimal, signed, sized } from "../components/format.ts";
import { type Column, Table } from "../components/table.tsx";
import { useWidth } from "../components/width.ts";
import type { Store } from "../store/connection.ts";
import type { Contribution, Explained, Explanations, Parts, Row } from "../store/explained.ts";
import type { Narrowing } from "./explanation-panel.tsx";
import { ImageParts, Picture, TextLegend, TextParts } from "./explanation-parts.tsx";

const FEW = 8;
const MOST_CLASSES = 4;
const ROW_HEIGHT = 28;
const BAR = 14;
const LIME_WIDTH = 88;
const NUMBER_WIDTH = 64;

const UNITS: Record<string, string> = {
  probability: "probability",
  "log-odds": "log-odds",
  raw: "raw margin",
  loss: "loss",
};

interface Props {
  store: Store;
  explained: Partial<Explained>;
  content: Explanations;
  narrowing: Narrowing;
  settings: Record<string, unknown>;
  set(patch: Record<string, unknown>): void;
  live: boolean;
  row: Row | null;
}

export function RowExplained(props: Props) {
  const { row, explained, live, content } = props;
  if (!row) return <p class="ew-wanting">{live ? "\u00a0" : notKept(explained)}</p>;
  if (row.waits)
    return (
      <p class="ew-wanting">
        <button type="button" class="ew-button" onClick={() => content.step(0, true)}>
          Explain this row
        </button>{" "}
        The model takes its time, so this waits until it is asked for.
      </p>
    );
  return (
    <>
      <Answer {...props} row={row} />
      {row.problem && (
        <p role={explained.missing ? "note" : "alert"} class="ew-wanting">
          {row.problem}
        </p>
      )}
      {row.pending && row.pixels && <Picture row={row} />}
      {row.explained.length > 0 && <Explanation {...props} row={row} parts={row.explained} />}
      {row.label === "" && row.explained[0]?.kind === "table" && (
        <p class="ew-provenance">Values of rows were not saved: their bins are shown.</p>
      )}
    </>
  );
}

function notKept({ contrast, kind, saves_rows }: Partial<Explained>): string {
  if (saves_rows) return "None of the rows that are selected was kept with this notebook.";
  if (!contrast) return "Nothing was explained before this notebook was saved; it needs a kernel.";
  const what = kind === "text" ? "Texts" : kind === "image" ? "Images" : "Rows";
  return `${what} were not saved with this notebook. Make the evaluation with persist="rows" to keep those looked at.`;
}

/** The labels, and what the model thinks of each class: a click explains it. */
function Answer({ row, explained, content, live }: Props & { row: Row }) {
  const { true: truth, predicted, probabilities, is_error, loss } = row;
  const { asked } = explained;
  const shown = probabilities.slice(0, MOST_CLASSES);
  const first = shown.find(({ label }) => label === predicted);
  return (
    <div class="ew-answer">
      {truth !== null && (
        <span>
          true <b>{truth}</b>
        </span>
      )}
      {predicted !== null && (
        <span>
          predicted <b class={is_error ? "ew-mistaken" : "ew-right"}>{predicted}</b>
          {is_error !== null && (
            <span class="ew-hidden">{is_error ? ", a mistake" : ", which is right"}</span>
          )}
        </span>
      )}
      {truth === null && loss !== null && (
        <span>
          loss <b>{sized(loss, loss)}</b>
        </span>
      )}
      {shown.length > 0 && (
        <span class="ew-classes">
          {first && (
            <span
              class={is_error ? "ew-bar ew-bar-wrong" : "ew-bar ew-bar-right"}
              aria-hidden="true"
            >
              <i style={{ width: `${first.p * 100}%` }} />
            </span>
          )}
          {shown.map(({ code, label, p }) => (
            <button
              key={code}
              type="button"
              class="ew-link"
              disabled={!live || !explained.targets?.length}
              aria-pressed={
                explained.targets?.length
                  ? asked?.target === String(code) && !asked.loss
                  : undefined
              }
              aria-label={`${decimal(p)} ${label}, explain this class`}
              onClick={() => asked && content.ask({ ...asked, target: String(code), loss: false })}
            >
              {decimal(p)} <bdi>{label}</bdi>
            </button>
          ))}
        </span>
      )}
    </div>
  );
}

type ExplanationProps = Props & { row: Row; parts: Parts[] };

function Explanation(props: ExplanationProps) {
  const { parts, row } = props;
  const [first] = parts;
  if (!first) return null;
  const notes = (
    <p class="ew-provenance">{[row.agreement, ...parts.map(said)].filter(Boolean).join(" ┊ ")}</p>
  );
  return (
    <>
      {first.kind === "table" ? (
        <Waterfall {...props} first={first} />
      ) : first.kind === "text" ? (
        <>
          {parts.map((one) => (
            <TextParts key={one.method} parts={one} titled={parts.length > 1} />
          ))}
          <TextLegend />
        </>
      ) : (
        <ImageParts {...props} parts={first} />
      )}
      {notes}
    </>
  );
}

/** How a row was explained, in words. */
function said({ method, exact, route, fit, said: what, notes = [] }: Parts): string {
  const how = method === "lime" && fit !== null ? ` (R² ${decimal(fit)} here)` : "";
  return [`${what}, ${exact ? "exact" : "estimated"}: ${route}${how}.`, ...notes].join(" ");
}

interface Bar extends Contribution {
  from: number;
  /** How many features it stands for. */
  rest: number;
  other: number | null;
}

function Waterfall({ first, parts, narrowing }: ExplanationProps & { first: Parts }) {
  const box = useRef<HTMLDivElement>(null);
  const room = useWidth(box);
  const [all, setAll] = useState(false);
  const features = first.features ?? [];
  const second = parts[1]?.features;
  const loss = first.space === "loss";
  const others = new Map(second?.map(({ feature, attribution }) => [feature, attribution]));
  const bars = waterfall(features, first.base ?? 0, all ? features.length : FEW, others);
  const size = Math.max(...features.map(({ attribution }) => Math.abs(attribution)), 1e-12);
  const other_size = Math.max(...[...others.values()].map(Math.abs), 1e-12);
  const ends = bars.flatMap(({ from, attribution }) => [from, from + attribution]);
  const [low, high] = [Math.min(first.base ?? 0, ...ends), Math.max(first.base ?? 0, ...ends)];
  const width = Math.round(Math.max(110, Math.min(360, room * (second ? 0.26 : 0.44))));
  const x = (value: number) => (high > low ? ((value - low) / (high - low)) * (width - 2) + 1 : 1);
  const lime = first.method === "lime";
  const columns: Column<Bar>[] = [
    {
      id: "bar",
      head: second ? name(first) : "",
      width,
      left: true,
      cell: (bar) => (
        <svg class="ew-fall" width={width} height={ROW_HEIGHT} aria-hidden="true">
          {!lime && (
            <line
              class="ew-overall"
              x1={x(first.base ?? 0)}
              x2={x(first.base ?? 0)}
              y1={0}
              y2={ROW_HEIGHT}
            />
          )}
          <rect
            class={side(bar.attribution, loss)}
            x={Math.min(x(bar.from), x(bar.from + bar.attribution))}
            y={(ROW_HEIGHT - BAR) / 2}
            width={Math.max(1, Math.abs(x(bar.from + bar.attribution) - x(bar.from)))}
            height={BAR}
          />
          {bar !== bars.at(-1) && (
            <line
              class="ew-step"
              x1={x(bar.from + bar.attribution)}
              x2={x(bar.from + bar.attribution)}
              y1={(ROW_HEIGHT + BAR) / 2}
              y2={ROW_HEIGHT + (ROW_HEIGHT - BAR) / 2}
            />
          )}
        </svg>
      ),
    },
    {
      id: "number",
      head: "",
      width: NUMBER_WIDTH,
      cell: (bar) => <span title={errorText(bar)}>{signed(bar.attribution, size)}</span>,
    },
  ];
  if (second)
    columns.push({
      id: "lime",
      head: name(parts[1] as Parts),
      width: LIME_WIDTH + NUMBER_WIDTH,
      cell: ({ other }) =>
        other === null ? null : (
          <>
            <Signed value={other / other_size} loss={loss} />
            {signed(other, other_size)}
          </>
        ),
    });
  const unit = UNITS[first.space] ?? "";
  return (
    <div ref={box} class="ew-waterfall">
      <Table<Bar>
        label="What pushed the model"
        rows={bars}
        bare={!second}
        head=""
        columns={columns}
        first={(bar) =>
          bar.rest ? (
            bar.feature
          ) : (
            <>
              <bdi>{bar.feature}</bdi>{" "}
              <i>
                {bar.value !== null && "= "}
                <bdi>{bar.value}</bdi>
              </i>
            </>
          )
        }
        text={(bar) => (bar.rest ? bar.feature : `${bar.feature} = ${bar.value ?? ""}`)}
        id={(bar) => bar.feature}
        chosen={(bar) => (bar.where ? narrowing.chosen(bar.where) : undefined)}
        onSelect={(bar) => (bar.rest ? setAll(true) : narrowing.onToggle(bar.where, null))}
        onClear={narrowing.onClear}
      />
      <p class="ew-sum">
        <span>
          {lime
            ? `intercept ${sized(first.base ?? 0, size)}`
            : `${loss ? "average loss" : "average output"} ${sized(first.base ?? 0, size)}`}
          {all && features.length > FEW && (
            <button type="button" class="ew-link" onClick={() => setAll(false)}>
              fewer
            </button>
          )}
        </span>
        {first.output !== null && (
          <b>
            {lime ? "output " : "= "}
            {sized(first.output, size)} {unit}
          </b>
        )}
      </p>
    </div>
  );
}

function name({ method }: Parts): string {
  return { shap: "SHAP", lime: "LIME" }[method] ?? method;
}

/** Blue toward what is explained, orange away from it; of a loss orange is what adds to it. */
export function side(value: number, loss: boolean): string {
  return value > 0 !== loss ? "ew-toward" : "ew-away";
}

function errorText({ error }: Contribution): string | undefined {
  return error ? `± ${error.toPrecision(2)} (standard error)` : undefined;
}

/** A signed share of the largest as a bar from the middle. */
export function Signed({ value, loss }: { value: number; loss: boolean }) {
  const middle = LIME_WIDTH / 2;
  const long = Math.min(1, Math.abs(value)) * (middle - 1);
  return (
    <svg class="ew-fall" width={LIME_WIDTH} height={BAR} aria-hidden="true">
      <line class="ew-overall" x1={middle} x2={middle} y1={0} y2={BAR} />
      <rect
        class={side(value, loss)}
        x={value < 0 ? middle - long : middle}
        y={2}
        width={Math.max(1, long)}
        height={BAR - 4}
      />
    </svg>
  );
}

/** The strongest features from the base on, the others as one. */
export function waterfall(
  features: Contribution[],
  base: number,
  most: number,
  others: ReadonlyMap<string, number>,
): Bar[] {
  const order = [...features].sort((a, b) => Math.abs(b.attribution) - Math.abs(a.attribution));
  // "1 more" would take as much room as the one itself.
  const n = order.length === most + 1 ? most + 1 : most;
  const tail = order.slice(n);
  const rest = tail.reduce((sum, { attribution }) => sum + attribution, 0);
  const known = tail.map(({ feature }) => others.get(feature) ?? 0);
  const bars: Omit<Bar, "from">[] = order.slice(0, n).map((one) => ({
    ...one,
    rest: 0,
    other: others.get(one.feature) ?? null,
  }));
  if (tail.length)
    bars.push({
      feature: `${tail.length} more`,
      value: null,
      attribution: rest,
      error: null,
      where: null,
      rest: tail.length,
      other: others.size ? known.reduce((sum, value) => sum + value, 0) : null,
    });
  let at = base;
  return bars.map((bar) => {
    const from = at;
    at += bar.attribution;
    return { ...bar, from };
  });
}
