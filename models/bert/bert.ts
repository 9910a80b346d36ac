import {
  boolean,
  comparedVocabulary,
  defineUnit,
  integer,
  type Model,
  number,
  type OptionsOf,
  parseOptions,
  type SequenceBatch,
  type SettingsOf,
  stepsWithin,
  type UpdatedModel,
} from "../../schemas/index.js";
import { termModelFields, withDefaults } from "../neural/languageModelFields.js";
import { networkCost } from "../neural/networkCost.js";
import { trainLanguageModel } from "../neural/trainLanguageModel.js";
import { blockDropout, blockFields, blockNumbers, blockSizes } from "../neural/transformerFields.js";
import { bertOf } from "./bertNetwork.js";

const POSITIONS = 128;
/** BERT's, of the norms. */
const EPSILON = 1e-12;
/** Texts in a row. */
const SEGMENTS = 2;
/** Of so many predicted places none is hidden with a probability below 1e-14. */
const ENOUGH = 20;

const script = new URL("./bertWorker.js", import.meta.url);

const fields = {
  ...blockFields,
  positions: integer({
    min: 2,
    max: 65_536,
    default: POSITIONS,
    aliases: ["contextLength"],
    description: "Places of the longest row that can be read (T); rows that are learned from are as long or shorter",
  }),
  nextSentence: boolean({
    default: true,
    description: "Also learn whether the second text of a row follows the first, as sentencePairs labels rows",
  }),
  dropout: blockDropout,
  initialDeviation: number({
    min: 0,
    aboveMin: true,
    default: 0.02,
    description:
      "Deviation of the first weights, normal around 0; vectors of fewer numbers than BERT's 768 learn faster from 0.55 / √D",
  }),
  ...withDefaults(termModelFields, {
    ...{ learningRate: 0.001, schedule: "linear", minLearningRate: 0, warmup: 100 },
    ...{ beta2: 0.999, weightDecay: 0.01 },
  }),
} as const;

export const bertSchema = defineUnit({
  name: "bert",
  kind: "model",
  reads: "sequences",
  makes: "languageModel",
  summary: "Learns to predict hidden terms from those on both sides, with a stack of transformer blocks",
  paper: "Devlin et al. 2019, arXiv:1810.04805",
  resumable: true,
  compared: {
    options: (text) => ({
      buildVocab: comparedVocabulary,
      sentencePairs: { length: 64 },
      bert: {
        vectorSize: 64,
        positions: 64,
        learningRate: 0.004,
        initialDeviation: 0.07,
        epochs: 10,
        maxSteps: stepsWithin(text, 18),
      },
    }),
  },
  upstream: {
    splitSentences: {},
    buildVocab: { minCount: 1, extraTerms: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] },
    learnSubwords: { kind: "wordPiece" },
    encode: { unknown: "[UNK]" },
    sentencePairs: { length: POSITIONS, batchSize: 16 },
    maskTokens: {},
  },
  fields,
  network: bertOf,
  networkScript: script,
  cost: (options, { sizes }) => {
    const { settings } = partsOf(options);
    const numbers = { place: blockNumbers(settings, sizes, 51), score: 0.45 }; // a score of the places that are predicted
    return networkCost(bertOf, settings, options, sizes, numbers);
  },
  create: (_, options): Model<"sequences", "languageModel"> => bert(options),
});

export type BertOptions = OptionsOf<typeof bertSchema>;

/**
 * A transformer that reads both sides, as BERT: terms that are hidden are predicted, and with `nextSentence` whether the second text of a row
 * follows the first. What is minimised is the mean loss of the hidden terms and that of the rows together; the losses that are told are those of
 * terms, and after each pass those of held-out rows as `heldOutLabelLosses`.
 *
 * In: SequenceBatch of maskTokens, rows of at most `positions`, `epochs` passes; with `nextSentence` with segments and labels. Out: LanguageModel,
 * whose tensors have the names and shapes of transformers' BertForPreTraining. State: 4 bytes a parameter, thrice for adamW: V (D + 1) +
 * (positions + 2) D + layers (12 D^2 + 13 D) + some D^2.
 * @throws RangeError at the call, if an option is out of range; from `update`, if rows are longer than `positions`, nothing is hidden in them,
 *   labels are missing, or the loss is not finite
 * @example
 *   const model = bert({ layers: 4, heads: 4, vectorSize: 128 });
 *   for (const batch of batches) await model.update(batch);
 *   const { tensors } = await model.result();
 */
export function bert(options?: BertOptions): UpdatedModel<"sequences", "languageModel"> {
  const { settings, training } = partsOf(parseOptions(bertSchema, options));
  const { nextSentence } = settings;
  const model = trainLanguageModel("bert", { settings, network: bertOf, script }, training);
  let isKnown = false;
  return {
    ...model,
    update(batch) {
      if (!isKnown) isKnown = requireMasked(batch);
      if (nextSentence && !(batch.labels && batch.segments))
        throw new RangeError(
          "bert: rows must have labels and segments, as those of sentencePairs, or nextSentence must be false, got none",
        );
      return model.update(batch);
    },
  };
}

/** What the network is made by, and how it is trained. */
function partsOf(options: SettingsOf<{ readonly name: string; readonly fields: typeof fields }>) {
  const { sizes, others } = blockSizes("bert", options);
  const { positions, nextSentence, dropout, initialDeviation, ...training } = others;
  const settings = {
    ...sizes,
    ...{ positions, segments: SEGMENTS, nextSentence, dropout, initialDeviation },
    ...{ activation: "gelu", epsilon: EPSILON },
  };
  return { settings, training };
}

/** @returns whether that is known @throws RangeError if rows predict what they show */
function requireMasked({ vocabulary, ids, targets }: SequenceBatch): boolean {
  const mask = vocabulary.idOf("[MASK]");
  if (mask === undefined)
    throw new RangeError("bert: the vocabulary must have the term [MASK], got none; maskTokens hides terms behind it");
  let predicted = 0;
  for (let place = 0; place < ids.length; place++) {
    if (targets[place]! < 0) continue;
    if (ids[place] === mask) return true;
    predicted++;
  }
  if (predicted < ENOUGH) return false;
  throw new RangeError(
    `bert: some of the terms that are predicted must be hidden behind [MASK], as maskTokens does, got none of ${predicted}`,
  );
}
