// What is on screen as text for other programs: order, folding and shares included.
import { count, percent } from "../components/format.ts";
import type { MatrixData } from "./matrix-data.ts";
import type { Normalize } from "./matrix-options.ts";
import { shareOf } from "./matrix-values.ts";

interface Table {
  head: string[];
  rows: string[][];
}

/** What stands in a cell, where that is neither its count nor its share. */
export type CellText = (row: number, column: number) => string;

const CORNER = "true ↓ predicted →";
const DECIMALS = 6;

/** Counts as plain integers, shares between 0 and 1. */
export function matrixAsCsv(data: MatrixData, normalize: Normalize, own?: CellText): string {
  const share = (row: number, column: number) => plain(shareOf(data, normalize, row, column));
  const amount = (row: number, column: number) => String(data.at(row, column));
  const number = own ?? (normalize === null ? amount : share);
  const { head, rows } = table(data, "true \\ predicted", number);
  return lines([head, ...rows].map((cells) => cells.map(csvField).join(",")));
}

/** A table of numbers as they are shown. */
export function matrixAsMarkdown(data: MatrixData, normalize: Normalize, own?: CellText): string {
  const { head, rows } = table(data, CORNER, own ?? shown(data, normalize));
  const line = (cells: string[]) => `| ${cells.map(markdownText).join(" | ")} |`;
  const rule = `| --- |${" ---: |".repeat(data.n)}`;
  return lines([line(head), rule, ...rows.map(line)]);
}

/** A `tabular` that needs no package. */
export function matrixAsLatex(data: MatrixData, normalize: Normalize, own?: CellText): string {
  const { head, rows } = table(data, "true / predicted", own ?? shown(data, normalize));
  const line = (cells: string[]) => `${cells.map(latexText).join(" & ")} \\\\`;
  return lines([
    `\\begin{tabular}{l${"r".repeat(data.n)}}`,
    "\\hline",
    line(head),
    "\\hline",
    ...rows.map(line),
    "\\hline",
    "\\end{tabular}",
  ]);
}

function table(
  { labels }: MatrixData,
  corner: string,
  cell: (row: number, column: number) => string,
): Table {
  return {
    head: [corner, ...labels],
    rows: labels.map((label, row) => [label, ...labels.map((_, column) => cell(row, column))]),
  };
}

function shown(data: MatrixData, normalize: Normalize) {
  return (row: number, column: number) => {
    if (normalize === null) return count(data.at(row, column));
    return percent(shareOf(data, normalize, row, column));
  };
}

/** Empty where there is no share. */
function plain(share: number): string {
  return Number.isFinite(share) ? String(Number(share.toFixed(DECIMALS))) : "";
}

function lines(all: string[]): string {
  return `${all.join("\n")}\n`;
}

function csvField(text: string): string {
  const field = isFormula(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** A spreadsheet would compute it, unless an apostrophe says that it is text. */
function isFormula(text: string): boolean {
  return /^[=+\-@\t\r]./s.test(text) && !Number.isFinite(Number(text));
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n\u2028\u2029]+\s*/g, " ");
}

function markdownText(text: string): string {
  return oneLine(text)
    .replace(/[\\|`*_<>[\]~$&#]/g, "\\$&")
    .replaceAll("\u00a0", " ");
}

const LATEX: Record<string, string> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  "\u00a0": "\\,",
};

function latexText(text: string): string {
  return oneLine(text)
    .replace(/[\\~^<>|\u00a0]|[&%$#_{}]/g, (c) => LATEX[c] ?? `\\${c}`)
    .replaceAll("[", "{[}"); // after a line break it would be read as a distance
}
