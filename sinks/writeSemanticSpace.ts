import type { OperatorFunction } from "rxjs";
import { semanticSpace } from "../kinds/semanticSpace.js";
import { text } from "../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import type { SemanticSpace } from "../schemas/semanticSpace.js";
import { defineUnit } from "../schemas/units.js";
import { writeWhole } from "./writeWhole.js";

export const writeSemanticSpaceSchema = defineUnit({
  name: "writeSemanticSpace",
  kind: "sink",
  reads: "semanticSpace",
  makes: "semanticSpace",
  standard: { path: "space.arrow" },
  summary: "Writes a space of LSA: the coordinates of its terms, and its singular values",
  fields: {
    path: text({ description: "File to write: .arrow .feather .parquet", file: "output", example: "space.arrow" }),
  },
  create: (_, options): OperatorFunction<SemanticSpace, SemanticSpace> => writeSemanticSpace(options),
});

export type WriteSemanticSpaceOptions = OptionsOf<typeof writeSemanticSpaceSchema>;

/**
 * Writes a space, a row a term, and passes it on once it is on the disk under its name.
 *
 * In, out: SemanticSpace, V terms, k dimensions; its singular values are in the metadata. State: a block of rows. Counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told
 * @example
 *   writeSemanticSpace({ path: "space.arrow" })
 */
export function writeSemanticSpace(options: WriteSemanticSpaceOptions): OperatorFunction<SemanticSpace, SemanticSpace> {
  const { path } = parseOptions(writeSemanticSpaceSchema, options);
  return writeWhole("writeSemanticSpace", semanticSpace, path);
}
