// The line below a matrix: what the pointer is at, else how to read it.
import type { Signal } from "@preact/signals";
import { count } from "../components/format.ts";
import { readout } from "./matrix-cards.tsx";
import type { Place } from "./matrix-grid.tsx";
import type { MatrixModel } from "./matrix-model.ts";
import type { MatrixOptions } from "./matrix-options.ts";

interface Props {
  /** Read here, so that moving the pointer draws nothing else anew. */
  place: Signal<Place | null>;
  model: MatrixModel;
  n_samples: number;
  filtered: boolean;
  two_lines: boolean;
}

export function Note({ place, model, n_samples, filtered, two_lines }: Props) {
  const { drawing, options } = model;
  if (place.value) return readout(place.value, model);
  if (filtered)
    return (
      <span class="ew-note">
        Counts of the {count(drawing.data.total)} of {count(n_samples)} rows that are selected
        elsewhere
        {drawing.compared && " · bars: more (right) or less (left) than in all rows"}
      </span>
    );
  return (
    <>
      true ↓ predicted → · {folding(model)}
      {scaleInWords(options, two_lines)}
      {model.data.squares && ", weighted"} · <i class="ew-key ew-key-mistake" /> mistakes{" "}
      {options.color === "all" && (
        <>
          <i class="ew-key ew-key-correct" /> correct
        </>
      )}
    </>
  );
}

/** Which classes are drawn, when not all. */
function folding({ places, data }: MatrixModel): string {
  if (places.folded === null) return "";
  return `${count(places.groups.length - 1)} most confused of ${count(data.n)} classes · `;
}

const BASES = { true: "the true class", pred: "the predicted class", all: "all rows" } as const;

function scaleInWords({ normalize, scale }: MatrixOptions, two_lines: boolean): string {
  if (normalize !== null)
    return two_lines
      ? `% of ${BASES[normalize]}, count below`
      : `numbers are % of ${BASES[normalize]}`;
  const shade = scale === "log" ? "shade: log of the count" : "shade: share of the true class";
  if (!two_lines) return shade;
  return scale === "log"
    ? `share of the true class below · ${shade}`
    : "share of the true class below each count";
}
