import { defineKind } from "../schemas/kinds.js";
import type { IdBatch } from "../schemas/tokens.js";
import type { Vocabulary } from "../schemas/vocabulary.js";
import { termSequences } from "./termSequences.js";

/** Ids of a vocabulary; 4 bytes a token in the log. */
export const ids = defineKind({
  name: "ids",
  arrives: "stream",
  columns: ["document", "sentence", "id"],
  tokens: (batch) => batch.ids.length,
  log: {
    arrays: { ids: "uint32", sentenceOffsets: "uint32", documentOffsets: "uint32" },
    shared: { kind: "vocabulary", of: ({ vocabulary }: IdBatch) => vocabulary },
    write: ({ ids, sentenceOffsets, documentOffsets }) => ({ arrays: { ids, sentenceOffsets, documentOffsets } }),
    read: ({ arrays }, vocabulary: Vocabulary, epoch): IdBatch => ({
      ...(arrays as unknown as Pick<IdBatch, "ids" | "sentenceOffsets" | "documentOffsets">),
      vocabulary,
      epoch,
    }),
  },
  shown: (batches) => termSequences(batches, ({ vocabulary }, id) => vocabulary.terms[id]!),
});
