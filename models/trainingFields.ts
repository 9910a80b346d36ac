import { boolean, integer, oneOf, threadNames } from "../schemas/index.js";

/** Options of models that train by slots of examples on threads: how many, whether in step, and by which kernel. */
export const trainingFields = {
  workers: integer({
    min: 1,
    max: 64,
    optional: true,
    aliases: threadNames,
    description:
      "Threads that train; as many as there are processors if left out, less the one that reads while deterministic",
  }),
  deterministic: boolean({
    default: true,
    description:
      "The same bytes for any number of workers; false lets them write to the same rows at the same time (Hogwild), which is faster",
  }),
  kernel: oneOf(["auto", "plain", "reference"], {
    default: "auto",
    description:
      "How steps are computed: auto: compiled, with fused multiply-add where the processor has it; plain: compiled, the same bytes on every machine; reference: TypeScript",
  }),
};
