// Bins side by side that are selected by a drag, a click or with the keys: laid over a picture.
import { useRef, useState } from "preact/hooks";

type Ends = readonly [number, number];

interface Props {
  label: string;
  n: number;
  /** The bins that are selected, first and last. */
  selected: Ends | null;
  /** What a bin is, in words. */
  told(bin: number): string;
  onSelect(first: number, last: number): void;
  onClear(): void;
  /** The bin that is looked at. */
  onRest(bin: number | null): void;
  /** What would be selected if the drag ended here. */
  onDrag(ends: Ends | null): void;
  /** A click that did not move: whether it was on something else than a bin. */
  onPoint?(event: PointerEvent): boolean;
}

export function BinList(props: Props) {
  const { label, n, selected, told, onSelect, onClear, onRest, onDrag, onPoint } = props;
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const drag = useRef<Ends | null>(null);
  const [first, last] = selected ?? [n, -1];

  const pull = (ends: Ends | null) => {
    drag.current = ends;
    onDrag(ends && [Math.min(...ends), Math.max(...ends)]);
  };
  const go = (at: number, to: number, extend: boolean) => {
    const next = Math.max(0, Math.min(n - 1, to));
    if (extend) {
      const anchor = selected ? (selected[0] === at ? selected[1] : selected[0]) : at;
      onSelect(Math.min(anchor, next), Math.max(anchor, next));
    }
    setAt(next);
    box.current?.querySelector<HTMLElement>(`[data-bin="${next}"]`)?.focus({ preventScroll: true });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = Number((event.target as HTMLElement).dataset.bin ?? 0);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: n - 1 }[event.key];
    if (to !== undefined) go(at, to, event.shiftKey);
    else if (event.key === "Enter" || event.key === " ") onSelect(at, at);
    else if (event.key === "Escape") onClear();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const binAt = (event: PointerEvent) => {
    const { left, width } = box.current?.getBoundingClientRect() ?? { left: 0, width: 0 };
    const step = width / n || 1;
    return Math.max(0, Math.min(n - 1, Math.floor((event.clientX - left) / step)));
  };

  return (
    <div
      ref={box}
      role="listbox"
      aria-label={label}
      aria-multiselectable="true"
      aria-orientation="horizontal"
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        if (event.button !== 0 || event.pointerType === "touch") return;
        event.currentTarget.setPointerCapture?.(event.pointerId);
        const bin = binAt(event);
        pull([bin, bin]);
      }}
      onPointerMove={(event) => {
        const bin = binAt(event);
        onRest(bin);
        if (drag.current) pull([drag.current[0], bin]);
      }}
      onPointerUp={(event) => {
        const ends = drag.current;
        pull(null);
        if (!ends || (ends[0] === ends[1] && onPoint?.(event))) return;
        onSelect(Math.min(...ends), Math.max(...ends));
      }}
      onPointerCancel={() => pull(null)}
      onPointerLeave={() => onRest(null)}
    >
      {Array.from({ length: n }, (_, i) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the list hears the keys
        <div
          key={i}
          role="option"
          data-bin={i}
          aria-label={told(i)}
          aria-selected={i >= first && i <= last}
          tabIndex={i === Math.min(at, n - 1) ? 0 : -1}
          onFocus={() => {
            setAt(i);
            onRest(i);
          }}
          onBlur={() => onRest(null)}
          onClick={(event) => {
            // A finger, or what assistive technology clicks: a mouse was heard before.
            const { pointerType } = event as unknown as PointerEvent;
            if (event.detail === 0 || pointerType === "touch") onSelect(i, i);
          }}
        />
      ))}
    </div>
  );
}
