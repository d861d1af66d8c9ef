import { useSignal } from "@preact/signals";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Explained } from "../components/card.tsx";
import { CopyBox, useCopying } from "../components/copy.tsx";
import { Frame } from "../components/frame.tsx";
import { textMeasure } from "../components/text-width.ts";
import { useColumns, Wanting } from "../components/wanting.tsx";
import { useWidth } from "../components/width.ts";
import { useAnswer } from "../store/answers.ts";
import { placeTest } from "./cells.ts";
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
import { arrangement, boxed, geometry, TALLEST } from "./matrix-geometry.ts";
import { Grid, type Place, placeAt, positionAt } from "./matrix-grid.tsx";
import type { Position } from "./matrix-keys.ts";
import { type Asked, type MatrixModel, useMatrixModel } from "./matrix-model.ts";
import { Note } from "./matrix-note.tsx";
import type { Metric } from "./matrix-options.ts";
import type { Outline } from "./matrix-outlines.tsx";
import { Overall } from "./matrix-overall.tsx";
import { classMeaning, type Selecting, useSelecting } from "./matrix-selecting.ts";
import { type Control, type Format, Toolbar } from "./matrix-toolbar.tsx";
import { MostConfused, pairAt } from "./most-confused.tsx";
import { RegressionMatrix } from "./regression-matrix.tsx";
import { Threshold } from "./threshold.tsx";
import { unitLabels, unitsOf } from "./units.ts";

const TITLE = "Confusion matrix";
/** With fewer classes the search would find what is in sight anyway. */
const SEARCHED_FROM = 9;
/** With fewer the matrix itself is the list. */
const LISTED_FROM = 3;
/** A narrower title line has no room for these. */
const FOLDED: readonly (readonly [Control, number])[] = [
  ["color", 920],
  ["order", 680],
  ["normalize", 680],
];
const ROW_HEIGHT_BELOW = 28;
const COPIES = { CSV: matrixAsCsv, Markdown: matrixAsMarkdown, LaTeX: matrixAsLatex };

const KEYS = ["y_true", "y_pred"];

export function ConfusionMatrix(props: ViewProps) {
  const { store, source } = props;
  const wanting = useColumns(store, KEYS);
  if (wanting)
    return (
      <Frame title={TITLE} store={store} source={source}>
        {wanting}
      </Frame>
    );
  if (store.info.value.task === "regression") return <RegressionMatrix {...props} />;
  return <ClassMatrix {...props} />;
}

function ClassMatrix(props: ViewProps) {
  const { store, source } = props;
  const labels = unitLabels(store.columns.value);
  const { merged } = store.lens.value;
  const units = useMemo(() => unitsOf(labels, merged), [labels, JSON.stringify(merged)]);
  const columns = store.columns.value;
  const { is_error } = store.info.value;
  const meaning = useMemo(() => classMeaning(columns, units, is_error), [columns, units, is_error]);
  const selecting = useSelecting(store, source, meaning);
  const { elsewhere } = selecting;
  const every = useAnswer(store, { ask: "aggregate", keys: KEYS, where: [] });
  const here = useAnswer(store, { ask: "aggregate", keys: KEYS, where: elsewhere });
  if (!every.answer || !here.answer)
    return (
      <Frame title={TITLE} store={store} source={source}>
        <Wanting problem={every.problem ?? here.problem} store={store} />
      </Frame>
    );
  const filtered = elsewhere.length > 0;
  return (
    <DrawnMatrix
      {...props}
      asked={{ units, all: every.answer, here: filtered ? here.answer : every.answer, filtered }}
      selecting={selecting}
      pending={here.pending}
      problem={here.problem}
    />
  );
}

interface DrawnProps extends ViewProps {
  asked: Asked;
  selecting: Selecting;
  /** Newer numbers are on their way. */
  pending: boolean;
  problem: string | null;
}

