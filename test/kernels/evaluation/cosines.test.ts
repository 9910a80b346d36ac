import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bestRows, compileKernel, multiplyCosines, sharedMemory, startKernel, unitVector } from "#kernels";
import { caseCount } from "../../support/shortOrLong.js";

interface CosinesKernel {
  inverseLengths(rows: number, count: number, vectorBytes: number, out: number): void;
  cosines(rows: number, inverse: number, count: number, vectorBytes: number, query: number, out: number): void;
}

const ROWS = 65536;
const memory = sharedMemory(2 * ROWS);
const kernel = startKernel<CosinesKernel>(compileKernel(readFileSync("dist/kernels/assembly/cosines.wasm")), memory);

/** The compiled kernel's cosines of rows to a query of length 1. */
function cosinesOf(rows: readonly number[][], query: readonly number[]): number[] {
  const vectorBytes = 16 * Math.ceil(query.length / 4);
  const [at, inverse] = [ROWS + rows.length * vectorBytes, ROWS + (rows.length + 1) * vectorBytes];
  const out = inverse + 4 * rows.length;
  new Float32Array(memory.buffer, ROWS).fill(0);
  for (const [k, row] of [...rows, query].entries())
    new Float32Array(memory.buffer, ROWS + k * vectorBytes, row.length).set(row);
  kernel.inverseLengths(ROWS, rows.length, vectorBytes, inverse);
  kernel.cosines(ROWS, inverse, rows.length, vectorBytes, at, out);
  return [...new Float32Array(memory.buffer, out, rows.length)];
}

describe("cosines", () => {
  it("is the product with a unit vector over the row's length, 0 for a row of zeros", () => {
    // (3,4) has length 5: its cosine to (1,0) is 3/5; (0,2) is at a right angle
    const rows = [
      [3, 4],
      [0, 2],
      [0, 0],
      [-1, 0],
    ];
    expect(cosinesOf(rows, [1, 0])).toEqual([expect.closeTo(0.6, 6), 0, 0, -1]);
  });

  it("is what the formula gives, for vectors of every length", () => {
    const shaped = fc
      .integer({ min: 1, max: 21 })
      .chain((size) =>
        fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: size, maxLength: size }), { minLength: 2 }),
      );
    fc.assert(
      fc.property(shaped, ([query, ...rows]) => {
        const unit = [...unitVector(query!)];
        const expected = rows.map((row) => unitVector(row).reduce((sum, value, d) => sum + value * unit[d]!, 0));
        for (const [k, cosine] of cosinesOf(rows, unit).entries()) expect(cosine).toBeCloseTo(expected[k]!, 5);
      }),
      { seed: 6, numRuns: caseCount(100) },
    );
  });
});

describe("unitVector", () => {
  it("has length 1, and leaves zeros as they are", () => {
    expect([...unitVector([3, 4])]).toEqual([0.6, 0.8]);
    expect([...unitVector([0, 0])]).toEqual([0, 0]);
  });
});

describe("multiplyCosines", () => {
  it("moves each cosine to 0 .. 1 and divides", () => {
    // a = 0 -> 1/2, b = 1 -> 1, c = 0.5 -> 3/4: 0.75 / 0.501
    const [score] = multiplyCosines(Float32Array.of(0), Float32Array.of(1), Float32Array.of(0.5));
    expect(score).toBeCloseTo(0.75 / 0.501, 6);
  });
});

describe("bestRows", () => {
  it("is what sorting all scores gives, equal ones in the order of their rows, what is no number left out", () => {
    const scores = fc.array(
      fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -4, max: 4 }) }, fc.constant(Number.NaN)),
      {
        maxLength: 40,
      },
    );
    const excluded = fc.array(fc.nat(40), { maxLength: 5 });
    fc.assert(
      fc.property(scores, fc.integer({ min: 1, max: 12 }), excluded, (list, count, left) => {
        const sorted = list
          .map((score, row) => ({ score, row }))
          .filter(({ score, row }) => !left.includes(row) && !Number.isNaN(score))
          .sort((a, b) => b.score - a.score || a.row - b.row)
          .slice(0, count);
        const found = bestRows(Float32Array.from(list), count, new Set(left));
        expect([...found.rows]).toEqual(sorted.map(({ row }) => row));
        expect([...found.scores]).toEqual(sorted.map(({ score }) => score));
      }),
      { seed: 6, numRuns: caseCount(300) },
    );
  });
});
