import { act, fireEvent, render, screen } from "@testing-library/preact";
import { describe, expect, it } from "vitest";
import { signed, sized } from "../src/components/format.ts";
import { packRows, unpackRows } from "../src/store/codes.ts";
import { type Contrast, type Explained, Explanations, type Row } from "../src/store/explained.ts";
import { between, holds, toggled } from "../src/store/narrowing.ts";
import type { Predicate } from "../src/store/selection.ts";
import { ExplanationPanel } from "../src/views/explanation-panel.tsx";
import { waterfall } from "../src/views/explanation-row.tsx";
import { binnedColumn, FakeModel, makeOptions, makeStore, random, wireColumn } from "./fakes.ts";
import { quietPage } from "./matrix-page.tsx";

quietPage();

const SOURCE = "explanation_panel-1";
const N = 40;
const draw = random(3);
const side = Array.from({ length: N }, () => draw(2));
const age = Array.from({ length: N }, () => draw(4));
const wrong = Array.from({ length: N }, () => draw(2));

const ROWS = {
  labels: ["no", "yes"],
  y_true: side.map(() => 0),
  y_pred: wrong,
  columns: {
    is_error: { ...wireColumn(wrong, ["False", "True"], "is_error"), literals: ["False", "True"] },
    side: wireColumn(side, ["left", "<b>right</b>"], "side"),
    age: binnedColumn(age, ["18", "30", "42", "61"], ["29", "41", "60", "79"], "age"),
  },
};

const isWrong: Predicate = { op: "in", column: "is_error", codes: [1] };
const left: Predicate = { op: "in", column: "side", codes: [0] };
const right: Predicate = { op: "in", column: "side", codes: [1] };
const old: Predicate = { op: "range", column: "age", low: "60", high: null, closed: "right" };

const CONTRAST: Contrast = {
  what: "mistakes",
  n_selected: 20,
  n_other: 1200,
  against: "correct rows",
  base: isWrong,
  note: "1 of 2 features differ beyond chance (false discovery rate 5 %). selected: x.",
  space: "log-odds",
  output: "Output for yes",
  n_explained: [20, 1000],
  more: true,
  rows: [
    {
      feature: "side",
      words: "side is left in 40 % (correct rows 38 %)",
      a: 0.1,
      b: 0.2,
      q: [0.5, 0.6],
      differs: false,
      best: { words: "side = left", where: left, selected: 0.4, other: 0.38 },
      values: [
        { words: "side = left", where: left, selected: 0.4, other: 0.38 },
        { words: "side = <b>right</b>", where: right, selected: 0.6, other: 0.62 },
      ],
    },
    {
      feature: "age",
      words: "age is 55 on average",
      a: 0.8,
      b: 0.4,
      q: [0.001, 0.01],
      differs: true,
      best: { words: "age > 60", where: old, selected: 0.7, other: 0.2 },
      values: [],
    },
  ],
};

const EXPLAINED: Explained = {
  asked: { method: "shap", target: "1", loss: false, against: "rest" },
  kind: "table",
  targets: [
    ["true_class", "the true class"],
    ["0", "no"],
    ["1", "yes"],
  ],
  methods: ["shap", "lime", "both"],
  has_loss: true,
  has_correct: true,
  model: "Tree",
  missing: null,
  task: "binary",
  saves_rows: false,
  contrast: CONTRAST,
  overall: { ...CONTRAST, base: null },
};

const ROW: Row = {
  position: 7,
  label: "r<i>7</i>",
  nth: 2,
  total: 9,
  selected: false,
  loss: 1.2,
  is_error: true,
  true: "no",
  predicted: "yes",
  probabilities: [
    { code: 0, label: "no", p: 0.3 },
    { code: 1, label: "yes", p: 0.7 },
  ],
  explained: [
    {
      method: "shap",
      base: 0.1,
      output: 0.85,
      said: "Output for yes",
      space: "log-odds",
      exact: true,
      route: "SHAP's linear explainer",
      fit: null,
      kind: "table",
      features: [
        { feature: "side", value: "<b>right</b>", attribution: -0.25, error: null, where: right },
        { feature: "age", value: "64", attribution: 1, error: null, where: old },
      ],
    },
  ],
};

