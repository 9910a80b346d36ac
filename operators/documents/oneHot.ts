import { map, type OperatorFunction } from "rxjs";
import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import { defineUnit } from "../../schemas/units.js";

export const oneHotSchema = defineUnit({
  name: "oneHot",
  kind: "operator",
  reads: "documentTerms",
  makes: "documentTerms",
  resumable: true,
  summary: "Tells of each term that a document has it, in the place of how often",
  fields: {},
  create: (): OperatorFunction<DocumentTermBatch, DocumentTermBatch> => oneHot(),
});

/**
 * Puts 1 in the place of every value: which terms a document has, as a set. The row is the sum of the one-hot vectors of its terms, each
 * taken once.
 *
 * In, out: DocumentTermBatch. State: none.
 * @example
 *   documentTerms$.pipe(oneHot(), writeDocumentTerms({ path: "sets.npz" }))
 */
export function oneHot(): OperatorFunction<DocumentTermBatch, DocumentTermBatch> {
  return map((batch) => ({ ...batch, values: new Float64Array(batch.values.length).fill(1) }));
}
