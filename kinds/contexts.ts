import { pairsIn } from "../kernels/embedding/windowWeights.js";
import type { ContextBatch } from "../schemas/contexts.js";
import { defineKind } from "../schemas/kinds.js";

/** Windows over the text; a test in a config names the number of their centres. They are laid anew from ids, never kept. */
export const contexts = defineKind({
  name: "contexts",
  arrives: "stream",
  amounts: { tokens: ({ firstCentre, endCentre }: ContextBatch) => endCentre - firstCentre, pairs: pairsIn },
  examples: {
    rule: "words must have neighbours",
    causes:
      "one word a line, sentences or documents of one word, too little text, or a sample or minCount that leaves out nearly all",
  },
  shown: (batches) => batches.reduce((total, batch) => total + batch.endCentre - batch.firstCentre, 0),
});
