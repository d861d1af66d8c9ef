// What the card says of a cell, a header, a rate: in words, and as the formula with its numbers.
// Names stand apart from what is around them, so that a name written from right to left does not
// turn the numbers round.
import type { ComponentChildren } from "preact";
import {
  count,
  decimal,
  decimalRange,
  percent,
  percentRange,
  points,
} from "../components/format.ts";
import { wilson } from "../measures/intervals.ts";
import type { Cell } from "./cells.ts";
import { OTHER } from "./class-places.ts";
import type { MatrixData } from "./matrix-data.ts";
import type { Place } from "./matrix-grid.tsx";
import { classAt, type MatrixModel, majority, mistakesIn } from "./matrix-model.ts";
import type { Metric } from "./matrix-options.ts";
import type { Outline } from "./matrix-outlines.tsx";
import { baseInWords, shareOf } from "./matrix-values.ts";

/** What of the overall line can be explained. */
export type Figure = "accuracy" | "macro_f1" | "mistakes" | "baseline" | "precision" | "recall";

interface CardProps {
  title: ComponentChildren;
  /** The finding, in words. */
  line?: ComponentChildren;
  children?: ComponentChildren;
  hint?: string;
}

function Card({ title, line, children, hint }: CardProps) {
  return (
    <>
      <b class="ew-card-title">{title}</b>
      {line && <span class="ew-card-line">{line}</span>}
      {children && <span class="ew-card-body">{children}</span>}
      {hint && <span class="ew-card-hint">{hint}</span>}
    </>
  );
}

const HINT = "Enter selects · Shift extends · row header: all mistakes";

export function cellCard(model: MatrixModel, [row, column]: Cell) {
  const { drawing, places } = model;
  const { data, all, options, compared } = drawing;
  const own = shareOf(data, options.normalize, row, column);
  const before = shareOf(all, options.normalize, row, column);
  const base = baseInWords(data.labels, options.normalize, row, column);
  const [true_code, pred_code] = [classAt(places, row), classAt(places, column)];
  return (
    <Card
      title={readAs(data.labels, row, column, places.folded)}
      line={share(data, row, column)}
      hint={HINT}
    >
      {true_code !== null && pred_code !== null && outcome(model, true_code, pred_code)}
      {true_code !== null && formula(model, "recall", true_code)}
      {pred_code !== null && formula(model, "precision", pred_code)}
      {compared && Number.isFinite(own) && (
        <span>
          {percent(own)} {base} here, {percent(before)} in all rows: {points(own - before)} points
        </span>
      )}
    </Card>
  );
}

/** A cell of the whole matrix, drawn or folded. */
export function pairCard(model: MatrixModel, [t, p]: Cell) {
  const { data } = model;
  return (
    <Card
      title={readAs(data.labels, t, p, null)}
      line={share(data, t, p)}
      hint="Enter selects · Ctrl adds"
    >
      {outcome(model, t, p)}
      {formula(model, "recall", t)}
      {formula(model, "precision", p)}
    </Card>
  );
}

export function headerCard(model: MatrixModel, axis: "y_true" | "y_pred", place: number) {
  const { drawing, places } = model;
  const { data } = drawing;
  const code = classAt(places, place);
  const folded = places.groups[place]?.length ?? 0;
  return (
    <Card
      title={
        <>
          {axis === "y_true" ? "true" : "predicted"} <bdi>{data.labels[place]}</bdi>
        </>
      }
      line={readout({ kind: "header", axis, place }, model)}
      hint="Enter or a click selects the mistakes"
    >
      {code !== null && formula(model, axis === "y_true" ? "recall" : "precision", code)}
      {code === null && (
        <span>
          {count(folded)} classes, those that are confused least; the search brings one in
        </span>
      )}
    </Card>
  );
}

export function rateCard(model: MatrixModel, metric: Metric, code: number) {
  const { rates, rates_of_all, filtered, data } = model;
  const rate = rates.per_class[metric][code];
  const before = rates_of_all.per_class[metric][code];
  if (!rate || !before) return null;
  return (
    <Card
      title={
        <>
          {NAMES[metric]} of <bdi>{data.labels[code]}</bdi>
        </>
      }
      line={MEANING[metric]}
      hint={[intervalHint(rate.ci_low, rate.ci_high, 2), dashed(model, metric)]
        .filter(Boolean)
        .join(" · ")}
    >
      {formula(model, metric, code)}
      {filtered && <span>in all rows {decimal(before.value)}</span>}
    </Card>
  );
}

