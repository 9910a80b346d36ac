import {
  type CountOrShare,
  checkOptions,
  countOrShare,
  didYouMean,
  isPlainObject,
  numbersAsTexts,
  type OptionsOf,
  type OptionsSchema,
  parseOptions,
  type SettingsOf,
  show,
} from "../../schemas/index.js";
import { checkedEntry } from "../../sources/documents/documentEntry.js";
import type { TextDocument } from "../../sources/fromTexts.js";
import { checkpointSchema } from "./checkpointSchema.js";
import { ConfigError, type ConfigPath, type ConfigProblem } from "./configError.js";
import { CONFIG_KEYS, DATASET_KEYS } from "./configKeys.js";
import { type ConfigTextOptions, MAX_PROBLEMS, parseConfigText } from "./configText.js";
import { snapshotSchema } from "./snapshotSchema.js";

/** One step as written: `- tokenize: { mode: words }`, or just `- encode`. */
export interface ConfigStep {
  readonly unit: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Where its options stand in the config. */
  readonly path: ConfigPath;
}

export interface ConfigTest {
  readonly name: string;
  readonly documents: readonly (string | TextDocument)[];
  /** What must come out, by data type; see `configTests.ts`. */
  readonly expect: Readonly<Record<string, unknown>>;
}

/** A pipeline as people write it: one source, shared steps, and named branches that each end in models and sinks. */
export interface PipelineConfig {
  readonly name: string;
  /** Its description, and what `dataset` says for those to whom the outputs are given. */
  readonly about: Readonly<Record<string, string>>;
  readonly seed: number;
  /** How many documents the source may reject before the run ends, where its own options do not say it. */
  readonly maxRejected: CountOrShare | undefined;
  readonly checkpoint: SettingsOf<typeof checkpointSchema>;
  readonly snapshot: SettingsOf<typeof snapshotSchema>;
  /** Modules with units of one's own, relative to the config. */
  readonly plugins: readonly string[];
  readonly source: ConfigStep;
  readonly steps: readonly ConfigStep[];
  readonly branches: ReadonlyMap<string, readonly ConfigStep[]>;
  readonly tests: readonly ConfigTest[];
}

export interface LoadedConfig {
  readonly file: string;
  readonly config: PipelineConfig;
  /** What stands at a path, with numbers as they were written. */
  readonly written: (path: ConfigPath) => unknown;
  readonly locate: (problem: ConfigProblem) => ConfigProblem;
  /** Whether a value came from the environment or the command line: a path in it starts from the current folder. */
  readonly isFromOutside: (path: ConfigPath) => boolean;
  /** Variables that were not set, with the defaults that the config has for them. */
  readonly defaulted: ReadonlyMap<string, string>;
}

export const maxRejectedField = countOrShare({
  description: "How many documents may be rejected before the run ends",
  default: 0,
});

/**
 * Reads a config and checks its shape; the units and their options are checked by `lint`.
 * @throws ConfigError that lists every fault with its position
 */
export function parseConfig(text: string, file: string, options: ConfigTextOptions = {}): LoadedConfig {
  const { data, written, locate, isFromOutside, defaulted } = parseConfigText(text, file, options);
  const problems: ConfigProblem[] = [];
  const config = readShape(data, written, file, problems);
  if (problems.length > 0) throw new ConfigError(file, problems.slice(0, MAX_PROBLEMS).map(locate));
  const writtenAt = (path: ConfigPath) => path.reduce<unknown>(memberOf, written);
  return { file, config, written: writtenAt, locate, isFromOutside, defaulted };
}

const memberOf = (value: unknown, key: string | number) => (value as Record<string | number, unknown>)[key];

