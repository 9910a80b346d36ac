import {
  bm25Variants,
  defineUnit,
  number,
  type OptionsOf,
  oneOf,
  parseOptions,
  requireSameTextSteps,
  searchIndexOption,
  type UpdatedModel,
} from "../../schemas/index.js";
import { indexCost, indexModel } from "../indexModel.js";

export const bm25Schema = defineUnit({
  name: "bm25",
  kind: "model",
  reads: "documentTerms",
  makes: "searchIndex",
  resumable: true,
  summary: "Indexes documents by their terms, to find those that fit a query best",
  paper: "Robertson and Zaragoza 2009, Foundations and Trends in Information Retrieval 3(4)",
  compared: { options: () => ({}) },
  upstream: { buildVocab: { minCount: 1 }, growVocab: { minCount: 1 } },
  fields: {
    variant: oneOf(bm25Variants, {
      default: "lucene",
      description: "How rare terms count more; lucene is what Lucene, and so Elasticsearch, does",
    }),
    k1: number({
      min: 0,
      default: 1.2,
      elsewhere: { program: "rank_bm25", default: 1.5 },
      description: "How soon more occurrences of a term stop to count; 0: one is as good as many",
    }),
    b: number({ min: 0, max: 1, default: 0.75, description: "How much longer documents are held back; 0: not at all" }),
    delta: number({
      min: 0,
      optional: true,
      description: "What bm25l and bm25plus add; 0.5 and 1 if left out",
    }),
    initialIndex: searchIndexOption({
      optional: true,
      description: "An index made before, to whose documents those of this run are added",
    }),
    textSteps: oneOf(["same", "any"], {
      default: "same",
      description:
        "same: the run ends if tokens are made by other steps than those of initialIndex; any: whatever steps",
    }),
  },
  cost: indexCost,
  create: (_, options, context): UpdatedModel<"documentTerms", "searchIndex"> => {
    const { initialIndex, textSteps = "same" } = options;
    if (initialIndex && textSteps === "same" && context.textSteps)
      requireSameTextSteps("bm25", "initialIndex was made of", initialIndex.metadata, context.textSteps);
    return bm25(options);
  },
});

export type Bm25Options = OptionsOf<typeof bm25Schema>;

/**
 * Indexes documents for search: for each term the documents that hold it, and how often. Scores are made of these integers only when the index
 * is asked, so `variant`, `k1` and `b` are no more than what a search does where it is told nothing else.
 *
 * In:  DocumentTermBatch of counts, one pass; a vocabulary that grows, too. Out: SearchIndex. Exact: documents that come one by one, or are added
 * to an index of a file, give the bytes of all at once. Has no loss.
 * State: 8 bytes a posting and 8 a document, the terms, and what is known of documents; twice the postings while a result or snapshot is made.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range; RangeError from `update` for weights in the place of
 *   counts, TypeError if other things are known of a document than of the first; RangeError from `result`, if no document has a word
 * @example
 *   await run(documentTerms$.pipe(feed(model)));
 *   const searcher = searcherOf(await model.result());
 */
export function bm25(options?: Bm25Options): UpdatedModel<"documentTerms", "searchIndex"> {
  const { variant, k1, b, delta, initialIndex } = parseOptions(bm25Schema, options);
  const scoring = { variant, k1, b, ...(delta === undefined ? {} : { delta }) };
  return indexModel("bm25", scoring, initialIndex);
}
