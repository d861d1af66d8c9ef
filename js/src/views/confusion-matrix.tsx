import { useSignal } from "@preact/signals";
import { useMemo, useRef, useState } from "preact/hooks";
import { Explained } from "../components/card.tsx";
import { CopyBox, useCopying } from "../components/copy.tsx";
import { Frame } from "../components/frame.tsx";
import { textMeasure } from "../components/text-width.ts";
import { useWidth } from "../components/width.ts";
import { PYTHON } from "../store/connection.ts";
import type { Predicate } from "../store/selection.ts";
import {
  allCorrect,
  allMistakes,
  type Cell,
  cellsPredicate,
  cellTest,
  mistakes,
  mistakesPredicate,
  pairsIn,
  pairsMeeting,
  placeTest,
  rectangle,
  sameTest,
} from "./cells.ts";
import { ClassRates } from "./class-rates.tsx";
import { ClassSearch } from "./class-search.tsx";
import type { ViewProps } from "./index.ts";
import {
  cellCard,
  type Figure,
  figureCard,
  figureOutlines,
  headerCard,
  pairCard,
  rateCard,
  rateOutlines,
} from "./matrix-cards.tsx";
import { matrixAsCsv, matrixAsLatex, matrixAsMarkdown } from "./matrix-export.ts";
import { arrangement, GAP, geometry } from "./matrix-geometry.ts";
import { boxed, type Gesture, Grid, type Place, placeAt, positionAt } from "./matrix-grid.tsx";
import type { Position } from "./matrix-keys.ts";
import { type MatrixModel, useMatrixModel } from "./matrix-model.ts";
import { Note } from "./matrix-note.tsx";
import type { Metric } from "./matrix-options.ts";
import type { Outline } from "./matrix-outlines.tsx";
import { Overall } from "./matrix-overall.tsx";
import { type Format, Toolbar } from "./matrix-toolbar.tsx";
import { MostConfused, pairAt } from "./most-confused.tsx";

const TITLE = "Confusion matrix";
/** With fewer classes the search would find what is in sight anyway. */
const SEARCHED_FROM = 9;
/** With fewer the matrix itself is the list. */
const LISTED_FROM = 3;
/** A narrower title line has no room for controls. */
const FOLDED_BELOW = 860;
const ROW_HEIGHT_BELOW = 28;
const COPIES = { CSV: matrixAsCsv, Markdown: matrixAsMarkdown, LaTeX: matrixAsLatex };

