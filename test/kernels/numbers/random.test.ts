import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawBelow, drawUint32, drawUniform, fillUniform, randomStream } from "#kernels";

const draws = 65_536;

/** Chi-square of `values`, each in 0 .. cells - 1, against the uniform distribution. */
function chiSquare(cells: number, values: Iterable<number>): number {
  const counts = new Float64Array(cells);
  let total = 0;
  for (const value of values) {
    counts[value]!++;
    total++;
  }
  const expected = total / cells;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

const indices = Array.from({ length: draws }, (_, i) => i);
// Of 256 cells, 255 degrees of freedom: mean 255, deviation sqrt(2 * 255) = 22.6; five deviations either way.
const expectUniform = (statistic: number) => expect(Math.abs(statistic - 255)).toBeLessThan(5 * 22.6);

describe("randomStream", () => {
  it("never changes: every run that was ever made depends on these values", () => {
    const first = (seed: number, purpose: string, epoch = 0) =>
      [0, 1, 2 ** 32, 2 ** 53 - 1].map((index) => drawUint32(randomStream(seed, purpose, epoch), index));
    expect([first(1, "window"), first(1, "window", 1), first(-7, "subsample"), first(2 ** 40 + 1, "window")]).toEqual([
      [970950059, 3603169468, 821360533, 3858911359],
      [426777630, 1659909226, 1532856040, 3013317899],
      [1632884740, 99914979, 112753073, 3512619980],
      [627104392, 1576341685, 892983844, 3656396212],
    ]);
    expect(drawUniform(randomStream(1, "window"), 0)).toBe(drawUint32(randomStream(1, "window"), 0) / 2 ** 32);
  });

  it("fills 256 cells evenly by its high and its low bits, for consecutive indices and far ones", () => {
    for (const seed of [0, 1, 2, 3, 12_345]) {
      const stream = randomStream(seed, "test");
      expectUniform(
        chiSquare(
          256,
          indices.map((i) => drawUint32(stream, i) >>> 24),
        ),
      );
      expectUniform(
        chiSquare(
          256,
          indices.map((i) => drawUint32(stream, i) & 255),
        ),
      );
      expectUniform(
        chiSquare(
          256,
          indices.map((i) => drawBelow(stream, i * 2 ** 32 + 7, 256)),
        ),
      );
    }
  });

  it("draws neighbours that do not depend on each other", () => {
    const stream = randomStream(5, "test");
    const nibble = (i: number) => drawUint32(stream, i) >>> 28;
    expectUniform(
      chiSquare(
        256,
        indices.map((i) => 16 * nibble(2 * i) + nibble(2 * i + 1)),
      ),
    );
  });

  it("draws apart for another seed, purpose or epoch", () => {
    const base = randomStream(1, "window", 0);
    const others = [randomStream(2, "window", 0), randomStream(1, "negative", 0), randomStream(1, "window", 1)];
    for (const other of others) {
      const nibble = (stream: typeof base, i: number) => drawUint32(stream, i) >>> 28;
      expectUniform(
        chiSquare(
          256,
          indices.map((i) => 16 * nibble(base, i) + nibble(other, i)),
        ),
      );
    }
  });

  it("draws the same whatever was drawn before", () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat(), { minLength: 1 }), fc.integer(), (order, seed) => {
        const stream = randomStream(seed, "order");
        const forwards = new Map(order.map((index) => [index, drawUint32(stream, index)]));
        for (const index of [...order].reverse())
          expect(drawUint32(randomStream(seed, "order"), index)).toBe(forwards.get(index));
      }),
      { seed: 1 },
    );
  });

  it("stays in its range", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 2 ** 31 }), (index, bound) => {
        const stream = randomStream(3, "range");
        const uniform = drawUniform(stream, index);
        expect(uniform >= 0 && uniform < 1).toBe(true);
        expect(drawBelow(stream, index, bound)).toBeLessThan(bound);
        expect(drawBelow(stream, index, 1)).toBe(0);
      }),
      { seed: 1 },
    );
  });
});

it("fills with the same draws, also where indices pass 2^31 and 2^32", () => {
  const stream = randomStream(7, "weights");
  for (const first of [0, 5, 2 ** 31 - 3, 2 ** 32 - 8, 2 ** 32 - 3, 2 ** 40 + 1]) {
    const out = new Float64Array(8);
    fillUniform(stream, first, out);
    expect([...out]).toEqual(Array.from({ length: 8 }, (_, i) => drawUniform(stream, first + i)));
  }
});
