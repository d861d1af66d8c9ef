// Two features crossed: colour for the rate, size for the rows.
import { useRef, useState } from "preact/hooks";
import { count, percent, percentRange, rows as rowsText } from "../components/format.ts";
import { cellFill } from "../components/ramp.ts";
import { after, among, type Rating, rateText } from "../components/rated-rows.tsx";
import { scheme } from "../components/scheme.ts";
import { Select } from "../components/segments.tsx";
import { useColumns } from "../components/wanting.tsx";
import { useWidth } from "../components/width.ts";
import type { Column } from "../store/columns.ts";
import { conditionOf, joined } from "../store/conditions.ts";
import type { Store } from "../store/connection.ts";
import type { Explored, Rated } from "../store/content.ts";
import type { Settings } from "../store/options.ts";
import { useRated } from "../store/rates.ts";
import { type Predicate, words } from "../store/selection.ts";
import { narrowedBy } from "./slice-features.tsx";

interface Props {
  store: Store;
  explored: Partial<Explored>;
  rating: Rating;
  own: Predicate | null;
  settings: Settings;
  set(patch: Settings): void;
  onSelect(predicate: Predicate | null): void;
}

/** Values of a feature that have a line; the others are said to be there. */
const MOST_VALUES = 24;
/** Smaller groups do not stretch the colours. */
const ENOUGH_ROWS = 20;
const DRAGGED = "text/x-errwidgets-feature";

export function Pair(props: Props) {
  const { store, explored, settings, set } = props;
  const names = namesOf(store, explored);
  const ranked = [...(explored.features ?? []).map(({ name }) => name), ...names];
  const known = (name: unknown) => (names.includes(name as string) ? (name as string) : null);
  const [first, second] = explored.axes ?? ranked;
  const x = known(settings.x) ?? first ?? names[0];
  const y = known(settings.y) ?? (second === x ? first : second) ?? names[1];
  if (names.length < 2 || x === undefined || y === undefined)
    return (
      <p class="ew-wanting">Two features are needed to cross them: pass X= with more columns.</p>
    );
  const axis = (of: "x" | "y", name: string) => {
    const other = of === "x" ? y : x;
    // The feature that is on the other axis changes places with this one.
    set(name === other ? { x: y, y: x } : { x, y, [of]: name });
  };
  return (
    <>
      <div class="ew-axes">
        {(["x", "y"] as const).map((of) => (
          // biome-ignore lint/a11y/noStaticElementInteractions: the list in it does the same
          <div
            key={of}
            class="ew-axis"
            onDragOver={(event) => {
              if (event.dataTransfer?.types.includes(DRAGGED)) event.preventDefault();
            }}
            onDrop={(event) => {
              const name = event.dataTransfer?.getData(DRAGGED);
              if (name && names.includes(name)) axis(of, name);
              event.preventDefault();
            }}
          >
            <Select
              label={of === "x" ? "across" : "down"}
              value={of === "x" ? x : y}
              options={names.map((name) => [name, name])}
              onChange={(name) => axis(of, name)}
            />
          </div>
        ))}
        <div class="ew-features-strip" aria-hidden="true">
          <span>drag onto an axis:</span>
          {[...new Set(ranked)]
            .filter((name) => name !== x && name !== y)
            .slice(0, 12)
            .map((name) => (
              // biome-ignore lint/a11y/noStaticElementInteractions: the lists beside do the same
              <span
                key={name}
                class="ew-draggable"
                draggable
                onDragStart={(event) => {
                  event.dataTransfer?.setData(DRAGGED, name);
                }}
              >
                {name}
              </span>
            ))}
        </div>
      </div>
      <HeatMap key={`${x}\n${y}`} {...props} x={x} y={y} />
    </>
  );
}

/** The columns that slices may speak of, cohorts among them. */
export function namesOf(store: Store, { names = [] }: Partial<Explored>): string[] {
  return [...new Set([...names, ...store.info.value.cohorts.map((name) => `cohort.${name}`)])];
}

