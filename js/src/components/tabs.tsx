// Tabs: one is open, the arrow keys move between them.
import type { ComponentChildren } from "preact";

interface Props<T extends string> {
  /** Names the tabs and their panel in the page. */
  id: string;
  tabs: readonly (readonly [T, ComponentChildren])[];
  tab: T;
  onTab(tab: T): void;
}

export function Tabs<T extends string>({ id, tabs, tab, onTab }: Props<T>) {
  return (
    <div class="ew-tabs">
      <div role="tablist" aria-label="Views" onKeyDown={move}>
        {tabs.map(([name, text]) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            aria-selected={tab === name}
            aria-controls={`${id}-panel`}
            tabIndex={tab === name ? 0 : -1}
            onClick={() => onTab(name)}
          >
            {text}
          </button>
        ))}
      </div>
    </div>
  );
}

function move(event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const tabs = [
    ...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("[role=tab]"),
  ];
  const at = tabs.findIndex((tab) => tab.tabIndex === 0);
  const next = tabs[(at + step + tabs.length) % tabs.length];
  next?.click();
  next?.focus();
  event.preventDefault();
}
