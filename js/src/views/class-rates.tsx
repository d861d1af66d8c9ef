// Precision, recall and their like of each class, beside the matrix row by row, or below it.
import type { RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import { count, decimal, decimalRange } from "../components/format.ts";
import { Interval } from "../components/interval.tsx";
import { overallOf } from "./matrix-cards.tsx";
import { RATE_GAP, RATE_TEXT } from "./matrix-geometry.ts";
import { classAt, type MatrixModel } from "./matrix-model.ts";
import { METRICS, type Metric } from "./matrix-options.ts";

interface Props {
  model: MatrixModel;
  metrics: readonly Metric[];
  /** Of the places as drawn, when the rates stand below; null beside the matrix. */
  names: { labels: readonly string[]; width: number } | null;
  interval: number;
  row_height: number;
  head_height: number;
  /** Of the matrix that scrolls in a box of its own; null when it does not. */
  boxed: boolean;
  /** What moves with the matrix when that scrolls. */
  moved?: RefObject<HTMLDivElement | null>;
  /** To the matrix. */
  gap: number;
}

export function ClassRates(props: Props) {
  const { model, metrics, names, interval, row_height, head_height, boxed, moved, gap } = props;
  const { places, drawing } = model;
  const n = places.groups.length;
  const root = useRef<HTMLDivElement>(null);
  const [stop, setStop] = useState<[number, number]>([0, 0]);
  const at = [Math.min(stop[0], n - 1), Math.min(stop[1], metrics.length - 1)] as const;

  const onKeyDown = (event: KeyboardEvent) => {
    const [row, column] = at;
    const to = {
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      Home: [0, column],
      End: [n - 1, column],
    }[event.key];
    if (!to) return;
    const target = root.current?.querySelector<HTMLElement>(`[data-rate="${to}"]`);
    if (target) setStop(to as [number, number]);
    target?.focus({ preventScroll: true });
    target?.scrollIntoView?.({ block: "nearest" });
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={root}
      role="group"
      aria-label="Rates of each class"
      class={boxed ? "ew-rates ew-boxed" : "ew-rates"}
      style={{ marginLeft: `${gap}px` }}
      onKeyDown={onKeyDown}
    >
      <div class="ew-rates-head" style={{ height: `${head_height}px` }} aria-hidden="true">
        {names && <span style={{ width: `${names.width}px` }} />}
        {metrics.map((metric) => (
          <span key={metric} style={{ width: `${RATE_TEXT + RATE_GAP + interval}px` }}>
            {METRICS.find(([name]) => name === metric)?.[1]}
          </span>
        ))}
        <span class="ew-support">rows</span>
      </div>
      <div ref={moved ?? null}>
        {places.groups.map((_, place) => (
          <div key={place} class="ew-rates-row" style={{ height: `${row_height}px` }}>
            {names && (
              <span class="ew-label" style={{ width: `${names.width}px` }}>
                {names.labels[place]}
              </span>
            )}
            {metrics.map((metric, column) => (
              <RateCell
                key={metric}
                model={model}
                metric={metric}
                place={place}
                interval={interval}
                at={`${place},${column}`}
                tab={at[0] === place && at[1] === column ? 0 : -1}
                onFocus={() => setStop([place, column])}
              />
            ))}
            <span class="ew-support">{count(drawing.data.row_totals[place] ?? 0)}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

interface CellProps {
  model: MatrixModel;
  metric: Metric;
  place: number;
  interval: number;
  at: string;
  tab: 0 | -1;
  onFocus(): void;
}

function RateCell({ model, metric, place, interval, at, tab, onFocus }: CellProps) {
  const code = classAt(model.places, place);
  const width = `${RATE_TEXT + RATE_GAP + interval}px`;
  const rate = code === null ? undefined : model.rates.per_class[metric][code];
  if (code === null || !rate) return <span style={{ width }} />;
  const range = decimalRange(rate.ci_low, rate.ci_high);
  const name = `${metric === "f1" ? "F1" : metric} of ${model.data.labels[code]}`;
  return (
    <button
      type="button"
      class="ew-rate"
      style={{ width }}
      tabIndex={tab}
      aria-label={`${name}: ${decimal(rate.value)}${range && `, ${range}`}`}
      data-explain={`rate ${metric} ${code}`}
      data-rate={at}
      onFocus={onFocus}
    >
      <span>{decimal(rate.value)}</span>
      <Interval {...rate} overall={overallOf(model, metric)} width={interval} />
    </button>
  );
}
