import { compareCodePoints, makeVocabulary } from "lexstream/kernels";
import type { Vocabulary } from "lexstream/schemas";

/** A vocabulary of all the words of some sentences. */
export function contextVocabulary(sentences: readonly (readonly string[])[]): Vocabulary {
  const counts = new Map<string, number>();
  for (const word of sentences.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
  const rows = [...counts].sort((a, b) => b[1] - a[1] || compareCodePoints(a[0], b[0]));
  return makeVocabulary(
    rows.map(([word]) => word),
    Float64Array.from(rows, ([, count]) => count),
  );
}