export function ConfusionMatrix({ store, source, options: saved }: ViewProps) {
  const columns = store.columns.value;
  // A selection made in code that speaks of cells is shown as cells, not as a filter of them.
  const coded = store.own(PYTHON);
  const adopts = coded !== null && cellTest(coded, columns) !== null;
  const elsewhere = store.elsewhere(source, ...(adopts ? [PYTHON] : []));
  const own = both(store.own(source), adopts ? coded : null);
  const model = useMatrixModel(store, saved.value.value, elsewhere);
  const { places, drawing, options, data } = model;

  const shown = JSON.stringify(own);
  const pair_test = useMemo(() => (own ? cellTest(own, columns) : null), [shown, columns]);
  const selected = useMemo(() => placeTest(pair_test, places), [pair_test, places]);
  const anchor = useRef<Cell | null>(null);
  const place = useSignal<Place | null>(null);
  const outlines = useSignal<Outline[]>([]);
  const [sought, setSought] = useState<{ code: number } | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const moved = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const width = useWidth(body);
  const copying = useCopying();
  const { parts, size } = useLayout(model, width);

  const put = (predicate: Predicate | null) =>
    store.select(source, predicate, source, adopts ? [PYTHON] : []);
  const selectedPairs = () => pairsMeeting(pair_test, data.n);

  /** Add pairs of codes to what is selected, or take them out when all of them are. */
  const toggle = (pairs: Cell[]) => {
    const key = ([t, p]: Cell) => t * data.n + p;
    const before = selectedPairs();
    const inside = new Set(before.map(key));
    if (!pairs.every((pair) => inside.has(key(pair))))
      return put(cellsPredicate([...before, ...pairs]));
    const out = new Set(pairs.map(key));
    put(cellsPredicate(before.filter((pair) => !out.has(key(pair)))));
  };
  /** Replace what is selected, or let go of it when it is the same already. */
  const choose = (predicate: Predicate | null) => {
    const test = predicate && cellTest(predicate, columns);
    const again = pair_test !== null && test !== null && sameTest(pair_test, test, data.n);
    put(again ? null : predicate);
  };

  const selectPair = (pair: Cell, add: boolean) =>
    add ? toggle([pair]) : choose(cellsPredicate([pair]));
  const selectAll = (what: "errors" | "correct") =>
    choose((what === "errors" ? allMistakes : allCorrect)(columns, data.n));
  const clear = () => {
    anchor.current = null;
    // First what was selected here, then what was selected elsewhere.
    if (own) put(null);
    else if (elsewhere.length) store.clear(source);
  };

  const onGesture = (gesture: Gesture) => {
    const { groups } = places;
    switch (gesture.kind) {
      case "clear":
        return clear();
      case "header": {
        const { axis, place, add } = gesture;
        const codes = groups[place] ?? [];
        if (add) return toggle(mistakes(axis, codes, data.n));
        return choose(mistakesPredicate(axis, codes, columns, data.n));
      }
      case "range": {
        anchor.current = gesture.from;
        const pairs = pairsIn(rectangle(gesture.from, gesture.to), places);
        return put(cellsPredicate([...(gesture.add ? selectedPairs() : []), ...pairs]));
      }
      case "cell": {
        const { cell, from, extend, add } = gesture;
        if (extend) {
          anchor.current ??= from;
          const pairs = pairsIn(rectangle(anchor.current, cell), places);
          return put(cellsPredicate([...(add ? selectedPairs() : []), ...pairs]));
        }
        anchor.current = cell;
        const pairs = pairsIn([cell], places);
        return add ? toggle(pairs) : choose(cellsPredicate(pairs));
      }
    }
  };

  const onFound = (code: number) => {
    if (places.place_of[code] === places.folded)
      saved.set({ brought: [...options.brought.filter((other) => other !== code), code] });
    setSought({ code });
  };
  // The place is looked up when it is drawn: a class that was folded has got one by then.
  const target = useMemo<Position | null>(
    () => sought && { row: places.place_of[sought.code] ?? 0, column: -1 },
    [sought],
  );

  const copy = (format: Format) => copying.copy(COPIES[format](drawing.data, options.normalize));

  return (
    <Frame
      title={TITLE}
      store={store}
      source={source}
      controls={
        <Toolbar
          options={options}
          metrics={parts.metrics}
          clustered={model.clustered}
          folded={width > 0 && width < FOLDED_BELOW}
          copied={copying.copied}
          onChange={(patch) => saved.set(patch)}
          onSelectAll={selectAll}
          onCopy={copy}
        />
      }
    >
      <CopyBox copying={copying} label="Table of the matrix" />
      <Explained
        anchors="[data-at],[data-pair],[data-explain]"
        explain={(element) => explain(model, element)}
        onExplained={(element) => {
          outlines.value = element ? outlinesOf(model, element) : [];
        }}
      >
        <Overall model={model}>
          {data.n >= SEARCHED_FROM && (
            <ClassSearch labels={data.labels} places={places} field={field} onFound={onFound} />
          )}
        </Overall>
        <div ref={body} class={parts.list_beside ? "ew-body ew-body-wide" : "ew-body"}>
          <div class="ew-left">
            <div
              class="ew-picture"
              // The rates stand under the overhang of the last label.
              style={{ columnGap: `${parts.scrolls ? GAP : GAP - size.overhang}px` }}
            >
              <Grid
                drawing={drawing}
                size={size}
                label={TITLE}
                selected={selected}
                totals={!parts.rates_beside}
                outlines={outlines}
                sought={target}
                onGesture={onGesture}
                onPlace={(next) => {
                  place.value = next;
                }}
                onScroll={(top) => {
                  if (moved.current) moved.current.style.transform = `translateY(${-top}px)`;
                }}
                onSearch={() => field.current?.focus()}
              />
              {parts.rates_beside && (
                <ClassRates
                  model={model}
                  metrics={parts.metrics}
                  names={null}
                  interval={parts.interval}
                  row_height={size.cell_height}
                  head_height={size.column_header}
                  boxed={boxed(size)}
                  moved={moved}
                />
              )}
            </div>
            <footer class="ew-notes">
              <p class="ew-readout" aria-hidden="true">
                <Note
                  place={place}
                  model={model}
                  n_samples={store.info.value.n_samples}
                  filtered={elsewhere.length > 0}
                  two_lines={size.two_lines}
                />
              </p>
            </footer>
          </div>
          <div class="ew-lists">
            {!parts.rates_beside && (
              <ClassRates
                model={model}
                metrics={parts.metrics}
                names={{ labels: size.labels, width: size.label_width }}
                interval={parts.interval}
                row_height={ROW_HEIGHT_BELOW}
                head_height={ROW_HEIGHT_BELOW}
                boxed={false}
                moved={moved}
              />
            )}
            {data.n >= LISTED_FROM && (
              <MostConfused
                data={data}
                selected={pair_test}
                height={parts.list_beside ? Math.min(size.height, 640) : 0}
                above={parts.list_beside ? size.column_header : 0}
                onSelect={selectPair}
                onClear={clear}
              />
            )}
          </div>
        </div>
      </Explained>
    </Frame>
  );
}

