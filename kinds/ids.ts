import { defineKind } from "../schemas/kinds.js";
import { isSubwordVocabulary } from "../schemas/subwordVocabulary.js";
import type { IdBatch } from "../schemas/tokens.js";
import type { Vocabulary } from "../schemas/vocabulary.js";
import { ID_ARRAYS, idBytes, readIds, writeIds } from "./loggedIds.js";
import { sharedVocabulary } from "./sharedVocabulary.js";
import { termSequences } from "./termSequences.js";

/** Ids of a vocabulary; 4 bytes a token in the log, and 4 a word of pieces. */
export const ids = defineKind({
  name: "ids",
  arrives: "stream",
  columns: ["document", "sentence", "id"],
  amounts: { tokens: (batch: IdBatch) => batch.ids.length },
  log: {
    arrays: { ...ID_ARRAYS, wordOffsets: "uint32" },
    bytes: idBytes,
    shared: sharedVocabulary,
    write(batch) {
      const { arrays } = writeIds(batch);
      return { arrays: { ...arrays, wordOffsets: batch.wordOffsets ?? new Uint32Array(0) } };
    },
    read: ({ arrays }, vocabulary: Vocabulary, epoch): IdBatch => ({
      ...readIds(arrays),
      ...(isSubwordVocabulary(vocabulary) ? { wordOffsets: arrays.wordOffsets as Uint32Array } : {}),
      vocabulary,
      epoch,
    }),
  },
  shown: (batches) => termSequences(batches, ({ vocabulary }, id) => vocabulary.terms[id]!),
});
