import fc from "fast-check";
import { from } from "rxjs";
import { expect, it } from "vitest";
import { documentTerms } from "#operators";
import { Ledger, RunScope } from "#runtime";
import type { DocumentTermBatch, IdBatch } from "#schemas";
import { collect } from "../../support/collect.js";
import { goingOn } from "../../support/goingOn.js";
import { labelledBatches, labelledVocabulary } from "../../support/labelledBatches.js";
import { caseCount } from "../../support/shortOrLong.js";

const texts = [
  { words: ["the", "cat", "sat", "the"], labels: ["animals"] },
  { words: [], labels: ["nothing"] },
  { words: ["猫", "坐", "猫", "猫"], labels: ["动物", "animals"] },
  { words: ["the"], labels: [] },
];
const vocabulary = labelledVocabulary(texts);

/** Each row as its number, its tokens, its labels and its terms with their values. */
const rowsOf = (batches: readonly DocumentTermBatch[]) =>
  batches.flatMap(({ rowDocuments, lengths, offsets, terms, values, documents, epoch }) =>
    Array.from(rowDocuments, (document, row) => ({
      ...{ document, epoch },
      length: lengths[row],
      labels: documents?.labels?.[row],
      terms: Array.from(terms.subarray(offsets[row], offsets[row + 1]), (term, k) => [
        vocabulary.terms[term],
        values[offsets[row]! + k],
      ]),
    })),
  );

const idsOf = (sizes: number[], epoch = 0) => labelledBatches(vocabulary, texts, { sizes, epoch });

it("counts the terms of each document, an empty one too, with what is known of it", async () => {
  // Terms by count: 猫 3 and the 3, of which "the" has the lower code point; then cat, sat, 坐.
  expect(vocabulary.terms).toEqual(["the", "猫", "cat", "sat", "坐"]);
  const rows = rowsOf(await collect(from(idsOf([100])).pipe(documentTerms())));
  expect(rows).toEqual([
    {
      document: 0,
      epoch: 0,
      length: 4,
      labels: ["animals"],
      terms: [
        ["the", 2],
        ["cat", 1],
        ["sat", 1],
      ],
    },
    { document: 1, epoch: 0, length: 0, labels: ["nothing"], terms: [] },
    {
      document: 2,
      epoch: 0,
      length: 4,
      labels: ["动物", "animals"],
      terms: [
        ["猫", 3],
        ["坐", 1],
      ],
    },
    { document: 3, epoch: 0, length: 1, labels: [], terms: [["the", 1]] },
  ]);
});

it("gives the same rows for any batches, in every pass, wherever it is stopped and gone on with", async () => {
  const wanted = rowsOf(await collect(from([...idsOf([100]), ...idsOf([100], 1)]).pipe(documentTerms())));
  expect(wanted.map(({ document, epoch }) => [document, epoch])).toEqual([
    ...[0, 1, 2, 3].map((document) => [document, 0]),
    ...[0, 1, 2, 3].map((document) => [document, 1]),
  ]);
  const sizes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.array(fc.nat({ max: 12 }), { maxLength: 2 }), async (cuts, stops) => {
      const batches = [...idsOf(cuts), ...idsOf(cuts, 1)];
      expect(rowsOf(await collect(from(batches).pipe(documentTerms())))).toEqual(wanted);
      const within = stops.map((stop) => stop % batches.length);
      expect(rowsOf(await goingOn<IdBatch, DocumentTermBatch>(batches, within, documentTerms))).toEqual(wanted);
    }),
    { seed: 3, numRuns: caseCount(60) },
  );
});

it("counts documents of many different terms", async () => {
  const words = Array.from({ length: 1000 }, (_, i) => `w${(i * 7919) % 500}`);
  const many = labelledVocabulary([{ words, labels: [] }]);
  const batches = await collect(
    from(labelledBatches(many, [{ words, labels: [] }], { sizes: [300] })).pipe(documentTerms()),
  );
  expect(batches).toHaveLength(1);
  expect(batches[0]!.terms).toEqual(Uint32Array.from({ length: 500 }, (_, id) => id));
  expect(new Set(batches[0]!.values)).toEqual(new Set([2]));
});

it("leaves out the tokens of a document whose row got another term while it was read", async () => {
  const snapshot = (terms: string[], generation: number, since: number[]) => ({
    ...{ terms, generation, maxSize: 2, counts: new Float64Array(terms.length), tokens: 0 },
    since: Uint32Array.from(since),
    idOf: (term: string) => terms.indexOf(term),
  });
  const batch = (ids: number[], starts: number[], used: ReturnType<typeof snapshot>): IdBatch => ({
    vocabulary: used,
    ids: Uint32Array.from(ids),
    documentOffsets: Uint32Array.from(starts),
    sentenceOffsets: Uint32Array.from(starts),
    epoch: 0,
  });
  const before = snapshot(["a", "b"], 0, [0, 0]);
  const after = snapshot(["a", "c"], 1, [0, 1]);
  const ledger = new Ledger();
  const rows: DocumentTermBatch[] = [];
  const batches = [batch([0, 1, 1], [0], before), batch([1, 0], [], after)];
  new RunScope(undefined, ledger).within(() =>
    from(batches)
      .pipe(documentTerms())
      .subscribe((row) => rows.push(row)),
  );
  expect(rows).toMatchObject([
    { terms: Uint32Array.of(0, 1), values: Float64Array.of(2, 1), lengths: Uint32Array.of(3) },
  ]);
  expect(ledger.get("replaced")).toBe(2);
});
