import { useMemo, useRef, useState } from "preact/hooks";
import { count, percent } from "../components/format.ts";
import { Frame } from "../components/frame.tsx";
import { PYTHON } from "../store/connection.ts";
import { type Predicate, pairTest } from "../store/selection.ts";
import {
  type Cell,
  cellsPredicate,
  mistakes,
  mistakesPredicate,
  rectangle,
  sameCell,
} from "./cells.ts";
import type { ViewProps } from "./index.ts";
import { type MatrixData, matrixData } from "./matrix-data.ts";
import { sizes } from "./matrix-geometry.ts";
import { type Gesture, Grid, type Place } from "./matrix-grid.tsx";

const TITLE = "Confusion matrix";

export function ConfusionMatrix({ store, source }: ViewProps) {
  const columns = store.columns.value;
  // A selection made in code that speaks of cells is shown as cells, not as a filter of them.
  const coded = store.own(PYTHON);
  const adopts = coded !== null && pairTest(coded, columns) !== null;
  const elsewhere = store.elsewhere(source, ...(adopts ? [PYTHON] : []));
  const local = store.source.value;
  const where = JSON.stringify(elsewhere);
  const data = useMemo(() => matrixData(local, columns, elsewhere), [local, columns, where]);
  const all = useMemo(() => matrixData(local, columns, []), [local, columns]);
  const own = both(store.own(source), adopts ? coded : null);
  const shown = JSON.stringify(own);
  const selected = useMemo(() => (own ? pairTest(own, columns) : null), [shown, columns]);
  const anchor = useRef<Cell | null>(null);
  const [place, setPlace] = useState<Place | null>(null);

  const selectedCells = (): Cell[] => {
    const found: Cell[] = [];
    if (selected)
      for (let t = 0; t < data.n; t++)
        for (let p = 0; p < data.n; p++) if (selected(t, p)) found.push([t, p]);
    return found;
  };

  const put = (predicate: Predicate | null) =>
    store.select(source, predicate, source, adopts ? [PYTHON] : []);
  const select = (cells: Cell[]) => put(cellsPredicate(cells));

  /** Add cells to what is selected, or take them out when all of them are. */
  const toggle = (cells: Cell[]) => {
    const before = selectedCells();
    const inside = (cell: Cell) => before.some((other) => sameCell(other, cell));
    if (!cells.every(inside)) return select([...before, ...cells]);
    select(before.filter((cell) => !cells.some((other) => sameCell(other, cell))));
  };

  const onGesture = (gesture: Gesture) => {
    switch (gesture.kind) {
      case "clear":
        anchor.current = null;
        // First what was selected here, then what was selected elsewhere.
        if (own) put(null);
        else if (elsewhere.length) store.clear(source);
        return;
      case "header": {
        const { axis, code, add } = gesture;
        if (add) return toggle(mistakes(axis, code, data.n));
        const predicate = mistakesPredicate(axis, code);
        const again = JSON.stringify(own) === JSON.stringify(predicate);
        put(again ? null : predicate);
        return;
      }
      case "cell": {
        const { cell, from, extend, add } = gesture;
        if (extend) {
          anchor.current ??= from;
          return select([...(add ? selectedCells() : []), ...rectangle(anchor.current, cell)]);
        }
        anchor.current = cell;
        if (add) return toggle([cell]);
        const before = selectedCells();
        select(before.length === 1 && sameCell(before[0] ?? null, cell) ? [] : [cell]);
      }
    }
  };

  return (
    <Frame title={TITLE} store={store} source={source}>
      <Grid
        data={data}
        all={all}
        label={TITLE}
        selected={selected}
        onGesture={onGesture}
        onPlace={setPlace}
      />
      <footer class="ew-notes">
        <p class="ew-readout" aria-hidden="true">
          {place ? (
            readout(place, data)
          ) : elsewhere.length ? (
            <span class="ew-note">
              Counts of the {count(data.total)} of {count(store.info.value.n_samples)} rows that are
              selected elsewhere
            </span>
          ) : (
            <Legend two_lines={sizes(data.n).two_lines} />
          )}
        </p>
      </footer>
    </Frame>
  );
}

function Legend({ two_lines }: { two_lines: boolean }) {
  const said = two_lines
    ? "share of the true class below each count"
    : "shade: share of the true class";
  return (
    <>
      true ↓ predicted → · {said} · <i class="ew-key ew-key-mistake" /> mistakes{" "}
      <i class="ew-key ew-key-correct" /> correct
    </>
  );
}

/** Both predicates, where there are both. */
function both(a: Predicate | null, b: Predicate | null): Predicate | null {
  return a && b ? { op: "all", of: [a, b] } : (a ?? b);
}

/** What a place in the matrix says, in words. Names stand apart from what is around them, so that a
 *  name written from right to left does not turn the numbers round. */
function readout(place: Place, data: MatrixData) {
  const { labels, row_totals, column_totals } = data;
  const name = (code: number) => <bdi>{labels[code]}</bdi>;
  if (place.kind === "cell") {
    const [t, p] = place.cell;
    const n = data.at(t, p);
    const total = row_totals[t] ?? 0;
    const share = total ? `, ${percent(n / total)}` : "";
    return (
      <>
        {count(n)} of {count(total)} {name(t)} {t === p ? "recognised" : <>read as {name(p)}</>}
        {share}
      </>
    );
  }
  const { axis, code } = place;
  const total = (axis === "y_true" ? row_totals : column_totals)[code] ?? 0;
  const wrong = total - data.at(code, code);
  const share = total ? ` (${percent(wrong / total)})` : "";
  return axis === "y_true" ? (
    <>
      {count(wrong)} of {count(total)} {name(code)} read as another class{share}
    </>
  ) : (
    <>
      {count(wrong)} of {count(total)} predicted {name(code)} are another class{share}
    </>
  );
}
