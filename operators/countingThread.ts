import { parentPort, workerData } from "node:worker_threads";
import type { WindowView } from "../kernels/pairCounter.js";
import type { CountingResult, CountingThreadData } from "./countingThreads.js";
import { SpillingCounter } from "./spillingCounter.js";

/** A thread of `countingThreads`: counts the windows that it is sent, and answers each message. */
const { options, prefix } = workerData as CountingThreadData;
let files = 0;
const counter = new SpillingCounter(options, () => `${prefix}-${files++}.arrow`);

parentPort!.on("message", (batch: WindowView | "finish") => {
  if (batch === "finish") {
    const files = counter.spillAll().map(({ path, cells }) => ({ path, cells }));
    const result: CountingResult = { files, hasHalves: counter.hasHalves };
    parentPort!.postMessage(result);
  } else {
    counter.add(batch);
    parentPort!.postMessage("counted");
  }
});
