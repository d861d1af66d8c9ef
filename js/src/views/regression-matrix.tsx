// Truth against prediction of a regression, in bins: how far off, and the rows behind.
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { Explained } from "../components/card.tsx";
import { CopyBox, useCopying } from "../components/copy.tsx";
import { count, decimalRange, percent, rows as rowsOf } from "../components/format.ts";
import { Frame } from "../components/frame.tsx";
import { Menu } from "../components/menu.tsx";
import { cellFill } from "../components/ramp.ts";
import { scheme } from "../components/scheme.ts";
import { Select } from "../components/segments.tsx";
import { textMeasure } from "../components/text-width.ts";
import { Wanting } from "../components/wanting.tsx";
import { regression } from "../measures/regression.ts";
import { useAnswer } from "../store/answers.ts";
import type { Store } from "../store/connection.ts";
import type { Answer } from "../store/query.ts";
import { codesTest, columnOf, type Predicate } from "../store/selection.ts";
import { type Bin, type Binned, binBlock, binPlaces, binRange } from "./bins.ts";
import { type Cell, cellsPredicate, placeTest } from "./cells.ts";
import type { ViewProps } from "./index.ts";
import { arranged, type MatrixData, matrixData } from "./matrix-data.ts";
import { matrixAsCsv, matrixAsLatex, matrixAsMarkdown } from "./matrix-export.ts";
import { geometry } from "./matrix-geometry.ts";
import { Grid, placeAt, positionAt } from "./matrix-grid.tsx";
import type { Outline } from "./matrix-outlines.tsx";
import { type Meaning, type Selecting, useSelecting } from "./matrix-selecting.ts";
import type { CellLook, Drawing } from "./matrix-values.ts";

const TITLE = "Confusion matrix";
const KEYS = ["y_true", "y_pred"];
const BINS = ["4", "5", "6", "8", "10", "12", "15", "20", "30"] as const;
const COPIES = { CSV: matrixAsCsv, Markdown: matrixAsMarkdown, LaTeX: matrixAsLatex };
const SHOWN = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });
const EXACT = 8;

export function RegressionMatrix(props: ViewProps) {
  const { store, source } = props;
  const columns = store.columns.value;
  const { distance } = store.info.value;
  const { bin_edges } = store.info.value;
  const { bins: wanted } = store.lens.value;
  const n_codes = columnOf(columns, "y_true").display_labels.length;
  const binned = useMemo(() => binPlaces(n_codes, bin_edges, wanted), [n_codes, bin_edges, wanted]);
  const meaning = useMemo(() => binMeaning(store, binned), [columns, binned]);
  const selecting = useSelecting(store, source, meaning);
  const { elsewhere } = selecting;
  const ask = { ask: "aggregate", keys: KEYS, value: distance, errors: true } as const;
  const every = useAnswer(store, { ...ask, where: [] });
  const here = useAnswer(store, { ...ask, where: elsewhere });
  if (!every.answer || !here.answer)
    return (
      <Frame title={TITLE} store={store} source={source}>
        <Wanting problem={every.problem ?? here.problem} store={store} />
      </Frame>
    );
  return (
    <Drawn
      {...props}
      all={every.answer}
      here={here.answer}
      filtered={elsewhere.length > 0}
      binned={binned}
      selecting={selecting}
      pending={here.pending}
    />
  );
}

interface DrawnProps extends ViewProps {
  all: Answer;
  here: Answer;
  filtered: boolean;
  binned: Binned;
  selecting: Selecting;
  pending: boolean;
}

