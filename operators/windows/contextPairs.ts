import { mergeMap, type OperatorFunction } from "rxjs";
import { spellPairs } from "../../kernels/embedding/pairSpeller.js";
import type { ContextBatch, PairBatch } from "../../schemas/contexts.js";
import { integer } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../../schemas/options.js";
import { defineUnit } from "../../schemas/units.js";

export const contextPairsSchema = defineUnit({
  name: "contextPairs",
  kind: "operator",
  reads: "contexts",
  makes: "pairs",
  summary: "Spells windows out as rows of centre, context and distance",
  fields: {
    batchSize: integer({ default: 65_536, min: 1, max: 16_777_216, description: "Most pairs in a batch" }),
  },
  create: (_, options): OperatorFunction<ContextBatch, PairBatch> => contextPairs(options),
});

export type ContextPairsOptions = OptionsOf<typeof contextPairsSchema>;

/**
 * Spells windows out as pairs, for those who want rows: centre by centre, contexts from left to right.
 *
 * In:  ContextBatch. Out: PairBatches of at most `batchSize` pairs; the last one of each input is what is left of it.
 * State: none; 8 bytes per centre and 9 per pair of the event being made.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range
 * @example
 *   ids$.pipe(windowContexts({ windowSize: 2 }), contextPairs(), writePairs({ path: "pairs.parquet" }))
 */
export function contextPairs(options?: ContextPairsOptions): OperatorFunction<ContextBatch, PairBatch> {
  const { batchSize } = parseOptions(contextPairsSchema, options);
  return mergeMap((batch) => spellPairs(batch, batchSize));
}
