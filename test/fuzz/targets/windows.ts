import fc from "fast-check";
import { expect } from "vitest";
import { cellsByHand, cellsOf, countPairs } from "../../support/cellsByHand.js";
import { documents, idBatches, sizes } from "../../support/tokens.js";
import { documentsIn, seen, sentencesOf, windowsByHand, windowsOf } from "../../support/windowsByHand.js";
import { target } from "../target.js";

const windowSize = fc.integer({ min: 1, max: 15 });

/** Windows are slices of each stretch around each of its tokens, however the text is cut. */
export const windows = target("windows", () => ({
  cases: fc.record({
    text: documents,
    cuts: sizes,
    windowSize,
    batchSize: fc.integer({ min: 1, max: 9 }),
    side: fc.constantFrom("both", "left", "right"),
    boundary: fc.constantFrom("sentence", "document"),
  }),
  async check({ text, cuts, ...options }) {
    const { windowSize, side, boundary } = options;
    const stretches = boundary === "sentence" ? sentencesOf(text) : documentsIn(text);
    const [left, right] = [side === "right" ? 0 : windowSize, side === "left" ? 0 : windowSize];
    expect(seen(windowsOf(await idBatches(text, cuts), options))).toEqual(windowsByHand(stretches, left, right));
  },
}));

/** A table holds the sums of the weights of all pairs, however the text is cut and whoever counts. */
export const cooccurrence = target("cooccurrence", () => ({
  cases: fc.record({
    text: documents.filter((text) => text.flat(2).length > 0),
    cuts: sizes,
    windowSize,
    weighting: fc.constantFrom("harmonic", "flat"),
    symmetric: fc.boolean(),
  }),
  async check({ text, cuts, windowSize, weighting, symmetric }) {
    const table = await countPairs(text, { cuts, windows: { windowSize }, options: { weighting, symmetric } });
    const found = new Map((await cellsOf(table)).map(([row, column, weight]) => [`${row} ${column}`, weight]));
    const expected = cellsByHand(text, windowSize, (distance) => (weighting === "flat" ? 1 : 1 / distance));
    expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [cell, weight] of expected) expect(found.get(cell)).toBeCloseTo(weight, 9);
  },
}));
