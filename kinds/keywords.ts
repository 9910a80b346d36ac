import type { KeywordBatch } from "../schemas/keywords.js";
import { defineKind } from "../schemas/kinds.js";
import { bytesOfTexts, textsOfBytes } from "./loggedTexts.js";
import { textsByDocument } from "./textsByDocument.js";

/** Phrases that say what documents are about; a test in a config names those of each document. */
export const keywords = defineKind({
  name: "keywords",
  arrives: "stream",
  columns: ["document", "id", "rank", "phrase", "score"],
  amounts: { keywords: ({ phrase }: KeywordBatch) => phrase.length },
  log: {
    arrays: { document: "uint32", id: "uint8", rank: "uint32", phrase: "uint8", score: "float64" },
    write: ({ document, id, rank, phrase, score }) => ({
      arrays: {
        ...{ document: Uint32Array.from(document), id: bytesOfTexts(id), rank: Uint32Array.from(rank) },
        ...{ phrase: bytesOfTexts(phrase), score },
      },
    }),
    read: ({ arrays }): KeywordBatch => ({
      document: Int32Array.from(arrays.document!),
      id: textsOfBytes(arrays.id as Uint8Array),
      rank: Int32Array.from(arrays.rank!),
      phrase: textsOfBytes(arrays.phrase as Uint8Array),
      score: arrays.score as Float64Array,
    }),
  },
  shown: (batches) =>
    textsByDocument({ documents: batches.map(({ document }) => document), texts: batches.map(({ phrase }) => phrase) }),
});
