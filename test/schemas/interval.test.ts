import { expect, it } from "vitest";
import { type Field, interval, intervalOf } from "#schemas";

it("reads times and numbers of tokens", () => {
  expect(["250ms", "30s", "1.5 min", "2h", "5000000 tokens", "never"].map(intervalOf)).toEqual([
    { milliseconds: 250 },
    { milliseconds: 30_000 },
    { milliseconds: 90_000 },
    { milliseconds: 7_200_000 },
    { tokens: 5_000_000 },
    {},
  ]);
});

it("refuses what is neither, and a time that no timer can wait", () => {
  const field: Field<string> = interval({ description: "how often" });
  expect(["30", "1 token", "-1s", "", "1e3s", "1000h"].map(field.refusal)).toEqual(Array(6).fill(RangeError));
  expect(field.refusal(30)).toBe(TypeError);
  expect(field.refusal("596h")).toBeUndefined(); // 2^31 - 1 ms are 596.5 hours
});
