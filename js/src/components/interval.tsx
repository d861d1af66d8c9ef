// A rate and its interval as a dot and a line, on a scale from 0 to 1.

interface Props {
  value: number;
  ci_low: number;
  ci_high: number;
  /** The value over all rows: a dashed line. */
  overall: number;
  width: number;
}

const HEIGHT = 16;
const MIDDLE = HEIGHT / 2;
/** Room for the dot at 0 and at 1. */
const INSET = 4;

export function Interval({ value, ci_low, ci_high, overall, width }: Props) {
  const x = (rate: number) => INSET + rate * (width - 2 * INSET);
  return (
    <svg class="ew-interval" width={width} height={HEIGHT} aria-hidden="true">
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
