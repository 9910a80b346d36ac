import {
  boolean,
  comparedVocabulary,
  defineUnit,
  integer,
  lengthNames,
  type Model,
  type NetworkSettings,
  number,
  type OptionsOf,
  parseOptions,
  type SettingsOf,
  stepsWithin,
  type UpdatedModel,
} from "../../schemas/index.js";
import { termModelFields } from "../neural/languageModelFields.js";
import { networkCost } from "../neural/networkCost.js";
import { outputFields, outputSettings } from "../neural/outputFields.js";
import { trainLanguageModel } from "../neural/trainLanguageModel.js";
import { nnlmOf } from "./nnlmNetwork.js";

const fields = {
  contextSize: integer({
    min: 1,
    max: 100,
    default: 4,
    aliases: ["order"],
    description: "Terms before that are read: n - 1 of an n-gram",
  }),
  vectorSize: integer({
    min: 1,
    max: 8192,
    default: 100,
    aliases: lengthNames,
    description: "Length of a term's vector (D)",
  }),
  hiddenSize: integer({ min: 1, max: 8192, default: 100, description: "Numbers in the hidden layer (H)" }),
  direct: boolean({ default: false, description: "Let the output read the vectors themselves, too" }),
  dropout: number({
    min: 0,
    max: 0.95,
    default: 0,
    description: "Share of the hidden numbers that is dropped in learning",
  }),
  initialRange: number({
    min: 0,
    aboveMin: true,
    default: 0.05,
    description: "First weights are uniform in -range .. range",
  }),
  ...outputFields,
  ...termModelFields,
} as const;

const script = new URL("./nnlmWorker.js", import.meta.url);

export const nnlmSchema = defineUnit({
  name: "nnlm",
  kind: "model",
  reads: "sequences",
  makes: "languageModel",
  summary: "Learns to predict the next term from some before it, with a hidden layer over their vectors",
  paper: 'Bengio et al. 2003, "A Neural Probabilistic Language Model", JMLR 3',
  resumable: true,
  compared: {
    options: (text) => ({
      buildVocab: comparedVocabulary,
      nnlm: { vectorSize: 64, hiddenSize: 64, output: "classes", epochs: 10, maxSteps: stepsWithin(text, 70) },
    }),
  },
  upstream: {
    buildVocab: { minCount: 1, extraTerms: ["<unk>", "</s>"] },
    encode: { unknown: "<unk>", sentenceEnd: "</s>" },
    packSequences: { length: 32, lanes: 8, across: "corpus" },
  },
  fields,
  network: nnlmOf,
  networkScript: script,
  cost: (options, { sizes }) => {
    const { contextSize, vectorSize, hiddenSize } = options;
    const numbers = { place: 7.2 * contextSize * vectorSize + 8.3 * hiddenSize, score: 2.7 };
    return networkCost(nnlmOf, partsOf(options).settings, options, sizes, numbers);
  },
  create: (_, options): Model<"sequences", "languageModel"> => nnlm(options),
});

export type NnlmOptions = OptionsOf<typeof nnlmSchema>;

/**
 * The neural probabilistic language model. In: SequenceBatch with causal targets, `epochs` passes. Out: LanguageModel, whose `vectors` are the
 * by-product that can be compared with word2vec's. A row that goes on reads the last terms of the row before it; before the first one stands
 * a vector of zeros.
 * State: 4 bytes a parameter, thrice for adamW: V D + contextSize D H + V (H + 1), and with `direct` V contextSize D.
 * @throws RangeError at the call, if an option is out of range; from `update`, if it does not fit into 4 GiB, or the loss is not finite
 * @example
 *   const model = nnlm({ contextSize: 4 });
 *   for (const batch of batches) await model.update(batch);
 *   const { tensors } = await model.result();
 */
export function nnlm(options?: NnlmOptions): UpdatedModel<"sequences", "languageModel"> {
  const { settings, training } = partsOf(parseOptions(nnlmSchema, options));
  return trainLanguageModel("nnlm", { settings, network: nnlmOf, script }, training);
}

/** What the network is made by, and how it is trained. */
function partsOf({
  output,
  classes,
  candidates,
  ...options
}: SettingsOf<{ readonly name: string; readonly fields: typeof fields }>) {
  const { contextSize, vectorSize, hiddenSize, direct, dropout, initialRange, ...training } = options;
  const settings: NetworkSettings = {
    ...{ contextSize, vectorSize, hiddenSize, direct, dropout, initialRange },
    ...outputSettings({ output, classes, candidates }),
  };
  return { settings, training };
}
