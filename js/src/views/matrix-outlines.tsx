// Outlines over the cells: the rectangle while it is dragged, and the cells that enter a number.
import type { Signal } from "@preact/signals";
import type { Cell } from "./cells.ts";
import type { Geometry } from "./matrix-geometry.ts";

/** A rectangle of cells between two corners, by place. */
export interface Outline {
  from: Cell;
  to: Cell;
  kind: "drag" | "enters" | "counted";
}

export function Outlines({ shown, size }: { shown: Signal<Outline[]>; size: Geometry }) {
  return (
    <div role="presentation" class="ew-outlines">
      {shown.value.map(({ from, to, kind }) => {
        const [top, bottom] = [Math.min(from[0], to[0]), Math.max(from[0], to[0])];
        const [left, right] = [Math.min(from[1], to[1]), Math.max(from[1], to[1])];
        const style = {
          left: `${size.row_header + left * size.cell_width}px`,
          top: `${size.column_header + top * size.cell_height}px`,
          width: `${(right - left + 1) * size.cell_width}px`,
          height: `${(bottom - top + 1) * size.cell_height}px`,
        };
        return <div key={`${kind} ${from} ${to}`} class={`ew-outline-${kind}`} style={style} />;
      })}
    </div>
  );
}
