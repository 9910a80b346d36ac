/** A thread of a subspace iteration: does its share of each call. */
import { parentPort, workerData } from "node:worker_threads";
import type { SubspaceKernel } from "../../kernels/decomposition/subspaceMemory.js";
import { startKernel } from "../../kernels/numbers/webAssembly.js";
import type { SubspaceQuestion, SubspaceThreadData } from "./subspaceThreads.js";

const { module, memory, thread, threads } = workerData as SubspaceThreadData;
const kernel = startKernel<SubspaceKernel>(module, memory);

parentPort!.on("message", ({ call, args }: SubspaceQuestion) => {
  kernel[call](...args, thread, threads);
  parentPort!.postMessage(null);
});
