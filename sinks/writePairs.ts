import type { OperatorFunction } from "rxjs";
import { type PairBatch, pairsSchema } from "../schemas/contexts.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import { defineUnit } from "../schemas/units.js";
import { fixedMetadata } from "../storage/cooccurrence/vocabularyHash.js";
import { tableFields, tableFormatOf, writeRows } from "./writeRows.js";

export const writePairsSchema = defineUnit({
  name: "writePairs",
  kind: "sink",
  reads: "pairs",
  makes: "pairs",
  summary: "Writes centre-context pairs to a file, one row a pair",
  fields: tableFields,
  create: (_, options): OperatorFunction<PairBatch, PairBatch> => writePairs(options),
});

export type WritePairsOptions = OptionsOf<typeof writePairsSchema>;

/**
 * Writes pairs as rows of centre, context and distance, and passes each batch on once its rows were taken.
 *
 * In, out: PairBatch, P pairs of ids in the vocabulary. State: one block of 65,536 (Arrow) or 131,072 rows (Parquet).
 * Completes when the file is on the disk under its name; counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the format cannot be told
 * @example
 *   ids$.pipe(windowContexts({ windowSize: 5 }), contextPairs(), writePairs({ path: "pairs.parquet" }))
 */
export function writePairs(options: WritePairsOptions): OperatorFunction<PairBatch, PairBatch> {
  const { path, format } = parseOptions(writePairsSchema, options);
  return writeRows("writePairs", path, tableFormatOf("writePairs", path, format), () => ({
    schema: (first) => ({ ...pairsSchema, metadata: fixedMetadata("writePairs", first) }),
    rows: ({ centre, context, distance }) => ({ columns: [centre, context, distance], rows: centre.length }),
  }));
}
