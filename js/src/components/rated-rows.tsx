// A table of groups of rows with their rates: sorted by its heads, moved through with the keys.
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import type { Rated } from "../store/content.ts";
import type { Predicate } from "../store/selection.ts";
import { count, decimal } from "./format.ts";
import { Interval } from "./interval.tsx";

export interface Column<R> {
  head: string;
  /** What rows are sorted by, the largest first. */
  by?(row: R): number | null;
  cell(row: R): ComponentChildren;
  /** Beside the head. */
  note?: ComponentChildren;
  /** Left out where there is little room. */
  wide?: boolean;
}

interface Props<R extends Rated> {
  label: string;
  rows: R[];
  columns: Column<R>[];
  /** Rates are shares. */
  is_rate: boolean;
  measure: string;
  overall: number;
  chosen(row: R): boolean;
  onSelect(row: R, add: boolean): void;
  onClear(): void;
  words?(row: R): ComponentChildren;
  sort?: string | null;
  onSort?(head: string | null): void;
  /** The ends of the scale where several tables share one. */
  scale?: Scale;
  /** No line of heads: one above serves. */
  bare?: boolean;
}

type Scale = [number, number];

const WIDTH = 112;

/** A scale that holds every rate, and intervals where `intervals`. */
export function scaleOf(rows: Rated[], overall: number, intervals: boolean): Scale {
  const ends = rows.flatMap(({ rate, low, high }) => {
    const at = rate ?? overall;
    return intervals ? [low ?? at, high ?? at] : [at];
  });
  return [Math.min(overall, ...ends), Math.max(overall, ...ends)];
}

export function RatedRows<R extends Rated>(props: Props<R>) {
  const { label, rows, columns, is_rate, measure, overall, chosen, words, onSort } = props;
  const { sort = null, scale = scaleOf(rows, overall, true), bare = false } = props;
  const [stop, setStop] = useState(0);
  const body = useRef<HTMLDivElement>(null);
  const rate: Column<R> = {
    head: measure,
    note: <> ┊ all {rateText(overall, is_rate)}</>,
    by: (row) => row.rate,
    cell: (row) => <RateCell row={row} is_rate={is_rate} overall={overall} scale={scale} />,
  };
  const size: Column<R> = {
    head: "rows",
    by: (row) => row.support,
    cell: (row) => count(row.support),
  };
  const all = [size, rate, ...columns];
  const by = all.find((column) => column.head === sort)?.by;
  const sorted = by ? [...rows].sort((a, b) => (by(b) ?? -1) - (by(a) ?? -1)) : rows;
  const at = Math.min(stop, sorted.length - 1);

  const onKeyDown = (event: KeyboardEvent) => {
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: sorted.length - 1,
      PageDown: at + 10,
      PageUp: at - 10,
    }[event.key];
    const row = sorted[at];
    if (to !== undefined) {
      const next = Math.max(0, Math.min(sorted.length - 1, to));
      setStop(next);
      const line = body.current?.children[next] as HTMLElement | undefined;
      line?.focus({ preventScroll: true });
      line?.scrollIntoView?.({ block: "nearest" });
    } else if ((event.key === "Enter" || event.key === " ") && row)
      props.onSelect(row, event.ctrlKey || event.metaKey);
    else if (event.key === "Escape") props.onClear();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div role="grid" aria-label={label} aria-multiselectable="true" class="ew-rated">
      {!bare && (
        <div role="row" class="ew-rated-head">
          <span role="columnheader" class="ew-rated-words">
            {sort && onSort ? (
              <button type="button" class="ew-link" onClick={() => onSort(null)}>
                in the order found
              </button>
            ) : (
              label
            )}
          </span>
          {all.map((column) => (
            <span
              key={column.head}
              role="columnheader"
              class={column.wide ? "ew-wide" : ""}
              aria-sort={sort === column.head ? "descending" : undefined}
            >
              {column.by && onSort ? (
                <button type="button" onClick={() => onSort(column.head)}>
                  {column.head}
                </button>
              ) : (
                column.head
              )}
              {column.note}
            </span>
          ))}
        </div>
      )}
      <div ref={body} role="rowgroup" class="ew-rated-body" onKeyDown={onKeyDown}>
        {sorted.map((row, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the rows' group hears the keys
          <div
            key={row.words}
            role="row"
            class="ew-rated-row"
            aria-selected={row.where ? chosen(row) : undefined}
            tabIndex={i === at ? 0 : -1}
            onFocus={() => setStop(i)}
            onClick={(event) => props.onSelect(row, event.ctrlKey || event.metaKey)}
          >
            <span role="gridcell" class="ew-rated-words" title={row.words}>
              {words ? words(row) : row.words}
            </span>{" "}
            {all.map((column) => (
              <span key={column.head} role="gridcell" class={column.wide ? "ew-wide" : ""}>
                {column.cell(row)}
              </span>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

interface RateCellProps {
  row: Rated;
  is_rate: boolean;
  overall: number;
  scale: Scale;
}

function RateCell({ row, is_rate, overall, scale }: RateCellProps) {
  return (
    <>
      <b>{rateText(row.rate, is_rate)}</b>
      <Interval
        value={row.rate ?? Number.NaN}
        ci_low={row.low ?? Number.NaN}
        ci_high={row.high ?? Number.NaN}
        overall={overall}
        width={WIDTH}
        scale={scale}
        wrong
      />
    </>
  );
}

export function rateText(rate: number | null, is_rate: boolean): string {
  if (rate === null || Number.isNaN(rate)) return "–";
  if (is_rate) return `${(rate * 100).toFixed(1)}\u00a0%`;
  return Math.abs(rate) < 100 ? decimal(rate) : count(rate);
}

/** Whether a predicate is the one of a row, or one of several that are selected together. */
export function among(own: Predicate | null): (row: Rated) => boolean {
  const parts = own?.op === "any" ? own.of : own ? [own] : [];
  const texts = new Set(parts.map((part) => JSON.stringify(part)));
  return (row) => row.where !== null && texts.has(JSON.stringify(row.where));
}

/** What is selected after a click: the row alone, or with (or without) it what is selected. */
export function after(own: Predicate | null, row: Rated, add: boolean): Predicate | null {
  const { where } = row;
  if (!where) return null;
  const is_chosen = among(own)(row);
  if (!add) return is_chosen && own?.op !== "any" ? null : where;
  const parts = own?.op === "any" ? own.of : own ? [own] : [];
  const text = JSON.stringify(where);
  const others = parts.filter((part) => JSON.stringify(part) !== text);
  const next = is_chosen ? others : [...others, where];
  return next.length > 1 ? { op: "any", of: next } : (next[0] ?? null);
}
