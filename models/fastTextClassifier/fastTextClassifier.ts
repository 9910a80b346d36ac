import { learningRateAt } from "../../kernels/embedding/learningRate.js";
import { bagStride } from "../../kernels/linear/bagMemory.js";
import { BagRecords } from "../../kernels/linear/bagRecords.js";
import { type BagEngine, type BagSettings, BagTrainer, MAX_INPUTS, noLists } from "../../kernels/linear/bagTrainer.js";
import { calibrate, type HeldDocument, recalibrate } from "../../kernels/linear/calibrate.js";
import { DocumentAssembler, type LabelledDocument } from "../../kernels/linear/documentAssembler.js";
import { SENTENCE_END } from "../../kernels/linear/documentFeatures.js";
import { FeatureCache } from "../../kernels/linear/featureCache.js";
import { type LabelOutputs, labelOutputs } from "../../kernels/linear/labelOutputs.js";
import { rarityRates } from "../../kernels/linear/rarityRates.js";
import { joinStates, splitState } from "../../kernels/numbers/joinStates.js";
import { drawBelow, drawUniform, type RandomStream, randomStream } from "../../kernels/numbers/random.js";
import { BucketRows } from "../../kernels/subwords/bucketRows.js";
import { forEachWordNgram, hashTerm } from "../../kernels/subwords/characterNgrams.js";
import { subwordsOf } from "../../kernels/subwords/subwordBuckets.js";
import { TermLists } from "../../kernels/subwords/termLists.js";
import { requireFixed } from "../../kernels/vocabulary/vocabulary.js";
import {
  boolean,
  type Classifier,
  classifierLosses,
  defineUnit,
  epochNames,
  type IdBatch,
  integer,
  type LabelSet,
  lengthNames,
  type Model,
  type ModelContext,
  number,
  type OptionsOf,
  oneOf,
  parseOptions,
  rateNames,
  type StageState,
  type StepStats,
  type SubwordForm,
  threadNames,
  type UpdatedModel,
  type Vocabulary,
} from "../../schemas/index.js";
import { BagThreads } from "../linear/bagThreads.js";
import { workersBeside } from "../trainingKernel.js";
import { EarlyStop, type LearnedRows } from "./earlyStop.js";

export const fastTextClassifierSchema = defineUnit({
  name: "fastTextClassifier",
  kind: "model",
  reads: "ids",
  makes: "classifier",
  summary: "Learns to tell the labels of texts from their words, subwords and n-grams of words",
  paper: "Joulin et al. 2017, arXiv:1607.01759",
  upstream: { buildVocab: { minCount: 1 } },
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
      description: "Characters of the shortest subword",
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
      default: 25,
      aliases: epochNames,
      elsewhere: { program: "fastText", default: 5 },
      tune: { from: 3, to: 100, scale: "log" },
      description: "Passes over the texts",
    }),
    learningRate: number({
      min: 0,
      aboveMin: true,
      default: 0.5,
      aliases: rateNames,
      elsewhere: { program: "fastText", default: 0.1 },
      tune: { from: 0.02, to: 2, scale: "log" },
      description: "Step size at the start; it falls evenly to 0",
    }),
    featureRates: oneOf(["rarity", "even"], {
      default: "rarity",
      elsewhere: { program: "fastText", default: "even" },
      tune: { values: ["rarity", "even"] },
      description: "rarity lets rare words learn faster than frequent ones, as tf-idf weighs them; even: all alike",
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
    workers: integer({
      min: 1,
      max: 64,
      optional: true,
      aliases: threadNames,
      description:
        "Threads that train; as many as there are processors if left out, less the one that reads while deterministic",
    }),
    deterministic: boolean({
      default: true,
      description:
        "The same bytes for any number of workers; false lets them write to the same rows at the same time (Hogwild)",
    }),
    kernel: oneOf(["auto", "plain", "reference"], {
      default: "auto",
      description:
        "How steps are computed: auto: compiled, with fused multiply-add where the processor has it; plain: compiled, the same bytes on every machine; reference: TypeScript",
    }),
  },
  create: (_, options): Model<"ids", "classifier"> => fastTextClassifier(options),
});

export type FastTextClassifierOptions = OptionsOf<typeof fastTextClassifierSchema>;

