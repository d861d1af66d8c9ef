// Which rows are in which of some slices at once, and how much a few of them cover.
import { percent } from "../components/format.ts";
import { RatedRows, type Rating } from "../components/rated-rows.tsx";
import type { Store } from "../store/connection.ts";
import type { Explored, FoundSlice, Rated } from "../store/content.ts";
import { type Group, useRated } from "../store/rates.ts";
import type { Predicate } from "../store/selection.ts";

interface Props {
  store: Store;
  explored: Partial<Explored>;
  rating: Rating;
  /** The slices to cross: several that are selected, or the first that were found. */
  slices: FoundSlice[];
  chosen_here: boolean;
}

/** Each further slice doubles what there is to count. */
export const MOST_CROSSED = 6;

interface Crossing extends Rated {
  inside: boolean[];
}

export function Overlap({ store, explored, rating, slices, chosen_here }: Props) {
  const n = slices.length;
  const within = explored.within ? [explored.within.where] : [];
  const reading = explored.reading ?? { scope: null, truth: null, value: null };
  const patterns = Array.from({ length: 2 ** n }, (_, bits) =>
    slices.map((_, i) => ((bits >> i) & 1) === 1),
  );
  const wheres = patterns.map((inside) =>
    slices.map((slice, i): Predicate => {
      const where = slice.where ?? { op: "all", of: [] };
      return inside[i] ? where : { op: "not", of: where };
    }),
  );
  const { rated, problem } = useRated(
    store,
    reading,
    wheres.map((where) => ({ keys: [], where: [...within, ...where] })),
  );
  if (n < 2) return <p class="ew-wanting">Fewer than two slices were found: nothing overlaps.</p>;
  if (!rated)
    return (
      <p class="ew-wanting" role="note">
        {problem ?? "\u00a0"}
      </p>
    );
  const groups = rated.map((one) => one.groups[0] as Group);
  const narrowed = [...(reading.scope ? [reading.scope] : []), ...within];
  const crossings: Crossing[] = patterns.flatMap((inside, i) => {
    const group = groups[i];
    if (!group?.support) return [];
    const { support, rate, low, high } = group;
    const where: Predicate = { op: "all", of: [...(wheres[i] ?? []), ...narrowed] };
    return [{ words: wordsOf(inside, slices), inside, where, support, rate, low, high }];
  });
  const none = (one: Crossing) => (one.inside.some(Boolean) ? 0 : 1);
  crossings.sort((a, b) => none(a) - none(b) || b.support - a.support);
  return (
    <div class="ew-bounded">
      <ol class="ew-crossed" aria-label="Slices">
        {slices.map(({ words }, i) => (
          <li key={words} title={words}>
            <i>{i + 1}</i> <bdi>{words}</bdi>
          </li>
        ))}
      </ol>
      <RatedRows
        label="intersection"
        head={
          <span class="ew-dots" aria-hidden="true">
            {slices.map(({ words }, i) => (
              <i key={words}>{i + 1}</i>
            ))}
          </span>
        }
        rows={crossings}
        most={Math.max(...crossings.filter((one) => !none(one)).map(({ support }) => support), 1)}
        words={(row) => (
          <>
            <span class="ew-dots" aria-hidden="true">
              {row.inside.map((is_in, i) => (
                <i key={slices[i]?.words} class={is_in ? "ew-in" : ""} />
              ))}
            </span>
            <span class="ew-dots-words">{row.words}</span>
          </>
        )}
        {...rating}
      />
      <p class="ew-provenance">
        {chosen_here ? "The slices that are selected" : `The first ${n} slices found`}; a row is in
        exactly those that are marked. {coverText(groups, patterns, explored, rating.is_rate)}
      </p>
    </div>
  );
}

function wordsOf(inside: boolean[], slices: FoundSlice[]): string {
  const held = slices.flatMap((_, i) => (inside[i] ? [i + 1] : []));
  if (!held.length) return "in none of these";
  if (held.length === 1) return `only in ${held[0]}`;
  return `in ${held.slice(0, -1).join(", ")} and ${held.at(-1)}`;
}

/** Slices taken one by one, each time the one that adds most: how much they hold together. */
function coverText(
  groups: Group[],
  patterns: boolean[][],
  { noun = "" }: Partial<Explored>,
  is_rate: boolean,
): string {
  const wrong = groups.reduce((sum, group) => sum + group.wrong, 0);
  const rows = groups.reduce((sum, group) => sum + group.support, 0);
  if (!(wrong > 0)) return "";
  const left = new Set(patterns.keys());
  const taken: number[] = [];
  let [held, size] = [0, 0];
  const n = patterns[0]?.length ?? 0;
  while (taken.length < n) {
    const gains = Array.from({ length: n }, (_, i) =>
      [...left].reduce((sum, p) => sum + (patterns[p]?.[i] ? (groups[p]?.wrong ?? 0) : 0), 0),
    );
    const best = gains.indexOf(Math.max(...gains));
    if (!(gains[best] as number) || taken.includes(best)) break;
    taken.push(best);
    for (const p of [...left])
      if (patterns[p]?.[best]) {
        left.delete(p);
        held += groups[p]?.wrong ?? 0;
        size += groups[p]?.support ?? 0;
      }
  }
  const of = is_rate ? `of all ${noun}` : `of the ${noun}`;
  const which = taken.map((i) => i + 1).join(", ");
  return `Slices ${which} together hold ${percent(held / wrong)} ${of} in ${percent(size / rows)} of the rows.`;
}