function readShape(data: unknown, written: unknown, file: string, problems: ConfigProblem[]): PipelineConfig {
  const refuse = (path: ConfigPath, message: string) => problems.push({ path, message });
  const top = isPlainObject(data) ? data : {};
  if (!isPlainObject(data))
    refuse(
      [],
      `a config must be a map with the keys ${CONFIG_KEYS.join(", ")}, got ${data === null ? "nothing" : show(data)}`,
    );

  for (const key of Object.keys(top)) {
    if (!isOneOf(CONFIG_KEYS, key)) refuse([key], unknownKey(key, CONFIG_KEYS));
  }
  const { seed = 1, maxRejected, steps = [], branches = {}, tests = [] } = top;
  const texts = isPlainObject(written) ? written : {};
  const { name = nameFromFile(file), description, dataset, plugins } = texts;
  if (typeof name !== "string" || !/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u.test(name)) {
    refuse(["name"], `name must be letters, digits, ".", "_" and "-", got ${show(name)}`);
  }
  if (!Number.isSafeInteger(seed) || (seed as number) < 0)
    refuse(["seed"], `seed must be an integer >= 0, got ${show(seed)}`);
  if (maxRejected !== undefined && maxRejectedField.refusal(maxRejected))
    refuse(["maxRejected"], `maxRejected must be ${maxRejectedField.expects}, got ${show(maxRejected)}`);
  if (!isPlainObject(branches)) refuse(["branches"], `branches must be a map of lists of steps, got ${show(branches)}`);

  return {
    name: String(name),
    about: {
      ...(description === undefined ? {} : { description: String(description) }),
      ...readDataset(dataset, refuse),
    },
    seed: Number(seed),
    maxRejected: maxRejected as CountOrShare | undefined,
    checkpoint: readSettings(checkpointSchema, top.checkpoint, texts.checkpoint, refuse),
    snapshot: readSettings(snapshotSchema, top.snapshot, texts.snapshot, refuse),
    plugins: readPlugins(plugins, refuse),
    source: readSource(top.source, refuse),
    steps: readSteps(steps, ["steps"], refuse),
    branches: new Map(
      Object.entries(isPlainObject(branches) ? branches : {}).map(([branch, list]) => [
        branch,
        readSteps(list, ["branches", branch], refuse),
      ]),
    ),
    tests: readTests(tests, texts.tests, refuse),
  };
}

/** What the description of a dataset must say and a run cannot know. */
function readDataset(dataset: unknown, refuse: Refuse): Record<string, string> {
  if (dataset === undefined) return {};
  if (!isPlainObject(dataset)) {
    refuse(["dataset"], `dataset must be a map, got ${show(dataset)}`);
    return {};
  }
  for (const [key, value] of Object.entries(dataset)) {
    if (!isOneOf(DATASET_KEYS, key)) refuse(["dataset", key], unknownKey(key, DATASET_KEYS));
    else if (typeof value !== "string") refuse(["dataset", key], `${key} must be a text, got ${show(value)}`);
  }
  return dataset as Record<string, string>;
}

const isOneOf = (known: readonly string[], key: string) => known.includes(key);

const unknownKey = (key: string, known: readonly string[]) =>
  `unknown key "${key}"${didYouMean(key, known)}; known keys are ${known.join(", ")}`;

type Refuse = (path: ConfigPath, message: string) => void;

/** The file's name as the name of a pipeline: what a name may not hold becomes "-". */
const nameFromFile = (file: string): string => {
  const base = file.split(/[/\\]/).at(-1) ?? file;
  const name = base.replace(/\.(ya?ml|json)$/i, "").normalize("NFC");
  return name.replace(/[^\p{L}\p{M}\p{N}._-]+/gu, "-").replace(/^[^\p{L}\p{N}]+|-+$/gu, "") || "pipeline";
};

function readSettings<S extends OptionsSchema>(
  schema: S,
  options: unknown,
  written: unknown,
  refuse: Refuse,
): SettingsOf<S> {
  const given = isPlainObject(options) ? numbersAsTexts(schema, options, written) : (options ?? {});
  const faults = checkOptions(schema, given);
  for (const { option, message } of faults)
    refuse(option === undefined ? [schema.name] : [schema.name, option], message);
  return parseOptions(schema, (faults.length > 0 ? {} : given) as OptionsOf<S>);
}

