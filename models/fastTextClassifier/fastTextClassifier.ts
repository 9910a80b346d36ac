import { bagBytes } from "../../kernels/linear/bagMemory.js";
import { EXAMPLE_CACHE_BYTES } from "../../kernels/linear/exampleCache.js";
import { ngramsIn } from "../../kernels/subwords/characterNgrams.js";
import { FirstInputRows } from "../../kernels/subwords/firstInputRows.js";
import {
  atMost,
  boolean,
  type Classifier,
  classifierLosses,
  defineUnit,
  epochNames,
  integer,
  lengthNames,
  type Model,
  number,
  type OptionsOf,
  oneOf,
  parseOptions,
  rateNames,
  requireAtMost,
  type SubwordForm,
  type UpdatedModel,
  type VectorTable,
  vectorTable,
} from "../../schemas/index.js";
import { trainingFields } from "../trainingFields.js";
import { workersBeside } from "../trainingKernel.js";
import { multiPassClassifier } from "./multiPassClassifier.js";
import { onlineClassifier } from "./onlineClassifier.js";
import { onlineFields, requireOnline } from "./onlineFields.js";

export const fastTextClassifierSchema = defineUnit({
  name: "fastTextClassifier",
  kind: "model",
  reads: "ids",
  makes: "classifier",
  summary: "Learns to tell the labels of texts from their words, subwords and n-grams of words",
  paper: "Joulin et al. 2017, arXiv:1607.01759",
  resumable: true,
  compared: { learnsFrom: "labelled", options: () => ({ fastTextClassifier: { buckets: 100_000 } }) },
  upstream: { buildVocab: { minCount: 1 }, growVocab: { minCount: 1 } },
  fields: {
    loss: oneOf(classifierLosses, {
      default: "softmax",
      description:
        "How labels are told apart: softmax over all of them, with one of a text's labels drawn at every visit; turns of a path in a Huffman tree; noise labels; or each label from all others, for texts with several",
    }),
    vectorSize: integer({
      min: 1,
      max: 4096,
      default: 100,
      aliases: lengthNames,
      tune: { from: 10, to: 300, scale: "log" },
      description: "Length of a feature's row (D)",
    }),
    wordNgrams: integer({
      min: 1,
      max: 10,
      default: 2,
      aliases: ["wordNgram"],
      elsewhere: { program: "fastText", default: 1 },
      tune: { from: 1, to: 4, scale: "linear" },
      description: "Words of the longest n-gram of words; 1 for none",
    }),
    minSubword: integer({
      min: 1,
      max: 100,
      default: 3,
      aliases: ["minn"],
      tune: { values: [2, 3] },
      description: "Characters of the shortest subword, < and > at a word's ends among them",
    }),
    maxSubword: integer({
      min: 0,
      max: 100,
      default: 0,
      aliases: ["maxn"],
      tune: { values: [0, 4, 6] },
      description: "Characters of the longest subword; 0 for none",
    }),
    buckets: integer({
      min: 1,
      max: 2 ** 31 - 1,
      default: 2_000_000,
      aliases: ["bucket"],
      description: "Numbers that subwords and n-grams of words are hashed to; memory is taken for those that occur",
    }),
    sentenceEnd: boolean({ default: false, description: "Count the end of each text as a word, as fastText does" }),
    negative: integer({
      min: 1,
      max: 25,
      default: 5,
      aliases: ["neg"],
      description: "Noise labels a text, for negativeSampling",
    }),
    epochs: integer({
      min: 1,
      optional: true,
      aliases: epochNames,
      elsewhere: { program: "fastText", default: 5 },
      tune: { from: 3, to: 100, scale: "log" },
      description: "Passes over the texts; 25 if left out, and with online 1",
    }),
    learningRate: number({
      min: 0,
      aboveMin: true,
      default: 0.5,
      aliases: rateNames,
      elsewhere: { program: "fastText", default: 0.1 },
      tune: { from: 0.02, to: 2, scale: "log" },
      description: "Step size at the start",
    }),
    featureRates: oneOf(["rarity", "even"], {
      default: "rarity",
      elsewhere: { program: "fastText", default: "even" },
      tune: { values: ["rarity", "even"] },
      description:
        "rarity lets rare words learn faster than frequent ones, as tf-idf weighs them, and all faster the fewer texts a label has; even: all alike",
    }),
    classWeights: oneOf(["none", "balanced"], {
      default: "none",
      tune: { values: ["none", "balanced"] },
      description: "balanced weighs texts so that every label counts as much, however many texts it has",
    }),
    holdout: number({
      min: 0,
      max: 0.5,
      default: 0.05,
      description: "Share of the texts that is not learned from and calibrates the probabilities",
    }),
    patience: integer({
      min: 0,
      default: 0,
      description:
        "Passes without a lower loss of the texts of holdout after which learning ends, with the weights of the best pass; 0 for never",
    }),
    seed: integer({
      min: 0,
      default: 1,
      description: "Seed of the first weights, the noise labels and the texts kept aside",
    }),
    ...onlineFields,
    initialVectors: vectorTable({
      optional: true,
      aliases: ["pretrainedVectors"],
      description: "Vectors of words that their rows begin with; those of other words begin at random",
    }),
    ...trainingFields,
  },
  cost({ vectorSize, buckets, minSubword, maxSubword, wordNgrams, workers, deterministic }, { sizes }) {
    const { vocabulary, termLength, tokens, labels } = sizes;
    // n-grams that occur more than once are counted each time
    const met = vocabulary * ngramsIn(termLength, minSubword, maxSubword) + (wordNgrams - 1) * tokens;
    const rows = vocabulary + (maxSubword > 0 || wordNgrams > 1 ? Math.ceil(atMost(buckets, met)) : 0);
    const from = ["vocabulary", "termLength", "tokens", "buckets", "labels", "vectorSize"];
    return {
      memory: { bytes: bagBytes(rows + labels, vectorSize) + 4 * buckets + EXAMPLE_CACHE_BYTES, from },
      held: { bytes: 4 * (rows + labels) * vectorSize, from },
      threads: workers ?? workersBeside(deterministic),
    };
  },
  create: (_, options): Model<"ids", "classifier"> => fastTextClassifier(options),
});

