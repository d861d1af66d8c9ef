// Where what floats (cards, menus) stands: in the top layer of the page, so that no output area cuts
// it off, inside of the view's own root, so that its styles reach.

export interface Rect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Spot {
  left: number;
  top: number;
}

const GAP = 6;
const EDGE = 8;
/** A card farther away would not be seen as one of its anchor. */
const FARTHEST = 480;

/** Beside a corner of what is explained, so that neither it nor its row and column are covered, and
 *  where there is a place for it not over `clear` either: what the card speaks of. */
export function besideCorner(anchor: Rect, size: Size, page: Size, clear?: Rect): Spot {
  const right = anchor.right + GAP;
  const left = anchor.left - GAP - size.width;
  const below = anchor.bottom + GAP;
  const above = anchor.top - GAP - size.height;
  const fits = ({ left, top }: Spot) =>
    left >= EDGE &&
    top >= EDGE &&
    left + size.width <= page.width - EDGE &&
    top + size.height <= page.height - EDGE;
  const leaves = ({ left, top }: Spot) =>
    !clear ||
    left >= clear.right ||
    left + size.width <= clear.left ||
    top >= clear.bottom ||
    top + size.height <= clear.top;
  const corners = [below, above].flatMap((top) => [right, left].map((left) => ({ left, top })));
  // On a narrow page: under or over it, shifted as far as needed.
  const shifted = into(anchor.left, size.width, page.width);
  const stacked = [below, above].map((top) => ({ left: shifted, top }));
  const past = clear ? [{ left: clear.right + GAP, top: below }] : [];
  const near = past.filter((spot) => spot.left - right <= FARTHEST);
  const found = [...corners, ...stacked, ...near].filter(fits);
  const best = found.find(leaves) ?? found[0];
  if (best) return best;
  return { left: shifted, top: page.height - anchor.bottom >= anchor.top ? below : above };
}

/** Under a button, at its right edge; over it where there is no room. */
export function underButton(anchor: Rect, size: Size, page: Size): Spot {
  const below = anchor.bottom + GAP;
  const above = anchor.top - GAP - size.height;
  const fits = below + size.height <= page.height - EDGE;
  return {
    left: into(anchor.right - size.width, size.width, page.width),
    top: fits || above < EDGE ? into(below, size.height, page.height) : above,
  };
}

/** Under a text field, at its left edge; over it where there is no room. */
export function underField(anchor: Rect, size: Size, page: Size): Spot {
  const { top } = underButton(anchor, size, page);
  return { left: into(anchor.left, size.width, page.width), top };
}

function into(start: number, length: number, room: number): number {
  return Math.max(EDGE, Math.min(start, room - EDGE - length));
}

/** Show an element in the top layer and put it where `place` says. */
export function float(
  element: HTMLElement,
  anchor: Element,
  place: (anchor: Rect, size: Size, page: Size, clear?: Rect) => Spot,
  clear?: Element | null,
): void {
  const shown = element as HTMLElement & { showPopover?(): void };
  try {
    shown.showPopover?.();
  } catch {
    // is shown already
  }
  const { clientWidth: width, clientHeight: height } = document.documentElement;
  const spot = place(
    anchor.getBoundingClientRect(),
    element.getBoundingClientRect(),
    { width, height },
    clear?.getBoundingClientRect(),
  );
  element.style.left = `${spot.left}px`;
  element.style.top = `${spot.top}px`;
  // Without a top layer an ancestor may be what "fixed" is measured from.
  const drawn = element.getBoundingClientRect();
  if (Math.abs(drawn.left - spot.left) > 1 || Math.abs(drawn.top - spot.top) > 1) {
    element.style.left = `${2 * spot.left - drawn.left}px`;
    element.style.top = `${2 * spot.top - drawn.top}px`;
  }
}
