// Copying text: to the clipboard, or into a selected text box where that is closed.
import { useEffect, useRef, useState } from "preact/hooks";

const SHOWN_FOR_MS = 1500;
const MOST_LINES = 8;

export interface Copying {
  /** Was copied a moment ago. */
  copied: boolean;
  /** What has to be copied by hand. */
  left: string | null;
  copy(text: string): Promise<void>;
  close(): void;
}

export function useCopying(): Copying {
  const [copied, setCopied] = useState(false);
  const [left, setLeft] = useState<string | null>(null);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_FOR_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      setLeft(null);
      setCopied(true);
    } catch {
      setLeft(text); // the clipboard is closed: leave the text selected, one key press away
    }
  };
  return { copied, left, copy, close: () => setLeft(null) };
}

/** The text to be copied by hand, if there is any. */
export function CopyBox({ copying, label }: { copying: Copying; label: string }) {
  const { left } = copying;
  return left === null ? null : <Box key={left} text={left} label={label} {...copying} />;
}

interface BoxProps {
  text: string;
  label: string;
  close(): void;
}

function Box({ text, label, close }: BoxProps) {
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    box.current?.focus({ preventScroll: true });
    box.current?.select();
  }, []);
  return (
    <div class="ew-code">
      <span>The clipboard is closed here; copy by hand:</span>
      <textarea
        ref={box}
        readOnly
        wrap="off"
        rows={Math.min(MOST_LINES, text.trimEnd().split("\n").length)}
        value={text}
        aria-label={label}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.stopPropagation();
          close();
        }}
      />
      <button type="button" class="ew-link" onClick={close}>
        Close
      </button>
    </div>
  );
}
