import { expect, it } from "vitest";
import { passesWithin, stepsWithin } from "#schemas";

const text = { documents: 10, tokens: 1000, seconds: 4 };

it("takes as many passes as fit into the time, one at least, and no more than help", () => {
  expect(passesWithin(text, 500, 10)).toBe(2); // 2,000 tokens in 4 s
  expect(passesWithin(text, 10, 10)).toBe(1);
  expect(passesWithin(text, 1e6, 10)).toBe(10);
  expect(passesWithin({ ...text, tokens: 0 }, 10, 10)).toBe(10);
});

it("takes as many steps as fit into the time, one at least", () => {
  expect([stepsWithin(text, 30), stepsWithin(text, 0.01)]).toEqual([120, 1]);
});
