// Dragging over cells: from the cell where the pointer went down to the one it is over.
import type { Signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { type Cell, sameCell } from "./cells.ts";
import type { Geometry } from "./matrix-geometry.ts";
import type { Outline } from "./matrix-outlines.tsx";

interface Drag {
  from: Cell;
  to: Cell | null;
  add: boolean;
}

interface Handlers {
  onPointerDown(event: PointerEvent): void;
  onPointerMove(event: PointerEvent): void;
  onPointerUp(event: PointerEvent): void;
  onPointerCancel(): void;
}

interface Dragging {
  handlers: Handlers;
  /** Stop without a result; false when nothing was dragged. */
  cancel(): boolean;
  /** The click that a browser makes of the end of a drag; asked once. */
  ateClick(): boolean;
}

/** A finger scrolls instead, so this is for mouse and pen. Shift is the other way to a range. */
export function useDragging(
  size: Geometry,
  n: number,
  cellOf: (target: EventTarget | null) => Cell | null,
  outlines: Signal<Outline[]>,
  onDragTo: (cell: Cell) => void,
  onDragged: (from: Cell, to: Cell, add: boolean) => void,
): Dragging {
  const drag = useRef<Drag | null>(null);
  const eaten = useRef(false);

  const end = () => {
    const was = drag.current;
    drag.current = null;
    if (was?.to) outlines.value = [];
    return was;
  };

  return {
    handlers: {
      onPointerDown(event) {
        eaten.current = false;
        const from = cellOf(event.target);
        const primary = event.button === 0 && event.pointerType !== "touch" && !event.shiftKey;
        drag.current =
          from && primary ? { from, to: null, add: event.ctrlKey || event.metaKey } : null;
      },
      onPointerMove(event) {
        const now = drag.current;
        if (!now) return;
        // The button was let go where nobody told us.
        if ((event.buttons & 1) === 0) return void end();
        const grid = event.currentTarget as HTMLElement;
        const to = cellUnder(grid, event, size, n);
        if (!to || sameCell(to, now.to) || (now.to === null && sameCell(to, now.from))) return;
        if (now.to === null) grid.setPointerCapture?.(event.pointerId);
        now.to = to;
        outlines.value = [{ from: now.from, to, kind: "drag" }];
        onDragTo(to);
      },
      onPointerUp() {
        const was = end();
        if (!was?.to) return;
        eaten.current = true;
        onDragged(was.from, was.to, was.add);
      },
      onPointerCancel: () => void end(),
    },
    cancel() {
      const was = end();
      eaten.current = was?.to !== undefined && was.to !== null;
      return eaten.current;
    },
    ateClick() {
      const was = eaten.current;
      eaten.current = false;
      return was;
    },
  };
}

/** The cell under the pointer, or the nearest one: a drag may leave the matrix. */
function cellUnder(
  grid: HTMLElement,
  { clientX, clientY }: PointerEvent,
  size: Geometry,
  n: number,
): Cell | null {
  const first = grid.querySelector('[data-at="0,0"]')?.getBoundingClientRect();
  if (!first) return null;
  const inside = (place: number) => Math.max(0, Math.min(n - 1, Math.floor(place)));
  return [
    inside((clientY - first.top) / size.cell_height),
    inside((clientX - first.left) / size.cell_width),
  ];
}
