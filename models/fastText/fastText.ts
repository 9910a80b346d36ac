import { initialTerms, knownRows } from "../../kernels/embedding/knownRows.js";
import { Vectors } from "../../kernels/embedding/vectors.js";
import { bagStride } from "../../kernels/linear/bagMemory.js";
import { BagRecords } from "../../kernels/linear/bagRecords.js";
import { type BagEngine, type BagSettings, BagTrainer, noLists } from "../../kernels/linear/bagTrainer.js";
import { type WindowOutputs, windowOutputs, writeWindowExamples } from "../../kernels/linear/windowExamples.js";
import { drawUniform, type RandomStream, randomStream } from "../../kernels/numbers/random.js";
import { BucketRows } from "../../kernels/subwords/bucketRows.js";
import { subwordsOf } from "../../kernels/subwords/subwordBuckets.js";
import { TermLists } from "../../kernels/subwords/termLists.js";
import { requireFixed } from "../../kernels/vocabulary/vocabulary.js";
import { byCount, rowCounts, snapshotOf } from "../../kernels/vocabulary/vocabularyChange.js";
import {
  boolean,
  type ContextBatch,
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
  rateNames,
  requireAtMost,
  type StageState,
  type StepStats,
  type SubwordForm,
  type SubwordRows,
  threadNames,
  type UpdatedModel,
  type Vocabulary,
  vectorTable,
} from "../../schemas/index.js";
import { BagThreads } from "../linear/bagThreads.js";
import { workersBeside } from "../trainingKernel.js";

export const fastTextSchema = defineUnit({
  name: "fastText",
  kind: "model",
  reads: "contexts",
  makes: "vectors",
  resumable: true,
  summary: "Learns vectors of words and of their subwords, so that words that were never seen have one too",
  paper: "Bojanowski et al. 2017, arXiv:1607.04606",
  upstream: { windowContexts: { radius: "random", sample: 0.0001 } },
  languages: { chinese: { minSubword: 1, maxSubword: 4 } },
  fields: {
    architecture: oneOf(["skipGram", "cbow"], {
      default: "skipGram",
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
      description: "Length of a word vector (D)",
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
      default: 6,
      aliases: ["maxn"],
      description: "Characters of the longest subword; 0 for none",
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
      description: "Noise words per pair, for negativeSampling",
    }),
    exponent: number({
      min: 0,
      max: 1,
      default: 0.5,
      description: "Noise words are drawn in proportion to their count raised to this power",
    }),
    epochs: integer({
      min: 1,
      optional: true,
      aliases: epochNames,
      description: "Passes over the corpus; 5 if left out, and with online 1",
    }),
    learningRate: number({
      min: 0,
      aboveMin: true,
      default: 0.05,
      aliases: rateNames,
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
        "The same bytes for any number of workers; false lets them write to the same rows at the same time (Hogwild), which is faster",
    }),
    kernel: oneOf(["auto", "plain", "reference"], {
      default: "auto",
      description:
        "How steps are computed: auto: compiled, with fused multiply-add where the processor has it; plain: compiled, the same bytes on every machine; reference: TypeScript",
    }),
  },
  create: (_, options): Model<"contexts", "vectors"> => fastText(options),
});

export type FastTextOptions = OptionsOf<typeof fastTextSchema>;

/** Rows of a term at most: its own, and its first subwords; only of what is hardly a word are there more. */
const MAX_LIST = 1024;

