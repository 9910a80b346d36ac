import fc from "fast-check";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { drawUniform, makeVocabulary, randomStream } from "#kernels";
import { encode, repeatEpochs, windowContexts } from "#operators";
import { Ledger, RunScope, run } from "#runtime";
import type { ContextBatch, IdBatch } from "#schemas";
import { marbles } from "../../support/marbles.js";
import { caseCount } from "../../support/shortOrLong.js";
import { documents, documentsOf, idBatches, sizes, tokenBatches } from "../../support/tokens.js";
import { documentsIn, seen, sentencesOf, windowsByHand, windowsOf } from "../../support/windowsByHand.js";

describe("windowContexts", () => {
  it("shows every centre its neighbours, not over the edge of a sentence", async () => {
    const batches = await idBatches(documentsOf("a b c d. e a|b c"));
    expect(seen(windowsOf(batches, { windowSize: 2 }))).toEqual([
      "[a] b c",
      "a [b] c d",
      "a b [c] d",
      "b c [d]",
      "[e] a",
      "e [a]",
      "[b] c",
      "b [c]",
    ]);
  });

  it("gives the windows of the definition, and the same events, however the text is cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        documents,
        sizes,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom("both", "left", "right"),
        fc.constantFrom("sentence", "document"),
        async (text, cuts, windowSize, batchSize, side, boundary) => {
          const options = { windowSize, batchSize, side, boundary };
          const events = windowsOf(await idBatches(text, cuts), options);
          const stretches = boundary === "sentence" ? sentencesOf(text) : documentsIn(text);
          const [left, right] = [side === "right" ? 0 : windowSize, side === "left" ? 0 : windowSize];
          expect(seen(events)).toEqual(windowsByHand(stretches, left, right));
          expect(windowsOf(await idBatches(text), options).map(plain)).toEqual(events.map(plain));
          for (const { firstCentre, endCentre } of events.slice(0, -1)) expect(endCentre - firstCentre).toBe(batchSize);
          expect(events.map(({ position }) => position)).toEqual(events.map((_, i) => i * batchSize));
        },
      ),
      { seed: 1, numRuns: caseCount(300) },
    );
  });

  it("holds no more than batchSize + 2 windowSize tokens in an event, in a sentence of any length", async () => {
    const long = [[Array.from({ length: 5000 }, (_, i) => (i % 3 === 0 ? "猫" : "b"))]];
    for (const { ids } of windowsOf(await idBatches(long, [777]), { windowSize: 5, batchSize: 100 }))
      expect(ids.length).toBeLessThanOrEqual(110);
  });

  it("refuses a sample that leaves nothing of a vocabulary, and says how much it would", async () => {
    // two terms, 6 of 12 tokens each: sqrt(1e-8 / 0.5) + 2e-8 = 1.414e-4 of 12 tokens
    const batches = await idBatches(documentsOf("cat 猫 cat 猫 cat 猫 cat 猫 cat 猫 cat 猫"));
    const windows = (sample: number) => run(from(batches).pipe(windowContexts({ sample })));
    await expect(windows(1e-8)).rejects.toThrow(
      "windowContexts: sample must leave tokens to learn from, got 1e-8, which keeps 0.0017 of 12 on average; raise it",
    );
    await windows(1e-4); // 1.414e-2 of 12: 0.17
  });

  it("leaves out frequent tokens before windows are laid, by word2vec's formula and the token's position", async () => {
    // f(a) = 0.9, t = 0.1: sqrt(t / f) + t / f = 1/3 + 1/9 = 4/9; f(b) = 0.1: 1 + 1, so every b stays.
    const words = Array.from({ length: 3000 }, (_, i) => (i % 10 === 0 ? "b" : "a"));
    const ledger = new Ledger();
    const options = { windowSize: 1, sample: 0.1, seed: 7 };
    const events = windowsOf(await idBatches([[words]], [100]), options, ledger);
    const stream = randomStream(7, "windowContexts.sample", 0);
    const kept = words.filter((word, position) => word === "b" || drawUniform(stream, position) < 4 / 9);
    expect(seen(events)).toEqual(windowsByHand([kept], 1, 1));
    expect(kept.length / 3000).toBeCloseTo(0.1 + 0.9 * (4 / 9), 1);
    expect(events[0]!.expectedCentres).toBeCloseTo(300 + 2700 * (4 / 9), 6);
    expect([ledger.get("used"), ledger.get("subsampled")]).toEqual([kept.length, 3000 - kept.length]);
  });

  it("draws a radius from 1 to windowSize for every centre, equally often", async () => {
    const words = Array.from({ length: 6000 }, () => "a");
    const radii = windowsOf(await idBatches([[words]]), { windowSize: 3, radius: "random" }).flatMap((batch) =>
      Array.from(batch.radius.subarray(batch.firstCentre, batch.endCentre)),
    );
    // 2,000 expected, standard deviation sqrt(6000 x 1/3 x 2/3) = 37
    for (const radius of [1, 2, 3])
      expect(Math.abs(radii.filter((each) => each === radius).length - 2000)).toBeLessThan(4 * 37);
  });

  it("draws the same for any batches, and otherwise in another epoch", async () => {
    await fc.assert(
      fc.asyncProperty(documents, sizes, fc.integer({ min: 1, max: 9 }), async (text, cuts, batchSize) => {
        const options = { windowSize: 3, radius: "random", sample: 0.05 } as const;
        const whole = windowsOf(await idBatches(text), options);
        expect(seen(windowsOf(await idBatches(text, cuts), { ...options, batchSize }))).toEqual(seen(whole));
      }),
      { seed: 1, numRuns: caseCount(100) },
    );
    const words = [[Array.from({ length: 100 }, () => "a")]];
    const epochs = await Promise.all([0, 1].map((epoch) => idBatches(words, [9], undefined, epoch)));
    const [first, second] = epochs.map((batches) => windowsOf(batches, { windowSize: 9, radius: "random" }));
    expect(seen(second!)).not.toEqual(seen(first!));
  });

  it("begins anew with every epoch of a stream of several", async () => {
    const text = documentsOf("a b c");
    const options = { windowSize: 2, batchSize: 2 };
    const one = await idBatches(text);
    const two = one.map((batch) => ({ ...batch, epoch: 1 }));
    const events = windowsOf([...one, ...two], options);
    expect(events.map(({ epoch, position }) => [epoch, position])).toEqual([
      [0, 0],
      [0, 2],
      [1, 0],
      [1, 2],
    ]);
    expect(seen(events)).toEqual([
      ...windowsByHand(sentencesOf(text), 2, 2),
      ...windowsByHand(sentencesOf(text), 2, 2),
    ]);
  });

  it("accounts for every token of a pass, together with encode", () => {
    fc.assert(
      fc.property(documents, sizes, (text, cuts) => {
        const ledger = new Ledger();
        const vocabulary = makeVocabulary(["a", "猫", "b"], Float64Array.of(9, 2, 1), new Set(["c"]));
        new RunScope(undefined, ledger).within(() =>
          repeatEpochs(2, (epoch) => from(tokenBatches(text, cuts)).pipe(encode(vocabulary, { epoch })))
            .pipe(windowContexts({ sample: 0.1 }))
            .subscribe(),
        );
        const parts = ["used", "subsampled", "belowMinCount", "truncated", "pruned"];
        expect(parts.reduce((sum, counter) => sum + ledger.get(counter), 0)).toBe(2 * text.flat(2).length);
      }),
      { seed: 1, numRuns: caseCount(100) },
    );
  });

  it("tells a new vocabulary by a batch without centres, before anything comes in it", () => {
    const batchIn = (terms: string[], ids: number[]): IdBatch => ({
      vocabulary: makeVocabulary(terms, new Float64Array(terms.length).fill(1)),
      ids: Uint32Array.from(ids),
      sentenceOffsets: Uint32Array.of(),
      documentOffsets: Uint32Array.of(),
      epoch: 0,
    });
    const events = windowsOf([batchIn(["a"], [0, 0]), batchIn(["b"], []), batchIn([], [])], { windowSize: 1 });
    const centres = ({ vocabulary, firstCentre, endCentre, position }: ContextBatch) => [
      vocabulary.terms,
      endCentre - firstCentre,
      position,
    ];
    // Nothing is told of a vocabulary without terms, of which nothing can be learned.
    expect(events.map(centres)).toEqual([
      [["a"], 2, 0],
      [["b"], 0, 2],
    ]);
  });

  it("refuses a window of none", () => {
    expect(() => windowContexts({ windowSize: 0 })).toThrow(
      "windowContexts: windowSize must be an integer from 1 to 50, got 0",
    );
  });

  it(
    "passes on a batch once it is full, the last one on completion",
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const vocabulary = makeVocabulary(["a", "b"], Float64Array.of(2, 1));
      const batch = (ids: number[], starts: number[]): IdBatch => ({
        vocabulary,
        ids: Uint32Array.from(ids),
        sentenceOffsets: Uint32Array.from(starts),
        documentOffsets: Uint32Array.from(starts),
        epoch: 0,
      });
      const values = { x: batch([0, 1], [0]), y: batch([0], []) };
      const [c, d] = windowsOf([values.x, values.y], { windowSize: 1, batchSize: 2 });
      const contexts = windowContexts({ windowSize: 1, batchSize: 2 });
      const source = cold("--x--y--|", values);
      expectObservable(source.pipe(contexts)).toBe("-----c--(d|)", { c, d });
      expectSubscriptions(source.subscriptions).toBe("^-------!");
      expectObservable(cold<IdBatch>("|").pipe(contexts)).toBe("|");
      expectObservable(cold<IdBatch>("-").pipe(contexts)).toBe("-");
      expectObservable(cold("--x--#", values).pipe(contexts)).toBe("-----#");
      expectObservable(cold("--x--y--|", values).pipe(contexts), "------!").toBe("-----c", { c });
    }),
  );
});

/** Without the vocabulary, which has a function. */
function plain({ vocabulary, ...rest }: ContextBatch) {
  return rest;
}