interface Shown {
  settings?: Record<string, unknown>;
  explained?: Partial<Explained>;
  live?: boolean;
  traits?: Record<string, unknown>;
}

async function show({ settings = {}, explained = {}, live = true, traits = {} }: Shown = {}) {
  const { store, model } = makeStore(ROWS, SOURCE);
  const { options } = makeOptions(settings);
  const view = new FakeModel({ _content: { ...EXPLAINED, ...explained }, ...traits });
  const sent: Record<string, unknown>[] = [];
  view.send = (content: unknown) => sent.push(content as Record<string, unknown>);
  const content = new Explanations(view, new AbortController().signal);
  store.link.status.value = live ? "live" : "saved";
  await act(async () => {
    render(<ExplanationPanel store={store} source={SOURCE} options={options} content={content} />);
  });
  const hear = (message: object, buffers: DataView[] = []) =>
    act(async () => view.emit("msg:custom", message, buffers));
  const row = (patch: Partial<Row> = {}) => hear({ kind: "row", row: { ...ROW, ...patch } });
  const cohorts = (names: string[]) =>
    act(async () => {
      model.traits.set("info", { ...(model.traits.get("info") as object), cohorts: names });
      model.emit("change:info");
    });
  return { store, view, sent, options, hear, row, content, cohorts };
}

const click = (element: Element, init: MouseEventInit = {}) =>
  act(async () => {
    fireEvent.click(element, init);
  });
const lines = (label: string | RegExp) => [
  ...screen
    .getByRole(/share/.test(String(label)) ? "treegrid" : "grid", { name: label })
    .querySelectorAll<HTMLElement>(".ew-rated-row"),
];
const texts = (label: string | RegExp) => lines(label).map((line) => line.textContent);
const open = (name: string) => click(screen.getByRole("tab", { name }));

