import { describe, expect, it } from "vitest";
import { decodeColumn } from "../src/store/columns.ts";
import { type Predicate, pairTest, words } from "../src/store/selection.ts";
import {
  allCorrect,
  allMistakes,
  type Cell,
  cellsPredicate,
  cellTest,
  mistakesPredicate,
  rectangle,
  sameCell,
} from "../src/views/cells.ts";
import { random, wireColumn } from "./fakes.ts";

const N = 6;
const LABELS = ["a", "b", "c", "d", "e", "f"];
const columns = new Map(
  ["y_true", "y_pred"].map((name) => [name, decodeColumn(name, wireColumn([], LABELS, name))]),
);
const PLAIN = { is_error: "is_error", group: [0, 1, 2, 3, 4, 5] };
const ALL_CELLS = rectangle([0, 0], [N - 1, N - 1]);

function cellsOf(predicate: ReturnType<typeof cellsPredicate>): string[] {
  const test = predicate && pairTest(predicate, columns);
  return ALL_CELLS.filter(([t, p]) => test?.(t, p)).map(String);
}

describe("cellsPredicate", () => {
  it.each(
    Array.from({ length: 80 }, (_, i) => i),
  )("holds for exactly the cells (round %i)", (seed) => {
    const pick = random(seed);
    const chosen = ALL_CELLS.filter(() => pick(7) < seed % 8);
    const shuffled = [...chosen, ...chosen.slice(0, 3)].sort(() => pick(3) - 1);
    expect(cellsOf(cellsPredicate(shuffled))).toEqual(chosen.map(String));
  });

  it("is nothing for no cell", () => {
    expect(cellsPredicate([])).toBeNull();
  });

  it("is one pair of conditions for a rectangle, whatever its corners", () => {
    const expected = {
      op: "all",
      of: [
        { op: "in", column: "y_true", codes: [1, 2] },
        { op: "in", column: "y_pred", codes: [0, 1, 2, 3] },
      ],
    };
    expect(cellsPredicate(rectangle([1, 0], [2, 3]))).toEqual(expected);
    expect(cellsPredicate(rectangle([2, 3], [1, 0]).reverse())).toEqual(expected);
  });

  it("does not depend on the order of the cells", () => {
    const cells: Cell[] = [
      [2, 1],
      [0, 3],
      [2, 0],
      [0, 1],
    ];
    expect(cellsPredicate(cells)).toEqual(cellsPredicate([...cells].reverse()));
  });
});

describe("mistakesPredicate", () => {
  it("holds for the mistakes of a class", () => {
    const missed = mistakesPredicate("y_true", [2], null, N);
    expect(cellsOf(missed)).toEqual(["2,0", "2,1", "2,3", "2,4", "2,5"]);
    expect(words(missed, columns)).toBe("true c → not predicted c");
    const wrong = mistakesPredicate("y_pred", [2], null, N);
    expect(cellsOf(wrong)).toEqual(["0,2", "1,2", "3,2", "4,2", "5,2"]);
    expect(words(wrong, columns)).toBe("not true c → predicted c");
  });
});

describe("sameCell", () => {
  it("compares by place", () => {
    expect(sameCell([1, 2], [1, 2])).toBe(true);
    expect(sameCell([1, 2], [2, 1])).toBe(false);
    expect(sameCell(null, null)).toBe(false);
  });
});

describe("cellTest", () => {
  const at = (column: string, ...codes: number[]): Predicate => ({ op: "in", column, codes });

  it.each([
    ["a row", at("y_true", 1)],
    ["a rectangle", { op: "all", of: [at("y_true", 1, 2), at("y_pred", 0, 5)] }],
    ["its axes exchanged", { op: "all", of: [at("y_pred", 1, 2), at("y_true", 0, 5)] }],
    ["none", { op: "any", of: [] }],
    ["all", { op: "all", of: [] }],
    ["a negation", { op: "not", of: { op: "all", of: [at("y_true", 3), at("y_pred", 3)] } }],
    [
      "a mixture",
      {
        op: "any",
        of: [
          { op: "all", of: [at("y_true", 1), at("y_pred", 1)] },
          { op: "not", of: at("y_pred", 0, 1, 2) },
          { op: "all", of: [at("y_true", 4), { op: "not", of: at("y_pred", 4) }] },
        ],
      },
    ],
  ] as [string, Predicate][])("agrees with the predicate for %s", (_, predicate) => {
    const [mine, exact] = [cellTest(predicate, columns, PLAIN), pairTest(predicate, columns)];
    for (const [t, p] of ALL_CELLS) expect(mine?.(t, p)).toBe(exact?.(t, p));
  });

  it("knows which cells are mistakes", () => {
    const wrong = cellTest(at("is_error", 1), columns, PLAIN);
    for (const [t, p] of ALL_CELLS) expect(wrong?.(t, p)).toBe(t !== p);
    const both = cellTest({ op: "not", of: at("is_error", 0, 1) }, columns, PLAIN);
    expect(ALL_CELLS.some(([t, p]) => both?.(t, p))).toBe(false);
  });

  it("is none when the predicate speaks of anything else", () => {
    expect(cellTest(at("age", 1), columns, PLAIN)).toBeNull();
    expect(cellTest({ op: "any", of: [at("y_true", 1), at("age", 1)] }, columns, PLAIN)).toBeNull();
    expect(cellTest({ op: "not", of: at("age", 1) }, columns, PLAIN)).toBeNull();
  });
});

describe("all mistakes", () => {
  it.each([false, true])("are all cells beside the diagonal (a column says so: %s)", (known) => {
    const is_error = known ? "is_error" : null;
    for (const [predicate, wrong] of [
      [allMistakes(is_error, N), true],
      [allCorrect(is_error, N), false],
    ] as const) {
      const test = cellTest(predicate, columns, PLAIN);
      for (const [t, p] of ALL_CELLS) expect(test?.(t, p)).toBe((t !== p) === wrong);
    }
    const among = cellTest(mistakesPredicate("y_true", [4, 2], is_error, N), columns, PLAIN);
    for (const [t, p] of ALL_CELLS) expect(among?.(t, p)).toBe([2, 4].includes(t) && t !== p);
  });

  it("are none inside a group of merged classes", () => {
    const merged = { is_error: "is_error", group: [0, 0, 2, 3, 4, 5] };
    const test = cellTest(allMistakes("is_error", N), columns, merged);
    expect(test?.(0, 1)).toBe(false);
    expect(test?.(1, 2)).toBe(true);
  });
});
