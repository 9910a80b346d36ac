import { extname } from "node:path";
import type { OperatorFunction } from "rxjs";
import { oneOf, text } from "../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import type { SubwordForm } from "../schemas/subwords.js";
import { defineUnit } from "../schemas/units.js";
import type { VectorTable } from "../schemas/vectors.js";
import { requireCharacters } from "../storage/fasttext/writeFastText.js";
import { formatOf } from "../storage/files/formatOf.js";
import { requireFit } from "../storage/vectors/checkTerms.js";
import {
  keepsSubwords,
  projectorMetadataPath,
  type VectorFormat,
  vectorFormats,
  writeVectorTable,
} from "../storage/vectors/vectorFormats.js";
import { writeOnce } from "./writeOnce.js";

export const writeVectorsSchema = defineUnit({
  name: "writeVectors",
  kind: "sink",
  reads: "vectors",
  makes: "vectors",
  standard: { path: "vectors.arrow" },
  summary: "Writes word vectors to a file that other programs open",
  paper:
    "Formats of word2vec.c (Mikolov et al. 2013, arXiv:1301.3781), GloVe, TensorBoard's projector, Apache Arrow and Parquet",
  fields: {
    path: text({ description: "File to write", file: "output", example: "vectors.bin" }),
    format: oneOf(["auto", ...vectorFormats], {
      description:
        "Format of the file; auto goes by the name: .arrow .feather .parquet, .vec .txt (word2vecText), .bin (word2vecBinary), .glove (gloveText), .tsv (projector), .fasttext (fastText, a model with subwords)",
      default: "auto",
    }),
  },
  besides: (options): readonly string[] => filesBesides(options),
  requireTerms: (options, terms): void => requireVectorTerms(options, terms),
  requireSubwords: (options, units): void => requireVectorSubwords(options, units),
  create: (_, options): OperatorFunction<VectorTable, VectorTable> => writeVectors(options),
});

export type WriteVectorsOptions = OptionsOf<typeof writeVectorsSchema>;

/** The projector's viewer draws no more points; each one above is counted as a warning. */
const projectorPoints = 100_000;

const extensions: Readonly<Record<string, VectorFormat>> = {
  arrow: "arrow",
  feather: "arrow",
  parquet: "parquet",
  vec: "word2vecText",
  txt: "word2vecText",
  bin: "word2vecBinary",
  glove: "gloveText",
  tsv: "projector",
  fasttext: "fastText",
};

/**
 * Writes a table of word vectors, and passes it on once it is on the disk under its name.
 *
 * In, out: VectorTable, V terms of D numbers. The projector gets a second file, the terms, beside the first.
 * State: a block of at most 4,194,304 numbers beside the table itself. Counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told; RangeError through the stream: a term twice, a term that a text
 *   format cannot hold, a second table
 * @see https://code.google.com/archive/p/word2vec/ for the word2vec formats
 * @example
 *   vectors$.pipe(writeVectors({ path: "vectors.vec" }))
 */
export function writeVectors(options: WriteVectorsOptions): OperatorFunction<VectorTable, VectorTable> {
  const { path } = parseOptions(writeVectorsSchema, options);
  const chosen = chosenVectorFormat(options);
  return writeOnce("writeVectors", path, async (table, signal, scope) => {
    if (chosen === "projector" && table.terms.length > projectorPoints)
      scope.ledger.child(path).add("warnings", table.terms.length - projectorPoints);
    const subwords = table.subwords?.buckets.length ?? 0;
    if (subwords > 0 && !keepsSubwords(chosen)) scope.ledger.child(path).add("subwordsLeftOut", subwords);
    const rows = await writeVectorTable("writeVectors", path, chosen, table, signal);
    return { rows, taken: isTable(chosen) ? rows - subwords : rows };
  });
}

/** Tables have rows for subwords as well. */
const isTable = (format: VectorFormat): boolean => format === "arrow" || format === "parquet";

/** What is written besides the file of vectors: the terms, for the projector. */
export function filesBesides({ path, format = "auto" }: WriteVectorsOptions): string[] {
  const named = extensions[extname(path).slice(1).toLowerCase()];
  return (format === "auto" ? named : format) === "projector" ? [projectorMetadataPath(path)] : [];
}

/** @throws RangeError if the file could not hold one of the terms */
export function requireVectorTerms(options: WriteVectorsOptions, terms: readonly string[]): void {
  requireFit("writeVectors", terms, chosenVectorFormat(options));
}

/** @throws RangeError if the file could not hold subwords of these units, which others leave out and count */
export function requireVectorSubwords(options: WriteVectorsOptions, units: SubwordForm["units"]): void {
  if (chosenVectorFormat(options) === "fastText") requireCharacters("writeVectors", units);
}

/** @throws TypeError, RangeError if the options say no format */
export function chosenVectorFormat(options: WriteVectorsOptions): VectorFormat {
  const { path, format } = parseOptions(writeVectorsSchema, options);
  return format === "auto" ? formatOf("writeVectors", path, extensions) : format;
}