describe("the row", () => {
  it("is asked for once, and moves through the selection", async () => {
    const { sent, row } = await show();
    expect(sent).toEqual([{ kind: "row", step: 0, now: false }]);
    await row();
    expect(document.querySelector(".ew-place")?.textContent).toContain("2 of 9 mistakes");
    expect(document.querySelector(".ew-place i, .ew-place b")).toBeNull();
    await click(screen.getByRole("button", { name: "Next row" }));
    await click(screen.getByRole("button", { name: "Previous row" }));
    expect(sent.slice(1)).toEqual([
      { kind: "row", step: 1, now: false },
      { kind: "row", step: -1, now: false },
    ]);
    await row({ nth: 9, selected: true });
    expect(document.querySelector(".ew-place")?.textContent).toContain("9 of 9 selected");
    expect(screen.getByRole("button", { name: "Next row" }).hasAttribute("disabled")).toBe(true);
  });

  it("shows contributions by their size, with their sum", async () => {
    const { row } = await show();
    await row();
    expect(texts("What pushed the model")).toEqual(["age = 64 +1.00", "side = <b>right</b> −0.25"]);
    expect(document.querySelector(".ew-sum")?.textContent).toBe(
      "average output 0.10= 0.85 log-odds",
    );
    expect(document.querySelector(".ew-answer")?.textContent).toContain("yes, a mistake");
  });

  it("selects the rows that are like it in a feature", async () => {
    const { row, store } = await show();
    await row();
    await click(lines("What pushed the model")[0] as Element);
    expect(store.own(SOURCE)).toEqual(old);
    await click(lines("What pushed the model")[1] as Element);
    expect(store.own(SOURCE)).toEqual({ op: "all", of: [old, right] });
    expect(lines("What pushed the model")[0]?.getAttribute("aria-selected")).toBe("true");
    await click(lines("What pushed the model")[0] as Element);
    expect(store.own(SOURCE)).toEqual(right);
  });

  it("is explained toward another class by a click", async () => {
    const { row, sent } = await show();
    await row();
    const other = screen.getByRole("button", { name: "0.30 no, explain this class" });
    expect(other.getAttribute("aria-pressed")).toBe("false");
    await click(other);
    const asked = { ...EXPLAINED.asked, target: "0" };
    expect(sent.at(-1)).toEqual({ kind: "ask", asked });
    await click(screen.getByRole("radio", { name: "Loss" }));
    expect(sent.at(-1)).toEqual({ kind: "ask", asked: { ...asked, loss: true } });
    expect(screen.queryByRole("combobox", { name: "toward" })).toBeNull();
  });

  it("shows both methods, with how far they agree", async () => {
    const { row } = await show();
    const [first] = ROW.explained;
    const lime = { ...first, method: "lime", fit: 0.5, exact: false } as Row["explained"][0];
    await row({ explained: [first as Row["explained"][0], lime], agreement: "They agree." });
    expect(texts("What pushed the model")[0]).toBe("age = 64 +1.00+1.00");
    expect(document.querySelector(".ew-why-row")?.textContent).toContain("They agree.");
    expect(document.querySelector(".ew-why-row")?.textContent).toContain("R² 0.50 here");
  });

  it("waits until it is asked for where that takes long", async () => {
    const { row, sent } = await show();
    await row({ waits: true, explained: [] });
    await click(screen.getByRole("button", { name: "Explain this row" }));
    expect(sent.at(-1)).toEqual({ kind: "row", step: 0, now: true });
  });

  it("shows why it is not explained", async () => {
    const { row } = await show();
    await row({ explained: [], problem: "The model is <b>out</b> of paper." });
    expect(screen.getByRole("alert").textContent).toBe("The model is <b>out</b> of paper.");
  });

  it("of a text shows words, of an image cells, neither as markup", async () => {
    const { row, hear } = await show();
    const [first] = ROW.explained as [Row["explained"][0]];
    const tokens: [string, number][] = [
      ["<b>bad</b>", 0.4],
      [" day", -0.3],
      [".", 0],
    ];
    await row({ explained: [{ ...first, kind: "text", tokens }] });
    const words = document.querySelector(".ew-tokens");
    expect(words?.textContent).toBe("<b>bad</b> day.");
    expect([...(words?.children ?? [])].map((one) => one.className)).toEqual([
      "ew-token-toward",
      "ew-token-away",
      "",
    ]);
    expect(screen.getByRole("table").textContent).toBe("<b>bad</b>+0.40day−0.30");
    const cells = [
      [0.5, 0],
      [-0.4, 0.1],
    ];
    await hear(
      {
        kind: "row",
        row: { ...ROW, shape: [2, 2, 1], explained: [{ ...first, kind: "image", cells }] },
      },
      [new DataView(new ArrayBuffer(4))],
    );
    const picture = screen.getByRole("img");
    expect(picture.getAttribute("aria-label")).toContain("row 1 column 1 +0.50");
    expect([...picture.querySelectorAll("text")].map((one) => one.textContent)).toEqual(["+", "−"]);
    expect(picture.querySelectorAll("rect")).toHaveLength(3);
  });
});

describe("a waterfall", () => {
  const of = (values: number[]) =>
    values.map((attribution, i) => ({
      feature: `f${i}`,
      value: "",
      attribution,
      error: null,
      where: null,
    }));

  it("begins at the base, ends at the sum, and leaves nothing out", () => {
    const values = Array.from({ length: 30 }, () => draw(100) / 50 - 1);
    const bars = waterfall(of(values), 0.5, 8, new Map());
    expect(bars).toHaveLength(9);
    expect(bars[0]?.from).toBe(0.5);
    const last = bars.at(-1);
    const sum = values.reduce((total, value) => total + value, 0.5);
    expect((last?.from ?? 0) + (last?.attribution ?? 0)).toBeCloseTo(sum, 10);
    expect(last?.feature).toBe("22 more");
    for (const [i, bar] of bars.entries())
      if (i)
        expect(bar.from).toBeCloseTo((bars[i - 1]?.from ?? 0) + (bars[i - 1]?.attribution ?? 0));
  });

  it("never stands one feature for one", () => {
    expect(waterfall(of([1, 2, 3]), 0, 2, new Map())).toHaveLength(3);
  });
});

