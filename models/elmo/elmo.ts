import {
  comparedVocabulary,
  defineUnit,
  integer,
  lengthNames,
  type Model,
  number,
  type OptionsOf,
  parseOptions,
  type SettingsOf,
  stepsWithin,
  text,
  type UpdatedModel,
} from "../../schemas/index.js";
import { languageModelFields } from "../neural/languageModelFields.js";
import { networkCost } from "../neural/networkCost.js";
import { outputFields, outputSettings } from "../neural/outputFields.js";
import { trainLanguageModel } from "../neural/trainLanguageModel.js";
import { elmoOf, filtersOf } from "./elmoNetwork.js";

const fields = {
  layers: integer({ min: 1, max: 16, default: 2, description: "LSTM layers in each direction" }),
  vectorSize: integer({
    min: 1,
    max: 8192,
    default: 128,
    aliases: lengthNames,
    description: "Numbers of a term, and of each layer in each direction (P); vectors in context have twice as many",
  }),
  hiddenSize: integer({
    min: 1,
    max: 8192,
    default: 256,
    description: "Numbers of an LSTM's cell, which are projected to P (H)",
  }),
  characterSize: integer({ min: 1, max: 1024, default: 16, description: "Numbers of a character" }),
  filters: text({
    default: "1:32 2:32 3:64 4:64",
    description: "The convolution over the characters: width:count of each kind of filter",
  }),
  highways: integer({ min: 0, max: 8, default: 1, description: "Highway layers behind the convolution" }),
  maxCharacters: integer({
    min: 3,
    max: 1000,
    default: 50,
    description: "Characters (UTF-8 bytes) of a term that are read at most, with the marks of its beginning and end",
  }),
  dropout: number({
    min: 0,
    max: 0.95,
    default: 0.1,
    description: "Share of the numbers between layers that is dropped in learning",
  }),
  ...outputFields,
  ...languageModelFields,
} as const;

const script = new URL("./elmoWorker.js", import.meta.url);

export const elmoSchema = defineUnit({
  name: "elmo",
  kind: "model",
  reads: "sequences",
  makes: "languageModel",
  summary:
    "Learns to predict terms from both sides, so that words have vectors in context; reads terms by their characters",
  paper: 'Peters et al. 2018, arXiv:1802.05365, "Deep contextualized word representations"',
  resumable: true,
  compared: {
    options: (text) => ({
      buildVocab: comparedVocabulary,
      elmo: { vectorSize: 32, hiddenSize: 64, filters: "1:16 2:16 3:16", epochs: 10, maxSteps: stepsWithin(text, 15) },
    }),
  },
  upstream: {
    buildVocab: { minCount: 1, extraTerms: ["<unk>", "</s>"] },
    encode: { unknown: "<unk>", sentenceEnd: "</s>" },
    packSequences: { length: 20, lanes: 20, across: "corpus" },
  },
  fields,
  network: elmoOf,
  networkScript: script,
  cost: (options, { sizes }) => {
    const { layers, vectorSize, hiddenSize } = options;
    const layer = 80 * hiddenSize + 48 * vectorSize; // of both directions
    const filtered = filtersOf(options.filters).reduce((sum, { count }) => sum + count, 0);
    const characters = 200 * filtered; // of each distinct term, of which a part has as many as places at most
    const numbers = { place: 34 * vectorSize + layers * layer + characters, score: 4 };
    return networkCost(elmoOf, partsOf(options).settings, options, sizes, numbers);
  },
  create: (_, options): Model<"sequences", "languageModel"> => elmo(options),
});

export type ElmoOptions = OptionsOf<typeof elmoSchema>;

/**
 * ELMo: a language model from left to right and one from right to left, which share a reader of terms by their characters and the output. Its
 * layers give words vectors in context (`lexstream vectors`).
 *
 * In: SequenceBatch with causal targets, `epochs` passes. Out: LanguageModel, whose `vectors` are the rows of the output. Loss: the mean of both
 * directions. State: 4 bytes a parameter, thrice for adamW: 259 C + filters and highways + 2 layers (9 P H + 4 H) + V (P + 1).
 * @throws RangeError, SyntaxError at the call, if an option is out of range, or the filters cannot be read; from `update`, if the loss is not finite
 * @example
 *   const model = elmo({ vectorSize: 64, hiddenSize: 128 });
 *   for (const batch of batches) await model.update(batch);
 *   const { tensors } = await model.result();
 */
export function elmo(options?: ElmoOptions): UpdatedModel<"sequences", "languageModel"> {
  const { settings, training } = partsOf(parseOptions(elmoSchema, options));
  const { filters, maxCharacters } = settings;
  const widest = Math.max(...filtersOf(filters).map(({ width }) => width));
  if (widest > maxCharacters)
    throw new RangeError(`elmo: maxCharacters must be at least the widest filter, ${widest}, got ${maxCharacters}`);
  return trainLanguageModel("elmo", { settings, network: elmoOf, script }, training);
}

/** What the network is made by, and how it is trained. */
function partsOf(options: SettingsOf<{ readonly name: string; readonly fields: typeof fields }>) {
  const { layers, vectorSize, hiddenSize, characterSize, filters, highways, maxCharacters, ...others } = options;
  const { dropout, output, classes, candidates, ...training } = others;
  const settings = {
    ...{ layers, vectorSize, hiddenSize, characterSize, filters, highways, maxCharacters },
    ...{ dropout, ...outputSettings({ output, classes, candidates }) },
  };
  return { settings, training };
}