/** Texts that are scored before the first of them is applied, so that threads which share the work seldom wait for each other. */
const GROUP = 8;
/** How many texts are kept aside at most, but for the luck of the draw. */
const MOST_HELD = 10_000;
const MAX_BYTES = 3.9 * 2 ** 30;

/**
 * fastText's classifier of texts: the mean over the rows of a text's features, scored by a row a label.
 *
 * In:  IdBatch, whose documents have labels, in order, `epochs` passes; of the vocabulary the labels, too. Out: Classifier. Loss in nats, summed
 * over the texts. The same batches, cut in any way, give the same bytes, at any number of workers unless `deterministic` is false. Words that
 * the vocabulary lacks are not learned from, so `minCount` is best 1. Texts without labels or words are passed over; the metadata of the result
 * says how many. With `patience`, `endPass` looks at the texts kept aside, and the result has the weights of the pass with their lowest loss.
 * State: 4 D (V + R + L) bytes of weights (D rounded up to 16), R the buckets that occur; 4 bytes a bucket; the texts kept aside, some 10,000
 * at most; with `patience` the weights of the best pass, and while one is looked at those of that.
 * @throws RangeError at the call, if an option is out of range, or patience has no holdout; from `update`, if the weights could exceed 4 GiB, there are fewer than two
 * labels, a label is unknown, or the loss is not finite; from `result`, if there was nothing to learn from; TypeError if the vocabulary changes
 * @see https://github.com/facebookresearch/fastText
 * @example
 *   const model = fastTextClassifier({ epochs: 10 });
 *   for (const batch of batches) await model.update(batch);
 *   new Predictor(await model.result()).predict(["peel", "garlic"]);
 */