describe("a selection against the rest", () => {
  const LIST = /^What 20 mistakes share/;

  it("lists what differs first and narrows to its rows", async () => {
    const { store } = await show();
    expect(texts(LIST)[0]).toMatch(/^age > 60 in 70\u00a0% \(20\u00a0%\)/);
    await click(lines(LIST)[0] as Element);
    expect(store.own(SOURCE)).toEqual({ op: "all", of: [isWrong, old] });
    expect(lines(LIST)[0]?.getAttribute("aria-selected")).toBe("true");
    await click(lines(LIST)[1] as Element);
    expect(store.own(SOURCE)).toEqual({ op: "all", of: [isWrong, old, left] });
    await click(lines(LIST)[0] as Element);
    expect(store.own(SOURCE)).toEqual({ op: "all", of: [isWrong, left] });
    await click(lines(LIST)[1] as Element);
    expect(store.own(SOURCE)).toBeNull();
  });

  it("opens a feature's values with the keys", async () => {
    const { store } = await show();
    await act(async () => lines(LIST)[1]?.focus());
    await act(async () => {
      fireEvent.keyDown(document.activeElement as Element, { key: "ArrowRight" });
    });
    expect(texts(LIST)[3]).toMatch(/^side = <b>right<\/b> in 60/);
    await click(lines(LIST)[3] as Element);
    expect(store.own(SOURCE)).toEqual({ op: "all", of: [isWrong, right] });
  });

  it("says what was explained, and explains more when asked", async () => {
    const { sent } = await show();
    const said = screen.getByRole("tabpanel").textContent;
    expect(said).toContain("1 of 2 features differ beyond chance (false discovery rate 5 %).");
    expect(said).toContain("Explained 20 mistakes and 1,000 of 1,200 correct rows, random samples");
    await click(screen.getByRole("button", { name: "Explain more rows" }));
    expect(sent.at(-1)).toEqual({ kind: "more" });
    fireEvent.change(screen.getByRole("combobox", { name: "against" }), {
      target: { value: "correct" },
    });
    expect(sent.at(-1)).toEqual({ kind: "ask", asked: { ...EXPLAINED.asked, against: "correct" } });
  });

  it("can be held against every cohort that there is", async () => {
    const { sent, cohorts } = await show();
    const choices = () =>
      [...screen.getByRole("combobox", { name: "against" }).querySelectorAll("option")].map(
        (one) => one.textContent,
      );
    expect(choices()).toEqual(["the rest", "correct rows"]);
    await cohorts(["<i>old</i>"]);
    expect(choices()).toEqual(["the rest", "correct rows", "<i>old</i>"]);
    fireEvent.change(screen.getByRole("combobox", { name: "against" }), {
      target: { value: "cohort.<i>old</i>" },
    });
    const asked = { ...EXPLAINED.asked, against: "cohort.<i>old</i>" };
    expect(sent.at(-1)).toEqual({ kind: "ask", asked });
    await cohorts([]);
    expect(choices()).toEqual(["the rest", "correct rows", "<i>old</i> (gone)"]);
  });

  it("says why there is nothing", async () => {
    await show({ explained: { contrast: { ...CONTRAST, problem: "There is 1 row." } } });
    expect(screen.getByRole("note").textContent).toBe("There is 1 row.");
  });

  it("waits where it takes long", async () => {
    const waits = { rows: [20, 1000] as [number, number], seconds: 42 };
    const { sent } = await show({ explained: { contrast: { ...CONTRAST, waits } } });
    expect(screen.getByRole("tabpanel").textContent).toContain("about 42 s");
    await click(screen.getByRole("button", { name: "Explain 1,020 rows" }));
    expect(sent.at(-1)).toEqual({ kind: "more" });
  });

  it("shows of all mistakes how hard features pull", async () => {
    await show();
    await open("Global");
    expect(screen.getByRole("grid", { name: /share/ }).textContent).toContain(
      "age 2.0 times as hard in mistakes",
    );
  });

  it("shows progress and cancels", async () => {
    const { hear, sent } = await show();
    await hear({ kind: "task", state: "running", what: "Explaining", done: 0.3 });
    const bar = await screen.findByRole("progressbar", {}, { timeout: 2000 });
    expect(bar.getAttribute("aria-valuenow")).toBe("30");
    await click(screen.getByRole("button", { name: "Cancel" }));
    expect(sent.at(-1)).toEqual({ kind: "cancel" });
    await hear({ kind: "task", state: "failed", message: "No <i>luck</i>" });
    expect(screen.getByRole("alert").textContent).toBe("No <i>luck</i>");
  });

  it("shows the progress of one work although another has ended", async () => {
    const { hear } = await show();
    await hear({
      kind: "task",
      of: "row",
      state: "running",
      what: "Explaining the row",
      done: 0.5,
    });
    await hear({ kind: "task", of: "edit", state: "ended" });
    await hear({ kind: "task", of: "", state: "ended" });
    const bar = await screen.findByRole("progressbar", {}, { timeout: 2000 });
    expect(bar.getAttribute("aria-valuenow")).toBe("50");
    await hear({ kind: "task", of: "row", state: "ended" });
    expect(screen.queryByRole("progressbar")).toBeNull();
  });
});

