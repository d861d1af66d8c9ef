// Where the keyboard goes in a matrix. Headers are row −1 and column −1.

export interface Position {
  row: number;
  column: number;
}

const PAGE = 10;
const TYPING_PAUSE_MS = 800;

/** The place a key leads to; null for keys that do not move. */
export function move(key: string, at: Position, n: number, far: boolean): Position | null {
  const { row, column } = at;
  const step = (dr: number, dc: number): Position => {
    const next = { row: clamp(row + dr, n), column: clamp(column + dc, n) };
    // There is nothing to select where the two headers meet.
    return next.row < 0 && next.column < 0 ? at : next;
  };
  switch (key) {
    case "ArrowUp":
      return step(far ? -n : -1, 0);
    case "ArrowDown":
      return step(far ? n : 1, 0);
    case "ArrowLeft":
      return step(0, far ? -n : -1);
    case "ArrowRight":
      return step(0, far ? n : 1);
    case "PageUp":
      return { row: Math.max(Math.min(row, 0), row - PAGE), column };
    case "PageDown":
      return { row: Math.min(n - 1, row + PAGE), column };
    case "Home":
      return far ? { row: 0, column: 0 } : { row, column: 0 };
    case "End":
      return far ? { row: n - 1, column: n - 1 } : { row, column: n - 1 };
    default:
      return null;
  }
}

function clamp(value: number, n: number): number {
  return Math.max(-1, Math.min(n - 1, value));
}

interface Typed {
  text: string;
  at: number;
}

function isTyping(typed: Typed, now: number): boolean {
  return typed.text !== "" && now - typed.at < TYPING_PAUSE_MS;
}

/** Whether a key goes on with a name that is being typed: only then a space is not "select". */
export function goesOn(key: string, typed: Typed, now: number, labels: readonly string[]): boolean {
  const text = typed.text + key;
  return isTyping(typed, now) && labels.some((l) => l.toLocaleLowerCase().startsWith(text));
}

/** The row whose class starts with what was typed in one go, from the present row on. */
export function typeAhead(
  key: string,
  typed: Typed,
  now: number,
  labels: readonly string[],
  row: number,
): { row: number | null; typed: Typed } {
  const text = (isTyping(typed, now) ? typed.text : "") + key.toLocaleLowerCase();
  const n = labels.length;
  // A fresh first letter goes on to the next class with it; more letters refine in place.
  const first = text.length === 1 ? 1 : 0;
  for (let i = first; i < n + first; i++) {
    const candidate = (((row + i) % n) + n) % n;
    if (labels[candidate]?.toLocaleLowerCase().startsWith(text))
      return { row: candidate, typed: { text, at: now } };
  }
  return { row: null, typed: { text, at: now } };
}
