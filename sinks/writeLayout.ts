import type { OperatorFunction } from "rxjs";
import { layout } from "../kinds/layout.js";
import { text } from "../schemas/fields.js";
import type { TermLayout } from "../schemas/layout.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import { defineUnit } from "../schemas/units.js";
import { writeWhole } from "./writeWhole.js";

export const writeLayoutSchema = defineUnit({
  name: "writeLayout",
  kind: "sink",
  reads: "layout",
  makes: "layout",
  summary: "Writes a map of terms: where each lies in the plane, and its cluster",
  fields: {
    path: text({ description: "File to write: .arrow .feather .parquet", file: "output", example: "layout.arrow" }),
  },
  create: (_, options): OperatorFunction<TermLayout, TermLayout> => writeLayout(options),
});

export type WriteLayoutOptions = OptionsOf<typeof writeLayoutSchema>;

/**
 * Writes a map of terms, a row a term, and passes it on once it is on the disk under its name.
 *
 * In, out: TermLayout, V terms. State: a block of rows. Counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told
 * @example
 *   vectors$.pipe(layOut(), writeLayout({ path: "layout.arrow" }))
 */
export function writeLayout(options: WriteLayoutOptions): OperatorFunction<TermLayout, TermLayout> {
  const { path } = parseOptions(writeLayoutSchema, options);
  return writeWhole("writeLayout", layout, path);
}
