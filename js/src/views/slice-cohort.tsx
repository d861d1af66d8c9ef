// What is selected, kept under a name: a column for the explorer, for groups and for selections.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Store } from "../store/connection.ts";
import type { Content } from "../store/content.ts";
import { words } from "../store/selection.ts";

const LONGEST = 60;

export function KeepCohort({ store, content }: { store: Store; content: Content }) {
  const clauses = store.clauses.value;
  const [name, setName] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const said = content.named.value;
  useEffect(() => {
    if (said && "kept" in said) setName(null);
  }, [said]);
  const opened = name !== null;
  useEffect(() => {
    if (opened) field.current?.select();
  }, [opened]);
  const close = () => {
    setName(null);
    setTimeout(() => opener.current?.focus({ preventScroll: true }));
  };
  if (name === null)
    return (
      <p class="ew-cohort">
        {said && "kept" in said && (
          <span role="note">
            Kept as <bdi>cohort.{said.kept}</bdi>
          </span>
        )}
        <button
          ref={opener}
          type="button"
          class={clauses.length ? "ew-link" : "ew-link ew-hidden"}
          onClick={() => {
            content.named.value = null;
            const columns = store.columns.value;
            const text = clauses.map(({ predicate }) => words(predicate, columns)).join(" and ");
            setName(Array.from(text).slice(0, LONGEST).join(""));
          }}
        >
          Keep as cohort
        </button>
      </p>
    );
  return (
    <form
      class="ew-cohort"
      onSubmit={(event) => {
        event.preventDefault();
        content.keep(name);
      }}
    >
      {said && "refused" in said && (
        <span role="alert" class="ew-cohort-refused">
          {said.refused}
        </span>
      )}
      <input
        ref={field}
        type="text"
        aria-label="Name of the cohort"
        value={name}
        onInput={(event) => setName(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          close();
          event.stopPropagation();
        }}
      />
      <button type="submit" class="ew-link" disabled={!clauses.length}>
        Keep
      </button>
      <button type="button" class="ew-link" onClick={close}>
        Cancel
      </button>
    </form>
  );
}
