import type { Vocabulary } from "../../schemas/vocabulary.js";

/**
 * The probability that an occurrence of each term survives subsampling (V,): with f the term's share of all tokens and t the threshold
 *
 *     keep = min(1, sqrt(t / f) + t / f)
 *
 * as in word2vec.c (TrainModelThread). The paper has sqrt(t / f) alone (Mikolov et al. 2013, arXiv:1310.4546, section 2.3, where it
 * is written as the probability of leaving out, 1 - sqrt(t / f)). A threshold of 0 keeps everything.
 */
export function keepProbabilities({ counts, tokens }: Vocabulary, threshold: number): Float64Array {
  if (threshold === 0) return new Float64Array(counts.length).fill(1);
  return counts.map((count) => {
    const ratio = (threshold * tokens) / count;
    return Math.min(1, Math.sqrt(ratio) + ratio);
  });
}

/** How many tokens an epoch keeps on average. */
export function expectedTokens({ counts }: Vocabulary, keep: Float64Array): number {
  return counts.reduce((sum, count, id) => sum + count * keep[id]!, 0);
}
