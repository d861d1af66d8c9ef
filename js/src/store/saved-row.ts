// A row as a saved notebook knows it: attributions, and the codes of its columns.
import type { Columns } from "./columns.ts";
import { conditionOf } from "./conditions.ts";
import type { Many, Row } from "./explained.ts";

export function savedRow(many: Many, i: number, columns: Columns, is_error: string | null): Row {
  const position = many.positions[i] as number;
  const width = many.features.length;
  const text = (name: string) => {
    const column = columns.get(name);
    const code = column?.codes[position];
    return column && code !== undefined ? (column.display_labels[code] ?? null) : null;
  };
  const wrong = columns.get(is_error ?? "")?.codes[position];
  return {
    position,
    label: "",
    loss: null,
    is_error: wrong === undefined ? null : wrong === 1,
    true: text("y_true"),
    predicted: text("y_pred"),
    probabilities: [],
    explained: [
      {
        ...{ method: many.method, said: many.said, space: many.space, exact: many.exact },
        route: many.route,
        base: many.bases[i] ?? null,
        output: many.outputs[i] ?? null,
        fit: null,
        kind: "table",
        features: many.features.map((feature, j) => {
          const column = columns.get(feature);
          const code = column?.codes[position];
          return {
            feature,
            value: text(feature),
            attribution: many.values[i * width + j] as number,
            error: null,
            where: column && code !== undefined ? conditionOf(column, code) : null,
          };
        }),
      },
    ],
  };
}
