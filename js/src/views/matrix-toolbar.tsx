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
  /** No room: everything is behind "More". */
  folded: boolean;
  copied: boolean;
  onChange(patch: Partial<MatrixOptions>): void;
  onSelectAll(what: "errors" | "correct"): void;
  onCopy(format: Format): void;
}

export const FORMATS = ["CSV", "Markdown", "LaTeX"] as const;
export type Format = (typeof FORMATS)[number];

export function Toolbar(props: Props) {
  const { options, folded, onChange } = props;
  const orders = knownOrders(props.clustered);
  return (
    <>
      {!folded && (
        <>
          <Segments
            label="share of"
            shown
            options={NORMALIZE}
            value={options.normalize}
            onChange={(normalize) => onChange({ normalize })}
          />
          <Select
            label="Order"
            options={orders}
            value={options.order}
            onChange={(order) => onChange({ order })}
          />
          <Segments
            label="Colour"
            options={COLOR}
            value={options.color}
            onChange={(color) => onChange({ color })}
          />
        </>
      )}
      <Menu label="More" notice={props.copied ? "Copied" : null} groups={groups(props)} />
    </>
  );
}

function knownOrders(clustered: boolean): readonly (readonly [Order, string])[] {
  return ORDER.filter(([order]) => order !== "cluster" || clustered);
}

function groups(props: Props): MenuGroup[] {
  const { options, metrics, clustered, folded, onChange, onSelectAll, onCopy } = props;
  const radio = <K extends "normalize" | "order" | "color">(
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
  const controls: MenuGroup[] = [
    {
      label: "Numbers",
      items: radio("normalize", NORMALIZE, (text) =>
        text === "Count" ? text : `Share of ${text.toLowerCase()}`,
      ),
    },
    { label: "Order", items: radio("order", knownOrders(clustered), (text) => `Order: ${text}`) },
    { label: "Colour", items: radio("color", COLOR, (text) => text) },
  ];
  return [
    {
      label: "Select",
      items: [
        { label: "All errors", kind: "action", run: () => onSelectAll("errors") },
        { label: "All correct", kind: "action", run: () => onSelectAll("correct") },
      ],
    },
    ...(folded ? controls : []),
    {
      label: "Show",
      items: [
        ...METRICS.map(([metric, name]) => ({
          label: name.charAt(0).toUpperCase() + name.slice(1),
          kind: "check" as const,
          checked: metrics.includes(metric),
          run: () => onChange({ metrics: toggled(metrics, metric) }),
        })),
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
