import { from, lastValueFrom, of, toArray } from "rxjs";
import { expect, it } from "vitest";
import { makeVocabulary } from "#kernels";
import { documentTerms, inferTopics } from "#operators";

const topics = {
  vocabulary: makeVocabulary(["apple", "苹果", "boat"], Float64Array.from([5, 3, 5])),
  weights: Float32Array.from([8, 1, 4, 0.5, 1, 8]),
  alpha: Float64Array.from([0.3, 0.1]),
  metadata: new Map<string, string>(),
};

function ids(documents: readonly number[][], vocabulary = topics.vocabulary) {
  const all = documents.flat();
  let at = 0;
  const documentOffsets = Uint32Array.from(documents, (document) => {
    at += document.length;
    return at - document.length;
  });
  return { ids: Uint32Array.from(all), documentOffsets, sentenceOffsets: documentOffsets, vocabulary, epoch: 0 };
}

const inferred = (batch: ReturnType<typeof ids>) =>
  lastValueFrom(of(batch).pipe(documentTerms(), inferTopics(topics), toArray()));

it("tells the shares of topics, a row a document, that of the prior where no term is known", async () => {
  const batches = await inferred(ids([[0, 0, 1], [], [2, 2, 2]]));
  const shares = batches.flatMap(({ values }) => [...values]);
  expect(shares).toHaveLength(6);
  expect(shares[0]).toBeGreaterThan(0.8);
  expect(shares.slice(2, 4)).toEqual([0.75, 0.25].map(Math.fround));
  expect(shares[5]).toBeGreaterThan(0.7);
  for (const row of [0, 1, 2]) expect(shares[2 * row]! + shares[2 * row + 1]!).toBeCloseTo(1, 6);
});

it("finds terms by their text in another vocabulary", async () => {
  const other = makeVocabulary(["boat", "unknown", "apple"], Float64Array.from([1, 1, 1]));
  const [there] = await inferred(ids([[0, 1, 2, 2]], other));
  const [here] = await inferred(ids([[2, 0, 0]]));
  expect(there!.values).toEqual(here!.values);
});

it("gives an empty stream for one, and refuses options at the call", async () => {
  expect(await lastValueFrom(from([]).pipe(inferTopics(topics), toArray()))).toEqual([]);
  expect(() => inferTopics(topics, { iterations: 0 })).toThrow(
    "inferTopics: iterations must be an integer from 1 to 10000, got 0",
  );
});
