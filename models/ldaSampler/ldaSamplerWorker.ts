/** A thread of `ldaSampler`: does its part of each phase that it is told to. */
import { parentPort, workerData } from "node:worker_threads";
import { type PhaseTask, warpLdaThread } from "../../kernels/topics/warpLdaThread.js";
import type { LdaSamplerThreadData } from "./ldaSamplerThreads.js";

const { job, memory, thread, module } = workerData as LdaSamplerThreadData;
const work = warpLdaThread(job, memory, thread, module);

parentPort!.on("message", (task: PhaseTask) => {
  work(task);
  parentPort!.postMessage(task.iteration);
});
