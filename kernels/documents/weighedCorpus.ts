import type { DocumentFrequencies } from "../../schemas/documentFrequencies.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import type { DocumentNorm, WeighedCorpus } from "./termWeights.js";

/**
 * A corpus as its document frequencies know it, for rows of a vocabulary: its own, or another, whose terms are looked up.
 * State: 8 bytes per term of another vocabulary, and the length of each term for norms of characters.
 */
export function weighedCorpus(
  frequencies: DocumentFrequencies,
  vocabulary: Vocabulary,
  norm: DocumentNorm,
): WeighedCorpus {
  const { counts, documents } = frequencies;
  const own = vocabulary === frequencies.vocabulary ? counts : countsIn(frequencies, vocabulary);
  const characters = norm === "pivotedCharacters" ? charactersOf(vocabulary) : undefined;
  return {
    documents,
    terms: vocabulary.terms.length,
    documentsOf: (term) => own[term]!,
    pivot: documents === 0 ? 0 : pivotOf(frequencies, norm) / documents,
    charactersOf: (term) => characters![term]!,
  };
}

function countsIn({ counts, vocabulary: known }: DocumentFrequencies, { terms }: Vocabulary): Float64Array {
  return Float64Array.from(terms, (term) => {
    const id = known.idOf(term);
    return id === undefined ? 0 : counts[id]!;
  });
}

function pivotOf({ counts, vocabulary }: DocumentFrequencies, norm: DocumentNorm): number {
  if (norm === "pivotedUnique") return counts.reduce((sum, count) => sum + count, 0);
  if (norm !== "pivotedCharacters") return 0;
  return charactersOf(vocabulary).reduce((sum, length, id) => sum + length * vocabulary.counts[id]!, 0);
}

/** Code points of each term, and a space behind it. */
const charactersOf = ({ terms }: Vocabulary): Uint32Array => Uint32Array.from(terms, (term) => [...term].length + 1);