export function fastTextClassifier(options?: FastTextClassifierOptions): UpdatedModel<"ids", "classifier"> {
  const { workers: given, deterministic, kernel, ...settings } = parseOptions(fastTextClassifierSchema, options);
  const { vectorSize, seed, loss, epochs, wordNgrams } = settings;
  const workers = given ?? workersBeside(deterministic);
  const early = new EarlyStop(settings.patience);
  if (early.isAsked && settings.holdout === 0)
    throw new RangeError("fastTextClassifier: patience must have texts kept aside to look at, got a holdout of 0");
  const form: SubwordForm = {
    units: "characters",
    minLength: settings.minSubword,
    maxLength: settings.maxSubword,
    buckets: settings.buckets,
  };
  const bucketsOf = subwordsOf("fastTextClassifier", form);
  const records = new BagRecords();
  const cache = new FeatureCache();
  const features = new Uint32Array(MAX_INPUTS);
  const assembler = new DocumentAssembler();
  let vocabulary: Vocabulary | undefined;
  /** Those of the vocabulary, and the end of a text if it is wanted. */
  let terms: readonly string[] = [];
  let endTerm: number | undefined;
  let engine: BagEngine | undefined;
  let labels: LabelSet;
  /** A document with several labels counts as often. */
  let documents = 0;
  let idOfLabel: ReadonlyMap<string, number>;
  let outputs: LabelOutputs;
  let rows: BucketRows;
  let lists: TermLists;
  let hashes: Uint32Array;
  /** Texts kept aside, in the order of their numbers. */
  let held: { readonly ids: Uint32Array; readonly labels: readonly number[] }[] = [];
  let [passes, tokens, examples, learned, withoutLabels, withoutWords, cut] = [0, 0, 0, 0, 0, 0, 0];

  function start(from: Vocabulary): BagEngine {
    requireFixed("fastTextClassifier", from);
    terms = from.terms;
    if (settings.sentenceEnd && from.idOf(SENTENCE_END) === undefined) terms = [...terms, SENTENCE_END];
    endTerm = settings.sentenceEnd ? terms.indexOf(SENTENCE_END) : undefined;
    labels = from.labels ?? { names: [], counts: new Float64Array(0) };
    if (labels.names.length < 2) {
      const found = labels.names.length === 0 ? "none" : `${JSON.stringify(labels.names[0])} alone`;
      throw new RangeError(
        `fastTextClassifier: texts must have two labels or more, got ${found}; the source's option labels, or its format labelled, says where they are`,
      );
    }
    documents = labels.counts.reduce((sum, count) => sum + count, 0);
    idOfLabel = new Map(labels.names.map((name, id) => [name, id]));
    outputs = labelOutputs(loss, labels.counts, settings);
    const hasBuckets = form.maxLength > 0 || wordNgrams > 1;
    rows = new BucketRows(hasBuckets ? form.buckets : 0, terms.length, (row, bucket) => {
      if (engine) fillBucket(engine, row, bucket);
    });
    lists = new TermLists();
    terms.forEach((term, id) => {
      lists.push([id, ...(term === SENTENCE_END ? [] : bucketsOf(term).map((bucket) => rows.rowOf(bucket)))]);
    });
    hashes = Uint32Array.from(terms, hashTerm);
    const bags: BagSettings = {
      vectorSize,
      scoredBy: outputs.scoredBy,
      divides: true,
      groupSize: GROUP,
      inputRows: terms.length + (wordNgrams > 1 ? form.buckets : rows.buckets.length),
      outputRows: labels.names.length,
      maxInputs: MAX_INPUTS,
      maxOutputs: outputs.most,
      lists: noLists,
      ...(settings.featureRates === "rarity" ? { rates: rarityRates(from.counts, terms.length, documents) } : {}),
    };
    requireRoom(bags);
    const made =
      kernel === "reference"
        ? new BagTrainer(bags)
        : new BagThreads(bags, { who: "fastTextClassifier", workers, deterministic, fused: kernel === "auto" });
    made.labels = labels.names.length;
    rows.buckets.forEach((bucket, i) => {
      fillBucket(made, terms.length + i, bucket);
    });
    const stream = randomStream(seed, "weights");
    terms.forEach((_, id) => {
      fillUniform(made, id, stream, id);
    });
    return made;
  }

  function fillBucket(to: BagEngine, row: number, bucket: number): void {
    fillUniform(to, row, randomStream(seed, "subwords"), bucket);
  }

  /** Numbers in [-1 / D, 1 / D), as fastText begins. */
  function fillUniform({ weights, stride }: BagEngine, row: number, stream: RandomStream, index: number): void {
    const at = row * stride;
    for (let d = 0; d < vectorSize; d++)
      weights.input[at + d] = (2 * drawUniform(stream, index * vectorSize + d) - 1) / vectorSize;
  }

  async function update(batch: IdBatch): Promise<StepStats> {
    if (vocabulary && batch.vocabulary !== vocabulary)
      throw new TypeError("fastTextClassifier: every batch must have the same vocabulary, got another one");
    vocabulary = batch.vocabulary;
    engine ??= start(vocabulary);
    const before = examples;
    if (batch.epoch + 1 !== passes) endTexts();
    requireLooked(batch.epoch);
    passes = batch.epoch + 1;
    assembler.add(batch, take);
    const written = examples - before; // some of them wait for a group to be whole
    tokens += batch.ids.length;
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

  /** Where nobody says that a pass is over, its weights are gone with the next one. */
  function requireLooked(epoch: number): void {
    if (early.isAsked && early.seen < epoch)
      throw new RangeError(
        `fastTextClassifier: endPass must be called after each pass where patience is set, got epoch ${epoch} after ${early.seen} calls`,
      );
  }

  async function endPass(): Promise<boolean> {
    if (!early.isAsked || early.seen === passes) return early.isOver;
    endTexts();
    await learn(engine!, true);
    await engine!.idle();
    if (held.length === 0)
      throw new RangeError(
        `fastTextClassifier: patience must have texts kept aside to look at, got none of ${documents}; raise holdout`,
      );
    const learnt = rowsIn(engine!);
    const made = classifierWith(learnt, engine!, vocabulary!);
    const texts = heldTexts();
    early.see(recalibrate(made, texts, early.temperature ?? calibrate(made, texts)), learnt);
    return early.isOver;
  }

  /** The last text of a pass has ended. */
  function endTexts(): void {
    assembler.finish(take);
    assembler.restart();
    learned = 0;
  }

  /** Writes the record of a text, or keeps it aside. */
  function take({ ids, labels: names, weight, number }: LabelledDocument): void {
    const isFirst = passes <= 1;
    const before = learned;
    learned += ids.length;
    if (names.length === 0 || ids.length === 0) {
      if (isFirst && names.length === 0) withoutLabels++;
      else if (isFirst) withoutWords++;
      return;
    }
    const own = names.map((name) => labelId(name, number));
    if (weight === 0) return;
    if (isHeld(number)) {
      if (isFirst) held.push({ ids, labels: own });
      return;
    }
    const epoch = Math.max(0, passes - 1);
    const taught =
      loss === "oneVsAll" ? own : [own[drawBelow(randomStream(seed, "label", epoch), number, own.length)]!];
    const total = Math.max(1, vocabulary!.tokens);
    const rate = learningRateAt(
      { learningRate: settings.learningRate, minLearningRate: 0, schedule: "linear", centres: epochs * total },
      epoch * total + before,
    );
    examples++;
    records.begin(rate);
    records.rows(featuresOf(ids, number));
    outputs.write(records, taught, weight * classWeight(taught), epoch, number);
  }

  function isHeld(number: number): boolean {
    const share = Math.min(settings.holdout, MOST_HELD / documents);
    return share > 0 && drawUniform(randomStream(seed, "holdout"), number) < share;
  }

  function labelId(name: string, document: number): number {
    const id = idOfLabel.get(name);
    if (id !== undefined) return id;
    throw new RangeError(
      `fastTextClassifier: labels must be those that the vocabulary was counted with, got ${JSON.stringify(name)} in document ${document}`,
    );
  }

  /** So that each label weighs the mean of all. */
  function classWeight(own: readonly number[]): number {
    if (settings.classWeights === "none") return 1;
    return own.reduce((sum, id) => sum + documents / (labels.counts.length * labels.counts[id]!), 0) / own.length;
  }

  /** The rows of a document's features, in fastText's order. */
  function featuresOf(ids: Uint32Array, document: number): Uint32Array {
    const known = cache.of(document);
    if (known) return known;
    let length = 0;
    const write = (row: number) => {
      if (length < MAX_INPUTS) features[length] = row;
      length++;
    };
    for (const id of ids) for (const row of lists.of(id)) write(row);
    if (endTerm !== undefined) write(endTerm);
    if (wordNgrams > 1) {
      const words = Array.from(ids, (id) => hashes[id]!);
      if (settings.sentenceEnd) words.push(hashTerm(SENTENCE_END));
      forEachWordNgram(words, wordNgrams, form.buckets, (bucket) => write(rows.rowOf(bucket)));
    }
    if (passes <= 1) cut += Math.max(0, length - MAX_INPUTS);
    const found = features.subarray(0, length);
    cache.keep(document, found);
    return found;
  }

  function save(): StageState | undefined {
    if (!engine || !vocabulary) return undefined;
    const { weights, stride, arithmetic } = engine;
    const used = (terms.length + rows.buckets.length) * stride;
    const own: StageState = {
      facts: {
        arithmetic,
        passes,
        tokens,
        examples,
        learned,
        withoutLabels,
        withoutWords,
        cut,
        held: JSON.stringify(held.map((each) => each.labels)),
      },
      arrays: {
        input: weights.input.slice(0, used),
        output: weights.output.slice(),
        buckets: Uint32Array.from(rows.buckets),
        pending: records.save(),
        heldLengths: Uint32Array.from(held, ({ ids }) => ids.length),
        heldIds: Uint32Array.from(held.flatMap(({ ids }) => [...ids])),
      },
    };
    return joinStates({ own, document: assembler.save(), early: early.save() });
  }

  function restore(state: StageState, { vocabulary: from }: ModelContext): void {
    if (!from)
      throw new TypeError("fastTextClassifier: restore must be given the vocabulary of the batches to come, got none");
    const { own, document, early: looked } = splitState(state);
    const { facts, arrays } = own!;
    vocabulary = from;
    engine = start(from);
    if (facts.arithmetic !== engine.arithmetic)
      throw new RangeError(
        `fastTextClassifier: training must go on with the arithmetic that it began with, ${facts.arithmetic}, got ${engine.arithmetic} on this machine`,
      );
    for (const bucket of arrays.buckets!) rows.rowOf(bucket);
    engine.weights.input.set(arrays.input!);
    engine.weights.output.set(arrays.output!);
    records.restore(arrays.pending as Uint32Array);
    const counted = [
      facts.passes,
      facts.tokens,
      facts.examples,
      facts.learned,
      facts.withoutLabels,
      facts.withoutWords,
      facts.cut,
    ];
    [passes, tokens, examples, learned, withoutLabels, withoutWords, cut] = counted as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const ids = arrays.heldIds as Uint32Array;
    let at = 0;
    held = (JSON.parse(facts.held as string) as number[][]).map((each, k) => {
      const length = arrays.heldLengths![k]!;
      at += length;
      return { ids: ids.slice(at - length, at), labels: each };
    });
    assembler.restore(document!);
    early.restore(looked!);
  }

  function classifierOf(from: BagEngine, learnedFrom: Vocabulary): Classifier {
    return calibrated(classifierWith(rowsIn(from), from, learnedFrom));
  }

  function calibrated(made: Classifier): Classifier {
    return { ...made, temperature: calibrate(made, heldTexts()) };
  }

  function heldTexts(): HeldDocument[] {
    return held.map(({ ids, labels: own }) => ({ tokens: Array.from(ids, (id) => terms[id]!), labels: own }));
  }

  function rowsIn({ weights, stride }: BagEngine): LearnedRows {
    const order = rows.ascending();
    const input = new Float32Array((terms.length + order.length) * vectorSize);
    const copy = (from: Float32Array, row: number, to: Float32Array, place: number) =>
      to.set(from.subarray(row * stride, row * stride + vectorSize), place * vectorSize);
    terms.forEach((_, id) => {
      copy(weights.input, id, input, id);
    });
    order.forEach((place, i) => {
      copy(weights.input, terms.length + place, input, terms.length + i);
    });
    const output = new Float32Array(labels.names.length * vectorSize);
    labels.names.forEach((_, id) => {
      copy(weights.output, id, output, id);
    });
    return {
      buckets: Uint32Array.from(order, (place) => rows.buckets[place]!),
      input: { columns: vectorSize, values: input },
      output: { columns: vectorSize, values: output },
    };
  }

  function classifierWith(learnt: LearnedRows, { arithmetic }: BagEngine, learnedFrom: Vocabulary): Classifier {
    const counts = new Float64Array(terms.length).fill(documents);
    counts.set(learnedFrom.counts);
    return {
      labels: labels.names,
      labelCounts: labels.counts,
      ...{ terms, counts, loss, wordNgrams },
      subwords: form,
      pruned: false,
      sentenceEnd: settings.sentenceEnd,
      ...learnt,
      temperature: 1,
      metadata: new Map([
        ["model", "fastTextClassifier"],
        ["options", JSON.stringify({ ...settings, deterministic })],
        ["arithmetic", arithmetic],
        ["documents", JSON.stringify({ held: held.length, withoutLabels, withoutWords, featuresCut: cut })],
      ]),
    };
  }

  async function result(): Promise<Classifier> {
    if (!vocabulary || !engine)
      throw new RangeError("fastTextClassifier: there must be texts to learn from before a result, got none");
    endTexts();
    await learn(engine, true);
    if (examples === 0)
      throw new RangeError(
        `fastTextClassifier: there must be texts with labels and words, got ${withoutLabels} without labels and ${withoutWords} without words`,
      );
    if (passes !== epochs && !early.isOver)
      throw new RangeError(
        `fastTextClassifier: must be fed as many passes over the texts as its epochs, ${epochs}, got ${passes}`,
      );
    if (early.isAsked) await endPass();
    await engine.finish();
    const { best } = early;
    if (!best) return classifierOf(engine, vocabulary);
    const made = calibrated(classifierWith(best.rows, engine, vocabulary));
    const told = { epochs: passes, best: best.pass, loss: best.loss };
    return { ...made, metadata: new Map([...made.metadata, ["earlyStop", JSON.stringify(told)]]) };
  }

  return {
    name: "fastTextClassifier",
    reads: "ids",
    makes: "classifier",
    epochs,
    updatesUnderWay: 4,
    update,
    endPass,
    save,
    restore,
    snapshot: () => engine && vocabulary && classifierOf(engine, vocabulary),
    result,
    close: () => engine?.close(),
  };
}

function requireRoom({ inputRows, outputRows, vectorSize }: BagSettings): void {
  const bytes = 4 * (inputRows + outputRows) * bagStride(vectorSize);
  if (bytes <= MAX_BYTES) return;
  const found = `${inputRows + outputRows} rows x ${vectorSize} = ${(bytes / 2 ** 30).toFixed(1)} GiB`;
  throw new RangeError(
    `fastTextClassifier: weights must fit into 3.9 GiB, got ${found}; lower buckets or vectorSize, or raise minCount`,
  );
}
