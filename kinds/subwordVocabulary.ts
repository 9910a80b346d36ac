import { makeSubwordVocabulary } from "../kernels/tokenizers/subwordVocabulary.js";
import { defineKind } from "../schemas/kinds.js";
import type { SubwordVocabulary, TokenizerForm } from "../schemas/subwordVocabulary.js";
import type { TableSchema } from "../schemas/tables.js";
import { inBlocks, wholeColumns } from "./rows.js";

const schema: TableSchema = { columns: { piece: "text", count: "float64" } };

/** A fitted tokenizer: a row a piece, in the order of ids; how text becomes pieces stands in the facts, as in `tokenizer.json`. */
export const subwordVocabulary = defineKind({
  name: "subwordVocabulary",
  arrives: "whole",
  columns: ["piece", "count"],
  folderFile: "tokenizer.json",
  amounts: { pieces: ({ terms }: SubwordVocabulary) => terms.length },
  table: {
    schema: () => schema,
    facts: ({ tokenizer }) => ({ tokenizer }),
    blocks: ({ terms, counts }) =>
      inBlocks(
        schema,
        terms.map((piece, id) => [piece, counts[id]!]),
      ),
    async read(table, { tokenizer }) {
      const [pieces, counts] = await wholeColumns<[string, number]>(table, ["piece", "count"]);
      return makeSubwordVocabulary(tokenizer as TokenizerForm, pieces, Float64Array.from(counts), table.path);
    },
  },
  terms: ({ terms }) => terms,
  shown: ([subwords]) => Object.fromEntries(subwords!.terms.map((piece, id) => [piece, subwords!.counts[id]])),
});
