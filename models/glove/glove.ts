import { availableParallelism, tmpdir } from "node:os";
import { scoreCells } from "../../kernels/embedding/glove.js";
import {
  type GloveJob,
  type GloveLayout,
  gloveJob,
  gloveLayout,
  readParameters,
  writeFirstParameters,
} from "../../kernels/embedding/gloveThread.js";
import { type CellStore, gloveRounds, readTiles } from "../../kernels/embedding/gloveTiles.js";
import { gloveRows, requireWidth, startFrom } from "../../kernels/embedding/gloveVectors.js";
import { initialTerms } from "../../kernels/embedding/knownRows.js";
import { Vectors } from "../../kernels/embedding/vectors.js";
import { sharedMemory, type WasmMemory } from "../../kernels/numbers/webAssembly.js";
import {
  boolean,
  byteSize,
  bytesOf,
  comparedVocabulary,
  defineUnit,
  epochNames,
  type FinalCooccurrence,
  type FittedModel,
  integer,
  lengthNames,
  type Model,
  number,
  type OptionsOf,
  oneOf,
  parseOptions,
  passesWithin,
  rateNames,
  type StageState,
  type StepStats,
  text,
  threadNames,
  vectorTable,
} from "../../schemas/index.js";
import { fitsCells, placeCells } from "./gloveCells.js";
import { startThreads, tilesKernel } from "./gloveThreads.js";

export const gloveSchema = defineUnit({
  name: "glove",
  kind: "model",
  reads: "cooccurrence",
  makes: "vectors",
  summary: "Learns vectors whose products fit the logarithm of a finished co-occurrence table",
  paper: "Pennington et al. 2014, EMNLP, D14-1162",
  compared: {
    options: (text) => ({ buildVocab: comparedVocabulary, glove: { epochs: passesWithin(text, 500_000, 25) } }),
  },
  upstream: { windowContexts: { windowSize: 10, boundary: "document" } },
  fields: {
    vectorSize: integer({
      min: 1,
      max: 4096,
      default: 100,
      aliases: lengthNames,
      elsewhere: { program: "GloVe's glove", default: 50 },
      tune: { from: 50, to: 400, scale: "log" },
      description: "Length of a word vector (D)",
    }),
    xMax: number({
      min: 0,
      aboveMin: true,
      default: 10,
      elsewhere: { program: "GloVe's glove", default: 100 },
      tune: { from: 2, to: 200, scale: "log" },
      description:
        "Weight from which on a cell counts fully; 10 as in GloVe's own demo, and very large corpora want 100",
    }),
    exponent: number({
      min: 0,
      default: 0.75,
      tune: { from: 0.3, to: 1, scale: "linear" },
      description: "How steeply a cell's importance rises below xMax (the paper's alpha)",
    }),
    epochs: integer({
      min: 1,
      default: 25,
      aliases: epochNames,
      tune: { from: 5, to: 100, scale: "log" },
      description: "Passes over the table; the paper takes 50, and 100 from vectorSize 300 on",
    }),
    learningRate: number({
      min: 0,
      aboveMin: true,
      default: 0.05,
      aliases: rateNames,
      tune: { from: 0.01, to: 0.2, scale: "log" },
      description: "Step size of AdaGrad",
    }),
    tolerance: number({
      min: 0,
      optional: true,
      description: "Stop once the mean loss falls by less than this part of itself from one epoch to the next",
    }),
    output: oneOf(["sum", "word", "context", "concatenated", "both"], {
      default: "sum",
      description:
        "What a term's vector is: sum: w + w~ (D); word: w (D); context: w~ (D); concatenated: w, w~ (2D); both: w, b, w~, b~ with the biases (2D + 2)",
    }),
    workers: integer({
      min: 1,
      max: 256,
      optional: true,
      aliases: threadNames,
      description:
        "Threads that train; as many as there are processors if left out; they change the result only if not deterministic",
    }),
    deterministic: boolean({
      default: true,
      description:
        "The same bytes for any number of workers; false lets them write to the same rows at the same time (Hogwild), which is faster",
    }),
    memory: byteSize({
      default: "2GB",
      description: "Memory for the table's cells, 8 bytes each; a larger table is kept in a file, with the same result",
    }),
    scratch: text({
      optional: true,
      file: "output",
      description: "Folder for what does not fit in memory; the system's folder for temporary files if left out",
    }),
    initialVectors: vectorTable({
      optional: true,
      description: "Vectors learned before, to go on from; terms without one begin at random",
    }),
    seed: integer({ min: 0, default: 1, description: "Seed of the first vectors and of the order of cells" }),
  },
  cost({ vectorSize, memory, workers: threads = availableParallelism() }, { sizes }) {
    const { vocabulary, cooccurrences } = sizes;
    const [cells, room] = [8 * cooccurrences, bytesOf(memory)];
    const { bytes } = gloveLayout(vocabulary, vectorSize, threads);
    return {
      memory: {
        bytes: bytes + (fitsCells(cooccurrences, room) ? cells : 0),
        from: ["vocabulary", "vectorSize", "memory"],
      },
      held: { bytes: 4 * vocabulary * vectorSize, from: ["vocabulary", "vectorSize"] },
      ...(fitsCells(cooccurrences, room) ? {} : { scratch: { bytes: cells, from: ["cooccurrences"] } }),
      threads,
    };
  },
  create: (_, options): Model<"cooccurrence", "vectors"> => glove(options),
});

