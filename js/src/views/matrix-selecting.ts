// What gestures select: the clause of a view, read as cells and written as predicates.
import { useMemo, useRef } from "preact/hooks";
import type { Columns } from "../store/columns.ts";
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

/** What cells and headers stand for. Codes are those of the view: of classes, merged ones, bins. */
export interface Meaning {
  n: number;
  /** A predicate as a test of pairs; null when it speaks of anything else. */
  read(predicate: Predicate): PairTest | null;
  cells(pairs: Cell[]): Predicate | null;
  header(axis: "y_true" | "y_pred", codes: readonly number[]): Predicate;
  /** What a header adds to cells that are selected. */
  added(axis: "y_true" | "y_pred", codes: readonly number[]): Cell[];
  all(what: "errors" | "correct"): Predicate;
}

/** What the cells of classes stand for, or of units that a lens has made of them. */
export function classMeaning(
  columns: Columns,
  units: readonly Unit[],
  is_error: string | null,
): Meaning {
  const n = units.length;
  const meant = (predicate: Predicate) => ofClasses(predicate, units);
  return {
    n,
    read: (predicate) => unitTest(predicate, columns, units, is_error),
    cells: (pairs) => {
      const predicate = cellsPredicate(pairs);
      return predicate && meant(predicate);
    },
    header: (axis, codes) => meant(mistakesPredicate(axis, codes, is_error, n)),
    added: (axis, codes) => mistakes(axis, codes, n),
    all: (what) => meant((what === "errors" ? allMistakes : allCorrect)(is_error, n)),
  };
}

export function useSelecting(store: Store, source: string, meaning: Meaning): Selecting {
  const { n, read } = meaning;
  // A selection made in code that speaks of cells is shown as cells, not as a filter of them.
  const coded = store.own(PYTHON);
  const adopts = coded !== null && read(coded) !== null;
  const elsewhere = store.elsewhere(source, ...(adopts ? [PYTHON] : []));
  const own = both(store.own(source), adopts ? coded : null);
  const said = JSON.stringify(own);
  const test = useMemo(() => (own ? read(own) : null), [said, meaning]);
  const anchor = useRef<Cell | null>(null);

  const put = (predicate: Predicate | null) =>
    store.select(source, predicate, source, adopts ? [PYTHON] : []);
  /** Replace what is selected, or let go of it when it is said again. */
  const choose = (predicate: Predicate) =>
    put(JSON.stringify(predicate) === said ? null : predicate);
  const select = (pairs: Cell[]) => put(meaning.cells(pairs));
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
        if (made.add) return toggle(meaning.added(made.axis, codes));
        return choose(meaning.header(made.axis, codes));
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
    all: (what) => choose(meaning.all(what)),
    clear,
  };
}

/** Both predicates, where there are both. */
function both(a: Predicate | null, b: Predicate | null): Predicate | null {
  return a && b ? { op: "all", of: [a, b] } : (a ?? b);
}
