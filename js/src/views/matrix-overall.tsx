// The finding in a few numbers, above the matrix.
import type { ComponentChildren } from "preact";
import { count, decimal, decimalRange } from "../components/format.ts";
import type { Rate } from "../measures/intervals.ts";
import type { Figure } from "./matrix-cards.tsx";
import { type MatrixModel, majority, mistakesIn } from "./matrix-model.ts";

const DIGITS = 3;

export function Overall({ model, children }: { model: MatrixModel; children: ComponentChildren }) {
  const { data, all, rates, rates_of_all, positive, filtered } = model;
  const [now, before] = [rates.overall, rates_of_all.overall];
  const most = majority(data);
  const of_class = (metric: "precision" | "recall") =>
    positive !== null && (
      <RateShown
        figure={metric}
        name={
          <>
            {metric} of <bdi>{data.labels[positive]}</bdi>
          </>
        }
        rate={rates.per_class[metric][positive]}
        before={filtered ? rates_of_all.per_class[metric][positive] : undefined}
      />
    );
  return (
    <div class="ew-overall-line">
      <RateShown
        figure="accuracy"
        name="accuracy"
        rate={now.accuracy}
        before={filtered ? before.accuracy : undefined}
      />
      <RateShown
        figure="macro_f1"
        name="macro F1"
        rate={now.macro_f1}
        before={filtered ? before.macro_f1 : undefined}
      />
      {of_class("precision")}
      {of_class("recall")}
      <Shown
        figure="mistakes"
        value={count(mistakesIn(data))}
        before={filtered ? count(mistakesIn(all)) : null}
      >
        mistakes
      </Shown>
      <Shown
        figure="baseline"
        value={decimal(now.baseline_accuracy?.value ?? Number.NaN, DIGITS)}
        before={filtered ? decimal(before.baseline_accuracy?.value ?? Number.NaN, DIGITS) : null}
      >
        baseline: always <bdi>{data.labels[most]}</bdi>
      </Shown>
      {children}
    </div>
  );
}

interface RateShownProps {
  figure: Figure;
  name: ComponentChildren;
  rate: Rate | undefined;
  before: Rate | undefined;
}

function RateShown({ figure, name, rate, before }: RateShownProps) {
  if (!rate) return null;
  return (
    <Shown
      figure={figure}
      value={decimal(rate.value, DIGITS)}
      before={before ? decimal(before.value, DIGITS) : null}
    >
      {name} {decimalRange(rate.ci_low, rate.ci_high, DIGITS)}
    </Shown>
  );
}

interface ShownProps {
  figure: Figure;
  value: string;
  /** The same of all rows, while other views filter. */
  before: string | null;
  children: ComponentChildren;
}

function Shown({ figure, value, before, children }: ShownProps) {
  return (
    <button type="button" class="ew-figure" data-explain={`figure ${figure}`}>
      <b class="ew-figure-value">{value}</b>
      <span>{children}</span>
      <span>
        {before !== null && (
          <>
            all rows: <b>{before}</b>
          </>
        )}
      </span>
    </button>
  );
}