/** Sizes and places of the parts, from all rows, so that a filter moves nothing. */
function useLayout({ drawing, options, data }: MatrixModel, width: number) {
  const { all } = drawing;
  const measure = useMemo(textMeasure, []);
  const plain = useMemo(() => geometry(all, measure, false), [all]);
  const totals = useMemo(() => geometry(all, measure, true), [all]);
  const parts = arrangement({
    room: width,
    matrix: plain,
    metrics: options.metrics,
    listed: data.n >= LISTED_FROM,
  });
  return { parts, size: parts.rates_beside ? plain : totals };
}

/** Both predicates, where there are both. */
function both(a: Predicate | null, b: Predicate | null): Predicate | null {
  return a && b ? { op: "all", of: [a, b] } : (a ?? b);
}

/** What the card says of an element. */
function explain(model: MatrixModel, { dataset }: HTMLElement) {
  if (dataset.pair !== undefined) return pairCard(model, pairAt(dataset.pair));
  if (dataset.at !== undefined) {
    const place = placeAt(positionAt(dataset.at));
    if (place?.kind === "cell") return cellCard(model, place.cell);
    return place && headerCard(model, place.axis, place.place);
  }
  const [kind, name, code] = (dataset.explain ?? "").split(" ");
  if (kind === "rate") return rateCard(model, name as Metric, Number(code));
  return figureCard(model, name as Figure);
}

/** The cells that enter what is explained. */
function outlinesOf(
  { places, drawing, positive }: MatrixModel,
  { dataset }: HTMLElement,
): Outline[] {
  const [kind, name, code] = (dataset.explain ?? "").split(" ");
  const { n } = drawing.data;
  if (kind === "rate") return rateOutlines(name as Metric, places.place_of[Number(code)] ?? 0, n);
  if (kind !== "figure") return [];
  const of_class = name === "precision" || name === "recall";
  if (of_class && positive !== null) return rateOutlines(name, places.place_of[positive] ?? 0, n);
  return figureOutlines(name as Figure, n);
}
