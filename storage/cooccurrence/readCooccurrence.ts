import { open } from "node:fs/promises";
import { decodeRecords, recordBytes } from "../../kernels/cooccurrence/cellRecords.js";
import { batchRows, cellBatches, cellColumns } from "../../kinds/cooccurrence.js";
import type {
  BatchOptions,
  CooccurrenceBatch,
  CooccurrenceMetadata,
  DistanceWeighting,
  FinalCooccurrence,
} from "../../schemas/cooccurrence.js";
import { boolean, integer, oneOf } from "../../schemas/fields.js";
import { defineOptions, type OptionsOf, parseOptions } from "../../schemas/options.js";
import { plural } from "../../schemas/plural.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { readFullyAsync } from "../files/readFully.js";
import { isTableFile, openTable, requireColumns } from "../tables/tableFile.js";
import { requireVocabulary } from "./vocabularyHash.js";

export const readCooccurrenceSchema = defineOptions({
  name: "readCooccurrence",
  fields: {
    windowSize: integer({
      description: "Tokens on each side of the centre, of a file that does not say it",
      min: 1,
      max: 255,
      default: 15,
    }),
    weighting: oneOf(["flat", "harmonic"], {
      description: "How a pair counts, of a file that does not say it",
      default: "harmonic",
    }),
    symmetric: boolean({
      description: "Each pair was counted in both directions, of a file that does not say it",
      default: true,
    }),
  },
});

export type ReadCooccurrenceOptions = OptionsOf<typeof readCooccurrenceSchema>;

/**
 * Opens a finished co-occurrence table; its cells are read from the disk whenever `batches()` is asked for them.
 *
 * In: an Arrow or Parquet file of `writeCooccurrence`, or GloVe's `cooccurrence.bin` (not the shuffled one). A file of GloVe
 * has no room for metadata: the options say it, and its weights are taken as they are.
 * Out: FinalCooccurrence. State: one record batch or row group. The whole file is read once to check it.
 * @throws SyntaxError, RangeError with the row: a file cut short, ids outside the vocabulary, cells out of order or twice, a
 *   weight that is not positive, another vocabulary than the table was made with
 * @example
 *   const table = await readCooccurrence("cooccurrence.arrow", await readVocabulary("vocab.arrow"));
 */
export async function readCooccurrence(
  path: string,
  vocabulary: Vocabulary,
  options: ReadCooccurrenceOptions = {},
): Promise<FinalCooccurrence> {
  const defaults = parseOptions(readCooccurrenceSchema, options);
  const file = isTableFile(path) ? await openTable(path) : undefined;
  const metadata = readMetadata(file?.metadata ?? new Map(), defaults);
  if (file) requireVocabulary(path, vocabulary, file.metadata);
  if (file) requireColumns(path, file, cellColumns(file));
  const read = file
    ? cellBatches({ path, ...file })
    : (options?: BatchOptions) => decodeRecords(readRecords(path), options);
  const batches = (options?: BatchOptions) => checkedBatches(path, vocabulary, read(options));
  let length = 0;
  for await (const { row } of batches({ reuse: true })) length += row.length;
  return { vocabulary, metadata, length, batches };
}

function readMetadata(
  keys: ReadonlyMap<string, string>,
  defaults: { windowSize: number; weighting: DistanceWeighting; symmetric: boolean },
): CooccurrenceMetadata {
  const windowSize = Number(keys.get("windowSize") ?? defaults.windowSize);
  const weighting = (keys.get("weighting") ?? defaults.weighting) as DistanceWeighting;
  const symmetric = (keys.get("symmetric") ?? String(defaults.symmetric)) === "true";
  return { windowSize, weighting, symmetric, unitsPerCount: Number(keys.get("unitsPerCount") ?? 1) };
}

async function* readRecords(path: string): AsyncGenerator<Uint8Array> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    if (size === 0 || size % recordBytes !== 0)
      throw new RangeError(
        `${path}: must hold records of ${recordBytes} bytes, got ${plural(size, "byte")}: it is cut short or no cooccurrence.bin`,
      );
    const room = new Uint8Array(Math.min(batchRows * recordBytes, size));
    for (let at = 0; at < size; at += room.length) {
      const bytes = room.subarray(0, Math.min(room.length, size - at));
      const bytesRead = await readFullyAsync(handle, bytes, at);
      if (bytesRead < bytes.length)
        throw new RangeError(`${path}: must not change while it is read, got ${bytesRead} bytes of ${bytes.length}`);
      yield bytes;
    }
  } finally {
    await handle.close();
  }
}

async function* checkedBatches(
  path: string,
  { terms }: Vocabulary,
  batches: AsyncIterable<CooccurrenceBatch>,
): AsyncGenerator<CooccurrenceBatch> {
  let read = 0;
  let before = -1; // the cell before, as row x V + column
  for await (const batch of batches) {
    const { row, column, weight } = batch;
    for (let i = 0; i < row.length; i++) {
      const fault = cellFault(row[i]!, column[i]!, weight[i]!, terms.length);
      if (fault) throw new RangeError(`${path}: ${fault} in cell ${read + i}`);
      const cell = row[i]! * terms.length + column[i]!;
      if (cell <= before)
        throw new RangeError(
          `${path}: cells must be sorted by row and column, each once, got (${row[i]}, ${column[i]}) out of order in cell ${read + i}`,
        );
      before = cell;
    }
    read += row.length;
    yield batch;
  }
}

function cellFault(row: number, column: number, weight: number, terms: number): string | undefined {
  if (!(row >= 0 && row < terms)) return `ids must be from 0 to ${terms - 1}, got row ${row}`;
  if (!(column >= 0 && column < terms)) return `ids must be from 0 to ${terms - 1}, got column ${column}`;
  return weight > 0 && weight < Number.POSITIVE_INFINITY ? undefined : `weights must be finite and > 0, got ${weight}`;
}
