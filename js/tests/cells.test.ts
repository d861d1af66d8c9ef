import { describe, expect, it } from "vitest";
import { decodeColumn } from "../src/store/columns.ts";
import { pairTest, words } from "../src/store/selection.ts";
import {
  type Cell,
  cellsPredicate,
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
    const missed = mistakesPredicate("y_true", [2], columns, N);
    expect(cellsOf(missed)).toEqual(["2,0", "2,1", "2,3", "2,4", "2,5"]);
    expect(words(missed, columns)).toBe("true c → not predicted c");
    const wrong = mistakesPredicate("y_pred", [2], columns, N);
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
