import { map, type OperatorFunction } from "rxjs";
import { Vectors } from "../../kernels/embedding/vectors.js";
import { requireFixed } from "../../kernels/vocabulary/vocabulary.js";
import { comparedVocabulary } from "../../schemas/compared.js";
import { integer } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../../schemas/options.js";
import { plural } from "../../schemas/plural.js";
import { defineUnit } from "../../schemas/units.js";
import type { VectorTable } from "../../schemas/vectors.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";

export const oneHotVectorsSchema = defineUnit({
  name: "oneHotVectors",
  kind: "operator",
  reads: "vocabulary",
  makes: "vectors",
  summary: "Gives each term a vector with a single 1, at its place in the vocabulary",
  compared: { options: () => ({ buildVocab: { ...comparedVocabulary, maxSize: 2000 } }) },
  fields: {
    maxTerms: integer({
      default: 4096,
      min: 1,
      max: 23_170,
      description: "Most terms; so many squared times 4 bytes are needed",
    }),
  },
  create: (_, options): OperatorFunction<Vocabulary, VectorTable> => oneHotVectors(options),
});

export type OneHotVectorsOptions = OptionsOf<typeof oneHotVectorsSchema>;

/**
 * One-hot vectors of the terms: all are as far from each other as from any other, which is what learned vectors are to improve on.
 *
 * In:  Vocabulary, V terms. Out: VectorTable, V rows of V numbers. State: 4 V^2 bytes, at most 64 MiB with the default of `maxTerms`.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range; RangeError through the stream, if there are more
 *   terms than `maxTerms`
 * @example
 *   vocabulary$.pipe(oneHotVectors(), writeVectors({ path: "one-hot.txt" }))
 */
export function oneHotVectors(options?: OneHotVectorsOptions): OperatorFunction<Vocabulary, VectorTable> {
  const { maxTerms } = parseOptions(oneHotVectorsSchema, options);
  return map((vocabulary) => {
    requireFixed("oneHotVectors", vocabulary);
    const { terms } = vocabulary;
    const size = terms.length;
    if (size > maxTerms)
      throw new RangeError(
        `oneHotVectors: a vocabulary must have at most maxTerms = ${plural(maxTerms, "term")}, got ${size}, whose vectors take ${(4 * size * size) / 1e6} MB; maxSize of buildVocab bounds it`,
      );
    const values = new Float32Array(size * size);
    for (let id = 0; id < size; id++) values[id * size + id] = 1;
    return new Vectors({ terms, values, vectorSize: size, metadata: new Map([["model", "oneHot"]]) });
  });
}
