import { duration, integer, type OptionsSchema } from "../../schemas/index.js";

/** Vectors of a model that goes on learning, written now and then: the config's key `snapshot`. */
export const snapshotSchema = {
  name: "snapshot",
  fields: {
    every: duration({
      optional: true,
      description:
        "How often the outputs behind a model that learns from a live source are written under a dated name, and when the run is stopped; never if left out",
    }),
    keep: integer({ optional: true, min: 1, description: "How many of each are kept, the newest; all if left out" }),
  },
} satisfies OptionsSchema;
