import { map, type OperatorFunction } from "rxjs";
import { Vectors } from "../../kernels/embedding/vectors.js";
import type { LanguageModel } from "../../schemas/languageModel.js";
import { defineUnit } from "../../schemas/units.js";
import type { VectorTable } from "../../schemas/vectors.js";

export const inputVectorsSchema = defineUnit({
  name: "inputVectors",
  kind: "operator",
  reads: "languageModel",
  makes: "vectors",
  summary: "Takes the rows by which a language model reads its terms as word vectors",
  paper: "Bengio et al. 2003, JMLR 3; Mikolov et al. 2013, N13-1090",
  compared: { options: () => ({}) },
  fields: {},
  create: (): OperatorFunction<LanguageModel, VectorTable> => inputVectors(),
});

/**
 * The word vectors that a language model has learned as a by-product: the table by which it reads ids.
 *
 * In:  LanguageModel of V terms. Out: Vectors (V, D), with the model's metadata. State: one table.
 * @throws RangeError through the stream, if the model has no such table
 * @example
 *   model$.pipe(inputVectors(), writeVectors({ path: "vectors.vec" }))
 */
export function inputVectors(): OperatorFunction<LanguageModel, VectorTable> {
  return map(({ tensors, vectors, terms, metadata }) => {
    const table = tensors.find(({ name }) => name === vectors);
    if (table?.shape.length !== 2 || table.shape[0] !== terms.length)
      throw new RangeError(
        `inputVectors: tensor ${vectors} must have a row for each of the ${terms.length} terms, got ${table?.shape.join(" x ") ?? "none"}`,
      );
    return new Vectors({ terms, values: table.values.slice(), vectorSize: table.shape[1]!, metadata });
  });
}
