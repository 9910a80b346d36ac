import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Vectors } from "../kernels/index.js";
import { word2vec } from "../models/index.js";
import { buildVocab, encode, feed, normalize, repeatEpochs, tokenize, windowContexts } from "../operators/index.js";
import { run } from "../runtime/index.js";
import { files } from "../sources/index.js";

export interface QueryLoad {
  readonly port: number;
  readonly clients: number;
  readonly seconds: number;
  readonly terms: number;
}

/** Clients that keep their connections and ask as soon as they were answered. Returns how many milliseconds each answer took. */
export async function askedBy(load: QueryLoad): Promise<number[]> {
  const worker = new Worker(new URL("./queryLoadThread.js", import.meta.url), { workerData: load });
  const [times] = (await once(worker, "message")) as [number[]];
  return times;
}

/** Vectors of the terms `t0`, `t1` and so on; another `turn`, other vectors. */
export function madeUpVectors(count: number, vectorSize: number, turn = 0): Vectors {
  const terms = Array.from({ length: count }, (_, id) => `t${id}`);
  const values = Float32Array.from({ length: count * vectorSize }, (_, i) => Math.sin(i * (0.7351 + turn) + (i % 97)));
  return new Vectors({ terms, values, vectorSize, metadata: new Map() });
}

/** Trains until it is told to stop; returns how many windows it saw. */
export async function train(workers: number, signal: AbortSignal): Promise<number> {
  const path = new URL("../../data/sample-english-two-novels.txt", import.meta.url).pathname;
  const tokens$ = files({ paths: path }).pipe(normalize(), tokenize());
  const vocabulary = await run(tokens$.pipe(buildVocab({ minCount: 5 })));
  const epochs = 1000;
  const model = word2vec({ vectorSize: 100, epochs, workers });
  let windows = 0;
  const passes = repeatEpochs(epochs, (epoch) =>
    tokens$.pipe(encode(vocabulary!, { epoch }), windowContexts({ radius: "random", sample: 1e-3 }), feed(model)),
  );
  try {
    await run(passes, { signal, onEvent: ({ examples }) => (windows += examples) });
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await model.close();
  }
  return windows;
}

export function report(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms of ${sorted.length}`;
}
