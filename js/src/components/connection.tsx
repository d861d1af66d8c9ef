// Where the numbers come from, when that is not plainly "from here, all of them, and Python hears".
import { useContext } from "preact/hooks";
import type { Store } from "../store/connection.ts";
import { count } from "./format.ts";
import { Speaker } from "./speaker.ts";
import { useLate } from "./wanting.tsx";

/** Said once on a page when a kernel that was there is gone. */
export function Lost({ store }: { store: Store }) {
  const speaks = useContext(Speaker);
  if (store.link.status.value !== "lost" || !speaks()) return null;
  return (
    <p role="alert" class="ew-alert">
      <span>
        Not connected: the kernel has gone. Selections stay on this page; run the cells again for
        their rows in Python.
      </span>
    </p>
  );
}

/** Quiet words at the right of the title line. */
export function SavedNote({ store }: { store: Store }) {
  if (store.link.status.value !== "saved") return null;
  return <span class="ew-saved">Saved view</span>;
}

/** Columns that come to the page. */
export function Arriving({ store }: { store: Store }) {
  const progress = store.progress.value;
  const what = progress && `Bringing ${progress.what} to the page`;
  return <Working what={what} done={progress?.done ?? 0} onCancel={() => store.cancelLoading()} />;
}

interface WorkingProps {
  /** What is being done; null for nothing. */
  what: string | null;
  /** A share. */
  done: number;
  onCancel(): void;
}

/** Work in progress, once it takes long enough to be noticed. */
export function Working({ what, done, onCancel }: WorkingProps) {
  const late = useLate(what !== null);
  if (what === null || !late) return null;
  const percent = Math.round(done * 100);
  return (
    <div class="ew-arriving">
      <div
        role="progressbar"
        aria-label={what}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        class="ew-progress"
      >
        <i style={{ width: `${percent}%` }} />
      </div>
      <span>{what}</span>
      <button type="button" class="ew-link" onClick={onCancel}>
        Cancel
      </button>
    </div>
  );
}

/** Why these numbers are not simply those of all rows in the page. */
export function Provenance({ store, sampled }: { store: Store; sampled: boolean }) {
  const { n_samples } = store.info.value;
  const drawn = store.n_drawn.value;
  if (sampled && drawn !== null)
    return (
      <p class="ew-provenance">
        Estimated from a sample of {count(drawn)} of {count(n_samples)} rows
      </p>
    );
  if (!store.counted_in_python.value) return null;
  return (
    <p class="ew-provenance">
      Counted in Python: {count(n_samples)} rows are more than the page holds
    </p>
  );
}
