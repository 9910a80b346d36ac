import { initialTerms, knownRows } from "../../kernels/embedding/knownRows.js";
import { learningRateAt } from "../../kernels/embedding/learningRate.js";
import { BagRecords } from "../../kernels/linear/bagRecords.js";
import { type BagEngine, type BagSettings, MAX_INPUTS, noLists } from "../../kernels/linear/bagTrainer.js";
import { calibrate } from "../../kernels/linear/calibrate.js";
import { DocumentAssembler, type LabelledDocument } from "../../kernels/linear/documentAssembler.js";
import { classifierSoFar, finishedClassifier } from "../../kernels/linear/finishedClassifier.js";
import { HeldDocuments } from "../../kernels/linear/heldDocuments.js";
import { LearnedFeatures } from "../../kernels/linear/learnedFeatures.js";
import { rarityRates } from "../../kernels/linear/rarityRates.js";
import { TaughtLabels } from "../../kernels/linear/taughtLabels.js";
import { joinStates, splitState } from "../../kernels/numbers/joinStates.js";
import { FirstInputRows } from "../../kernels/subwords/firstInputRows.js";
import { subwordsOf } from "../../kernels/subwords/subwordBuckets.js";
import { requireFixed } from "../../kernels/vocabulary/vocabulary.js";
import {
  boolean,
  type Classifier,
  classifierLosses,
  defineUnit,
  epochNames,
  type IdBatch,
  integer,
  lengthNames,
  type Model,
  type ModelContext,
  number,
  type OptionsOf,
  oneOf,
  parseOptions,
  rateNames,
  requireAtMost,
  type StageState,
  type StepStats,
  type SubwordForm,
  type UpdatedModel,
  type VectorTable,
  type Vocabulary,
  vectorTable,
} from "../../schemas/index.js";
import { bagEngine } from "../linear/bagEngine.js";
import { trainingFields } from "../trainingFields.js";
import { requireArithmetic } from "../trainingKernel.js";
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
      description: "Length of a feature's row (D)",
    }),
    wordNgrams: integer({
      min: 1,
      max: 10,
      default: 2,
      aliases: ["wordNgram"],
      elsewhere: { program: "fastText", default: 1 },
      description: "Words of the longest n-gram of words; 1 for none",
    }),
    minSubword: integer({
      min: 1,
      max: 100,
      default: 3,
      aliases: ["minn"],
      description: "Characters of the shortest subword, < and > at a word's ends among them",
    }),
    maxSubword: integer({
      min: 0,
      max: 100,
      default: 0,
      aliases: ["maxn"],
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
      description: "Passes over the texts; 25 if left out, and with online 1",
    }),
    learningRate: number({
      min: 0,
      aboveMin: true,
      default: 0.5,
      aliases: rateNames,
      elsewhere: { program: "fastText", default: 0.1 },
      description: "Step size at the start",
    }),
    featureRates: oneOf(["rarity", "even"], {
      default: "rarity",
      elsewhere: { program: "fastText", default: "even" },
      description: "rarity lets rare words learn faster than frequent ones, as tf-idf weighs them; even: all alike",
    }),
    classWeights: oneOf(["none", "balanced"], {
      default: "none",
      description: "balanced weighs texts so that every label counts as much, however many texts it has",
    }),
    holdout: number({
      min: 0,
      max: 0.5,
      default: 0.05,
      description: "Share of the texts that is not learned from and calibrates the probabilities",
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
  create: (_, options): Model<"ids", "classifier"> => fastTextClassifier(options),
});

export type FastTextClassifierOptions = OptionsOf<typeof fastTextClassifierSchema>;

/**
 * Text by text, as fastText: groups of eight, which let threads that share the work wait less for each other, cost .006 to .017 of P@1 on short
 * texts and with hierarchicalSoftmax.
 */
const GROUP = 1;
/** Labels there can be on a stream, where nobody says. */
const ONLINE_LABELS = 1000;

/** What was counted since the start; `learned` are the tokens of this pass whose texts are whole. */
const nothingYet = {
  passes: 0,
  tokens: 0,
  examples: 0,
  learned: 0,
  withoutLabels: 0,
  withoutWords: 0,
  withoutKeptLabels: 0,
};

/**
 * fastText's classifier of texts: the mean over the rows of a text's features, scored by a row a label.
 *
 * In:  IdBatch, whose documents have labels, in order, `epochs` passes; of the vocabulary the labels, too. Out: Classifier. Loss in nats, summed
 * over the texts. The same batches, cut in any way, give the same bytes, at any number of workers unless `deterministic` is false. Words that
 * the vocabulary lacks are not learned from, so `minCount` is best 1. Texts without labels or words are passed over; the metadata of the result
 * says how many.
 * State: 4 D (V + R + L) bytes of weights (D rounded up to 16), R the buckets that occur; 4 bytes a bucket; the texts kept aside, some 10,000 at most.
 * @throws RangeError at the call, if an option is out of range; from `update`, if the weights could exceed 4 GiB, there are fewer than two
 * labels, a label is unknown, or the loss is not finite; from `result`, if there was nothing to learn from; TypeError if the vocabulary changes
 * @see https://github.com/facebookresearch/fastText
 * @example
 *   const model = fastTextClassifier({ epochs: 10 });
 *   for (const batch of batches) await model.update(batch);
 *   new Predictor(await model.result()).predict(["peel", "garlic"]);
 */
