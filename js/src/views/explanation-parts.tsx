// Texts by their words and images by the cells of a grid: coloured, and told without colour too.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { signed, sized } from "../components/format.ts";
import { Slider } from "../components/slider.tsx";
import type { Parts, Row } from "../store/explained.ts";

const WEAK = 0.15;
const STRONG = 0.5;
const FAINT = 0.02;
const LONGEST_SIDE = 280;
const MOST_WORDS = 6;

interface TextProps {
  parts: Parts;
  titled: boolean;
}

export function TextParts({ parts, titled }: TextProps) {
  const tokens = parts.tokens ?? [];
  const size = Math.max(...tokens.map(([, value]) => Math.abs(value)), 1e-12);
  const strongest = [...tokens.entries()]
    .sort(([, [, a]], [, [, b]]) => Math.abs(b) - Math.abs(a))
    .slice(0, MOST_WORDS)
    .filter(([, [, value]]) => value !== 0);
  if (!tokens.length) return <p class="ew-wanting">The text is empty.</p>;
  return (
    <div class="ew-text">
      {titled && <p class="ew-provenance">{parts.method.toUpperCase()}</p>}
      <p class="ew-tokens" dir="auto">
        {tokens.map(([token, value], i) => {
          const share = Math.abs(value) / size;
          const toward = value > 0;
          const mark = share < WEAK ? "" : toward ? "ew-token-toward" : "ew-token-away";
          return (
            <span
              key={i}
              class={mark}
              style={mark ? { "--ew-share": `${Math.round(12 + 40 * share)}%` } : undefined}
              title={`${token.trim()}: ${signed(value, size)}`}
            >
              {token}
            </span>
          );
        })}
      </p>
      <div role="table" aria-label={`Strongest words, ${parts.method.toUpperCase()}`}>
        {strongest.map(([i, [token, value]]) => (
          <div key={i} role="row" class="ew-word">
            <bdi role="cell">{token.trim()}</bdi>
            <span role="cell">{signed(value, size)}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

export function TextLegend() {
  return (
    <p class="ew-provenance ew-legend">
      <span class="ew-token-toward" style={{ "--ew-share": "40%" }}>
        toward
      </span>{" "}
      underlined,{" "}
      <span class="ew-token-away" style={{ "--ew-share": "40%" }}>
        away
      </span>{" "}
      dotted
    </p>
  );
}

interface ImageProps {
  parts: Parts;
  row: Row;
  settings: Record<string, unknown>;
  set(patch: Record<string, unknown>): void;
}

/** An image at a size that shows its pixels, with what lies over it. */
export function Picture({ row, children }: { row: Row; children?: ComponentChildren }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { pixels, shape = [1, 1] } = row;
  const [across, down] = sizeOf(shape);
  useEffect(() => {
    if (canvas.current && pixels) paint(canvas.current, pixels, shape);
  }, [pixels]);
  return (
    <div class="ew-picture-box" style={{ width: `${across}px`, height: `${down}px` }}>
      <canvas ref={canvas} width={shape[1]} height={shape[0]} />
      {children}
    </div>
  );
}

function sizeOf([height = 1, width = 1]: number[]): [number, number] {
  const scale = LONGEST_SIDE / Math.max(width, height);
  return [width * scale, height * scale];
}

export function ImageParts({ parts, row, settings, set }: ImageProps) {
  const cells = parts.cells ?? [];
  const opacity = typeof settings.opacity === "number" ? settings.opacity : 0.6;
  const size = Math.max(...cells.flat().map(Math.abs), 1e-12);
  const [across, down] = sizeOf(row.shape ?? [1, 1]);
  const [wide, high] = [across / (cells[0]?.length || 1), down / (cells.length || 1)];
  return (
    <div class="ew-image">
      <Picture row={row}>
        <svg
          role="img"
          aria-label={imageWords(cells, size)}
          viewBox={`0 0 ${across} ${down}`}
          style={{ opacity }}
        >
          {cells.flatMap((line, i) =>
            line.map((value, j) => (
              <Cell
                key={`${i} ${j}`}
                value={value}
                share={Math.abs(value) / size}
                {...{ x: j * wide, y: i * high, width: wide, height: high }}
              />
            )),
          )}
        </svg>
      </Picture>
      <div>
        <p class="ew-provenance ew-legend">
          <i class="ew-key-toward">+</i> toward <i class="ew-key-away">−</i> away, up to{" "}
          {sized(size, size)} a cell
        </p>
        <Slider
          label="opacity"
          name="opacity of the colours"
          min={0}
          max={1}
          step={0.05}
          digits={2}
          value={opacity}
          onChange={(value) => set({ opacity: value })}
        />
      </div>
    </div>
  );
}

interface CellProps {
  value: number;
  share: number;
  x: number;
  y: number;
  width: number;
  height: number;
}

function Cell({ value, share, ...place }: CellProps) {
  if (share < FAINT) return null;
  const { x, y, width, height } = place;
  return (
    <g>
      <rect class={value > 0 ? "ew-toward" : "ew-away"} {...place} fill-opacity={share} />
      {share > STRONG && (
        <text x={x + width / 2} y={y + height / 2}>
          {value > 0 ? "+" : "−"}
        </text>
      )}
    </g>
  );
}

function imageWords(cells: number[][], size: number): string {
  const strong = cells.flatMap((line, i) =>
    line.flatMap((value, j) =>
      Math.abs(value) > STRONG * size
        ? [`row ${i + 1} column ${j + 1} ${signed(value, size)}`]
        : [],
    ),
  );
  return `The strongest cells: ${strong.slice(0, MOST_WORDS).join(", ") || "none"}`;
}

function paint(canvas: HTMLCanvasElement, pixels: DataView, shape: number[]): void {
  const [height = 1, width = 1, channels = 1] = shape;
  const context = canvas.getContext("2d");
  if (!context) return;
  const image = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++)
      image.data[4 * i + c] = pixels.getUint8(i * channels + (channels === 1 ? 0 : c));
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}
