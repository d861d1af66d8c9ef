// Every feature's groups with their rates, those that explain most first.
import { useState } from "preact/hooks";
import { percent } from "../components/format.ts";
import { Histogram } from "../components/histogram.tsx";
import { RatedRows, type Rating, rateText, scaleOf } from "../components/rated-rows.tsx";
import { conditionsOf, joined, rangeOf } from "../store/conditions.ts";
import type { Store } from "../store/connection.ts";
import type { Explored, Rated, RatedFeature } from "../store/content.ts";
import type { Predicate } from "../store/selection.ts";

/** Groups of a feature that are drawn before "more" is asked for; of many features fewer. */
const FEW_GROUPS = [8, 4] as const;
const MANY_FEATURES = 12;
const AT_ONCE = 24;

/** Smaller groups do not stretch the scale. */
const ENOUGH_ROWS = 20;

const LEVEL = 0.05;

interface Props {
  store: Store;
  explored: Partial<Explored>;
  rating: Rating;
  own: Predicate | null;
  onSelect(predicate: Predicate | null): void;
}

export function Features({ store, explored, rating, own, onSelect }: Props) {
  const { features = [], features_note } = explored;
  const [open, setOpen] = useState<string[]>([]);
  const [drawn, setDrawn] = useState(AT_ONCE);
  if (!features.length) return <p class="ew-wanting">{features_note}</p>;
  const { is_rate, overall, measure } = rating;
  const enough = features.flatMap(({ groups, histogram }) =>
    histogram ? [] : groups.filter(({ support }) => support >= ENOUGH_ROWS),
  );
  // Of the rates alone: the interval of a handful of rows would take all the room.
  const scale = scaleOf(enough, overall, false);
  const top = Math.max(scale[1], ...features.flatMap(topOf));
  const few = FEW_GROUPS[features.length > MANY_FEATURES ? 1 : 0];
  const more_features = features.length - drawn;
  return (
    <>
      <p class="ew-provenance">
        {measure} ┊ all {rateText(overall, is_rate)}
      </p>
      <div class="ew-features">
        {features.slice(0, drawn).map((feature) => {
          const { name, histogram } = feature;
          const column = store.columns.value.get(name);
          const binned = histogram && column?.unit ? { ...feature, histogram } : null;
          // A histogram shows the numbers; what is missing has no place in it.
          const listed = binned
            ? feature.groups.filter(({ where }) => where && isMissing(where))
            : column?.unit
              ? feature.groups
              : worstFirst(feature.groups);
          const groups = open.includes(name) ? listed : listed.slice(0, few);
          const more = listed.length - groups.length;
          return (
            <section key={name} class="ew-feature" aria-label={name}>
              <h4>
                <bdi title={name}>{name}</bdi>
                <span>{explainedText(feature)}</span>
              </h4>
              {binned && column && (
                <Histogram
                  name={name}
                  unit={column.unit ?? "float"}
                  bins={binned.histogram}
                  is_rate={is_rate}
                  overall={overall}
                  top={top}
                  selected={selectedBins(own, name, binned.histogram.edges)}
                  onSelect={(first, last) => {
                    const { edges } = binned.histogram;
                    const saved = store.link.status.value !== "live";
                    const low = first > 0 ? (edges[first - 1] ?? null) : null;
                    const range = rangeOf(column, low, edges[last] ?? null, saved);
                    onSelect(joined([range, ...narrowedBy(explored)]));
                  }}
                  onClear={rating.onClear}
                />
              )}
              {groups.length > 0 && (
                <RatedRows label={name} rows={groups} scale={scale} bare {...rating} />
              )}
              {more > 0 && (
                <button type="button" class="ew-link" onClick={() => setOpen([...open, name])}>
                  {more} more
                </button>
              )}
            </section>
          );
        })}
      </div>
      {more_features > 0 && (
        <button type="button" class="ew-link" onClick={() => setDrawn(features.length)}>
          {more_features} more features
        </button>
      )}
      <p class="ew-provenance">{features_note}</p>
    </>
  );
}

/** Groups without an order of their own: those first of which it is sure that their rate is high. */
function worstFirst(groups: Rated[]): Rated[] {
  return [...groups].sort((a, b) => (b.low ?? -1) - (a.low ?? -1));
}

/** What makes a row count, joined to every group. */
export function narrowedBy({ reading, within }: Partial<Explored>): Predicate[] {
  return [...(reading?.scope ? [reading.scope] : []), ...(within ? [within.where] : [])];
}

function isMissing(where: Predicate): boolean {
  const parts = where.op === "all" ? where.of : [where];
  return parts.some((part) => part.op === "is_null");
}

function topOf({ histogram }: RatedFeature): number[] {
  if (!histogram) return [];
  const { support, rate } = histogram.bins;
  return rate.filter((_, i) => (support[i] ?? 0) >= ENOUGH_ROWS).map((value) => value ?? 0);
}

function explainedText({ explained, p }: RatedFeature): string {
  if (explained === null) return "nothing to explain";
  const chance = p !== null && p > LEVEL ? ", no more than chance would" : "";
  return `explains ${percent(explained)}${chance}`;
}

/** The bins that a range of this feature takes in. */
function selectedBins(own: Predicate | null, name: string, edges: string[]) {
  const range = conditionsOf(own).find((part) => part.op === "range" && part.column === name);
  if (range?.op !== "range") return null;
  const place = (limit: string | null) =>
    limit === null ? null : edges.findIndex((edge) => Number(edge) === Number(limit));
  const [low, high] = [place(range.low), place(range.high)];
  if (low === -1 || high === -1) return null;
  return [low === null ? 0 : low + 1, high ?? edges.length] as const;
}
