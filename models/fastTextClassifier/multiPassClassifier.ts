import { initialTerms, knownRows } from "../../kernels/embedding/knownRows.js";
import { type LearningRate, learningRateAt, type Schedule } from "../../kernels/embedding/learningRate.js";
import { noLists } from "../../kernels/linear/bagLists.js";
import { BagRecords } from "../../kernels/linear/bagRecords.js";
import { type BagEngine, type BagSettings, MAX_INPUTS } from "../../kernels/linear/bagTrainer.js";
import { calibrate } from "../../kernels/linear/calibrate.js";
import { DocumentAssembler, type LabelledDocument } from "../../kernels/linear/documentAssembler.js";
import { type Example, ExampleCache } from "../../kernels/linear/exampleCache.js";
import { HeldDocuments } from "../../kernels/linear/heldDocuments.js";
import { LearnedFeatures } from "../../kernels/linear/learnedFeatures.js";
import { copyLearnedRows, type LearnedRows, takeLearnedRows } from "../../kernels/linear/learnedRows.js";
import { rarityRates } from "../../kernels/linear/rarityRates.js";
import { TaughtLabels, type TaughtSettings } from "../../kernels/linear/taughtLabels.js";
import { joinStates, splitState } from "../../kernels/numbers/joinStates.js";
import { randomStream } from "../../kernels/numbers/random.js";
import { shuffled } from "../../kernels/numbers/shuffle.js";
import type { FirstInputRows } from "../../kernels/subwords/firstInputRows.js";
import { subwordsOf } from "../../kernels/subwords/subwordBuckets.js";
import type { LabelBounds } from "../../kernels/vocabulary/keptLabels.js";
import { requireFixed } from "../../kernels/vocabulary/vocabulary.js";
import type {
  Classifier,
  IdBatch,
  ModelContext,
  StageState,
  StepStats,
  SubwordForm,
  UpdatedModel,
  VectorTable,
  Vocabulary,
} from "../../schemas/index.js";
import { type BagEngineOptions, bagEngine } from "../linear/bagEngine.js";
import { requireArithmetic } from "../trainingKernel.js";
import { EarlyStop } from "./earlyStop.js";

/** What the two ways to learn have in common. */
export interface ClassifierSettings extends TaughtSettings {
  readonly vectorSize: number;
  readonly wordNgrams: number;
  readonly form: SubwordForm;
  readonly featureRates: "rarity" | "even";
  readonly learningRate: number;
  readonly minLearningRate: number;
  readonly schedule: Schedule;
  readonly decayTokens: number;
  readonly holdout: number;
  readonly firstRows: FirstInputRows;
  readonly initialVectors: VectorTable | undefined;
  /** What the classifier says of how it was made. */
  readonly options: string;
}

interface MultiPassSettings extends ClassifierSettings, LabelBounds {
  readonly epochs: number;
  readonly sentenceEnd: boolean;
  readonly patience: number;
}

const WHO = "fastTextClassifier";

/** Text by text, as fastText learns: groups would spare threads some waiting, but score their texts by older rows. */
const GROUP = 1;

/** What was counted since the start; of this pass, `learned` are the tokens whose texts are whole, and `visits` the examples. */
const nothingYet = {
  passes: 0,
  tokens: 0,
  examples: 0,
  learned: 0,
  visits: 0,
  withoutLabels: 0,
  withoutWords: 0,
  withoutKeptLabels: 0,
};

