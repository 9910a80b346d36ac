import { columnBytes, columnOfBytes } from "../kernels/documents/documentColumns.js";
import { defineKind } from "../schemas/kinds.js";
import { type PredictionBatch, predictionsSchema } from "../schemas/predictions.js";
import type { RowList, Rows } from "../schemas/tables.js";

/** Labels that a classifier gives documents; 20 bytes a document and 8 a label in the log, and their texts. */
export const predictions = defineKind({
  name: "predictions",
  arrives: "stream",
  columns: Object.keys(predictionsSchema.columns),
  amounts: { tokens: ({ lengths }: PredictionBatch) => lengths.reduce((total, length) => total + length, 0) },
  log: {
    arrays: {
      rowDocuments: "uint32",
      lengths: "uint32",
      offsets: "uint32",
      labels: "uint8",
      probabilities: "float64",
      documents: "uint8",
    },
    write: ({ rowDocuments, lengths, offsets, labels, probabilities, documents }) => ({
      arrays: {
        ...{ rowDocuments, lengths, offsets, probabilities },
        labels: new TextEncoder().encode(JSON.stringify(labels)),
        documents: columnBytes(documents),
      },
    }),
    read({ arrays }): PredictionBatch {
      const { rowDocuments, lengths, offsets } = arrays as Readonly<Record<string, Uint32Array>>;
      const documents = columnOfBytes(arrays.documents as Uint8Array);
      return {
        rowDocuments: rowDocuments!,
        lengths: lengths!,
        offsets: offsets!,
        labels: JSON.parse(new TextDecoder().decode(arrays.labels as Uint8Array)) as string[],
        probabilities: arrays.probabilities as Float64Array,
        ...(documents ? { documents } : {}),
      };
    },
  },
  shown: (batches) => batches.flatMap((batch) => predictionRows(batch).columns[LABELS] as readonly RowList[]),
});

/** The place of the labels among the columns. */
const LABELS = 2;

/** Predictions as rows of their table. */
export function predictionRows({
  rowDocuments,
  lengths,
  offsets,
  labels,
  probabilities,
  documents,
}: PredictionBatch): Rows {
  const rows = lengths.length;
  const each = <Value>(of: (row: number) => Value) => Array.from({ length: rows }, (_, row) => of(row));
  return {
    rows,
    columns: [
      rowDocuments,
      each((row) => documents?.ids?.[row] ?? ""),
      each((row) => labels.slice(offsets[row], offsets[row + 1])),
      each((row) => probabilities.subarray(offsets[row], offsets[row + 1])),
      each((row) => documents?.labels?.[row] ?? []),
      lengths,
    ],
  };
}
