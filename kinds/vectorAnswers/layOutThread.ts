/** The thread that lays out terms; it ends with its answer. */
import { parentPort, workerData } from "node:worker_threads";
import { compareTerms, layOutTerms, placeTerms } from "../../kernels/layout/layOutTerms.js";
import { neighborsKept } from "../../kernels/layout/neighborsKept.js";
import { type LaidOut, type LayoutTask, layoutKernels } from "./layoutTask.js";

const { values, vectorSize, before, options } = workerData as LayoutTask;
const compiled = { ...options, compiled: layoutKernels() };
const layout = before
  ? placeTerms(compareTerms(values, vectorSize, compiled), compiled, before)
  : layOutTerms(values, vectorSize, compiled);
const { points, groups } = layout;
parentPort!.postMessage({ points, groups, neighborsKept: neighborsKept(layout) } satisfies LaidOut);
