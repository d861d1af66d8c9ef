import { describe, expect, it } from "vitest";
import { move, typeAhead } from "../src/views/matrix-keys.ts";

const N = 30;

function at(row: number, column: number) {
  return { row, column };
}

describe("move", () => {
  it.each([
    ["ArrowUp", false, at(5, 5), at(4, 5)],
    ["ArrowDown", false, at(5, 5), at(6, 5)],
    ["ArrowLeft", false, at(5, 5), at(5, 4)],
    ["ArrowRight", false, at(5, 5), at(5, 6)],
    ["ArrowUp", true, at(5, 5), at(-1, 5)],
    ["ArrowDown", true, at(5, 5), at(29, 5)],
    ["ArrowLeft", true, at(5, 5), at(5, -1)],
    ["ArrowRight", true, at(5, 5), at(5, 29)],
    ["PageUp", false, at(25, 5), at(15, 5)],
    ["PageUp", false, at(5, 5), at(0, 5)],
    ["PageUp", false, at(-1, 5), at(-1, 5)],
    ["PageDown", false, at(5, 5), at(15, 5)],
    ["PageDown", false, at(25, 5), at(29, 5)],
    ["PageDown", false, at(-1, 5), at(9, 5)],
    ["Home", false, at(5, 5), at(5, 0)],
    ["End", false, at(5, 5), at(5, 29)],
    ["Home", true, at(5, 5), at(0, 0)],
    ["End", true, at(5, 5), at(29, 29)],
    ["Home", false, at(-1, 5), at(-1, 0)],
    ["End", false, at(5, -1), at(5, 29)],
  ])("%s (far: %s) leads from %o to %o", (key, far, from, to) => {
    expect(move(key, from, N, far)).toEqual(to);
  });

  it("reaches both headers and never the corner between them", () => {
    expect(move("ArrowUp", at(0, 3), N, false)).toEqual(at(-1, 3));
    expect(move("ArrowLeft", at(3, 0), N, false)).toEqual(at(3, -1));
    expect(move("ArrowLeft", at(-1, 0), N, false)).toEqual(at(-1, 0));
    expect(move("ArrowUp", at(0, -1), N, false)).toEqual(at(0, -1));
    expect(move("ArrowUp", at(5, -1), N, true)).not.toEqual(at(-1, -1));
    expect(move("ArrowLeft", at(-1, 5), N, true)).not.toEqual(at(-1, -1));
  });

  const KEYS = [
    "ArrowUp",
    "ArrowDown",
    "ArrowLeft",
    "ArrowRight",
    "PageUp",
    "PageDown",
    "Home",
    "End",
  ];
  it.each(KEYS)("%s stays inside from everywhere", (key) => {
    for (const n of [1, 2, 12])
      for (let row = -1; row < n; row++)
        for (let column = -1; column < n; column++)
          for (const far of [false, true]) {
            if (row < 0 && column < 0) continue;
            const next = move(key, at(row, column), n, far);
            expect(next).not.toBeNull();
            if (!next) continue;
            expect(next.row).toBeGreaterThanOrEqual(-1);
            expect(next.column).toBeGreaterThanOrEqual(-1);
            expect(next.row).toBeLessThan(n);
            expect(next.column).toBeLessThan(n);
            expect(next.row < 0 && next.column < 0).toBe(false);
          }
  });

  it.each([
    "Enter",
    " ",
    "Escape",
    "Tab",
    "a",
    "F1",
    "Shift",
    "Unidentified",
  ])("%s does not move", (key) => {
    expect(move(key, at(1, 1), N, false)).toBeNull();
  });
});

describe("typeAhead", () => {
  const labels = ["Ape", "bat", "bear", "Beaver", "cat", "Ölfisch"];
  const fresh = { text: "", at: -10_000 };

  function type(keys: string, row: number, pause = 100): (number | null)[] {
    let typed = fresh;
    let now = 5_000;
    let here = row;
    return [...keys].map((key) => {
      const found = typeAhead(key, typed, now, labels, here);
      typed = found.typed;
      here = found.row ?? here;
      now += pause;
      return found.row;
    });
  }

  it("goes to the next class that starts with the letter, around the end", () => {
    expect(type("b", 0)).toEqual([1]);
    expect(type("b", 1)).toEqual([2]);
    expect(type("b", 3)).toEqual([1]);
    expect(type("a", 0)).toEqual([0]);
  });

  it("refines with more letters in one go", () => {
    expect(type("bea", 0)).toEqual([1, 2, 2]);
    expect(type("beav", 0)).toEqual([1, 2, 2, 3]);
  });

  it("starts again after a pause", () => {
    expect(type("bb", 0, 1_000)).toEqual([1, 2]);
  });

  it("ignores case and takes any letter", () => {
    expect(type("APE", 3)).toEqual([0, 0, 0]);
    expect(type("ö", 0)).toEqual([5]);
    expect(type("Ö", 0)).toEqual([5]);
  });

  it("finds nothing where nothing starts so, and works from a header", () => {
    expect(type("x", 0)).toEqual([null]);
    expect(type("bx", 0)).toEqual([1, null]);
    expect(type("a", -1)).toEqual([0]);
    expect(typeAhead("a", fresh, 0, [], 0).row).toBeNull();
  });
});
