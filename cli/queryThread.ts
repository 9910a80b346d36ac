/** The thread that answers questions over HTTP. It ends once it was told to close and has answered what was under way. */

import { parentPort, workerData } from "node:worker_threads";
import { builtIn, loadPlugins } from "../pipelines/index.js";
import { startQueryServer } from "../serve/index.js";
import { answersOf, type ThreadData, type ThreadMessage, type ThreadReport } from "./serveOnThread.js";

const { kind, plugins, ...options } = workerData as ThreadData;
const { kinds } = await loadPlugins(builtIn, plugins);
const answers = answersOf(kinds.get(kind));
if (!answers)
  throw new TypeError(`serve: ${kind} must come from a module that this thread can load, got one that does not`);
const report = (message: ThreadReport) => parentPort!.postMessage(message);
const server = await startQueryServer({
  ...options,
  answers,
  clock: () => performance.now(),
  onUnused: (unused) => report({ unused }),
});
let done: Promise<void> = Promise.resolve();
parentPort!.on("message", (message: ThreadMessage) => {
  done = done.then(() => take(message));
});

async function take(message: ThreadMessage): Promise<void> {
  if ("status" in message) return server.setStatus(message.status);
  if ("snapshot" in message) return server.publish(message.snapshot);
  await server.close();
  parentPort!.close();
}

report({ address: server.address });
