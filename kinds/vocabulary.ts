import { makeVocabulary } from "../kernels/vocabulary/vocabulary.js";
import { defineKind } from "../schemas/kinds.js";
import { type Vocabulary, vocabularySchema } from "../schemas/vocabulary.js";
import { type Cell, inBlocks, wholeColumns } from "./rows.js";

/** Terms and their counts. In a checkpoint, frequent terms that `maxSize` cut stand below the others, with a count of -1. */
export const vocabulary = defineKind({
  name: "vocabulary",
  arrives: "whole",
  columns: ["term", "count"],
  amounts: { terms: ({ terms }: Vocabulary) => terms.length, tokens: ({ tokens }: Vocabulary) => tokens },
  table: {
    schema: () => vocabularySchema,
    facts: ({ truncated, labels }) => ({
      hasTruncated: truncated !== undefined && truncated.size > 0,
      ...(labels ? { labels: labels.names, labelCounts: [...labels.counts] } : {}),
    }),
    blocks: ({ terms, counts, truncated = new Set<string>() }) =>
      inBlocks(vocabularySchema, [
        ...terms.map((term, id): Cell[] => [term, counts[id]!]),
        ...[...truncated].map((term): Cell[] => [term, -1]),
      ]),
    async read(table, { hasTruncated, labels, labelCounts }) {
      const [terms, counts] = await wholeColumns<[string, number]>(table, ["term", "count"]);
      const size = counts.findLastIndex((count) => count >= 0) + 1;
      const truncated = hasTruncated ? new Set(terms.slice(size)) : undefined;
      const set = labels
        ? { names: labels as string[], counts: Float64Array.from(labelCounts as number[]) }
        : undefined;
      return makeVocabulary(terms.slice(0, size), Float64Array.from(counts.slice(0, size)), truncated, set);
    },
  },
  terms: ({ terms }) => terms,
  shown: ([vocabulary]) => Object.fromEntries(vocabulary!.terms.map((term, id) => [term, vocabulary!.counts[id]])),
});
