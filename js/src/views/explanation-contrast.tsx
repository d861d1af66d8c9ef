// What the selected rows share that others do not; and the same of all mistakes.
import { useState } from "preact/hooks";
import { count, percent, rows as rowsText, sized } from "../components/format.ts";
import { Select } from "../components/segments.tsx";
import { type Column, Table } from "../components/table.tsx";
import type { Store } from "../store/connection.ts";
import type { Contrast, Contrasted, Explained, Explanations, Share } from "../store/explained.ts";
import type { Narrowing } from "./explanation-panel.tsx";

const FEW = 10;
const COHORT = "cohort.";
const PAIR_WIDTH = 148;
const PROFILE_WIDTH = 96;
const PROFILE_HEIGHT = 20;

interface Props {
  store: Store;
  explained: Partial<Explained>;
  content: Explanations;
  narrowing: Narrowing;
  live: boolean;
  running: boolean;
}

/** What a selection can be held against; a cohort that is gone is no choice but says so. */
function others({ has_correct, asked }: Partial<Explained>, cohorts: string[]) {
  const found: [string, string][] = [["rest", "the rest"]];
  if (has_correct) found.push(["correct", "correct rows"]);
  for (const name of cohorts) found.push([COHORT + name, name]);
  if (asked && !found.some(([one]) => one === asked.against))
    found.push([asked.against, `${asked.against.slice(COHORT.length)} (gone)`]);
  return found;
}

export function AgainstTheRest(props: Props) {
  const { store, explained, content, live } = props;
  const { contrast, asked } = explained;
  const against = others(explained, store.info.value.cohorts);
  return (
    <>
      {live && asked && against.length > 1 && (
        <div class="ew-against">
          <Select
            label="against"
            options={against}
            value={asked.against}
            onChange={(name) => content.ask({ ...asked, against: name })}
          />
        </div>
      )}
      <Shown {...props} contrast={contrast} selects />
    </>
  );
}

export function Global(props: Props) {
  const { explained } = props;
  const loss = explained.asked?.loss;
  return (
    <>
      <p class="ew-provenance">
        {loss
          ? "What the loss is made of: in all mistakes, and in correct rows"
          : "How hard each feature pulls: in all mistakes, and in correct rows"}
      </p>
      <Shown {...props} contrast={explained.overall} selects={false} />
    </>
  );
}

/** A row of the list: a feature, or one of its values. */
type Line = { of: Contrasted; share: Share | null; under: boolean };

interface ShownProps extends Props {
  contrast: Contrast | undefined;
  /** Whether values are listed and select. */
  selects: boolean;
}

