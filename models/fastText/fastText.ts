import { initialTerms, knownRows } from "../../kernels/embedding/knownRows.js";
import { Vectors } from "../../kernels/embedding/vectors.js";
import { MAX_WINDOW } from "../../kernels/embedding/word2vecMemory.js";
import { noLists } from "../../kernels/linear/bagLists.js";
import { bagBytes } from "../../kernels/linear/bagMemory.js";
import { BagRecords } from "../../kernels/linear/bagRecords.js";
import { type BagEngine, type BagSettings, type BagStep, BagTrainer } from "../../kernels/linear/bagTrainer.js";
import {
  placesIn,
  type WindowOutputs,
  windowOutputs,
  writeWindowExamples,
} from "../../kernels/linear/windowExamples.js";
import { ngramsIn } from "../../kernels/subwords/characterNgrams.js";
import { meansOf, meansWithin, subwordRowsOf, subwordRowsWithin } from "../../kernels/subwords/finishedRows.js";
import { FirstInputRows } from "../../kernels/subwords/firstInputRows.js";
import { subwordsOf } from "../../kernels/subwords/subwordBuckets.js";
import { MAX_LIST, TermRows } from "../../kernels/subwords/termRows.js";
import { requireCounts, requireFixed } from "../../kernels/vocabulary/vocabulary.js";
import { byCount, rowCounts, snapshotOf } from "../../kernels/vocabulary/vocabularyChange.js";
import { contexts } from "../../kinds/contexts.js";
import {
  atMost,
  boolean,
  type ContextBatch,
  comparedVocabulary,
  defineUnit,
  epochNames,
  integer,
  lengthNames,
  type Model,
  type ModelContext,
  nothingLearned,
  number,
  type OptionsOf,
  oneOf,
  parseOptions,
  passesWithin,
  rateNames,
  requireAtMost,
  type StageState,
  type StepStats,
  type SubwordForm,
  subwordUnits,
  type UpdatedModel,
  type Vocabulary,
  vectorTable,
} from "../../schemas/index.js";
import { bagEngine } from "../linear/bagEngine.js";
import { trainingFields } from "../trainingFields.js";
import { requireArithmetic, workersBeside } from "../trainingKernel.js";

