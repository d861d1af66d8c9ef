// How many rows have which values, and the rate over them; a drag selects a range of bins.
import { useRef, useState } from "preact/hooks";
import type { Histogram as Bins } from "../store/content.ts";
import { spoken } from "../store/spelling.ts";
import { BinList } from "./bin-list.tsx";
import { count, percentRange } from "./format.ts";
import { rateText } from "./rated-rows.tsx";
import { useWidth } from "./width.ts";

interface Props {
  name: string;
  unit: string;
  bins: Bins;
  is_rate: boolean;
  overall: number;
  /** The highest rate that is drawn. */
  top: number;
  /** The bins that are selected, first and last. */
  selected: readonly [number, number] | null;
  onSelect(first: number, last: number): void;
  onClear(): void;
}

const HEIGHT = 100;
const BASE = HEIGHT - 1;
/** The tallest bar leaves room, so that rates are not drawn on bars alone. */
const TALLEST = 0.9;

export function Histogram(props: Props) {
  const { name, unit, bins, is_rate, overall, top, selected, onSelect, onClear } = props;
  const { support, rate, low, high } = bins.bins;
  const n = support.length;
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [rest, setRest] = useState<number | null>(null);
  const [drag, setDrag] = useState<readonly [number, number] | null>(null);
  const step = width / n;
  const most = Math.max(1, ...support.map((rows) => rows ?? 0));
  const y = (value: number | null) =>
    BASE - Math.min(1, Math.max(0, (value ?? 0) / (top || 1))) * (HEIGHT - 8);
  const shown = drag ?? selected;
  const [first, last] = shown ? [Math.min(...shown), Math.max(...shown)] : [n, -1];

  const told = (i: number) => {
    const range = rangeText(name, unit, bins.edges, i, i);
    const sure = is_rate ? percentRange(low[i] ?? Number.NaN, high[i] ?? Number.NaN) : "";
    const rates = support[i]
      ? `, ${rateText(rate[i] ?? null, is_rate)}${sure && ` (${sure})`}`
      : "";
    return `${range}: ${count(support[i] ?? 0)} rows${rates}`;
  };
  const line = drag ? rangeText(name, unit, bins.edges, first, last) : rest !== null && told(rest);

  return (
    <div class="ew-histogram">
      <div ref={box} class="ew-bins">
        <svg width={width || undefined} height={HEIGHT} aria-hidden="true">
          {support.map((rows, i) => (
            <rect
              key={i}
              class={i >= first && i <= last ? "ew-bin ew-bin-selected" : "ew-bin"}
              x={i * step + 0.5}
              y={BASE - ((rows ?? 0) / most) * TALLEST * HEIGHT}
              width={Math.max(0, step - 1)}
              height={((rows ?? 0) / most) * TALLEST * HEIGHT}
            />
          ))}
          <line class="ew-base" x1={0} x2={width} y1={BASE + 0.5} y2={BASE + 0.5} />
          <line class="ew-overall" x1={0} x2={width} y1={y(overall)} y2={y(overall)} />
          {support.map((rows, i) => {
            const x = (i + 0.5) * step;
            return rows && rate[i] !== null ? (
              <g key={i} class="ew-bin-rate">
                {low[i] !== null && <line x1={x} x2={x} y1={y(low[i] ?? 0)} y2={y(high[i] ?? 0)} />}
                <circle cx={x} cy={y(rate[i] ?? 0)} r={2.5} />
              </g>
            ) : null;
          })}
        </svg>
        <BinList
          label={`${name}, bins`}
          n={n}
          selected={shown ? [first, last] : null}
          told={told}
          onSelect={onSelect}
          onClear={onClear}
          onRest={setRest}
          onDrag={setDrag}
        />
      </div>
      <p class="ew-histogram-line">
        {line || (
          <>
            <span>≤ {spoken(bins.edges[0] ?? "", unit)}</span>
            <span>&gt; {spoken(bins.edges.at(-1) ?? "", unit)}</span>
          </>
        )}
      </p>
    </div>
  );
}

/** The words of the bins from one to another. */
function rangeText(name: string, unit: string, edges: string[], first: number, last: number) {
  const low = first > 0 ? `${spoken(edges[first - 1] ?? "", unit)} < ` : "";
  const high = last < edges.length ? ` ≤ ${spoken(edges[last] ?? "", unit)}` : "";
  if (!low && !high) return `any ${name}`;
  return high ? `${low}${name}${high}` : `${name} > ${spoken(edges[first - 1] ?? "", unit)}`;
}
