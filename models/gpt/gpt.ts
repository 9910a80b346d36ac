import {
  comparedVocabulary,
  defineUnit,
  integer,
  type Model,
  type OptionsOf,
  parseOptions,
  type SettingsOf,
  stepsWithin,
  type UpdatedModel,
} from "../../schemas/index.js";
import { termModelFields, withDefaults } from "../neural/languageModelFields.js";
import { networkCost } from "../neural/networkCost.js";
import { trainLanguageModel } from "../neural/trainLanguageModel.js";
import { blockDropout, blockFields, blockNumbers, blockSizes } from "../neural/transformerFields.js";
import { gptOf } from "./gptNetwork.js";

const POSITIONS = 128;
/** GPT-2's, of the norms. */
const EPSILON = 1e-5;

const fields = {
  ...blockFields,
  positions: integer({
    min: 2,
    max: 65_536,
    default: POSITIONS,
    aliases: ["contextLength"],
    description: "Places of the longest row that can be read (T); rows of packSequences are as long or shorter",
  }),
  dropout: blockDropout,
  ...withDefaults(termModelFields, { learningRate: 0.001, warmup: 100, weightDecay: 0.1 }),
};

const script = new URL("./gptWorker.js", import.meta.url);

export const gptSchema = defineUnit({
  name: "gpt",
  kind: "model",
  reads: "sequences",
  makes: "languageModel",
  summary: "Learns to predict the next term from those before it, with a stack of transformer blocks",
  paper: 'Radford et al. 2018, 2019, "Language Models are Unsupervised Multitask Learners" (GPT-2)',
  resumable: true,
  compared: {
    options: (text) => ({
      buildVocab: comparedVocabulary,
      packSequences: { length: 64 },
      gpt: { vectorSize: 64, positions: 64, learningRate: 0.004, epochs: 10, maxSteps: stepsWithin(text, 18) },
    }),
  },
  upstream: {
    buildVocab: { minCount: 1, extraTerms: ["<unk>", "</s>"] },
    encode: { unknown: "<unk>", sentenceEnd: "</s>" },
    packSequences: { length: POSITIONS, batchSize: 8, across: "corpus", shuffle: 256 },
  },
  fields,
  network: gptOf,
  networkScript: script,
  cost: (options, { sizes }) => {
    const { settings } = partsOf(options);
    const numbers = { place: blockNumbers(settings, sizes, 40), score: 1.3 };
    return networkCost(gptOf, settings, options, sizes, numbers);
  },
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
  return trainLanguageModel("gpt", { settings, network: gptOf, script }, training);
}

/** What the network is made by, and how it is trained. */
function partsOf(options: SettingsOf<{ readonly name: string; readonly fields: typeof fields }>) {
  const { sizes, others } = blockSizes("gpt", options);
  const { positions, dropout, ...training } = others;
  const settings = { ...sizes, positions, dropout, ...{ activation: "geluTanh", epsilon: EPSILON } };
  return { settings, training };
}
