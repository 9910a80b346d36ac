import { expect, it } from "vitest";
import { meanRow } from "#kernels";

const values = Float32Array.of(1, 2, -1, 10, 20, -1, 4, 8, -1); // two numbers a row, and one of padding

it("is the mean of the rows that are named, repeats counted", () => {
  const mean = new Float32Array(2);
  meanRow(values, 3, [0, 2, 2], mean);
  expect([...mean]).toEqual([3, 6]); // (1 + 4 + 4) / 3, (2 + 8 + 8) / 3
});

it("takes a row below 0 for one of zeros", () => {
  const mean = new Float32Array(2);
  meanRow(values, 3, Int32Array.of(1, -1), mean);
  expect([...mean]).toEqual([5, 10]);
});

it("adds up in doubles: what is lost in single precision is not lost here", () => {
  const mean = new Float32Array(1);
  meanRow(Float32Array.of(2 ** 24, 1, 1, -(2 ** 24)), 1, [0, 1, 2, 3], mean);
  expect(mean[0]).toBe(0.5);
});
