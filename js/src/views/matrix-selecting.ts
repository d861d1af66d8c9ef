// What gestures select: the clause of a view, read as cells and written as predicates.
import { useMemo, useRef } from "preact/hooks";
import { PYTHON, type Store } from "../store/connection.ts";
import type { Predicate } from "../store/selection.ts";
import {
  allCorrect,
  allMistakes,
  type Cell,
  cellsPredicate,
  mistakes,
  mistakesPredicate,
  type PairTest,
  pairsIn,
  pairsMeeting,
  rectangle,
} from "./cells.ts";
import type { Places } from "./class-places.ts";
import type { Gesture } from "./matrix-grid.tsx";
import { ofClasses, type Unit, unitTest } from "./units.ts";

export interface Selecting {
  /** What other views select. */
  elsewhere: Predicate[];
  /** Which pairs of codes are selected here; null where that is nothing, or no set of cells. */
  test: PairTest | null;
  gesture(gesture: Gesture, places: Places): void;
  /** Select a pair of codes, or let go of it when it is all that is selected. */
  pair(pair: Cell, add: boolean): void;
  all(what: "errors" | "correct"): void;
  clear(): void;
}

export function useSelecting(store: Store, source: string, units: readonly Unit[]): Selecting {
  const columns = store.columns.value;
  const { is_error } = store.info.value;
  const n = units.length;
  const read = (predicate: Predicate) => unitTest(predicate, columns, units, is_error);
  // A selection made in code that speaks of cells is shown as cells, not as a filter of them.
  const coded = store.own(PYTHON);
  const adopts = coded !== null && read(coded) !== null;
  const elsewhere = store.elsewhere(source, ...(adopts ? [PYTHON] : []));
  const own = both(store.own(source), adopts ? coded : null);
  const said = JSON.stringify(own);
  const test = useMemo(() => (own ? read(own) : null), [said, columns, units]);
  const anchor = useRef<Cell | null>(null);

  const put = (predicate: Predicate | null) => {
    const meant = predicate && ofClasses(predicate, units);
    store.select(source, meant, source, adopts ? [PYTHON] : []);
  };
  /** Replace what is selected, or let go of it when it is said again. */
  const choose = (predicate: Predicate) =>
    put(JSON.stringify(ofClasses(predicate, units)) === said ? null : predicate);
  const select = (pairs: Cell[]) => put(cellsPredicate(pairs));
  const selected = () => pairsMeeting(test, n);

  const key = ([t, p]: Cell) => t * n + p;
  const keys = (pairs: Cell[]) => new Set(pairs.map(key));

  /** Add pairs to what is selected, or take them out when all of them are. */
  const toggle = (pairs: Cell[]) => {
    const before = selected();
    const [inside, out] = [keys(before), keys(pairs)];
    if (!pairs.every((pair) => inside.has(key(pair)))) return select([...before, ...pairs]);
    select(before.filter((pair) => !out.has(key(pair))));
  };
  /** Select pairs, or let go of them when they are all that is selected. */
  const only = (pairs: Cell[], add: boolean) => {
    if (add) return toggle(pairs);
    const inside = keys(selected());
    const same = inside.size === pairs.length && pairs.every((pair) => inside.has(key(pair)));
    select(same ? [] : pairs);
  };
  const range = (from: Cell, to: Cell, add: boolean, places: Places) =>
    select([...(add ? selected() : []), ...pairsIn(rectangle(from, to), places)]);

  const clear = () => {
    anchor.current = null;
    // First what was selected here, then what was selected elsewhere.
    if (own) put(null);
    else if (elsewhere.length) store.clear(source);
  };

  const gesture = (made: Gesture, places: Places) => {
    switch (made.kind) {
      case "clear":
        return clear();
      case "header": {
        const codes = places.groups[made.place] ?? [];
        if (made.add) return toggle(mistakes(made.axis, codes, n));
        return choose(mistakesPredicate(made.axis, codes, is_error, n));
      }
      case "range":
        anchor.current = made.from;
        return range(made.from, made.to, made.add, places);
      case "cell":
        if (made.extend) {
          anchor.current ??= made.from;
          return range(anchor.current, made.cell, made.add, places);
        }
        anchor.current = made.cell;
        return only(pairsIn([made.cell], places), made.add);
    }
  };

  return {
    elsewhere,
    test,
    gesture,
    pair: (pair, add) => only([pair], add),
    all: (what) => choose((what === "errors" ? allMistakes : allCorrect)(is_error, n)),
    clear,
  };
}

/** Both predicates, where there are both. */
function both(a: Predicate | null, b: Predicate | null): Predicate | null {
  return a && b ? { op: "all", of: [a, b] } : (a ?? b);
}
