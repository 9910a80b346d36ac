import { basename } from "node:path";
import type { NetworkSettings } from "../../schemas/languageModel.js";
import { isPlainObject } from "../../schemas/options.js";
import type { Json } from "./checkpoints/checkpointForm.js";
import { architectureOf, formOfType } from "./checkpoints/knownCheckpoints.js";
import { tokenizerIn } from "./checkpoints/readCheckpoint.js";
import { filesBesideTensors, readJson } from "./languageModelFiles.js";
import type { SafetensorsFile } from "./safetensors.js";

/** What a model says of its learning: `learned` of its metadata. */
interface Learned {
  readonly passes: number;
  readonly steps: number;
  readonly tokens: number;
  readonly heldOutLosses?: readonly number[];
}

/**
 * What a language model is, by its configuration and the shapes of its tensors, whose numbers are not read: architecture, parameters, terms and
 * what makes them, sizes, and of one that lexstream wrote the engine and the training.
 * @throws SyntaxError if the configuration is no JSON object; RangeError if it is that of a network that no unit has
 */
export function describeLanguageModel(path: string, file: SafetensorsFile): Readonly<Record<string, string>> {
  const [configPath] = filesBesideTensors(path) as [string];
  const config = readJson(configPath);
  const parameters = file.names.reduce((sum, name) => sum + file.shape(name).reduce((a, b) => a * b, 1), 0);
  const told = config.format === undefined ? ofCheckpoint(config, configPath, file.names) : ofOwn(config);
  const { architecture, sizes, others } = told;
  return {
    ...{ architecture, parameters: String(parameters), terms: String(config.vocab_size) },
    ...{ tokenizer: tokenizerOf(path, config), sizes: settingsText(sizes), ...others },
  };
}

interface Told {
  readonly architecture: string;
  readonly sizes: NetworkSettings;
  readonly others: Readonly<Record<string, string>>;
}

function ofCheckpoint(config: Json, where: string, names: readonly string[]): Told {
  const form = formOfType(config.model_type, where);
  return { architecture: form.architecture, sizes: form.settings(config, where, names), others: {} };
}

function ofOwn(config: Json): Told {
  const { learned, engine, arithmetic, engineChoice, corpus } = config.metadata as Readonly<Record<string, string>>;
  return {
    architecture: architectureOf(String(config.model_type)),
    sizes: config.settings as NetworkSettings,
    others: {
      ...(engine === undefined
        ? {}
        : { engine: `${engine}, ${arithmetic}${engineChoice === undefined ? "" : ` (${engineChoice})`}` }),
      ...(learned === undefined ? {} : learnedText(JSON.parse(learned))),
      ...(corpus === undefined ? {} : { corpus }),
    },
  };
}

function learnedText({ passes, steps, tokens, heldOutLosses = [] }: Learned): Readonly<Record<string, string>> {
  const learned = `${steps} steps, ${tokens} tokens, ${passes} passes`;
  const losses = heldOutLosses.map((loss) => loss.toFixed(4)).join(" ");
  return losses === "" ? { learned } : { learned, heldOutLosses: losses };
}

/** Words, or the tokenizer that makes pieces of them. */
function tokenizerOf(path: string, config: Json): string {
  if (config.terms === "words") return "words";
  const place = tokenizerIn(path);
  if (place === undefined) return "none";
  const { model } = place.endsWith("tokenizer.json") ? readJson(place) : {};
  return isPlainObject(model) ? `${basename(place)}, ${model.type}` : basename(place);
}

const settingsText = (settings: NetworkSettings) =>
  Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
