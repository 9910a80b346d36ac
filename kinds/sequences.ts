import { columnBytes, columnOfBytes } from "../kernels/documents/documentColumns.js";
import { defineKind } from "../schemas/kinds.js";
import type { SequenceBatch } from "../schemas/sequences.js";
import type { Vocabulary } from "../schemas/vocabulary.js";
import { sharedVocabulary } from "./sharedVocabulary.js";

const none = { segments: new Uint8Array(0), labels: new Uint32Array(0) };

/** Ids in rows of one length; 8 bytes a place in the log, and 9 a row. */
export const sequences = defineKind({
  name: "sequences",
  arrives: "stream",
  columns: ["document", "continues", "length", "ids", "targets"],
  amounts: { tokens: ({ lengths }: SequenceBatch) => lengths.reduce((total, length) => total + length, 0) },
  log: {
    arrays: {
      ids: "uint32",
      targets: "uint32",
      lengths: "uint32",
      continues: "uint8",
      rowDocuments: "uint32",
      documents: "uint8",
      segments: "uint8",
      labels: "uint32",
    },
    facts: ["sequenceLength", "position", "tokensBefore", "expectedTokens"],
    shared: sharedVocabulary,
    write({ ids, targets, lengths, continues, rowDocuments, documents, segments, labels, ...batch }) {
      const { sequenceLength, position, tokensBefore, expectedTokens } = batch;
      return {
        arrays: {
          ...{ ids, lengths, continues, rowDocuments, documents: columnBytes(documents) },
          targets: new Uint32Array(targets.buffer, targets.byteOffset, targets.length), // bit by bit
          ...{ segments: segments ?? none.segments, labels: labels ?? none.labels },
        },
        facts: { sequenceLength, position, tokensBefore, expectedTokens },
      };
    },
    read({ arrays, facts }, vocabulary: Vocabulary, epoch): SequenceBatch {
      const { ids, targets, lengths, rowDocuments, labels } = arrays as Readonly<Record<string, Uint32Array>>;
      const { continues, segments, ...rest } = arrays as Readonly<Record<string, Uint8Array>>;
      const documents = columnOfBytes(rest.documents!);
      return {
        vocabulary,
        sequenceLength: facts!.sequenceLength!,
        ids: ids!,
        targets: new Int32Array(targets!.buffer, targets!.byteOffset, targets!.length),
        lengths: lengths!,
        continues: continues!,
        rowDocuments: rowDocuments!,
        ...(documents ? { documents } : {}),
        ...(segments!.length > 0 ? { segments: segments! } : {}),
        ...(labels!.length > 0 ? { labels: labels! } : {}),
        epoch,
        position: facts!.position!,
        tokensBefore: facts!.tokensBefore!,
        expectedTokens: facts!.expectedTokens!,
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
