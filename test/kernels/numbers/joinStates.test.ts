import { expect, it } from "vitest";
import { joinStates, splitState, stackStates, unstackStates } from "#kernels";
import type { StageState } from "#schemas";

const states: StageState[] = [
  { facts: { size: 2, isOpen: true }, arrays: { ids: Uint32Array.of(7, 8), values: Float64Array.of(0.5) } },
  { facts: { size: 0, isOpen: false }, arrays: { ids: Uint32Array.of(), values: Float64Array.of(-1, 2) } },
];

it("states of different parts are named by their part, and come back", () => {
  const joined = joinStates({ first: states[0]!, second: { facts: {}, arrays: { place: Int32Array.of(-3) } } });
  expect(Object.keys(joined.arrays)).toEqual(["first.ids", "first.values", "second.place"]);
  expect(splitState(joined)).toEqual({ first: states[0], second: { facts: {}, arrays: { place: Int32Array.of(-3) } } });
});

it("states of parts that are alike lie in one array for each of theirs, and come back", () => {
  const stacked = stackStates(states);
  expect(stacked.arrays).toEqual({
    ...{ ids: Uint32Array.of(7, 8), idsLengths: Uint32Array.of(2, 0) },
    ...{ values: Float64Array.of(0.5, -1, 2), valuesLengths: Uint32Array.of(1, 2) },
  });
  expect(unstackStates(stacked, 2)).toEqual(states);
  expect(unstackStates(stackStates([]), 0)).toEqual([]);
});
