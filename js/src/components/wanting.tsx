// What stands in place of a picture that cannot be drawn yet, or not at all.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Store } from "../store/connection.ts";

const BEFORE_SHOWN_MS = 300;

/** Bring columns to the page that a view draws. What to show meanwhile; null when all are here. */
export function useColumns(store: Store, names: string[]): ComponentChildren {
  const missing = names.filter((name) => !store.columns.value.has(name));
  const status = store.link.status.value;
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    if (!missing.length || status !== "live") return;
    let wanted = true;
    store.require(missing).catch((error) => wanted && setProblem(String(error?.message ?? error)));
    return () => {
      wanted = false;
    };
  }, [missing.join("\n"), status]);
  if (!missing.length) return null;
  const gone = `${missing.join(", ")} was not saved: run the cell again.`;
  const lost = status === "saved" || status === "lost";
  return <Wanting problem={problem ?? (lost ? gone : null)} store={store} />;
}

interface Props {
  /** Why there is nothing; null while it is on its way. */
  problem: string | null;
  store: Store;
}

export function Wanting({ problem, store }: Props) {
  const progress = store.progress.value;
  const late = useLate(progress !== null);
  if (problem !== null)
    return (
      <p class="ew-wanting" role="note">
        {problem}
      </p>
    );
  return (
    <p class="ew-wanting" aria-busy="true">
      {progress && late ? `Bringing ${progress.what} to the page` : "\u00a0"}
    </p>
  );
}

/** Whether something has lasted long enough to be worth a word. */
export function useLate(going: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!going) return;
    const timer = setTimeout(() => setLate(true), BEFORE_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [going]);
  return late;
}
