import { expect } from "vitest";
import type { DocumentBatch, DocumentEntry } from "#schemas";

/** What is known of each document of a stream, in their order; each batch has an entry for each document that begins in it. */
export function knownOf(batches: readonly DocumentBatch[]): DocumentEntry[] {
  return batches.flatMap(({ documentOffsets, documents: { ids, labels, weights, fields = {} } = {} }) => {
    const columns = [ids, labels, weights, ...Object.values(fields)].filter((column) => column !== undefined);
    expect(columns.map((column) => column.length)).toEqual(columns.map(() => documentOffsets.length));
    return Array.from(documentOffsets, (_, k) => {
      const kept = Object.entries(fields).map(([name, column]) => [name, column[k]]);
      return {
        ...(ids ? { id: ids[k]! } : {}),
        ...(labels ? { labels: labels[k]! } : {}),
        ...(weights ? { weight: weights[k]! } : {}),
        ...(kept.length > 0 ? { fields: Object.fromEntries(kept) } : {}),
      };
    });
  });
}
