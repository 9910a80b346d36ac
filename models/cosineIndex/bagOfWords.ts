import { defineUnit, type UpdatedModel } from "../../schemas/index.js";
import { indexCost, indexModel } from "../indexModel.js";
import { cosineOf } from "./cosineOf.js";

export const bagOfWordsSchema = defineUnit({
  name: "bagOfWords",
  kind: "model",
  reads: "documentTerms",
  makes: "searchIndex",
  resumable: true,
  summary: "Indexes documents by how often they hold each term, to find those with the most like counts",
  paper: "Salton et al. 1975, Communications of the ACM 18(11)",
  compared: { options: () => ({}) },
  upstream: { buildVocab: { minCount: 1 }, growVocab: { minCount: 1 } },
  fields: {},
  cost: indexCost,
  create: (): UpdatedModel<"documentTerms", "searchIndex"> => bagOfWords(),
});

/**
 * Indexes documents as bags of words: two texts are as alike as the cosine of their counts, whatever the terms.
 *
 * In:  DocumentTermBatch of counts, one pass. Out: SearchIndex. Exact, as `bm25` is. Has no loss.
 * State: 8 bytes a posting and 8 a document, the terms, and what is known of documents; twice the postings while a result or snapshot is made.
 * @throws RangeError from `update` for weights in the place of counts; from `result`, if no document has a word
 * @example
 *   await run(documentTerms$.pipe(feed(model)));
 *   const searcher = searcherOf(await model.result());
 */
export const bagOfWords = (): UpdatedModel<"documentTerms", "searchIndex"> =>
  indexModel("bagOfWords", cosineOf({ tf: "raw", idf: "none", norm: "l2", base: "e" }));
