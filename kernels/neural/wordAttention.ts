/** Weights of one head: how much each of P places looks at each (P x P,). */
export type HeadWeights = Float32Array;

/** The mean over heads. */
export function meanOfHeads(heads: readonly HeadWeights[]): Float64Array {
  const mean = new Float64Array(heads[0]!.length);
  for (const head of heads) for (let i = 0; i < mean.length; i++) mean[i]! += head[i]! / heads.length;
  return mean;
}

/**
 * How much each word looks at each, from weights of places (P x P,): what a word is looked at with is the sum over its pieces, and what it looks
 * with is their mean, so that each word's weights sum to 1 (Clark et al. 2019, W19-4828, section 4.1).
 * @param wordOffsets the first place of each word (W,)
 * @returns (W x W,)
 */
export function attentionOfWords(weights: ArrayLike<number>, wordOffsets: ArrayLike<number>): Float64Array {
  const words = wordOffsets.length;
  const places = Math.sqrt(weights.length);
  const wordOf = new Uint32Array(places);
  for (let word = 0; word < words; word++) wordOf.fill(word, wordOffsets[word]!, wordOffsets[word + 1] ?? places);
  const looked = new Float64Array(words * words);
  for (let from = 0; from < places; from++) {
    const row = wordOf[from]!;
    const pieces = (wordOffsets[row + 1] ?? places) - wordOffsets[row]!;
    for (let to = 0; to < places; to++) looked[row * words + wordOf[to]!]! += weights[from * places + to]! / pieces;
  }
  return looked;
}
