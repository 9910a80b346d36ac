import type { OperatorFunction } from "rxjs";
import { oneOf, text } from "../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import { defineUnit } from "../schemas/units.js";
import { type Vocabulary, vocabularySchema } from "../schemas/vocabulary.js";
import { vocabularyMetadata } from "../storage/cooccurrence/vocabularyHash.js";
import { writeFiles } from "../storage/files/durableFile.js";
import { formatOf } from "../storage/files/formatOf.js";
import { writeTable } from "../storage/tables/tableWriter.js";
import { checkTerms, requireFit } from "../storage/vectors/checkTerms.js";
import { writeOnce } from "./writeOnce.js";
import { tableExtensions, tableFormats } from "./writeRows.js";

export const vocabularyFormats = ["arrow", "parquet", "gloveVocabulary"] as const;
export type VocabularyFormat = (typeof vocabularyFormats)[number];

export const writeVocabularySchema = defineUnit({
  name: "writeVocabulary",
  kind: "sink",
  reads: "vocabulary",
  makes: "vocabulary",
  standard: { path: "vocab.txt" },
  summary: "Writes the terms and their counts to a file",
  paper: "vocab.txt of GloVe (Pennington et al. 2014), stanfordnlp/GloVe src/vocab_count.c",
  fields: {
    path: text({ description: "File to write", file: "output", example: "vocab.txt" }),
    format: oneOf(["auto", ...vocabularyFormats], {
      description: "Format of the file; auto goes by the name: .arrow .feather .parquet, .txt (gloveVocabulary)",
      default: "auto",
    }),
  },
  requireTerms: (options, terms): void => requireVocabularyTerms(options, terms),
  create: (_, options): OperatorFunction<Vocabulary, Vocabulary> => writeVocabulary(options),
});

export type WriteVocabularyOptions = OptionsOf<typeof writeVocabularySchema>;

/**
 * Writes a finished vocabulary, and passes it on once it is on the disk under its name.
 *
 * In, out: Vocabulary, V terms in their final order; a row's position is the term's id. State: a block of rows.
 * Counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told; RangeError through the stream, if a term does not fit the format
 * @example
 *   tokens$.pipe(buildVocab(), writeVocabulary({ path: "vocab.txt" }))
 */
export function writeVocabulary(options: WriteVocabularyOptions): OperatorFunction<Vocabulary, Vocabulary> {
  const { path } = parseOptions(writeVocabularySchema, options);
  const chosen = chosenFormat(options);
  return writeOnce("writeVocabulary", path, async (vocabulary) => {
    checkTerms("writeVocabulary", vocabulary.terms, chosen);
    const written =
      chosen === "gloveVocabulary" ? writeLines(path, vocabulary) : writeColumns(path, chosen, vocabulary);
    return { rows: await written };
  });
}

function chosenFormat(options: WriteVocabularyOptions): VocabularyFormat {
  const { path, format } = parseOptions(writeVocabularySchema, options);
  const extensions = { ...tableExtensions, txt: "gloveVocabulary" } as const;
  return format === "auto" ? formatOf<VocabularyFormat>("writeVocabulary", path, extensions) : format;
}

/** @throws RangeError if the file could not hold one of the terms */
export function requireVocabularyTerms(options: WriteVocabularyOptions, terms: readonly string[]): void {
  requireFit("writeVocabulary", terms, chosenFormat(options));
}

async function writeColumns(path: string, format: "arrow" | "parquet", vocabulary: Vocabulary): Promise<number> {
  const schema = { ...vocabularySchema, metadata: vocabularyMetadata(vocabulary) };
  return writeTable(path, schema, tableFormats[format], (writer) =>
    writer.write([vocabulary.terms, vocabulary.counts], vocabulary.terms.length),
  );
}

/** Lines written at once. */
const LINES = 4096;

/** One line a term: the term, a space, its count. */
async function writeLines(path: string, { terms, counts }: Vocabulary): Promise<number> {
  return writeFiles([path], async (file) => {
    let rows = 0;
    for (let from = 0; from < terms.length; from += LINES) {
      const lines = terms.slice(from, from + LINES).map((term, i) => `${term} ${counts[from + i]}\n`);
      file!.write(Buffer.from(lines.join("")));
      rows += lines.length;
    }
    return rows;
  });
}
