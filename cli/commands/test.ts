import { loadPipeline, runConfigTests } from "../../pipelines/index.js";
import { type Command, jsonOption, pluginsOption } from "../command.js";

export const test: Command = {
  name: "test",
  usage: "CONFIG...",
  positionals: [1, Number.POSITIVE_INFINITY],
  options: { plugins: pluginsOption, json: jsonOption },
  run: async (parsed, io) => {
    const results = [];
    for (const name of parsed.positionals) {
      const pipeline = await loadPipeline(name, { env: io.env, plugins: parsed.flag("plugins") });
      const tests = await runConfigTests(pipeline);
      results.push(...tests.map((result) => ({ file: pipeline.file, ...result })));
    }
    const failed = results.filter(({ failures }) => failures.length > 0);
    if (parsed.flag("json")) io.out(`${JSON.stringify(results)}\n`);
    else {
      for (const { file, name, failures } of failed)
        io.out(`${file}: ${name}\n${failures.map((line) => `  ${line}\n`).join("")}`);
      io.out(`${results.length - failed.length} passed, ${failed.length} failed\n`);
    }
    if (results.length === 0) io.stderr.write("test: a config must have tests, found none\n");
    return failed.length > 0 || results.length === 0 ? 1 : 0;
  },
};
