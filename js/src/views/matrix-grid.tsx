// The grid itself: cells and headers, by pointer and by keyboard. It knows no store.
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { count, percent } from "../components/format.ts";
import { cellFill } from "../components/ramp.ts";
import { scheme } from "../components/scheme.ts";
import { textMeasure } from "../components/text-width.ts";
import { type Range, visibleRange } from "../components/window.ts";
import type { Cell } from "./cells.ts";
import type { MatrixData } from "./matrix-data.ts";
import { type Geometry, geometry } from "./matrix-geometry.ts";
import { goesOn, move, type Position, typeAhead } from "./matrix-keys.ts";

export type Gesture =
  /** `from` is where a range starts that has no start yet: the cell that was left. */
  | { kind: "cell"; cell: Cell; from: Cell; extend: boolean; add: boolean }
  | { kind: "header"; axis: "y_true" | "y_pred"; code: number; add: boolean }
  | { kind: "clear" };

export type Place =
  | { kind: "cell"; cell: Cell }
  | { kind: "header"; axis: "y_true" | "y_pred"; code: number };

interface GridProps {
  data: MatrixData;
  /** The same of all rows: sizes come from these, so that a filter moves nothing. */
  all: MatrixData;
  label: string;
  selected: ((true_code: number, pred_code: number) => boolean) | null;
  onGesture(gesture: Gesture): void;
  /** What the pointer rests on or the keyboard is at. */
  onPlace(place: Place | null): void;
}

/** A taller matrix scrolls in a box of its own, and only what is in sight is drawn. */
const TALLEST = 640;
const NOWHERE = { left: 0, top: 0, width: 0, height: 0 };

