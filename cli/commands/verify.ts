import { verifyRun } from "../../pipelines/index.js";
import { type Command, jsonOption } from "../command.js";

export const verify: Command = {
  name: "verify",
  summary: "Hash again every file that a run's manifest names, and say which have changed",
  usage: "DIR...",
  positionals: [1, Number.POSITIVE_INFINITY],
  options: { json: jsonOption },
  run: async (parsed, io) => {
    const files = (await Promise.all(parsed.positionals.map((folder) => verifyRun(folder)))).flat();
    const faulty = files.filter(({ fault }) => fault !== undefined);
    if (parsed.flag("json")) io.out(`${JSON.stringify(files)}\n`);
    else {
      for (const { path, fault } of faulty) io.out(`${path}: ${fault}\n`);
      io.out(`${files.length - faulty.length} files as they were, ${faulty.length} not\n`);
    }
    return faulty.length > 0 ? 1 : 0;
  },
};
