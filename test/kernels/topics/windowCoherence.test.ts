import { expect, it } from "vitest";
import { windowCoherence } from "#kernels";
import type { CooccurrenceMetadata, FinalCooccurrence } from "#schemas";
import { vocabularyOf } from "../../support/tables.js";

const flat: CooccurrenceMetadata = { windowSize: 10, weighting: "flat", symmetric: true, unitsPerCount: 1 };

/** A symmetric table of some pairs, one cell a batch. */
function tableOf(pairs: readonly (readonly [number, number, number])[], metadata = flat): FinalCooccurrence {
  const cells = pairs.flatMap(([a, b, weight]) =>
    a === b ? [[a, b, weight] as const] : [[a, b, weight] as const, [b, a, weight] as const],
  );
  return {
    ...{ vocabulary: vocabularyOf(["猫", "狗", "the", "sea"]), metadata, length: cells.length },
    async *batches() {
      for (const [a, b, weight] of cells)
        yield { row: Int32Array.of(a), column: Int32Array.of(b), weight: Float64Array.of(weight) };
    },
  };
}

// All pairs in both directions: 2 (4 + 2 + 1) + 2 = 16; of 猫 4 + 2 = 6, 狗 4 + 1 = 5, the 2 + 1 + 2 = 5, sea none.
const table = tableOf([
  [0, 1, 4],
  [0, 2, 2],
  [1, 2, 1],
  [2, 2, 2],
]);

it("measures coherence from pairs within windows, as worked by hand", async () => {
  const { npmi, uci, cV, unknownTerms } = await windowCoherence([["猫", "狗"]], table);
  // P(a, b) = 4/16, P(a) P(b) = 6/16 x 5/16: PMI = ln(64/30) = .757686, NPMI = that / ln 4 = .546555
  expect(uci[0]).toBeCloseTo(0.757686, 6);
  expect(npmi[0]).toBeCloseTo(0.546555, 6);
  // rows (1, x) and (x, 1), their sum (1 + x, 1 + x): each cosine is (1 + x) / sqrt(2 (1 + x^2))
  expect(cV[0]).toBeCloseTo(1.546555 / Math.sqrt(2 * (1 + 0.546555 ** 2)), 5);
  expect(unknownTerms).toBe(0);
});

it("takes the mean over pairs, lists that share terms apart, and pairs of a term with itself for none", async () => {
  const lists = [
    ["猫", "狗", "the"],
    ["the", "猫"],
  ];
  const { npmi, uci } = await windowCoherence(lists, table);
  const [ab, ac, bc] = [Math.log(64 / 30), Math.log(32 / 30), Math.log(16 / 25)];
  expect(uci[0]).toBeCloseTo((ab + ac + bc) / 3, 9);
  expect(npmi[0]).toBeCloseTo((ab / Math.log(4) + ac / Math.log(8) + bc / Math.log(16)) / 3, 9);
  expect([npmi[1], uci[1]]).toEqual([expect.closeTo(ac / Math.log(8), 9), expect.closeTo(ac, 9)]);
});

it("has -1 for absent pairs, for terms that the table does not have or never pairs, and for lists without pairs", async () => {
  const lists = [["猫", "absent"], ["sea", "狗"], ["nothing", "here"], ["猫"], []];
  const { npmi, uci, cV, unknownTerms } = await windowCoherence(lists, table);
  expect([...npmi]).toEqual([-1, -1, -1, -1, -1]);
  expect([...uci]).toEqual([-1, -1, -1, -1, -1]);
  expect([...cV].every(Number.isFinite)).toBe(true);
  expect(unknownTerms).toBe(3);
  const empty = await windowCoherence([["猫", "狗"]], tableOf([]));
  expect([empty.npmi[0], empty.uci[0], Number.isFinite(empty.cV[0])]).toEqual([-1, -1, true]);
});

it.each([
  [{ ...flat, weighting: "harmonic" as const }, "counts, harmonic, symmetric"],
  [{ ...flat, symmetric: false }, "counts, flat, not symmetric"],
  [{ ...flat, measure: "ppmi" as const }, "ppmi, flat, symmetric"],
])("refuses a table of other counts", async (metadata, found) => {
  await expect(windowCoherence([["猫", "狗"]], tableOf([[0, 1, 1]], metadata))).rejects.toThrow(
    `coherence: the table must have counts of flat windows, symmetric, got one of ${found}`,
  );
});
