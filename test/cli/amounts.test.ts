import { expect, it } from "vitest";
import { duration, short, withUnit } from "../../dist/cli/amounts.js";

it.each([
  [7, "7"],
  [3.44, "3.4"],
  [274.4, "274"],
  [999.6, "1.0 k"],
  [7743.5, "7.7 k"],
  [99_949, "99.9 k"],
  [99_960, "100 k"],
  [155_123, "155 k"],
  [999_600, "1.0 M"],
  [1_234_567, "1.2 M"],
])("writes %d short, with the same units for all", (amount, text) => {
  expect(short(amount)).toBe(text);
});

it.each([
  [0.2, "1 s"],
  [59.5, "1 min 0 s"],
  [130, "2 min 10 s"],
  [3599.5, "1 h 0 min"],
  [3700, "1 h 2 min"],
])("writes %d seconds as people say them", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

it("joins prefixes with bytes", () => {
  expect(withUnit(6_512_000, "bytes")).toBe("6.5 MB");
  expect(withUnit(30, "bytes")).toBe("30 B");
  expect(withUnit(7743, "tokens")).toBe("7.7 k tokens");
});
