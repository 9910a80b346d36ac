import { ln } from "../numbers/logarithm.js";
import type { BagRates } from "./bagTrainer.js";

/** What a bucket weighs at most beside a word that would have s = 1: with 1, bigrams outweigh words. */
const MOST_BUCKET_WEIGHT = 0.5;

/** Buckets of a text weigh, squared and together, as much as so many words at most: nearly all bigrams of a long text stand in no other. */
const MOST_BUCKET_WORDS = 10;

/** Texts of a label at which k = 1, and the range of k. */
const USUAL_TEXTS = 2000;
const LEAST_GROWTH = 0.25;
const MOST_GROWTH = 2.5;

/** k / mean of s^2 at most: it is 1 to 18 for texts; where every word is in nearly all documents rare ones would learn without bound. */
const MOST_SCALE = 20;

/**
 * Rates by which rare words learn faster than frequent ones. A row v = w s of a word's weight s = idf moves by s for a change of w, and w by
 * s for one of the mean, so a rate of s^2 for rows that are not weighted learns what tf-idf weighs in (Spärck Jones 1972), and texts are
 * scored by plain means. With c the occurrences of a word, T those of all, and N documents,
 *
 *     s(c) = ln((N + 1) / min(c, N)) / ln(N + 1),   rate(c) = k s(c)^2 / mean over the T words of s^2
 *
 * so that the words of a text learn at a rate of k in the mean. Buckets are not counted beforehand and all have one rate, that of a word with
 * s = min(1/2, sqrt(10 N / T)). What all steps of some passes come to grows with the texts n of a label, faster than what they tell: where these
 * are many the fit is closer than is good, and where they are few it has hardly begun. Of what was tried on eight sets the root was best:
 *
 *     k = sqrt(2000 / n), between 1/4 and 5/2
 *
 * @param counts of each term; of terms beyond it there is one in every document
 * @param labels that the documents have, where they are learned from in passes; on a stream, where nobody knows how many will come, k = 1
 */
export function rarityRates(counts: Float64Array, terms: number, documents: number, labels?: number): BagRates {
  const square = (count: number) =>
    (ln((documents + 1) / Math.min(documents, Math.max(1, count))) / ln(documents + 1)) ** 2;
  let [sum, tokens] = [0, 0];
  for (const count of counts) {
    sum += count * square(count);
    tokens += count;
  }
  const growth = labels === undefined ? 1 : Math.sqrt((USUAL_TEXTS * labels) / documents);
  const bounded = Math.min(MOST_GROWTH, Math.max(LEAST_GROWTH, growth));
  const scale = Math.min(MOST_SCALE, (bounded * tokens) / (sum || 1));
  const bucketSquare = Math.min(MOST_BUCKET_WEIGHT ** 2, (MOST_BUCKET_WORDS * documents) / (tokens || 1));
  const rows = Float32Array.from({ length: terms }, (_, id) => scale * square(counts[id] ?? documents));
  return { rows, rest: scale * bucketSquare };
}
