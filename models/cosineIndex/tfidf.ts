import { schemeOf } from "../../kernels/documents/weightScheme.js";
import { defineUnit, type OptionsOf, parseOptions, type UpdatedModel, weightFields } from "../../schemas/index.js";
import { indexCost, indexModel } from "../indexModel.js";
import { cosineOf } from "./cosineOf.js";

export const tfidfSchema = defineUnit({
  name: "tfidf",
  kind: "model",
  reads: "documentTerms",
  makes: "searchIndex",
  resumable: true,
  summary: "Indexes documents by the TF-IDF of their terms, to find those with the most like weights",
  paper: "Spärck Jones 1972, Journal of Documentation 28(1); Salton and Buckley 1988",
  compared: { options: () => ({}) },
  upstream: { buildVocab: { minCount: 1 }, growVocab: { minCount: 1 } },
  fields: { preset: weightFields.preset, sublinear: weightFields.sublinear },
  cost: indexCost,
  create: (_, options): UpdatedModel<"documentTerms", "searchIndex"> => tfidf(options),
});

export type TfidfOptions = OptionsOf<typeof tfidfSchema>;

/**
 * Indexes documents by TF-IDF: two texts are as alike as the cosine of the weights of their terms, each of which counts the more, the fewer
 * documents hold it.
 *
 * In:  DocumentTermBatch of counts, one pass. Out: SearchIndex, which holds counts; weights are made of them when it is asked. Exact, as `bm25` is.
 * Has no loss.
 * State: 8 bytes a posting and 8 a document, the terms, and what is known of documents; twice the postings while a result or snapshot is made.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range; RangeError from `update` for weights in the
 *   place of counts; from `result`, if no document has a word
 * @example
 *   await run(documentTerms$.pipe(feed(tfidf({ sublinear: true }))));
 */
export function tfidf(options?: TfidfOptions): UpdatedModel<"documentTerms", "searchIndex"> {
  const { preset, sublinear } = parseOptions(tfidfSchema, options);
  return indexModel("tfidf", cosineOf(schemeOf("tfidf", { preset, sublinear, smart: undefined, norm: "l2" })));
}
