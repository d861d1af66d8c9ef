// The row with other values: the model answers at once.
import { useEffect, useState } from "preact/hooks";
import { decimal, points, signed, sized } from "../components/format.ts";
import { Slider } from "../components/slider.tsx";
import type {
  WhatIf as Answer,
  Edit,
  Explained,
  Explanations,
  Field,
  Row,
} from "../store/explained.ts";

interface Props {
  explained: Partial<Explained>;
  content: Explanations;
  live: boolean;
  row: Row | null;
}

const MOST_CLASSES = 4;

export function WhatIf({ explained, content, live, row }: Props) {
  const answer = content.what_if.value;
  const position = row?.position;
  const [edits, setEdits] = useState<Edit[]>([]);
  useEffect(() => {
    setEdits([]);
    if (live && position !== undefined) content.edit([]);
  }, [live, position]);
  // Where a start was asked for, its values are the edits.
  useEffect(() => {
    if (answer?.started !== undefined) setEdits(answer.values);
  }, [answer]);
  if (!live) return <p class="ew-wanting">Other values need a model, and so a kernel.</p>;
  if (answer?.problem && !answer.fields)
    return (
      <p class="ew-wanting" role="note">
        {answer.problem}
      </p>
    );
  if (!answer) return <p class="ew-wanting">{"\u00a0"}</p>;
  const change = (place: number, value: Edit[1]) => {
    const own = answer.own.find(([at]) => at === place)?.[1];
    const others = edits.filter(([at]) => at !== place);
    const next: Edit[] = value === own ? others : [...others, [place, value]];
    setEdits(next);
    content.edit(next);
  };
  return (
    <div class="ew-what-if">
      <div class="ew-starts">
        {explained.kind === "table" && (
          <>
            <button type="button" class="ew-button" onClick={() => content.start("nearest")}>
              Nearest row it got right
            </button>
            <button type="button" class="ew-button" onClick={() => content.start("flip")}>
              Smallest change that flips it
            </button>
          </>
        )}
        <button
          type="button"
          class="ew-link"
          disabled={!edits.length}
          onClick={() => {
            setEdits([]);
            content.edit([]);
          }}
        >
          Reset
        </button>
      </div>
      <Answered answer={answer} explained={explained} changed={edits.length} />
      <div class="ew-fields">
        {answer.fields.map((field, place) => (
          <Edited
            key={field.name}
            field={field}
            own={answer.own.find(([at]) => at === place)?.[1]}
            edit={edits.find(([at]) => at === place)}
            onChange={(value) => change(place, value)}
          />
        ))}
      </div>
      <p class="ew-provenance">
        The edited row is <code>.what_if</code> in Python.
      </p>
    </div>
  );
}

interface AnsweredProps {
  answer: Answer;
  explained: Partial<Explained>;
  changed: number;
}

/** What the model said, says now, and the change. */
function Answered({ answer, changed }: AnsweredProps) {
  const { labels, before, after, started } = answer;
  const best = (values: number[]) => values.indexOf(Math.max(...values));
  const [was, is] = [best(before), best(after)];
  const flipped = labels.length > 1 && was !== is;
  const order = labels
    .map((_, i) => i)
    .sort((a, b) => (after[b] ?? 0) - (after[a] ?? 0))
    .slice(0, MOST_CLASSES);
  const shares = [...before, ...after].every((p) => p >= 0 && p <= 1);
  const size = Math.max(...before.map(Math.abs), ...after.map(Math.abs), 1e-12);
  const said = (value: number) => (shares ? decimal(value) : sized(value, size));
  return (
    <div class="ew-answered" aria-live="polite">
      {labels.length > 1 && (
        <p>
          {flipped ? (
            <>
              predicted <s>{labels[was]}</s> → <b>{labels[is]}</b>
            </>
          ) : (
            <>
              predicted <b>{labels[is]}</b>
              {changed > 0 && ", as before"}
            </>
          )}
        </p>
      )}
      {order.map((i) => {
        const gap = (after[i] ?? 0) - (before[i] ?? 0);
        return (
          <p key={i}>
            {labels[i] && <bdi>{labels[i]}</bdi>} {said(before[i] ?? 0)} →{" "}
            <b>{said(after[i] ?? 0)}</b>{" "}
            <i>({labels.length > 1 && shares ? `${points(gap)} points` : signed(gap, size)})</i>
          </p>
        );
      })}
      {started && <p class="ew-provenance">{started}</p>}
      {answer.problem && (
        <p role="alert" class="ew-alert">
          {answer.problem}
        </p>
      )}
    </div>
  );
}

interface EditedProps {
  field: Field;
  own: Edit[1] | undefined;
  edit: Edit | undefined;
  onChange(value: Edit[1]): void;
}

function Edited({ field, own, edit, onChange }: EditedProps) {
  const { name, kind, low, high, step, whole, labels } = field;
  const value = edit ? edit[1] : (own ?? null);
  const was = own === undefined ? "" : kind === "choice" ? labels[Number(own)] : own;
  return (
    <div class={edit ? "ew-field ew-field-changed" : "ew-field"}>
      <span class="ew-field-name" title={name}>
        <bdi>{name}</bdi>
      </span>
      {kind === "number" ? (
        <Slider
          label=""
          name={name}
          min={low}
          max={high}
          step={step}
          digits={whole ? 0 : Math.max(0, Math.min(6, -Math.floor(Math.log10(step))))}
          value={typeof value === "number" ? value : low}
          onChange={(next) => onChange(next)}
        />
      ) : kind === "text" ? (
        <textarea
          aria-label={name}
          rows={4}
          value={String(value ?? "")}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      ) : labels.length ? (
        <select
          aria-label={name}
          value={value === null || value === undefined ? "" : String(value)}
          onChange={(event) => onChange(Number(event.currentTarget.value))}
        >
          {(value === null || value === undefined) && <option value="">(other)</option>}
          {labels.map((label, i) => (
            <option key={i} value={String(i)}>
              {label}
            </option>
          ))}
        </select>
      ) : (
        <i>cannot be edited</i>
      )}
      {edit && kind !== "text" && (
        <span class="ew-was">
          was <bdi>{was === null ? "(missing)" : String(was)}</bdi>
        </span>
      )}
    </div>
  );
}
