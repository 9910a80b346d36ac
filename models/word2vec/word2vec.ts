import { initialTerms, knownRows } from "../../kernels/embedding/knownRows.js";
import type { OutputLayer } from "../../kernels/embedding/outputRows.js";
import { scoreWindows } from "../../kernels/embedding/scoreWindows.js";
import { Vectors } from "../../kernels/embedding/vectors.js";
import { takeRows } from "../../kernels/embedding/weights.js";
import { MAX_WINDOW, weightBytes, word2vecBytes } from "../../kernels/embedding/word2vecMemory.js";
import {
  GROUP_SIZE,
  outputLayer,
  type Word2vecEngine,
  type Word2vecSettings,
  Word2vecTrainer,
} from "../../kernels/embedding/word2vecTrainer.js";
import { requireCounts, requireFixed } from "../../kernels/vocabulary/vocabulary.js";
import {
  byCount,
  FirstRows,
  rowCounts,
  snapshotOf,
  type VocabularyChange,
} from "../../kernels/vocabulary/vocabularyChange.js";
import { contexts } from "../../kinds/contexts.js";
import {
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
  type UpdatedModel,
  type Vocabulary,
  vectorTable,
} from "../../schemas/index.js";
import { trainingFields } from "../trainingFields.js";
import { requireArithmetic, workersBeside } from "../trainingKernel.js";
import { Word2vecThreads } from "./word2vecThreads.js";

