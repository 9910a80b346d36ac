import { basename, dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { type VectorTable, vectorRowBlocks, vectorsSchema } from "../../schemas/vectors.js";
import { writeFastTextVectors } from "../fasttext/writeFastText.js";
import { type DurableFile, writeFiles } from "../files/durableFile.js";
import { arrowFormat } from "../tables/arrowFormat.js";
import { parquetFormat } from "../tables/parquetFormat.js";
import { type TableFormat, writeTable } from "../tables/tableWriter.js";
import { checkTerms } from "./checkTerms.js";
import { writeVectorLines, writeVectorRecords } from "./vectorText.js";

export const vectorFormats = [
  "arrow",
  "parquet",
  "word2vecText",
  "word2vecBinary",
  "fastText",
  "gloveText",
  "projector",
] as const;
export type VectorFormat = (typeof vectorFormats)[number];

const rowsAtOnce = 4096;

type Write = (path: string, table: VectorTable, signal: AbortSignal) => Promise<number>;

const writers: Record<VectorFormat, Write> = {
  arrow: writeColumns(arrowFormat),
  parquet: writeColumns(parquetFormat),
  word2vecText: (path, table, signal) =>
    writeFiles([path], (file) => {
      writeHeader(file!, table);
      return writeVectorLines(file!, table, { separator: " ", withTerms: true }, signal);
    }),
  word2vecBinary: (path, table, signal) =>
    writeFiles([path], (file) => {
      writeHeader(file!, table);
      return writeVectorRecords(file!, table, signal);
    }),
  fastText: writeFastTextVectors,
  gloveText: (path, table, signal) =>
    writeFiles([path], (file) => writeVectorLines(file!, table, { separator: " ", withTerms: true }, signal)),
  projector: (path, table, signal) =>
    writeFiles([path, projectorMetadataPath(path)], async (vectors, metadata) => {
      for (const term of table.terms) metadata!.write(Buffer.from(`${term}\n`));
      return writeVectorLines(vectors!, table, { separator: "\t", withTerms: false }, signal);
    }),
};

/**
 * Writes a whole table of vectors, and tells its rows; it is durable once this is done, and nothing is left behind where it fails.
 * @throws RangeError if a term appears twice or does not fit the format, a number is not finite, or the table is not V x D
 */
export async function writeVectorTable(
  who: string,
  path: string,
  format: VectorFormat,
  table: VectorTable,
  signal: AbortSignal,
): Promise<number> {
  const { terms, values, vectorSize } = table;
  if (values.length !== terms.length * vectorSize)
    throw new RangeError(`${who}: values must be ${terms.length} x ${vectorSize} numbers, got ${values.length}`);
  const odd = firstNotFinite(values);
  if (odd >= 0)
    throw new RangeError(
      `${who}: numbers must be finite, got ${values[odd]} for term ${JSON.stringify(terms[Math.floor(odd / vectorSize)])}`,
    );
  checkTerms(who, terms, format);
  return writers[format](path, table, signal);
}

/** Where the first number stands that is not finite, or -1; in a loop, since to call a function for each takes ten times as long. */
function firstNotFinite(values: Float32Array): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return -1;
}

/** Where the projector's terms lie: `metadata.tsv` beside `vectors.tsv`, `x.metadata.tsv` beside `x.tsv`. */
export function projectorMetadataPath(path: string): string {
  const name = basename(path).replace(/\.tsv$/i, "");
  return join(dirname(path), name === "vectors" ? "metadata.tsv" : `${name}.metadata.tsv`);
}

function writeHeader(file: DurableFile, { terms, vectorSize }: VectorTable): void {
  file.write(Buffer.from(`${terms.length} ${vectorSize}\n`));
}

function writeColumns(format: TableFormat): Write {
  return (path, table, signal) =>
    writeTable(path, vectorsSchema(table.vectorSize, table.metadata, table.subwords), format, async (writer) => {
      for (const { columns, rows } of vectorRowBlocks(table, rowsAtOnce)) {
        await setImmediate(undefined, { signal });
        await writer.write(columns, rows);
      }
    });
}

/** Whether a format holds the rows of subwords, too. */
export const keepsSubwords = (format: VectorFormat): boolean => ["arrow", "parquet", "fastText"].includes(format);
