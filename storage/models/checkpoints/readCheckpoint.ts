import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { LanguageModel, NamedTensor, NetworkSettings } from "../../../schemas/languageModel.js";
import { readSubwords } from "../../tokenizers/readSubwords.js";
import { SafetensorsFile } from "../safetensors.js";
import type { CheckpointForm, Json, TiedTensor } from "./checkpointForm.js";
import { formOfType } from "./knownCheckpoints.js";

const tokenizers = ["tokenizer.json", "vocab.json", "vocab.txt"];

/**
 * Reads a checkpoint that transformers wrote: `model.safetensors`, `config.json`, and a tokenizer beside it, `tokenizer.json`, or `vocab.json`
 * with `merges.txt`, or `vocab.txt`. Its terms have no counts, and nothing is put before or between texts.
 * @param path of the tensors
 * @throws RangeError if the network is one that no unit knows, has a table of its own for the output, or has other terms than the tokenizer
 */
export async function readCheckpoint(path: string, config: Json, configPath: string): Promise<LanguageModel> {
  const form = formOfType(config.model_type, configPath);
  const tokenizerPath = tokenizerBeside(path);
  const { terms, tokenizer, unknownId } = await readSubwords(tokenizerPath);
  const { settings, tensors } = readTensors(path, (names) => form.settings(config, configPath, names), form);
  const rows = tensors.find(({ name }) => name === form.vectors)?.shape[0];
  if (rows !== undefined && rows !== terms.length)
    throw new RangeError(
      `${tokenizerPath}: must have the ${rows} terms of tensor ${form.vectors} beside it, got ${terms.length}; it is the tokenizer of another model`,
    );
  return {
    ...{ architecture: form.architecture, settings, vectors: form.vectors },
    ...{ terms, counts: new Float64Array(terms.length), tokenizer, tensors },
    ...(unknownId === undefined ? {} : { unknown: terms[unknownId]! }),
    metadata: new Map([["model", form.modelType]]),
  };
}

/** The tokenizer beside tensors, if there is one. */
export function tokenizerIn(path: string): string | undefined {
  return tokenizers.map((name) => join(dirname(path), name)).find((place) => existsSync(place));
}

function tokenizerBeside(path: string): string {
  const found = tokenizerIn(path);
  if (found !== undefined) return found;
  throw new Error(`${path}: must have its tokenizer beside it, ${tokenizers.join(" or ")}, got none`);
}

function readTensors(path: string, settingsOf: (names: readonly string[]) => NetworkSettings, form: CheckpointForm) {
  const file = new SafetensorsFile(path);
  try {
    const settings = settingsOf(file.names);
    const tensors = file.names.flatMap((name) => {
      const own = form.nameOf(name, settings);
      return own === undefined ? [] : [{ name: own, shape: file.shape(name), values: file.read(name) }];
    });
    return { settings, tensors: form.tied.reduce((left, tied) => withoutTied(path, tied, left), tensors) };
  } finally {
    file.close();
  }
}

/** Without the second name of a tensor that two layers share. */
function withoutTied(path: string, { name, to }: TiedTensor, tensors: readonly NamedTensor[]): NamedTensor[] {
  const second = tensors.find((tensor) => tensor.name === name);
  const first = tensors.find((tensor) => tensor.name === to);
  if (!second || !first) return [...tensors];
  if (first.values.length !== second.values.length || first.values.some((value, i) => value !== second.values[i]))
    throw new RangeError(`${path}: tensor ${name} must be equal to ${to}, whose table the output shares, got another`);
  return tensors.filter((tensor) => tensor !== second);
}
