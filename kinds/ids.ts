import { columnBytes } from "../kernels/documents/documentColumns.js";
import { defineKind } from "../schemas/kinds.js";
import type { IdBatch } from "../schemas/tokens.js";
import type { Vocabulary } from "../schemas/vocabulary.js";
import { loggedIds } from "./loggedIds.js";
import { termSequences } from "./termSequences.js";

/** Ids of a vocabulary; 4 bytes a token in the log. */
export const ids = defineKind({
  name: "ids",
  arrives: "stream",
  columns: ["document", "sentence", "id"],
  amounts: { tokens: (batch: IdBatch) => batch.ids.length },
  log: {
    arrays: { ids: "uint32", sentenceOffsets: "uint32", documentOffsets: "uint32", documents: "uint8" },
    shared: { kind: "vocabulary", of: ({ vocabulary }: IdBatch) => vocabulary },
    write: ({ ids, sentenceOffsets, documentOffsets, documents }) => ({
      arrays: { ids, sentenceOffsets, documentOffsets, documents: columnBytes(documents) },
    }),
    read: ({ arrays }, vocabulary: Vocabulary, epoch): IdBatch => ({ ...loggedIds(arrays), vocabulary, epoch }),
  },
  shown: (batches) => termSequences(batches, ({ vocabulary }, id) => vocabulary.terms[id]!),
});
