import type { SemanticSpace } from "../../schemas/semanticSpace.js";
import type { VectorTable } from "../../schemas/vectors.js";
import { scaledBySingularValues } from "./singularScale.js";

export const powers = ["0", "0.5", "1"] as const;
export type Power = (typeof powers)[number];

/** The terms of a space (V, k) as word vectors, V S^power. */
export function spaceVectors(
  { vocabulary, termVectors, singularValues, metadata }: SemanticSpace,
  power: Power,
): VectorTable {
  return {
    terms: vocabulary.terms,
    values: scaledBySingularValues(termVectors, singularValues, Number(power)),
    vectorSize: singularValues.length,
    metadata: new Map([...metadata, ["power", power]]),
  };
}