function Drawn({ store, source, all, here, filtered, binned, selecting, pending }: DrawnProps) {
  const { wanted, bins, places, plain } = binned;
  const n_codes = places.place_of.length;
  const fine = useMemo(() => Array.from({ length: n_codes }, String), [n_codes]);
  const whole = useMemo(() => arranged(matrixData(fine, all), places), [all, places, fine]);
  const data = useMemo(() => arranged(matrixData(fine, here), places), [here, places, fine]);
  const light = scheme();
  const largest = Math.max(...means(whole).filter(Number.isFinite), 0);
  const drawing = useMemo(
    (): Drawing => ({
      data,
      all: whole,
      folded: null,
      options: { normalize: null, color: "all", scale: "linear" },
      compared: false,
      scheme: light,
      look: (row, column) => look(data, largest, light, row, column),
    }),
    [data, whole, largest, light],
  );
  const size = useMemo(() => geometry(whole, textMeasure(), true), [whole]);
  const outlines = useSignal<Outline[]>([]);
  const copying = useCopying();

  return (
    <Frame
      title={TITLE}
      store={store}
      source={source}
      sampled={data.sampled}
      controls={
        <>
          <Select
            label="Bins"
            options={BINS.map((n) => [n, n] as const)}
            value={String(wanted ?? 10) as (typeof BINS)[number]}
            onChange={(n) => store.look({ bins: Number(n) }, source)}
          />
          <Menu
            label="More"
            notice={copying.copied ? "Copied" : null}
            groups={[
              {
                label: "Select",
                items: [
                  { label: "All errors", kind: "action", run: () => selecting.all("errors") },
                  { label: "All correct", kind: "action", run: () => selecting.all("correct") },
                ],
              },
              {
                label: "Copy",
                items: (Object.keys(COPIES) as (keyof typeof COPIES)[]).map((format) => ({
                  label: `Copy as ${format}`,
                  kind: "action" as const,
                  run: () => copying.copy(COPIES[format](data, null, cellText(data))),
                })),
              },
            ]}
          />
        </>
      }
    >
      <CopyBox copying={copying} label="Table of the matrix" />
      <Explained
        anchors="[data-at]"
        clear=".ew-rowhead,.ew-column"
        explain={(element) => explain(data, bins, element)}
        onExplained={() => {}}
      >
        <Finding store={store} source={source} answer={here} />
        <div class="ew-body" aria-busy={pending}>
          <Grid
            drawing={drawing}
            size={size}
            label={TITLE}
            selected={selecting.test}
            totals={true}
            outlines={outlines}
            sought={null}
            onGesture={(gesture) => selecting.gesture(gesture, plain)}
            onPlace={() => {}}
            onScroll={() => {}}
            onSearch={() => false}
          />
        </div>
        <footer class="ew-notes">
          <p class="ew-readout">
            {filtered ? (
              <span class="ew-note">
                {count(data.total)} of {count(store.info.value.n_samples)} rows that are selected
                elsewhere
              </span>
            ) : (
              "true ↓ predicted → · rows, mean absolute residual below"
            )}
          </p>
        </footer>
      </Explained>
    </Frame>
  );
}

/** What the cells of bins stand for. The diagonal is not "correct" here. */
function binMeaning(store: Store, { bins, places }: Binned): Meaning {
  const { is_error } = store.info.value;
  const columns = store.columns.value;
  const far = (code: 0 | 1): Predicate => ({ op: "in", column: is_error ?? "", codes: [code] });
  return {
    n: bins.length,
    read: (predicate) => {
      const inside = codesTest(predicate, columns, KEYS);
      return inside && placeTest((t, p) => inside([t, p]), places);
    },
    cells: (pairs) => cellsPredicate(pairs, (rows, across) => binBlock(rows, across, bins)),
    header: (axis, codes) => ({
      op: "all",
      of: [...codes.map((bin) => binRange(axis, bins, bin, bin)), far(1)],
    }),
    added: (axis, codes) =>
      codes.flatMap((bin) =>
        bins.map((_, other): Cell => (axis === "y_true" ? [bin, other] : [other, bin])),
      ),
    all: (what) => far(what === "errors" ? 1 : 0),
  };
}

/** Mean distance of each cell; NaN where there is no row, or no sum. */
function means({ counts, sums }: MatrixData): number[] {
  return Array.from(counts, (n, i) => (n > 0 && sums ? (sums[i] as number) / n : Number.NaN));
}

function meanAt({ n, counts, sums }: MatrixData, row: number, column: number): number {
  const cell = row * n + column;
  const rows = counts[cell] as number;
  return rows > 0 && sums ? (sums[cell] as number) / rows : Number.NaN;
}

