import { describe, expect, it } from "vitest";
import { duration, millisecondsOf } from "#schemas";

describe("duration", () => {
  it("is a number and a unit", () => {
    expect(["250ms", "1.5s", "2 min", "1h", "7d"].map(millisecondsOf)).toEqual([
      250, 1500, 120_000, 3_600_000, 604_800_000,
    ]);
    expect(["", "5", "-1s", "1w", "1s2"].map(millisecondsOf)).toEqual([NaN, NaN, NaN, NaN, NaN]);
  });

  it("refuses what is no time", () => {
    const { refusal } = duration({ description: "How long" });
    expect(refusal("7d")).toBeUndefined();
    expect(refusal("soon")).toBe(RangeError);
    expect(refusal(7)).toBe(TypeError);
  });
});