export type GloveOptions = OptionsOf<typeof gloveSchema>;

/**
 * GloVe over a finished table: weighted least squares on ln x, with AdaGrad in single precision, tile by tile of 512 x 512 terms in
 * random order, on several threads.
 *
 * In:  FinalCooccurrence, N cells over V terms. Out: Vectors (V, D), or wider by `output`. One StepStats an epoch; its loss is
 * the sum of 1/2 f(x) diff^2, and divided by its examples what Stanford's program prints.
 * State: 16 V (D + 3) bytes of parameters, at most 4 GiB, shared by the threads, and 8 N bytes of cells, in a file if they are more
 * than `memory`; while the table is read, 8 bytes more for each cell of the 512 fullest rows, and 8 KiB for each 512 terms.
 * @throws RangeError at the call, if an option is out of range or initialVectors are of another width; from `fit`, if the table is
 * empty, initialVectors have none of its terms, a saved state is of another size, or the loss is not finite
 * @see Pennington et al. 2014, https://nlp.stanford.edu/pubs/glove.pdf; Stanford's glove.c
 * @example
 *   const model = glove({ vectorSize: 50, xMax: 10, epochs: 15 });
 *   for await (const { epoch, loss, examples } of model.fit(table)) console.log(epoch, loss / examples);
 *   (await model.result()).mostSimilar("river");
 */
export function glove(options?: GloveOptions): FittedModel<"cooccurrence", "vectors", Vectors> {
  const settings = parseOptions(gloveSchema, options);
  const {
    vectorSize,
    epochs,
    tolerance,
    output,
    seed,
    initialVectors,
    workers: threads = availableParallelism(),
  } = settings;
  if (initialVectors) requireWidth(vectorSize, initialVectors);
  let training: Training | undefined;
  let done = nothing;
  let saved: StageState | undefined;
  let close = async () => {};

  async function* fit(table: FinalCooccurrence): AsyncGenerator<StepStats> {
    if (table.length === 0) throw new RangeError("glove: the co-occurrence table must have cells, got none");
    const { terms } = table.vocabulary;
    const layout = gloveLayout(terms.length, vectorSize, threads);
    const memory = sharedMemory(layout.bytes, 2 ** 32);
    if (saved) requireSize(saved, terms.length, vectorSize);
    const cells = placeCells(table.length, bytesOf(settings.memory), settings.scratch ?? tmpdir());
    try {
      const pool = startThreads(memory, cells.shared, threads);
      close = () => pool.close();
      // the parameters come afterwards
      const room = { kernel: tilesKernel(memory), memory, room: layout.words };
      const tiles = await readTiles(table, seed, cells.store, room);
      begin({ terms, layout, memory });
      const { xMax, exponent, learningRate, deterministic } = settings;
      const how = { seed, xMax, exponent, learningRate, deterministic };
      const job = gloveJob({ ...how, memory: memory.buffer, layout, tiles });
      while (done.epochs < epochs && !done.isSettled) {
        const { epochs: epoch, loss: before } = done;
        await pool.train(job, epoch);
        throwIfBroken(job, cells.store, epoch, terms);
        const sum = (ofTiles: Float64Array) => ofTiles.reduce((total, each) => total + each, 0);
        const [loss, trained] = [sum(job.losses), sum(job.trained)];
        const isSettled = tolerance !== undefined && before - loss < tolerance * before;
        done = { epochs: epoch + 1, loss, isSettled };
        yield { taken: trained, examples: trained, loss, epoch };
      }
    } finally {
      await close();
      cells.remove();
    }
  }

  /** Writes the parameters that training begins with. */
  function begin(begun: Training): void {
    const { terms, layout, memory } = begun;
    training = begun;
    done = nothing;
    if (saved) {
      const { terms: _, vectorSize: __, ...before } = saved.facts;
      parametersIn(memory, layout).set(saved.arrays[PARAMETERS]!);
      done = before as unknown as Done;
      saved = undefined;
      return;
    }
    writeFirstParameters(memory.buffer, layout, seed);
    if (initialVectors) startFrom(memory.buffer, layout, terms, initialVectors);
  }

  /** Another table of the same vocabulary, such as that of held-out text. */
  async function score(table: FinalCooccurrence): Promise<StepStats> {
    const { terms, memory, layout } = trained();
    const found = table.vocabulary.terms;
    if (found.length !== terms.length || found.some((term, id) => term !== terms[id]))
      throw new TypeError(
        "glove: a table to be scored must have the vocabulary that was learned from, got another one",
      );
    const { xMax, exponent } = settings;
    const scored = await scoreCells(readParameters(memory.buffer, layout), table.batches(), { xMax, exponent });
    return { ...scored, taken: scored.examples, epoch: done.epochs };
  }

  function save(): StageState | undefined {
    if (!training || done.epochs === 0) return undefined;
    const size = { terms: training.terms.length, vectorSize };
    return { facts: { ...done, ...size }, arrays: { [PARAMETERS]: parametersIn(training.memory, training.layout) } };
  }

  function restore(state: StageState): void {
    saved = state;
  }

  function trained() {
    if (!training) throw new TypeError("glove: the result must be asked for after fit, got no table yet");
    return training;
  }

  function result(): Vectors {
    const { terms, memory: rows, layout } = trained();
    const { workers, memory, scratch, initialVectors: _, ...learned } = settings; // what does not change the vectors is left out
    const metadata = new Map([
      ["model", "glove"],
      ["options", JSON.stringify({ ...learned, epochs })],
      ...initialTerms(terms, initialVectors),
    ]);
    const values = gloveRows(rows.buffer, layout, output);
    return new Vectors({ terms, values, vectorSize: values.length / terms.length, metadata });
  }

  const snapshot = () => (training && done.epochs > 0 ? result() : undefined);

  return {
    name: "glove",
    reads: "cooccurrence",
    makes: "vectors",
    epochs,
    fit,
    score,
    save,
    restore,
    snapshot,
    result,
    close: () => close(),
  };
}