/** Where the dashed line of a metric stands: what the same is over all rows. */
export function overallOf({ rates }: MatrixModel, metric: Metric): number {
  if (metric === "specificity") return Number.NaN;
  // Over all rows, precision and recall are both the accuracy.
  return rates.overall[metric === "f1" ? "macro_f1" : "accuracy"]?.value ?? Number.NaN;
}

function dashed(model: MatrixModel, metric: Metric): string {
  const value = overallOf(model, metric);
  if (Number.isNaN(value)) return "";
  return `dashed line: ${metric === "f1" ? "macro F1" : "accuracy"} ${decimal(value)}`;
}

const NAMES: Record<Metric, string> = {
  precision: "precision",
  recall: "recall",
  f1: "F1",
  specificity: "specificity",
};
const MEANING: Record<Metric, string> = {
  precision: "of the rows predicted so, how many are right",
  recall: "of the rows that are so, how many are found",
  f1: "precision and recall in one: their harmonic mean",
  specificity: "of the rows that are something else, how many are left alone",
};

export function figureCard(model: MatrixModel, figure: Figure) {
  const { data, rates, positive } = model;
  const wrong = mistakesIn(data);
  const right = data.total - wrong;
  const { accuracy, macro_f1 } = rates.overall;
  switch (figure) {
    case "precision":
    case "recall":
      return positive === null ? null : rateCard(model, figure, positive);
    case "accuracy": {
      const { mass } = data;
      const found = mass.hits.reduce((sum, value) => sum + value, 0);
      return (
        <Card
          title="accuracy"
          line="of all rows, how many are predicted right"
          hint={intervalHint(accuracy?.ci_low, accuracy?.ci_high, 3)}
        >
          <span>
            accuracy = <b>{amount(data, found)}</b> / ({amount(data, found)} +{" "}
            {amount(data, mass.total - found)}) = {decimal(accuracy?.value ?? Number.NaN, 3)}
          </span>
        </Card>
      );
    }
    case "macro_f1": {
      const defined = rates.per_class.f1.filter(({ value }) => !Number.isNaN(value)).length;
      return (
        <Card
          title="macro F1"
          line="the mean of the F1 of each class, rare classes counting as much as common ones"
          hint={intervalHint(macro_f1?.ci_low, macro_f1?.ci_high, 3)}
        >
          <span>
            macro F1 = (sum of <b>{count(defined)}</b> F1) / {count(defined)} ={" "}
            {decimal(macro_f1?.value ?? Number.NaN, 3)}
          </span>
        </Card>
      );
    }
    case "mistakes":
      return (
        <Card title="mistakes" line="rows whose prediction is not their class">
          <span>
            mistakes = {count(data.total)} − {count(right)} = <b>{count(wrong)}</b>
          </span>
        </Card>
      );
    case "baseline": {
      const code = majority(data);
      const most = data.mass.row_totals[code] ?? 0;
      return (
        <Card
          title={
            <>
              baseline: always <bdi>{data.labels[code]}</bdi>
            </>
          }
          line="the accuracy of the simplest model, which always says the largest class"
        >
          <span>
            baseline = <b>{amount(data, most)}</b> / {amount(data, data.mass.total)} ={" "}
            {decimal(data.mass.total ? most / data.mass.total : Number.NaN, 3)}
          </span>
        </Card>
      );
    }
  }
}

/** Rows, or the sum of their weights. */
function amount({ squares }: MatrixData, value: number): string {
  return squares ? decimal(value, 1) : count(value);
}

function intervalHint(low = Number.NaN, high = Number.NaN, digits = 2): string {
  const range = decimalRange(low, high, digits);
  return range && `95 % interval ${range}`;
}

/** "precision of cat = 30 / (30 + 4) = 0.88"; with weights their sums stand in place of rows. */
function formula({ data, rates }: MatrixModel, metric: Metric, code: number) {
  const { mass } = data;
  const hits = mass.hits[code] ?? 0;
  const missed = (mass.row_totals[code] ?? 0) - hits;
  const wrong = (mass.column_totals[code] ?? 0) - hits;
  const rest = mass.total - hits - missed - wrong;
  const value = rates.per_class[metric][code]?.value ?? Number.NaN;
  const name = <bdi>{data.labels[code]}</bdi>;
  const result = Number.isNaN(value) ? "not defined" : decimal(value);
  const said = (value: number) => amount(data, value);
  const parts = {
    recall: [hits, `${said(hits)} + ${said(missed)}`],
    precision: [hits, `${said(hits)} + ${said(wrong)}`],
    specificity: [rest, `${said(rest)} + ${said(wrong)}`],
    f1: [2 * hits, `2 × ${said(hits)} + ${said(missed)} + ${said(wrong)}`],
  } as const;
  const [top, bottom] = parts[metric];
  return (
    <span>
      {NAMES[metric]} of {name} = <b>{said(top)}</b> / ({bottom}) = {result}
    </span>
  );
}

