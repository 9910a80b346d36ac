import { expect, it } from "vitest";
import { characterBuckets, DocumentFeatures, forEachWordNgram, hashTerm, SENTENCE_END, ZERO_ROW } from "#kernels";
import { classifierOf } from "../../support/classifierOf.js";

const terms = { peel: [1, 0], garlic: [0, 1] } as const;
const labels = { a: [1, 0], b: [0, 1] } as const;
const form = { units: "characters", minLength: 3, maxLength: 3, buckets: 100 } as const;

const wordsOf = (features: DocumentFeatures, words: readonly string[]) =>
  Int32Array.from(words, (word) => features.word(word));

/** The rows of a text's features. */
const rowsOf = (features: DocumentFeatures, ...words: readonly string[]) =>
  features.of(features.withEnd(wordsOf(features, words)));

const bigram = (...words: readonly string[]) => {
  let found = -1;
  forEachWordNgram(words.map(hashTerm), 2, 100, (bucket) => {
    found = bucket;
  });
  return found;
};

it("gives words their rows and keeps repeats; words that are not known have none", () => {
  const features = new DocumentFeatures(classifierOf(terms, labels));
  expect(rowsOf(features, "garlic", "onion", "peel", "garlic")).toEqual([1, 0, 1]);
  expect(rowsOf(features, "onion")).toEqual([]);
  expect(rowsOf(features)).toEqual([]);
});

it("hashes n-grams of words over all words, also those that are not known", () => {
  const [known, unknown] = [bigram("peel", "garlic"), bigram("garlic", "onion")];
  const features = new DocumentFeatures(classifierOf(terms, labels, { wordNgrams: 2, buckets: { [unknown]: [5, 5] } }));
  expect(known).not.toBe(unknown);
  expect(rowsOf(features, "peel", "garlic", "onion")).toEqual([0, 1, ZERO_ROW, 2]); // words first, then n-grams
  const seen: [number, number, number][] = [];
  features.forEach(wordsOf(features, ["peel", "garlic", "onion"]), (...feature) => seen.push(feature));
  expect(seen).toEqual([
    [0, 0, 1],
    [1, 1, 2],
    [ZERO_ROW, 0, 2],
    [2, 1, 3],
  ]);
});

it("leaves out buckets without a row where the classifier was pruned, and counts them as zeros otherwise", () => {
  const [first] = characterBuckets("onion", form) as [number];
  const options = { subwords: form, buckets: { [first]: [1, 1] as const } };
  const row = Object.keys(terms).length;
  const rows = (pruned: boolean) =>
    rowsOf(new DocumentFeatures(classifierOf(terms, labels, { ...options, pruned })), "onion");
  expect(rows(true)).toEqual([row]);
  expect(rows(false)).toEqual([row, ...new Array(4).fill(ZERO_ROW)]); // <on oni nio ion on>
});

it("finds nothing in a text without a known word and without a bucket in use, whatever its n-grams", () => {
  const bucket = bigram("洋葱", "大蒜");
  const features = new DocumentFeatures(classifierOf(terms, labels, { wordNgrams: 2, buckets: { [bucket]: [5, 5] } }));
  expect(rowsOf(features, "onion", "leek")).toEqual([]);
  expect(rowsOf(features, "洋葱", "韭葱")).toEqual([]);
  expect(rowsOf(features, "韭葱", "洋葱", "大蒜")).toEqual([ZERO_ROW, 2]);
});

it("ends a text with </s>, which has no subwords, where the classifier was trained so", () => {
  const withEnd = classifierOf({ ...terms, [SENTENCE_END]: [2, 2] }, labels, { sentenceEnd: true, subwords: form });
  expect(rowsOf(new DocumentFeatures(withEnd))).toEqual([2]);
  const bucket = bigram("garlic", SENTENCE_END);
  const withNgrams = classifierOf({ ...terms, [SENTENCE_END]: [2, 2] }, labels, {
    sentenceEnd: true,
    wordNgrams: 2,
    buckets: { [bucket]: [0, 0] },
  });
  expect(rowsOf(new DocumentFeatures(withNgrams), "garlic")).toEqual([1, 2, 3]);
});

it("forgets words that are no terms", () => {
  const features = new DocumentFeatures(classifierOf(terms, labels, { subwords: form, pruned: false }));
  const [onion, garlic] = wordsOf(features, ["onion", "garlic"]) as unknown as [number, number];
  expect([onion, garlic]).toEqual([2, 1]); // a number behind the two terms; the place among them
  expect(features.rowsOf(onion)).toHaveLength(5); // <on oni nio ion on>
  expect(features.rowsOf(garlic)).toHaveLength(1 + 6); // itself, and <ga gar arl rli lic ic>
  features.forget(onion);
  expect(features.word("大蒜")).toBe(onion);
  expect(features.rowsOf(onion)).toHaveLength(2); // <大蒜 大蒜>
  expect([features.textOf(onion), features.textOf(garlic)]).toEqual(["大蒜", "garlic"]);
  const many = Array.from({ length: 500 }, (_, i) => features.word(`${i}`));
  expect(many.map((word) => features.textOf(word))).toEqual(many.map((_, i) => `${i}`));
});

it("hashes n-grams of a word by its own text, also behind one that was forgotten", () => {
  const bucket = bigram("garlic", "大蒜");
  const features = new DocumentFeatures(classifierOf(terms, labels, { wordNgrams: 2, buckets: { [bucket]: [5, 5] } }));
  expect(rowsOf(features, "garlic", "onion")).toEqual([1, ZERO_ROW]);
  features.forget(2);
  expect(rowsOf(features, "garlic", "大蒜")).toEqual([1, 2]);
});