function readPlugins(plugins: unknown, refuse: Refuse): string[] {
  const list = plugins === undefined ? [] : [plugins].flat();
  const isGood = list.every((path) => typeof path === "string" && path.trim() !== "");
  if (!isGood) refuse(["plugins"], `plugins must be a list of paths of modules, got ${show(plugins)}`);
  return isGood ? (list as string[]) : [];
}

function readSource(source: unknown, refuse: Refuse): ConfigStep {
  if (isPlainObject(source) && Object.keys(source).length === 1) return readStep(source, ["source"], refuse);
  if (typeof source === "string") return { unit: source, options: {}, path: ["source"] };
  refuse(["source"], `source must be a map with one key, the source's name, got ${show(source)}`);
  return { unit: "", options: {}, path: ["source"] };
}

function readSteps(list: unknown, path: ConfigPath, refuse: Refuse): ConfigStep[] {
  if (!Array.isArray(list)) {
    refuse(path, `must be a list of steps, got ${show(list)}`);
    return [];
  }
  return list.map((step, index) => readStep(step, [...path, index], refuse));
}

function readStep(step: unknown, path: ConfigPath, refuse: Refuse): ConfigStep {
  if (typeof step === "string") return { unit: step, options: {}, path };
  const [entry, ...others] = isPlainObject(step) ? Object.entries(step) : [];
  if (!entry || others.length > 0) {
    refuse(path, `a step must be a name, or a map with one key, the name, got ${show(step)}`);
    return { unit: "", options: {}, path };
  }
  const [unit, options] = entry;
  if (options !== null && !isPlainObject(options)) {
    refuse([...path, unit], `the options of ${unit} must be a map, got ${show(options)}`);
  }
  return { unit, options: isPlainObject(options) ? options : {}, path: [...path, unit] };
}

function readTests(tests: unknown, texts: unknown, refuse: Refuse): ConfigTest[] {
  if (!Array.isArray(tests)) {
    refuse(["tests"], `tests must be a list, got ${show(tests)}`);
    return [];
  }
  return tests.map((test, index) => {
    const { documents: values, expect } = isPlainObject(test) ? test : {};
    const written = isPlainObject(test) ? (texts as Record<string, unknown>[])[index]! : {};
    const { name = `test ${index + 1}`, documents, expect: _, ...others } = written;
    const path = ["tests", index];
    for (const key of Object.keys(others)) refuse([...path, key], unknownKey(key, ["name", "documents", "expect"]));
    const isList = Array.isArray(documents) && documents.every(isDocument);
    if (!isList)
      refuse(
        [...path, "documents"],
        `documents must be a list of texts, or of maps with a text, got ${show(documents)}`,
      );
    if (!isPlainObject(expect) || Object.keys(expect).length === 0) {
      refuse([...path, "expect"], `expect must be a map that is not empty, got ${show(expect)}`);
    }
    return {
      name: String(name),
      documents: isList
        ? documents.map((document, k) =>
            readDocument(document, (values as unknown[])[k], [...path, "documents", k], refuse),
          )
        : [],
      expect: isPlainObject(expect) ? expect : {},
    };
  });
}

const isDocument = (written: unknown) => typeof (isPlainObject(written) ? written.text : written) === "string";

/** A text, or a map with a text and what is known of it; weights and fields are numbers where they are written so. */
function readDocument(written: unknown, value: unknown, path: ConfigPath, refuse: Refuse): string | TextDocument {
  if (typeof written === "string") return written;
  const { text, ...texts } = written as TextDocument;
  const { weight, fields } = value as TextDocument;
  const entry = {
    ...texts,
    ...(weight === undefined ? {} : { weight }),
    ...(fields === undefined ? {} : { fields }),
  };
  try {
    return { text, ...checkedEntry(entry, (what) => new TypeError(what)) };
  } catch (error) {
    refuse(path, (error as Error).message);
    return text;
  }
}
