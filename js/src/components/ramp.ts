// Fills of cells and the text colour that stays readable on each (WCAG AA).
import type { Scheme } from "./scheme.ts";

type Rgb = readonly [number, number, number];

export interface Fill {
  background: string;
  /** A colour, or null for the ordinary ink of the view. */
  color: string | null;
}

interface Palette {
  mistake: Rgb;
  correct: Rgb;
  /** What is neither: amounts, the folded rest. */
  rest: Rgb;
  ink: Rgb;
  /** Grounds of known hosts in this scheme, the most usual first. */
  grounds: [Rgb, ...Rgb[]];
}

export const PALETTES: Record<Scheme, Palette> = {
  light: {
    mistake: [194, 65, 12],
    correct: [59, 110, 168],
    rest: [110, 118, 129],
    ink: [27, 31, 36],
    grounds: [
      [255, 255, 255],
      [245, 245, 245],
    ],
  },
  dark: {
    mistake: [255, 154, 98],
    correct: [134, 180, 232],
    rest: [139, 148, 158],
    ink: [230, 232, 235],
    grounds: [
      [17, 17, 17],
      [0, 0, 0],
      [33, 33, 33],
    ],
  },
};

const AA = 4.5;
const OPAQUE_FROM = 0.5;
const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

export function luminance([r, g, b]: Rgb): number {
  const linear = (channel: number) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

export function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

export function over(ground: Rgb, colour: Rgb, alpha: number): Rgb {
  const mix = (i: 0 | 1 | 2) => ground[i] * (1 - alpha) + colour[i] * alpha;
  return [mix(0), mix(1), mix(2)];
}

export type FillKind = "mistake" | "correct" | "rest";

/** The fill of a cell that holds `share` (0 to 1) of its class: a fixed domain, so that two
 *  matrices can be compared. The square root spreads the small shares apart, where mistakes are. */
export function cellFill(share: number, kind: FillKind, scheme: Scheme): Fill {
  const palette = PALETTES[scheme];
  const { ink, grounds } = palette;
  const colour = palette[kind];
  const strength = Math.sqrt(Math.min(1, Math.max(0, share)));
  const exact = kind === "mistake" ? 0.03 + 0.92 * strength : 0.08 + 0.24 * strength;
  const alpha = Math.round(exact * 1000) / 1000; // what is judged is what is drawn
  // Weak fills let the host's ground through. Strong ones are mixed here: only over a ground that is
  // known is black or white sure to be readable.
  const opaque = alpha >= OPAQUE_FROM;
  const mixed = over(grounds[0], colour, alpha).map(Math.round) as unknown as Rgb;
  const background = opaque ? `rgb(${mixed.join(" ")})` : `rgb(${colour.join(" ")} / ${alpha})`;
  const drawn = opaque ? [mixed] : grounds.map((ground) => over(ground, colour, alpha));
  const readable = (text: Rgb) => drawn.every((fill) => contrast(text, fill) >= AA);
  if (readable(ink)) return { background, color: null };
  const text = readable(WHITE) ? WHITE : BLACK;
  return { background, color: `rgb(${text.join(" ")})` };
}
