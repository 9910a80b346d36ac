import { parentPort, workerData } from "node:worker_threads";
import { Transferred } from "../kernels/numbers/transferred.js";
import type { Answer, ThreadData } from "./inWorkers.js";
import { loadWork } from "./inWorkers.module.js";

// One thread of inWorkers: answers questions in the order in which they come.

const { module, data } = workerData as ThreadData;
const port = parentPort!;

const loaded = loadWork(module);
let previous: Promise<unknown> = loaded;

async function answer(value: unknown): Promise<void> {
  try {
    const made = await (await loaded)(value, data);
    const { result, buffers } = made instanceof Transferred ? made : { result: made, buffers: [] };
    port.postMessage({ result } satisfies Answer, buffers);
  } catch (error) {
    port.postMessage({ error: sendable(error) } satisfies Answer);
  }
}

/** Errors are copied with their class, message and stack; whatever cannot be copied, as its text. */
function sendable(error: unknown): unknown {
  try {
    if (structuredClone(error) instanceof Error) return error; // a DOMException comes out of copying as an empty object
  } catch {}
  return new Error(error instanceof Error ? error.message : String(error));
}

port.on("message", (value: unknown) => {
  previous = previous.then(() => answer(value));
});
