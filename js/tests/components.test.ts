import { afterEach, describe, expect, it, vi } from "vitest";
import { count, cutMiddle, percent } from "../src/components/format.ts";
import { cellFill, contrast, luminance, over, PALETTES } from "../src/components/ramp.ts";
import { followScheme, hostScheme, scheme } from "../src/components/scheme.ts";
import { estimate } from "../src/components/text-width.ts";
import { arrangement, geometry, RATE_GAP, RATE_TEXT } from "../src/views/matrix-geometry.ts";
import type { Metric } from "../src/views/matrix-options.ts";

const NBSP = "\u00a0";

describe("format", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [1000, "1,000"],
    [12_345_678, "12,345,678"],
  ])("count(%d) is %s", (value, text) => {
    expect(count(value)).toBe(text);
  });

  it.each([
    [0, "0"],
    [1e-9, "<1"],
    [0.0049, "<1"],
    [0.006, "1"],
    [0.471, "47"],
    [0.994, "99"],
    [0.995, ">99"],
    [0.999999, ">99"],
    [1, "100"],
  ])("percent(%d) is %s %%", (share, text) => {
    expect(percent(share)).toBe(`${text}${NBSP}%`);
  });

  it("says none only of none and all only of all", () => {
    for (let i = 1; i < 2000; i++) {
      expect(percent(i / 2000)).not.toBe(`0${NBSP}%`);
      expect(percent(i / 2000)).not.toBe(`100${NBSP}%`);
    }
  });

  it("has no share of nothing", () => {
    expect(percent(Number.NaN)).toBe("–");
    expect(percent(Number.POSITIVE_INFINITY)).toBe("–");
  });

  it.each([
    ["short", 10, "short"],
    ["exactly 10", 10, "exactly 10"],
    ["abcdefghij", 5, "ab…ij"],
    ["abcdefghij", 4, "ab…j"],
    ["abcdefghij", 2, "a…"],
    ["abcdefghij", 1, "…"],
    ["🦊🦊🦊🦊🦊🦊", 3, "🦊…🦊"],
    ["", 3, ""],
  ])("cuts %s to %d characters: %s", (text, length, expected) => {
    expect(cutMiddle(text, length)).toBe(expected);
  });
});

describe("ramp", () => {
  const shares = Array.from({ length: 1001 }, (_, i) => i / 1000);
  type Rgb = [number, number, number];

  function parse(colour: string): { rgb: Rgb; alpha: number } {
    const [r, g, b, alpha = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number);
    return { rgb: [r, g, b] as Rgb, alpha };
  }

  for (const host of ["light", "dark"] as const)
    for (const kind of ["mistake", "correct", "rest"] as const) {
      it(`keeps text readable at every share of a ${kind} on every ${host} ground`, () => {
        const { ink, grounds } = PALETTES[host];
        for (const share of shares) {
          const fill = cellFill(share, kind, host);
          const { rgb, alpha } = parse(fill.background);
          const text = fill.color === null ? ink : parse(fill.color).rgb;
          for (const ground of grounds)
            expect(
              contrast(text, over(ground, rgb, alpha)),
              `share ${share}`,
            ).toBeGreaterThanOrEqual(4.5);
        }
      });

      it(`grows with the share of a ${kind} in ${host}`, () => {
        const alphas = shares.map((share) => parse(cellFill(share, kind, host).background).alpha);
        for (let i = 1; i < alphas.length; i++)
          expect(alphas[i]).toBeGreaterThanOrEqual(alphas[i - 1] as number);
        expect(new Set(alphas).size).toBeGreaterThan(100);
        for (const ground of PALETTES[host].grounds) {
          const distances = alphas.map((alpha) => {
            const { rgb } = parse(cellFill(1, kind, host).background);
            return Math.abs(luminance(over(ground, rgb, alpha)) - luminance(ground));
          });
          for (let i = 1; i < distances.length; i++)
            expect(distances[i]).toBeGreaterThanOrEqual((distances[i - 1] as number) - 1e-12);
        }
      });
    }

  it("does not leave the ramp outside of 0 to 1", () => {
    expect(cellFill(-1, "mistake", "light")).toEqual(cellFill(0, "mistake", "light"));
    expect(cellFill(7, "mistake", "light")).toEqual(cellFill(1, "mistake", "light"));
  });

  it("measures contrast as WCAG does", () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 6);
    expect(contrast([119, 119, 119], [255, 255, 255])).toBeCloseTo(4.478, 3);
    expect(contrast([5, 5, 5], [5, 5, 5])).toBe(1);
  });
});

