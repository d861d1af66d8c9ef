// A number from a range: dragged, stepped with the keys, or typed.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

interface Props {
  label: ComponentChildren;
  /** What a screen reader hears. */
  name: string;
  min: number;
  max: number;
  step: number;
  value: number;
  digits: number;
  /** `finished`: the drag has ended, or it was a key. */
  onChange(value: number, finished: boolean): void;
  children?: ComponentChildren;
}

export function Slider(props: Props) {
  const { label, name, min, max, step, value, digits, onChange, children } = props;
  const [refused, setRefused] = useState(false);
  const fitted = (text: string) => {
    const steps = Math.round((Number(text) - min) / step);
    // Steps are counted, so that 0.1 + 0.2 is 0.3.
    const exact = Number((min + steps * step).toFixed(6));
    return Math.min(max, Math.max(min, exact));
  };
  return (
    <div class="ew-slider">
      <span aria-hidden="true">{label}</span>
      <input
        type="range"
        aria-label={name}
        min={min}
        max={max}
        step={step}
        value={value}
        onInput={(event) => {
          setRefused(false);
          onChange(fitted(event.currentTarget.value), false);
        }}
        onChange={(event) => onChange(fitted(event.currentTarget.value), true)}
      />
      <input
        type="number"
        class="ew-slider-number"
        aria-label={`${name}, exact`}
        min={min}
        max={max}
        step={step}
        value={value.toFixed(digits)}
        onChange={(event) => {
          const typed = event.currentTarget;
          const number = typed.value === "" ? Number.NaN : Number(typed.value);
          const allowed = number >= min && number <= max;
          setRefused(!allowed);
          if (allowed) onChange(fitted(typed.value), true);
          else typed.value = value.toFixed(digits);
        }}
      />
      <span aria-live="polite">{refused && `from ${min} to ${max}`}</span>
      {children}
    </div>
  );
}
