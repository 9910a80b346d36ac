import { columnBytes, columnOfBytes } from "../kernels/documents/documentColumns.js";
import type { Sizes } from "../schemas/cost.js";
import type { LogForm, LoggedBatch } from "../schemas/kinds.js";
import type { TokenBatch } from "../schemas/tokens.js";

/** What batches of tokens and of ids have in common. */
type SharedPart = Omit<TokenBatch, "lexicon" | "characters">;

/** The arrays that it is logged in. */
export const ID_ARRAYS: LogForm<SharedPart>["arrays"] = {
  ids: "uint32",
  sentenceOffsets: "uint32",
  documentOffsets: "uint32",
  documents: "uint8",
};

/** 4 bytes a token, and 8 a document of one sentence. */
export const idBytes = ({ tokens, documents }: Pick<Sizes, "tokens" | "documents">): number =>
  4 * tokens + 8 * documents;

export function writeIds({ ids, sentenceOffsets, documentOffsets, documents }: SharedPart): LoggedBatch {
  return { arrays: { ids, sentenceOffsets, documentOffsets, documents: columnBytes(documents) } };
}

export function readIds(arrays: LoggedBatch["arrays"]): SharedPart {
  const { ids, sentenceOffsets, documentOffsets } = arrays as Readonly<Record<string, Uint32Array>>;
  const documents = columnOfBytes(arrays.documents as Uint8Array);
  return {
    ids: ids!,
    sentenceOffsets: sentenceOffsets!,
    documentOffsets: documentOffsets!,
    ...(documents ? { documents } : {}),
  };
}