export function Grid({ data, all, label, selected, onGesture, onPlace }: GridProps) {
  const { n } = data;
  const size = useMemo(() => geometry(all, textMeasure()), [all]);
  const root = useRef<HTMLDivElement>(null);
  const [position, setPosition] = useState<Position>({ row: 0, column: 0 });
  const [sight, setSight] = useState(NOWHERE);
  const wanted = useRef<Position | null>(null);
  const typed = useRef({ text: "", at: 0 });
  const windowed = n * size.cell_height > TALLEST;

  const row = Math.min(position.row, n - 1);
  const column = Math.min(position.column, n - 1);
  const whole = { start: 0, end: n };
  const rows = windowed ? visibleRange(sight.top, sight.height, size.cell_height, n) : whole;
  const columns = windowed ? visibleRange(sight.left, sight.width, size.cell_width, n) : whole;

  const look = () => {
    const box = root.current;
    if (!box || !windowed) return;
    const { scrollLeft: left, scrollTop: top, clientWidth: width, clientHeight: height } = box;
    setSight({ left, top, width, height });
  };
  useLayoutEffect(() => {
    look();
    const box = root.current;
    if (!box || !windowed || !globalThis.ResizeObserver) return;
    const watcher = new ResizeObserver(look);
    watcher.observe(box);
    return () => watcher.disconnect();
  }, [windowed]);

  // Focus follows the keyboard only, and moves no page. Before the next key, hence in the layout.
  useLayoutEffect(() => {
    const box = root.current;
    const at = wanted.current;
    if (!box || !at) return;
    bringIntoSight(box, size, at.row, at.column);
    const target = box.querySelector<HTMLElement>(`[data-at="${at.row},${at.column}"]`);
    if (!target) return; // drawn once the new part is in sight
    wanted.current = null;
    target.focus({ preventScroll: true });
    // The page moves only as far as the person's own key press needs it.
    target.scrollIntoView?.({ block: "nearest", inline: "nearest" });
  });
  // Scrolling may take the focused cell out of what is drawn; the keys must not go elsewhere. Asked
  // while drawing, because a removed element has lost the focus once the effect runs.
  const had_focus = holdsFocus(root.current);
  useLayoutEffect(() => {
    const box = root.current;
    if (had_focus && box && !holdsFocus(box)) box.focus({ preventScroll: true });
  });

  const go = (next: Position) => {
    wanted.current = next;
    setPosition(next);
    onPlace(placeAt(next));
  };

  const act = (at: Position, { extend, add }: { extend: boolean; add: boolean }) => {
    const place = placeAt(at);
    if (!place) return;
    if (place.kind === "cell")
      onGesture({ kind: "cell", cell: place.cell, from: place.cell, extend, add });
    else onGesture({ kind: "header", axis: place.axis, code: place.code, add });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const modifiers = { extend: event.shiftKey, add: event.ctrlKey || event.metaKey };
    const at = { row, column };
    const typing = event.key === " " && goesOn(" ", typed.current, Date.now(), data.labels);
    if (event.key === "Enter" || (event.key === " " && !typing)) act(at, modifiers);
    else if (event.key === "Escape") onGesture({ kind: "clear" });
    else {
      let next = move(event.key, at, n, modifiers.add);
      if (!next && !modifiers.add && !event.altKey && event.key.length === 1) {
        const now = Date.now();
        const found = typeAhead(event.key, typed.current, now, data.labels, row);
        typed.current = found.typed;
        next = found.row === null ? null : { row: found.row, column };
        event.preventDefault();
      }
      if (!next) return;
      go(next);
      if (modifiers.extend && next.row >= 0 && next.column >= 0 && row >= 0 && column >= 0)
        onGesture({
          kind: "cell",
          cell: [next.row, next.column],
          from: [row, column],
          extend: true,
          add: false,
        });
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const onClick = (event: MouseEvent) => {
    const at = positionOf(event.target);
    if (!at || event.detail > 1) return; // the second click of a double click takes nothing back
    setPosition(at);
    act(at, { extend: event.shiftKey, add: event.ctrlKey || event.metaKey });
  };

  // The tab stop must be drawn: after scrolling away it is the nearest place that is.
  const stop = { row: into(row, rows), column: into(column, columns) };
  const common = { data, size, selected, at: stop };
  return (
    <div
      ref={root}
      class={windowed ? "ew-matrix ew-windowed" : "ew-matrix"}
      role="grid"
      tabIndex={-1}
      aria-label={label}
      aria-multiselectable="true"
      aria-rowcount={n + 1}
      aria-colcount={n + 1}
      onScroll={look}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onMouseDown={(event) => event.shiftKey && event.preventDefault()}
      onMouseOver={(event) => onPlace(placeAt(positionOf(event.target)))}
      onMouseLeave={() => onPlace(null)}
      onFocusIn={(event) => {
        const at = positionOf(event.target);
        if (at) {
          if (!wanted.current) setPosition(at);
          onPlace(placeAt(at));
        }
      }}
      onFocusOut={() => onPlace(null)}
    >
      <Head {...common} columns={columns} />
      <div role="presentation" style={{ height: `${rows.start * size.cell_height}px` }} />
      {range(rows.start, rows.end).map((t) => (
        <Row key={t} t={t} {...common} columns={columns} />
      ))}
      <div role="presentation" style={{ height: `${(n - rows.end) * size.cell_height}px` }} />
    </div>
  );
}

interface PartProps {
  data: MatrixData;
  size: Geometry;
  selected: GridProps["selected"];
  at: Position;
  columns: { start: number; end: number };
}

function Head({ data, size, at, columns }: PartProps) {
  const { n, labels, column_totals } = data;
  const width = `${size.cell_width}px`;
  return (
    <div role="row" aria-rowindex={1} class="ew-head" style={{ height: `${size.column_header}px` }}>
      <div role="presentation" class="ew-corner" style={{ width: `${size.row_header}px` }} />
      <Gap cells={columns.start} width={size.cell_width} />
      {range(columns.start, columns.end).map((p) => (
        <div
          key={p}
          role="columnheader"
          class={size.slanted ? "ew-column ew-slanted" : "ew-column"}
          aria-colindex={p + 2}
          aria-label={`predicted ${labels[p]}, ${count(column_totals[p] ?? 0)} rows`}
          data-at={`-1,${p}`}
          tabIndex={tab(at, -1, p)}
          title={labels[p]}
          style={{ width }}
        >
          <span class="ew-label">{size.labels[p]}</span>
          <span class="ew-total">{count(column_totals[p] ?? 0)}</span>
        </div>
      ))}
      <Gap cells={n - columns.end} width={size.cell_width} />
      <div role="presentation" style={{ flex: `0 0 ${size.overhang}px` }} />
    </div>
  );
}

function Row({ t, data, size, selected, at, columns }: PartProps & { t: number }) {
  const { n, labels, row_totals } = data;
  const total = row_totals[t] ?? 0;
  const drawn = range(columns.start, columns.end);
  const marked = selected !== null && drawn.some((p) => selected(t, p));
  return (
    <div role="row" aria-rowindex={t + 2} class="ew-row">
      <div
        role="rowheader"
        class={marked ? "ew-rowhead ew-marked" : "ew-rowhead"}
        aria-colindex={1}
        aria-label={`true ${labels[t]}, ${count(total)} rows`}
        data-at={`${t},-1`}
        tabIndex={tab(at, t, -1)}
        title={labels[t]}
        style={{ width: `${size.row_header}px`, height: `${size.cell_height}px` }}
      >
        <span class="ew-label">{size.labels[t]}</span>
        <span class="ew-total" style={{ minWidth: `${size.total_width}px` }}>
          {count(total)}
        </span>
      </div>
      <Gap cells={columns.start} width={size.cell_width} />
      {drawn.map((p) => (
        <GridCell
          key={p}
          t={t}
          p={p}
          data={data}
          size={size}
          tab={tab(at, t, p)}
          selected={selected?.(t, p) ?? false}
        />
      ))}
      <Gap cells={n - columns.end} width={size.cell_width} />
    </div>
  );
}

interface CellProps {
  t: number;
  p: number;
  data: MatrixData;
  size: Geometry;
  tab: 0 | -1;
  selected: boolean;
}

function GridCell({ t, p, data, size, tab, selected }: CellProps) {
  const { labels, row_totals } = data;
  const value = data.at(t, p);
  const total = row_totals[t] ?? 0;
  const share = total ? value / total : 0;
  const fill = value ? cellFill(share, t === p ? "correct" : "mistake", scheme()) : null;
  const name = `true ${labels[t]}, predicted ${labels[p]}: ${count(value)}`;
  const style: Record<string, string> = {
    width: `${size.cell_width}px`,
    height: `${size.cell_height}px`,
  };
  if (fill) style.backgroundColor = fill.background;
  if (fill?.color) style.color = fill.color;
  return (
    <div
      role="gridcell"
      class={t === p ? "ew-cell ew-diagonal" : "ew-cell"}
      aria-label={value ? `${name}, ${percent(share)} of true ${labels[t]}` : name}
      aria-selected={selected}
      aria-colindex={p + 2}
      data-at={`${t},${p}`}
      tabIndex={tab}
      style={style}
    >
      {value > 0 && <span class="ew-count">{count(value)}</span>}
      {value > 0 && size.two_lines && <span class="ew-share">{percent(share)}</span>}
    </div>
  );
}

function Gap({ cells, width }: { cells: number; width: number }) {
  return cells > 0 ? <div role="presentation" style={{ flex: `0 0 ${cells * width}px` }} /> : null;
}

function holdsFocus(box: HTMLElement | null): boolean {
  const active = (box?.getRootNode() as Document | ShadowRoot | undefined)?.activeElement ?? null;
  return active !== null && (box?.contains(active) ?? false);
}

function tab(at: Position, row: number, column: number): 0 | -1 {
  return at.row === row && at.column === column ? 0 : -1;
}

function into(at: number, { start, end }: Range): number {
  return at < 0 ? at : Math.max(start, Math.min(end - 1, at));
}

function range(start: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);
}

function positionOf(target: EventTarget | null): Position | null {
  const at = (target as Element | null)?.closest?.<HTMLElement>("[data-at]")?.dataset.at;
  if (!at) return null;
  const [row, column] = at.split(",").map(Number) as [number, number];
  return { row, column };
}

function placeAt(at: Position | null): Place | null {
  if (!at) return null;
  if (at.row < 0) return { kind: "header", axis: "y_pred", code: at.column };
  if (at.column < 0) return { kind: "header", axis: "y_true", code: at.row };
  return { kind: "cell", cell: [at.row, at.column] };
}

/** Scroll the matrix, and nothing around it, until a place is not under its headers. */
function bringIntoSight(box: HTMLElement, size: Geometry, row: number, column: number): void {
  const top = row * size.cell_height;
  const left = column * size.cell_width;
  if (row >= 0) {
    const room = box.clientHeight - size.column_header - size.cell_height;
    box.scrollTop = Math.min(top, Math.max(box.scrollTop, top - Math.max(0, room)));
  }
  if (column >= 0) {
    const room = box.clientWidth - size.row_header - size.cell_width;
    box.scrollLeft = Math.min(left, Math.max(box.scrollLeft, left - Math.max(0, room)));
  }
}
