import { columnBytes, columnOfBytes } from "../kernels/documents/documentColumns.js";
import { type HitBatch, hitsSchema } from "../schemas/hits.js";
import { defineKind } from "../schemas/kinds.js";
import type { Rows } from "../schemas/tables.js";

/** Documents found for queries; 12 bytes a query and 12 a hit in the log, and their ids. */
export const hits = defineKind({
  name: "hits",
  arrives: "stream",
  columns: Object.keys(hitsSchema.columns),
  amounts: { tokens: ({ lengths }: HitBatch) => lengths.reduce((total, length) => total + length, 0) },
  log: {
    arrays: {
      rowDocuments: "uint32",
      lengths: "uint32",
      offsets: "uint32",
      found: "uint32",
      scores: "float64",
      foundIds: "uint8",
      documents: "uint8",
    },
    write: ({ rowDocuments, lengths, offsets, found, scores, foundIds, documents }) => ({
      arrays: {
        ...{ rowDocuments, lengths, offsets, found, scores },
        foundIds: columnBytes(foundIds && { ids: foundIds }),
        documents: columnBytes(documents),
      },
    }),
    read({ arrays }): HitBatch {
      const { rowDocuments, lengths, offsets, found } = arrays as Readonly<Record<string, Uint32Array>>;
      const ids = columnOfBytes(arrays.foundIds as Uint8Array)?.ids;
      const documents = columnOfBytes(arrays.documents as Uint8Array);
      return {
        ...{ rowDocuments: rowDocuments!, lengths: lengths!, offsets: offsets!, found: found! },
        scores: arrays.scores as Float64Array,
        ...(ids ? { foundIds: ids } : {}),
        ...(documents ? { documents } : {}),
      };
    },
  },
  shown: (batches) => batches.flatMap(foundByQuery),
});

/** The documents of each query, the best first: by their ids, if they have some. */
function foundByQuery({ lengths, offsets, found, foundIds }: HitBatch): (string | number)[][] {
  const names = Array.from(found, (document, k) => foundIds?.[k] ?? document);
  return Array.from(lengths, (_, row) => names.slice(offsets[row], offsets[row + 1]));
}

/** Hits as rows of their table. */
export function hitRows(batch: HitBatch): Rows {
  const { rowDocuments, offsets, found, scores, foundIds, documents } = batch;
  const rows = found.length;
  const row = new Uint32Array(rows);
  for (let query = 0; query + 1 < offsets.length; query++) row.fill(query, offsets[query], offsets[query + 1]);
  return {
    rows,
    columns: [
      row.map((query) => rowDocuments[query]!),
      Array.from(row, (query) => documents?.ids?.[query] ?? ""),
      row.map((query, k) => k - offsets[query]! + 1),
      found,
      Array.from({ length: rows }, (_, k) => foundIds?.[k] ?? ""),
      scores,
    ],
  };
}
