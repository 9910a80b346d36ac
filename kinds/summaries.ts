import { defineKind } from "../schemas/kinds.js";
import type { SummaryBatch } from "../schemas/summaries.js";
import { bytesOfTexts, textsOfBytes } from "./loggedTexts.js";
import { textsByDocument } from "./textsByDocument.js";

/** Sentences that stand for documents; a test in a config names those of each document. */
export const summaries = defineKind({
  name: "summaries",
  arrives: "stream",
  columns: ["document", "id", "rank", "sentence", "text", "score"],
  amounts: { sentences: ({ text }: SummaryBatch) => text.length },
  log: {
    arrays: {
      ...{ document: "uint32", id: "uint8", rank: "uint32" },
      ...{ sentence: "uint32", text: "uint8", score: "float64" },
    },
    write: ({ document, id, rank, sentence, text, score }) => ({
      arrays: {
        ...{ document: Uint32Array.from(document), id: bytesOfTexts(id), rank: Uint32Array.from(rank) },
        ...{ sentence: Uint32Array.from(sentence), text: bytesOfTexts(text), score },
      },
    }),
    read: ({ arrays }): SummaryBatch => ({
      document: Int32Array.from(arrays.document!),
      id: textsOfBytes(arrays.id as Uint8Array),
      rank: Int32Array.from(arrays.rank!),
      sentence: Int32Array.from(arrays.sentence!),
      text: textsOfBytes(arrays.text as Uint8Array),
      score: arrays.score as Float64Array,
    }),
  },
  shown: (batches) =>
    textsByDocument({ documents: batches.map(({ document }) => document), texts: batches.map(({ text }) => text) }),
});