/** Neighbouring examples that are scored before the first of them is applied; see `GROUP_SIZE` of word2vec. */
const GROUP = { skipGram: 4, cbow: 1 } as const;

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
  const { workers: _, deterministic, kernel, initialVectors, ...rest } = parsed;
  const { online, architecture, vectorSize, seed, learningRate } = parsed;
  const epochs = parsed.epochs ?? (online ? 1 : 5);
  const schedule = parsed.schedule ?? (online ? "constant" : "linear");
  const minLearningRate = parsed.minLearningRate ?? (schedule === "inverse" ? 0 : learningRate / (5 * epochs));
  const settings = { ...rest, epochs, schedule, minLearningRate };
  requireAtMost("fastText", settings, ["minLearningRate", "learningRate"]);
  if (online) requireOnline(settings);
  const workers = parsed.workers ?? workersBeside(deterministic);
  const form: SubwordForm = {
    units: "characters",
    minLength: settings.minSubword,
    maxLength: settings.maxSubword,
    buckets: settings.buckets,
  };
  const bucketsOf = subwordsOf("fastText", form);
  if (initialVectors && initialVectors.vectorSize !== vectorSize) {
    const found = `${vectorSize} numbers a term, got ${initialVectors.vectorSize}`;
    throw new RangeError(`fastText: initialVectors must be of vectorSize = ${found}`);
  }
  const initialSubwords = initialBuckets(initialVectors?.subwords, form);
  const records = new BagRecords();
  let vocabulary: Vocabulary | undefined;
  let engine: BagEngine | undefined;
  let outputs: WindowOutputs;
  let rows: BucketRows;
  let lists = new TermLists();
  let writeInputs: (term: number) => void = () => {};
  let generation = -1;
  /** What the memory is laid out for: the most rows of a record follow from it. */
  let windowSize = 0;
  let [taken, examples, passes] = [0, 0, 0];

  function start(given: Vocabulary, windowSize: number): BagEngine {
    const { terms } = given;
    if (terms.length === 0) throw new RangeError("fastText: the vocabulary must have terms, got none");
    if (terms.length === 1 && settings.loss === "hierarchicalSoftmax")
      throw new RangeError("fastText: the vocabulary must have 2 terms or more for hierarchicalSoftmax, got 1");
    if (!online) requireFixed("fastText without online", given);
    const snapshot = snapshotOf(given);
    const size = snapshot.maxSize;
    outputs = windowOutputs(settings, rowCounts(snapshot));
    rows = new BucketRows(form.maxLength > 0 ? form.buckets : 0, size, (row, bucket) => {
      if (engine) fillBucket(engine, row, bucket);
    });
    takeApart(terms);
    const bags: BagSettings = {
      vectorSize,
      scoredBy: "rows",
      divides: false,
      groupSize: GROUP[architecture],
      inputRows: online ? size + (form.maxLength > 0 ? form.buckets : 0) : size + rows.buckets.length,
      outputRows: outputs.rows,
      maxInputs: (architecture === "skipGram" ? 1 : 2 * windowSize) * (online ? MAX_LIST : lists.longest),
      maxOutputs: outputs.most(windowSize),
      lists: online ? noLists : lists.pushed,
    };
    requireRoom(bags);
    const made =
      kernel === "reference"
        ? new BagTrainer(bags)
        : new BagThreads(bags, { who: "fastText", workers, deterministic, fused: kernel === "auto" });
    rows.buckets.forEach((bucket, i) => {
      fillBucket(made, size + i, bucket);
    });
    const known = initialVectors && knownRows("fastText", terms, initialVectors);
    terms.forEach((_, id) => {
      fillTerm(made, id, known?.[id] ?? -1);
    });
    writeInputs = online ? (term) => writeRows(lists.of(term)) : (term) => records.list(term);
    generation = snapshot.generation;
    return made;
  }

  function takeApart(terms: readonly string[]): void {
    lists = new TermLists();
    terms.forEach((term, id) => {
      lists.push(rowsOf(term, id));
    });
  }

  const rowsOf = (term: string, id: number): number[] => [
    id,
    ...bucketsOf(term)
      .slice(0, MAX_LIST - 1)
      .map((bucket) => rows.rowOf(bucket)),
  ];

  function writeRows(list: Uint32Array): void {
    for (const row of list) records.row(row);
  }

  function fillBucket({ weights, stride }: BagEngine, row: number, bucket: number): void {
    const known = initialSubwords.get(bucket);
    const at = row * stride;
    if (known) weights.input.set(known, at);
    else fillUniform(weights.input, at, vectorSize, randomStream(seed, "subwords"), bucket);
  }

  /** The row of its own of a term, by which the mean over its list is the vector that it begins with. */
  function fillTerm({ weights, stride }: BagEngine, id: number, known: number, since = 0): void {
    const at = id * stride;
    fillUniform(weights.input, at, vectorSize, randomStream(seed, "weights", since), id);
    if (known < 0) return;
    const list = lists.of(id);
    for (let d = 0; d < vectorSize; d++) {
      let own = list.length * initialVectors!.values[known * vectorSize + d]!;
      for (const row of list.subarray(1)) own -= weights.input[row * stride + d]!;
      weights.input[at + d] = own;
    }
  }

  async function update(batch: ContextBatch): Promise<StepStats> {
    vocabulary ??= batch.vocabulary;
    windowSize ||= batch.windowSize;
    engine ??= start(vocabulary, windowSize);
    if (batch.vocabulary !== vocabulary || online) await follow(batch.vocabulary, engine);
    let before: Promise<unknown> | undefined;
    if (batch.epoch + 1 !== passes && passes > 0) before = learn(engine, true); // a group ends with its epoch
    passes = batch.epoch + 1;
    const { decayCentres, epochs: all } = settings;
    const centres = schedule === "inverse" ? decayCentres : all * batch.expectedCentres;
    const waiting = records.count;
    const through = writeWindowExamples(records, batch, settings, outputs, { ...settings, centres }, writeInputs);
    const written = records.count - waiting; // some of them wait for a group to be whole
    taken += through;
    examples += written;
    const step = learn(engine, false);
    const [ended, done] = [(await before) as { loss: number; examples: number } | undefined, await step];
    const loss = done.loss + (ended?.loss ?? 0);
    if (!Number.isFinite(loss))
      throw new RangeError(
        `fastText: the loss must stay finite, got ${loss} in epoch ${batch.epoch}; lower learningRate`,
      );
    return { taken: through, examples: written, loss, epoch: batch.epoch };
  }

  async function learn(through: BagEngine, all: boolean) {
    const chunk = records.take(GROUP[architecture], all);
    return chunk.starts.length > 1 ? through.learn(chunk) : { loss: 0, examples: 0 };
  }

  /** Takes in a vocabulary that has changed. */
  async function follow(next: Vocabulary, through: BagEngine): Promise<void> {
    if (!(online && ("generation" in next || generation < 0)) && next !== vocabulary)
      throw new TypeError("fastText: every batch must have the same vocabulary, got another one");
    vocabulary = next;
    const snapshot = snapshotOf(next);
    if (snapshot.generation === generation) return;
    await learn(through, true);
    await through.idle();
    outputs = windowOutputs(settings, rowCounts(snapshot));
    const { input: __, output } = through.weights;
    snapshot.since.forEach((since, id) => {
      if (since <= generation) return;
      const term = snapshot.terms[id]!;
      lists.replace(id, rowsOf(term, id));
      fillTerm(through, id, initialVectors?.terms.indexOf(term) ?? -1, since);
      output.fill(0, id * through.stride, (id + 1) * through.stride);
    });
    generation = snapshot.generation;
  }

  function save(): StageState | undefined {
    if (!engine || !vocabulary) return undefined;
    const arrays = {
      input: engine.weights.input.slice(0, (snapshotOf(vocabulary).maxSize + rows.buckets.length) * engine.stride),
      output: engine.weights.output.slice(),
      pending: records.save(),
      buckets: Uint32Array.from(rows.buckets),
    };
    return { facts: { arithmetic: engine.arithmetic, generation, taken, examples, passes, windowSize }, arrays };
  }

  function restore({ facts, arrays }: StageState, { vocabulary: given }: ModelContext): void {
    if (!given) throw new TypeError("fastText: restore must be given the vocabulary of the batches to come, got none");
    vocabulary = given;
    windowSize = facts.windowSize as number;
    engine = start(given, windowSize);
    if (facts.arithmetic !== engine.arithmetic)
      throw new RangeError(
        `fastText: training must go on with the arithmetic that it began with, ${facts.arithmetic}, got ${engine.arithmetic} on this machine`,
      );
    [generation, taken, examples, passes] = [facts.generation, facts.taken, facts.examples, facts.passes] as [
      number,
      number,
      number,
      number,
    ];
    rows = new BucketRows(form.maxLength > 0 ? form.buckets : 0, snapshotOf(given).maxSize);
    for (const bucket of arrays.buckets!) rows.rowOf(bucket);
    takeApart(given.terms);
    engine.weights.input.set(arrays.input!);
    engine.weights.output.set(arrays.output!);
    records.restore(arrays.pending as Uint32Array);
  }

  function vectorsOf({ weights: { input }, stride }: BagEngine, learned: Vocabulary): Vectors {
    const means = new Float32Array(learned.terms.length * vectorSize);
    const sum = new Float64Array(vectorSize);
    learned.terms.forEach((_, id) => {
      const list = lists.of(id);
      sum.fill(0);
      for (const row of list) for (let d = 0; d < vectorSize; d++) sum[d]! += input[row * stride + d]!;
      for (let d = 0; d < vectorSize; d++) means[id * vectorSize + d] = sum[d]! / list.length;
    });
    const { terms, values } = online ? byCount(learned, means, vectorSize) : { ...learned, values: means };
    const metadata = new Map([
      ["model", "fastText"],
      ["options", JSON.stringify({ ...settings, deterministic })],
      ["arithmetic", engine!.arithmetic],
      ...initialTerms(terms, initialVectors),
    ]);
    const table = { terms, values, vectorSize, metadata };
    if (form.maxLength === 0) return new Vectors(table);
    const size = snapshotOf(learned).maxSize;
    const order = rows.ascending();
    const subwords = new Float32Array(order.length * vectorSize);
    order.forEach((place, i) => {
      const at = (size + place) * stride;
      subwords.set(input.subarray(at, at + vectorSize), i * vectorSize);
    });
    const buckets = Uint32Array.from(order, (place) => rows.buckets[place]!);
    return new Vectors({ ...table, subwords: { form, buckets, values: subwords } });
  }

  async function result(): Promise<Vectors> {
    if (!vocabulary || !engine)
      throw new RangeError("fastText: there must be windows to learn from before a result, got none");
    await learn(engine, true);
    if (examples === 0) throw nothingLearned("fastText", taken);
    if (passes !== epochs)
      throw new RangeError(
        `fastText: must be fed as many passes over the text as its epochs, ${epochs}, got ${passes}`,
      );
    await engine.finish();
    return vectorsOf(engine, vocabulary);
  }

  return {
    name: "fastText",
    reads: "contexts",
    makes: "vectors",
    epochs,
    updatesUnderWay: online ? 1 : 4,
    update,
    save,
    restore,
    snapshot: () => engine && vocabulary && vectorsOf(engine, vocabulary),
    result,
    close: () => engine?.close(),
  };
}