export const fastTextSchema = defineUnit({
  name: "fastText",
  kind: "model",
  reads: "contexts",
  makes: "vectors",
  resumable: true,
  summary: "Learns vectors of words and of their subwords, so that words that were never seen have one too",
  paper: "Bojanowski et al. 2017, arXiv:1607.04606",
  compared: {
    options: (text) => ({
      buildVocab: comparedVocabulary,
      fastText: { epochs: passesWithin(text, 250_000, 15), buckets: 200_000 },
    }),
  },
  upstream: { windowContexts: { radius: "random", sample: 0.0001 } },
  languages: { chinese: ({ subwordUnits }) => (subwordUnits === "strokes" ? {} : { minSubword: 1, maxSubword: 4 }) },
  fields: {
    architecture: oneOf(["skipGram", "cbow"], {
      default: "skipGram",
      tune: { values: ["skipGram", "cbow"] },
      description:
        "How a window trains: skipGram its centre's subwords against its words, cbow the mean of all their subwords against the centre",
    }),
    loss: oneOf(["negativeSampling", "hierarchicalSoftmax"], {
      default: "negativeSampling",
      description: "What a word is told apart from: noise words, or the turns of its path in a Huffman tree",
    }),
    vectorSize: integer({
      min: 1,
      max: 4096,
      default: 100,
      aliases: lengthNames,
      tune: { from: 50, to: 400, scale: "log" },
      description: "Length of a word vector (D)",
    }),
    minSubword: integer({
      min: 1,
      max: 100,
      optional: true,
      aliases: ["minn"],
      tune: { values: [1, 2, 3] },
      description:
        "Units of the shortest subword, < and > at a word's ends among them; 3 if left out, and 6 with strokes",
    }),
    maxSubword: integer({
      min: 0,
      max: 100,
      optional: true,
      aliases: ["maxn"],
      tune: { values: [0, 3, 4, 5, 6] },
      description: "Units of the longest subword, 0 for none; 6 if left out, and 12 with strokes",
    }),
    subwordUnits: oneOf(subwordUnits, {
      default: "characters",
      description:
        "What subwords are made of: characters, or the strokes of Han characters in their place, as in cw2vec, and other characters as they are",
    }),
    buckets: integer({
      min: 1,
      max: 2 ** 31 - 1,
      default: 2_000_000,
      aliases: ["bucket"],
      description: "Numbers that subwords are hashed to; memory is taken for those that occur",
    }),
    negative: integer({
      min: 1,
      max: 25,
      default: 5,
      aliases: ["neg"],
      tune: { from: 3, to: 20, scale: "log" },
      description: "Noise words per pair, for negativeSampling",
    }),
    exponent: number({
      min: 0,
      max: 1,
      default: 0.5,
      tune: { from: 0, to: 1, scale: "linear" },
      description: "Noise words are drawn in proportion to their count raised to this power",
    }),
    epochs: integer({
      min: 1,
      optional: true,
      aliases: epochNames,
      tune: { from: 1, to: 30, scale: "log" },
      description: "Passes over the corpus; 5 if left out, and with online 1",
    }),
    learningRate: number({
      min: 0,
      aboveMin: true,
      default: 0.05,
      aliases: rateNames,
      tune: { from: 0.005, to: 0.2, scale: "log" },
      description: "Step size at the start",
    }),
    minLearningRate: number({
      min: 0,
      optional: true,
      description:
        "Step size at the end of a linear schedule; if left out, learningRate / (5 x epochs); fastText falls to 0",
    }),
    schedule: oneOf(["linear", "constant", "inverse"], {
      optional: true,
      description:
        "How the step size goes from learningRate to minLearningRate: linear over all epochs, inverse as 1 / (1 + centres / decayCentres); constant never falls. linear if left out, and with online constant",
    }),
    decayCentres: integer({
      min: 1,
      default: 10_000_000,
      description: "Centres after which the step size has come down to half, for inverse",
    }),
    online: boolean({
      default: false,
      description: "Follow a vocabulary that changes with the stream, such as growVocab's, in one pass without end",
    }),
    initialVectors: vectorTable({
      optional: true,
      aliases: ["pretrainedVectors"],
      description:
        "Vectors learned before, to go on from, with their subwords if they have some; what they lack begins at random",
    }),
    seed: integer({ min: 0, default: 1, description: "Seed of the first weights and of the noise words" }),
    ...trainingFields,
  },
  subwordsOf: ({ subwordUnits, maxSubword }) =>
    maxSubword === 0 ? {} : { subwordUnits: subwordUnits ?? "characters" },
  cost({ vectorSize, buckets, subwordUnits, online, workers, deterministic, ...options }, { sizes }) {
    const { vocabulary, termLength } = sizes;
    const [shortest, longest] = LENGTHS[subwordUnits];
    const { minSubword = shortest, maxSubword = longest } = options;
    // Of n-grams that terms share, each is counted for every term; strokes of characters are not known here.
    const isCounted = subwordUnits === "characters" && !online;
    const met = isCounted ? vocabulary * ngramsIn(termLength, minSubword, maxSubword) : buckets;
    const rows = vocabulary + (maxSubword === 0 ? 0 : Math.ceil(atMost(buckets, met)));
    return {
      memory: {
        bytes: bagBytes(rows + vocabulary, vectorSize) + 4 * buckets,
        from: ["vocabulary", "termLength", "buckets", "vectorSize"],
      },
      held: { bytes: 4 * rows * vectorSize, from: ["vocabulary", "buckets", "vectorSize"] },
      threads: workers ?? workersBeside(deterministic),
    };
  },
  create: (_, options): Model<"contexts", "vectors"> => fastText(options),
});

export type FastTextOptions = OptionsOf<typeof fastTextSchema>;

/** Units of the shortest and the longest subwords. Cao et al. 2018 take 3 to 12 strokes; those of 3 to 5 stand in words of any meaning. */
const LENGTHS = { characters: [3, 6], strokes: [6, 12] } as const;

/**
 * Neighbouring examples that skip-gram scores before the first of them is applied (see `GROUP_SIZE` of word2vec), and in which CBOW keeps the
 * means of places.
 */
const GROUP = { skipGram: 4, cbow: 256 } as const;