function view(values: ArrayLike<number>, Type: typeof Uint32Array | typeof Float32Array) {
  return new DataView(Type.from(values as number[]).buffer);
}

const POSITIONS = [2, 5, 7, 11];
const MANY = {
  features: ["side", "age"],
  method: "shap",
  space: "log-odds",
  said: "Output for yes",
  exact: true,
  route: "SHAP",
  positions: view(POSITIONS, Uint32Array),
  values: view([0.5, -1, 0.25, 2, -0.5, 0.125, 0, 1], Float32Array),
  bases: view([0.5, 0.5, 0.5, 0.5], Float32Array),
  outputs: view([0, 2.75, 0.125, 1.5], Float32Array),
};

describe("attributions over values", () => {
  const options = () => screen.getAllByRole("option").filter((one) => one.dataset.bin);

  it("draw a point per row over the strongest feature", async () => {
    await show({ traits: { _attributions: MANY }, settings: { tab: "values" } });
    expect((screen.getByRole("combobox", { name: "feature" }) as HTMLSelectElement).value).toBe(
      "age",
    );
    expect(document.querySelectorAll(".ew-point")).toHaveLength(4);
    expect(document.querySelectorAll(".ew-point-wrong")).toHaveLength(
      POSITIONS.filter((position) => wrong[position]).length,
    );
    for (const [bin, option] of options().entries()) {
      const at = POSITIONS.flatMap((position, i) =>
        age[position] === bin ? [[-1, 2, 0.125, 1][i] as number] : [],
      );
      const mean = at.reduce((sum, one) => sum + one, 0) / at.length;
      const said = option.getAttribute("aria-label");
      if (at.length) expect(said).toContain(`${at.length} row`);
      if (at.length) expect(said).toContain(signed(mean, 2));
      else expect(said).toContain("no rows explained");
    }
  });

  it("select values and ranges of them with the keys", async () => {
    const { store } = await show({
      traits: { _attributions: MANY },
      settings: { tab: "values", feature: "age" },
    });
    await act(async () => {
      options()[1]?.focus();
      fireEvent.keyDown(options()[1] as Element, { key: "Enter" });
    });
    await act(async () => {
      fireEvent.keyDown(options()[1] as Element, { key: "ArrowRight", shiftKey: true });
    });
    expect(store.own(SOURCE)).toEqual({
      ...{ op: "range", column: "age", low: "29", high: "60", closed: "right" },
    });
    expect(options().map((one) => one.getAttribute("aria-selected"))).toEqual([
      "false",
      "true",
      "true",
      "false",
    ]);
  });

  it("come by message where a notebook may not keep them", async () => {
    const { hear } = await show({ settings: { tab: "values" } });
    expect(screen.getByRole("note").textContent).toContain("Nothing was explained yet");
    const names = ["positions", "values", "bases", "outputs"] as const;
    const wire = Object.fromEntries(
      Object.entries(MANY).filter(([name]) => !names.includes(name as "values")),
    );
    await hear(
      { kind: "attributions", attributions: true, wire: { ...wire, buffers: names } },
      names.map((name) => MANY[name]),
    );
    expect(document.querySelectorAll(".ew-point")).toHaveLength(4);
  });
});