function HeatMap(props: Props & { x: string; y: string }) {
  const { store, explored, rating, own, onSelect, x, y } = props;
  const wanting = useColumns(store, [x, y]);
  const [a, b] = [store.columns.value.get(x), store.columns.value.get(y)];
  const where = explored.within ? [explored.within.where] : [];
  const reading = explored.reading ?? { scope: null, truth: null, value: null };
  const here = a && b ? [{ keys: [y, x], where }] : [];
  const { rated, problem } = useRated(store, reading, here);
  if (wanting || !a || !b) return <>{wanting}</>;
  const grid = rated?.[0];
  if (!grid)
    return (
      <p class="ew-wanting" role="note">
        {problem ?? "\u00a0"}
      </p>
    );
  const narrowed = narrowedBy(explored);
  const [n_y = 0, n_x = 0] = grid.shape;
  const at = (i: number, j: number) => grid.groups[i * n_x + j];
  const total = (axis: "x" | "y", code: number) => {
    let sum = 0;
    for (let k = 0; k < (axis === "x" ? n_y : n_x); k++)
      sum += (axis === "x" ? at(k, code) : at(code, k))?.support ?? 0;
    return sum;
  };
  const lines = shown(n_y, (code) => total("y", code));
  const places = shown(n_x, (code) => total("x", code));
  const cells: Cell[][] = lines.map((i) =>
    places.map((j) => {
      const group = at(i, j);
      const parts = [conditionOf(a, j), conditionOf(b, i)];
      const where = joined([...parts, ...narrowed]);
      return {
        words: parts.map((part) => words(part, store.columns.value)).join(" and "),
        label: [labelOf(b, i), labelOf(a, j)],
        where: group?.support ? where : null,
        support: group?.support ?? 0,
        rate: group?.support ? group.rate : null,
        low: group?.low ?? null,
        high: group?.high ?? null,
      };
    }),
  );
  const hidden = [
    n_y - lines.length && `${n_y} values of ${y}`,
    n_x - places.length && `${n_x} of ${x}`,
  ];
  return (
    <>
      <CellGrid
        x={x}
        y={y}
        cells={cells}
        rating={rating}
        chosen={among(own)}
        columns={places.map((j) => labelOf(a, j))}
        onSelect={(cell, add) => onSelect(after(own, cell, add))}
      />
      {hidden.some(Boolean) && (
        <p class="ew-provenance">
          The {MOST_VALUES} most frequent of {hidden.filter(Boolean).join(" and ")}.
        </p>
      )}
    </>
  );
}

/** The codes that are drawn: all, or the most frequent in their order. */
function shown(n: number, rows: (code: number) => number): number[] {
  const codes = Array.from({ length: n }, (_, code) => code).filter((code) => rows(code) > 0);
  if (codes.length <= MOST_VALUES) return codes;
  const kept = [...codes].sort((a, b) => rows(b) - rows(a)).slice(0, MOST_VALUES);
  return kept.sort((a, b) => a - b);
}

function labelOf(column: Column, code: number): string {
  return column.display_labels[code] ?? "?";
}

interface Cell extends Rated {
  /** Down and across. */
  label: [string, string];
}

interface GridProps {
  x: string;
  y: string;
  cells: Cell[][];
  columns: string[];
  rating: Rating;
  chosen(cell: Rated): boolean;
  onSelect(cell: Cell, add: boolean): void;
}

/** Of a cell, in px. */
const LEAST_SIZE = 30;
const MOST_SIZE = 56;
const SIDE = 180;
const LEAST = 8;
/** A smaller square has no room for its rate. */
const WRITTEN_FROM = 34;

