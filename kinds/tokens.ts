import { defineKind } from "../schemas/kinds.js";
import type { Lexicon, TokenBatch } from "../schemas/tokens.js";
import { termSequences } from "./termSequences.js";

/** Provisional ids into a lexicon; 4 bytes a token in the log. */
export const tokens = defineKind({
  name: "tokens",
  arrives: "stream",
  tokens: ({ ids }) => ids.length,
  log: {
    arrays: { ids: "uint32", sentenceOffsets: "uint32", documentOffsets: "uint32" },
    shared: { kind: "lexicon", of: ({ lexicon }: TokenBatch) => lexicon },
    write: ({ ids, sentenceOffsets, documentOffsets }) => ({ arrays: { ids, sentenceOffsets, documentOffsets } }),
    read: ({ arrays }, lexicon: Lexicon): TokenBatch => ({
      ...(arrays as unknown as Omit<TokenBatch, "lexicon">),
      lexicon,
    }),
  },
  shown: (batches) => termSequences(batches, ({ lexicon }, id) => lexicon.term(id) ?? ""),
});
