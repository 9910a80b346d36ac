import { columnOfBytes } from "../kernels/documents/documentColumns.js";
import type { LoggedBatch } from "../schemas/kinds.js";
import type { TokenBatch } from "../schemas/tokens.js";

/** What batches of tokens and of ids have in common, as it was logged. */
export function loggedIds(arrays: LoggedBatch["arrays"]): Omit<TokenBatch, "lexicon" | "characters"> {
  const { ids, sentenceOffsets, documentOffsets } = arrays as Readonly<Record<string, Uint32Array>>;
  const documents = columnOfBytes(arrays.documents as Uint8Array);
  return {
    ids: ids!,
    sentenceOffsets: sentenceOffsets!,
    documentOffsets: documentOffsets!,
    ...(documents ? { documents } : {}),
  };
}