export type FastTextClassifierOptions = OptionsOf<typeof fastTextClassifierSchema>;

/** Labels there can be on a stream, where nobody says. */
const ONLINE_LABELS = 1000;

/**
 * fastText's classifier of texts: the mean over the rows of a text's features, scored by a row a label.
 *
 * In:  IdBatch, whose documents have labels, in order, `epochs` passes; of the vocabulary the labels, too. Out: Classifier. Loss in nats, summed
 * over the texts. The first pass is in the order of the texts, the others in an order at random, anew each time. The same batches, cut in any way, give the same bytes, at any number of workers unless `deterministic` is false. Words that
 * the vocabulary lacks are not learned from, so `minCount` is best 1. Texts without labels or words are passed over; the metadata of the result
 * says how many. With `patience`, `endPass` looks at the texts kept aside, and the result has the weights of the pass with their lowest loss.
 * State: 4 D (V + R + L) bytes of weights (D rounded up to 16), R the buckets that occur; 4 bytes a bucket; the texts kept aside, some 10,000
 * at most; with `patience` the weights of the best pass, and while one is looked at those of that.
 * With `online`: `onlineClassifier`.
 * @throws RangeError at the call, if an option is out of range, or patience has no holdout; from `update`, if the weights could exceed 4 GiB,
 * there are fewer than two labels, a label is unknown, or the loss is not finite; from `result`, if there was nothing to learn from; TypeError
 * if the vocabulary changes
 * @see https://github.com/facebookresearch/fastText
 * @example
 *   const model = fastTextClassifier({ epochs: 10 });
 *   for (const batch of batches) await model.update(batch);
 *   new Predictor(await model.result()).predict(["peel", "garlic"]);
 */
export function fastTextClassifier(options?: FastTextClassifierOptions): UpdatedModel<"ids", "classifier", Classifier> {
  const { workers, deterministic, kernel, initialVectors, ...parsed } = parseOptions(fastTextClassifierSchema, options);
  const { vectorSize, seed, online } = parsed;
  const epochs = parsed.epochs ?? (online ? 1 : 25);
  const schedule = parsed.schedule ?? (online ? "constant" : "linear");
  const chosen = { ...parsed, epochs, schedule };
  requireAtMost("fastTextClassifier", chosen, ["minLearningRate", "learningRate"]);
  const form: SubwordForm = {
    units: "characters",
    minLength: chosen.minSubword,
    maxLength: chosen.maxSubword,
    buckets: chosen.buckets,
  };
  const firstRows = new FirstInputRows(
    ...([vectorSize, seed, form] as const),
    initialVectors && wordsAlone(initialVectors),
    "fastTextClassifier",
  );
  const settings = {
    ...chosen,
    form,
    firstRows,
    initialVectors,
    options: JSON.stringify({ ...chosen, deterministic }),
  };
  const engineOptions = { workers, deterministic, kernel };
  if (!online) return multiPassClassifier(settings, engineOptions);
  requireOnline(settings);
  return onlineClassifier({ ...settings, maxLabels: settings.maxLabels ?? ONLINE_LABELS }, engineOptions);
}

/** Their subwords would share buckets with n-grams of words. */
const wordsAlone = ({ terms, values, vectorSize, metadata }: VectorTable): VectorTable => ({
  ...{ terms, values, vectorSize, metadata },
});
