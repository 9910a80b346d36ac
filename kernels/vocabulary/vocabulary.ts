import type { LabelSet, OutsideDocuments, Vocabulary } from "../../schemas/vocabulary.js";

/**
 * A finished vocabulary from terms in their final order and their counts.
 * State: a hash from term to id, made when an id is first asked for.
 * @throws RangeError if the lengths differ
 */
export function makeVocabulary(
  terms: readonly string[],
  counts: Float64Array,
  truncated?: ReadonlySet<string>,
  labels?: LabelSet,
  outsideDocuments?: ReadonlyMap<string, OutsideDocuments>,
): Vocabulary {
  if (terms.length !== counts.length)
    throw new RangeError(`vocabulary: terms and counts must be equally many, got ${terms.length} and ${counts.length}`);
  let ids: Map<string, number> | undefined;
  return {
    terms,
    counts,
    tokens: counts.reduce((sum, count) => sum + count, 0),
    ...(truncated ? { truncated } : {}),
    ...(outsideDocuments?.size ? { outsideDocuments } : {}),
    ...(labels ? { labels } : {}),
    idOf(term) {
      ids ??= idsOf(terms);
      return ids.get(term);
    },
  };
}

/** A pair for each term would take longer to make and to clear away than the map. */
function idsOf(terms: readonly string[]): Map<string, number> {
  const ids = new Map<string, number>();
  for (let id = 0; id < terms.length; id++) ids.set(terms[id]!, id);
  return ids;
}

/**
 * For stages whose result has one vocabulary.
 * @throws TypeError if it is one that changes
 */
export function requireFixed(who: string, vocabulary: Vocabulary): void {
  if ("generation" in vocabulary)
    throw new TypeError(`${who}: the vocabulary must stay the same, got one of growVocab, which changes`);
}

/**
 * For models that draw terms by their counts.
 * @throws RangeError if all counts are 0, as those of a tokenizer that was read from a file
 */
export function requireCounts(who: string, { terms, tokens }: Vocabulary): void {
  if (tokens > 0) return;
  throw new RangeError(
    `${who}: the vocabulary must tell how often its terms occur, got ${terms.length} terms of count 0; learnSubwords counts pieces, files of tokenizers do not`,
  );
}

/** The vocabulary that a batch's or a table's ids belong to, if it has ids. */
export function vocabularyOf(value: unknown): Vocabulary | undefined {
  return (value as { readonly vocabulary?: Vocabulary }).vocabulary;
}

/** Bytes of so many terms: the text of each as a string, its count, and its place in the map from terms to ids. */
export const vocabularyBytes = (terms: number): number => 100 * terms;