interface Training {
  readonly terms: readonly string[];
  readonly layout: GloveLayout;
  readonly memory: WasmMemory;
}

interface Done {
  readonly epochs: number;
  readonly loss: number;
  readonly isSettled: boolean;
}

const nothing: Done = { epochs: 0, loss: Number.POSITIVE_INFINITY, isSettled: false };

/** Weights and AdaGrad's rates in a saved state; earlier ones held sums of squares, under another name. */
const PARAMETERS = "weightsAndRates";

/** @throws RangeError if a saved state is of another size, or holds no rates */
function requireSize({ facts, arrays }: StageState, terms: number, vectorSize: number): void {
  const [found, wanted] = [`${facts.terms} x ${facts.vectorSize}`, `${terms} x ${vectorSize}`];
  if (found !== wanted) throw new RangeError(`glove: the saved state must be of ${wanted} numbers, got ${found}`);
  if (!arrays[PARAMETERS])
    throw new RangeError(`glove: the saved state must hold ${PARAMETERS}, got ${Object.keys(arrays).join(", ")}`);
}

/** All weights and rates, as they lie in memory: changes come through. */
function parametersIn({ buffer }: WasmMemory, { words, scratch }: GloveLayout): Float32Array {
  return new Float32Array(buffer, words, (scratch - words) / 4);
}

/** Names the first cell, in the order of training, whose difference was not finite. */
function throwIfBroken(job: GloveJob, store: CellStore, epoch: number, terms: readonly string[]): void {
  const { blocks, size, starts } = job.tiles;
  for (const strip of [...gloveRounds(job.tiles, job.seed, epoch)].flat()) {
    const tile = strip.find((each) => job.brokenCells[each]! >= 0);
    if (tile === undefined) continue;
    const cell = new Uint32Array(2);
    store.read(starts[tile]! + job.brokenCells[tile]!, cell);
    const row = Math.floor(tile / blocks) * size + (cell[0]! >>> 16);
    const column = (tile % blocks) * size + (cell[0]! & 0xffff);
    const named = `${row}, ${column} (${JSON.stringify(terms[row])}, ${JSON.stringify(terms[column])})`;
    throw new RangeError(
      `glove: the loss must stay finite, got NaN or infinity in epoch ${epoch + 1} at cell ${named}; lower learningRate`,
    );
  }
}
