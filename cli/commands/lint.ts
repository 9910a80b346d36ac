import {
  ConfigError,
  type ConfigProblem,
  formatProblem,
  loadPipeline,
  missingInputs,
  type Pipeline,
  runCost,
  sizeNames,
} from "../../pipelines/index.js";
import { plural, type SizeName, type Sizes } from "../../schemas/index.js";
import { type Command, type Io, jsonOption, type Parsed, pluginsOption, UsageError } from "../command.js";
import { costJson, costReport } from "../costReport.js";

export const lint: Command = {
  name: "lint",
  usage: "CONFIG... [--set PATH=VALUE]... or CONFIG [FILE...] --cost [--size NAME=N]...",
  positionals: [1, Number.POSITIVE_INFINITY],
  options: {
    set: { type: "string", multiple: true, value: "PATH=VALUE", description: "Change an option before the check" },
    cost: {
      type: "boolean",
      description: "Tell what a run will take: memory, files that it removes, passes; reads the beginning of the text",
    },
    size: {
      type: "string",
      multiple: true,
      value: "NAME=N",
      description: "A size that is known, with --cost: tokens=2000000000, vocabulary=50000",
    },
    plugins: pluginsOption,
    json: jsonOption,
  },
  examples: ["lexstream lint pipeline.yaml", "lexstream lint lsa.yaml corpus.txt --cost --size vocabulary=50000"],
  run: async (parsed, io) => {
    if (parsed.flag("cost")) return tellCost(parsed, io);
    if (parsed.texts("size").length > 0) throw new UsageError("lint: --size must come with --cost, got it alone");
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

async function tellCost(parsed: Parsed, io: Io): Promise<number> {
  const [name, ...files] = parsed.positionals;
  const sizes = sizesOf(parsed.texts("size"));
  const pipeline = await loadPipeline(name!, {
    ...{ env: io.env, set: parsed.texts("set"), files },
    plugins: parsed.flag("plugins"),
  });
  const cost = await runCost(pipeline, sizes);
  io.out(parsed.flag("json") ? `${JSON.stringify(costJson(cost))}\n` : costReport(cost));
  return 0;
}

/** @throws UsageError if a size is unknown, or no number */
function sizesOf(given: readonly string[]): Partial<Sizes> {
  const sizes = given.map((text) => {
    const [, name = "", value = ""] = /^(\w+)=(\d+)$/.exec(text) ?? [];
    if (value === "" || !sizeNames.includes(name as SizeName))
      throw new UsageError(`lint: --size must be NAME=N with a NAME of ${sizeNames.join(", ")}, got ${text}`);
    return [name, Number(value)];
  });
  return Object.fromEntries(sizes);
}

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