function Shown({ contrast, selects, ...props }: ShownProps) {
  const { content, narrowing, live, running } = props;
  const [open, setOpen] = useState<string[]>([]);
  const [all, setAll] = useState(false);
  if (!contrast)
    return (
      <p class="ew-wanting">
        {running ? "Explaining…" : live ? "\u00a0" : "Nothing was explained before this was saved."}
      </p>
    );
  if (contrast.problem)
    return (
      <p class="ew-wanting" role="note">
        {contrast.problem}
      </p>
    );
  if (contrast.waits) return <Waits {...props} contrast={contrast} />;
  const found = contrast.rows ?? [];
  // Those that differ beyond chance first, whatever their size.
  const sorted = [...found].sort((a, b) => Number(b.differs) - Number(a.differs));
  const shown = all ? sorted : sorted.slice(0, FEW);
  const lines = shown.flatMap((of): Line[] => {
    const unfolded = selects && open.includes(of.feature) ? of.values : [];
    return [
      { of, share: of.best, under: false },
      ...unfolded.map((share) => ({ of, share, under: true })),
    ];
  });
  const most = Math.max(...found.flatMap(({ a, b }) => [a ?? 0, b ?? 0]), 1e-12);
  const { what, n_selected, against, base } = contrast;
  const whole = `${count(n_selected)} ${what}`;
  const { method } = content.many.value ?? {};
  const unit = method === "shap" ? "mean |SHAP|" : "mean |pull|";
  const pulled = found.some(({ a }) => a !== null);
  return (
    <>
      <Table<Line>
        label={`What ${whole} share`}
        rows={lines}
        head={selects ? `what these ${whole} share (${against})` : "feature"}
        first={(line) => (selects ? <Words {...line} /> : <Ratio {...line} />)}
        text={(line) => lineText(line, selects)}
        id={({ of, share, under }) => `${of.feature} ${under ? share?.words : ""}`}
        columns={columnsOf(most, pulled, what, against, selects)}
        chosen={({ share }) => (selects && share ? narrowing.chosen(share.where) : undefined)}
        onSelect={({ share }) => selects && share && narrowing.onToggle(share.where, base)}
        onClear={narrowing.onClear}
        {...(selects && {
          open: ({ of, under }: Line) =>
            under || !of.values.length ? undefined : open.includes(of.feature),
        })}
        onOpen={({ of }, now) =>
          setOpen(now ? [...open, of.feature] : open.filter((name) => name !== of.feature))
        }
      />
      {sorted.length > shown.length && (
        <button type="button" class="ew-link" onClick={() => setAll(true)}>
          {sorted.length - shown.length} more
        </button>
      )}
      <Told {...props} contrast={contrast} selects={selects} onMore={() => content.more()} />
    </>
  );

  function columnsOf(
    most: number,
    pulled: boolean,
    what: string,
    against: string,
    selects: boolean,
  ): Column<Line>[] {
    const profile: Column<Line> = {
      id: "profile",
      head: "values",
      width: PROFILE_WIDTH + 28,
      wide: true,
      cell: ({ of, share, under }) =>
        under && share ? (
          <Pair a={share.selected} b={share.other} />
        ) : (
          <>
            <Profile values={of.values} />
            {of.values.length > 0 && (
              <button
                type="button"
                class="ew-fold"
                tabIndex={-1}
                aria-hidden="true"
                onClick={(event) => {
                  event.stopPropagation();
                  const is_open = open.includes(of.feature);
                  setOpen(
                    is_open ? open.filter((name) => name !== of.feature) : [...open, of.feature],
                  );
                }}
              >
                {open.includes(of.feature) ? "▾" : "▸"}
              </button>
            )}
          </>
        ),
    };
    const pull: Column<Line> = {
      id: "pull",
      head: (
        <span class="ew-one-line">
          {unit}: <b class="ew-mistaken">{what === "mistakes" ? what : "selected"}</b>, {against}
        </span>
      ),
      head_left: true,
      width: PAIR_WIDTH + 68,
      cell: ({ of, under }) =>
        under || of.a === null || of.b === null ? null : (
          <>
            <Pair a={of.a / most} b={of.b / most} wide />
            <span class="ew-pulls">{sized(of.a, most)}</span>
          </>
        ),
    };
    return [...(selects ? [profile] : []), ...(pulled ? [pull] : [])];
  }
}

/** "**capital-gain** = 0 in 100 % (85 %)". */
function Words({ of, share, under }: Line) {
  const { feature, differs } = of;
  if (!share) return <bdi>{feature}</bdi>;
  const at = share.words.indexOf(feature);
  const parts = [share.words.slice(0, at), share.words.slice(at + feature.length)];
  return (
    <span class={`ew-shared${under ? " ew-under" : differs ? "" : " ew-no-more"}`}>
      <bdi>
        {at < 0 ? (
          share.words
        ) : (
          <>
            {parts[0]}
            {under ? feature : <b>{feature}</b>}
            {parts[1]}
          </>
        )}
      </bdi>{" "}
      <span>
        in {percent(share.selected)} <i>({percent(share.other)})</i>
      </span>
    </span>
  );
}

/** "**age** 1.6 times as hard". */
function Ratio({ of }: Line) {
  const { feature, a, b, differs, q } = of;
  const sure = (q[0] ?? 1) < 0.05;
  const times = a && b ? a / b : null;
  return (
    <span class={differs ? "" : "ew-no-more"}>
      <b>
        <bdi>{feature}</bdi>
      </b>{" "}
      {sure && times !== null && (
        <i>
          {times >= 1
            ? `${times.toFixed(1)} times as hard in mistakes`
            : `${(1 / times).toFixed(1)} times less in mistakes`}
        </i>
      )}
    </span>
  );
}

