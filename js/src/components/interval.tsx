// A rate and its interval as a dot and a line, on a scale from 0 to 1 or another.

interface Props {
  value: number;
  ci_low: number;
  ci_high: number;
  /** The value over all rows: a dashed line. */
  overall: number;
  width: number;
  /** The ends of the scale, shared by what is compared. */
  scale?: [number, number];
  /** A rate of mistakes. */
  wrong?: boolean;
}

const HEIGHT = 16;
const MIDDLE = HEIGHT / 2;
/** Room for the dot at 0 and at 1. */
const INSET = 4;

export function Interval(props: Props) {
  const { value, ci_low, ci_high, overall, width, scale = [0, 1], wrong = false } = props;
  const [low, high] = scale;
  const x = (rate: number) => {
    const share = high > low ? (rate - low) / (high - low) : 0.5;
    return INSET + Math.min(1, Math.max(0, share)) * (width - 2 * INSET);
  };
  return (
    <svg
      class={`ew-interval${wrong ? " ew-wrong" : ""}`}
      width={width}
      height={HEIGHT}
      aria-hidden="true"
    >
      {Number.isFinite(overall) && (
        <line class="ew-overall" x1={x(overall)} x2={x(overall)} y1={0} y2={HEIGHT} />
      )}
      {Number.isFinite(ci_low) && Number.isFinite(ci_high) && (
        <line x1={x(ci_low)} x2={x(ci_high)} y1={MIDDLE} y2={MIDDLE} />
      )}
      {Number.isFinite(value) && <circle cx={x(value)} cy={MIDDLE} r={3} />}
    </svg>
  );
}
