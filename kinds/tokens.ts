import { defineKind } from "../schemas/kinds.js";
import type { Lexicon, TokenBatch } from "../schemas/tokens.js";
import { ID_ARRAYS, idBytes, readIds, writeIds } from "./loggedIds.js";
import { termSequences } from "./termSequences.js";

/** Provisional ids into a lexicon; 4 bytes a token in the log. */
export const tokens = defineKind({
  name: "tokens",
  arrives: "stream",
  amounts: { tokens: ({ ids, counted = ids.length }: TokenBatch) => counted },
  log: {
    arrays: ID_ARRAYS,
    bytes: idBytes,
    shared: { kind: () => "lexicon", of: ({ lexicon }: TokenBatch) => lexicon },
    write: writeIds,
    read: ({ arrays }, lexicon: Lexicon): TokenBatch => ({ ...readIds(arrays), lexicon }),
  },
  shown: (batches) => termSequences(batches, ({ lexicon }, id) => lexicon.term(id) ?? ""),
});
