import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { OperatorFunction } from "rxjs";
import { encodeRecords, recordBytes } from "../kernels/cooccurrence/cellRecords.js";
import {
  type CooccurrenceBatch,
  cooccurrenceSchema,
  cooccurrenceTermsSchema,
  type FinalCooccurrence,
} from "../schemas/cooccurrence.js";
import { boolean, oneOf, text } from "../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import { plural } from "../schemas/plural.js";
import { defineUnit } from "../schemas/units.js";
import { vocabularyMetadata } from "../storage/cooccurrence/vocabularyHash.js";
import { writeFiles } from "../storage/files/durableFile.js";
import { formatOf } from "../storage/files/formatOf.js";
import { noteHash } from "../storage/files/hashFile.js";
import { writeTable } from "../storage/tables/tableWriter.js";
import { writeOnce } from "./writeOnce.js";
import { tableExtensions, tableFormats } from "./writeRows.js";

export const cooccurrenceFormats = ["arrow", "parquet", "gloveBinary"] as const;
export type CooccurrenceFormat = (typeof cooccurrenceFormats)[number];

export const writeCooccurrenceSchema = defineUnit({
  name: "writeCooccurrence",
  kind: "sink",
  reads: "cooccurrence",
  makes: "cooccurrence",
  summary: "Writes a finished co-occurrence table to a file",
  paper: "cooccurrence.bin of GloVe (Pennington et al. 2014), stanfordnlp/GloVe src/cooccur.c",
  fields: {
    path: text({ description: "File to write", file: "output", example: "cooccurrence.parquet" }),
    format: oneOf(["auto", ...cooccurrenceFormats], {
      description: "Format of the file; auto goes by the name: .arrow .feather .parquet, .bin (gloveBinary)",
      default: "auto",
    }),
    terms: boolean({
      default: false,
      description: "Write the terms of each cell beside its ids, as rowTerm and columnTerm; not in gloveBinary",
    }),
  },
  create: (_, options): OperatorFunction<FinalCooccurrence, FinalCooccurrence> => writeCooccurrence(options),
});

export type WriteCooccurrenceOptions = OptionsOf<typeof writeCooccurrenceSchema>;

/**
 * Writes a co-occurrence table batch by batch, and passes it on once it is on the disk under its name.
 *
 * In, out: FinalCooccurrence. Ids from 0 in Arrow and Parquet, with the table's metadata and the vocabulary's hash; from 1 in
 * GloVe's records, which have no room for metadata. With `terms` the term of each id stands beside it. State: one block of 65,536 (Arrow) or 131,072 rows (Parquet).
 * Counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told or has no room for terms; RangeError through the stream, if there are not `length` cells
 * @example
 *   contexts$.pipe(accumulateCooccurrence(), writeCooccurrence({ path: "cooccurrence.bin" }))
 */
export function writeCooccurrence(
  options: WriteCooccurrenceOptions,
): OperatorFunction<FinalCooccurrence, FinalCooccurrence> {
  const { path, terms } = parseOptions(writeCooccurrenceSchema, options);
  const chosen = chosenCooccurrenceFormat(options);
  if (terms && chosen === "gloveBinary")
    throw new TypeError(
      "writeCooccurrence: terms must be false in format gloveBinary, which has no room for them, got true",
    );
  return writeOnce("writeCooccurrence", path, async (table, signal) => {
    const wholly = <Block>(blocks: AsyncIterable<Block>, cellsOf: (block: Block) => number) =>
      inTurns(blocks, { cells: table.length, cellsOf, path, signal });
    if (chosen === "gloveBinary") {
      const records = table.records?.() ?? encodeRecords(table.batches({ reuse: true }));
      await writeRecords(
        path,
        wholly(records, ({ length }) => length / recordBytes),
      );
    } else {
      const batches = wholly(table.batches({ reuse: true }), ({ row }) => row.length);
      await writeColumns({ path, terms }, chosen, table, batches);
    }
    return { rows: table.length };
  });
}

/** @throws TypeError, RangeError if the options say no format */
export function chosenCooccurrenceFormat(options: WriteCooccurrenceOptions): CooccurrenceFormat {
  const { path, format } = parseOptions(writeCooccurrenceSchema, options);
  const extensions = { ...tableExtensions, bin: "gloveBinary" } as const;
  return format === "auto" ? formatOf<CooccurrenceFormat>("writeCooccurrence", path, extensions) : format;
}

interface WholeTable<Block> {
  readonly cells: number;
  readonly cellsOf: (block: Block) => number;
  readonly path: string;
  readonly signal: AbortSignal;
}

/** The blocks of a whole table; between them others have their turn, whom a table in memory would leave none. */
async function* inTurns<Block>(blocks: AsyncIterable<Block>, { cells, cellsOf, path, signal }: WholeTable<Block>) {
  let rows = 0;
  for await (const block of blocks) {
    await setImmediate(undefined, { signal });
    rows += cellsOf(block);
    yield block;
  }
  if (rows !== cells)
    throw new RangeError(`writeCooccurrence: ${path} must hold ${plural(cells, "cell")}, got ${rows}`);
}

async function writeColumns(
  { path, terms }: { readonly path: string; readonly terms: boolean },
  format: "arrow" | "parquet",
  table: FinalCooccurrence,
  batches: AsyncIterable<CooccurrenceBatch>,
): Promise<void> {
  const metadata = new Map([
    ...Object.entries(table.metadata).map(([key, value]) => [key, String(value)] as const),
    ...vocabularyMetadata(table.vocabulary),
  ]);
  const columns = { ...cooccurrenceSchema.columns, ...(terms ? cooccurrenceTermsSchema.columns : {}) };
  const termsOf = (ids: Int32Array) => Array.from(ids, (id) => table.vocabulary.terms[id]!);
  await writeTable(path, { columns, metadata }, tableFormats[format], async (writer) => {
    for await (const { row, column, weight } of batches) {
      const named = terms ? [termsOf(row), termsOf(column)] : [];
      await writer.write([row, column, weight, ...named], row.length);
    }
  });
}

/** Each block is hashed, and the next one made, while it is written. */
async function writeRecords(path: string, blocks: AsyncIterable<Uint8Array>): Promise<void> {
  const hash = createHash("sha256");
  await writeFiles([path], async (file) => {
    for await (const block of blocks) {
      await file!.writeBehind(block);
      hash.update(block);
    }
  });
  await noteHash(path, hash.digest("hex"));
}
