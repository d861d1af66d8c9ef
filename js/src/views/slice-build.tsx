// A slice made by hand: this view's own part of the selection, condition by condition.
import { useMemo, useState } from "preact/hooks";
import { percent, percentRange, rows as rowsText } from "../components/format.ts";
import { RatedRows, type Rating, rateText } from "../components/rated-rows.tsx";
import { conditionOf, conditionsOf, joined } from "../store/conditions.ts";
import type { Store } from "../store/connection.ts";
import type { Explored, Rated } from "../store/content.ts";
import { useRated } from "../store/rates.ts";
import { columnsOf, type Predicate, queryString, words } from "../store/selection.ts";
import { narrowedBy } from "./slice-features.tsx";
import { namesOf } from "./slice-pair.tsx";

interface Props {
  store: Store;
  explored: Partial<Explored>;
  rating: Rating;
  own: Predicate | null;
  onSelect(predicate: Predicate | null): void;
}

/** Of many rows fewer features are tried for suggestions until one is named. */
const MOST_TRIED = 5_000_000;
const FEWEST_TRIED = 6;
/** Values of a column that are suggested. */
const MOST_VALUES = 200;
/** Of the rows that are left, a suggestion holds at least so many. */
const LEAST_ROWS = 5;
const LEAST_SHARE = 0.02;

export function Build({ store, explored, rating, own, onSelect }: Props) {
  const [filter, setFilter] = useState("");
  const columns = store.columns.value;
  const narrowed = narrowedBy(explored);
  const same = new Set(narrowed.map((one) => JSON.stringify(one)));
  const parts = conditionsOf(own).filter((part) => !same.has(JSON.stringify(part)));
  const within = explored.within ? [explored.within.where] : [];
  const where = [...within, ...parts];
  const reading = explored.reading ?? { scope: null, truth: null, value: null };
  const used = new Set(parts.flatMap(columnsOf));
  const sought = filter.trim().toLowerCase();
  const { n_samples } = store.info.value;
  const known = namesOf(store, explored).filter(
    (name) =>
      !used.has(name) &&
      (columns.get(name)?.display_labels.length ?? Number.POSITIVE_INFINITY) <= MOST_VALUES,
  );
  const named = known.filter((name) => name.toLowerCase().includes(sought));
  const ranked = (explored.features ?? []).map(({ name }) => name).filter((n) => known.includes(n));
  const most = Math.max(FEWEST_TRIED, Math.floor(MOST_TRIED / Math.max(1, n_samples)));
  // A word may be a value of any feature.
  const tried = (sought && named.length ? named : [...new Set([...ranked, ...known])]).slice(
    0,
    most,
  );
  const { rated, problem } = useRated(store, reading, [
    { keys: [], where: within },
    { keys: [], where },
    ...tried.map((name) => ({ keys: [name], where })),
  ]);
  const [all, here, ...groups] = (rated ?? []).map((one) => one.groups);
  const now = here?.[0];
  const whole = all?.[0];

  const suggestions = useMemo(() => {
    const least = Math.max(LEAST_ROWS, LEAST_SHARE * (now?.support ?? 0));
    const found: (Rated & { part: Predicate })[] = [];
    groups.forEach((of, i) => {
      const column = columns.get(tried[i] as string);
      if (!column) return;
      of.forEach(({ support, rate, low, high }, code) => {
        if (!support) return;
        const part = conditionOf(column, code);
        const text = words(part, columns);
        const fits = sought ? text.toLowerCase().includes(sought) : support >= least;
        if (!fits || support === now?.support) return;
        found.push({
          words: text,
          part,
          where: joined([...parts, part, ...narrowed]),
          support,
          rate,
          low,
          high,
        });
      });
    });
    return found.sort((a, b) => (b.low ?? -1) - (a.low ?? -1)).slice(0, MOST_VALUES);
  }, [rated, sought, columns, own]);

  if (problem && !rated)
    return (
      <p class="ew-wanting" role="note">
        {problem}
      </p>
    );
  const query = own && queryString(own, columns);
  return (
    <div class="ew-bounded">
      <div class="ew-built">
        {parts.length ? (
          // biome-ignore lint/a11y/noRedundantRoles: Safari drops a list's role with its bullets
          <ul role="list" aria-label="Conditions" class="ew-chips">
            {parts.map((part, i) => {
              const text = words(part, columns);
              return (
                <li class="ew-chip" key={text} title={text}>
                  <span>{text}</span>
                  <button
                    type="button"
                    aria-label={`Take out ${text}`}
                    onClick={() => {
                      const others = parts.filter((_, k) => k !== i);
                      onSelect(others.length ? joined([...others, ...narrowed]) : null);
                    }}
                  >
                    <span aria-hidden="true">×</span>
                  </button>
                </li>
              );
            })}
          </ul>
        ) : (
          <span class="ew-built-empty">All rows. Add a condition:</span>
        )}
        {now && whole && (
          <p class="ew-built-now" aria-live="polite">
            <b>{rowsText(now.support)}</b>, {rating.measure}{" "}
            <b>{rateText(now.support ? now.rate : null, rating.is_rate)}</b>{" "}
            {rating.is_rate && <i>({percentRange(now.low, now.high)})</i>}
            {parts.length > 0 && now.support > 0 && whole.rate > 0 && (
              <>
                , {(now.rate / whole.rate).toFixed(1)}×, {percent(now.wrong / whole.wrong)}{" "}
                {rating.is_rate ? `of all ${explored.noun}` : `of the ${explored.noun}`}
              </>
            )}
          </p>
        )}
        {own && (
          <code class="ew-built-query" title={query ?? undefined}>
            {query ??
              "evaluation.select(explorer.selection): pandas has no query for these conditions"}
          </code>
        )}
      </div>
      <label class="ew-search">
        <input
          type="search"
          aria-label="Filter conditions"
          placeholder="Type a feature or a value"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      </label>
      {suggestions.length > 0 ? (
        <RatedRows
          label="and"
          head={sought ? "conditions" : "conditions that would raise the rate most"}
          rows={suggestions}
          most={Math.max(...suggestions.map(({ support }) => support))}
          {...rating}
          overall={now?.support ? now.rate : rating.overall}
          whole={parts.length ? "here" : "all"}
          chosen={() => false}
          onSelect={(row) => {
            setFilter("");
            onSelect(row.where);
          }}
          onRange={() => {}}
        />
      ) : (
        <p class="ew-wanting">
          {rated
            ? sought
              ? `No condition here says “${filter.trim()}”.`
              : "No further condition parts these rows."
            : "\u00a0"}
        </p>
      )}
    </div>
  );
}
