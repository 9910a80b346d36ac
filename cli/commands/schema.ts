import { configJsonSchema, manifestJsonSchema } from "../../pipelines/index.js";
import { type Command, pluginOption } from "../command.js";
import { registryOf } from "../pluginOptions.js";

export const schema: Command = {
  name: "schema",
  usage: "[options]",
  positionals: [0, 0],
  options: {
    manifest: { type: "boolean", description: "That of the manifests of runs instead" },
    plugin: pluginOption,
  },
  examples: ["lexstream schema > lexstream.schema.json"],
  run: async (parsed, io) => {
    const registry = await registryOf(parsed);
    const schema = parsed.flag("manifest")
      ? manifestJsonSchema([...registry.kinds.values()])
      : configJsonSchema(registry);
    io.out(`${JSON.stringify(schema, undefined, 2)}\n`);
    return 0;
  },
};
