import { interval, type OptionsSchema } from "../../schemas/index.js";

/** How often a run writes down how far it has come: the config's key `checkpoint`. */
export const checkpointSchema = {
  name: "checkpoint",
  fields: {
    every: interval({
      default: "30s",
      description:
        "Least time or tokens between two checkpoints, from which an interrupted run goes on; never switches them off",
    }),
  },
} satisfies OptionsSchema;
