import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compileKernel,
  forEachWindow,
  initialWeights,
  makeWord2vecMemory,
  SLOT,
  SLOT_BYTES,
  slotWriter,
  type Word2vecSettings,
  weightsOf,
  writeSlot,
} from "#kernels";
import { caseCount } from "../../support/shortOrLong.js";

const module = compileKernel(readFileSync("dist/kernels/assembly/word2vec.wasm"));
const terms = 9;
const settings: Word2vecSettings = {
  ...{ architecture: "skipGram", loss: "negativeSampling", vectorSize: 21, negative: 5, exponent: 0.75, epochs: 1 },
  ...{ learningRate: 0.025, minLearningRate: 0, schedule: "linear", decayCentres: 1, cbowMean: true, seed: 7 },
};

function writerOf(given: Word2vecSettings) {
  const shared = makeWord2vecMemory(given, new Float64Array(terms).fill(3), 1, true);
  return { shared, writer: slotWriter(module, shared) };
}

const batches = fc
  .record({
    windowSize: fc.integer({ min: 1, max: 50 }),
    side: fc.constantFrom("both", "left", "right"),
    radii: fc.array(fc.nat(50), { minLength: 1, maxLength: 200 }),
    starts: fc.uniqueArray(fc.nat(200), { maxLength: 20 }),
    edges: fc.tuple(fc.nat(200), fc.nat(200), fc.nat(200)),
  })
  .map(({ windowSize, side, radii, starts, edges }) => {
    const [firstCentre, from, to] = edges.map((edge) => edge % (radii.length + 1)).sort((a, b) => a - b);
    const sorted = [0, ...starts.filter((start) => start > 0 && start < radii.length)].sort((a, b) => a - b);
    const batch = {
      ids: Uint32Array.from(radii, (_, i) => (5 * i) % terms),
      radius: Uint8Array.from(radii, (radius) => radius % (windowSize + 1)),
      sentenceOffsets: Uint32Array.from(sorted),
      ...{ windowSize, side, firstCentre: firstCentre!, endCentre: radii.length, epoch: 0, position: 0 },
    };
    return { batch: batch as unknown as Parameters<typeof writeSlot>[2], centres: [from!, to!] as const };
  });

describe("slotWriter", () => {
  it.each(["skipGram", "cbow"] as const)(
    "lays the windows that a batch tells, and counts their examples: %s",
    (kind) => {
      const { shared, writer } = writerOf({ ...settings, architecture: kind });
      fc.assert(
        fc.property(batches, fc.nat(7), ({ batch, centres: [from, to] }, slot) => {
          const examples = writeSlot(shared, slot, batch, [from, to], settings, writer.layWindows);
          const at = shared.slots + slot * SLOT_BYTES;
          const [first, count] = new Float64Array(shared.memory.buffer, at, 2);
          const bytes = new Uint8Array(shared.memory.buffer, at, SLOT_BYTES);
          const told: number[][] = [];
          for (let i = first!; i < first! + count!; i++) told.push([bytes[SLOT.before + i]!, bytes[SLOT.after + i]!]);
          const expected: number[][] = [];
          forEachWindow({ ...batch, firstCentre: from, endCentre: to }, (centre, start, end) => {
            expected.push([centre - start, end - 1 - centre]);
          });
          expect(told).toEqual(expected);
          const contexts = expected.map(([left, right]) => left! + right!);
          const pairs = contexts.reduce((sum, count) => sum + count, 0);
          expect(examples).toBe(kind === "cbow" ? contexts.filter((count) => count > 0).length : pairs);
        }),
        { seed: 1, numRuns: caseCount(100) },
      );
    },
  );

  it("draws the first weights of the reference", () => {
    const { shared, writer } = writerOf(settings);
    writer.drawRows(settings.vectorSize, settings.seed);
    const { input, output } = weightsOf(shared, terms, settings.vectorSize);
    const stride = input.length / terms;
    const expected = initialWeights(terms, terms, settings.vectorSize, settings.seed);
    for (let id = 0; id < terms; id++) {
      const row = input.subarray(id * stride, (id + 1) * stride);
      expect(row.subarray(0, settings.vectorSize)).toEqual(
        expected.input.subarray(id * settings.vectorSize, (id + 1) * settings.vectorSize),
      );
      expect(row.subarray(settings.vectorSize).every((padding) => padding === 0)).toBe(true);
    }
    expect(output.every((weight) => weight === 0)).toBe(true);
  });
});