/** fastText's classifier over texts that are read again: `fastTextClassifier` says what goes in and comes out. */
export function multiPassClassifier(
  settings: MultiPassSettings,
  engineOptions: BagEngineOptions,
): UpdatedModel<"ids", "classifier"> {
  const { vectorSize, seed, loss, epochs, schedule, form, firstRows, wordNgrams, sentenceEnd, initialVectors } =
    settings;
  const featureSettings = { form, wordNgrams, sentenceEnd, subwordsOf: subwordsOf(WHO, form) };
  const records = new BagRecords();
  const assembler = new DocumentAssembler();
  const cache = new ExampleCache();
  /** Of the examples that are kept, in a pass. */
  let order: { readonly epoch: number; readonly places: Uint32Array } | undefined;
  let vocabulary: Vocabulary | undefined;
  let engine: BagEngine | undefined;
  let labels: TaughtLabels;
  let features: LearnedFeatures;
  let held: HeldDocuments;
  /** Of all passes. */
  let rates: LearningRate;
  /** The result, which has taken the weights over. */
  let finished: Classifier | undefined;
  const early = new EarlyStop(settings);
  const counted = { ...nothingYet };

  function start(from: Vocabulary): BagEngine {
    requireFixed(WHO, from);
    if (initialVectors) knownRows(WHO, from.terms, initialVectors); // which must have some of them
    labels = new TaughtLabels(WHO, from.labels, settings);
    const centres = schedule === "inverse" ? settings.decayTokens : epochs * wordsOf(from);
    rates = { ...settings, centres };
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
        ? { rates: rarityRates(from.counts, terms.length, labels.documents, labels.names.length) }
        : {}),
    };
    const made = bagEngine(WHO, bags, engineOptions);
    made.labels = labels.names.length;
    rows.buckets.forEach((bucket, i) => {
      firstRows.fillBucket(inputOf(made), terms.length + i, bucket);
    });
    terms.forEach((term, id) => {
      firstRows.fillTerm(inputOf(made), term, Uint32Array.of(id));
    });
    return made;
  }

  const wordsOf = ({ tokens }: Vocabulary) => Math.max(1, tokens);

  const inputOf = ({ weights, stride }: BagEngine) => ({ input: weights.input, stride });

  async function update(batch: IdBatch): Promise<StepStats> {
    if (vocabulary && batch.vocabulary !== vocabulary)
      throw new TypeError(`${WHO}: every batch must have the same vocabulary, got another one`);
    vocabulary = batch.vocabulary;
    engine ??= start(vocabulary);
    const before = counted.examples;
    if (batch.epoch + 1 !== counted.passes) endTexts();
    early.requireSeen(batch.epoch);
    counted.passes = batch.epoch + 1;
    assembler.add(batch, take);
    const written = counted.examples - before; // some of them wait for a group to be whole
    counted.tokens += batch.ids.length;
    const step = await learn(engine, false);
    if (!Number.isFinite(step.loss))
      throw new RangeError(
        `${WHO}: the loss must stay finite, got ${step.loss} in epoch ${batch.epoch + 1}; lower learningRate`,
      );
    return { taken: batch.ids.length, examples: written, loss: step.loss, epoch: batch.epoch };
  }

  async function learn(through: BagEngine, all: boolean) {
    const chunk = records.take(GROUP, all);
    return chunk.starts.length > 1 ? await through.learn(chunk) : { loss: 0, examples: 0 };
  }

  /** Whether the texts kept aside say that no further pass would help. */
  async function endPass(): Promise<boolean> {
    if (early.hasSeen(counted.passes)) return early.isOver;
    endTexts();
    await learn(engine!, true);
    await engine!.idle();
    early.see(classifierWith(rowsSoFar(engine!)), held.inWords(features.terms), labels.documents);
    return early.isOver;
  }

  /** The last text of a pass has ended. */
  function endTexts(): void {
    assembler.finish(take);
    assembler.restart();
    counted.learned = 0;
    counted.visits = 0;
  }

  /** Counts a text that is learned from and writes the record of an example, or keeps it aside. */
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
    const example = visited(epoch) ?? { rows: features.of(ids, epoch), labels: own, weight, document: number };
    if (epoch === 0) cache.keep(example);
    counted.examples++;
    counted.visits++;
    records.begin(rateAfter(epoch, before));
    records.rows(example.rows);
    labels.write(records, example.labels, example.weight, epoch, example.document);
  }

  /**
   * The example whose turn it is, in an order that is drawn for each pass behind the first: neighbours are often alike, as the phrases of a
   * sentence or the texts of a label, and what came last counts most. Undefined for the text itself: in the first pass, and behind those that are kept.
   */
  function visited(epoch: number): Example | undefined {
    if (epoch === 0 || counted.visits >= cache.count) return undefined;
    if (order?.epoch !== epoch) order = { epoch, places: shuffled(cache.count, randomStream(seed, "order", epoch)) };
    return cache.at(order.places[counted.visits]!);
  }

  /** The rate of a text before which so many tokens of its epoch have come. */
  function rateAfter(epoch: number, tokens: number): number {
    return learningRateAt(rates, epoch * wordsOf(vocabulary!) + tokens);
  }

  function save(): StageState | undefined {
    if (!engine || finished) return undefined;
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
    return joinStates({
      ...{ own, document: assembler.save(), examples: cache.save() },
      ...{ held: held.save(), early: early.save() },
    });
  }

  function restore(state: StageState, { vocabulary: from }: ModelContext): void {
    if (!from) throw new TypeError(`${WHO}: restore must be given the vocabulary of the batches to come, got none`);
    const { own, document, examples, held: heldState, early: looked } = splitState(state);
    const { arithmetic, cut, ...facts } = own!.facts;
    const { input, output, buckets, pending } = own!.arrays;
    vocabulary = from;
    engine = start(from);
    requireArithmetic(WHO, arithmetic as string, engine.arithmetic);
    for (const bucket of buckets!) features.rows.rowOf(bucket);
    engine.weights.input.set(input!);
    engine.weights.output.set(output!);
    records.restore(pending as Uint32Array);
    Object.assign(counted, facts);
    features.cut = cut as number;
    held.restore(heldState!);
    assembler.restore(document!);
    cache.restore(examples!);
    early.restore(looked!);
  }

  function rowsSoFar(from: BagEngine): LearnedRows {
    const order = { terms: [...features.terms.keys()], labels: [...labels.names.keys()] };
    return copyLearnedRows(features, from, order, vectorSize);
  }

  function calibrated(rows: LearnedRows, told: readonly [string, string][] = []): Classifier {
    const made = classifierWith(rows, told);
    return { ...made, ...calibrate(made, held.inWords(features.terms)) };
  }

  /** Not calibrated. */
  function classifierWith(rows: LearnedRows, told: readonly [string, string][] = []): Classifier {
    const { terms, cut } = features;
    const { withoutLabels, withoutWords, withoutKeptLabels } = counted;
    const left = { withoutLabels, withoutWords, withoutKeptLabels, ...labels.leftOut, featuresCut: cut };
    return {
      labels: labels.names,
      labelCounts: labels.counts,
      // The end of a text is in each of them.
      counts: Float64Array.from(terms, (_, id) => vocabulary!.counts[id] ?? labels.documents),
      ...{ terms, loss, wordNgrams, sentenceEnd, subwords: form },
      pruned: false,
      ...rows,
      temperature: 1,
      metadata: new Map([
        ["model", WHO],
        ["options", settings.options],
        ["arithmetic", engine!.arithmetic],
        ["documents", JSON.stringify({ held: held.count, ...left })],
        ...initialTerms(terms, initialVectors),
        ...told,
      ]),
    };
  }

  async function result(): Promise<Classifier> {
    if (finished) return finished;
    if (!vocabulary || !engine)
      throw new RangeError(`${WHO}: there must be texts to learn from before a result, got none`);
    endTexts();
    await learn(engine, true);
    const { examples, withoutLabels, withoutWords, passes } = counted;
    if (examples === 0)
      throw new RangeError(
        `${WHO}: there must be texts with labels and words, got ${withoutLabels} without labels and ${withoutWords} without words`,
      );
    if (passes !== epochs && !early.isOver)
      throw new RangeError(`${WHO}: must be fed as many passes over the texts as its epochs, ${epochs}, got ${passes}`);
    await endPass();
    await engine.finish();
    const rows = early.best?.rows ?? takeLearnedRows(features, engine, labels.names.length, vectorSize);
    finished = calibrated(rows, early.told);
    return finished;
  }

  return {
    name: WHO,
    reads: "ids",
    makes: "classifier",
    epochs,
    updatesUnderWay: 4,
    update,
    endPass,
    save,
    restore,
    snapshot: () => finished ?? (engine && calibrated(rowsSoFar(engine))),
    result,
    close: () => engine?.close(),
  };
}