/** What a cell of a binary task is called. */
function outcome({ data, positive }: MatrixModel, t: number, p: number) {
  if (positive === null || data.n !== 2) return null;
  const name = `${t === p ? "true" : "false"} ${p === positive ? "positive" : "negative"}`;
  return (
    <span>
      {name}: predicted <bdi>{data.labels[p]}</bdi>, is <bdi>{data.labels[t]}</bdi>
    </span>
  );
}

function readAs(labels: readonly string[], row: number, column: number, folded: number | null) {
  const name = (place: number) => <bdi>{labels[place]}</bdi>;
  if (row !== column)
    return (
      <>
        {name(row)} read as {name(column)}
      </>
    );
  return row === folded ? (
    <>
      {OTHER} read as {OTHER}, right or wrong
    </>
  ) : (
    <>{name(row)} recognised</>
  );
}

/** "440 of 929 Blouses, 47 % (44–51 %)"; with weights the share is theirs, without an interval. */
function share(data: MatrixData, row: number, column: number) {
  const [value, total] = [data.at(row, column), data.row_totals[row] ?? 0];
  const { ci_low, ci_high } = wilson(value, total);
  const range = data.squares ? ", weighted" : ` (${percentRange(ci_low, ci_high)})`;
  return (
    <>
      {count(value)} of {count(total)} <bdi>{data.labels[row]}</bdi>
      {total > 0 && `, ${percent(shareOf(data, "true", row, column))}${range}`}
    </>
  );
}

/** What a place in the matrix says, in one line. */
export function readout(place: Place, { drawing }: MatrixModel) {
  const { data, folded } = drawing;
  if (place.kind === "cell") {
    const [row, column] = place.cell;
    const [value, total] = [data.at(row, column), data.row_totals[row] ?? 0];
    return (
      <>
        {count(value)} of {count(total)} {readAs(data.labels, row, column, folded)}
        {total > 0 && `, ${percent(shareOf(data, "true", row, column))}`}
      </>
    );
  }
  const { axis, place: at } = place;
  const name = <bdi>{data.labels[at]}</bdi>;
  const total = (axis === "y_true" ? data.row_totals : data.column_totals)[at] ?? 0;
  // Of folded classes only some of their common cell are right.
  const wrong = total - (data.hits[at] ?? 0);
  const { hits, row_totals, column_totals } = data.mass;
  const whole = (axis === "y_true" ? row_totals : column_totals)[at] ?? 0;
  const part = total ? ` (${percent(1 - (hits[at] ?? 0) / whole)})` : "";
  return axis === "y_true" ? (
    <>
      {count(wrong)} of {count(total)} {name} read as another class{part}
    </>
  ) : (
    <>
      {count(wrong)} of {count(total)} predicted {name} are another class{part}
    </>
  );
}

/** The cells that enter a rate, and among them those that are counted. */
export function rateOutlines(metric: Metric, place: number, n: number): Outline[] {
  const last = n - 1;
  const row: Outline = { from: [place, 0], to: [place, last], kind: "enters" };
  const column: Outline = { from: [0, place], to: [last, place], kind: "enters" };
  const hit: Outline = { from: [place, place], to: [place, place], kind: "counted" };
  switch (metric) {
    case "precision":
      return [column, hit];
    case "recall":
      return [row, hit];
    case "f1":
      return [row, column, hit];
    case "specificity": {
      const bands: Outline[] = [
        { from: [0, 0], to: [place - 1, last], kind: "enters" },
        { from: [place + 1, 0], to: [last, last], kind: "enters" },
      ];
      return bands.filter(({ from, to }) => from[0] <= to[0]);
    }
  }
}

export function figureOutlines({ drawing, places, data }: MatrixModel, figure: Figure): Outline[] {
  const last = drawing.data.n - 1;
  const whole: Outline = { from: [0, 0], to: [last, last], kind: "enters" };
  const counted = (from: Cell, to: Cell): Outline => ({ from, to, kind: "counted" });
  switch (figure) {
    case "accuracy":
      return [whole, ...drawing.data.labels.map((_, i) => counted([i, i], [i, i]))];
    case "baseline": {
      const row = places.place_of[majority(data)] ?? 0;
      return [whole, counted([row, 0], [row, last])];
    }
    default:
      return [];
  }
}
