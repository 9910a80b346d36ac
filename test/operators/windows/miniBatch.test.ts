import fc from "fast-check";
import { from, lastValueFrom, toArray } from "rxjs";
import { describe, expect, it } from "vitest";
import { contextPairs, miniBatch } from "#operators";
import type { PairBatch } from "#schemas";
import { marbles } from "../../support/marbles.js";
import { contextsOf, pairsByHand, rows } from "../../support/pairs.js";
import { caseCount } from "../../support/shortOrLong.js";
import { documents, sizes } from "../../support/tokens.js";

describe("miniBatch", () => {
  it("gives batches of exactly one size and the same pairs, the rest last", async () => {
    await fc.assert(
      fc.asyncProperty(documents, sizes, fc.integer({ min: 1, max: 20 }), async (text, cuts, batchSize) => {
        const contexts = await contextsOf(text, { windowSize: 3, batchSize: 4 }, cuts);
        const expected = pairsByHand(text, 3);
        const batches = await lastValueFrom(
          from(contexts).pipe(contextPairs({ batchSize: 7 }), miniBatch({ batchSize }), toArray()),
        );
        expect(rows(batches)).toEqual(expected);
        const lengths = batches.map(({ centre }) => centre.length);
        expect(lengths.slice(0, -1).every((length) => length === batchSize)).toBe(true);
        expect(lengths.length).toBe(Math.ceil(expected.length / batchSize));
      }),
      { seed: 1, numRuns: caseCount(150) },
    );
  });

  it(
    "passes on a batch once it is full, the rest on completion",
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const vocabulary = {} as PairBatch["vocabulary"];
      const pairs = (...ids: number[]): PairBatch => ({
        vocabulary,
        centre: Uint32Array.from(ids),
        context: Uint32Array.from(ids),
        distance: Int8Array.from(ids),
      });
      const values = { x: pairs(1), y: pairs(2, 3) };
      const source = cold("--x--y--|", values);
      const regroup = miniBatch({ batchSize: 2 });
      expectObservable(source.pipe(regroup)).toBe("-----c--(d|)", { c: pairs(1, 2), d: pairs(3) });
      expectSubscriptions(source.subscriptions).toBe("^-------!");
      expectObservable(cold<PairBatch>("|").pipe(regroup)).toBe("|");
      expectObservable(cold<PairBatch>("-").pipe(regroup)).toBe("-");
      expectObservable(cold("--x--#", values).pipe(regroup)).toBe("-----#");
      expectObservable(cold("--x--y--|", values).pipe(regroup), "------!").toBe("-----c", { c: pairs(1, 2) });
    }),
  );
});
