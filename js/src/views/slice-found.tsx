// Slices that an exact search found, ranked, with evidence.
import { percent } from "../components/format.ts";
import {
  Bar,
  type Column,
  isCrossed,
  partsOf,
  RatedRows,
  type Rating,
  rateText,
  together,
} from "../components/rated-rows.tsx";
import { Segments } from "../components/segments.tsx";
import type { FoundSlice } from "../store/content.ts";
import type { Settings } from "../store/options.ts";
import type { Predicate } from "../store/selection.ts";

const LEVEL = 0.05;

/** A slice that stands, or one that is folded under another. */
type Line = FoundSlice & { under: string | null };

interface Props {
  found: FoundSlice[];
  note: string;
  cover: string;
  rating: Rating;
  own: Predicate | null;
  settings: Settings;
  set(patch: Settings): void;
  onSelect(predicate: Predicate | null): void;
}

export function Found({ found, note, cover, rating, own, settings, set, onSelect }: Props) {
  const filter = String(settings.filter ?? "").toLowerCase();
  const opened = (settings.unfolded as string[] | undefined) ?? [];
  const lines = found
    .filter(({ words }) => words.toLowerCase().includes(filter))
    .map((row): Line => ({ ...row, under: null }));
  const under = (row: Line): Line[] =>
    opened.includes(row.words) ? row.alike.map((one) => ({ ...one, under: row.words })) : [];
  const parts = partsOf(own).length;
  return (
    <>
      <div class="ew-found-tools">
        {found.length > 4 && (
          <label class="ew-search">
            <input
              type="search"
              aria-label="Filter slices"
              placeholder="Filter by feature or text"
              value={String(settings.filter ?? "")}
              onInput={(event) => set({ filter: event.currentTarget.value })}
            />
          </label>
        )}
        {parts > 1 && (
          <Segments
            label={`rows in ${parts === 2 ? "either or both" : "any or all"}`}
            options={[
              [false, parts === 2 ? "in either" : "in any"],
              [true, parts === 2 ? "in both" : "in all"],
            ]}
            value={isCrossed(own)}
            onChange={(crossed) => onSelect(together(partsOf(own), crossed))}
          />
        )}
      </div>
      {found.length > 0 && (
        <RatedRows<Line>
          label="slice"
          rows={lines}
          under={under}
          most={Math.max(...found.map(({ support }) => support))}
          columns={columnsOf(rating.is_rate)}
          words={words}
          id={(row) => `${row.under ?? ""}\n${row.words}`}
          sort={(settings.sort as string | undefined) ?? null}
          onSort={(sort) => set({ sort })}
          widths={(settings.widths ?? {}) as Record<string, number>}
          onSize={(widths) => set({ widths })}
          {...(found.some(({ alike }) => alike.length) && {
            open: (row: Line) =>
              row.under === null && row.alike.length ? opened.includes(row.words) : undefined,
          })}
          onOpen={(row, open) =>
            set({
              unfolded: open
                ? [...opened, row.words]
                : opened.filter((other) => other !== row.words),
            })
          }
          {...rating}
        />
      )}
      {found.length > 0 && lines.length === 0 && (
        <p class="ew-wanting">No slice speaks of “{String(settings.filter)}”.</p>
      )}
      <p class="ew-provenance">
        {note} {cover}
      </p>
    </>
  );

  /** The conditions, with grey words between them; what is alike, behind. */
  function words(row: Line) {
    const open = opened.includes(row.words);
    return (
      <span
        class={row.under === null ? "ew-slice" : "ew-slice ew-under"}
        data-rank={row.under === null ? found.findIndex((one) => one.words === row.words) + 1 : ""}
      >
        <span class="ew-slice-words">
          {row.parts.map((part, i) => (
            <span key={part}>
              {i > 0 && <i> and </i>}
              <bdi>{part}</bdi>
            </span>
          ))}
        </span>
        {row.under === null && row.n_similar > 0 && (
          <button
            type="button"
            class="ew-alike"
            tabIndex={-1}
            title={
              row.alike.length < row.n_similar
                ? `${row.n_similar} hold nearly the same rows; the first ${row.alike.length} are shown`
                : "nearly the same rows, folded under this slice"
            }
            disabled={!row.alike.length}
            onClick={(event) => {
              event.stopPropagation();
              set({
                unfolded: open
                  ? opened.filter((other) => other !== row.words)
                  : [...opened, row.words],
              });
            }}
          >
            {" "}
            {open ? "−" : "+"}
            {row.n_similar} alike
          </button>
        )}
      </span>
    );
  }
}

function columnsOf(is_rate: boolean): Column<Line>[] {
  return [
    {
      id: "lift",
      head: "lift",
      width: 48,
      by: (row) => row.lift,
      cell: (row) => (row.lift === null ? "–" : `${row.lift.toFixed(1)}×`),
    },
    {
      id: "share",
      head: is_rate ? "of all mistakes" : "of the whole",
      width: 112,
      by: (row) => row.error_share,
      cell: (row) => (
        <>
          <Bar share={row.error_share ?? 0} wrong />
          {percent(row.error_share ?? Number.NaN)}
        </>
      ),
      wide: true,
    },
    {
      id: "evidence",
      head: "evidence",
      width: 96,
      cell: (row) => <Evidence row={row} is_rate={is_rate} />,
      left: true,
    },
  ];
}

function Evidence({ row, is_rate }: { row: FoundSlice; is_rate: boolean }) {
  const found = rateText(row.discovery_rate, is_rate);
  const why =
    row.q === null
      ? "too few rows in the other half to tell"
      : `q = ${row.q < 0.001 ? "<0.001" : row.q.toFixed(3)}, ${row.verified ? "under" : "not under"} ${LEVEL}; ${found} where it was found`;
  return (
    <span class={row.verified ? "ew-verified" : "ew-unverified"} title={why}>
      {row.verified ? "● verified" : "○ not held up"}
    </span>
  );
}
