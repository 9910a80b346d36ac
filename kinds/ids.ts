import { defineKind } from "../schemas/kinds.js";
import type { IdBatch } from "../schemas/tokens.js";
import type { Vocabulary } from "../schemas/vocabulary.js";
import { ID_ARRAYS, readIds, writeIds } from "./loggedIds.js";
import { termSequences } from "./termSequences.js";

/** Ids of a vocabulary; 4 bytes a token in the log. */
export const ids = defineKind({
  name: "ids",
  arrives: "stream",
  columns: ["document", "sentence", "id"],
  amounts: { tokens: (batch: IdBatch) => batch.ids.length },
  log: {
    arrays: ID_ARRAYS,
    shared: { kind: "vocabulary", of: ({ vocabulary }: IdBatch) => vocabulary },
    write: writeIds,
    read: ({ arrays }, vocabulary: Vocabulary, epoch): IdBatch => ({ ...readIds(arrays), vocabulary, epoch }),
  },
  shown: (batches) => termSequences(batches, ({ vocabulary }, id) => vocabulary.terms[id]!),
});
