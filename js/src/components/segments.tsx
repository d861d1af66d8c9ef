// A choice between a few, all in sight; and one of more, from a list.
import { useUnique } from "./unique.ts";

interface Choice<T> {
  label: string;
  /** Beside the control; else the label is only heard. */
  shown?: boolean;
  options: readonly (readonly [T, string])[];
  value: T;
  onChange(value: T): void;
}

export function Segments<T>({ label, shown = false, options, value, onChange }: Choice<T>) {
  const name = useUnique();
  return (
    <div class="ew-choice">
      {shown && <span aria-hidden="true">{label}</span>}
      <div role="radiogroup" aria-label={label} class="ew-segments">
        {options.map(([option, text]) => (
          <label key={text}>
            <input
              type="radio"
              name={name}
              checked={option === value}
              onChange={() => onChange(option)}
            />
            <span>{text}</span>
          </label>
        ))}
      </div>
    </div>
  );
}

export function Select<T extends string>({ label, options, value, onChange }: Choice<T>) {
  return (
    <label class="ew-select">
      <span>{label}:</span>
      <select
        aria-label={label}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value as T)}
      >
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