/**
 * fastText's vectors: skip-gram or CBOW over words and their character n-grams, with negative sampling or hierarchical softmax.
 *
 * In:  ContextBatch, in order, `epochs` passes. Out: Vectors (V, D) with rows of subwords (R, D): a term's vector is the mean over a row of
 * its own and those of its subwords. Loss in nats, summed over the centres. The same batches, cut in any way, give the same bytes, at any
 * number of workers unless `deterministic` is false.
 * With `online`, V is the most terms that the vocabulary can have at a time; a term that is new begins with a row of its own, and subwords go on.
 * State: 4 D (2 V + R) bytes of weights (D rounded up to 16), R the subwords that occur, at most `buckets`; 4 bytes a bucket, and 4 a subword of
 * each term; threads, until `result` or `close`.
 * @throws RangeError at the call, if an option is out of range or initialVectors are of another size; from `update`, if the weights could
 * exceed 4 GiB, the vocabulary is empty or shares no term with initialVectors, or the loss is not finite, and from `result`, if there was no
 * batch; TypeError if the vocabulary changes and it is not to be followed; Error if a thread is lost
 * @see https://github.com/facebookresearch/fastText
 * @example
 *   const model = fastText({ vectorSize: 50, epochs: 5 });
 *   for (const batch of batches) await model.update(batch);
 *   (await model.result()).mostSimilar("rivers");
 */
