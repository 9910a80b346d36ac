/**
 * Scores of phrases that were found in documents against those that people gave, as Hulth 2003 (EMNLP, W03-1028) and the TextRank paper have them:
 *
 *     precision   right ones among the first k that were found
 *     recall      right ones among those that were given, whether they stand in the text or not
 *     F1          their harmonic mean, 2 right / (found + given)
 *
 * Means are over the documents; one in which nothing is found, or that was given nothing, counts 0.
 */
export interface DocumentPhrases {
  /** The best first, spelled so that equal ones are equal. */
  readonly found: readonly string[];
  readonly given: readonly string[];
}

export interface KeyphraseScores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Phrases that are the same count once. */
export function scoreKeyphrases(documents: readonly DocumentPhrases[], k: number): KeyphraseScores {
  const sums = { precision: 0, recall: 0, f1: 0 };
  for (const document of documents) {
    const given = new Set(document.given);
    const found = [...new Set(document.found)].slice(0, k);
    const right = found.filter((phrase) => given.has(phrase)).length;
    if (right === 0) continue;
    sums.precision += right / found.length;
    sums.recall += right / given.size;
    sums.f1 += (2 * right) / (found.length + given.size);
  }
  const mean = (sum: number) => sum / documents.length;
  return { precision: mean(sums.precision), recall: mean(sums.recall), f1: mean(sums.f1) };
}
