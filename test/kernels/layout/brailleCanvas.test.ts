import { expect, it } from "vitest";
import { BrailleCanvas, ticks } from "#kernels";

it("draws lines in dots, and characters over them", () => {
  const canvas = new BrailleCanvas(4, 2);
  canvas.line(0, 0, 1, 0);
  canvas.line(0, 0, 0, 1);
  canvas.put(1, 1, "a");
  expect(canvas.lines()).toEqual(["⡏⠉⠉⠉", "⡇  a"]);
});

it.each([
  [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  [2.07, 2.45, 5, [2.1, 2.2, 2.3, 2.4]],
  [1, 5, 10, [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5]],
  [7, 7, 5, [7]],
] as const)("ticks from %d to %d are round numbers", (least, most, wanted, expected) => {
  expect(ticks(least, most, wanted)).toEqual(expected);
});
