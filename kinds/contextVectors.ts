import { type ContextVectorBatch, contextVectorOf, contextVectorsSchema } from "../schemas/contextVectors.js";
import { defineKind } from "../schemas/kinds.js";
import { contextVectorAnswers } from "./contextVectorAnswers.js";

/** Vectors of words where they stand; 4 bytes a number in the log, 12 a word, and the words. */
export const contextVectors = defineKind({
  name: "contextVectors",
  arrives: "stream",
  columns: Object.keys(contextVectorsSchema(new Uint32Array(0)).columns),
  amounts: { tokens: ({ terms }: ContextVectorBatch) => terms.length },
  log: {
    arrays: {
      terms: "uint8",
      rowDocuments: "uint32",
      sentences: "uint32",
      places: "uint32",
      layers: "uint32",
      layerSizes: "uint32",
      shares: "float64",
      values: "float32",
    },
    write: ({ terms, layers, shares = new Float64Array(0), ...arrays }) => ({
      arrays: {
        ...{ ...arrays, shares },
        terms: new TextEncoder().encode(JSON.stringify(terms)),
        layers: new Uint32Array(layers.buffer, layers.byteOffset, layers.length), // bit by bit
      },
    }),
    read({ arrays }): ContextVectorBatch {
      const { rowDocuments, sentences, places, layers, layerSizes } = arrays as Readonly<Record<string, Uint32Array>>;
      return {
        terms: JSON.parse(new TextDecoder().decode(arrays.terms as Uint8Array)) as string[],
        ...{ rowDocuments: rowDocuments!, sentences: sentences!, places: places!, layerSizes: layerSizes! },
        layers: new Int32Array(layers!.buffer, layers!.byteOffset, layers!.length),
        ...((arrays.shares as Float64Array).length > 0 ? { shares: arrays.shares as Float64Array } : {}),
        values: arrays.values as Float32Array,
      };
    },
  },
  answers: contextVectorAnswers,
  shown: (batches) => batches.flatMap(shownRows),
});

function shownRows(batch: ContextVectorBatch) {
  return batch.terms.flatMap((term, word) =>
    Array.from(batch.layers, (layer, k) => ({ term, layer, vector: [...contextVectorOf(batch, word, k)] })),
  );
}
