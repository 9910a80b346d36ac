import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contextsOf, pairsByHand, pairsOf, rows } from "../../support/pairs.js";
import { caseCount } from "../../support/shortOrLong.js";
import { documents, documentsOf, sizes } from "../../support/tokens.js";

describe("contextPairs", () => {
  it("spells pairs out centre by centre, from left to right", async () => {
    const contexts = await contextsOf(documentsOf("a b 猫"), { windowSize: 1 });
    expect(rows(await pairsOf(contexts))).toEqual([
      ["a", "b", 1],
      ["b", "a", -1],
      ["b", "猫", 1],
      ["猫", "b", -1],
    ]);
  });

  it("gives every pair once, at most batchSize in an event", async () => {
    await fc.assert(
      fc.asyncProperty(
        documents,
        sizes,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 20 }),
        async (text, cuts, windowSize, batchSize) => {
          const pairs = await pairsOf(await contextsOf(text, { windowSize, batchSize: 5 }, cuts), batchSize);
          expect(rows(pairs)).toEqual(pairsByHand(text, windowSize));
          for (const { centre } of pairs) expect(centre.length).toBeLessThanOrEqual(batchSize);
        },
      ),
      { seed: 1, numRuns: caseCount(150) },
    );
  });
});
