/** A thread of `glove`: trains its part of each epoch that it is told to. */
import { parentPort, workerData } from "node:worker_threads";
import { type GloveJob, type GloveKernel, trainEpoch } from "../../kernels/embedding/gloveThread.js";
import { MemoryCells } from "../../kernels/embedding/gloveTiles.js";
import { startKernel } from "../../kernels/numbers/webAssembly.js";
import { FileCells } from "./gloveCells.js";
import type { GloveThreadData } from "./gloveThreads.js";

const { module, memory, job, cells, thread } = workerData as GloveThreadData;
const kernel = startKernel<GloveKernel>(module, memory);
const store = typeof cells === "string" ? new FileCells(cells, "r") : new MemoryCells(cells);
const shared: GloveJob = { ...job, memory: memory.buffer };

parentPort!.on("message", (epoch: number) => {
  trainEpoch(shared, kernel, store, thread, epoch);
  parentPort!.postMessage(epoch);
});
