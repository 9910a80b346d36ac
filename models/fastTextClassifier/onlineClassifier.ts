import { initialTerms } from "../../kernels/embedding/knownRows.js";
import { learningRateAt } from "../../kernels/embedding/learningRate.js";
import { noLists } from "../../kernels/linear/bagLists.js";
import { BagRecords } from "../../kernels/linear/bagRecords.js";
import { type BagEngine, type BagStep, MAX_INPUTS } from "../../kernels/linear/bagTrainer.js";
import { calibrate } from "../../kernels/linear/calibrate.js";
import { DocumentAssembler, type LabelledDocument } from "../../kernels/linear/documentAssembler.js";
import { LearnedFeatures } from "../../kernels/linear/learnedFeatures.js";
import { copyLearnedRows } from "../../kernels/linear/learnedRows.js";
import { LiveLabels } from "../../kernels/linear/liveLabels.js";
import { rarityRates } from "../../kernels/linear/rarityRates.js";
import { type RecentText, RecentTexts } from "../../kernels/linear/recentTexts.js";
import { joinStates, splitState } from "../../kernels/numbers/joinStates.js";
import { drawBelow, drawUniform, randomStream } from "../../kernels/numbers/random.js";
import { subwordsOf } from "../../kernels/subwords/subwordBuckets.js";
import type { LabelGrowth } from "../../kernels/vocabulary/growingLabels.js";
import { rowCounts, rowsByCount, snapshotOf } from "../../kernels/vocabulary/vocabularyChange.js";
import type {
  Classifier,
  IdBatch,
  MaybePromise,
  ModelContext,
  StageState,
  StepStats,
  UpdatedModel,
  VocabularySnapshot,
} from "../../schemas/index.js";
import { type BagEngineOptions, bagEngine } from "../linear/bagEngine.js";
import { requireArithmetic } from "../trainingKernel.js";
import type { ClassifierSettings } from "./multiPassClassifier.js";
import { MAX_REPLAY } from "./onlineFields.js";

interface OnlineSettings extends ClassifierSettings, LabelGrowth {
  readonly replay: number;
  readonly replayTexts: number;
}

const WHO = "fastTextClassifier";
/** Text by text, as in passes. */
const GROUP = 1;
/** The most recent texts that calibrate, and the most words of these and of those that are learned again. */
const MOST_HELD = 2000;
const MOST_WORDS = 2 ** 22;

/** What was counted since the start; `learned` are the words whose texts are whole, `wordsWithoutRow` those that lost theirs within a text. */
const nothingYet = {
  learned: 0,
  examples: 0,
  texts: 0,
  withoutLabels: 0,
  withoutWords: 0,
  withoutKeptLabels: 0,
  wordsWithoutRow: 0,
};

/**
 * fastText's classifier over a stream that need not end: the vocabulary changes at the edges of its generations, and a label has a row of
 * output from the document on in which it first appears. With each text some of the most recent ones are learned again (experience
 * replay: Rolnick et al. 2019, arXiv:1811.11682), so that labels which pause are not forgotten and new ones catch up.
 *
 * The text that has begun is learned once the next begins.
 * State: 4 D (V + R + L) bytes of weights, V and L the most terms and labels there can be, R the buckets that occurred; `replayTexts` and 2000
 * texts that were kept aside, of 4 million words each at most.
 */