export function fastText(options?: FastTextOptions): UpdatedModel<"contexts", "vectors", Vectors> {
  const parsed = parseOptions(fastTextSchema, options);
  const { workers, deterministic, kernel, initialVectors, ...rest } = parsed;
  const { online, architecture, vectorSize, seed, learningRate } = parsed;
  const epochs = parsed.epochs ?? (online ? 1 : 5);
  const schedule = parsed.schedule ?? (online ? "constant" : "linear");
  const minLearningRate = parsed.minLearningRate ?? (schedule === "inverse" ? 0 : learningRate / (5 * epochs));
  const [shortest, longest] = LENGTHS[parsed.subwordUnits];
  const { minSubword = shortest, maxSubword = longest } = parsed;
  const settings = { ...rest, minSubword, maxSubword, epochs, schedule, minLearningRate };
  requireAtMost("fastText", settings, ["minLearningRate", "learningRate"]);
  if (online) requireOnline(settings);
  const form: SubwordForm = {
    units: settings.subwordUnits,
    minLength: minSubword,
    maxLength: maxSubword,
    buckets: settings.buckets,
  };
  const bucketsOf = subwordsOf("fastText", form);
  const firstRows = new FirstInputRows(vectorSize, seed, form, initialVectors);
  const buckets = form.maxLength > 0 ? form.buckets : 0;
  const records = new BagRecords();
  const cbow = architecture === "cbow";
  /** CBOW keeps the means of places, but with `online`, where the lists of their rows change, each record names all rows. */
  const keepsMeans = cbow && !online;
  const group = cbow && !keepsMeans ? 1 : GROUP[architecture];
  let vocabulary: Vocabulary | undefined;
  let engine: BagEngine | undefined;
  /** The result, which holds what the weights were. */
  let making: Promise<Vectors> | undefined;
  let made: Vectors | undefined;
  let bags: BagSettings;
  let outputs: WindowOutputs;
  let rows: TermRows;
  let writeInputs: (term: number, to: BagRecords) => void;
  let generation = -1;
  /** What the memory is laid out for: the most rows of a record follow from it. */
  let windowSize = 0;
  let [taken, examples, passes] = [0, 0, 0];

  /** @param met the buckets that had a row before, in the order of the rows */
  function start(given: Vocabulary, met: Iterable<number> = []): BagEngine {
    const { terms } = given;
    if (terms.length === 0) throw new RangeError("fastText: the vocabulary must have terms, got none");
    if (terms.length === 1 && settings.loss === "hierarchicalSoftmax")
      throw new RangeError("fastText: the vocabulary must have 2 terms or more for hierarchicalSoftmax, got 1");
    if (!online) {
      requireFixed("fastText without online", given);
      requireCounts("fastText", given);
    }
    if (initialVectors) knownRows("fastText", terms, initialVectors); // which must have some of them
    const snapshot = snapshotOf(given);
    const size = snapshot.maxSize;
    outputs = windowOutputs(settings, rowCounts(snapshot));
    rows = new TermRows(bucketsOf, size, buckets, (row, bucket) => {
      if (engine) fillBucket(engine, row, bucket);
    });
    for (const bucket of met) rows.buckets.rowOf(bucket);
    for (const term of terms) rows.push(term);
    if (!online) rows.buckets.close();
    const { lists } = rows;
    bags = {
      vectorSize,
      scoredBy: "rows",
      divides: false,
      groupSize: group,
      ...(keepsMeans ? { keptMeans: placesIn(windowSize) } : {}),
      inputRows: size + (online ? buckets : rows.buckets.buckets.length),
      outputRows: outputs.rows,
      maxInputs: keepsMeans ? 2 * windowSize : (cbow ? 2 * windowSize : 1) * (online ? MAX_LIST : lists.longest),
      maxOutputs: outputs.most(windowSize),
      lists: online ? noLists : lists.pushed,
    };
    const made = bagEngine("fastText", bags, { workers, deterministic, kernel });
    rows.buckets.buckets.forEach((bucket, i) => {
      fillBucket(made, size + i, bucket);
    });
    terms.forEach((term, id) => {
      firstRows.fillTerm(inputOf(made), term, lists.of(id));
    });
    writeInputs = online ? (term, to) => to.rows(lists.of(term)) : (term, to) => to.list(term);
    generation = snapshot.generation;
    return made;
  }

  const inputOf = ({ weights, stride }: BagEngine) => ({ input: weights.input, stride, vectorSize });

  function fillBucket(through: BagEngine, row: number, bucket: number): void {
    firstRows.fillBucket(inputOf(through), row, bucket);
  }

  async function update(batch: ContextBatch): Promise<StepStats> {
    vocabulary ??= batch.vocabulary;
    windowSize ||= batch.windowSize;
    requireWindow(batch);
    engine ??= start(vocabulary);
    const followed = batch.vocabulary !== vocabulary || online ? await follow(batch.vocabulary, engine) : nothing;
    // A group ends with its epoch.
    const before = batch.epoch + 1 !== passes && passes > 0 ? learn(engine, true) : nothing;
    passes = batch.epoch + 1;
    const waiting = records.count;
    const through = writeExamples(records, batch);
    const written = records.count - waiting; // some of them wait for a group to be whole
    taken += through;
    examples += written;
    const steps = await Promise.all([followed, before, learn(engine, false)]);
    const loss = steps.reduce((sum, step) => sum + step.loss, 0);
    if (!Number.isFinite(loss))
      throw new RangeError(
        `fastText: the loss must stay finite, got ${loss} in epoch ${batch.epoch + 1}; lower learningRate`,
      );
    return { taken: through, examples: written, loss, epoch: batch.epoch };
  }

  function requireWindow(batch: ContextBatch): void {
    const most = Math.min(windowSize, MAX_WINDOW);
    if (batch.windowSize > most)
      throw new RangeError(`fastText: windowSize must be at most ${most}, got ${batch.windowSize}`);
  }

  function writeExamples(to: BagRecords, batch: ContextBatch): number {
    const centres = schedule === "inverse" ? settings.decayCentres : epochs * batch.expectedCentres;
    const writing = { architecture, outputs, schedule: { ...settings, centres }, writeInputs, keepsMeans };
    return writeWindowExamples(to, batch, writing);
  }

  async function learn(through: BagEngine, all: boolean): Promise<BagStep> {
    const chunk = records.take(group, all);
    const step = chunk.starts.length > 1 ? await through.learn(chunk) : nothing;
    records.giveBack(chunk);
    return step;
  }

  /** Takes in a vocabulary that has changed, and learns what waits for its group to be whole before that. */
  async function follow(next: Vocabulary, through: BagEngine): Promise<BagStep> {
    if (!(online && ("generation" in next || generation < 0)) && next !== vocabulary)
      throw new TypeError("fastText: every batch must have the same vocabulary, got another one");
    vocabulary = next;
    const snapshot = snapshotOf(next);
    if (snapshot.generation === generation) return nothing;
    const waited = await learn(through, true);
    await through.idle();
    outputs = windowOutputs(settings, rowCounts(snapshot));
    snapshot.since.forEach((since, id) => {
      if (since <= generation) return;
      const term = snapshot.terms[id]!;
      rows.replace(id, term);
      firstRows.fillTerm(inputOf(through), term, rows.lists.of(id), since);
      through.weights.output.fill(0, id * through.stride, (id + 1) * through.stride);
    });
    generation = snapshot.generation;
    return waited;
  }

  /** Held-out text, in the vocabulary that was learned from; nothing may be under way. */
  function score(batch: ContextBatch): StepStats {
    if (!engine || !vocabulary)
      throw new RangeError("fastText: must have learned from windows before it scores some, got none");
    if (making) throw new RangeError("fastText: windows must be scored before the result is taken, got some after it");
    if (batch.vocabulary !== vocabulary || online)
      throw new TypeError(
        "fastText: windows to be scored must have the vocabulary that was learned from, one that stays the same",
      );
    requireWindow(batch);
    const heldOut = new BagRecords();
    const through = writeExamples(heldOut, batch);
    const scored = new BagTrainer(bags, engine).score(heldOut.take(1, true));
    return { ...scored, taken: through, epoch: batch.epoch };
  }

  function save(): StageState | undefined {
    if (!engine || making) return undefined;
    const { buckets, firstRow } = rows.buckets;
    const arrays = {
      input: engine.weights.input.subarray(0, (firstRow + buckets.length) * engine.stride),
      output: engine.weights.output,
      pending: records.save(),
      buckets: Uint32Array.from(buckets),
    };
    return { facts: { arithmetic: engine.arithmetic, generation, taken, examples, passes, windowSize }, arrays };
  }

  function restore({ facts, arrays }: StageState, { vocabulary: given }: ModelContext): void {
    if (!given) throw new TypeError("fastText: restore must be given the vocabulary of the batches to come, got none");
    vocabulary = given;
    windowSize = facts.windowSize as number;
    engine = start(given, arrays.buckets as Uint32Array);
    requireArithmetic("fastText", facts.arithmetic as string, engine.arithmetic);
    [generation, taken, examples, passes] = ["generation", "taken", "examples", "passes"].map(
      (name) => facts[name] as number,
    ) as [number, number, number, number];
    engine.weights.input.set(arrays.input!);
    engine.weights.output.set(arrays.output!);
    records.restore(arrays.pending as Uint32Array);
  }

  /** @param out takes the rows of terms, and then those of subwords, out of the weights */
  function vectorsOf(through: BagEngine, learned: Vocabulary, out: typeof copies): Vectors {
    const input = inputOf(through);
    const means = out.means(rows.lists, learned.terms.length, input);
    const { terms, values } = online ? byCount(learned, means, vectorSize) : { ...learned, values: means };
    const metadata = new Map([
      ["model", "fastText"],
      ["options", JSON.stringify({ ...settings, deterministic })],
      ["arithmetic", through.arithmetic],
      ...initialTerms(terms, initialVectors),
    ]);
    const subwords = form.maxLength > 0 ? { subwords: out.subwordRows(rows.buckets, form, input) } : {};
    return new Vectors({ terms, values, vectorSize, metadata, ...subwords });
  }

  async function result(): Promise<Vectors> {
    if (making) return making;
    if (!vocabulary || !engine)
      throw new RangeError("fastText: there must be windows to learn from before a result, got none");
    making = finish(engine, vocabulary);
    making.catch(() => {
      making = undefined; // there may be more to learn
    });
    return making;
  }

  async function finish(through: BagEngine, learned: Vocabulary): Promise<Vectors> {
    await learn(through, true);
    if (examples === 0) throw nothingLearned("fastText", contexts, taken);
    if (passes !== epochs)
      throw new RangeError(
        `fastText: must be fed as many passes over the text as its epochs, ${epochs}, got ${passes}`,
      );
    await through.finish();
    made = vectorsOf(through, learned, { means: meansWithin, subwordRows: subwordRowsWithin });
    return made;
  }

  return {
    name: "fastText",
    reads: "contexts",
    makes: "vectors",
    epochs,
    updatesUnderWay: online ? 1 : 4,
    update,
    score,
    save,
    restore,
    snapshot: () => made ?? (engine && vocabulary && vectorsOf(engine, vocabulary, copies)),
    result,
    close: () => engine?.close(),
  };
}

const copies = { means: meansOf, subwordRows: subwordRowsOf };

const nothing: BagStep = { loss: 0, examples: 0 };

/** The length of a stream is not known beforehand, and a tree belongs to one vocabulary. */
function requireOnline({ epochs, loss, schedule }: { epochs: number; loss: string; schedule: string }): void {
  const wrong = [
    ["epochs", "1", epochs, epochs === 1],
    ["schedule", "constant or inverse", schedule, schedule !== "linear"],
    ["loss", "negativeSampling", loss, loss === "negativeSampling"],
  ].find(([, , , holds]) => !holds);
  if (wrong) throw new RangeError(`fastText: ${wrong[0]} must be ${wrong[1]} with online, got ${wrong[2]}`);
}