describe("the host's scheme", () => {
  const root = document.documentElement;

  afterEach(() => {
    for (const element of [root, document.body])
      for (const { name } of [...element.attributes]) element.removeAttribute(name);
    vi.unstubAllGlobals();
  });

  function prefers(dark: boolean): void {
    const query = { matches: dark, addEventListener: () => {} };
    vi.stubGlobal("matchMedia", () => query);
  }

  it.each<[string, () => void, "light" | "dark"]>([
    ["Lab, dark", () => document.body.setAttribute("data-jp-theme-light", "false"), "dark"],
    ["Lab, light", () => document.body.setAttribute("data-jp-theme-light", "true"), "light"],
    ["VS Code, dark", () => document.body.classList.add("vscode-dark"), "dark"],
    ["VS Code, light", () => document.body.classList.add("vscode-light"), "light"],
    ["VS Code, high contrast", () => document.body.classList.add("vscode-high-contrast"), "dark"],
    [
      "VS Code, light high contrast",
      () => document.body.classList.add("vscode-high-contrast", "vscode-high-contrast-light"),
      "light",
    ],
    ["Colab, dark", () => root.setAttribute("theme", "dark"), "dark"],
    ["Colab, light", () => root.setAttribute("theme", "light"), "light"],
    ["marimo, dark", () => document.body.classList.add("dark"), "dark"],
    ["marimo, light", () => document.body.classList.add("light"), "light"],
    ["a site, dark", () => root.setAttribute("data-theme", "dark"), "dark"],
    ["a site, light", () => root.setAttribute("data-theme", "light"), "light"],
  ])("is read from %s, against what the system prefers", (_, mark, expected) => {
    prefers(expected === "light");
    mark();
    expect(hostScheme()).toBe(expected);
  });

  it("is what the system prefers in a plain page", () => {
    prefers(true);
    expect(hostScheme()).toBe("dark");
    prefers(false);
    expect(hostScheme()).toBe("light");
  });

  it("is light where the system says nothing", () => {
    vi.stubGlobal("matchMedia", undefined);
    expect(hostScheme()).toBe("light");
  });

  it("is followed until the view ends", async () => {
    prefers(false);
    const element = document.createElement("div");
    const end = new AbortController();
    followScheme(element, end.signal);
    expect(element.dataset.scheme).toBe("light");
    document.body.setAttribute("data-jp-theme-light", "false");
    await vi.waitFor(() => expect(element.dataset.scheme).toBe("dark"));
    expect(scheme()).toBe("dark");
    end.abort();
    document.body.setAttribute("data-jp-theme-light", "true");
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(element.dataset.scheme).toBe("dark");
  });
});

