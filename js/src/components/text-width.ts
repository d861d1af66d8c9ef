// How wide a text will be, known before anything is drawn, so that a layout never jumps.

export type TextWidth = (text: string) => number;

const SIZE = "600 12.5px";
const NARROW = 8.4;
const WIDE = 13;
const FIRST_WIDE = 0x2e80;

/** A measure for labels in the host's interface font. Where there is no canvas (tests, a page that
 *  forbids it) widths are estimated, on the wide side. */
export function textMeasure(document: Document = globalThis.document): TextWidth {
  const style = getComputedStyle(document.body);
  const family = style.getPropertyValue("--jp-ui-font-family").trim() || "system-ui, sans-serif";
  let context: CanvasRenderingContext2D | null = null;
  try {
    context = document.createElement("canvas").getContext("2d");
  } catch {
    // not a browser
  }
  if (!context) return estimate;
  const drawing = context;
  drawing.font = `${SIZE} ${family}`;
  return (text) => drawing.measureText(text).width;
}

export function estimate(text: string): number {
  let width = 0;
  for (const character of text)
    width += (character.codePointAt(0) ?? 0) >= FIRST_WIDE ? WIDE : NARROW;
  return width;
}
