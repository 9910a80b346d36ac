import { writeFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import {
  builtIn,
  ConfigError,
  compile,
  configStepsOf,
  faultOfMaking,
  formatConfig,
  guessLanguage,
  inputOption,
  languagesOf,
  loadLanguageModel,
  loadPlugins,
  type Pipeline,
  parseConfig,
  type Registry,
  STDIN,
  type Training,
  type TrainRequest,
  trainConfig,
  trainingOf,
} from "../../pipelines/index.js";
import { type AnyUnit, fillOptions, show } from "../../schemas/index.js";
import { placeFile, requirePlace } from "../../storage/files/placeFile.js";
import { type Command, commonOptions, type Io, jsonOption, type Parsed, pluginOption, UsageError } from "../command.js";
import { forceOption, progressOption, requirePipe, resumeOption, runTo, wayOf } from "../runTo.js";
import {
  commandOptions,
  optionValue,
  spellOut,
  type UnitOption,
  type UnitOptions,
  unitOptions,
} from "../unitOptions.js";

const ownOptions: Command["options"] = {
  out: {
    type: "string",
    short: "o",
    aliases: ["output"],
    value: "OUT",
    description: "Folder for the outputs, or a file whose ending says its format: vectors.bin (default: runs/MODEL)",
  },
  language: {
    type: "string",
    value: "NAME",
    description:
      "Language of the text: english, chinese (default: by the share of Han characters in the beginning of its files)",
  },
  from: {
    type: "string",
    value: "FILE|RUN",
    description: "Go on from what was learned before, whose terms are all kept: of the same kind and size",
  },
  "save-config": {
    type: "string",
    value: "FILE",
    description: "Write the pipeline as a config too, for lexstream run",
  },
  seed: { type: "string", value: "N", description: "Seed of every random draw" },
  force: forceOption,
  resume: resumeOption,
  progress: progressOption,
  plugin: pluginOption,
  json: jsonOption,
};

export const train: Command = {
  name: "train",
  usage: "MODEL FILE... [-o OUT] [--OPTION VALUE]...",
  positionals: [2, Number.POSITIVE_INFINITY],
  options: ownOptions,
  examples: [
    "lexstream train word2vec my.txt -o vectors.bin --vector-size 100 --epochs 5",
    "lexstream train glove 'news/*.txt.gz' -o news --min-count 10",
    "zcat wiki.txt.gz | lexstream train word2vec - -o wiki.vec",
    "lexstream train word2vec --help    (the options of that model and the steps before it)",
  ],
  prepare: async (argv, io) => {
    const [model = ""] = argv;
    if (model === "" || model.startsWith("-")) return { command: train, argv };
    const registry = await registryFor(argv);
    const source = argv.includes(STDIN) ? "stdin" : "files";
    const training = trainingFor(model, source, registry);
    const options = optionsOf(training);
    const { argv: spelled, notes } = spellOut(
      argv,
      options,
      { ...ownOptions, ...commonOptions },
      registry.units.values(),
    );
    for (const note of notes) io.stderr.write(`note: ${note}\n`);
    const command: Command = {
      ...train,
      summary: `${training.model.summary}; steps: ${training.units.map(({ name }) => name).join(", ")}`,
      usage: `${model} FILE... [-o OUT] [--OPTION VALUE]...`,
      options: allOptions(training, options),
      run: (parsed, runIo) => runTraining(training, options, registry, parsed, runIo),
    };
    return { command, argv: spelled };
  },
  run: async () => {
    throw new UsageError(`usage: lexstream train ${train.usage}; lexstream list names the models`);
  },
};

/** Modules are named among the arguments that only they make understood. */
function registryFor(argv: readonly string[]): Promise<Registry> {
  const paths = argv.flatMap((argument, k) =>
    argument === "--plugin" ? [argv[k + 1] ?? ""] : argument.startsWith("--plugin=") ? [argument.slice(9)] : [],
  );
  return loadPlugins(
    builtIn,
    paths.map((path) => resolve(path)),
  ).catch((error: Error) => {
    throw new UsageError(error.message);
  });
}

function trainingFor(model: string, source: "files" | "stdin", registry: Registry): Training {
  try {
    return trainingOf(model, source, registry);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** The model's own come first by their bare names, then those of the steps before it, the nearest first. */
function optionsOf({ model, units }: Training): UnitOptions {
  const steps = units.filter((unit) => unit !== model && unit.kind !== "sink").toReversed();
  return unitOptions([model, ...steps], Object.keys(ownOptions));
}

/** The options of the command, each with what the pipeline takes where it is left out. */
function allOptions({ units, model }: Training, options: UnitOptions): Command["options"] {
  const presets = new Map(units.map((unit) => [unit, { ...unit.standard, ...model.upstream?.[unit.name] }]));
  const presetOf = ({ unit, option, field }: UnitOption) => presets.get(unit)![option] ?? field.default;
  return { ...ownOptions, ...commandOptions(options, presetOf) };
}

async function runTraining(
  training: Training,
  options: UnitOptions,
  registry: Registry,
  parsed: Parsed,
  io: Io,
): Promise<number> {
  const way = wayOf(parsed);
  const out = parsed.text("out") ?? `runs/${training.model.name}`;
  const [folder, ...placed] = outputsOf(training, out);
  const request = await requestOf(training, options, placed[0], parsed, io);
  const saved = parsed.text("save-config");
  const places = [...placed.map((file) => join(dirname(out), file)), ...(saved === undefined ? [] : [saved])];
  for (const place of places) requirePlace(place, way.force || way.resume);
  const pipeline = compiled(request, registry);
  if (saved !== undefined) writeFileSync(saved, formatConfig(trainConfig(request, dirname(resolve(saved)))));
  await runTo(pipeline, folder!, way, io);
  for (const file of placed) await placeFile(join(folder!, file), join(dirname(out), file));
  return 0;
}

/** The run's folder, and the names of the files of it that are wanted beside it. */
function outputsOf({ writer }: Training, out: string): string[] {
  const name = basename(out);
  if (extname(out) === "" || out.endsWith("/")) return [out];
  const fault = faultOfMaking(writer, fillOptions(writer, { path: name }), undefined);
  if (fault) throw new UsageError(`train: ${fault}; the name of a folder with a dot in it ends in "/"`);
  return [`${out}.run`, name, ...(writer.besides?.({ path: name } as never) ?? [])];
}

async function requestOf(
  training: Training,
  options: UnitOptions,
  output: string | undefined,
  parsed: Parsed,
  { stdin, stderr }: Io,
): Promise<TrainRequest> {
  const files = parsed.positionals.slice(1);
  const isPiped = files.includes(STDIN);
  if (isPiped && files.length > 1) throw new UsageError(`train: - must be alone, got ${files.join(" ")}`);
  if (isPiped) requirePipe("train", stdin);
  const given = new Map<string, Record<string, unknown>>();
  const set = (unit: AnyUnit, option: string, value: unknown) =>
    given.set(unit.name, { ...given.get(unit.name), [option]: value });
  for (const [name, { unit, option, field }] of options) {
    const value = parsed.value(name);
    if (value === undefined) continue;
    const taken = optionValue(field, value);
    if (typeof taken === "string" && taken !== value) stderr.write(`note: --${name} ${value} is ${taken}\n`);
    set(unit, option, taken);
  }
  const from = parsed.text("from");
  if (from !== undefined) for (const [unit, option] of beginnings(training)) set(unit, option, from);
  if (output !== undefined) set(training.writer, "path", output);
  const textSteps = await textStepsFor(training.model, given.get(training.model.name) ?? {});
  const request = {
    ...{ ...training, files: isPiped ? [] : files, options: given, textSteps },
    seed: parsed.integer("seed", 0),
  };
  return {
    ...request,
    language: parsed.text("language") === undefined ? await guessed(request) : named(parsed, training),
  };
}

/** The steps that made tokens for the language model that the model is to read texts by. */
async function textStepsFor({ fields }: AnyUnit, options: Readonly<Record<string, unknown>>) {
  const option = Object.keys(fields).find((each) => fields[each]!.holds === "languageModel");
  const path = option === undefined ? undefined : options[option];
  return typeof path === "string" ? configStepsOf("train", await loadLanguageModel(path)) : undefined;
}

/** The options that take what was learned before: the model's own, and of a vocabulary that keeps its terms. */
function beginnings({ units, model }: Training): [AnyUnit, string][] {
  const found = units.flatMap((unit) =>
    Object.entries(unit.fields)
      .filter(([, { file, holds }]) => file === "value" && holds === model.makes)
      .map(([option]): [AnyUnit, string] => [unit, option]),
  );
  if (!found.some(([unit]) => unit === model))
    throw new UsageError(`train: --from must go with a model that can go on, got ${model.name}`);
  return found;
}

function named(parsed: Parsed, { units }: Training): string {
  const [language, known] = [parsed.text("language")!, languagesOf(units)];
  if (known.includes(language)) return language;
  throw new UsageError(`train: --language must be one of ${known.join(", ")}, got ${show(language)}`);
}

/** What comes through a pipe cannot be looked at twice, and is cut as text of both languages. */
async function guessed(request: Omit<TrainRequest, "language">): Promise<string> {
  const [source] = request.units;
  if (request.files.length === 0) return "chinese";
  const option = inputOption(source!)!;
  return guessLanguage(source!, option, { ...request.options.get(source!.name), [option]: request.files });
}

/** The pipeline, whose paths start from the current folder. */
function compiled(request: TrainRequest, registry: Registry): Pipeline {
  try {
    return compile(parseConfig(formatConfig(trainConfig(request, process.cwd())), "train"), { registry });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new UsageError(error.problems.map(({ message }) => `train: ${message}`).join("\n"));
  }
}
