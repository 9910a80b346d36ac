import { defer, last, map, type OperatorFunction, tap } from "rxjs";
import { Vectors } from "../../kernels/embedding/vectors.js";
import { TermMeans } from "../../kernels/neural/termMeans.js";
import { contextVectors } from "../../kinds/contextVectors.js";
import { currentScope } from "../../runtime/flow.js";
import type { ContextVectorBatch } from "../../schemas/contextVectors.js";
import { integer } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../../schemas/options.js";
import { defineUnit } from "../../schemas/units.js";

export const termMeansSchema = defineUnit({
  name: "termMeans",
  kind: "operator",
  reads: "contextVectors",
  makes: "vectors",
  summary: "Takes the mean of the vectors of each term over all places where it stands, as ordinary word vectors",
  paper: "Bommasani, Davis and Cardie 2020, 2020.acl-main.431",
  fields: {
    minCount: integer({ min: 1, default: 1, description: "Places that a term must stand in to have a vector" }),
    maxTerms: integer({
      min: 1,
      max: 10_000_000,
      default: 200_000,
      description: "Terms at most; those seen first are kept, and words of others counted as termsLeftOut",
    }),
  },
  create: (_, options): OperatorFunction<ContextVectorBatch, Vectors> => termMeans(options),
});

export type TermMeansOptions = OptionsOf<typeof termMeansSchema>;

/**
 * The mean vector of each term over all places where it stands, the most frequent first, equal ones by code point: what a model in context says of
 * a term alone, to compare with vectors that know no context.
 *
 * In:  ContextVectorBatch of one layer, or a mix. Out: Vectors (V, D), once the input is over. State: 8 D bytes and the text of a term, of
 * `maxTerms` at most. Counts `termsLeftOut`.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range; RangeError through the stream, if there are several
 *   layers, or no term stands in `minCount` places
 * @see Bommasani et al. 2020, section 3
 * @example
 *   vectors$.pipe(termMeans({ minCount: 5 }), writeVectors({ path: "means.vec" }))
 */
export function termMeans(options?: TermMeansOptions): OperatorFunction<ContextVectorBatch, Vectors> {
  const { minCount, maxTerms } = parseOptions(termMeansSchema, options);
  return (source) =>
    defer(() => {
      const scope = currentScope();
      const means = new TermMeans(maxTerms);
      return source.pipe(
        tap((batch) => {
          means.add(batch);
          scope.took(contextVectors.amounts!.tokens!(batch));
        }),
        last(undefined, undefined),
        map(() => {
          if (means.left > 0) scope.ledger.add("termsLeftOut", means.left);
          return new Vectors(means.table(minCount, new Map()));
        }),
      );
    });
}