function look(
  data: MatrixData,
  largest: number,
  light: "light" | "dark",
  row: number,
  column: number,
): CellLook {
  const rows = data.at(row, column);
  const mean = meanAt(data, row, column);
  const known = Number.isFinite(mean);
  return {
    top: rows > 0 ? count(rows) : "",
    below: known ? SHOWN.format(mean) : "",
    said: known ? `, mean absolute residual ${SHOWN.format(mean)}` : "",
    fill: known && largest > 0 ? cellFill(mean / largest, "mistake", light) : null,
    change: 0,
  };
}

/** The mean residual of a cell as text for other programs. */
function cellText(data: MatrixData) {
  return (row: number, column: number) => {
    const mean = meanAt(data, row, column);
    return Number.isFinite(mean) ? String(Number(mean.toPrecision(EXACT))) : "";
  };
}

function Finding({ store, source, answer }: { store: Store; source: string; answer: Answer }) {
  const total = (of: Float64Array | null) =>
    of?.reduce((sum, value) => sum + value, 0) ?? Number.NaN;
  const n = total(answer.counts);
  const wrong_rows = total(answer.errors);
  const weighted = answer.weights !== null;
  const sum_absolute = total(answer.sums);
  const sums = { n, sum: 0, sum_absolute, sum_squares: total(answer.sum_squares) };
  const { mean_absolute_error: mae, root_mean_squared_error: rmse } = regression(sums);
  const { error_threshold } = store.info.value;
  const limit = store.lens.value.error_threshold ?? error_threshold ?? 0;
  return (
    <div class="ew-overall-line">
      {!weighted && (
        <>
          <Figure value={SHOWN.format(mae.value)}>
            mean absolute error {decimalRange(mae.ci_low, mae.ci_high, 1)}
          </Figure>
          <Figure value={SHOWN.format(rmse.value)}>root mean squared error</Figure>
        </>
      )}
      <Figure value={count(wrong_rows)}>
        rows off by more than {SHOWN.format(limit)}, {percent(wrong_rows / n)}
      </Figure>
      <label class="ew-slider">
        wrong above
        <input
          type="number"
          class="ew-slider-number"
          min={0}
          step="any"
          value={Number(limit.toPrecision(6))}
          onChange={(event) => {
            const typed = Number(event.currentTarget.value);
            if (event.currentTarget.value !== "" && Number.isFinite(typed) && typed >= 0)
              store.look({ error_threshold: typed }, source);
            else event.currentTarget.value = String(limit);
          }}
        />
      </label>
    </div>
  );
}

function Figure({ value, children }: { value: string; children: preact.ComponentChildren }) {
  return (
    <div class="ew-figure">
      <b class="ew-figure-value">{value}</b>
      <span>{children}</span>
    </div>
  );
}

function explain(data: MatrixData, bins: readonly Bin[], { dataset }: HTMLElement) {
  const place = placeAt(positionAt(dataset.at ?? ""));
  if (!place) return null;
  if (place.kind === "header") {
    const totals = place.axis === "y_true" ? data.row_totals : data.column_totals;
    return (
      <>
        <b class="ew-card-title">
          {place.axis === "y_true" ? "true" : "predicted"} {bins[place.place]?.label}
        </b>
        <span class="ew-card-line">{rowsOf(totals[place.place] ?? 0)}</span>
      </>
    );
  }
  const [row, column] = place.cell;
  const [n, mean] = [data.at(row, column), meanAt(data, row, column)];
  const sum = data.sums?.[row * data.n + column] ?? Number.NaN;
  return (
    <>
      <b class="ew-card-title">
        true {bins[row]?.label}, predicted {bins[column]?.label}
      </b>
      <span class="ew-card-line">{rowsOf(n)}</span>
      {Number.isFinite(mean) && (
        <span class="ew-card-body">
          mean |residual| = <b>{SHOWN.format(sum)}</b> / {count(n)} = {SHOWN.format(mean)}
        </span>
      )}
    </>
  );
}
