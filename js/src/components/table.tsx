// The table of every view: rows that select, moved through with the keys, sorted by a head, sized by
// the line beside a head. Of many rows only those in sight are drawn.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

export interface Column<R> {
  /** Names the column in what is kept: its sort and its width. */
  id: string;
  head: ComponentChildren;
  cell(row: R): ComponentChildren;
  /** In px, until it is sized. */
  width: number;
  /** What rows are sorted by, the largest first. */
  by?(row: R): number | null;
  /** Left out where there is little room. */
  wide?: boolean;
  left?: boolean;
  /** Beside the head. */
  note?: ComponentChildren;
  /** The head stands over the beginning of what is right-aligned: over a number with a bar. */
  head_left?: boolean;
}

export interface TableProps<R> {
  label: string;
  rows: R[];
  /** The head of the first column, which takes the room that is left. */
  head: ComponentChildren;
  /** What a row is: the first cell, its whole text, and what tells rows apart. */
  first(row: R): ComponentChildren;
  text(row: R): string;
  id?(row: R): string;
  columns: Column<R>[];
  /** Undefined for rows that cannot be selected. */
  chosen(row: R): boolean | undefined;
  onSelect(row: R, add: boolean): void;
  /** With Shift: the rows from the last one that was selected to this one. */
  onRange?(rows: R[]): void;
  onClear(): void;
  sort?: string | null;
  onSort?(id: string | null): void;
  widths?: Record<string, number>;
  onSize?(widths: Record<string, number>): void;
  /** Undefined for rows with nothing under them. */
  open?(row: R): boolean | undefined;
  onOpen?(row: R, open: boolean): void;
  /** No line of heads: one above serves. */
  bare?: boolean;
}

/** Of more rows only those in sight are drawn. */
const MOST_DRAWN = 60;
const IN_SIGHT = 18;
const BESIDE = 8;
const ROW_HEIGHT = 30;
const LEAST_WIDTH = 40;
const SIZE_STEP = 8;

export function sortedBy<R>(rows: R[], columns: Column<R>[], sort: string | null): R[] {
  const by = columns.find((column) => column.id === sort)?.by;
  const key = (row: R) => by?.(row) ?? Number.NEGATIVE_INFINITY;
  return by ? [...rows].sort((a, b) => key(b) - key(a)) : rows;
}

export function Table<R>(props: TableProps<R>) {
  const { label, rows, columns, chosen, open, onOpen, bare = false } = props;
  const { text, id = text } = props;
  const [stop, setStop] = useState(0);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(ROW_HEIGHT);
  const body = useRef<HTMLDivElement>(null);
  const going = useRef(false);
  const anchor = useRef<number | null>(null);
  const at = Math.max(0, Math.min(stop, rows.length - 1));
  const some = rows.length > MOST_DRAWN;
  const begin = some ? Math.max(0, Math.floor(top / height) - BESIDE) : 0;
  const end = some ? Math.min(rows.length, begin + IN_SIGHT + 2 * BESIDE) : rows.length;
  const width = ({ id: name, width }: Column<R>) => ({
    "--ew-width": `${props.widths?.[name] ?? width}px`,
  });

  const go = (to: number) => {
    const next = Math.max(0, Math.min(rows.length - 1, to));
    going.current = true;
    setStop(next);
    const box = body.current;
    if (!some || !box) return;
    const [above, below] = [next * height, (next + 1) * height - box.clientHeight];
    box.scrollTop = Math.min(above, Math.max(below, box.scrollTop));
    setTop(box.scrollTop);
  };
  const select = (i: number, event: MouseEvent | KeyboardEvent) => {
    const row = rows[i];
    if (!row) return;
    const from = anchor.current;
    if (event.shiftKey && props.onRange && from !== null) {
      const [first, last] = [Math.min(from, i), Math.max(from, i)];
      return props.onRange(rows.slice(first, last + 1));
    }
    anchor.current = i;
    props.onSelect(row, event.ctrlKey || event.metaKey);
  };
  useLayoutEffect(() => {
    const line = body.current?.querySelector<HTMLElement>(`[data-row="${at}"]`);
    if (!going.current || !line) return;
    going.current = false;
    line.focus({ preventScroll: true });
    if (!some) line.scrollIntoView?.({ block: "nearest" });
  });
  useLayoutEffect(() => {
    const line = some && body.current?.querySelector<HTMLElement>("[data-row]");
    const drawn = line ? line.offsetHeight : 0;
    if (drawn && drawn !== height) setHeight(drawn);
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const { key } = event;
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: rows.length - 1,
      PageDown: at + 10,
      PageUp: at - 10,
    }[key];
    const row = rows[at];
    const is_open = row && open?.(row);
    if (to !== undefined) go(to);
    else if (key === "Enter" || key === " ") select(at, event);
    else if (key === "Escape") props.onClear();
    else if (row && is_open === false && key === "ArrowRight") onOpen?.(row, true);
    else if (row && is_open === true && key === "ArrowLeft") onOpen?.(row, false);
    else if (key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const next = startingWith(rows.map(text), key, at);
      if (next !== null) go(next);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles have these
    <div
      role={open ? "treegrid" : "grid"}
      aria-label={label}
      aria-multiselectable="true"
      aria-rowcount={rows.length + (bare ? 0 : 1)}
      class="ew-rated"
    >
      {!bare && <Heads {...props} width={width} />}
      <div
        ref={body}
        role="rowgroup"
        class={some ? "ew-rated-body ew-rated-some" : "ew-rated-body"}
        style={some ? { height: `${IN_SIGHT * height}px` } : undefined}
        onKeyDown={onKeyDown}
        onScroll={some ? (event) => setTop(event.currentTarget.scrollTop) : undefined}
      >
        {begin > 0 && <div style={{ height: `${begin * height}px` }} />}
        {rows.slice(begin, end).map((row, shown) => {
          const i = begin + shown;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the rows' group hears the keys
            <div
              key={id(row)}
              role="row"
              class="ew-rated-row"
              data-row={i}
              aria-rowindex={i + (bare ? 1 : 2)}
              aria-selected={chosen(row)}
              aria-expanded={open?.(row)}
              tabIndex={i === at ? 0 : -1}
              onFocus={() => setStop(i)}
              onClick={(event) => select(i, event)}
            >
              <span role="gridcell" class="ew-rated-words" title={text(row)}>
                {props.first(row)}
              </span>{" "}
              {columns.map((column) => (
                <span key={column.id} role="gridcell" class={classOf(column)} style={width(column)}>
                  {column.cell(row)}
                </span>
              ))}
            </div>
          );
        })}
        {end < rows.length && <div style={{ height: `${(rows.length - end) * height}px` }} />}
      </div>
    </div>
  );
}

