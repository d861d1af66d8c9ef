// @vitest-environment node
// A style sheet is a view's own or everybody's: what one view calls a class moves no other view.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const SOURCE = new URL("../src/", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, SOURCE), "utf8");
const SHARED = ["base", "components"];
const VIEWS = ["matrix", "slices", "explanation"];

/** Selectors of a sheet, each with the classes that it names. */
function selectors(sheet: string): string[][] {
  const text = read(`styles/${sheet}.css`).replace(/\/\*.*?\*\//gs, "");
  return [...text.matchAll(/([^{};]+)\{/g)]
    .map(([, selector = ""]) =>
      [...selector.matchAll(/\.(ew-[\w-]+)/g)].map(([, name = ""]) => name),
    )
    .filter((names) => names.length);
}

const named = new Map([...SHARED, ...VIEWS].map((one) => [one, new Set(selectors(one).flat())]));
const classes = (sheet: string) => named.get(sheet) ?? new Set<string>();
const shared = new Set(SHARED.flatMap((sheet) => [...classes(sheet)]));

/** Whose style sheet a module of the views may use. */
function owner(file: string): string {
  if (file.startsWith("slice-")) return "slices";
  return file.startsWith("explanation-") ? "explanation" : "matrix";
}

describe.each(VIEWS)("the style sheet of the %s", (sheet) => {
  it("changes what is shared only inside what is its own", () => {
    const others = new Set(
      VIEWS.filter((one) => one !== sheet).flatMap((one) => [...classes(one)]),
    );
    const own = (name: string) => !shared.has(name) && !others.has(name);
    const wide = selectors(sheet).filter((names) => !names.some(own));
    expect(wide).toEqual([]);
  });
});

const FILES = readdirSync(new URL("views/", SOURCE)).filter((name) => name.endsWith(".tsx"));

it.each(FILES)("%s uses no class of another view", (file) => {
  const used = [...read(`views/${file}`).matchAll(/(?<![-\w])ew-[\w-]+/g)].map(([name]) => name);
  const other = VIEWS.filter((one) => one !== owner(file)).flatMap((one) => [...classes(one)]);
  const mine = new Set([...shared, ...classes(owner(file))]);
  expect(used.filter((name) => other.includes(name) && !mine.has(name))).toEqual([]);
});
