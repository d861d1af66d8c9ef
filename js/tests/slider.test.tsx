import { act, cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, expect, it } from "vitest";
import { Slider } from "../src/components/slider.tsx";

afterEach(cleanup);

function show() {
  const moves: [number, boolean][] = [];
  const { container } = render(
    <Slider
      label="threshold"
      name="Threshold"
      min={0}
      max={1}
      step={0.005}
      digits={3}
      value={0.5}
      onChange={(value, finished) => moves.push([value, finished])}
    />,
  );
  const box = screen.getByRole("spinbutton") as HTMLInputElement;
  const said = () => container.querySelector("[aria-live]")?.textContent;
  const type = (value: string) =>
    act(() => {
      box.value = value;
      fireEvent.change(box);
    });
  return { moves, box, said, type };
}

it("takes a typed number to its nearest step", async () => {
  const { moves, said, type } = show();
  await type("0.3012");
  expect(moves).toEqual([[0.3, true]]);
  expect(said()).toBe("");
});

it("says what is allowed, and keeps its value, when a number is out of range or none", async () => {
  const { moves, box, said, type } = show();
  for (const typed of ["7", "-0.1", ""]) {
    await type(typed);
    expect(moves).toEqual([]);
    expect(box.value).toBe("0.500");
    expect(said()).toBe("from 0 to 1");
  }
  await act(() => {
    fireEvent.input(screen.getByRole("slider"), { target: { value: "0.25" } });
  });
  expect(moves).toEqual([[0.25, false]]);
  expect(said()).toBe("");
});
