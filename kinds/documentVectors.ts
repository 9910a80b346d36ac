import { columnBytes, columnOfBytes } from "../kernels/documents/documentColumns.js";
import type { DocumentVectorBatch } from "../schemas/documentVectors.js";
import { defineKind } from "../schemas/kinds.js";

/** A vector a document; 4 bytes a number in the log. */
export const documentVectors = defineKind({
  name: "documentVectors",
  arrives: "stream",
  columns: ["document", "vector"],
  amounts: { documents: ({ rowDocuments }: DocumentVectorBatch) => rowDocuments.length },
  log: {
    arrays: { values: "float32", rowDocuments: "uint32", documents: "uint8" },
    facts: ["vectorSize"],
    write: ({ vectorSize, values, rowDocuments, documents }) => ({
      arrays: { values, rowDocuments, documents: columnBytes(documents) },
      facts: { vectorSize },
    }),
    read({ arrays, facts }, _, epoch): DocumentVectorBatch {
      const documents = columnOfBytes(arrays.documents as Uint8Array);
      return {
        vectorSize: facts!.vectorSize!,
        values: arrays.values as Float32Array,
        rowDocuments: arrays.rowDocuments as Uint32Array,
        ...(documents ? { documents } : {}),
        epoch,
      };
    },
  },
  shown: (batches) => batches.flatMap(vectorsOf),
});

function vectorsOf({ vectorSize, values, rowDocuments }: DocumentVectorBatch): number[][] {
  return Array.from(rowDocuments, (_, row) => Array.from(values.subarray(row * vectorSize, (row + 1) * vectorSize)));
}
