import { loadPipeline, mermaid } from "../../pipelines/index.js";
import { type Command, pluginsOption } from "../command.js";

export const graph: Command = {
  name: "graph",
  usage: "CONFIG",
  positionals: [1, 1],
  options: { plugins: pluginsOption },
  run: async (parsed, io) => {
    io.out(mermaid(await loadPipeline(parsed.positionals[0]!, { env: io.env, plugins: parsed.flag("plugins") })));
    return 0;
  },
};
