import { parentPort, workerData } from "node:worker_threads";
import type { TextStretch } from "../../kernels/cooccurrence/textBlock.js";
import { allSteps, CooccurrenceShard } from "./cooccurrenceShard.js";
import type { ShardThreadData } from "./shardThreads.js";

/** A thread of `ShardThreads`: counts its rows in each stretch of text that it is told of, and answers each message. */
const { options, counts, prefix } = workerData as ShardThreadData;
let files = 0;
const shard = new CooccurrenceShard(options, () => `${prefix}-${files++}`);

parentPort!.on("message", (stretch: TextStretch | "finish") => {
  if (stretch === "finish") {
    parentPort!.postMessage(allSteps(shard.finish()));
  } else {
    allSteps(shard.count(stretch, counts));
    parentPort!.postMessage("counted");
  }
});
