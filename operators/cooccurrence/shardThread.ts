import { parentPort, workerData } from "node:worker_threads";
import type { WindowView } from "../../kernels/cooccurrence/pairCounter.js";
import { CellFile } from "../../storage/cooccurrence/cellFile.js";
import { CooccurrenceShard } from "./cooccurrenceShard.js";
import type { FileName, ShardFiles, ShardThreadData } from "./shardThreads.js";

/** A thread of `ShardThreads`: counts the windows that it is sent, and answers each message. */
const { options, prefix } = workerData as ShardThreadData;
let files = 0;
const shard = new CooccurrenceShard(options, () => `${prefix}-${files++}`);

parentPort!.on("message", (batch: WindowView | "finish") => {
  if (batch === "finish") {
    void finish(); // a failure ends the thread, which its owner hears
  } else {
    shard.add(batch);
    parentPort!.postMessage("counted");
  }
});

async function finish(): Promise<void> {
  const { cells, hasHalves, upper, mirrored } = await shard.finish();
  const result: ShardFiles = { cells, hasHalves, upper: named([upper]), mirrored: named(mirrored) };
  parentPort!.postMessage(result);
}

/** What is not in a file is empty. */
function named(streams: readonly unknown[]): FileName[] {
  return streams.filter((stream) => stream instanceof CellFile).map(({ path, cells }) => ({ path, cells }));
}
