import { once } from "node:events";
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import {
  compareTerms,
  type Layout,
  type LayoutOptions,
  placeTerms,
  rowsInFront,
} from "../../kernels/layout/layOutTerms.js";
import { compileKernel } from "../../kernels/numbers/webAssembly.js";

/** What `layOutThread.ts` lays out. */
export interface LayoutTask {
  readonly values: Float32Array;
  readonly vectorSize: number;
  readonly options: LayoutOptions;
}

/** `layOutTerms` by the compiled kernels; of many rows, another thread lays out those in front while this one compares all. Same result. */
export async function layOutOnThreads(
  values: Float32Array,
  vectorSize: number,
  choice: Omit<LayoutOptions, "compiled">,
): Promise<Layout> {
  const options = { ...choice, compiled: { cosines: kernel("cosines"), fourier: kernel("fourier") } };
  const front = rowsInFront(values.length / vectorSize, options);
  const before = front > 0 ? laidOut({ values: values.slice(0, front * vectorSize), vectorSize, options }) : undefined;
  const terms = compareTerms(values, vectorSize, options);
  return placeTerms(terms, options, await before);
}

async function laidOut(task: LayoutTask): Promise<Float64Array> {
  const worker = new Worker(new URL("./layOutThread.js", import.meta.url), {
    workerData: task,
    transferList: [task.values.buffer as ArrayBuffer],
  });
  const [points] = (await once(worker, "message")) as [Float64Array];
  return points;
}

const kernel = (name: string) =>
  compileKernel(readFileSync(new URL(`../../kernels/assembly/${name}.wasm`, import.meta.url)));