export function onlineClassifier(
  settings: OnlineSettings,
  engineOptions: BagEngineOptions,
): UpdatedModel<"ids", "classifier"> {
  const { vectorSize, seed, form, firstRows, wordNgrams, loss, maxLabels, replay } = settings;
  const featureSettings = { form, wordNgrams, sentenceEnd: false, subwordsOf: subwordsOf(WHO, form) };
  const records = new BagRecords();
  const assembler = new DocumentAssembler();
  const labels = new LiveLabels(settings);
  const held = new RecentTexts(MOST_HELD, MOST_WORDS);
  const recent = new RecentTexts(replay > 0 ? settings.replayTexts : 0, MOST_WORDS);
  const replays = randomStream(seed, "replay");
  const holdout = randomStream(seed, "holdout");
  const counted = { ...nothingYet };
  let vocabulary: VocabularySnapshot | undefined;
  let engine: BagEngine | undefined;
  let features: LearnedFeatures;
  /** The vocabulary's that was taken in. */
  let generation = -1;
  /** Steps of groups that ended within a batch. */
  let underWay: MaybePromise<BagStep>[] = [];

  /** @param met buckets that had a row before, in the order of the rows */
  function start(given: VocabularySnapshot, met: Iterable<number> = []): BagEngine {
    const { maxSize, terms, since } = given;
    features = new LearnedFeatures(terms, featureSettings, fillBucket, { most: maxSize, buckets: met });
    const made = bagEngine(
      WHO,
      {
        ...{ vectorSize, scoredBy: labels.scoredBy, divides: true, groupSize: GROUP, lists: noLists },
        inputRows: maxSize + (form.maxLength > 0 || wordNgrams > 1 ? form.buckets : 0),
        ...{ outputRows: maxLabels, maxInputs: MAX_INPUTS, maxOutputs: maxLabels },
        ...(settings.featureRates === "rarity" ? { rates: ratesOf(given) } : {}),
      },
      engineOptions,
    );
    features.rows.buckets.forEach((bucket, i) => {
      firstRows.fillBucket(inputOf(made), maxSize + i, bucket);
    });
    terms.forEach((term, id) => {
      firstRows.fillTerm(inputOf(made), term, Uint32Array.of(id), since[id]);
    });
    generation = given.generation;
    return made;
  }

  const inputOf = ({ weights, stride }: BagEngine) => ({ input: weights.input, stride });

  function fillBucket(row: number, bucket: number): void {
    if (engine) firstRows.fillBucket(inputOf(engine), row, bucket);
  }

  const ratesOf = (given: VocabularySnapshot) =>
    rarityRates(rowCounts(given), given.maxSize, Math.max(2, labels.grown.documents));

  async function update(batch: IdBatch): Promise<StepStats> {
    const given = snapshotOf(batch.vocabulary);
    if (vocabulary && batch.vocabulary !== vocabulary && !("generation" in batch.vocabulary))
      throw new TypeError(`${WHO}: every batch must have the same vocabulary, got another one`);
    engine ??= start(given);
    if (given.generation !== generation) await follow(given, engine);
    vocabulary = given;
    const before = counted.examples;
    assembler.add(batch, take);
    learn(false);
    const loss = (await done()).reduce((sum, step) => sum + step.loss, 0);
    if (!Number.isFinite(loss))
      throw new RangeError(
        `${WHO}: the loss must stay finite, got ${loss} after ${counted.texts} texts; lower learningRate`,
      );
    return { taken: batch.ids.length, examples: counted.examples - before, loss, epoch: 0 };
  }

  /** Takes in a vocabulary that has changed, once all before was learned from. */
  async function follow(given: VocabularySnapshot, through: BagEngine): Promise<void> {
    learn(true);
    await Promise.all(underWay);
    await through.idle();
    const known = generation;
    given.since.forEach((since, id) => {
      if (since <= known) return;
      features.replace(id, given.terms[id]!);
      firstRows.fillTerm(inputOf(through), given.terms[id]!, Uint32Array.of(id), since);
    });
    counted.wordsWithoutRow += assembler.leaveOut((id) => given.since[id]! > known);
    generation = given.generation;
    if (!through.rates) return;
    const { rows, rest } = ratesOf(given);
    through.rates.set(rows);
    through.restRate = rest;
  }

  /** Begins to learn from the groups that are whole, or from all. */
  function learn(all: boolean): void {
    const chunk = records.take(GROUP, all);
    if (chunk.starts.length > 1) underWay.push(engine!.learn(chunk));
  }

  async function done(): Promise<BagStep[]> {
    const steps = underWay;
    underWay = [];
    return Promise.all(steps);
  }

  /** Writes the records of a text and of those that are learned again with it, or keeps it aside. */
  function take({ ids, labels: names, weight, number }: LabelledDocument): void {
    const before = counted.learned;
    counted.learned += ids.length;
    if (names.length === 0 || ids.length === 0) {
      counted[names.length === 0 ? "withoutLabels" : "withoutWords"]++;
      return;
    }
    const own = labels.rowsOf(names);
    if (own.length === 0) counted.withoutKeptLabels++;
    if (own.length === 0 || weight === 0) return;
    const text = { ids, labels: own, weight, generation };
    if (drawUniform(holdout, number) < settings.holdout) {
      held.add(text);
      return;
    }
    counted.texts++;
    growTo(labels.grown.names.length);
    const rate = learningRateAt({ ...settings, centres: settings.decayTokens }, before);
    write(text, rate, 0, number);
    for (let visit = 1; visit <= Math.min(replay, recent.size); visit++)
      write(recent.at(drawBelow(replays, number * MAX_REPLAY + visit - 1, recent.size)), rate, visit, number);
    recent.add(text);
  }

  /** Examples before a new label know nothing of it, wherever batches end. */
  function growTo(count: number): void {
    if (count === engine!.labels) return;
    learn(true);
    engine!.labels = count;
  }

  function write(text: RecentText, rate: number, visit: number, number: number): void {
    const ids = idsNow(text);
    if (ids.length === 0) return;
    counted.examples++;
    records.begin(rate);
    records.rows(features.of(ids, visit));
    labels.write(records, text.labels, text.weight, visit, number);
  }

  /** Those whose terms have their rows still. */
  const idsNow = ({ ids, generation: own }: RecentText): Uint32Array =>
    own === generation ? ids : ids.filter((id) => vocabulary!.since[id]! <= own);

  function save(): StageState | undefined {
    if (!engine) return undefined;
    const { weights, stride, arithmetic, rates, restRate } = engine;
    const { rows, cut } = features;
    const own: StageState = {
      facts: { ...counted, arithmetic, cut, generation, restRate, labelRows: engine.labels },
      arrays: {
        input: weights.input.slice(0, (rows.firstRow + rows.buckets.length) * stride),
        output: weights.output.slice(0, engine.labels * stride),
        buckets: Uint32Array.from(rows.buckets),
        pending: records.save(),
        ...(rates ? { rates: rates.slice() } : {}),
      },
    };
    const parts = { document: assembler.save(), labels: labels.save(), held: held.save(), recent: recent.save() };
    return joinStates({ own, ...parts });
  }

  function restore(state: StageState, { vocabulary: from }: ModelContext): void {
    if (!from) throw new TypeError(`${WHO}: restore must be given the vocabulary of the batches to come, got none`);
    const { own, ...parts } = splitState(state);
    const { arithmetic, cut, generation: known, restRate, labelRows, ...facts } = own!.facts;
    const { input, output, buckets, pending, rates } = own!.arrays;
    vocabulary = snapshotOf(from);
    labels.restore(parts.labels!);
    engine = start(vocabulary, buckets);
    requireArithmetic(WHO, arithmetic as string, engine.arithmetic);
    generation = known as number;
    engine.labels = labelRows as number;
    engine.restRate = restRate as number;
    engine.rates?.set(rates!);
    engine.weights.input.set(input!);
    engine.weights.output.set(output!);
    records.restore(pending as Uint32Array);
    Object.assign(counted, facts);
    features.cut = cut as number;
    assembler.restore(parts.document!);
    held.restore(parts.held!);
    recent.restore(parts.recent!);
  }

  /** Undefined before the first label. */
  function snapshot(): Classifier | undefined {
    if (!engine || !vocabulary || engine.labels === 0) return undefined;
    const { names, counts, leftOut } = labels.grown;
    const { examples: _, learned: __, ...documents } = counted;
    const left = { ...leftOut, featuresCut: features.cut };
    const order = { terms: rowsByCount(vocabulary), labels: labels.grown.byCount() };
    const made: Classifier = {
      labels: order.labels.map((row) => names[row]!),
      labelCounts: Float64Array.from(order.labels, (row) => counts[row]!),
      terms: order.terms.map((row) => features.terms[row]!),
      counts: Float64Array.from(order.terms, (row) => vocabulary!.counts[row]!),
      ...{ loss, wordNgrams, sentenceEnd: false, subwords: form },
      pruned: false,
      ...copyLearnedRows(features, engine, order, vectorSize),
      temperature: 1,
      metadata: new Map([
        ["model", WHO],
        ["options", settings.options],
        ["arithmetic", engine.arithmetic],
        ["documents", JSON.stringify({ held: held.size, ...documents, ...left })],
        ...initialTerms(vocabulary.terms, settings.initialVectors),
      ]),
    };
    return { ...made, ...calibrate(made, heldDocuments(order.labels)) };
  }

  function heldDocuments(labelRows: readonly number[]) {
    const places = new Map(labelRows.map((row, place) => [row, place]));
    return held.all().map((text) => ({
      tokens: Array.from(idsNow(text), (id) => features.terms[id]!),
      labels: text.labels.map((row) => places.get(row)!),
    }));
  }

  async function result(): Promise<Classifier> {
    if (!engine) throw new RangeError(`${WHO}: there must be texts to learn from before a result, got none`);
    assembler.finish(take);
    learn(true);
    await done();
    await engine.finish();
    const made = snapshot();
    if (made) return made;
    const { withoutLabels, withoutWords } = counted;
    throw new RangeError(
      `${WHO}: there must be texts with labels and words, got ${withoutLabels} without labels and ${withoutWords} without words`,
    );
  }

  return {
    name: WHO,
    reads: "ids",
    makes: "classifier",
    epochs: 1,
    updatesUnderWay: 1,
    update,
    save,
    restore,
    snapshot,
    result,
    close: () => engine?.close(),
  };
}
