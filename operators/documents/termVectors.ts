import { map, type OperatorFunction } from "rxjs";
import { powers, spaceVectors } from "../../kernels/decomposition/spaceVectors.js";
import { Vectors } from "../../kernels/embedding/vectors.js";
import { oneOf } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../../schemas/options.js";
import type { SemanticSpace } from "../../schemas/semanticSpace.js";
import { defineUnit } from "../../schemas/units.js";

export const termVectorsSchema = defineUnit({
  name: "termVectors",
  kind: "operator",
  reads: "semanticSpace",
  makes: "vectors",
  summary: "Turns the terms of a space of LSA into word vectors",
  paper: "Deerwester et al. 1990; powers of singular values: Levy et al. 2015, Q15-1016",
  compared: { options: () => ({}) },
  fields: {
    power: oneOf(powers, {
      default: "1",
      description: "How much each dimension counts: its singular value to this power",
    }),
  },
  create: (_, options): OperatorFunction<SemanticSpace, Vectors> => termVectors(options),
});

export type TermVectorsOptions = OptionsOf<typeof termVectorsSchema>;

/**
 * The terms of each space as word vectors, V S^power: what files of vectors, neighbours and evaluations take.
 *
 * In:  SemanticSpace (V, k). Out: Vectors (V, k), with the space's metadata. With power 1 the product of two vectors is what the terms have
 * in common over all documents, A'A as far as k dimensions show it. State: one table.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range
 * @example
 *   spaces$.pipe(termVectors({ power: "0.5" }), writeVectors({ path: "terms.vec" }))
 */
export function termVectors(options?: TermVectorsOptions): OperatorFunction<SemanticSpace, Vectors> {
  const { power } = parseOptions(termVectorsSchema, options);
  return map((space) => new Vectors(spaceVectors(space, power)));
}
