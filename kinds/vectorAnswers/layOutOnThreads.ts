import { once } from "node:events";
import { Worker } from "node:worker_threads";
import {
  compareTerms,
  type Layout,
  type LayoutOptions,
  placeTerms,
  rowsInFront,
} from "../../kernels/layout/layOutTerms.js";
import { type LaidOut, type LayoutTask, layOutScript, layoutKernels } from "./layoutTask.js";

/**
 * `layOutTerms` by the compiled kernels; of many rows, another thread lays out those in front while this one compares all. Same result.
 * Where the rows lay before, (V, 2), may be given, to begin there.
 */
export async function layOutOnThreads(
  values: Float32Array,
  vectorSize: number,
  choice: Omit<LayoutOptions, "compiled">,
  before?: Float64Array,
): Promise<Layout> {
  const options = { ...choice, compiled: layoutKernels() };
  const front = before ? 0 : rowsInFront(values.length / vectorSize, options);
  const start =
    front > 0 ? laidOut({ values: values.slice(0, front * vectorSize), vectorSize, options: choice }) : before;
  const terms = compareTerms(values, vectorSize, options);
  return placeTerms(terms, options, await start);
}

async function laidOut(task: LayoutTask): Promise<Float64Array> {
  const worker = new Worker(layOutScript, {
    workerData: task,
    transferList: [task.values.buffer as ArrayBuffer],
  });
  const [{ points }] = (await once(worker, "message")) as [LaidOut];
  return points;
}
