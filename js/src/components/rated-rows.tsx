// Groups of rows with their rates in a table, and what a click on one selects.
import type { ComponentChildren } from "preact";
import type { Rated } from "../store/content.ts";
import type { Predicate } from "../store/selection.ts";
import { count, decimal } from "./format.ts";
import { Interval } from "./interval.tsx";
import { type Column, sortedBy, Table, type TableProps } from "./table.tsx";

export type { Column } from "./table.tsx";

/** What all groups of rows in a view have in common. */
export interface Rating {
  chosen(row: Rated): boolean;
  onSelect(row: Rated, add: boolean): void;
  onClear(): void;
  onRange(rows: Rated[]): void;
  /** Rates are shares. */
  is_rate: boolean;
  measure: string;
  overall: number;
}

type Passed<R> = Pick<
  TableProps<R>,
  "label" | "rows" | "bare" | "sort" | "onSort" | "widths" | "onSize" | "open" | "onOpen" | "id"
>;

interface Props<R extends Rated> extends Rating, Passed<R> {
  columns?: Column<R>[];
  words?(row: R): ComponentChildren;
  head?: ComponentChildren;
  /** The most rows of one group, where a bar shows how many there are. */
  most?: number;
  /** The ends of the scale where several tables share one. */
  scale?: Scale;
  /** What `overall` is of. */
  whole?: string;
  /** The rows that stand under one. */
  under?(row: R): R[];
}

type Scale = [number, number];

const WIDTH = 112;

/** A scale that holds every rate, and intervals where `intervals`. */
export function scaleOf(rows: Rated[], overall: number, intervals: boolean): Scale {
  const ends = rows.flatMap(({ rate, low, high }) => {
    const at = rate ?? overall;
    return intervals ? [low ?? at, high ?? at] : [at];
  });
  const known = [...ends, overall].filter(Number.isFinite);
  return known.length ? [Math.min(...known), Math.max(...known)] : [0, 1];
}

export function RatedRows<R extends Rated>(props: Props<R>) {
  const { rows, columns = [], is_rate, measure, overall, words, most } = props;
  const { scale = scaleOf(rows, overall, true), sort = null, whole = "all" } = props;
  const rate: Column<R> = {
    id: "rate",
    head: measure,
    note: (
      <>
        {" "}
        ┊ {whole} {rateText(overall, is_rate)}
      </>
    ),
    width: 184,
    by: (row) => row.rate,
    cell: (row) => (
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
    ),
  };
  const size: Column<R> = {
    id: "rows",
    head: "rows",
    width: most ? 136 : 64,
    head_left: most !== undefined,
    by: (row) => row.support,
    cell: (row) =>
      most ? (
        <>
          <span class="ew-rows-count" style={{ minWidth: `${count(most).length}ch` }}>
            {count(row.support)}
          </span>
          <Bar share={row.support / most} />
        </>
      ) : (
        count(row.support)
      ),
  };
  const all = [size, rate, ...columns];
  const sorted = sortedBy(rows, all, sort);
  const { under } = props;
  return (
    <Table<R>
      {...props}
      head={props.head ?? props.label}
      rows={under ? sorted.flatMap((row) => [row, ...under(row)]) : sorted}
      columns={all}
      first={(row) => (words ? words(row) : row.words)}
      text={(row) => row.words}
      chosen={(row) => (row.where ? props.chosen(row) : undefined)}
    />
  );
}

/** An amount as a share of the most there is. */
export function Bar({ share, wrong = false }: { share: number; wrong?: boolean }) {
  return (
    <span class={wrong ? "ew-bar ew-bar-wrong" : "ew-bar"}>
      <i style={{ width: `${Math.min(1, share) * 100}%` }} />
    </span>
  );
}

export function rateText(rate: number | null, is_rate: boolean): string {
  if (rate === null || Number.isNaN(rate)) return "–";
  if (is_rate) return `${(rate * 100).toFixed(1)}\u00a0%`;
  return Math.abs(rate) < 100 ? decimal(rate) : count(rate);
}

// ------------------------------------------------------------------ what clicks select

/** The groups that a predicate is made of: united, or crossed. */
export function partsOf(own: Predicate | null): Predicate[] {
  if (!own) return [];
  if (own.op === "any") return own.of;
  // A slice is itself a conjunction; crossed slices are conjunctions in one.
  const crossed = isCrossed(own) ? own.of.map((part) => alone(part)) : null;
  return crossed ?? [own];
}

export function isCrossed(own: Predicate | null): own is Predicate & { op: "all" } {
  return own?.op === "all" && own.of.length > 1 && own.of.every((part) => part.op === "all");
}

function alone(part: Predicate): Predicate {
  return part.op === "all" && part.of.length === 1 ? (part.of[0] as Predicate) : part;
}

/** Groups as one selection: rows of any of them, or of all. */
export function together(parts: Predicate[], crossed: boolean): Predicate | null {
  if (parts.length < 2) return parts[0] ?? null;
  if (!crossed) return { op: "any", of: parts };
  const whole = parts.map(
    (part): Predicate => (part.op === "all" ? part : { op: "all", of: [part] }),
  );
  return { op: "all", of: whole };
}

/** Whether a predicate is the one of a row, or one of several that are selected together. */
export function among(own: Predicate | null): (row: Rated) => boolean {
  const texts = new Set([own, ...partsOf(own)].map((part) => JSON.stringify(part)));
  return (row) => row.where !== null && texts.has(JSON.stringify(row.where));
}

/** What is selected after a click: the row alone, or with (or without) it what is selected. */
export function after(own: Predicate | null, row: Rated, add: boolean): Predicate | null {
  const { where } = row;
  if (!where) return null;
  const parts = partsOf(own);
  const is_chosen = among(own)(row);
  if (!add) return is_chosen && parts.length === 1 ? null : where;
  const text = JSON.stringify(where);
  const others = parts.filter((part) => JSON.stringify(part) !== text);
  return together(is_chosen ? others : [...others, where], isCrossed(own));
}
