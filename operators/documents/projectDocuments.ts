import { defer, map, type OperatorFunction } from "rxjs";
import { DocumentProjector } from "../../kernels/decomposition/foldIn.js";
import { scaledBySingularValues } from "../../kernels/decomposition/singularScale.js";
import { powers } from "../../kernels/decomposition/spaceVectors.js";
import { documentTerms } from "../../kinds/documentTerms.js";
import { currentScope } from "../../runtime/flow.js";
import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import type { DocumentVectorBatch } from "../../schemas/documentVectors.js";
import { oneOf } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../../schemas/options.js";
import type { SemanticSpace } from "../../schemas/semanticSpace.js";
import { defineUnit } from "../../schemas/units.js";

export const projectDocumentsSchema = defineUnit({
  name: "projectDocuments",
  kind: "operator",
  reads: "documentTerms",
  needs: { space: "semanticSpace" },
  makes: "documentVectors",
  resumable: true,
  summary: "Tells where documents lie in a space of LSA, also those that it was not made from",
  paper: "Deerwester et al. 1990, Journal of the American Society for Information Science 41(6), section 4.3",
  fields: {
    power: oneOf(powers, {
      default: "1",
      description: "How much each dimension counts: its singular value to this power",
    }),
  },
  create: ({ space }, options): OperatorFunction<DocumentTermBatch, DocumentVectorBatch> =>
    projectDocuments(space, options),
});

export type ProjectDocumentsOptions = OptionsOf<typeof projectDocumentsSchema>;

/**
 * Coordinates of documents in a space of LSA, a V S^(power - 1): those of the documents that it was made from are U S^power. Weights must be made
 * as those of the space were.
 *
 * In:  DocumentTermBatch, N documents. Out: DocumentVectorBatch (N, k); zeros for a document without a term of the space. Terms are looked up
 * by name if the vocabulary is another; counts `unknown`, cells of terms that the space does not have.
 * State: the space; 4 bytes per term of another vocabulary.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range
 * @example
 *   documentTerms$.pipe(weighTerms(frequencies, { sublinear: true }), projectDocuments(space), writeDocumentVectors({ path: "documents.arrow" }))
 */
export function projectDocuments(
  space: SemanticSpace,
  options?: ProjectDocumentsOptions,
): OperatorFunction<DocumentTermBatch, DocumentVectorBatch> {
  const { power } = parseOptions(projectDocumentsSchema, options);
  const ones = new Float32Array(space.singularValues.length).fill(1);
  const factors = Float64Array.from(scaledBySingularValues(ones, space.singularValues, Number(power) - 1));
  return (source) =>
    defer(() => {
      const scope = currentScope();
      const projector = new DocumentProjector(space, factors);
      return source.pipe(
        map((batch) => {
          const { values, unknown } = projector.project(batch);
          scope.ledger.add("unknown", unknown);
          scope.took(documentTerms.amounts!.tokens!(batch));
          const { rowDocuments, documents, epoch } = batch;
          return { vectorSize: factors.length, values, rowDocuments, ...(documents ? { documents } : {}), epoch };
        }),
      );
    });
}
