import { concat, defer, mergeMap, type OperatorFunction } from "rxjs";
import { DocumentTermCounter } from "../../kernels/documents/documentTermCounter.js";
import { currentScope } from "../../runtime/flow.js";
import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import type { IdBatch } from "../../schemas/tokens.js";
import { defineUnit } from "../../schemas/units.js";

export const documentTermsSchema = defineUnit({
  name: "documentTerms",
  kind: "operator",
  reads: "ids",
  makes: "documentTerms",
  resumable: true,
  standard: {},
  summary: "Counts the terms of each document: bags of words, as rows of a sparse matrix",
  paper: "Salton et al. 1975, Communications of the ACM 18(11)",
  fields: {},
  cost: (_, { sizes }) => ({ memory: { bytes: 4 * sizes.vocabulary, from: ["vocabulary"] } }),
  create: (): OperatorFunction<IdBatch, DocumentTermBatch> => documentTerms(),
});

/**
 * Counts the terms of each document: a row a document, with the ids of its terms ascending and how often each occurs.
 *
 * In:  IdBatch. Out: DocumentTermBatch, whole documents in their order, one without a term too; a document is passed on when the next
 * begins, or the pass ends. What is known of documents stays with their rows. Where a growing vocabulary changes within a document, its
 * tokens whose row has another term now are left out, and counted as `replaced`.
 * State: 4 bytes per term, and the counts of one document.
 * @example
 *   tokens$.pipe(encode(vocabulary), documentTerms(), writeDocumentTerms({ path: "terms.arrow" }))
 */
export function documentTerms(): OperatorFunction<IdBatch, DocumentTermBatch> {
  return (source) =>
    defer(() => {
      const scope = currentScope();
      const counter = new DocumentTermCounter();
      scope.keep(counter);
      return concat(
        source.pipe(
          mergeMap(function* (batch) {
            yield* counter.push(batch);
            scope.lost("replaced", counter.takeReplaced());
          }),
        ),
        defer(() => counter.end()),
      );
    });
}
