import type { OperatorFunction } from "rxjs";
import { topics } from "../kinds/topics.js";
import { text } from "../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import type { Topics } from "../schemas/topics.js";
import { defineUnit } from "../schemas/units.js";
import { writeWhole } from "./writeWhole.js";

export const writeTopicsSchema = defineUnit({
  name: "writeTopics",
  kind: "sink",
  reads: "topics",
  makes: "topics",
  standard: { path: "topics.arrow" },
  summary: "Writes the weights of all terms in all topics",
  fields: {
    path: text({ description: "File to write: .arrow .feather .parquet", file: "output", example: "topics.arrow" }),
  },
  create: (_, options): OperatorFunction<Topics, Topics> => writeTopics(options),
});

export type WriteTopicsOptions = OptionsOf<typeof writeTopicsSchema>;

/**
 * Writes topics, a row a term, and passes them on once they are on the disk under their name.
 *
 * In, out: Topics, V terms, K topics. State: a block of rows. Counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told
 * @example
 *   writeTopics({ path: "topics.arrow" })
 */
export function writeTopics(options: WriteTopicsOptions): OperatorFunction<Topics, Topics> {
  const { path } = parseOptions(writeTopicsSchema, options);
  return writeWhole("writeTopics", topics, path);
}