describe("other values", () => {
  const FIELDS = [
    { name: "age", kind: "number", low: 18, high: 79, step: 1, whole: true, labels: [] },
    {
      name: "side",
      kind: "choice",
      low: 0,
      high: 0,
      step: 0,
      whole: false,
      labels: ["left", "<b>"],
    },
  ];
  const ANSWER = {
    position: 7,
    fields: FIELDS,
    own: [
      [0, 64],
      [1, 1],
    ],
    labels: ["no", "yes"],
    before: [0.3, 0.7],
    after: [0.3, 0.7],
    values: [],
  };

  async function opened() {
    const shown = await show({ settings: { tab: "what_if" } });
    await shown.row();
    expect(shown.sent.at(-1)).toEqual({ kind: "what_if", changes: [] });
    await shown.hear({ kind: "what_if", what_if: ANSWER });
    return shown;
  }

  it("are answered, marked and taken back", async () => {
    const { sent, hear } = await opened();
    const sides = screen.getByRole("combobox", { name: "side" });
    await act(async () => {
      fireEvent.change(sides, { target: { value: "0" } });
    });
    expect(sent.at(-1)).toEqual({ kind: "what_if", changes: [[1, 0]] });
    await hear({ kind: "what_if", what_if: { ...ANSWER, after: [0.8, 0.2], values: [[1, 0]] } });
    const said = document.querySelector(".ew-answered")?.textContent;
    expect(said).toContain("predicted yes → no");
    expect(said).toContain("yes 0.70 → 0.20 (−50 points)");
    expect(document.querySelector(".ew-field-changed")?.textContent).toContain("was <b>");
    await click(screen.getByRole("button", { name: "Reset" }));
    expect(sent.at(-1)).toEqual({ kind: "what_if", changes: [] });
    expect(document.querySelector(".ew-field-changed")).toBeNull();
  });

  it("of a drag only the newest is sent", async () => {
    const { sent, hear } = await opened();
    const slider = screen.getByRole("slider", { name: "age" });
    for (const value of ["30", "31", "32"])
      await act(async () => {
        fireEvent.input(slider, { target: { value } });
      });
    expect(sent.filter((one) => one.kind === "what_if")).toHaveLength(2);
    await hear({ kind: "what_if", what_if: { ...ANSWER, values: [[0, 30]] } });
    expect(sent.at(-1)).toEqual({ kind: "what_if", changes: [[0, 32]] });
  });

  it("begin where Python says", async () => {
    const { sent, hear } = await opened();
    await click(screen.getByRole("button", { name: "Smallest change that flips it" }));
    expect(sent.at(-1)).toEqual({ kind: "start", which: "flip" });
    const started = "The smallest change: 100 rows asked.";
    await hear({ kind: "what_if", what_if: { ...ANSWER, values: [[0, 40]], started } });
    expect((screen.getByRole("slider", { name: "age" }) as HTMLInputElement).value).toBe("40");
    expect(document.querySelector(".ew-answered")?.textContent).toContain(started);
    // An answer about another row is not this one's.
    await hear({ kind: "what_if", what_if: { ...ANSWER, position: 3, started: "Other" } });
    expect(document.querySelector(".ew-answered")?.textContent).not.toContain("Other");
  });

  it("need a kernel", async () => {
    await show({ settings: { tab: "what_if" }, live: false });
    expect(screen.getByRole("tabpanel").textContent).toBe(
      "Other values need a model, and so a kernel.",
    );
  });
});

