import { columnBytes, columnOfBytes } from "../kernels/documents/documentColumns.js";
import { defineKind } from "../schemas/kinds.js";
import type { SequenceBatch } from "../schemas/sequences.js";
import type { Vocabulary } from "../schemas/vocabulary.js";

/** Ids in rows of one length; 4 bytes an id in the log, and 8 a row. */
export const sequences = defineKind({
  name: "sequences",
  arrives: "stream",
  columns: ["document", "length", "ids"],
  amounts: { tokens: ({ lengths }: SequenceBatch) => lengths.reduce((total, length) => total + length, 0) },
  log: {
    arrays: { ids: "uint32", lengths: "uint32", rowDocuments: "uint32", documents: "uint8" },
    facts: ["sequenceLength"],
    shared: { kind: "vocabulary", of: ({ vocabulary }: SequenceBatch) => vocabulary },
    write: ({ ids, lengths, rowDocuments, documents, sequenceLength }) => ({
      arrays: { ids, lengths, rowDocuments, documents: columnBytes(documents) },
      facts: { sequenceLength },
    }),
    read({ arrays, facts }, vocabulary: Vocabulary, epoch): SequenceBatch {
      const { ids, lengths, rowDocuments } = arrays as Readonly<Record<string, Uint32Array>>;
      const documents = columnOfBytes(arrays.documents as Uint8Array);
      return {
        vocabulary,
        sequenceLength: facts!.sequenceLength!,
        ids: ids!,
        lengths: lengths!,
        rowDocuments: rowDocuments!,
        ...(documents ? { documents } : {}),
        epoch,
      };
    },
  },
  shown: (batches) => batches.flatMap(termsOfRows),
});

function termsOfRows({ vocabulary: { terms }, ids, lengths, sequenceLength }: SequenceBatch): string[][] {
  return Array.from(lengths, (length, row) =>
    Array.from(ids.subarray(row * sequenceLength, row * sequenceLength + length), (id) => terms[id]!),
  );
}
