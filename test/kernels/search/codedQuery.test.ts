import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeQuery } from "#kernels";
import { caseCount } from "../../support/shortOrLong.js";

const norm = (values: ArrayLike<number>): number => Math.sqrt(Array.from(values).reduce((sum, v) => sum + v * v, 0));

describe("codeQuery", () => {
  it("writes whole numbers of steps, the largest 32,767", () => {
    const codes = new Int16Array(3);
    const { step } = codeQuery(Float32Array.of(0.6, -0.8, 0), codes);
    expect(step).toBe(Math.fround(Math.fround(0.8) / 32767));
    expect([...codes]).toEqual([24575, -32767, 0]); // 0.6 / 0.8 x 32,767 = 24,575.25
  });

  it("has codes of zeros for a query of zeros", () => {
    const codes = Int16Array.of(7, 7);
    expect(codeQuery(new Float32Array(2), codes)).toMatchObject({ length: 0 });
    expect([...codes]).toEqual([0, 0]);
  });

  it("tells a slack that is at least what the codes leave out, and sums of products with 8-bit codes fit 32 bits", () => {
    const number = fc.float({ min: -1, max: 1, noNaN: true, noDefaultInfinity: true });
    const vectors = fc.oneof(
      fc.array(number, { minLength: 1, maxLength: 40 }),
      fc
        .record({ size: fc.integer({ min: 1, max: 4096 }), value: number })
        .map(({ size, value }) => Array(size).fill(value)),
    );
    fc.assert(
      fc.property(vectors, (list) => {
        const length = norm(list) || 1;
        const unit = Float32Array.from(list, (value) => value / length);
        const codes = new Int16Array(unit.length);
        const { step, length: coded, slack } = codeQuery(unit, codes);
        expect(127 * codes.reduce((sum, code) => sum + Math.abs(code), 0)).toBeLessThan(2 ** 31);
        expect(norm(codes.length === 0 ? [] : Array.from(codes, (code) => step * code))).toBeCloseTo(coded, 6);
        expect(slack).toBeGreaterThan(norm(unit.map((value, d) => value - step * codes[d]!)));
      }),
      { seed: 7, numRuns: caseCount(200) },
    );
  });
});
