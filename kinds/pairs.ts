import type { PairBatch } from "../schemas/contexts.js";
import { defineKind } from "../schemas/kinds.js";

/** Windows spelled out; a test in a config names each pair's terms. */
export const pairs = defineKind({
  name: "pairs",
  arrives: "stream",
  columns: ["centre", "context", "distance"],
  amounts: { pairs: ({ centre }: PairBatch) => centre.length },
  shown: (batches) => batches.flatMap(termPairs),
});

function termPairs({ vocabulary: { terms }, centre, context }: PairBatch): string[][] {
  return Array.from(centre, (id, row) => [terms[id]!, terms[context[row]!]!]);
}
