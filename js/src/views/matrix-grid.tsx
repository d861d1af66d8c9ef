// The grid itself: cells and headers, by pointer and by keyboard. It knows no store, and places on
// the axes only: which classes stand there is its caller's business.
import type { Signal } from "@preact/signals";
import { Component } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { count, rows as rowsOf } from "../components/format.ts";
import type { Cell, PairTest } from "./cells.ts";
import { useDragging } from "./matrix-drag.ts";
import { boxed, type Geometry } from "./matrix-geometry.ts";
import { goesOn, move, type Position, typeAhead } from "./matrix-keys.ts";
import { type Outline, Outlines } from "./matrix-outlines.tsx";
import { cellLook, type Drawing } from "./matrix-values.ts";

export type Gesture =
  /** `from` is where a range starts that has no start yet: the cell that was left. */
  | { kind: "cell"; cell: Cell; from: Cell; extend: boolean; add: boolean }
  | { kind: "range"; from: Cell; to: Cell; add: boolean }
  | { kind: "header"; axis: "y_true" | "y_pred"; place: number; add: boolean }
  | { kind: "clear" };

export type Place =
  | { kind: "cell"; cell: Cell }
  | { kind: "header"; axis: "y_true" | "y_pred"; place: number };

interface GridProps {
  drawing: Drawing;
  size: Geometry;
  label: string;
  selected: PairTest | null;
  /** The rows of each class stand beside its name. */
  totals: boolean;
  outlines: Signal<Outline[]>;
  /** Where the focus shall go; a new object each time. */
  sought: Position | null;
  onGesture(gesture: Gesture): void;
  /** What the pointer rests on or the keyboard is at. */
  onPlace(place: Place | null): void;
  onScroll(top: number): void;
  /** "/" was pressed; false where there is no search. */
  onSearch(): boolean;
}

/** Smaller differences from all rows, in points, are said and not drawn. */
const LEAST_CHANGE = 3;

