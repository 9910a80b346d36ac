/** The thread that answers questions over HTTP. It ends once it was told to close and has answered what was under way. */

import { setImmediate as answering } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { startQueryServer } from "../pipelines/index.js";
import { type IndexedTerms, unpackTerms } from "./packedTerms.js";
import type { ThreadMessage, ThreadOptions, ThreadReport } from "./serveOnThread.js";

const report = (message: ThreadReport) => parentPort!.postMessage(message);
const server = await startQueryServer({
  ...(workerData as ThreadOptions),
  clock: () => performance.now(),
  onUnused: (unused) => report({ unused }),
});
let known: IndexedTerms = { terms: [], rows: new Map() };
let done = Promise.resolve();
parentPort!.on("message", (message: ThreadMessage) => {
  done = done.then(() => take(message));
});

async function take(message: ThreadMessage): Promise<void> {
  if ("status" in message) return server.setStatus(message.status);
  if ("snapshot" in message) {
    const { snapshot } = message;
    if (snapshot.terms) known = await unpackTerms(snapshot.terms, answering);
    return server.publish({ ...snapshot, terms: known.terms }, known.rows);
  }
  await server.close();
  parentPort!.close();
}

report({ address: server.address });
