import { from } from "rxjs";
import { type GrowVocabOptions, growVocab } from "#operators";
import type { IdBatch, TokenBatch } from "#schemas";
import { collect } from "./collect.js";
import type { LabelledText } from "./labelledBatches.js";
import { tokenBatches } from "./tokens.js";

/** The texts as documents of tokens with their labels, cut after every `size` tokens (the sizes are used in turn). */
export function labelledTokens(texts: readonly LabelledText[], sizes?: readonly number[]): TokenBatch[] {
  let first = 0;
  return tokenBatches(
    texts.map(({ words }) => (words.length === 0 ? [] : [words])),
    sizes,
  ).map((batch) => {
    const begun = texts.slice(first, first + batch.documentOffsets.length);
    first += begun.length;
    return { ...batch, documents: { labels: begun.map(({ labels }) => labels) } };
  });
}

/** The same in a vocabulary that grows. */
export function grownIds(
  texts: readonly LabelledText[],
  vocabulary: GrowVocabOptions,
  sizes?: readonly number[],
): Promise<IdBatch[]> {
  return collect(from(labelledTokens(texts, sizes)).pipe(growVocab(vocabulary)));
}