function DrawnMatrix(props: DrawnProps) {
  const { store, source, options: saved, asked, selecting, pending, problem } = props;
  const { test } = selecting;
  const { class_groups } = store.info.value;
  const model = useMatrixModel(store, saved.value.value, asked);
  const { places, drawing, options, data } = model;
  const selected = useMemo(() => placeTest(test, places), [test, places]);
  const place = useSignal<Place | null>(null);
  const outlines = useSignal<Outline[]>([]);
  const [sought, setSought] = useState<{ code: number } | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const moved = useRef<HTMLDivElement>(null);
  const scrolled = useRef(0);
  const body = useRef<HTMLDivElement>(null);
  const width = useWidth(body);
  const copying = useCopying();
  const { parts, size } = useLayout(model, width);

  // The rates beside a matrix that scrolls follow it, also when they have just come there.
  const follow = () => {
    if (moved.current) moved.current.style.transform = `translateY(${-scrolled.current}px)`;
  };
  useLayoutEffect(follow);

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
      sampled={data.sampled}
      controls={
        <Toolbar
          options={options}
          metrics={parts.metrics}
          clustered={model.clustered}
          folded={FOLDED.filter(([, below]) => width > 0 && width < below).map(([name]) => name)}
          copied={copying.copied}
          onChange={(patch) => saved.set(patch)}
          onSelectAll={selecting.all}
          merging={
            class_groups.length > 0
              ? {
                  on: store.lens.value.merged.length > 0,
                  toggle: (on) => store.look({ merged: on ? class_groups : [] }, source),
                }
              : null
          }
          onCopy={copy}
        />
      }
    >
      <CopyBox copying={copying} label="Table of the matrix" />
      <Explained
        anchors="[data-at],[data-pair],[data-explain]"
        clear=".ew-matrix"
        explain={(element) => explain(model, element)}
        onExplained={(element) => {
          outlines.value = element ? outlinesOf(model, element) : [];
        }}
      >
        <Overall model={model}>
          <Threshold store={store} source={source} />
          {data.n >= SEARCHED_FROM && (
            <ClassSearch labels={data.labels} places={places} field={field} onFound={onFound} />
          )}
        </Overall>
        {problem !== null && <Wanting problem={problem} store={store} />}
        <div
          ref={body}
          aria-busy={pending}
          class={parts.list_beside ? "ew-body ew-body-wide" : "ew-body"}
        >
          <div class="ew-left">
            <div class="ew-picture">
              <Grid
                drawing={drawing}
                size={size}
                label={TITLE}
                selected={selected}
                totals={!parts.rates_beside}
                outlines={outlines}
                sought={target}
                onGesture={(gesture) => selecting.gesture(gesture, places)}
                onPlace={(next) => {
                  place.value = next;
                }}
                onScroll={(top) => {
                  scrolled.current = top;
                  follow();
                }}
                onSearch={() => {
                  field.current?.focus();
                  return field.current !== null;
                }}
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
                  gap={parts.gap}
                />
              )}
            </div>
            <footer class="ew-notes">
              <p class="ew-readout" aria-hidden="true">
                <Note
                  place={place}
                  model={model}
                  n_samples={store.info.value.n_samples}
                  filtered={asked.filtered}
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
                gap={0}
              />
            )}
            {data.n >= LISTED_FROM && (
              <MostConfused
                data={data}
                all={model.all}
                selected={test}
                height={parts.list_beside ? Math.min(size.height, TALLEST) : 0}
                above={parts.list_beside ? size.column_header : 0}
                onSelect={selecting.pair}
                onClear={selecting.clear}
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
function outlinesOf(model: MatrixModel, { dataset }: HTMLElement): Outline[] {
  const { places, drawing, positive } = model;
  const [kind, name, code] = (dataset.explain ?? "").split(" ");
  const of_class = (metric: Metric, code: number) =>
    rateOutlines(metric, places.place_of[code] ?? 0, drawing.data.n);
  if (kind === "rate") return of_class(name as Metric, Number(code));
  if (kind !== "figure") return [];
  if ((name === "precision" || name === "recall") && positive !== null)
    return of_class(name, positive);
  return figureOutlines(model, name as Figure);
}
