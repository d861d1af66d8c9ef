// Which part of a long list is drawn: what is in sight and a margin.

export interface Range {
  start: number;
  end: number;
}

const MARGIN = 6;
/** Drawn before the size is known: a cell out of sight has none in JupyterLab. */
const UNMEASURED = 40;

export function visibleRange(offset: number, extent: number, size: number, n: number): Range {
  if (extent <= 0) return { start: 0, end: Math.min(n, UNMEASURED) };
  const last = Math.max(0, n - 1);
  const start = Math.min(last, Math.max(0, Math.floor(offset / size) - MARGIN));
  const end = Math.min(n, Math.ceil((offset + extent) / size) + MARGIN);
  return { start, end: Math.max(end, start) };
}
