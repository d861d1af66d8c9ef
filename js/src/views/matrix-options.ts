// How a matrix is drawn, as read from what is saved: what is not known falls back to the default.
import type { Settings } from "../store/options.ts";

export type Normalize = "true" | "pred" | "all" | null;
export type Order = "given" | "name" | "support" | "error" | "cluster";
export type Metric = "precision" | "recall" | "f1" | "specificity";

export interface MatrixOptions {
  /** What a cell is shown as a share of; null: as a count. */
  normalize: Normalize;
  /** Which cells are filled. */
  color: "all" | "errors";
  /** Of counts: how the fill grows. */
  scale: "linear" | "log";
  order: Order;
  /** Columns beside the matrix; null: those that fit. */
  metrics: Metric[] | null;
  /** Mark what differs from all rows while other views filter. */
  compare: boolean;
  /** Codes of classes that are drawn although they would be folded. */
  brought: number[];
}

export const NORMALIZE: readonly [Normalize, string][] = [
  [null, "Count"],
  ["true", "True"],
  ["pred", "Predicted"],
  ["all", "All"],
];
export const COLOR: readonly [MatrixOptions["color"], string][] = [
  ["errors", "Errors"],
  ["all", "All cells"],
];
export const ORDER: readonly [Order, string][] = [
  ["given", "given"],
  ["name", "name"],
  ["support", "rows"],
  ["error", "mistakes"],
  ["cluster", "confusion cluster"],
];
export const METRICS: readonly [Metric, string][] = [
  ["precision", "precision"],
  ["recall", "recall"],
  ["f1", "F1"],
  ["specificity", "specificity"],
];

/** What `store.info` says beside the name and the number of rows; an older one says less. */
export interface MatrixInfo {
  /** Orders that are computed in Python. */
  orders?: Record<string, number[]>;
}

export function matrixOptions(settings: Settings, info: MatrixInfo, n: number): MatrixOptions {
  const pick = <T>(key: string, known: readonly (readonly [T, string])[], fallback: T): T => {
    const value = settings[key];
    return known.some(([allowed]) => allowed === value) ? (value as T) : fallback;
  };
  const order = pick("order", ORDER, "given");
  const { metrics, brought } = settings;
  return {
    normalize: pick<Normalize>("normalize", NORMALIZE, null),
    color: pick("color", COLOR, "all"),
    scale: settings.scale === "log" ? "log" : "linear",
    order: order === "cluster" && clusterOrder(info, n) === null ? "given" : order,
    metrics: Array.isArray(metrics)
      ? METRICS.map(([name]) => name).filter((name) => metrics.includes(name))
      : null,
    compare: settings.compare !== false,
    brought: Array.isArray(brought)
      ? brought.filter((code) => Number.isInteger(code) && code >= 0 && code < n)
      : [],
  };
}

/** The codes in the order that brings confused classes together; null where Python sent none, or
 *  one of other classes. */
export function clusterOrder({ orders }: MatrixInfo, n: number): number[] | null {
  const cluster = orders?.cluster;
  if (!Array.isArray(cluster) || new Set(cluster).size !== n) return null;
  return cluster.every((code) => Number.isInteger(code) && code >= 0 && code < n) ? cluster : null;
}
