import { makeVocabulary } from "../kernels/vocabulary/vocabulary.js";
import type { DocumentFrequencies } from "../schemas/documentFrequencies.js";
import { defineKind, TEXT_STEPS } from "../schemas/kinds.js";
import { wholeColumns } from "./rows.js";

const columns = ["term", "count", "documents"];

/** In how many documents each term of a vocabulary occurs, and how often. */
export const documentFrequencies = defineKind({
  name: "documentFrequencies",
  arrives: "whole",
  columns,
  amounts: {
    terms: ({ vocabulary }: DocumentFrequencies) => vocabulary.terms.length,
    tokens: ({ tokens }: DocumentFrequencies) => tokens,
  },
  table: {
    schema: () => ({ columns: { term: "text", count: "float64", documents: "float64" } }),
    facts: ({ documents, tokens, metadata = [] }) => ({ documents, tokens, metadata: [...metadata] }),
    blocks: ({ vocabulary: { terms, counts }, counts: documents }) => [
      { columns: [terms, counts, documents], rows: terms.length },
    ],
    async read(table, { documents, tokens, metadata }) {
      const [terms, counts, held] = await wholeColumns<[string, number, number]>(table, columns);
      const total = documents as number;
      const wrong = held.findIndex((count) => !(Number.isInteger(count) && count >= 0 && count <= total));
      if (wrong >= 0)
        throw new RangeError(
          `${table.path}: a term must occur in 0 to ${total} documents, got ${held[wrong]} in row ${wrong}`,
        );
      return {
        vocabulary: makeVocabulary(terms, Float64Array.from(counts)),
        counts: Float64Array.from(held),
        documents: total,
        tokens: tokens as number,
        metadata: new Map(metadata as [string, string][]),
      };
    },
  },
  terms: ({ vocabulary }) => vocabulary.terms,
  origin: {
    tellsTextSteps: true,
    of: ({ metadata = new Map() }) => metadata,
    // No word of the corpus, so that frequencies counted in two parts are the bytes of those counted at once.
    with: (value, metadata) => ({ ...value, metadata: new Map([...metadata].filter(([key]) => key === TEXT_STEPS)) }),
  },
  shown: ([found]) => ({
    documents: found!.documents,
    ...Object.fromEntries(found!.vocabulary.terms.map((term, id) => [term, found!.counts[id]])),
  }),
});
