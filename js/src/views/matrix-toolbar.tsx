// The controls of a matrix: a few in the title line, the rest behind "More".
import { Menu, type MenuGroup } from "../components/menu.tsx";
import { Segments, Select } from "../components/segments.tsx";
import {
  COLOR,
  type MatrixOptions,
  METRICS,
  type Metric,
  NORMALIZE,
  ORDER,
  type Order,
} from "./matrix-options.ts";

interface Props {
  options: MatrixOptions;
  /** The rates that are shown. */
  metrics: readonly Metric[];
  /** Python sent an order by confusion cluster. */
  clustered: boolean;
  /** What there is no room for: behind "More". */
  folded: readonly Control[];
  copied: boolean;
  onChange(patch: Partial<MatrixOptions>): void;
  onSelectAll(what: "errors" | "correct"): void;
  onCopy(format: Format): void;
  /** Classes have groups that can be looked at as one class each. */
  merging: { on: boolean; toggle(on: boolean): void } | null;
}

export type Control = "normalize" | "order" | "color";

export const FORMATS = ["CSV", "Markdown", "LaTeX"] as const;
export type Format = (typeof FORMATS)[number];

export function Toolbar(props: Props) {
  const { options, folded, onChange } = props;
  const orders = knownOrders(props.clustered);
  return (
    <>
      {!folded.includes("normalize") && (
        <Segments
          label="share of"
          shown
          options={NORMALIZE}
          value={options.normalize}
          onChange={(normalize) => onChange({ normalize })}
        />
      )}
      {!folded.includes("order") && (
        <Select
          label="Order"
          options={orders}
          value={options.order}
          onChange={(order) => onChange({ order })}
        />
      )}
      {!folded.includes("color") && (
        <Segments
          label="Colour"
          options={COLOR}
          value={options.color}
          onChange={(color) => onChange({ color })}
        />
      )}
      <Menu label="More" notice={props.copied ? "Copied" : null} groups={groups(props)} />
    </>
  );
}

function knownOrders(clustered: boolean): readonly (readonly [Order, string])[] {
  return ORDER.filter(([order]) => order !== "cluster" || clustered);
}

function groups(props: Props): MenuGroup[] {
  const { options, metrics, clustered, folded, onChange, onSelectAll, onCopy, merging } = props;
  const radio = <K extends Control>(
    key: K,
    choices: readonly (readonly [MatrixOptions[K], string])[],
    name: (text: string) => string,
  ) =>
    choices.map(([value, text]) => ({
      label: name(text),
      kind: "radio" as const,
      checked: options[key] === value,
      run: () => onChange({ [key]: value } as Partial<MatrixOptions>),
    }));
  const controls: Record<Control, MenuGroup> = {
    normalize: {
      label: "Numbers",
      items: radio("normalize", NORMALIZE, (text) =>
        text === "Count" ? text : `Share of ${text.toLowerCase()}`,
      ),
    },
    order: {
      label: "Order",
      items: radio("order", knownOrders(clustered), (text) => `Order: ${text}`),
    },
    color: { label: "Colour", items: radio("color", COLOR, (text) => text) },
  };
  return [
    {
      label: "Select",
      items: [
        { label: "All errors", kind: "action", run: () => onSelectAll("errors") },
        { label: "All correct", kind: "action", run: () => onSelectAll("correct") },
      ],
    },
    ...folded.map((control) => controls[control]),
    {
      label: "Show",
      items: [
        ...METRICS.map(([metric, name]) => ({
          label: name.charAt(0).toUpperCase() + name.slice(1),
          kind: "check" as const,
          checked: metrics.includes(metric),
          run: () => onChange({ metrics: toggled(metrics, metric) }),
        })),
        ...(merging
          ? [
              {
                label: "Classes merged by group",
                kind: "check" as const,
                checked: merging.on,
                run: () => merging.toggle(!merging.on),
              },
            ]
          : []),
        {
          label: "Differences from all rows",
          kind: "check",
          checked: options.compare,
          run: () => onChange({ compare: !options.compare }),
        },
        {
          label: "Logarithmic colours of counts",
          kind: "check",
          checked: options.scale === "log",
          disabled: options.normalize !== null,
          run: () => onChange({ scale: options.scale === "log" ? "linear" : "log" }),
        },
      ],
    },
    {
      label: "Copy",
      items: FORMATS.map((format) => ({
        label: `Copy as ${format}`,
        kind: "action",
        run: () => onCopy(format),
      })),
    },
  ];
}

function toggled<T>(items: readonly T[], item: T): T[] {
  return items.includes(item) ? items.filter((other) => other !== item) : [...items, item];
}
