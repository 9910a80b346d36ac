import { basename } from "node:path";
import type { OperatorFunction } from "rxjs";
import { subwordVocabulary } from "../kinds/subwordVocabulary.js";
import { oneOf, text } from "../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import type { SubwordVocabulary } from "../schemas/subwordVocabulary.js";
import { defineUnit } from "../schemas/units.js";
import { formatOf } from "../storage/files/formatOf.js";
import { mergesBeside } from "../storage/tokenizers/readSubwords.js";
import { type TokenizerFormat, tokenizerFormats, writeSubwordFiles } from "../storage/tokenizers/writeSubwordFiles.js";
import { writeOnce } from "./writeOnce.js";
import { tableExtensions } from "./writeRows.js";
import { writeWhole } from "./writeWhole.js";

export const writeSubwordsSchema = defineUnit({
  name: "writeSubwords",
  kind: "sink",
  reads: "subwordVocabulary",
  makes: "subwordVocabulary",
  summary: "Writes a tokenizer to files that other programs read",
  paper: "tokenizer.json of Hugging Face's tokenizers; vocab.json and merges.txt of GPT-2; vocab.txt of BERT",
  fields: {
    path: text({ description: "File to write", file: "output", example: "tokenizer.json" }),
    format: oneOf(["auto", "table", ...tokenizerFormats], {
      default: "auto",
      description:
        "Format of the file; auto goes by the name: vocab.json (bytePairs, with merges.txt beside it), .json (tokenizerJson), .txt (wordPieceVocabulary), .arrow .feather .parquet (table, with counts)",
    }),
  },
  besides: (options): readonly string[] => (chosenFormat(options) === "bytePairs" ? [mergesBeside(options.path)] : []),
  create: (_, options): OperatorFunction<SubwordVocabulary, SubwordVocabulary> => writeSubwords(options),
});

export type WriteSubwordsOptions = OptionsOf<typeof writeSubwordsSchema>;

/**
 * Writes a tokenizer, and passes it on once it is on the disk under its name. State: the file, as text.
 * Counts `rows`, the pieces, on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told, and through the stream, if it does not hold the tokenizer's model; RangeError
 *   for a piece that it cannot hold
 * @example
 *   tokens$.pipe(learnSubwords(), writeSubwords({ path: "tokenizer.json" }))
 */
export function writeSubwords(options: WriteSubwordsOptions): OperatorFunction<SubwordVocabulary, SubwordVocabulary> {
  const { path } = parseOptions(writeSubwordsSchema, options);
  const format = chosenFormat(options);
  if (format === "table") return writeWhole("writeSubwords", subwordVocabulary, path);
  return writeOnce("writeSubwords", path, async (subwords) => {
    await writeSubwordFiles(path, format, subwords);
    return { rows: subwords.terms.length };
  });
}

function chosenFormat(options: WriteSubwordsOptions): TokenizerFormat | "table" {
  const { path, format } = parseOptions(writeSubwordsSchema, options);
  if (format !== "auto") return format;
  if (basename(path).endsWith("vocab.json")) return "bytePairs";
  const tables = Object.fromEntries(Object.keys(tableExtensions).map((extension) => [extension, "table" as const]));
  const files = { json: "tokenizerJson", txt: "wordPieceVocabulary", ...tables } as const;
  return formatOf<TokenizerFormat | "table">("writeSubwords", path, files);
}
