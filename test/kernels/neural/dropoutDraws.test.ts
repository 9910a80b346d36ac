import { expect, it } from "vitest";
import { neural } from "#kernels";

const { dropoutMask } = neural;
const draw: neural.Draw = { seed: 1, purpose: 2, step: 3, firstRow: 0 };

it("drops the share that it is told to", () => {
  const mask = dropoutMask(100_000, 100, 0.3, draw);
  const dropped = mask.filter((kept) => kept === 0).length;
  expect(Math.abs(dropped / 100_000 - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / 100_000)); // four standard errors
});

it("drops the same numbers of a row, however many rows are before it in the part", () => {
  const whole = dropoutMask(60, 6, 0.5, draw);
  expect(dropoutMask(18, 6, 0.5, { ...draw, firstRow: 7 })).toEqual(whole.subarray(42));
});

it("drops others in each step, layer and run", () => {
  const masks = [draw, { ...draw, step: 4 }, { ...draw, purpose: 3 }, { ...draw, seed: 2 }].map((each) =>
    dropoutMask(64, 8, 0.5, each).join(""),
  );
  expect(new Set(masks).size).toBe(4);
});
