import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { from, map, type OperatorFunction, pipe } from "rxjs";
import { describe, expect, it } from "vitest";
import { normalize, splitSentences, tokenize, windowContexts } from "#operators";
import type { TextBatch, TokenBatch } from "#schemas";
import { collect } from "../support/collect.js";
import { goingOn } from "../support/goingOn.js";
import { caseCount } from "../support/shortOrLong.js";
import { chunkSizes, mixedText, textBatches } from "../support/textBatches.js";
import { idBatches, documents as sentences, sizes } from "../support/tokens.js";

const documents = fc.array(mixedText, { minLength: 1, maxLength: 4 });
const stops = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 3 });

/** Batch edges as they come: what is told must not depend on where a run was stopped. */
const withTerms = ({ lexicon, ...batch }: TokenBatch) => ({
  ...batch,
  terms: Array.from(batch.ids, (id) => lexicon.term(id)),
  counts: Array.from(batch.ids, (id) => lexicon.count(id)),
  pruned: lexicon.prunedOccurrences,
});

const userDictionaries = fileURLToPath(new URL("../fixtures/operators/words.txt", import.meta.url));

const smallLetters = {
  ...({ form: "none", case: "lower", accents: "keep" } as const),
  ...({ digits: "keep", width: "keep", invisible: "keep", radicals: "keep" } as const),
};

const textOperators: Readonly<Record<string, () => OperatorFunction<TextBatch, unknown>>> = {
  normalize: () => normalize({ form: "NFKC", accents: "remove", keepOffsets: true }),
  splitSentences: () => splitSentences({ newline: false }),
  "tokenize, of words": () => pipe(tokenize(), map(withTerms)),
  "tokenize, with a lexicon that is pruned": () => pipe(tokenize({ maxTerms: 3 }), map(withTerms)),
  "tokenize, with the user's words": () =>
    pipe(
      map((batch: TextBatch) => ({ ...batch, normalizations: [smallLetters] })),
      tokenize({ mode: "chinese", userDictionaries, characterOffsets: true }),
      map(withTerms),
    ),
  "tokenize, with places": () => pipe(tokenize({ mode: "chinese", characterOffsets: true }), map(withTerms)),
};

describe.each(Object.entries(textOperators))("%s", (_, operator) => {
  it("goes on from its state after any batch, any number of times, to the same events", async () => {
    const events = (batches: TextBatch[]) => collect(from(batches).pipe(operator()));
    await fc.assert(
      fc.asyncProperty(documents, chunkSizes, stops, async (texts, chunks, places) => {
        const batches = textBatches(texts, chunks);
        expect(await goingOn<TextBatch, unknown>(batches, places, operator)).toEqual(await events(batches));
      }),
      { seed: 11, numRuns: caseCount(60) },
    );
  });
});

describe("windowContexts", () => {
  it("goes on from its state after any batch, any number of times, to the same events", async () => {
    const operator = () => windowContexts({ windowSize: 3, radius: "random", sample: 0.2, batchSize: 5 });
    await fc.assert(
      fc.asyncProperty(sentences, sizes, stops, async (texts, chunks, places) => {
        // A stream goes on with the batch whose vocabulary it needs: there is one after every stop.
        const batches = await idBatches(texts, chunks);
        const within = places.map((place) => place % batches.length);
        expect(await goingOn(batches, within, operator)).toEqual(await collect(from(batches).pipe(operator())));
      }),
      { seed: 12, numRuns: caseCount(100) },
    );
  });
});
