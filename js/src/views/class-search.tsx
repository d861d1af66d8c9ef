// Finding a class by name, drawn or folded.
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { float, underField } from "../components/floating.ts";
import { useUnique } from "../components/unique.ts";
import type { Places } from "./class-places.ts";

interface Props {
  labels: readonly string[];
  places: Places;
  field: RefObject<HTMLInputElement | null>;
  /** Go to a class, by code. */
  onFound(code: number): void;
}

const SHOWN = 8;

/** Codes of the classes whose name holds the text: those that start with it first. */
export function matches(labels: readonly string[], text: string): number[] {
  const wanted = text.trim().toLocaleLowerCase();
  if (!wanted) return [];
  const at = labels.map((label) => label.toLocaleLowerCase().indexOf(wanted));
  const found = [...at.keys()].filter((code) => (at[code] ?? -1) >= 0);
  return found.sort((a, b) => Math.min(1, at[a] ?? 0) - Math.min(1, at[b] ?? 0) || a - b);
}

export function ClassSearch({ labels, places, field, onFound }: Props) {
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useUnique();
  const found = matches(labels, text);
  const shown = found.slice(0, SHOWN);
  const open = text.trim() !== "";
  useLayoutEffect(() => {
    if (open && list.current && field.current) float(list.current, field.current, underField);
  }, [open, found.length]);

  const choose = (code: number | undefined) => {
    if (code === undefined) return;
    setText("");
    onFound(code);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const { key } = event;
    if (key === "Enter") choose(shown[active]);
    else if (key === "ArrowDown") setActive(Math.min(shown.length - 1, active + 1));
    else if (key === "ArrowUp") setActive(Math.max(0, active - 1));
    else if (key === "Escape" && open) setText("");
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div class="ew-search">
      <input
        ref={field}
        type="text"
        role="combobox"
        aria-label="Find a class"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-autocomplete="list"
        aria-activedescendant={open && shown.length ? `${id}-${active}` : undefined}
        placeholder="Find a class"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setText("")}
      />
      {open && (
        <div
          ref={list}
          id={id}
          role="listbox"
          aria-label="Classes found"
          class="ew-menu ew-found"
          popover="manual"
        >
          {shown.map((code, i) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field hears the keys
            <div
              key={code}
              id={`${id}-${i}`}
              role="option"
              tabIndex={-1}
              aria-selected={i === active}
              // Before the field loses the focus and the list is gone.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(code)}
            >
              <bdi>{labels[code]}</bdi>
              {places.place_of[code] === places.folded && <i> in {places.labels.at(-1)}</i>}
            </div>
          ))}
          <div class="ew-menu-title">{foundInWords(found.length)}</div>
        </div>
      )}
    </div>
  );
}

function foundInWords(n: number): string {
  if (n === 0) return "No class has this in its name";
  return n > SHOWN ? `and ${n - SHOWN} more` : "Enter goes to the class";
}
