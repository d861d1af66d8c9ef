// How wide an element is, known before the first paint so that nothing jumps.
import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

/** 0 while it is not known: a cell out of sight has no size in JupyterLab. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const box = element.current;
    if (!box) return;
    const measure = () => box.clientWidth > 0 && setWidth(box.clientWidth);
    measure();
    if (!globalThis.ResizeObserver) return;
    const watcher = new ResizeObserver(measure);
    watcher.observe(box);
    return () => watcher.disconnect();
  }, []);
  return width;
}
