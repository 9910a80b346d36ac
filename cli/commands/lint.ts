import {
  ConfigError,
  type ConfigProblem,
  formatProblem,
  loadPipeline,
  missingInputs,
  type Pipeline,
} from "../../pipelines/index.js";
import { plural } from "../../schemas/index.js";
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
    const remarks: Remark[] = [];
    for (const name of parsed.positionals) {
      const loaded = await loadPipeline(name, {
        ...{ env: io.env, set: parsed.texts("set") },
        plugins: parsed.flag("plugins"),
      }).catch(configError);
      if (loaded instanceof ConfigError) faulty.push(loaded);
      else remarks.push(...(await remarksOn(loaded)));
    }
    if (parsed.flag("json")) {
      const found = faulty.flatMap(({ file, problems }) => problems.map((problem) => ({ file, ...problem })));
      io.out(`${JSON.stringify([...found, ...remarks])}\n`);
    } else {
      for (const fault of faulty) io.stderr.write(`${fault.message}\n`);
      for (const { file, level, ...remark } of remarks) io.stderr.write(`${level}: ${formatProblem(file, remark)}\n`);
      if (faulty.length === 0) io.out(`${plural(parsed.positionals.length, "config")}, no problems\n`);
    }
    return faulty.length > 0 ? 2 : 0;
  },
};

/** Something that lint says of a config that runs. */
interface Remark extends ConfigProblem {
  readonly file: string;
  readonly level: "warning" | "note";
}

async function remarksOn(pipeline: Pipeline): Promise<Remark[]> {
  const { file, warnings, notes } = pipeline;
  return [
    ...[...warnings, ...(await missingInputs(pipeline))].map((problem) => ({
      file,
      level: "warning" as const,
      ...problem,
    })),
    ...notes.map((problem) => ({ file, level: "note" as const, ...problem })),
  ];
}

function configError(error: unknown): ConfigError {
  if (error instanceof ConfigError) return error;
  throw error;
}
