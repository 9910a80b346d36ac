import {
  defineUnit,
  integer,
  type Model,
  number,
  type OptionsOf,
  oneOf,
  parseOptions,
  type SettingsOf,
  type UpdatedModel,
} from "../../schemas/index.js";
import { languageModelFields, withDefaults } from "../neural/languageModelFields.js";
import { networkCost } from "../neural/networkCost.js";
import { trainLanguageModel } from "../neural/trainLanguageModel.js";
import { transformerSizeNames, transformerSizes, transformerSizesTold } from "../neural/transformerSizes.js";
import { gptOf } from "./gptNetwork.js";

const POSITIONS = 128;
/** GPT-2's, of the norms. */
const EPSILON = 1e-5;

const fields = {
  size: oneOf(transformerSizeNames, {
    default: "tiny",
    description: `layers, heads and vectorSize together (${transformerSizesTold}); those that are given take their place`,
  }),
  layers: integer({ min: 1, max: 96, optional: true, description: "Blocks, one above the other" }),
  heads: integer({ min: 1, max: 256, optional: true, description: "Parts of a vector that attend by themselves" }),
  vectorSize: integer({
    min: 1,
    max: 8192,
    optional: true,
    aliases: ["dim"],
    description: "Length of a term's vector (D), a multiple of heads",
  }),
  innerSize: integer({
    min: 1,
    max: 32_768,
    optional: true,
    description: "Numbers between the two layers behind attention; 4 D if left out",
  }),
  positions: integer({
    min: 2,
    max: 65_536,
    default: POSITIONS,
    aliases: ["contextLength"],
    description: "Places of the longest row that can be read (T); rows of packSequences are as long or shorter",
  }),
  dropout: number({
    min: 0,
    max: 0.95,
    default: 0.1,
    description: "Share of the embeddings and of what each layer adds to them that is dropped in learning",
  }),
  ...withDefaults(languageModelFields, { learningRate: 0.001, warmup: 100, weightDecay: 0.1 }),
};

export const gptSchema = defineUnit({
  name: "gpt",
  kind: "model",
  reads: "sequences",
  makes: "languageModel",
  summary: "Learns to predict the next term from those before it, with a stack of transformer blocks",
  paper: 'Radford et al. 2018, 2019, "Language Models are Unsupervised Multitask Learners" (GPT-2)',
  resumable: true,
  upstream: {
    buildVocab: { minCount: 1, extraTerms: ["<unk>", "</s>"] },
    encode: { unknown: "<unk>", sentenceEnd: "</s>" },
    packSequences: { length: POSITIONS, batchSize: 8, across: "corpus", shuffle: 256 },
  },
  fields,
  network: gptOf,
  cost: (options, { sizes }) => networkCost(gptOf, partsOf(options).settings, options, sizes),
  create: (_, options): Model<"sequences", "languageModel"> => gpt(options),
});

export type GptOptions = OptionsOf<typeof gptSchema>;

/**
 * A decoder-only transformer as GPT-2 has it: a table of term vectors and one of positions, blocks of attention to what stands before, and the
 * table of the terms again as the output. Each row is read by itself.
 *
 * In: SequenceBatch with causal targets of rows of at most `positions`, `epochs` passes. Out: LanguageModel, whose tensors have the names and
 * shapes of GPT-2's checkpoints. State: 4 bytes a parameter, thrice for adamW: V D + positions D + layers (12 D^2 + 13 D) + 2 D.
 * @throws RangeError at the call, if an option is out of range; from `update`, if rows are longer than `positions` or the loss is not finite
 * @example
 *   const model = gpt({ layers: 4, heads: 4, vectorSize: 128 });
 *   for (const batch of batches) await model.update(batch);
 *   const { tensors } = await model.result();
 */
export function gpt(options?: GptOptions): UpdatedModel<"sequences", "languageModel"> {
  const { settings, training } = partsOf(parseOptions(gptSchema, options));
  const { vectorSize, heads } = settings;
  if (vectorSize % heads !== 0)
    throw new RangeError(`gpt: vectorSize must be a multiple of heads, got ${vectorSize} and ${heads}`);
  const script = new URL("./gptWorker.js", import.meta.url);
  return trainLanguageModel("gpt", { settings, network: gptOf, script }, training);
}

/** What the network is made by, and how it is trained. */
function partsOf({ size, ...options }: SettingsOf<{ readonly name: string; readonly fields: typeof fields }>) {
  const named = transformerSizes[size];
  const { layers = named.layers, heads = named.heads, vectorSize = named.vectorSize, ...others } = options;
  const { innerSize = 4 * vectorSize, positions, dropout, ...training } = others;
  const settings = {
    ...{ layers, heads, vectorSize, innerSize, positions, dropout },
    ...{ activation: "geluTanh", epsilon: EPSILON },
  };
  return { settings, training };
}
