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
  oneOf,
  parseOptions,
  type SettingsOf,
  stepsWithin,
  type UpdatedModel,
} from "../../schemas/index.js";
import { termModelFields } from "../neural/languageModelFields.js";
import { networkCost } from "../neural/networkCost.js";
import { outputFields, outputSettings } from "../neural/outputFields.js";
import { trainLanguageModel } from "../neural/trainLanguageModel.js";
import { rnnlmOf } from "./rnnlmNetwork.js";

const fields = {
  cell: oneOf(["lstm", "simple"], {
    default: "lstm",
    description: "What carries the past: lstm: gated cells; simple: tanh of the input and the state before",
  }),
  layers: integer({ min: 1, max: 16, default: 1, description: "Recurrent layers, one above the other" }),
  vectorSize: integer({
    min: 1,
    max: 8192,
    default: 200,
    aliases: lengthNames,
    description: "Length of a term's vector (D)",
  }),
  hiddenSize: integer({
    min: 1,
    max: 8192,
    optional: true,
    description: "Numbers in a layer (H); as many as D if left out",
  }),
  tied: boolean({ default: false, description: "Use the word vectors as the table of the output, too" }),
  dropout: number({
    min: 0,
    max: 0.95,
    default: 0,
    description: "Share of the numbers between layers that is dropped in learning",
  }),
  initialRange: number({
    min: 0,
    aboveMin: true,
    default: 0.1,
    description: "First weights are uniform in -range .. range",
  }),
  ...outputFields,
  ...termModelFields,
} as const;

const script = new URL("./rnnlmWorker.js", import.meta.url);

export const rnnlmSchema = defineUnit({
  name: "rnnlm",
  kind: "model",
  reads: "sequences",
  makes: "languageModel",
  summary: "Learns to predict the next term from all before it, with a recurrent network",
  paper: 'Mikolov et al. 2010, "Recurrent neural network based language model"; Zaremba et al. 2014, arXiv:1409.2329',
  resumable: true,
  compared: {
    options: (text) => ({
      buildVocab: comparedVocabulary,
      rnnlm: { vectorSize: 64, output: "classes", epochs: 10, maxSteps: stepsWithin(text, 70) },
    }),
  },
  upstream: {
    buildVocab: { minCount: 1, extraTerms: ["<unk>", "</s>"] },
    encode: { unknown: "<unk>", sentenceEnd: "</s>" },
    packSequences: { length: 20, lanes: 20, across: "corpus" },
  },
  fields,
  network: rnnlmOf,
  networkScript: script,
  cost: (options, { sizes }) => {
    const { layers, vectorSize, hiddenSize = vectorSize } = options;
    const numbers = { place: 4 * vectorSize + 52 * layers * hiddenSize, score: 2.7 };
    return networkCost(rnnlmOf, partsOf(options).settings, options, sizes, numbers);
  },
  create: (_, options): Model<"sequences", "languageModel"> => rnnlm(options),
});

export type RnnlmOptions = OptionsOf<typeof rnnlmSchema>;

/**
 * A recurrent language model: a table of word vectors, layers of simple or LSTM cells, and an output over all terms. Gradients go back to the
 * beginning of a row (`length` of packSequences); the state goes on into the row after it.
 *
 * In: SequenceBatch with causal targets, `epochs` passes. Out: LanguageModel, whose `vectors` are the by-product that can be compared with
 * word2vec's. State: 4 bytes a parameter, thrice for adamW: V D + layers (4 for lstm) (D + H) H + V (H + 1), the output's part 0 where tied.
 * @throws RangeError at the call, if an option is out of range; from `update`, if it does not fit into 4 GiB, or the loss is not finite
 * @example
 *   const model = rnnlm({ hiddenSize: 200, layers: 2 });
 *   for (const batch of batches) await model.update(batch);
 *   const { tensors } = await model.result();
 */
export function rnnlm(options?: RnnlmOptions): UpdatedModel<"sequences", "languageModel"> {
  const { settings, training } = partsOf(parseOptions(rnnlmSchema, options));
  const { tied, hiddenSize, vectorSize } = settings;
  if (tied && hiddenSize !== vectorSize)
    throw new RangeError(
      `rnnlm: hiddenSize must be vectorSize where tables are tied, got ${hiddenSize} and ${vectorSize}`,
    );
  return trainLanguageModel("rnnlm", { settings, network: rnnlmOf, script }, training);
}

/** What the network is made by, and how it is trained. */
function partsOf({
  output,
  classes,
  candidates,
  initialRange,
  ...options
}: SettingsOf<{ readonly name: string; readonly fields: typeof fields }>) {
  const { cell, layers, vectorSize, hiddenSize = vectorSize, tied, dropout, ...training } = options;
  const settings: NetworkSettings = {
    ...{ cell, layers, vectorSize, hiddenSize, tied, dropout },
    ...outputSettings({ output, classes, candidates }),
    initialRange,
  };
  return { settings, training };
}
