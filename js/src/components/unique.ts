// Names that are unique in the page: Preact's own are unique in one view.
import { useRef } from "preact/hooks";

let n_made = 0;
// Two kernels' bundles may share a page.
const PAGE = Math.random().toString(36).slice(2, 8);

export function useUnique(): string {
  const name = useRef("");
  name.current ||= `ew-${PAGE}-${++n_made}`;
  return name.current;
}
