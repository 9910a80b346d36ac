import { configJsonSchema } from "../../pipelines/index.js";
import type { Command } from "../command.js";

export const schema: Command = {
  name: "schema",
  summary: "Print the JSON Schema of configs, for editors and other programs",
  usage: "",
  positionals: [0, 0],
  options: {},
  examples: ["lexstream schema > lexstream.schema.json"],
  run: async (_, io) => {
    io.out(`${JSON.stringify(configJsonSchema(), undefined, 2)}\n`);
    return 0;
  },
};
