import { makeVocabulary } from "../kernels/vocabulary/vocabulary.js";
import { defineKind } from "../schemas/kinds.js";
import { type OutsideDocuments, type Vocabulary, vocabularySchema } from "../schemas/vocabulary.js";
import { type Cell, inBlocks, wholeColumns } from "./rows.js";
import { vocabularyAnswers } from "./vocabularyAnswers.js";

/** What stands in a checkpoint for the count of a term that is left out. */
const TRUNCATED = -1;
const outside = { belowMinDocuments: -2, aboveMaxDocuments: -3 } as const;

/** Terms and their counts. In a checkpoint, frequent terms that were left out stand below the others, with a number that tells why. */
export const vocabulary = defineKind({
  name: "vocabulary",
  arrives: "whole",
  columns: ["term", "count"],
  amounts: { terms: ({ terms }: Vocabulary) => terms.length, tokens: ({ tokens }: Vocabulary) => tokens },
  table: {
    schema: () => vocabularySchema,
    facts: ({ labels }) => ({
      ...(labels ? { labels: labels.names, labelCounts: [...labels.counts] } : {}),
    }),
    blocks: ({
      terms,
      counts,
      truncated = new Set<string>(),
      outsideDocuments = new Map<string, OutsideDocuments>(),
    }) =>
      inBlocks(vocabularySchema, [
        ...terms.map((term, id): Cell[] => [term, counts[id]!]),
        ...[...truncated].map((term): Cell[] => [term, TRUNCATED]),
        ...Array.from(outsideDocuments, ([term, why]): Cell[] => [term, outside[why]]),
      ]),
    async read(table, { labels, labelCounts }) {
      const [terms, counts] = await wholeColumns<[string, number]>(table, ["term", "count"]);
      const size = counts.findLastIndex((count) => count >= 0) + 1;
      const leftOut = (number: number) => terms.filter((_, id) => counts[id] === number);
      const truncated = new Set(leftOut(TRUNCATED));
      const byDocuments = (["belowMinDocuments", "aboveMaxDocuments"] as const).flatMap((why) =>
        leftOut(outside[why]).map((term) => [term, why] as const),
      );
      const set = labels
        ? { names: labels as string[], counts: Float64Array.from(labelCounts as number[]) }
        : undefined;
      return makeVocabulary(
        terms.slice(0, size),
        Float64Array.from(counts.slice(0, size)),
        truncated.size > 0 ? truncated : undefined,
        set,
        new Map(byDocuments),
      );
    },
  },
  terms: ({ terms }) => terms,
  answers: vocabularyAnswers,
  shown: ([vocabulary]) => Object.fromEntries(vocabulary!.terms.map((term, id) => [term, vocabulary!.counts[id]])),
});
