/** A thread of `glove`: trains its part of each epoch that it is told to. */
import { parentPort, workerData } from "node:worker_threads";
import { type GloveJob, type GloveKernel, trainEpoch } from "../kernels/gloveThread.js";
import { startKernel } from "../kernels/webAssembly.js";
import type { GloveThreadData } from "./glove.js";

const { module, memory, job, thread } = workerData as GloveThreadData;
const kernel = startKernel<GloveKernel>(module, memory);
const shared: GloveJob = { ...job, memory: memory.buffer };

parentPort!.on("message", (epoch: number) => {
  trainEpoch(shared, kernel, thread, epoch);
  parentPort!.postMessage(epoch);
});
