import { readyConfigText } from "../../pipelines/index.js";
import type { Command } from "../command.js";

export const create: Command = {
  name: "create",
  usage: "[NAME]",
  positionals: [0, 1],
  options: {},
  examples: ["lexstream create word2vec > my.yaml"],
  run: async (parsed, io) => {
    io.out(await readyConfigText(parsed.positionals[0] ?? "quickstart"));
    return 0;
  },
};
