import { columnBytes } from "../kernels/documents/documentColumns.js";
import { defineKind } from "../schemas/kinds.js";
import type { Lexicon, TokenBatch } from "../schemas/tokens.js";
import { loggedIds } from "./loggedIds.js";
import { termSequences } from "./termSequences.js";

/** Provisional ids into a lexicon; 4 bytes a token in the log. */
export const tokens = defineKind({
  name: "tokens",
  arrives: "stream",
  amounts: { tokens: ({ ids }: TokenBatch) => ids.length },
  log: {
    arrays: { ids: "uint32", sentenceOffsets: "uint32", documentOffsets: "uint32", documents: "uint8" },
    shared: { kind: "lexicon", of: ({ lexicon }: TokenBatch) => lexicon },
    write: ({ ids, sentenceOffsets, documentOffsets, documents }) => ({
      arrays: { ids, sentenceOffsets, documentOffsets, documents: columnBytes(documents) },
    }),
    read: ({ arrays }, lexicon: Lexicon): TokenBatch => ({ ...loggedIds(arrays), lexicon }),
  },
  shown: (batches) => termSequences(batches, ({ lexicon }, id) => lexicon.term(id) ?? ""),
});
