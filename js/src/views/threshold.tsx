// From which probability on the positive class is predicted: a lens, so no rows travel.
import { Slider } from "../components/slider.tsx";
import type { Store } from "../store/connection.ts";
import { columnOf } from "../store/selection.ts";

/** Steps that the page can decide without asking: see THRESHOLD_STEPS in Python. */
const STEP = 0.005;
/** Where the slider stands while predictions are taken as they came. */
const USUAL = 0.5;

export function Threshold({ store, source }: { store: Store; source: string }) {
  const { probability, pos_code } = store.info.value;
  const columns = store.columns.value;
  if (probability === null || pos_code === null || !columns.has(probability)) return null;
  const { threshold } = store.lens.value;
  const positive = columnOf(columns, "y_true").display_labels[pos_code] ?? "";
  return (
    <Slider
      label="threshold"
      name={`Threshold of ${positive}`}
      min={0}
      max={1}
      step={STEP}
      digits={3}
      value={threshold ?? USUAL}
      onChange={(value, finished) => store.look({ threshold: value }, source, finished)}
    >
      <span class="ew-slider-note">
        {threshold === null ? (
          "as predicted"
        ) : (
          <button
            type="button"
            class="ew-link"
            onClick={() => store.look({ threshold: null }, source)}
          >
            As predicted
          </button>
        )}
      </span>
    </Slider>
  );
}
