import type { OperatorFunction } from "rxjs";
import { searchIndex } from "../kinds/searchIndex.js";
import { text } from "../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import type { SearchIndex } from "../schemas/searchIndex.js";
import { defineUnit } from "../schemas/units.js";
import { writeWhole } from "./writeWhole.js";

export const writeSearchIndexSchema = defineUnit({
  name: "writeSearchIndex",
  kind: "sink",
  reads: "searchIndex",
  makes: "searchIndex",
  standard: { path: "index.arrow" },
  summary: "Writes an index of documents to a file",
  fields: {
    path: text({ description: "File to write: .arrow .feather .parquet", file: "output", example: "index.arrow" }),
  },
  create: (_, options): OperatorFunction<SearchIndex, SearchIndex> => writeSearchIndex(options),
});

export type WriteSearchIndexOptions = OptionsOf<typeof writeSearchIndexSchema>;

/**
 * Writes an index of documents, and passes it on once it is on the disk under its name: 8 bytes a posting in .arrow.
 *
 * In, out: SearchIndex. State: the postings of 1,024 terms. Counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told
 * @example
 *   writeSearchIndex({ path: "index.arrow" })
 */
export function writeSearchIndex(options: WriteSearchIndexOptions): OperatorFunction<SearchIndex, SearchIndex> {
  const { path } = parseOptions(writeSearchIndexSchema, options);
  return writeWhole("writeSearchIndex", searchIndex, path);
}
