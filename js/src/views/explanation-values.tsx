// Attributions of the selected rows over the values of one feature: points and ranges select.
import { useRef, useState } from "preact/hooks";
import { BinList } from "../components/bin-list.tsx";
import { count, rows as rowsText, signed } from "../components/format.ts";
import { Select } from "../components/segments.tsx";
import { useWidth } from "../components/width.ts";
import { packRows } from "../store/codes.ts";
import type { Column } from "../store/columns.ts";
import { conditionOf, conditionsOf } from "../store/conditions.ts";
import type { Store } from "../store/connection.ts";
import type { Explained, Explanations, Many, Row } from "../store/explained.ts";
import { between } from "../store/narrowing.ts";
import type { Predicate } from "../store/selection.ts";
import { selected } from "./explanation-panel.tsx";

const HEIGHT = 240;
const LEFT = 52;
const INSET = 8;
const NEAR = 8;
/** In px: where names of values have so much room they are all shown. */
const LEAST_NAME = 48;

interface Props {
  store: Store;
  explained: Partial<Explained>;
  content: Explanations;
  settings: Record<string, unknown>;
  set(patch: Record<string, unknown>): void;
  live: boolean;
  row: Row | null;
  own: Predicate | null;
  onSelect(predicate: Predicate | null): void;
}

export function Values(props: Props) {
  const { content, explained, settings, set, live, store } = props;
  const many = content.many.value;
  if (!many?.features.length)
    return (
      <p class="ew-wanting" role="note">
        {explained.kind && explained.kind !== "table"
          ? "This model takes whole texts or images: no feature has a value to show."
          : live
            ? (explained.contrast?.problem ?? "Nothing was explained yet.")
            : 'Attributions of rows were not saved. They are with persist="codes".'}
      </p>
    );
  const features = strongest(many);
  const wanted = settings.feature;
  const feature =
    typeof wanted === "string" && features.includes(wanted) ? wanted : (features[0] as string);
  const column = store.columns.value.get(feature);
  const n = column?.display_labels.length ?? 0;
  const has_codes = column && column.codes.length === store.info.value.n_samples && n > 0;
  return (
    <>
      <div class="ew-against">
        <Select
          label="feature"
          options={features.map((name) => [name, name] as const)}
          value={feature}
          onChange={(name) => set({ feature: name })}
        />
      </div>
      {has_codes ? (
        <Points key={feature} {...props} many={many} feature={feature} column={column} />
      ) : (
        <p class="ew-wanting" role="note">
          The values of {feature} are not on this page, so nothing can be drawn over them.
        </p>
      )}
    </>
  );
}

/** Features by mean absolute attribution, the largest first. */
function strongest({ features, values }: Many): string[] {
  const sums = features.map(() => 0);
  for (let i = 0; i < values.length; i++)
    sums[i % features.length] = (sums[i % features.length] ?? 0) + Math.abs(values[i] as number);
  return features
    .map((name, j) => [name, sums[j] ?? 0] as const)
    .sort(([, a], [, b]) => b - a)
    .map(([name]) => name);
}

interface PointsProps extends Props {
  many: Many;
  feature: string;
  column: Column;
}

interface Point {
  position: number;
  code: number;
  value: number;
  wrong: boolean;
  x: number;
  y: number;
}

