// Everything that the parts of the view draw from: one place where numbers, places and names meet.
import { useMemo } from "preact/hooks";
import { scheme } from "../components/scheme.ts";
import type { Rate } from "../measures/intervals.ts";
import { accuracy, baseline_accuracy, macro_f1, overall } from "../measures/overall.ts";
import { type PerClass, perClass } from "../measures/per-class.ts";
import type { Store } from "../store/connection.ts";
import type { Settings } from "../store/options.ts";
import type { Answer } from "../store/query.ts";
import { classPlaces, type Places } from "./class-places.ts";
import { arranged, type MatrixData } from "./matrix-data.ts";
import { clusterOrder, type MatrixOptions, matrixOptions } from "./matrix-options.ts";
import type { Drawing } from "./matrix-values.ts";
import { type Unit, united } from "./units.ts";

const SHOWN = { accuracy, macro_f1, baseline_accuracy };

export interface Rates {
  per_class: PerClass;
  overall: Record<keyof typeof SHOWN, Rate>;
}

export interface MatrixModel {
  options: MatrixOptions;
  drawing: Drawing;
  places: Places;
  /** By code, of the rows that other views select. */
  data: MatrixData;
  /** By code, of all rows. */
  all: MatrixData;
  rates: Rates;
  rates_of_all: Rates;
  /** Other views filter. */
  filtered: boolean;
  /** Code of the positive class of a binary task. */
  positive: number | null;
  /** Python sent an order that brings confused classes together. */
  clustered: boolean;
}

/** What the model is made of. */
export interface Asked {
  units: readonly Unit[];
  /** By code, of all rows. */
  all: Answer;
  /** By code, of the rows that other views select; the same object when none does. */
  here: Answer;
  filtered: boolean;
}

/** The model of a store's matrix; its parts stay the same objects as long as they say the same. */
export function useMatrixModel(
  store: Store,
  settings: Settings,
  { units, all: every, here, filtered }: Asked,
): MatrixModel {
  const info = store.info.value;
  const all = useMemo(() => united(every, units), [every, units]);
  const data = useMemo(() => (here === every ? all : united(here, units)), [here, all]);
  const options = useMemo(() => matrixOptions(settings, info, all.n), [settings, info, all]);
  const { order, normalize, color, scale, compare } = options;
  const cluster = clusterOrder(info, all.n);
  const brought = options.brought.join();
  const places = useMemo(
    () => classPlaces(all, order, cluster, options.brought),
    [all, order, info, brought],
  );
  const all_placed = useMemo(() => arranged(all, places), [all, places]);
  const placed = useMemo(
    () => (data === all ? all_placed : arranged(data, places)),
    [data, all_placed],
  );
  const light = scheme();
  const drawing = useMemo(
    (): Drawing => ({
      data: placed,
      all: all_placed,
      folded: places.folded,
      options: { normalize, color, scale },
      compared: filtered && compare,
      scheme: light,
    }),
    [placed, all_placed, normalize, color, scale, filtered && compare, light],
  );
  const rates_of_all = useMemo(() => rates(all), [all]);
  return {
    options,
    drawing,
    places,
    data,
    all,
    rates: useMemo(() => (data === all ? rates_of_all : rates(data)), [data, rates_of_all]),
    rates_of_all,
    filtered: filtered && compare,
    positive: all.n === 2 ? info.pos_code : null,
    clustered: cluster !== null,
  };
}

function rates({ n, counts, mass, squares }: MatrixData): Rates {
  const weighted = squares ? { weights: mass.counts, squares } : {};
  const cells = { n, counts, ...weighted };
  return { per_class: perClass(cells), overall: overall(cells, SHOWN) };
}

/** The class that most rows have. */
export function majority({ mass }: MatrixData): number {
  return mass.row_totals.indexOf(Math.max(...mass.row_totals));
}

export function mistakesIn(data: MatrixData): number {
  return data.total - data.hits.reduce((sum, value) => sum + value, 0);
}

/** The only class at a place; null where several are folded. */
export function classAt({ groups }: Places, place: number): number | null {
  const group = groups[place];
  return group?.length === 1 ? (group[0] ?? null) : null;
}
