/** The thread that lays out the terms in front; it ends with its answer. */
import { parentPort, workerData } from "node:worker_threads";
import { layOutTerms } from "../../kernels/layout/layOutTerms.js";
import type { LayoutTask } from "./layOutOnThreads.js";

const { values, vectorSize, options } = workerData as LayoutTask;
parentPort!.postMessage(layOutTerms(values, vectorSize, options).points);