function lineText({ of, share, under }: Line, selects: boolean): string {
  if (!selects || !share) return `${of.feature}: ${of.words}`;
  const said = `${share.words} in ${percent(share.selected)} (${percent(share.other)})`;
  return under ? said : `${said}. ${of.words}`;
}

/** Two amounts, one above the other. */
function Pair({ a, b, wide = false }: { a: number; b: number; wide?: boolean }) {
  const width = wide ? PAIR_WIDTH : PROFILE_WIDTH;
  return (
    <svg width={width} height={16} aria-hidden="true">
      <rect class="ew-side-a" x={0} y={1} width={Math.max(1, a * width)} height={8} rx={2} />
      <rect class="ew-side-b" x={0} y={11} width={Math.max(1, b * width)} height={5} rx={2} />
    </svg>
  );
}

/** How a feature's values are spread on either side. */
function Profile({ values }: { values: Share[] }) {
  if (!values.length) return null;
  const most = Math.max(...values.flatMap(({ selected, other }) => [selected, other]), 1e-9);
  const step = PROFILE_WIDTH / values.length;
  const high = (share: number) => (share / most) * (PROFILE_HEIGHT - 1);
  return (
    <svg width={PROFILE_WIDTH} height={PROFILE_HEIGHT} aria-hidden="true">
      {values.map(({ selected, other }, i) => (
        <g key={i}>
          <rect
            class="ew-side-b"
            x={i * step}
            y={PROFILE_HEIGHT - high(other)}
            width={Math.max(1, step - 1)}
            height={high(other)}
          />
          <rect
            class="ew-side-a"
            x={i * step + step * 0.2}
            y={PROFILE_HEIGHT - high(selected)}
            width={Math.max(1, step * 0.45)}
            height={high(selected)}
          />
        </g>
      ))}
    </svg>
  );
}

interface TellProps extends Pick<Props, "explained" | "live" | "content" | "running"> {
  contrast: Contrast;
}

function Waits({ contrast, content, live, running }: TellProps) {
  const { rows, seconds } = contrast.waits ?? { rows: [0, 0], seconds: null };
  const n = rows[0] + rows[1];
  const long = seconds === null ? "" : ` (about ${Math.max(1, Math.round(seconds))} s)`;
  return (
    <p class="ew-wanting">
      {live ? (
        <>
          <button type="button" class="ew-button" disabled={running} onClick={() => content.more()}>
            Explain {rowsText(n)}
          </button>{" "}
          This takes a while{long}, so it waits until it is asked for.
        </>
      ) : (
        "This was not explained before the notebook was saved; it needs a kernel."
      )}
    </p>
  );
}

function Told(props: TellProps & { selects: boolean; onMore(): void }) {
  const { contrast, explained, live, running, selects, onMore } = props;
  const { n_explained, n_selected, n_other, what, against, note, space, more } = contrast;
  const sides = [
    [n_explained?.[0], n_selected, what],
    [n_explained?.[1], n_other, against],
  ] as const;
  const sampled = sides.some(([n, of]) => n !== undefined && n < of);
  const told = sides.map(([n, of, name]) =>
    n === undefined || n === of ? `${count(of)} ${name}` : `${count(n)} of ${count(of)} ${name}`,
  );
  const [counted] = note.split(". ", 1);
  const method = explained.kind === "table" && n_explained ? `SHAP, ${space}` : "";
  return (
    <p class="ew-provenance">
      {counted}.{selects && " Click one to narrow the selection."}
      {selects && <span class="ew-wide"> ▸ shows its values.</span>}
      <br />
      {n_explained ? `Explained ${told.join(" and ")}` : `Compared ${told.join(" and ")}`}
      {sampled && ", random samples"}
      {method && ` ┊ ${method}`}
      {more && live && (
        <>
          {" "}
          <button type="button" class="ew-link" disabled={running} onClick={onMore}>
            Explain more rows
          </button>
        </>
      )}
    </p>
  );
}
