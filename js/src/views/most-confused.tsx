// Which classes are taken for which, the most frequent first: also those that are folded.
import { useMemo, useRef, useState } from "preact/hooks";
import { count, percent, rows } from "../components/format.ts";
import type { Cell, PairTest } from "./cells.ts";
import type { MatrixData } from "./matrix-data.ts";
import { shareOf } from "./matrix-values.ts";

interface Props {
  data: MatrixData;
  /** Of all rows: the room is theirs, so that a filter moves nothing. */
  all: MatrixData;
  selected: PairTest | null;
  /** Room for the list, in px. */
  height: number;
  /** Room above, so that it begins where the rows of the matrix do. */
  above: number;
  onSelect(pair: Cell, add: boolean): void;
  onClear(): void;
}

const MOST = 200;
const AT_ONCE = 24;
const TITLE_HEIGHT = 24;
const PAIR_HEIGHT = 28;
const LEAST_HEIGHT = 12 * PAIR_HEIGHT;

/** Pairs of different classes that occur, by count, then by share of the true class. */
export function confusedPairs(data: MatrixData): Cell[] {
  const pairs: Cell[] = [];
  for (let t = 0; t < data.n; t++)
    for (let p = 0; p < data.n; p++) if (t !== p && data.at(t, p) > 0) pairs.push([t, p]);
  const share = ([t, p]: Cell) => data.at(t, p) / (data.row_totals[t] ?? 1);
  pairs.sort((a, b) => data.at(...b) - data.at(...a) || share(b) - share(a));
  return pairs.slice(0, MOST);
}

export function MostConfused({ data, all, selected, height, above, onSelect, onClear }: Props) {
  const pairs = useMemo(() => confusedPairs(data), [data]);
  const most = useMemo(() => confusedPairs(all).length, [all]);
  const room = Math.min(most * PAIR_HEIGHT, Math.max(LEAST_HEIGHT, height));
  const [drawn, setDrawn] = useState(AT_ONCE);
  const [stop, setStop] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const at = Math.min(stop, pairs.length - 1);

  const go = (to: number) => {
    const next = Math.max(0, Math.min(pairs.length - 1, to, drawn + AT_ONCE - 1));
    if (next >= drawn) setDrawn(next + AT_ONCE);
    setStop(next);
    // Drawn by then.
    setTimeout(() => {
      const option = list.current?.children[next] as HTMLElement | undefined;
      option?.focus({ preventScroll: true });
      option?.scrollIntoView?.({ block: "nearest" });
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const add = event.ctrlKey || event.metaKey;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: pairs.length - 1 }[event.key];
    const pair = pairs[at];
    if (to !== undefined) go(to);
    else if ((event.key === "Enter" || event.key === " ") && pair) onSelect(pair, add);
    else if (event.key === "Escape") onClear();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="ew-confused" style={{ marginTop: `${Math.max(0, above - TITLE_HEIGHT)}px` }}>
      <div class="ew-confused-title" aria-hidden="true">
        <span>Most confused</span>
        <span>rows</span>
        <span class="ew-pair-share">of true</span>
      </div>
      <div
        ref={list}
        role="listbox"
        aria-label="Most confused"
        aria-multiselectable="true"
        class="ew-confused-list"
        style={{ height: `${room}px` }}
        onKeyDown={onKeyDown}
        onScroll={(event) => {
          const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
          if (scrollTop + 2 * clientHeight >= scrollHeight) setDrawn(drawn + AT_ONCE);
        }}
      >
        {pairs.slice(0, drawn).map((pair, i) => (
          <Pair
            key={String(pair)}
            pair={pair}
            data={data}
            selected={selected?.(...pair) ?? false}
            tab={i === at ? 0 : -1}
            onFocus={() => setStop(i)}
            onClick={(event) => onSelect(pair, event.ctrlKey || event.metaKey)}
          />
        ))}
      </div>
      {pairs.length === 0 && <p class="ew-confused-none">No mistakes in these rows</p>}
    </div>
  );
}

interface PairProps {
  pair: Cell;
  data: MatrixData;
  selected: boolean;
  tab: 0 | -1;
  onFocus(): void;
  onClick(event: MouseEvent): void;
}

function Pair({ pair, data, selected, tab, onFocus, onClick }: PairProps) {
  const [t, p] = pair;
  const [from, to] = [data.labels[t], data.labels[p]];
  const value = data.at(t, p);
  const share = percent(shareOf(data, "true", t, p));
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list hears the keys
    <div
      role="option"
      class="ew-pair"
      aria-selected={selected}
      aria-label={`${from} → ${to}, ${rows(value)}, ${share} of ${from}`}
      data-pair={`${t},${p}`}
      tabIndex={tab}
      onFocus={onFocus}
      onClick={onClick}
    >
      {/* What is seen reads as a part of the name: hence the spaces and a word that nobody sees. */}
      <span class="ew-pair-names">
        <bdi>{from}</bdi> <i>→</i> <bdi>{to}</bdi>
      </span>{" "}
      <span class="ew-pair-count">
        {count(value)}
        <i>{rows(value).replace(/\S+/, "")}</i>
      </span>{" "}
      <span class="ew-pair-share">{share}</span>
    </div>
  );
}

/** The pair that `data-pair` says. */
export function pairAt(text: string): Cell {
  const [t, p] = text.split(",").map(Number) as [number, number];
  return [t, p];
}
