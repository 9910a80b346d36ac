import { expect, it } from "vitest";
import { neural } from "#kernels";

const { classOfTerms, frequencyClasses } = neural;

it("cuts terms into classes that occur about equally often", () => {
  // 12 occurrences in 3 classes: one ends where 4, 8 and 12 are reached.
  expect([...frequencyClasses([5, 2, 2, 1, 1, 1], 3)]).toEqual([0, 1, 3]);
  expect([...classOfTerms([0, 1, 3], 6)]).toEqual([0, 1, 1, 2, 2, 2]);
});

it("leaves no class empty, however uneven the counts", () => {
  expect([...frequencyClasses([100, 1, 1, 1], 4)]).toEqual([0, 1, 2, 3]);
  expect([...frequencyClasses([1, 1, 1, 100], 3)]).toEqual([0, 2, 3]);
  expect([...frequencyClasses([0, 0, 0], 2)]).toEqual([0, 1]);
});

it("makes one class of all, and refuses more classes than terms", () => {
  expect([...frequencyClasses([3, 2, 1], 1)]).toEqual([0]);
  expect(() => frequencyClasses([3, 2, 1], 4)).toThrow(
    new RangeError("frequencyClasses: classes must be an integer in 1..3 (terms), got 4"),
  );
});