export function fastTextClassifier(options?: FastTextClassifierOptions): UpdatedModel<"ids", "classifier"> {
  const { workers, deterministic, kernel, initialVectors, ...parsed } = parseOptions(fastTextClassifierSchema, options);
  const { vectorSize, seed, loss, online, wordNgrams, sentenceEnd } = parsed;
  const epochs = parsed.epochs ?? (online ? 1 : 25);
  const schedule = parsed.schedule ?? (online ? "constant" : "linear");
  const settings = { ...parsed, epochs, schedule };
  requireAtMost("fastTextClassifier", settings, ["minLearningRate", "learningRate"]);
  const form: SubwordForm = {
    units: "characters",
    minLength: settings.minSubword,
    maxLength: settings.maxSubword,
    buckets: settings.buckets,
  };
  const featureSettings = { form, wordNgrams, sentenceEnd, subwordsOf: subwordsOf("fastTextClassifier", form) };
  const firstRows = new FirstInputRows(
    ...([vectorSize, seed, form] as const),
    initialVectors && wordsAlone(initialVectors),
    "fastTextClassifier",
  );
  const describe = { options: JSON.stringify({ ...settings, deterministic }), initialVectors };
  if (online) {
    requireOnline(settings);
    const maxLabels = settings.maxLabels ?? ONLINE_LABELS;
    return onlineClassifier(
      { ...settings, maxLabels, form, firstRows, ...describe },
      { workers, deterministic, kernel },
    );
  }
  const records = new BagRecords();
  const assembler = new DocumentAssembler();
  let vocabulary: Vocabulary | undefined;
  let engine: BagEngine | undefined;
  let labels: TaughtLabels;
  let features: LearnedFeatures;
  let held: HeldDocuments;
  const counted = { ...nothingYet };

  function start(from: Vocabulary): BagEngine {
    requireFixed("fastTextClassifier", from);
    if (initialVectors) knownRows("fastTextClassifier", from.terms, initialVectors); // which must have some of them
    labels = new TaughtLabels("fastTextClassifier", from.labels, settings);
    held = new HeldDocuments(settings.holdout, labels.documents, seed);
    features = new LearnedFeatures(from.terms, featureSettings, (row, bucket) => {
      if (engine) firstRows.fillBucket(inputOf(engine), row, bucket);
    });
    const { terms, rows } = features;
    const bags: BagSettings = {
      vectorSize,
      scoredBy: labels.outputs.scoredBy,
      divides: true,
      groupSize: GROUP,
      inputRows: terms.length + (wordNgrams > 1 ? form.buckets : rows.buckets.length),
      outputRows: labels.names.length,
      maxInputs: MAX_INPUTS,
      maxOutputs: labels.outputs.most,
      lists: noLists,
      ...(settings.featureRates === "rarity"
        ? { rates: rarityRates(from.counts, terms.length, labels.documents) }
        : {}),
    };
    const made = bagEngine("fastTextClassifier", bags, { workers, deterministic, kernel });
    made.labels = labels.names.length;
    rows.buckets.forEach((bucket, i) => {
      firstRows.fillBucket(inputOf(made), terms.length + i, bucket);
    });
    terms.forEach((term, id) => {
      firstRows.fillTerm(inputOf(made), term, Uint32Array.of(id));
    });
    return made;
  }

  const inputOf = ({ weights, stride }: BagEngine) => ({ input: weights.input, stride });

  async function update(batch: IdBatch): Promise<StepStats> {
    if (vocabulary && batch.vocabulary !== vocabulary)
      throw new TypeError("fastTextClassifier: every batch must have the same vocabulary, got another one");
    vocabulary = batch.vocabulary;
    engine ??= start(vocabulary);
    const before = counted.examples;
    if (batch.epoch + 1 !== counted.passes) endPass();
    counted.passes = batch.epoch + 1;
    assembler.add(batch, take);
    const written = counted.examples - before; // some of them wait for a group to be whole
    counted.tokens += batch.ids.length;
    const step = await learn(engine, false);
    if (!Number.isFinite(step.loss))
      throw new RangeError(
        `fastTextClassifier: the loss must stay finite, got ${step.loss} in epoch ${batch.epoch}; lower learningRate`,
      );
    return { taken: batch.ids.length, examples: written, loss: step.loss, epoch: batch.epoch };
  }

  async function learn(through: BagEngine, all: boolean) {
    const chunk = records.take(GROUP, all);
    return chunk.starts.length > 1 ? await through.learn(chunk) : { loss: 0, examples: 0 };
  }

  function endPass(): void {
    assembler.finish(take);
    assembler.restart();
    counted.learned = 0;
  }

  /** Writes the record of a text, or keeps it aside. */
  function take({ ids, labels: names, weight, number }: LabelledDocument): void {
    const epoch = Math.max(0, counted.passes - 1);
    const before = counted.learned;
    counted.learned += ids.length;
    if (names.length === 0 || ids.length === 0) {
      if (epoch === 0) counted[names.length === 0 ? "withoutLabels" : "withoutWords"]++;
      return;
    }
    const own = labels.idsOf(names, number);
    if (own.length === 0 && epoch === 0) counted.withoutKeptLabels++;
    if (own.length === 0 || weight === 0) return;
    if (held.has(number)) {
      if (epoch === 0) held.push(ids, own);
      return;
    }
    counted.examples++;
    records.begin(rateAfter(epoch, before));
    records.rows(features.of(ids, number, epoch));
    labels.write(records, own, weight, epoch, number);
  }

  /** The rate of a text before which so many tokens of its epoch have come. */
  function rateAfter(epoch: number, tokens: number): number {
    const total = Math.max(1, vocabulary!.tokens);
    const centres = schedule === "inverse" ? settings.decayTokens : epochs * total;
    return learningRateAt({ ...settings, centres }, epoch * total + tokens);
  }

  function save(): StageState | undefined {
    if (!engine) return undefined;
    const { weights, stride, arithmetic } = engine;
    const { terms, rows, cut } = features;
    const own: StageState = {
      facts: { ...counted, arithmetic, cut },
      arrays: {
        input: weights.input.slice(0, (terms.length + rows.buckets.length) * stride),
        output: weights.output.slice(),
        buckets: Uint32Array.from(rows.buckets),
        pending: records.save(),
      },
    };
    return joinStates({ own, document: assembler.save(), held: held.save() });
  }

  function restore(state: StageState, { vocabulary: from }: ModelContext): void {
    if (!from)
      throw new TypeError("fastTextClassifier: restore must be given the vocabulary of the batches to come, got none");
    const { own, document, held: heldState } = splitState(state);
    const { arithmetic, cut, ...facts } = own!.facts;
    const { input, output, buckets, pending } = own!.arrays;
    vocabulary = from;
    engine = start(from);
    requireArithmetic("fastTextClassifier", arithmetic as string, engine.arithmetic);
    for (const bucket of buckets!) features.rows.rowOf(bucket);
    engine.weights.input.set(input!);
    engine.weights.output.set(output!);
    records.restore(pending as Uint32Array);
    Object.assign(counted, facts);
    features.cut = cut as number;
    held.restore(heldState!);
    assembler.restore(document!);
  }

  /** @param made by which of the two ways the rows are taken out of the engine */
  function classifierOf(made: typeof finishedClassifier, through: BagEngine, { counts }: Vocabulary): Classifier {
    const { terms, cut } = features;
    const { withoutLabels, withoutWords, withoutKeptLabels } = counted;
    const left = { withoutLabels, withoutWords, withoutKeptLabels, ...labels.leftOut, featuresCut: cut };
    const whole = made(
      {
        labels: labels.names,
        labelCounts: labels.counts,
        // The end of a text is in each of them.
        counts: Float64Array.from(terms, (_, id) => counts[id] ?? labels.documents),
        ...{ loss, wordNgrams, sentenceEnd, subwords: form },
        metadata: new Map([
          ["model", "fastTextClassifier"],
          ["options", describe.options],
          ["arithmetic", through.arithmetic],
          ["documents", JSON.stringify({ held: held.count, ...left })],
          ...initialTerms(terms, initialVectors),
        ]),
      },
      features,
      through,
      vectorSize,
    );
    return { ...whole, ...calibrate(whole, held.inWords(terms)) };
  }

  async function result(): Promise<Classifier> {
    if (!vocabulary || !engine)
      throw new RangeError("fastTextClassifier: there must be texts to learn from before a result, got none");
    endPass();
    await learn(engine, true);
    const { examples, withoutLabels, withoutWords, passes } = counted;
    if (examples === 0)
      throw new RangeError(
        `fastTextClassifier: there must be texts with labels and words, got ${withoutLabels} without labels and ${withoutWords} without words`,
      );
    if (passes !== epochs)
      throw new RangeError(
        `fastTextClassifier: must be fed as many passes over the texts as its epochs, ${epochs}, got ${passes}`,
      );
    await engine.finish();
    return classifierOf(finishedClassifier, engine, vocabulary);
  }

  return {
    name: "fastTextClassifier",
    reads: "ids",
    makes: "classifier",
    epochs,
    updatesUnderWay: 4,
    update,
    save,
    restore,
    snapshot: () => engine && vocabulary && classifierOf(classifierSoFar, engine, vocabulary),
    result,
    close: () => engine?.close(),
  };
}

/** Their subwords would share buckets with n-grams of words. */
const wordsAlone = ({ terms, values, vectorSize, metadata }: VectorTable): VectorTable => ({
  ...{ terms, values, vectorSize, metadata },
});
