import { countedRow } from "../../kernels/documents/countedRow.js";
import { TermWeigher } from "../../kernels/documents/termWeights.js";
import { weighedCorpus } from "../../kernels/documents/weighedCorpus.js";
import { makeVocabulary } from "../../kernels/vocabulary/vocabulary.js";
import type { SearchIndex } from "../../schemas/index.js";

/** Makes a vector of the words of a text; nothing of one without a known word. */
export type TextVector = (words: readonly string[]) => Float32Array | undefined;

/** What gives a text the weights of its terms (V,), as a document of the index has them; nothing for BM25, which has none without a query. */
export function weightsIn({ scoring: { scheme }, terms, offsets, lengths }: SearchIndex): TextVector | undefined {
  if (!scheme) return undefined;
  const counts = Float64Array.from(terms, (_, term) => offsets[term + 1]! - offsets[term]!);
  const vocabulary = makeVocabulary(terms, counts);
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  const corpus = weighedCorpus({ vocabulary, counts, documents: lengths.length, tokens }, vocabulary, scheme.norm);
  const weigher = new TermWeigher(scheme, 0);
  return (words) => {
    const weighed = weigher.weigh(countedRow(vocabulary, words), () => corpus);
    if (weighed.terms.length === 0) return undefined;
    const vector = new Float32Array(terms.length);
    weighed.terms.forEach((term, cell) => {
      vector[term] = weighed.values[cell]!;
    });
    return vector;
  };
}
