import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { type GloveParameters, initialGlove } from "../kernels/glove.js";
import {
  type GloveJob,
  type GloveLayout,
  gloveJob,
  gloveLayout,
  readParameters,
  writeParameters,
} from "../kernels/gloveThread.js";
import { gloveRounds, readTiles, TILE_SIZE } from "../kernels/gloveTiles.js";
import { Vectors } from "../kernels/vectors.js";
import { compileKernel, sharedMemory, type WasmMemory, type WasmModule } from "../kernels/webAssembly.js";
import {
  boolean,
  defineUnit,
  type FinalCooccurrence,
  integer,
  number,
  type OptionsOf,
  oneOf,
  parseOptions,
  type StepStats,
  type TableModel,
} from "../schemas/index.js";

export const gloveSchema = defineUnit({
  name: "glove",
  kind: "model",
  consumes: "cooccurrence",
  produces: "vectors",
  summary: "Learns vectors whose products fit the logarithm of a finished co-occurrence table",
  paper: "Pennington et al. 2014, EMNLP, D14-1162",
  fields: {
    vectorSize: integer({ min: 1, max: 4096, default: 100, description: "Length of a word vector (D)" }),
    xMax: number({
      min: 0,
      aboveMin: true,
      default: 100,
      description: "Weight from which on a cell counts fully; small corpora want less (GloVe's own demo takes 10)",
    }),
    exponent: number({
      min: 0,
      default: 0.75,
      description: "How steeply a cell's importance rises below xMax (the paper's alpha)",
    }),
    epochs: integer({
      min: 1,
      optional: true,
      description: "Passes over the table; if left out 50, or 100 from vectorSize 300 on, as in the paper",
    }),
    learningRate: number({ min: 0, aboveMin: true, default: 0.05, description: "AdaGrad's step size" }),
    tolerance: number({
      min: 0,
      optional: true,
      description: "Stop once the mean loss falls by less than this part of itself from one epoch to the next",
    }),
    output: oneOf(["sum", "word", "context", "concatenated", "both"], {
      default: "sum",
      description:
        "sum: w + w~ (D); word: w (D); context: w~ (D); concatenated: w, w~ (2D); both: w, b, w~, b~ with the biases (2D + 2)",
    }),
    workers: integer({
      min: 1,
      max: 256,
      optional: true,
      description:
        "Threads; if left out, as many as the machine has. They do not change the result while deterministic",
    }),
    deterministic: boolean({
      default: true,
      description:
        "The same bytes for any number of workers; false lets threads write to the same rows at the same time (Hogwild)",
    }),
    seed: integer({ min: 0, default: 1, description: "Seed of the first vectors and of the order of cells" }),
  },
});

export type GloveOptions = OptionsOf<typeof gloveSchema>;
type Output = NonNullable<GloveOptions["output"]>;

/** What a thread is given. */
export interface GloveThreadData {
  readonly module: WasmModule;
  readonly memory: WasmMemory;
  readonly job: Omit<GloveJob, "memory">;
  readonly thread: number;
}

/**
 * GloVe over a finished table: weighted least squares on ln x, with AdaGrad in single precision, tile by tile of 512 x 512 terms in
 * random order, on several threads.
 *
 * In:  FinalCooccurrence, N cells over V terms. Out: Vectors (V, D), or wider by `output`. One StepStats an epoch; its loss is
 * the sum of 1/2 f(x) diff^2, and divided by its examples what Stanford's program prints.
 * State: 16 V (D + 3) bytes of parameters, at most 4 GiB, and 8 N bytes of cells; shared by the threads.
 * @throws RangeError at the call, if an option is out of range; from `fit`, if the table is empty or the loss is not finite
 * @see Pennington et al. 2014, https://nlp.stanford.edu/pubs/glove.pdf; Stanford's glove.c
 * @example
 *   const model = glove({ vectorSize: 50, xMax: 10, epochs: 15 });
 *   for await (const { epoch, loss, examples } of model.fit(table)) console.log(epoch, loss / examples);
 *   (await model.result()).mostSimilar("river");
 */