/** The next text after a place that begins with a letter; null when none does. */
function startingWith(texts: string[], letter: string, after: number): number | null {
  for (let step = 1; step <= texts.length; step++) {
    const i = (after + step) % texts.length;
    if (texts[i]?.toLowerCase().startsWith(letter.toLowerCase())) return i;
  }
  return null;
}

function classOf<R>({ id, wide, left }: Column<R>, also = false): string {
  return `ew-col-${id}${wide ? " ew-wide" : ""}${left || also ? " ew-col-left" : ""}`;
}

interface HeadsProps<R> extends TableProps<R> {
  width(column: Column<R>): { "--ew-width": string };
}

function Heads<R>({ head, columns, sort = null, onSort, widths, onSize, width }: HeadsProps<R>) {
  const drag = useRef<{ id: string; from: number; was: number } | null>(null);
  const size = (id: string, to: number) =>
    onSize?.({ ...widths, [id]: Math.max(LEAST_WIDTH, Math.round(to)) });
  const now = (column: Column<R>) => widths?.[column.id] ?? column.width;
  return (
    <div role="row" class="ew-rated-head">
      <span role="columnheader" class="ew-rated-words">
        {sort && onSort ? (
          <button type="button" class="ew-link" onClick={() => onSort(null)}>
            in the order found
          </button>
        ) : (
          head
        )}
      </span>
      {columns.map((column) => (
        <span
          key={column.id}
          role="columnheader"
          class={classOf(column, column.head_left)}
          style={width(column)}
          aria-sort={sort === column.id ? "descending" : undefined}
        >
          {onSize && (
            <i
              class="ew-sizer"
              aria-hidden="true"
              title="Drag to size; Shift and an arrow key on the head do it too"
              onPointerDown={(event) => {
                drag.current = { id: column.id, from: event.clientX, was: now(column) };
                event.currentTarget.setPointerCapture?.(event.pointerId);
              }}
              onPointerMove={(event) => {
                const moved = drag.current;
                // The line is at the left of its column.
                if (moved) size(moved.id, moved.was + moved.from - event.clientX);
              }}
              onPointerUp={() => {
                drag.current = null;
              }}
              onDblClick={() => size(column.id, column.width)}
            />
          )}
          {column.by && onSort ? (
            <button
              type="button"
              onClick={() => onSort(column.id)}
              onKeyDown={(event) => {
                const step = { ArrowLeft: SIZE_STEP, ArrowRight: -SIZE_STEP }[event.key];
                if (!onSize || !event.shiftKey || !step) return;
                size(column.id, now(column) + step);
                event.preventDefault();
              }}
            >
              {column.head}
            </button>
          ) : (
            column.head
          )}
          {column.note}
        </span>
      ))}
    </div>
  );
}