export const word2vecSchema = defineUnit({
  name: "word2vec",
  kind: "model",
  reads: "contexts",
  makes: "vectors",
  resumable: true,
  summary: "Learns vectors by telling a word's neighbours from noise, while the text flows",
  paper: "Mikolov et al. 2013, arXiv:1301.3781 and arXiv:1310.4546",
  compared: {
    options: (text) => ({ buildVocab: comparedVocabulary, word2vec: { epochs: passesWithin(text, 600_000, 15) } }),
  },
  upstream: { windowContexts: { radius: "random", sample: 0.001 } },
  fields: {
    architecture: oneOf(["skipGram", "cbow"], {
      default: "skipGram",
      elsewhere: { program: "word2vec.c", default: "cbow" },
      tune: { values: ["skipGram", "cbow"] },
      description: "How a window trains: skipGram each of its words against the centre, cbow their mean",
    }),
    loss: oneOf(["negativeSampling", "hierarchicalSoftmax"], {
      default: "negativeSampling",
      description: "What a centre is told apart from: noise words, or the turns of its path in a Huffman tree",
    }),
    vectorSize: integer({
      min: 1,
      max: 4096,
      default: 100,
      aliases: lengthNames,
      tune: { from: 50, to: 400, scale: "log" },
      description: "Length of a word vector (D)",
    }),
    negative: integer({
      min: 1,
      max: 25,
      default: 5,
      aliases: ["neg"],
      tune: { from: 3, to: 20, scale: "log" },
      description: "Noise words per centre, for negativeSampling",
    }),
    exponent: number({
      min: 0,
      max: 1,
      default: 0.75,
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
      optional: true,
      aliases: rateNames,
      tune: { from: 0.005, to: 0.2, scale: "log" },
      description: "Step size at the start; 0.025 for skipGram and 0.05 for cbow if left out, as in word2vec.c",
    }),
    minLearningRate: number({
      min: 0,
      optional: true,
      description:
        "Step size at the end of a linear schedule; if left out, learningRate / (2 x epochs) with negativeSampling and learningRate / (5 x epochs) with hierarchicalSoftmax, so that even the last steps count; word2vec.c takes 0.0001 x learningRate",
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
    cbowMean: boolean({
      default: true,
      description: "Train the mean of a window's rows, for cbow; false trains their sum",
    }),
    initialVectors: vectorTable({
      optional: true,
      aliases: ["pretrainedVectors"],
      description: "Vectors learned before, to go on from; terms without one begin at random",
    }),
    seed: integer({ min: 0, default: 1, description: "Seed of the first weights and of the noise words" }),
    ...trainingFields,
  },
  cost: ({ vectorSize, workers, deterministic }, { sizes }) => ({
    memory: { bytes: word2vecBytes(sizes.vocabulary, vectorSize), from: ["vocabulary", "vectorSize"] },
    // The result lies in the memory that was learned in.
    held: { bytes: word2vecBytes(sizes.vocabulary, vectorSize), from: ["vocabulary", "vectorSize"] },
    threads: workers ?? workersBeside(deterministic),
  }),
  create: (_, options): Model<"contexts", "vectors"> => word2vec(options),
});

export type Word2vecOptions = OptionsOf<typeof word2vecSchema>;

/** Both matrices together; what a 32-bit memory can hold, less what is needed beside them. */
const MAX_WEIGHT_BYTES = 3.75 * 2 ** 30;

/**
 * word2vec: skip-gram or CBOW, with negative sampling or hierarchical softmax, from batches of context windows.
 *
 * In:  ContextBatch, in order, `epochs` passes. Out: Vectors (V, D), the input rows. Loss in nats, summed over the examples:
 * pairs of centre and context for skip-gram, centres for CBOW. The same batches, cut in any way, give the same bytes, at any number of
 * workers unless `deterministic` is false.
 * With `online`, V is the most terms that the vocabulary can have at a time. A row that another term was given begins afresh, and noise
 * words follow the running counts, from the first centre on that comes with a new snapshot.
 * The result lies in the place of the weights: nothing can be learned or scored after it, and it keeps their memory.
 * State: 8 V D bytes of weights (D rounded up to 16) + 8 V for noise words or some 80 V for Huffman paths; threads, until `result` or
 * `close`.
 * @throws RangeError at the call, if an option is out of range or initialVectors are of another size; from `update`, if the weights
 * exceed 3.75 GiB, the vocabulary is empty or shares no term with initialVectors, or the loss is not finite, and from `result`, if
 * there was no batch; TypeError if the vocabulary changes and it is not to be followed; Error if a thread is lost
 * @see https://github.com/tmikolov/word2vec; online: Kaji and Kobayashi 2017, ACL D17-1037, and May et al. 2017, arXiv:1704.07463
 * @example
 *   const model = word2vec({ vectorSize: 50, epochs: 5 });
 *   for (const batch of batches) await model.update(batch);
 *   (await model.result()).mostSimilar("river");
 */
export function word2vec(options?: Word2vecOptions): UpdatedModel<"contexts", "vectors", Vectors> {
  const parsed = parseOptions(word2vecSchema, options);
  const learningRate = parsed.learningRate ?? (parsed.architecture === "skipGram" ? 0.025 : 0.05);
  const { workers: _, deterministic, kernel, initialVectors, ...rest } = parsed;
  const { online } = parsed;
  const epochs = parsed.epochs ?? (online ? 1 : 5);
  const schedule = parsed.schedule ?? (online ? "constant" : "linear");
  if (online) requireOnline({ ...parsed, epochs, schedule });
  const finalShare = 1 / ((parsed.loss === "negativeSampling" ? 2 : 5) * epochs);
  const minLearningRate = parsed.minLearningRate ?? (schedule === "inverse" ? 0 : finalShare * learningRate);
  const settings = { ...rest, epochs, schedule, learningRate, minLearningRate };
  requireAtMost("word2vec", settings, ["minLearningRate", "learningRate"]);
  const workers = parsed.workers ?? workersBeside(deterministic);
  if (initialVectors && initialVectors.vectorSize !== settings.vectorSize) {
    const found = `${settings.vectorSize} numbers a term, got ${initialVectors.vectorSize}`;
    throw new RangeError(`word2vec: initialVectors must be of vectorSize = ${found}`);
  }
  let vocabulary: Vocabulary | undefined;
  let engine: Word2vecEngine | undefined;
  /** The result, in the memory of the weights: nothing is learned once it was asked for. */
  let making: Promise<Vectors> | undefined;
  let made: Vectors | undefined;
  let arithmetic = "double";
  let last: ContextBatch | undefined;
  /** What held-out windows are scored by. */
  let layer: OutputLayer | undefined;
  /** Of all steps so far. */
  let [taken, examples] = [0, 0];
  const firstRows = new FirstRows(settings.vectorSize, settings.seed, online ? initialVectors : undefined);
  /** With `online`: the snapshot that the engine has taken in, and the position of the first centre that came with it. */
  let generation = -1;
  /** Passes that have begun. */
  let passes = 0;
  let generationStart = 0;

  function start(given: Vocabulary): Word2vecEngine {
    const { terms, counts } = given;
    if (terms.length === 0) throw new RangeError("word2vec: the vocabulary must have terms, got none");
    if (terms.length === 1 && settings.loss === "hierarchicalSoftmax")
      throw new RangeError("word2vec: the vocabulary must have 2 terms or more for hierarchicalSoftmax, got 1");
    if (online) {
      const snapshot = snapshotOf(given);
      requireRoom(snapshot.maxSize, "the vocabulary's maxSize");
      return makeEngine(rowCounts(snapshot));
    }
    requireFixed("word2vec without online", given);
    requireCounts("word2vec", given);
    requireRoom(terms.length, "minCount");
    const rows = initialVectors && knownRows("word2vec", terms, initialVectors);
    const made = makeEngine(counts);
    if (rows) takeRows(made.weights.input, rows, initialVectors);
    return made;
  }

  function requireRoom(rows: number, bound: string): void {
    const bytes = weightBytes(rows, settings.vectorSize);
    if (bytes <= MAX_WEIGHT_BYTES) return;
    const found = `${rows} terms x ${settings.vectorSize} = ${(bytes / 2 ** 30).toFixed(1)} GiB`;
    const way = `${bound === "minCount" ? "raise" : "lower"} ${bound} or lower vectorSize`;
    throw new RangeError(`word2vec: weights must fit into 3.75 GiB, got ${found}; ${way}`);
  }

  function makeEngine(counts: Float64Array): Word2vecEngine {
    if (kernel === "reference") return new Word2vecTrainer(settings, counts);
    const threads = new Word2vecThreads(settings, counts, { workers, deterministic, fused: kernel === "auto" });
    arithmetic = threads.arithmetic;
    return threads;
  }

  function update(batch: ContextBatch): StepStats | Promise<StepStats> {
    if (making) throw new RangeError("word2vec: windows must be learned before the result is taken, got some after it");
    if (batch.windowSize > MAX_WINDOW)
      throw new RangeError(`word2vec: windowSize must be at most ${MAX_WINDOW}, got ${batch.windowSize}`);
    vocabulary ??= batch.vocabulary;
    engine ??= start(vocabulary);
    const change = changeBefore(batch);
    passes = batch.epoch + 1;
    last = batch;
    const step = engine.update(batch, change);
    return step instanceof Promise ? step.then(learned) : learned(step);
  }

  function learned(step: StepStats): StepStats {
    if (!Number.isFinite(step.loss))
      throw new RangeError(
        `word2vec: the loss must stay finite, got ${step.loss} in epoch ${step.epoch + 1}; lower learningRate`,
      );
    taken += step.taken;
    examples += step.examples;
    return step;
  }

  /** What the engine must change before it learns from a batch. */
  function changeBefore({ vocabulary: next, position }: ContextBatch): VocabularyChange | undefined {
    const isFollowed = online && ("generation" in next || generation < 0);
    if (next !== vocabulary && !isFollowed)
      throw new TypeError("word2vec: every batch must have the same vocabulary, got another one");
    vocabulary = next;
    if (!online) return undefined;
    const snapshot = snapshotOf(next);
    if (snapshot.generation === generation) return undefined;
    const change = firstRows.changeAfter(generation, snapshot);
    generation = snapshot.generation;
    generationStart = position;
    return change;
  }

  /**
   * The weights, and the centres of the group under way, which were scored with these weights and not applied. Undefined where such
   * a group began before the last batch.
   */
  function save(): StageState | undefined {
    if (!engine || !last || making) return undefined;
    const { ids, sentenceOffsets, radius, vocabulary: _, documentOffsets: __, documents: ___, ...rest } = last;
    const end = last.position + last.endCentre - last.firstCentre;
    const held = Math.min(end % GROUP_SIZE[settings.architecture], end - generationStart);
    const firstCentre = last.endCentre - held;
    if (firstCentre < last.firstCentre) return undefined;
    const position = last.position + firstCentre - last.firstCentre;
    const arrays = { ...engine.weights, ids, sentenceOffsets, radius };
    const counts = online ? { counts: rowCounts(snapshotOf(last.vocabulary)) } : {}; // whose noise the group was given
    return {
      facts: { ...rest, firstCentre, position, arithmetic, generation, generationStart, taken, examples },
      arrays: { ...arrays, ...counts },
    };
  }

  function restore({ facts, arrays }: StageState, { vocabulary: given }: ModelContext): void {
    if (!given) throw new TypeError("word2vec: restore must be given the vocabulary of the batches to come, got none");
    vocabulary = given;
    engine = start(given);
    const { arithmetic: before, generation: known, generationStart: knownStart, ...counted } = facts;
    [generation, generationStart] = [known as number, knownStart as number];
    const { taken: takenBefore, examples: examplesBefore, ...rest } = counted;
    [taken, examples] = [takenBefore as number, examplesBefore as number];
    requireArithmetic("word2vec", before as string, arithmetic);
    const { input, output, counts, ...held } = arrays;
    passes = (rest.epoch as number) + 1;
    engine.weights.input.set(input!);
    engine.weights.output.set(output!);
    const change = counts && { ...firstRows.nothing, counts: counts as Float64Array };
    const scoring = engine.update({ ...rest, ...held, vocabulary } as unknown as ContextBatch, change);
    if (scoring instanceof Promise) scoring.catch(() => {}); // the next update fails as well
  }

  /** Held-out text, in the vocabulary that was learned from; nothing may be under way. */
  function score(batch: ContextBatch): StepStats {
    if (!engine || !vocabulary)
      throw new RangeError("word2vec: must have learned from windows before it scores some, got none");
    if (making) throw new RangeError("word2vec: windows must be scored before the result is taken, got some after it");
    if (batch.vocabulary !== vocabulary || online)
      throw new TypeError(
        "word2vec: windows to be scored must have the vocabulary that was learned from, one that stays the same",
      );
    layer ??= outputLayer(settings, vocabulary.counts);
    return scoreWindows(settings, layer, engine.weights, batch);
  }

  function snapshot(): Vectors | undefined {
    return made ?? (engine && vocabulary && vectorsOf(engine.rows(), vocabulary));
  }

  async function result(): Promise<Vectors> {
    if (making) return making;
    if (!vocabulary || !engine)
      throw new RangeError("word2vec: there must be windows to learn from before a result, got none");
    if (examples === 0) throw nothingLearned("word2vec", contexts, taken);
    if (passes !== epochs)
      throw new RangeError(
        `word2vec: must be fed as many passes over the text as its epochs, ${epochs}, got ${passes}`,
      );
    making = finish(engine, vocabulary);
    return making;
  }

  async function finish(through: Word2vecEngine, learned: Vocabulary): Promise<Vectors> {
    made = vectorsOf(await through.finish(), learned);
    return made;
  }

  function vectorsOf(rows: Float32Array, learned: Vocabulary): Vectors {
    const { terms, values } = online ? byCount(learned, rows, settings.vectorSize) : { ...learned, values: rows };
    const metadata = new Map([
      ["model", "word2vec"],
      ["options", JSON.stringify({ ...settings, deterministic })],
      ["arithmetic", arithmetic],
      ...initialTerms(terms, initialVectors),
    ]);
    const idOf = online ? undefined : (term: string) => learned.idOf(term);
    return new Vectors({ terms, values, vectorSize: settings.vectorSize, metadata }, idOf);
  }

  return {
    name: "word2vec",
    reads: "contexts",
    makes: "vectors",
    epochs: settings.epochs,
    updatesUnderWay: 4,
    update,
    score,
    save,
    restore,
    snapshot,
    result,
    close: () => engine?.close(),
  };
}

/** The length of a stream is not known beforehand, and a tree belongs to one vocabulary. */
function requireOnline({ epochs, loss, schedule }: Pick<Word2vecSettings, "epochs" | "loss" | "schedule">): void {
  const wrong = [
    ["epochs", "1", epochs, epochs === 1],
    ["schedule", "constant or inverse", schedule, schedule !== "linear"],
    ["loss", "negativeSampling", loss, loss === "negativeSampling"],
  ].find(([, , , holds]) => !holds);
  if (wrong) throw new RangeError(`word2vec: ${wrong[0]} must be ${wrong[1]} with online, got ${wrong[2]}`);
}
