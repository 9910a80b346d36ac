/** A thread of `glove`: trains its part of each epoch that it is told to. */
import { parentPort, workerData } from "node:worker_threads";
import { type GloveKernel, trainEpoch } from "../../kernels/embedding/gloveThread.js";
import { MemoryCells } from "../../kernels/embedding/gloveTiles.js";
import { startKernel } from "../../kernels/numbers/webAssembly.js";
import { FileCells } from "./gloveCells.js";
import type { GloveEpoch, GloveThreadData } from "./gloveThreads.js";

const { module, memory, cells, thread, threads } = workerData as GloveThreadData;
const kernel = startKernel<GloveKernel>(module, memory);
const store = typeof cells === "string" ? new FileCells(cells, "r") : new MemoryCells(cells);

parentPort!.on("message", ({ job, epoch }: GloveEpoch) => {
  trainEpoch({ ...job, memory: memory.buffer }, kernel, store, thread, epoch);
  parentPort!.postMessage(epoch);
});

touchPages(new Int32Array(memory.buffer));
if (typeof cells !== "string") touchPages(new Int32Array(cells.buffer));

/** Has the system find this thread's share of pages while the table is read, which takes as long as an epoch; others may write to them. */
function touchPages(numbers: Int32Array): void {
  const page = 1024;
  for (let at = thread * page; at < numbers.length; at += threads * page) Atomics.add(numbers, at, 0);
}