describe("a saved view", () => {
  it("shows rows by their codes and goes through those selected", async () => {
    const { store, sent } = await show({ live: false, traits: { _attributions: MANY } });
    expect(sent).toEqual([]);
    expect(screen.queryByRole("radiogroup")).toBeNull();
    const position = POSITIONS[0] as number;
    expect(texts("What pushed the model")).toEqual([
      expect.stringMatching(/^age = .* −1\.00$/),
      `side = ${["left", "<b>right</b>"][side[position] as number]} +0.50`,
    ]);
    expect(document.querySelector(".ew-place")?.textContent).toContain("1 of 4 kept");
    expect(document.querySelector(".ew-why-row")?.textContent).toContain(
      "Values of rows were not saved",
    );
    await act(async () => store.select("x", left, "x"));
    const n = POSITIONS.filter((at) => side[at] === 0).length;
    if (n) expect(document.querySelector(".ew-place")?.textContent).toContain(`1 of ${n} kept`);
    await act(async () => store.clear("x"));
    await click(screen.getByRole("button", { name: "Next row" }));
    expect(document.querySelector(".ew-place")?.textContent).toContain("2 of 4 kept");
  });

  it("shows the rows that the notebook kept", async () => {
    await show({ live: false, traits: { _rows: [ROW, { ...ROW, position: 5, label: "r5" }] } });
    expect(texts("What pushed the model")[0]).toBe("age = 64 +1.00");
    await click(screen.getByRole("button", { name: "Next row" }));
    expect(document.querySelector(".ew-place")?.textContent).toContain("row r52 of 2 kept");
  });

  it("says that rows were not saved", async () => {
    await show({ live: false, explained: { kind: "text" } });
    expect(document.querySelector(".ew-why-row")?.textContent).toContain(
      'Texts were not saved with this notebook. Make the evaluation with persist="rows"',
    );
  });

  it("still selects by what rows share", async () => {
    const { store } = await show({ live: false });
    await click(lines(/^What 20 mistakes share/)[0] as Element);
    expect(store.own(SOURCE)).toEqual({ op: "all", of: [isWrong, old] });
  });
});

describe("what clicks add", () => {
  it("replaces another condition on the same column", () => {
    expect(toggled({ op: "all", of: [old, left] }, right, null)).toEqual({
      ...{ op: "all", of: [old, right] },
    });
    expect(holds({ op: "all", of: [old, left] }, left)).toBe(true);
    expect(holds(left, null)).toBe(false);
  });

  it("says neighbouring codes as a range, others as values", () => {
    const { store } = makeStore(ROWS, SOURCE);
    const column = (name: string) => store.columns.value.get(name) as never;
    expect(between(column("age"), 0, 3)).toEqual({
      ...{ op: "range", column: "age", low: null, high: null, closed: "right" },
    });
    expect(between(column("age"), 3, 3)).toEqual(old);
    expect(between(column("side"), 0, 1)).toEqual({ op: "in", column: "side", codes: [0, 1] });
  });

  it("packs rows as they are unpacked", () => {
    for (const rows of [[0], [5], [0, 1, 2], [127, 128, 300, 40000], [39999]]) {
      const set = packRows(rows, 40001);
      const found = [...unpackRows(set).entries()].filter(([, one]) => one).map(([at]) => at);
      expect(found).toEqual(rows);
    }
  });
});

describe("signed numbers", () => {
  it("have as many digits as tell them apart", () => {
    expect(signed(0.123456, 1)).toBe("+0.12");
    expect(signed(-0.0123456, 0.1)).toBe("−0.012");
    expect(signed(-1234.5, 2000)).toBe("−1,235");
    expect(signed(0, 1)).toBe("±0");
    expect(signed(0.0001, 1)).toBe("+0.00");
    expect(sized(12.1, 12.8)).toBe("12.1");
    expect(sized(Number.NaN, 1)).toBe("–");
  });
});
