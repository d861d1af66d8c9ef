// A button with a menu: what is needed now and then.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { float, underButton } from "./floating.ts";
import { useUnique } from "./unique.ts";

export interface MenuItem {
  label: string;
  /** `check` and `radio` leave the menu open. */
  kind: "action" | "check" | "radio";
  checked?: boolean;
  disabled?: boolean;
  run(): void;
}

export interface MenuGroup {
  label: string;
  items: MenuItem[];
}

interface Props {
  label: string;
  /** In place of the label for a moment: "Copied". */
  notice: string | null;
  groups: MenuGroup[];
}

const ROLE = { action: "menuitem", check: "menuitemcheckbox", radio: "menuitemradio" } as const;

export function Menu({ label, notice, groups }: Props) {
  const [open, setOpen] = useState<"first" | "last" | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useUnique();

  const close = (refocus: boolean) => {
    setOpen(null);
    if (refocus) button.current?.focus({ preventScroll: true });
  };
  const items = () => [...(list.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? [])];
  const focusItem = (i: number) => {
    const all = items();
    all[(i + all.length) % all.length]?.focus({ preventScroll: i !== 0 });
  };

  useLayoutEffect(() => {
    if (!open || !list.current || !button.current) return;
    float(list.current, button.current, underButton);
    focusItem(open === "first" ? 0 : -1);
  }, [open]);
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      if (root.current && !event.composedPath().includes(root.current)) close(false);
    };
    const events = ["pointerdown", "scroll", "resize"];
    for (const name of events) addEventListener(name, outside, { capture: true });
    return () => {
      for (const name of events) removeEventListener(name, outside, { capture: true });
    };
  }, [open]);

  const onKeyDown = (event: KeyboardEvent) => {
    const all = items();
    const focused = root.current?.getRootNode() as Document | ShadowRoot | undefined;
    const at = all.indexOf(focused?.activeElement as HTMLElement);
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: -1,
      ...initialOf(event.key, all, at),
    }[event.key];
    if (event.key === "Tab") return close(false);
    if (event.key === "Escape") close(true);
    else if (to !== undefined) focusItem(to);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div ref={root} class="ew-more">
      <button
        ref={button}
        type="button"
        class="ew-button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open !== null}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(open ? null : "first")}
        onKeyDown={(event) => {
          if (open || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
          setOpen(event.key === "ArrowDown" ? "first" : "last");
          event.preventDefault();
        }}
      >
        <span aria-live="polite">{notice ?? label}</span>
      </button>
      {open && (
        <div
          ref={list}
          id={id}
          role="menu"
          class="ew-menu"
          aria-label={label}
          tabIndex={-1}
          popover="manual"
          onKeyDown={onKeyDown}
        >
          {groups.map((group) => (
            <div key={group.label} role="group" aria-label={group.label}>
              <div class="ew-menu-title" aria-hidden="true">
                {group.label}
              </div>
              {group.items.map((item) => (
                // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role is one of three
                <button
                  key={item.label}
                  type="button"
                  role={ROLE[item.kind]}
                  tabIndex={-1}
                  aria-checked={item.kind === "action" ? undefined : (item.checked ?? false)}
                  aria-disabled={item.disabled ?? false}
                  onClick={() => {
                    if (item.disabled) return;
                    if (item.kind === "action") close(true);
                    item.run();
                  }}
                >
                  <span class="ew-mark" aria-hidden="true">
                    {item.kind !== "action" && item.checked ? "✓" : ""}
                  </span>
                  {item.label}
                </button>
              ))}
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

/** The next item that starts with a letter, as the value of that key. */
function initialOf(key: string, all: HTMLElement[], at: number): Record<string, number> {
  if (key.length !== 1 || key === " ") return {};
  const starts = (item: HTMLElement | undefined) =>
    item?.textContent?.replace("✓", "").toLowerCase().startsWith(key.toLowerCase());
  const steps = all.map((_, i) => i + 1);
  const step = steps.find((by) => starts(all[(at + by + all.length) % all.length]));
  return step === undefined ? {} : { [key]: at + step };
}