describe("geometry", () => {
  function data(labels: string[], max: number) {
    const totals = new Float64Array(labels.length).fill(max);
    const sums = { row_totals: totals, column_totals: totals, hits: totals, counts: totals };
    const own = { ...sums, total: max, max, at: () => max };
    const rest = { squares: null, sums: null, sampled: false };
    return { n: labels.length, labels, ...own, mass: own, ...rest };
  }

  it("gives the largest count and total room in a cell", () => {
    for (const max of [1, 999_999, 123_456_789_012]) {
      const size = geometry(data(["a", "b"], max));
      expect(size.cell_width).toBeGreaterThanOrEqual(estimate(count(max)));
      // Totals are set smaller than labels, which is what is measured.
      expect(size.total_width).toBeGreaterThanOrEqual(estimate(count(max)) * 0.88);
    }
  });

  it("slants labels that do not fit over their cells, and cuts long ones", () => {
    expect(geometry(data(["a", "b"], 1)).slanted).toBe(false);
    const long = geometry(data(["a".repeat(300), "b"], 1));
    expect(long.slanted).toBe(true);
    expect(estimate(long.labels[0] ?? "")).toBeLessThanOrEqual(150);
    expect(long.row_header).toBeLessThan(400);
  });

  it("makes smaller cells for more classes", () => {
    const widths = [3, 10, 30].map(
      (n) =>
        geometry(
          data(
            Array.from({ length: n }, () => "a"),
            1,
          ),
        ).cell_width,
    );
    expect(widths[0]).toBeGreaterThan(widths[1] as number);
    expect(widths[1]).toBeGreaterThan(widths[2] as number);
  });

  it("estimates wide characters wider", () => {
    expect(estimate("日本")).toBeGreaterThan(estimate("ab"));
    expect(estimate("")).toBe(0);
  });
});

describe("arrangement", () => {
  function matrix(n: number, width: number) {
    const labels = Array.from({ length: n }, () => "a".repeat(10));
    const totals = new Float64Array(n).fill(1);
    const sums = { row_totals: totals, column_totals: totals, hits: totals, counts: totals };
    const own = { ...sums, total: 1, max: 1, at: () => 1 };
    const rest = { mass: own, squares: null, sums: null, sampled: false };
    return { ...geometry({ n, labels, ...own, ...rest }), width };
  }
  const at = (room: number, n: number, width: number, metrics: Metric[] | null = null) =>
    arrangement({ room, matrix: matrix(n, width), metrics, listed: n > 2 });

  it("puts all side by side where there is room", () => {
    expect(at(2000, 14, 900)).toMatchObject({ rates_beside: true, list_beside: true });
    expect(at(2000, 14, 900).metrics).toEqual(["precision", "recall", "f1"]);
    expect(at(0, 14, 900)).toEqual(at(100_000, 14, 900));
  });

  it("leaves F1 out rather than the list, unless it was asked for", () => {
    const tight = at(1430, 14, 900);
    expect(tight).toMatchObject({ list_beside: true, metrics: ["precision", "recall"] });
    const asked = at(1430, 14, 900, ["precision", "recall", "f1"]);
    expect(asked).toMatchObject({ list_beside: false, rates_beside: true });
  });

  it("leaves F1 out rather than putting the rates below", () => {
    expect(at(1200, 14, 900)).toMatchObject({
      rates_beside: true,
      list_beside: false,
      metrics: ["precision", "recall"],
    });
  });

  it("puts the rates below a matrix that fits alone", () => {
    expect(at(1000, 14, 900)).toMatchObject({ rates_beside: false, list_beside: false });
    expect(at(640, 14, 900).rates_beside).toBe(false);
  });

  it("keeps them beside a matrix that scrolls anyway", () => {
    expect(at(1500, 50, 2400)).toMatchObject({ rates_beside: true });
    expect(at(640, 50, 2400).rates_beside).toBe(false);
  });

  it("draws intervals of 64 to 96 px, and never wider than the page", () => {
    for (let room = 560; room < 2200; room += 7)
      for (const [n, width] of [
        [2, 300],
        [14, 900],
        [30, 1700],
      ] as const) {
        const { interval, rates_beside, list_beside, gap, metrics } = at(room, n, width);
        expect(interval).toBeGreaterThanOrEqual(64);
        expect(interval).toBeLessThanOrEqual(96);
        if (!rates_beside || width > room) continue;
        const rates = metrics.length * (RATE_TEXT + RATE_GAP + interval + 10) + 44;
        expect(width + gap + rates + (list_beside ? 232 + 24 : 0)).toBeLessThanOrEqual(room);
      }
  });
});
