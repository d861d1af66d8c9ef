// A card that explains what the pointer rests on or the focus is at: one for a whole view.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { besideCorner, float } from "./floating.ts";
import { useUnique } from "./unique.ts";

interface Props {
  /** CSS selector of what can be explained. */
  anchors: string;
  /** CSS selector of what should stay in sight while something outside of it is explained. */
  clear: string;
  /** What the card says of such an element; null for nothing. */
  explain(anchor: HTMLElement): ComponentChildren | null;
  /** The element that is explained now. */
  onExplained(anchor: HTMLElement | null): void;
  children: ComponentChildren;
}

const REST_MS = 300;
/** The keyboard passes over many places on its way. */
const FOCUS_MS = 900;
/** Time to cross the gap into the card. */
const LEAVE_MS = 150;

export function Explained({ anchors, clear, explain, onExplained, children }: Props) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const over = useRef<HTMLElement | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const card = useRef<HTMLDivElement>(null);
  const id = useUnique();
  const content = anchor?.isConnected ? explain(anchor) : null;

  const later = (next: HTMLElement | null, ms: number) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setAnchor(next), ms);
  };
  const now = (next: HTMLElement | null) => {
    clearTimeout(timer.current);
    setAnchor(next);
  };
  const anchorOf = (target: EventTarget | null) =>
    (target as Element | null)?.closest?.<HTMLElement>(anchors) ?? null;
  const inCard = (target: EventTarget | null) =>
    target instanceof Node && (card.current?.contains(target) ?? false);

  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => onExplained(content === null ? null : anchor), [anchor, content === null]);
  useLayoutEffect(() => {
    if (!anchor || content === null) return;
    anchor.setAttribute("aria-describedby", id);
    const close = (event: Event) => inCard(event.target) || now(null);
    // Scrolling inside of a shadow root is not heard outside of it.
    const places = [globalThis, anchor.getRootNode()];
    for (const at of places) at.addEventListener("scroll", close, { capture: true });
    addEventListener("resize", close);
    return () => {
      anchor.removeAttribute("aria-describedby");
      for (const at of places) at.removeEventListener("scroll", close, { capture: true });
      removeEventListener("resize", close);
    };
  }, [anchor, content === null, id]);
  // Its size follows its numbers.
  useLayoutEffect(() => {
    if (!card.current || !anchor) return;
    const kept = anchor.closest(clear) ? null : root.current?.querySelector(clear);
    float(card.current, anchor, besideCorner, kept);
  });

  const onPointerOver = (event: PointerEvent) => {
    if (event.pointerType === "touch") return;
    const next = anchorOf(event.target);
    if (inCard(event.target)) return clearTimeout(timer.current);
    if (next === over.current) return next === anchor ? clearTimeout(timer.current) : undefined;
    over.current = next;
    if (next === null || next === anchor) return later(next, LEAVE_MS);
    if (anchor && !inCard(document.activeElement)) setAnchor(null);
    later(next, REST_MS);
  };

  return (
    <div
      ref={root}
      class="ew-explained"
      onPointerOver={onPointerOver}
      onPointerLeave={() => {
        over.current = null;
        later(null, LEAVE_MS);
      }}
      onPointerDownCapture={(event) => inCard(event.target) || now(null)}
      onFocusIn={(event) => {
        const next = anchorOf(event.target);
        if (next?.matches(":focus-visible")) later(next, FOCUS_MS);
      }}
      onFocusOut={() => now(null)}
      onClickCapture={(event) => {
        // What only explains itself does so at once: a finger cannot rest.
        const next = anchorOf(event.target);
        if (next?.matches("button[data-explain]")) now(next);
        else clearTimeout(timer.current);
      }}
      onKeyDownCapture={(event) => {
        const asked = event.key === "?" && anchorOf(event.target);
        if (asked) now(asked);
        else if (event.key !== "Escape" || content === null) {
          clearTimeout(timer.current);
          if (!["Shift", "Control", "Alt", "Meta"].includes(event.key)) setAnchor(null);
          return;
        } else now(null);
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      {children}
      {content !== null && (
        <div ref={card} id={id} role="tooltip" class="ew-card" popover="manual">
          {content}
        </div>
      )}
    </div>
  );
}