const MAX_BYTES = 3.9 * 2 ** 30;

function requireRoom({ inputRows, outputRows, vectorSize }: BagSettings): void {
  const bytes = 4 * (inputRows + outputRows) * bagStride(vectorSize);
  if (bytes <= MAX_BYTES) return;
  const found = `${inputRows + outputRows} rows x ${vectorSize} = ${(bytes / 2 ** 30).toFixed(1)} GiB`;
  throw new RangeError(
    `fastText: weights must fit into 3.9 GiB, got ${found}; lower buckets or vectorSize, or raise minCount`,
  );
}

/** The length of a stream is not known beforehand, and a tree belongs to one vocabulary. */
function requireOnline({ epochs, loss, schedule }: { epochs: number; loss: string; schedule: string }): void {
  const wrong = [
    ["epochs", "1", epochs, epochs === 1],
    ["schedule", "constant or inverse", schedule, schedule !== "linear"],
    ["loss", "negativeSampling", loss, loss === "negativeSampling"],
  ].find(([, , , holds]) => !holds);
  if (wrong) throw new RangeError(`fastText: ${wrong[0]} must be ${wrong[1]} with online, got ${wrong[2]}`);
}

/** Numbers in [-1 / D, 1 / D), as fastText begins. */
function fillUniform(values: Float32Array, at: number, size: number, stream: RandomStream, row: number): void {
  for (let d = 0; d < size; d++) values[at + d] = (2 * drawUniform(stream, row * size + d) - 1) / size;
}

/** The rows of the subwords that vectors were learned with before, if theirs are of the same form. */
function initialBuckets(subwords: SubwordRows | undefined, form: SubwordForm): ReadonlyMap<number, Float32Array> {
  const known = new Map<number, Float32Array>();
  if (!subwords) return known;
  for (const part of ["units", "minLength", "maxLength", "buckets"] as const)
    if (subwords.form[part] !== form[part])
      throw new RangeError(
        `fastText: initialVectors must have subwords of the same form, got ${part} ${subwords.form[part]} for ${form[part]}`,
      );
  const size = subwords.values.length / subwords.buckets.length;
  subwords.buckets.forEach((bucket, i) => {
    known.set(bucket, subwords.values.subarray(i * size, (i + 1) * size));
  });
  return known;
}
