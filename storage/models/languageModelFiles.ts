import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { LanguageModel, NamedTensor, NetworkSettings } from "../../schemas/languageModel.js";
import { isPlainObject, show } from "../../schemas/options.js";
import type { TokenizerForm } from "../../schemas/subwordVocabulary.js";
import { writeFiles } from "../files/durableFile.js";
import { parseTokenizer, tokenizerJson } from "../tokenizers/tokenizerJson.js";
import { architectureOf, formOfArchitecture } from "./checkpoints/knownCheckpoints.js";
import { readCheckpoint } from "./checkpoints/readCheckpoint.js";
import { SafetensorsFile, writeSafetensors } from "./safetensors.js";

const CONFIG = "config.json";
const TOKENIZER = "tokenizer.json";

/** The format of the three files. */
const MODEL_FORMAT = "lexstream";
/** What tells in the tensors that they are of these; `format` itself is the library's that reads them. */
const WRITER = "writer";
const VERSION = 1;

/** Whether tensors are those of a model: by what they tell themselves, or by a configuration beside them, as in checkpoints. */
export function areOfModel(path: string, metadata: ReadonlyMap<string, string>): boolean {
  return metadata.get(WRITER) === MODEL_FORMAT || existsSync(filesBesideTensors(path)[0]!);
}

/** The files of a model besides its tensors, which lie in the same folder. */
export function filesBesideTensors(path: string): string[] {
  return [CONFIG, TOKENIZER].map((name) => join(dirname(path), name));
}

/** transformers opens no tensors but those of a known library: those of PyTorch have the same names and shapes. */
const tensorFacts = new Map([
  ["format", "pt"],
  [WRITER, MODEL_FORMAT],
]);

interface ModelConfig {
  readonly format: string;
  readonly version: number;
  readonly model_type: string;
  readonly vocab_size: number;
  readonly vectors: string;
  readonly terms: "words" | "pieces";
  readonly unknown?: string;
  readonly sentence_end?: string;
  readonly beginning?: string;
  readonly settings: NetworkSettings;
  readonly counts: readonly number[];
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Writes a model as three files, which get their names together: its tensors, `config.json` with the sizes of the network and where it comes
 * from, and `tokenizer.json` with its terms as the tokenizers library reads it. One whose network the transformers library has is written so that
 * it opens there, too. State: the two texts.
 */
export async function writeLanguageModelFiles(path: string, model: LanguageModel): Promise<void> {
  const {
    architecture,
    settings,
    terms,
    counts,
    tokenizer,
    unknown,
    sentenceEnd,
    beginning,
    tensors,
    vectors,
    metadata,
  } = model;
  const form = formOfArchitecture(architecture);
  const end = sentenceEnd === undefined ? undefined : terms.indexOf(sentenceEnd);
  const config: ModelConfig = {
    ...form?.config(settings, terms.length, end),
    ...{ format: MODEL_FORMAT, version: VERSION, model_type: form?.modelType ?? architecture },
    ...{ vocab_size: terms.length, vectors },
    terms: tokenizer ? "pieces" : "words",
    ...(unknown === undefined ? {} : { unknown }),
    ...(sentenceEnd === undefined ? {} : { sentence_end: sentenceEnd }),
    ...(beginning === undefined ? {} : { beginning }),
    settings,
    counts: [...counts],
    metadata: Object.fromEntries(metadata),
  };
  await writeFiles([path, ...filesBesideTensors(path)], async (tensorFile, configFile, tokenizerFile) => {
    writeSafetensors(tensorFile!, tensors, tensorFacts);
    configFile!.write(Buffer.from(`${JSON.stringify(config, undefined, 1)}\n`));
    const json = tokenizerJson(tokenizer ?? wordLevel(unknown), terms);
    tokenizerFile!.write(Buffer.from(`${JSON.stringify(json, undefined, 1)}\n`));
  });
}

/**
 * Reads what `writeLanguageModelFiles` wrote, or a checkpoint of the transformers library.
 * @throws SyntaxError if one of the files is damaged; RangeError if they do not belong together, or no unit knows the network
 */
export async function readLanguageModelFiles(path: string): Promise<LanguageModel> {
  requireTensors(path);
  const [configPath, tokenizerPath] = filesBesideTensors(path) as [string, string];
  const json = readJson(configPath);
  if (json.format === undefined) return readCheckpoint(path, json, configPath);
  const config = json as unknown as ModelConfig;
  const tensors = readTensors(path);
  if (config.format !== MODEL_FORMAT || config.version !== VERSION || typeof config.model_type !== "string")
    throw new SyntaxError(
      `${configPath}: must be of a model in format ${MODEL_FORMAT} ${VERSION}, got ${show([config.format, config.version, config.model_type])}`,
    );
  const { form, pieces: terms } = parseTokenizer(readJson(tokenizerPath), tokenizerPath);
  if (terms.length !== config.vocab_size || config.counts?.length !== terms.length)
    throw new RangeError(
      `${tokenizerPath}: must have the ${config.vocab_size} terms of ${CONFIG} beside it, got ${terms.length}; it is the tokenizer of another model`,
    );
  const rows = tensors.find(({ name }) => name === config.vectors);
  if (rows?.shape[0] !== terms.length)
    throw new RangeError(
      `${path}: tensor ${config.vectors} must have a row for each of the ${terms.length} terms, got ${rows?.shape[0] ?? "none"}`,
    );
  return {
    ...{ architecture: architectureOf(config.model_type), settings: config.settings, vectors: config.vectors },
    ...{ terms, counts: Float64Array.from(config.counts), tensors },
    ...(config.terms === "pieces" ? { tokenizer: form } : {}),
    ...(config.unknown === undefined ? {} : { unknown: config.unknown }),
    ...(config.sentence_end === undefined ? {} : { sentenceEnd: config.sentence_end }),
    ...(config.beginning === undefined ? {} : { beginning: config.beginning }),
    metadata: new Map(Object.entries(config.metadata)),
  };
}

/** So that a file which is none of tensors is told of first. */
function requireTensors(path: string): void {
  new SafetensorsFile(path).close();
}

function readTensors(path: string): NamedTensor[] {
  const file = new SafetensorsFile(path);
  try {
    return file.names.map((name) => ({ name, shape: file.shape(name), values: file.read(name) }));
  } finally {
    file.close();
  }
}

/** Words, cut at white space: the tokenizers library has no more exact word for how text becomes them. */
const wordLevel = (unknown: string | undefined): TokenizerForm => ({
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: "WhitespaceSplit" },
  post_processor: null,
  decoder: null,
  model: { type: "WordLevel", unk_token: unknown ?? "" },
});

/** @throws SyntaxError if the file holds no JSON object */
export function readJson(path: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new SyntaxError(
      `${path}: must be a file of JSON beside the model's tensors, got ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
  if (isPlainObject(value)) return value as Readonly<Record<string, unknown>>;
  throw new SyntaxError(`${path}: must hold a JSON object, got ${show(value)}`);
}
