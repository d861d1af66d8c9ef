// What counts as one class: a class, or several that a lens has merged. Views speak of units by
// number; selections always speak of the classes themselves, whatever lens is on.
import type { Columns } from "../store/columns.ts";
import type { Lens } from "../store/lens.ts";
import type { Answer } from "../store/query.ts";
import { columnOf, type Predicate } from "../store/selection.ts";
import { cellTest, type PairTest } from "./cells.ts";
import { arranged, type MatrixData, matrixData } from "./matrix-data.ts";

export interface Unit {
  label: string;
  /** Codes of its classes. */
  codes: readonly number[];
}

export function unitsOf(labels: readonly string[], merged: Lens["merged"]): Unit[] {
  const inside = new Set(merged.flatMap(([, codes]) => codes));
  const units: Unit[] = [];
  labels.forEach((label, code) => {
    const group = merged.find(([, codes]) => codes.includes(code));
    if (!group) units.push({ label, codes: [code] });
    // A group stands where its first class stood.
    else if (Math.min(...group[1]) === code)
      units.push({ label: group[0], codes: [...group[1]].sort((a, b) => a - b) });
  });
  return inside.size ? units : labels.map((label, code) => ({ label, codes: [code] }));
}

/** The numbers of units from those of classes. */
export function united(answer: Answer, units: readonly Unit[]): MatrixData {
  const n = answer.shape[0] ?? 0;
  const labels = units.map(({ label }) => label);
  const groups = units.map(({ codes }) => codes);
  if (n === units.length) return matrixData(labels, answer);
  const place_of = new Int32Array(n);
  groups.forEach((codes, unit) => {
    for (const code of codes) place_of[code] = unit;
  });
  const plain = matrixData(Array.from({ length: n }, String), answer);
  const merged = arranged(plain, { groups, labels, place_of, folded: null });
  // Confusing classes of one unit is no mistake: its whole diagonal cell is right.
  const right = (of: Float64Array) =>
    Float64Array.from(units, (_, i) => of[i * units.length + i] as number);
  const hits = right(merged.counts);
  const own = merged.mass.counts === merged.counts;
  const mass = { ...merged.mass, hits: own ? hits : right(merged.mass.counts) };
  return { ...merged, hits, mass };
}

/** A predicate that speaks of units as one of classes. */
export function ofClasses(predicate: Predicate, units: readonly Unit[]): Predicate {
  switch (predicate.op) {
    case "not":
      return { op: "not", of: ofClasses(predicate.of, units) };
    case "all":
    case "any":
      return { op: predicate.op, of: predicate.of.map((part) => ofClasses(part, units)) };
    case "in": {
      if (predicate.column !== "y_true" && predicate.column !== "y_pred") return predicate;
      const codes = predicate.codes.flatMap((unit) => units[unit]?.codes ?? []);
      return { ...predicate, codes: codes.sort((a, b) => a - b) };
    }
    default:
      return predicate;
  }
}

/** A predicate on the labels, and on whether they differ, as a test of pairs of units: all of
 *  their rows meet it. Null when it speaks of anything else. */
export function unitTest(
  predicate: Predicate,
  columns: Columns,
  units: readonly Unit[],
  is_error: string | null,
): PairTest | null {
  const group: number[] = [];
  units.forEach(({ codes }, unit) => {
    for (const code of codes) group[code] = unit;
  });
  const test = cellTest(predicate, columns, { is_error, group });
  if (!test || units.length === group.length) return test;
  return (a, b) =>
    (units[a]?.codes ?? []).every((t) => (units[b]?.codes ?? []).every((p) => test(t, p)));
}

export function unitLabels(columns: Columns): readonly string[] {
  return columnOf(columns, "y_true").display_labels;
}
