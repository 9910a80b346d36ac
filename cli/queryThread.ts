/** The thread that answers questions over HTTP. It ends once it was told to close and has answered what was under way. */

import { parentPort, workerData } from "node:worker_threads";
import { builtIn, loadPlugins } from "../pipelines/index.js";
import { type ModelToServe, PageFiles, runEndpoints, startQueryServer } from "../serve/index.js";
import {
  answersOf,
  type ModelOfKind,
  type ThreadData,
  type ThreadMessage,
  type ThreadReport,
} from "./serveOnThread.js";

const { models, plugins, shown, ...options } = workerData as ThreadData;
const { kinds } = await loadPlugins(builtIn, plugins);
const report = (message: ThreadReport) => parentPort!.postMessage(message);
const server = await startQueryServer({
  ...options,
  models: models.map(withAnswers),
  ...(shown ? { page: new PageFiles(), others: runEndpoints(shown.runs, shown.reading) } : {}),
  clock: () => performance.now(),
  onUnused: (unused, model) => report({ model, unused }),
});
let done: Promise<void> = Promise.resolve();
parentPort!.on("message", (message: ThreadMessage) => {
  done = done.then(() => take(message));
});

function withAnswers(model: ModelOfKind): ModelToServe {
  const answers = answersOf(kinds.get(model.kind));
  if (answers) return { ...model, answers };
  throw new TypeError(`serve: ${model.kind} must come from a module that this thread can load, got one that does not`);
}

async function take(message: ThreadMessage): Promise<void> {
  if ("status" in message) return server.setStatus(message.status, message.model);
  if ("snapshot" in message) return server.publish(message.snapshot, message.model);
  if ("event" in message) return server.tell(message.event, message.data);
  await server.close();
  parentPort!.close();
}

report({ address: server.address });
