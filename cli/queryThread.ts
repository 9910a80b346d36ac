/** The thread that answers questions over HTTP. It ends once it was told to close and has answered what was under way. */
import { parentPort, workerData } from "node:worker_threads";
import { startQueryServer } from "../pipelines/index.js";
import type { ThreadMessage, ThreadOptions, ThreadReport } from "./serveOnThread.js";

const report = (message: ThreadReport) => parentPort!.postMessage(message);
const server = await startQueryServer({
  ...(workerData as ThreadOptions),
  clock: () => performance.now(),
  onUnused: (unused) => report({ unused }),
});
let terms: readonly string[] = [];
parentPort!.on("message", async (message: ThreadMessage) => {
  if ("snapshot" in message) {
    terms = message.snapshot.terms ?? terms;
    return server.publish({ ...message.snapshot, terms });
  }
  if ("status" in message) return server.setStatus(message.status);
  await server.close();
  parentPort!.close();
});
report({ address: server.address });
