import { ln } from "../numbers/logarithm.js";
import type { BagRates } from "./bagTrainer.js";

/** What a bucket weighs beside a word that would have s = 1: with 1 bigrams outweigh words in long texts. */
const BUCKET_WEIGHT = 0.5;

/** 1 / mean of s^2 at most: it is 4 to 14 for texts; where every word is in nearly all documents rare ones would learn without bound. */
const MOST_SCALE = 20;

/**
 * Rates by which rare words learn faster than frequent ones. A row v = w s of a word's weight s = idf moves by s for a change of w, and w by
 * s for one of the mean, so a rate of s^2 for rows that are not weighted learns what tf-idf weighs in (Spärck Jones 1972), and texts are
 * scored by plain means. With c the occurrences of a word, T those of all, and N documents,
 *
 *     s(c) = ln((N + 1) / min(c, N)) / ln(N + 1),   rate(c) = s(c)^2 / mean over the T words of s^2
 *
 * so that the words of a text learn at a rate of 1 in the mean. Buckets are not counted beforehand and all have one rate.
 * @param counts of each term; of terms beyond it there is one in every document
 */
export function rarityRates(counts: Float64Array, terms: number, documents: number): BagRates {
  const square = (count: number) =>
    (ln((documents + 1) / Math.min(documents, Math.max(1, count))) / ln(documents + 1)) ** 2;
  let [sum, tokens] = [0, 0];
  for (const count of counts) {
    sum += count * square(count);
    tokens += count;
  }
  const scale = Math.min(MOST_SCALE, tokens / (sum || 1));
  const rows = Float32Array.from({ length: terms }, (_, id) => scale * square(counts[id] ?? documents));
  return { rows, rest: scale * BUCKET_WEIGHT ** 2 };
}
