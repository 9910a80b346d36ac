import { setImmediate } from "node:timers/promises";
import type { OperatorFunction } from "rxjs";
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
import { recordBytes } from "../storage/cooccurrence/recordBytes.js";
import { vocabularyMetadata } from "../storage/cooccurrence/vocabularyHash.js";
import { writeFiles } from "../storage/files/durableFile.js";
import { formatOf } from "../storage/files/formatOf.js";
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
    const batches = countedBatches(table, path, signal);
    const written =
      chosen === "gloveBinary" ? writeRecords(path, batches) : writeColumns({ path, terms }, chosen, table, batches);
    return { rows: await written };
  });
}

/** @throws TypeError, RangeError if the options say no format */
export function chosenCooccurrenceFormat(options: WriteCooccurrenceOptions): CooccurrenceFormat {
  const { path, format } = parseOptions(writeCooccurrenceSchema, options);
  const extensions = { ...tableExtensions, bin: "gloveBinary" } as const;
  return format === "auto" ? formatOf<CooccurrenceFormat>("writeCooccurrence", path, extensions) : format;
}

async function* countedBatches(table: FinalCooccurrence, path: string, signal: AbortSignal) {
  let rows = 0;
  for await (const batch of table.batches()) {
    await setImmediate(undefined, { signal }); // a table in memory would leave no turn to anybody else
    rows += batch.row.length;
    yield batch;
  }
  if (rows !== table.length)
    throw new RangeError(`writeCooccurrence: ${path} must hold ${plural(table.length, "cell")}, got ${rows}`);
}

async function writeColumns(
  { path, terms }: { readonly path: string; readonly terms: boolean },
  format: "arrow" | "parquet",
  table: FinalCooccurrence,
  batches: AsyncIterable<CooccurrenceBatch>,
): Promise<number> {
  const metadata = new Map([
    ...Object.entries(table.metadata).map(([key, value]) => [key, String(value)] as const),
    ...vocabularyMetadata(table.vocabulary),
  ]);
  const columns = { ...cooccurrenceSchema.columns, ...(terms ? cooccurrenceTermsSchema.columns : {}) };
  const termsOf = (ids: Int32Array) => Array.from(ids, (id) => table.vocabulary.terms[id]!);
  return writeTable(path, { columns, metadata }, tableFormats[format], async (writer) => {
    for await (const { row, column, weight } of batches) {
      const named = terms ? [termsOf(row), termsOf(column)] : [];
      await writer.write([row, column, weight, ...named], row.length);
    }
  });
}

/** Records of int32 row, int32 column, float64 weight, little-endian. */
async function writeRecords(path: string, batches: AsyncIterable<CooccurrenceBatch>): Promise<number> {
  return writeFiles([path], async (file) => {
    let written = 0;
    // one is filled while the other is written
    let [room, other] = [new ArrayBuffer(0), new ArrayBuffer(0)];
    for await (const { row, column, weight } of batches) {
      [room, other] = [other, room];
      if (room.byteLength < recordBytes * row.length) room = new ArrayBuffer(recordBytes * row.length);
      const records = new DataView(room, 0, recordBytes * row.length);
      for (let i = 0; i < row.length; i++) {
        records.setInt32(recordBytes * i, row[i]! + 1, true);
        records.setInt32(recordBytes * i + 4, column[i]! + 1, true);
        records.setFloat64(recordBytes * i + 8, weight[i]!, true);
      }
      await file!.writeBehind(new Uint8Array(room, 0, recordBytes * row.length));
      written += row.length;
    }
    return written;
  });
}