export function Grid(props: GridProps) {
  const { drawing, size, label, selected, totals, outlines, sought } = props;
  const { onGesture, onPlace } = props;
  const { data } = drawing;
  const { n } = data;
  const root = useRef<HTMLDivElement>(null);
  const [position, setPosition] = useState<Position>({ row: 0, column: 0 });
  const wanted = useRef<Position | null>(null);
  const typed = useRef({ text: "", at: 0 });
  const row = Math.min(position.row, n - 1);
  const column = Math.min(position.column, n - 1);

  // Focus follows the keyboard only, and moves no page. Before the next key, hence in the layout.
  useLayoutEffect(() => {
    const box = root.current;
    const at = wanted.current;
    if (!box || !at) return;
    bringIntoSight(box, size, at.row, at.column);
    const target = box.querySelector<HTMLElement>(`[data-at="${at.row},${at.column}"]`);
    wanted.current = null;
    target?.focus({ preventScroll: true });
    // The page moves only as far as the person's own key press needs it.
    target?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
  });

  const go = (next: Position) => {
    wanted.current = next;
    setPosition({ ...next });
    onPlace(placeAt(next));
  };
  useLayoutEffect(() => {
    if (sought) go(sought);
  }, [sought]);

  const dragging = useDragging(
    size,
    n,
    (target) => cellAt(positionOf(target)),
    outlines,
    ([t, p]) => root.current && bringIntoSight(root.current, size, t, p),
    (from, to, add) => onGesture({ kind: "range", from, to, add }),
  );

  const act = (at: Position, { extend, add }: { extend: boolean; add: boolean }) => {
    const place = placeAt(at);
    if (!place) return;
    if (place.kind === "cell")
      onGesture({ kind: "cell", cell: place.cell, from: place.cell, extend, add });
    else onGesture({ kind: "header", axis: place.axis, place: place.place, add });
  };

  const type = (key: string): Position | null => {
    const found = typeAhead(key, typed.current, Date.now(), data.labels, row);
    typed.current = found.typed;
    return found.row === null ? null : { row: found.row, column };
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const { key } = event;
    const modifiers = { extend: event.shiftKey, add: event.ctrlKey || event.metaKey };
    const plain = !modifiers.add && !event.altKey;
    const at = { row, column };
    const typing = goesOn(key, typed.current, Date.now(), data.labels);
    const next = move(key, at, n, modifiers.add);
    if (key === "Enter" || (key === " " && !typing)) act(at, modifiers);
    else if (key === "Escape") dragging.cancel() || onGesture({ kind: "clear" });
    else if (next) {
      go(next);
      const [from, cell] = [cellAt(at), cellAt(next)];
      if (modifiers.extend && from && cell)
        onGesture({ kind: "cell", cell, from, extend: true, add: false });
    } else if (plain && key.length === 1) {
      const found = key === "/" && !typing && props.onSearch() ? null : type(key);
      if (found) go(found);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const onClick = (event: MouseEvent) => {
    const at = positionOf(event.target);
    if (dragging.ateClick() || !at) return;
    if (event.detail > 1) return; // the second click of a double click takes nothing back
    setPosition(at);
    act(at, { extend: event.shiftKey, add: event.ctrlKey || event.metaKey });
  };

  const stopIn = (t: number) => (t === row ? column : null);
  return (
    <div
      ref={root}
      class={boxed(size) ? "ew-matrix ew-boxed" : "ew-matrix"}
      role="grid"
      tabIndex={-1}
      style={{ width: `${size.width + 2}px` }}
      aria-label={label}
      aria-multiselectable="true"
      aria-rowcount={n + 1}
      aria-colcount={n + 1}
      onScroll={(event) => props.onScroll(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
      onClick={onClick}
      {...dragging.handlers}
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
      <Head drawing={drawing} size={size} stop={stopIn(-1)} />
      {data.labels.map((_, t) => (
        <Row
          key={t}
          t={t}
          drawing={drawing}
          size={size}
          chosen={selected && data.labels.map((_, p) => (selected(t, p) ? "1" : "0")).join("")}
          totals={totals}
          stop={stopIn(t)}
        />
      ))}
      <Outlines shown={outlines} size={size} />
    </div>
  );
}

interface HeadProps {
  drawing: Drawing;
  size: Geometry;
  /** The column of the tab stop, if it is in this row. */
  stop: number | null;
}

function Head({ drawing, size, stop }: HeadProps) {
  const { labels, column_totals } = drawing.data;
  const width = `${size.cell_width}px`;
  return (
    <div role="row" aria-rowindex={1} class="ew-head" style={{ height: `${size.column_header}px` }}>
      <div role="presentation" class="ew-corner" style={{ width: `${size.row_header}px` }} />
      {labels.map((label, p) => (
        <div
          key={p}
          role="columnheader"
          class={size.slanted ? "ew-column ew-slanted" : "ew-column"}
          aria-colindex={p + 2}
          aria-label={`predicted ${label}, ${rowsOf(column_totals[p] ?? 0)}`}
          data-at={`-1,${p}`}
          tabIndex={stop === p ? 0 : -1}
          style={{ width }}
        >
          <span class="ew-label">{size.labels[p]}</span>
          <span class="ew-total">{count(column_totals[p] ?? 0)}</span>
        </div>
      ))}
      <div role="presentation" style={{ flex: `0 0 ${size.overhang}px` }} />
    </div>
  );
}

interface RowProps extends HeadProps {
  t: number;
  /** A "1" for each cell that is selected, else "0". */
  chosen: string | null;
  totals: boolean;
}

/** Drawn again only when something in it changes: arrow keys touch two rows of fifty. */
class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    return (Object.keys(next) as (keyof RowProps)[]).some((key) => next[key] !== this.props[key]);
  }

  override render({ t, drawing, size, chosen, totals, stop }: RowProps) {
    const { labels, row_totals } = drawing.data;
    const total = row_totals[t] ?? 0;
    const marked = chosen?.includes("1") ?? false;
    return (
      <div role="row" aria-rowindex={t + 2} class="ew-row">
        <div
          role="rowheader"
          class={marked ? "ew-rowhead ew-marked" : "ew-rowhead"}
          aria-colindex={1}
          aria-label={`true ${labels[t]}, ${rowsOf(total)}`}
          data-at={`${t},-1`}
          tabIndex={stop === -1 ? 0 : -1}
          style={{ width: `${size.row_header}px`, height: `${size.cell_height}px` }}
        >
          <span class="ew-label">{size.labels[t]}</span>
          {totals && (
            <span class="ew-total" style={{ minWidth: `${size.total_width}px` }}>
              {count(total)}
            </span>
          )}
        </div>
        {labels.map((_, p) => (
          <GridCell
            key={p}
            t={t}
            p={p}
            drawing={drawing}
            size={size}
            tab={stop === p ? 0 : -1}
            selected={chosen?.[p] === "1"}
          />
        ))}
      </div>
    );
  }
}

interface CellProps {
  t: number;
  p: number;
  drawing: Drawing;
  size: Geometry;
  tab: 0 | -1;
  selected: boolean;
}

function GridCell({ t, p, drawing, size, tab, selected }: CellProps) {
  const { labels } = drawing.data;
  const { top, below, said, fill, change } = cellLook(drawing, t, p, size.two_lines);
  const name = `true ${labels[t]}, predicted ${labels[p]}: ${count(drawing.data.at(t, p))}`;
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
      aria-label={name + said}
      aria-selected={selected}
      aria-colindex={p + 2}
      data-at={`${t},${p}`}
      tabIndex={tab}
      style={style}
    >
      {top && <span class="ew-count">{top}</span>}
      {/* A space, because the text is also a part of the name. */}
      {top && size.two_lines && <span class="ew-share"> {below}</span>}
      {Math.abs(change) >= LEAST_CHANGE && <Change points={change} better={t === p} />}
    </div>
  );
}

/** A bar from the middle of the lower edge: to the right for more than in all rows, to the left for
 *  less. */
function Change({ points, better }: { points: number; better: boolean }) {
  const good = points > 0 === better;
  const width = `${Math.min(50, Math.max(6, Math.abs(points) / 2))}%`;
  const side = points > 0 ? { left: "50%", width } : { right: "50%", width };
  return <i class={good ? "ew-change ew-better" : "ew-change"} style={side} />;
}

function positionOf(target: EventTarget | null): Position | null {
  const at = (target as Element | null)?.closest?.<HTMLElement>("[data-at]")?.dataset.at;
  return at ? positionAt(at) : null;
}

/** The position that `data-at` says. */
export function positionAt(at: string): Position {
  const [row, column] = at.split(",").map(Number) as [number, number];
  return { row, column };
}

function cellAt(at: Position | null): Cell | null {
  return at && at.row >= 0 && at.column >= 0 ? [at.row, at.column] : null;
}

export function placeAt(at: Position | null): Place | null {
  if (!at) return null;
  if (at.row < 0) return { kind: "header", axis: "y_pred", place: at.column };
  if (at.column < 0) return { kind: "header", axis: "y_true", place: at.row };
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