function CellGrid({ x, y, cells, columns, rating, chosen, onSelect }: GridProps) {
  const { is_rate, overall, onClear } = rating;
  const [stop, setStop] = useState<[number, number]>([0, 0]);
  const [rest, setRest] = useState<Cell | null>(null);
  const body = useRef<HTMLDivElement>(null);
  const anchor = useRef<[number, number] | null>(null);
  const all = cells.flat();
  const most = Math.max(1, ...all.map(({ support }) => support));
  const enough = all.filter(({ support }) => support >= ENOUGH_ROWS);
  const top = Math.max(...enough.map(({ rate }) => rate ?? 0), 1e-12);
  const width = useWidth(body);
  const light = scheme();
  const room = Math.floor((width - SIDE) / columns.length);
  const size = Math.max(LEAST_SIZE, Math.min(MOST_SIZE, room));
  const inner = size - 6;
  const at = [Math.min(stop[0], cells.length - 1), Math.min(stop[1], columns.length - 1)] as const;

  const select = (i: number, j: number, event: MouseEvent | KeyboardEvent) => {
    const cell = cells[i]?.[j];
    if (!cell?.where) return;
    if (event.shiftKey && anchor.current) {
      const [from_i, from_j] = anchor.current;
      const between = (x: number, a: number, b: number) =>
        x >= Math.min(a, b) && x <= Math.max(a, b);
      return rating.onRange(
        cells.flatMap((line, y) =>
          between(y, i, from_i) ? line.filter((_, x) => between(x, j, from_j)) : [],
        ),
      );
    }
    anchor.current = [i, j];
    onSelect(cell, event.ctrlKey || event.metaKey);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const [i, j] = at;
    const to: Record<string, [number, number]> = {
      ArrowDown: [i + 1, j],
      ArrowUp: [i - 1, j],
      ArrowRight: [i, j + 1],
      ArrowLeft: [i, j - 1],
      Home: [i, 0],
      End: [i, columns.length - 1],
    };
    const next = to[event.key];
    if (next) {
      const [row, column] = [
        Math.max(0, Math.min(cells.length - 1, next[0])),
        Math.max(0, Math.min(columns.length - 1, next[1])),
      ];
      setStop([row, column]);
      const found = body.current?.querySelector<HTMLElement>(`[data-cell="${row},${column}"]`);
      found?.focus({ preventScroll: true });
      found?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
    } else if (event.key === "Enter" || event.key === " ") select(i, j, event);
    else if (event.key === "Escape") onClear();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const told = (cell: Cell) => {
    const sure = is_rate ? percentRange(cell.low ?? Number.NaN, cell.high ?? Number.NaN) : "";
    return `${rowsText(cell.support)}, ${rateText(cell.rate, is_rate)}${sure && ` (${sure})`}`;
  };
  return (
    <>
      <div
        ref={body}
        role="grid"
        aria-label={`${y} by ${x}`}
        aria-rowcount={cells.length + 1}
        aria-colcount={columns.length + 1}
        aria-multiselectable="true"
        class="ew-heat"
        style={{
          "--ew-cell": `${size}px`,
          "--ew-head": `${Math.min(96, 14 + 7 * Math.max(...columns.map((label) => label.length)))}px`,
        }}
        onKeyDown={onKeyDown}
        onPointerLeave={() => setRest(null)}
      >
        <div role="row" class="ew-heat-row">
          <span role="columnheader" class="ew-heat-corner" aria-label={`${y} down, ${x} across`} />
          {columns.map((label) => (
            <span key={label} role="columnheader" class="ew-heat-head" title={label}>
              <bdi>{label}</bdi>
            </span>
          ))}
        </div>
        {cells.map((line, i) => (
          <div role="row" class="ew-heat-row" key={line[0]?.label[0]}>
            <span role="rowheader" class="ew-heat-side" title={line[0]?.label[0]}>
              <bdi>{line[0]?.label[0]}</bdi>
            </span>
            {line.map((cell, j) => {
              const share =
                cell.rate === null ? 0 : cell.rate / (is_rate ? Math.max(top, 1e-9) : top);
              const side = cell.support
                ? Math.max(LEAST, Math.sqrt(cell.support / most) * inner)
                : 0;
              const fill = cellFill(Math.min(1, share), "mistake", light);
              return (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the grid hears the keys
                <div
                  key={cell.label[1]}
                  role="gridcell"
                  data-cell={`${i},${j}`}
                  class="ew-heat-cell"
                  aria-selected={cell.where ? chosen(cell) : undefined}
                  aria-label={`${y} ${cell.label[0]}, ${x} ${cell.label[1]}: ${count(cell.support)}${cell.support ? `, ${rateText(cell.rate, is_rate)}` : ""}`}
                  tabIndex={i === at[0] && j === at[1] ? 0 : -1}
                  onFocus={() => {
                    setStop([i, j]);
                    setRest(cell);
                  }}
                  onBlur={() => setRest(null)}
                  onPointerEnter={() => setRest(cell)}
                  onClick={(event) => select(i, j, event)}
                >
                  <span
                    style={{
                      width: `${side}px`,
                      background: fill.background,
                      color: fill.color ?? undefined,
                    }}
                    data-rate={
                      side >= WRITTEN_FROM && is_rate ? percent(cell.rate ?? Number.NaN) : undefined
                    }
                  />
                </div>
              );
            })}
          </div>
        ))}
      </div>
      <p class="ew-heat-line">
        {rest ? (
          <>
            <bdi>{rest.words}</bdi>: {told(rest)}
          </>
        ) : (
          <>
            colour: {rating.measure}, {is_rate ? percent(0) : "0"}–{rateText(top, is_rate)}, all{" "}
            {rateText(overall, is_rate)}; size: rows, up to {count(most)}
          </>
        )}
      </p>
    </>
  );
}
