import { expect, it } from "vitest";
import { characterBuckets, DocumentFeatures, LearnedFeatures, SENTENCE_END } from "#kernels";
import { classifierOf } from "../../support/classifierOf.js";

const form = { units: "characters", minLength: 2, maxLength: 3, buckets: 50 } as const;
const settings = {
  ...{ form, wordNgrams: 2, sentenceEnd: true },
  subwordsOf: (term: string) => characterBuckets(term, form),
};

it("has the features that are found when the classifier is asked, ascending", () => {
  const made: [number, number][] = [];
  const learned = new LearnedFeatures(["peel", "大蒜"], settings, (...each) => made.push(each));
  expect(learned.terms).toEqual(["peel", "大蒜", SENTENCE_END]);
  const rows = [...learned.of(Uint32Array.of(1, 0, 1), 0)];
  expect(made.map(([row]) => row)).toEqual(made.map((_, i) => 3 + i)); // after the terms, in the order in which they are met
  const buckets = Object.fromEntries(learned.rows.buckets.map((bucket) => [bucket, [0, 0] as const]));
  const terms = { peel: [0, 0], 大蒜: [0, 0], [SENTENCE_END]: [0, 0] } as const;
  const asked = new DocumentFeatures(
    classifierOf(terms, {}, { buckets, subwords: form, wordNgrams: 2, sentenceEnd: true }),
  );
  // There buckets have their rows ascending by bucket.
  const rowOf = new Map(learned.rows.ascending().map((place, i) => [3 + i, 3 + place]));
  const found = asked
    .of(asked.withEnd(Int32Array.from(["大蒜", "peel", "大蒜"], (word) => asked.word(word))))
    .map((row) => rowOf.get(row) ?? row);
  expect(rows).toEqual(found.sort((x, y) => x - y));
});

it("counts what is beyond the most features of a text, once", () => {
  const alone = { ...settings, wordNgrams: 1, sentenceEnd: false, subwordsOf: () => [] };
  const learned = new LearnedFeatures(["a"], alone, () => {});
  const long = new Uint32Array(60_005);
  expect(learned.of(long, 0)).toHaveLength(60_000);
  learned.of(long, 1);
  expect(learned.cut).toBe(5);
});
