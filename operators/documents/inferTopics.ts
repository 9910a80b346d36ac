import { defer, map, type OperatorFunction } from "rxjs";
import { TopicInference } from "../../kernels/topics/inference.js";
import { TermMap } from "../../kernels/topics/termMap.js";
import { documentTerms } from "../../kinds/documentTerms.js";
import { currentScope } from "../../runtime/flow.js";
import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import type { DocumentVectorBatch } from "../../schemas/documentVectors.js";
import { integer, number, oneOf, topicsOption } from "../../schemas/fields.js";
import { defineOptions, type OptionsOf, parseOptions } from "../../schemas/options.js";
import { requireSameTextSteps } from "../../schemas/sameTextSteps.js";
import type { Topics } from "../../schemas/topics.js";
import { defineUnit } from "../../schemas/units.js";

/** In code the topics are an argument. */
const inferTopicsOptions = defineOptions({
  name: "inferTopics",
  fields: {
    iterations: integer({ min: 1, max: 10_000, default: 100, description: "Steps a document at most" }),
    tolerance: number({
      min: 0,
      default: 1e-4,
      description: "A document is done once a step moves its topics by less, in tokens a topic on the mean",
    }),
  },
});

export type InferTopicsOptions = OptionsOf<typeof inferTopicsOptions>;

export const inferTopicsSchema = defineUnit({
  name: "inferTopics",
  kind: "operator",
  reads: "documentTerms",
  needs: { topics: "topics" },
  needsInFiles: { topics: "model" },
  makes: "documentVectors",
  resumable: true,
  summary: "Tells the share of each topic in documents, by topics that the run has made, or those of a file",
  paper: "Blei, Ng and Jordan 2003, Journal of Machine Learning Research 3, section 5",
  fields: {
    model: topicsOption({ optional: true, description: "File of the topics; if left out, a step above makes them" }),
    ...inferTopicsOptions.fields,
    textSteps: oneOf(["same", "any"], {
      default: "same",
      description:
        "same: the run ends if tokens are made by other steps than those of the texts that the topics were learned from; any: whatever steps",
    }),
  },
  create: (
    { topics },
    { model = topics, textSteps = "same", ...options },
    context,
  ): OperatorFunction<DocumentTermBatch, DocumentVectorBatch> => {
    if (textSteps === "same" && context.textSteps)
      requireSameTextSteps("inferTopics", "the topics were learned from", model.metadata, context.textSteps);
    return inferTopics(model, options);
  },
});

/**
 * Tells the share of each topic in each document; they sum to 1. A function of the document alone: the same topics whatever came before, and at
 * any time. A document without a known term has the shares of the prior. Terms that the topics do not know are left out, and counted
 * as `unknownTerms`.
 *
 * In:  DocumentTermBatch, N documents. Out: DocumentVectorBatch (N, K). State: the topics once more, 4 V K bytes.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range
 * @see Hoffman, Blei and Bach 2010, Online Learning for Latent Dirichlet Allocation, algorithm 1 (the E step)
 * @example
 *   documentTerms$.pipe(inferTopics(topics), writeDocumentVectors({ path: "shares.parquet" }))
 */
export function inferTopics(
  topics: Topics,
  options?: InferTopicsOptions,
): OperatorFunction<DocumentTermBatch, DocumentVectorBatch> {
  const inference = new TopicInference(topics, parseOptions(inferTopicsOptions, options));
  const vectorSize = topics.alpha.length;
  return (source) =>
    defer(() => {
      const scope = currentScope();
      const known = new TermMap(topics.vocabulary);
      return source.pipe(
        map((batch) => {
          const { vocabulary, offsets, terms, values, rowDocuments, documents, epoch } = batch;
          const shares = new Float32Array(rowDocuments.length * vectorSize);
          let unknown = 0;
          rowDocuments.forEach((_, row) => {
            const [from, to] = [offsets[row]!, offsets[row + 1]!];
            const cells = known.cells(vocabulary, terms.subarray(from, to), values.subarray(from, to));
            unknown += to - from - cells.terms.length;
            shares.set(inference.shares(cells.terms, cells.values), row * vectorSize);
          });
          if (unknown > 0) scope.ledger.add("unknownTerms", unknown);
          scope.took(documentTerms.amounts!.tokens!(batch)); // vectors have no tokens
          return { vectorSize, values: shares, rowDocuments, ...(documents ? { documents } : {}), epoch };
        }),
      );
    });
}