export function glove(options?: GloveOptions): TableModel<Vectors> {
  const settings = parseOptions(gloveSchema, options);
  const { vectorSize, tolerance, output, seed, workers: threads = availableParallelism() } = settings;
  const epochs = settings.epochs ?? (vectorSize < 300 ? 50 : 100);
  let terms: readonly string[] = [];
  let memory: WasmMemory;
  let layout: GloveLayout | undefined;

  async function* fit(table: FinalCooccurrence): AsyncGenerator<StepStats> {
    if (table.length === 0) throw new RangeError("glove: the co-occurrence table must have cells, got none");
    terms = table.vocabulary.terms;
    layout = gloveLayout(terms.length, vectorSize, threads);
    memory = sharedMemory(layout.bytes);
    writeParameters(memory.buffer, layout, initialGlove(terms.length, vectorSize, seed));
    const tiles = await readTiles(table, seed);
    const job = gloveJob({ ...settings, memory: memory.buffer, layout, tiles, threads });
    const pool = startThreads(memory, job);
    try {
      let before = Number.POSITIVE_INFINITY;
      for (let epoch = 0; epoch < epochs; epoch++) {
        await pool.train(epoch);
        throwIfBroken(job, epoch, terms);
        const loss = job.losses.reduce((sum, each) => sum + each, 0);
        yield { examples: table.length, loss, epoch };
        if (tolerance !== undefined && before - loss < tolerance * before) return;
        before = loss;
      }
    } finally {
      await pool.close();
    }
  }

  function result(): Vectors {
    if (!layout) throw new TypeError("glove: result must be asked for after fit, got no table yet");
    const metadata = new Map([
      ["model", "glove"],
      ["options", JSON.stringify({ ...settings, epochs })],
    ]);
    const values = outputRows(readParameters(memory.buffer, layout), output);
    return new Vectors({ terms, values, vectorSize: values.length / terms.length, metadata });
  }

  return { name: "glove", consumes: "cooccurrence", epochs, fit, result, close: () => {} };
}

/** Threads that wait to be told to train an epoch. An error of one stops all. */
function startThreads(memory: WasmMemory, { memory: _, ...job }: GloveJob) {
  const module = compileKernel(readFileSync(new URL("../kernels/assembly/glove.wasm", import.meta.url)));
  const script = new URL("./gloveWorker.js", import.meta.url);
  const pool = Array.from({ length: job.threads }, (_, thread) => {
    const workerData: GloveThreadData = { module, memory, job, thread };
    return new Worker(script, { workerData });
  });
  const finished = (worker: Worker) =>
    new Promise<void>((resolve, reject) => {
      worker.once("message", () => {
        worker.off("error", reject);
        resolve();
      });
      worker.once("error", reject);
    });
  return {
    async train(epoch: number): Promise<void> {
      const all = pool.map(finished);
      for (const worker of pool) worker.postMessage(epoch);
      await Promise.all(all);
    },
    async close(): Promise<void> {
      await Promise.all(pool.map((worker) => worker.terminate()));
    },
  };
}

/** Names the first cell, in the order of training, whose difference was not finite. */
function throwIfBroken(job: GloveJob, epoch: number, terms: readonly string[]): void {
  const { blocks, starts, cells } = job.tiles;
  for (const round of gloveRounds(job.tiles, job.seed, epoch, job.deterministic)) {
    for (const tile of round) {
      if (job.brokenCells[tile]! < 0) continue;
      const packed = cells[2 * (starts[tile]! + job.brokenCells[tile]!)]!;
      const row = Math.floor(tile / blocks) * TILE_SIZE + (packed >>> 16);
      const column = (tile % blocks) * TILE_SIZE + (packed & 0xffff);
      const cell = `${row}, ${column} (${JSON.stringify(terms[row])}, ${JSON.stringify(terms[column])})`;
      throw new RangeError(
        `glove: the loss must stay finite, got NaN or infinity in epoch ${epoch} at cell ${cell}; lower learningRate`,
      );
    }
  }
}

/** What a row of the result holds, side by side; `sum` adds its two parts. */
function outputRows({ word, context }: GloveParameters, output: Output): Float32Array {
  if (output === "sum") return Float32Array.from(word.vectors, (value, i) => value + context.vectors[i]!);
  const parts = {
    word: [word.vectors],
    context: [context.vectors],
    concatenated: [word.vectors, context.vectors],
    both: [word.vectors, word.biases, context.vectors, context.biases],
  }[output];
  const terms = word.biases.length;
  const widths = parts.map((part) => part.length / terms);
  const width = widths.reduce((sum, each) => sum + each, 0);
  const rows = new Float32Array(terms * width);
  for (let term = 0, at = 0; term < terms; term++) {
    parts.forEach((part, p) => {
      rows.set(part.subarray(term * widths[p]!, (term + 1) * widths[p]!), at);
      at += widths[p]!;
    });
  }
  return rows;
}
