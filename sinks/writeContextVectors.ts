import type { OperatorFunction } from "rxjs";
import { type ContextVectorBatch, contextVectorRows, contextVectorsSchema } from "../schemas/contextVectors.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import { defineUnit } from "../schemas/units.js";
import { tableFields, tableFormatOf, writeRows } from "./writeRows.js";

export const writeContextVectorsSchema = defineUnit({
  name: "writeContextVectors",
  kind: "sink",
  reads: "contextVectors",
  makes: "contextVectors",
  summary: "Writes the vectors of words where they stand, a row a word and layer",
  fields: tableFields,
  create: (_, options): OperatorFunction<ContextVectorBatch, ContextVectorBatch> => writeContextVectors(options),
});

export type WriteContextVectorsOptions = OptionsOf<typeof writeContextVectorsSchema>;

/**
 * Writes words as rows of document, sentence, token, term, layer and vector, and passes each batch on once its rows were taken.
 *
 * In, out: ContextVectorBatch, W words of L layers. State: one block of rows.
 * Completes when the file is on the disk under its name; counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told
 * @example
 *   vectors$.pipe(writeContextVectors({ path: "vectors.arrow" }))
 */
export function writeContextVectors(
  options: WriteContextVectorsOptions,
): OperatorFunction<ContextVectorBatch, ContextVectorBatch> {
  const { path, format } = parseOptions(writeContextVectorsSchema, options);
  return writeRows("writeContextVectors", path, tableFormatOf("writeContextVectors", path, format), () => ({
    schema: (first) => contextVectorsSchema(first?.layerSizes ?? new Uint32Array(0)),
    rows: contextVectorRows,
    amount: ({ terms }) => terms.length,
  }));
}
