import fc from "fast-check";
import { expect, it } from "vitest";
import { exp, ln } from "#kernels";

it("gives ln 1 = 0, ln e = 1, ln 2 and e^0 = 1", () => {
  expect([ln(1), ln(Math.E), ln(2), exp(0)]).toEqual([0, 1, Math.LN2, 1]);
});

it("stays near Math.log and Math.exp, for subnormal numbers too", () => {
  const positive = fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(positive, (x) => {
      const expected = Math.log(x);
      expect(Math.abs(ln(x) - expected)).toBeLessThanOrEqual(2 ** -51 * Math.max(Math.abs(expected), 2 ** -30));
    }),
    { seed: 3 },
  );
  fc.assert(
    fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
      expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThanOrEqual(2 ** -43); // k ln 2, up to 1010 x 0.69, is rounded: 2^9 / 2^53
    }),
    { seed: 4 },
  );
});
