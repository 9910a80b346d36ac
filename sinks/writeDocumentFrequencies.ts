import type { OperatorFunction } from "rxjs";
import { documentFrequencies } from "../kinds/documentFrequencies.js";
import type { DocumentFrequencies } from "../schemas/documentFrequencies.js";
import { text } from "../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import { defineUnit } from "../schemas/units.js";
import { writeWhole } from "./writeWhole.js";

export const writeDocumentFrequenciesSchema = defineUnit({
  name: "writeDocumentFrequencies",
  kind: "sink",
  reads: "documentFrequencies",
  makes: "documentFrequencies",
  standard: { path: "document-frequencies.arrow" },
  summary: "Writes in how many documents each term occurs",
  fields: {
    path: text({
      description: "File to write: .arrow .feather .parquet",
      file: "output",
      example: "document-frequencies.arrow",
    }),
  },
  create: (_, options): OperatorFunction<DocumentFrequencies, DocumentFrequencies> => writeDocumentFrequencies(options),
});

export type WriteDocumentFrequenciesOptions = OptionsOf<typeof writeDocumentFrequenciesSchema>;

/**
 * Writes terms, their counts and the documents of each, and passes the frequencies on once they are on the disk under their name.
 *
 * In, out: DocumentFrequencies, V terms. State: a block of rows. Counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told
 * @example
 *   writeDocumentFrequencies({ path: "document-frequencies.arrow" })
 */
export function writeDocumentFrequencies(
  options: WriteDocumentFrequenciesOptions,
): OperatorFunction<DocumentFrequencies, DocumentFrequencies> {
  const { path } = parseOptions(writeDocumentFrequenciesSchema, options);
  return writeWhole("writeDocumentFrequencies", documentFrequencies, path);
}
