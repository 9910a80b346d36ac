import fc from "fast-check";
import { expect, it } from "vitest";
import { SearchIndexBuilder, searchedIndex } from "#kernels";
import type { DocumentColumn } from "#schemas";
import { vocabularyOf } from "../../support/contextBatches.js";
import { copyState } from "../../support/copyState.js";
import { countsOf, postingsOf, searchIndexOf } from "../../support/searchIndexOf.js";
import { caseCount } from "../../support/shortOrLong.js";

const known = (from: number, to: number): DocumentColumn => ({
  ids: Array.from({ length: to - from }, (_, k) => `d${from + k}`),
});

it("has the documents of each term, by code point, and keeps the numbers of empty documents", () => {
  const index = postingsOf(countsOf([["b", "猫", "b"], [], ["𠮷", "ﬀ", "b"]]));
  expect(index).toEqual({
    terms: ["b", "猫", "ﬀ", "𠮷"], // U+0062, U+732B, U+FB00, U+20BB7
    offsets: Uint32Array.of(0, 2, 3, 4, 5),
    documents: Uint32Array.of(0, 2, 0, 2, 2),
    counts: Uint32Array.of(2, 1, 1, 1, 1),
    lengths: Uint32Array.of(3, 0, 3),
  });
});

const word = fc.constantFrom("a", "b", "c", "d", "猫", "狗", "𠮷", "ﬀ");
const documents = fc.array(fc.array(word, { maxLength: 6 }), { minLength: 1, maxLength: 12 });

it("makes the same of documents one by one, with other vocabularies, asked for in between, and gone on with", () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(documents, cuts, (all, sizes) => {
      const whole = postingsOf(countsOf(all, { known: known(0, all.length) }));
      let builder = new SearchIndexBuilder();
      for (let from = 0, turn = 0; from < all.length; turn++) {
        const some = all.slice(from, from + sizes[turn]!);
        const vocabulary = vocabularyOf(turn % 2 === 0 ? some : [["x", "𠮷"], ...some]);
        builder.add(countsOf(some, { vocabulary, known: known(from, from + some.length) }));
        from += some.length;
        if (sizes[turn] === 1) builder.index();
        if (sizes[turn] === 2) builder = new SearchIndexBuilder(builder.index());
        if (sizes[turn] === 3) {
          const state = copyState(builder.save());
          builder = new SearchIndexBuilder();
          builder.restore(state);
        }
      }
      expect(builder.index()).toEqual(whole);
    }),
    { seed: 8, numRuns: caseCount(150) },
  );
});

it("does not change an index that it goes on from, or gave before", () => {
  const builder = new SearchIndexBuilder(postingsOf(countsOf([["a", "b"]])));
  const before = builder.index();
  const copy = structuredClone(before);
  builder.add(countsOf([["b", "c"]]));
  expect(builder.index().lengths).toHaveLength(2);
  expect(before).toEqual(copy);
});

it("refuses weights in the place of counts, and documents of which other things are known", () => {
  const builder = new SearchIndexBuilder();
  builder.add(countsOf([["a"]], { known: { ids: ["x"], fields: { title: ["A"] } } }));
  expect(() => builder.add(countsOf([["b"]]))).toThrow(
    "searchIndex: the same must be known of all documents, ids, fields (title) as of the first, got nothing of document 1",
  );
  const weighed = { ...countsOf([["猫"]]), values: Float64Array.of(0.5) };
  expect(() => new SearchIndexBuilder().add(weighed)).toThrow(
    'searchIndex: documents must have counts of their terms, got the weight 0.5 of "猫" in document 0',
  );
});

it("finds the place of a term by halving", () => {
  const index = searchIndexOf([["b", "猫", "ﬀ", "𠮷", "a"]]);
  expect(index.terms.map(searchedIndex(index).placeOf)).toEqual([0, 1, 2, 3, 4]);
  for (const other of ["", "ab", "z", "\u{10ffff}"]) expect(searchedIndex(index).placeOf(other)).toBeUndefined();
});
