import { ConfigError, loadPipeline } from "../../pipelines/index.js";
import { type Command, jsonOption, pluginsOption } from "../command.js";

export const lint: Command = {
  name: "lint",
  summary: "Check configs without running them: keys, types, ranges, and that each step can read the one before",
  usage: "CONFIG... [--set PATH=VALUE]...",
  positionals: [1, Number.POSITIVE_INFINITY],
  options: {
    set: { type: "string", multiple: true, value: "PATH=VALUE", description: "Change an option before the check" },
    plugins: pluginsOption,
    json: jsonOption,
  },
  run: async (parsed, io) => {
    const faulty: ConfigError[] = [];
    for (const name of parsed.positionals) {
      const fault = await loadPipeline(name, {
        ...{ env: io.env, set: parsed.texts("set") },
        plugins: parsed.flag("plugins"),
      }).then(() => undefined, configError);
      if (fault) faulty.push(fault);
    }
    if (parsed.flag("json")) {
      io.out(
        `${JSON.stringify(faulty.flatMap(({ file, problems }) => problems.map((problem) => ({ file, ...problem }))))}\n`,
      );
    } else {
      for (const fault of faulty) io.stderr.write(`${fault.message}\n`);
      if (faulty.length === 0) io.out(`${parsed.positionals.length} configs, no problems\n`);
    }
    return faulty.length > 0 ? 2 : 0;
  },
};

function configError(error: unknown): ConfigError {
  if (error instanceof ConfigError) return error;
  throw error;
}