function Points({ store, many, feature, column, own, onSelect, row, explained }: PointsProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [rest, setRest] = useState<number | null>(null);
  const [drag, setDrag] = useState<readonly [number, number] | null>(null);
  const n = column.display_labels.length;
  const inner = Math.max(1, width - LEFT);
  const step = inner / n;
  const j = many.features.indexOf(feature);
  const wrong = store.columns.value.get(store.info.value.is_error ?? "");
  const inside = selected(store);
  const values = Array.from(
    many.positions,
    (_, i) => many.values[i * many.features.length + j] ?? 0,
  );
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const size = Math.max(-low, high, 1e-12);
  const y = (value: number) => INSET + ((high - value) / (high - low || 1)) * (HEIGHT - 2 * INSET);
  const points = Array.from(many.positions, (position, i): Point => {
    const code = column.codes[position] ?? 0;
    const spread = (((position * 2654435761) >>> 0) / 2 ** 32 - 0.5) * 0.7;
    return {
      position,
      code,
      value: values[i] ?? 0,
      wrong: wrong?.codes[position] === 1,
      x: (code + 0.5 + spread) * step,
      y: y(values[i] ?? 0),
    };
  });
  const shown = drag ?? chosen(own, column);
  const told = (code: number) => {
    const some = points.filter((point) => point.code === code);
    const label = `${feature} = ${column.display_labels[code]}`;
    if (!some.length) return `${label}: no rows explained`;
    const mean = some.reduce((sum, { value }) => sum + value, 0) / some.length;
    return `${label}: ${rowsText(some.length)} explained, on average ${signed(mean, size)}`;
  };
  const range = (first: number, last: number) => onSelect(between(column, first, last));
  const onPoint = (event: PointerEvent) => {
    const { left, top } = box.current?.getBoundingClientRect() ?? { left: 0, top: 0 };
    const [px, py] = [event.clientX - left - LEFT, event.clientY - top];
    const far = (point: Point) => Math.hypot(point.x - px, point.y - py);
    const nearest = points.reduce<Point | null>(
      (best, point) => (best === null || far(point) < far(best) ? point : best),
      null,
    );
    if (!nearest || far(nearest) > NEAR) return false;
    const { n_samples } = store.info.value;
    onSelect({
      op: "rows",
      ...packRows([nearest.position], n_samples),
      words: "1 row",
      query: null,
    });
    return true;
  };
  const line = drag
    ? `${column.display_labels[drag[0]]} to ${column.display_labels[drag[1]]}`
    : rest !== null && told(rest);
  return (
    <div class="ew-values">
      <div ref={box} class="ew-scatter" style={{ height: `${HEIGHT}px` }}>
        <svg width={width || undefined} height={HEIGHT} aria-hidden="true">
          {shown && (
            <rect
              class="ew-range"
              x={LEFT + shown[0] * step}
              y={0}
              width={(shown[1] - shown[0] + 1) * step}
              height={HEIGHT}
            />
          )}
          <line class="ew-overall" x1={LEFT} x2={width} y1={y(0)} y2={y(0)} />
          {[high, 0, low].map((value, i) =>
            i !== 1 && Math.abs(y(value) - y(0)) < 14 ? null : (
              <text key={i} x={LEFT - 8} y={y(value)} class="ew-tick">
                {value === 0 ? "0" : signed(value, size)}
              </text>
            ),
          )}
          <g transform={`translate(${LEFT} 0)`}>
            {points.map(({ position, x, y: at, wrong: is_wrong }) => {
              const dim = inside(position) ? "" : " ew-point-out";
              const here = position === row?.position ? " ew-point-here" : "";
              return is_wrong ? (
                <rect
                  key={position}
                  class={`ew-point ew-point-wrong${dim}${here}`}
                  x={x - 2.5}
                  y={at - 2.5}
                  width={5}
                  height={5}
                  transform={`rotate(45 ${x} ${at})`}
                />
              ) : (
                <circle key={position} class={`ew-point${dim}${here}`} cx={x} cy={at} r={2.5} />
              );
            })}
          </g>
        </svg>
        <div class="ew-scatter-bins" style={{ left: `${LEFT}px` }}>
          <BinList
            label={`${feature}, values`}
            n={n}
            selected={shown}
            told={told}
            onSelect={range}
            onClear={() => onSelect(null)}
            onRest={setRest}
            onDrag={setDrag}
            onPoint={onPoint}
          />
        </div>
      </div>
      {step >= LEAST_NAME && (
        <p class="ew-value-names" style={{ paddingLeft: `${LEFT}px` }} aria-hidden="true">
          {column.display_labels.map((label) => (
            <bdi key={label} title={label}>
              {label}
            </bdi>
          ))}
        </p>
      )}
      <p class="ew-histogram-line" style={{ paddingLeft: `${LEFT}px` }}>
        {line || step >= LEAST_NAME ? (
          line || "\u00a0"
        ) : (
          <>
            <span>{column.display_labels[0]}</span>
            <span>{n > 1 && column.display_labels[n - 1]}</span>
          </>
        )}
      </p>
      <p class="ew-provenance">
        {points.some((one) => one.wrong) && (
          <>
            <i class="ew-key-wrong" /> mistakes{" "}
          </>
        )}
        {points.some((one) => !one.wrong) && (
          <>
            <i class="ew-key-right" /> {wrong ? "correct rows" : "rows"}{" "}
          </>
        )}
        ┊ {count(points.length)} explained {explained.contrast?.what ?? "rows"} ┊ what {feature}{" "}
        adds to the {many.said.charAt(0).toLowerCase() + many.said.slice(1)} ({many.space}) ┊ drag
        over values, or click a point
      </p>
    </div>
  );
}

/** The codes that a condition on this column takes in. */
function chosen(own: Predicate | null, column: Column): readonly [number, number] | null {
  const part = conditionsOf(own).find((one) => "column" in one && one.column === column.name);
  if (!part) return null;
  const text = JSON.stringify(part);
  const n = column.display_labels.length;
  for (let first = 0; first < n; first++) {
    if (JSON.stringify(conditionOf(column, first)) === text) return [first, first];
    for (let last = first + 1; last < n; last++)
      if (JSON.stringify(between(column, first, last)) === text) return [first, last];
  }
  return null;
}
