import { rerun, type VerifiedFile, verifyRun } from "../../pipelines/index.js";
import { plural } from "../../schemas/plural.js";
import { type Command, jsonOption, pluginsOption } from "../command.js";

export const verify: Command = {
  name: "verify",
  usage: "DIR... [options]",
  positionals: [1, Number.POSITIVE_INFINITY],
  options: {
    rerun: { type: "boolean", description: "Run again beside each folder, and compare what comes out" },
    plugins: pluginsOption,
    json: jsonOption,
  },
  examples: ["lexstream verify runs/word2vec", "lexstream verify --rerun runs/word2vec"],
  run: async (parsed, io) => {
    const options = { signal: io.signal, plugins: parsed.flag("plugins") };
    const files: VerifiedFile[] = [];
    for (const folder of parsed.positionals) {
      files.push(...(parsed.flag("rerun") ? await rerun(folder, options) : await verifyRun(folder)));
    }
    const faulty = files.filter(({ fault }) => fault !== undefined);
    if (parsed.flag("json")) io.out(`${JSON.stringify(files)}\n`);
    else {
      for (const { path, fault } of faulty) io.out(`${path}: ${fault}\n`);
      io.out(`${plural(files.length - faulty.length, "file")} as they were, ${faulty.length} not\n`);
    }
    return faulty.length > 0 ? 1 : 0;
  },
};
