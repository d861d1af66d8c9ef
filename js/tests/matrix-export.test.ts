import { describe, expect, it } from "vitest";
import type { MatrixData } from "../src/views/matrix-data.ts";
import { matrixAsCsv, matrixAsLatex, matrixAsMarkdown } from "../src/views/matrix-export.ts";

function dataOf(labels: string[], counts: number[]): MatrixData {
  const n = labels.length;
  const sums = (of: (i: number, j: number) => number) =>
    Float64Array.from(labels, (_, i) => labels.reduce((sum, _l, j) => sum + of(i, j), 0));
  const at = (t: number, p: number) => counts[t * n + p] ?? 0;
  const own = {
    counts: Float64Array.from(counts),
    row_totals: sums((i, j) => at(i, j)),
    column_totals: sums((i, j) => at(j, i)),
    hits: Float64Array.from(labels, (_, i) => at(i, i)),
    total: counts.reduce((a, b) => a + b, 0),
    max: Math.max(...counts),
    at,
  };
  return { n, labels, ...own, mass: own, squares: null, sums: null, sampled: false };
}

const plain = dataOf(["cat", "dog"], [1200, 400, 0, 0]);
const HOSTILE = dataOf(['a,"b"', "x|y\n&_{}$#%~^\\<[1]>"], [1, 2, 3, 4]);

/** What RFC 4180 says a reader does. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n"]*))(,|\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? bare ?? "");
    if (end === "\n") rows.push([]);
  }
  return rows.filter((row) => row.length);
}

describe("CSV", () => {
  it("has plain counts", () => {
    expect(matrixAsCsv(plain, null)).toBe("true \\ predicted,cat,dog\ncat,1200,400\ndog,0,0\n");
  });

  it("has shares between 0 and 1, and none of no rows", () => {
    expect(parseCsv(matrixAsCsv(plain, "true")).slice(1)).toEqual([
      ["cat", "0.75", "0.25"],
      ["dog", "", ""],
    ]);
    expect(matrixAsCsv(plain, "all")).toContain("dog,0,0");
  });

  it("gives back any name", () => {
    const [head, ...rows] = parseCsv(matrixAsCsv(HOSTILE, null));
    expect(head?.slice(1)).toEqual(HOSTILE.labels);
    expect(rows.map((row) => row[0])).toEqual(HOSTILE.labels);
  });
});

describe("CSV for a spreadsheet", () => {
  it("has names that begin like a formula as text, and numbers as numbers", () => {
    const names = ['=HYPERLINK("x")', "@SUM(1)", "\t=1", "-2+3", "-1", "+0.5", "-", "a=b"];
    const [head] = parseCsv(matrixAsCsv(dataOf(names, Array(64).fill(1)), null));
    expect(head?.slice(1)).toEqual([
      ...['\'=HYPERLINK("x")', "'@SUM(1)", "'\t=1", "'-2+3"],
      ...["-1", "+0.5", "-", "a=b"],
    ]);
  });
});

describe("Markdown", () => {
  it("shows what the screen shows", () => {
    expect(matrixAsMarkdown(plain, null)).toBe(
      [
        "| true ↓ predicted → | cat | dog |",
        "| --- | ---: | ---: |",
        "| cat | 1,200 | 400 |",
        "| dog | 0 | 0 |",
        "",
      ].join("\n"),
    );
    expect(matrixAsMarkdown(plain, "true")).toContain("| cat | 75 % | 25 % |");
  });

  it("keeps names in their cells", () => {
    const lines = matrixAsMarkdown(HOSTILE, null).trimEnd().split("\n");
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(line.replaceAll(/\\./g, "").split("|")).toHaveLength(5);
  });
});

describe("LaTeX", () => {
  it("is a tabular", () => {
    const text = matrixAsLatex(plain, "pred");
    expect(text).toMatch(/^\\begin\{tabular\}\{lrr\}\n/);
    expect(text).toContain("cat & 100\\,\\% & 100\\,\\% \\\\\n");
    expect(text.trimEnd()).toMatch(/\\end\{tabular\}$/);
  });

  it("takes no name as markup", () => {
    const line = matrixAsLatex(HOSTILE, null).split("\n")[5] ?? "";
    expect(line).toBe(
      "x\\textbar{}y \\&\\_\\{\\}\\$\\#\\%\\textasciitilde{}\\textasciicircum{}" +
        "\\textbackslash{}\\textless{}{[}1]\\textgreater{} & 3 & 4 \\\\",
    );
  });
});
