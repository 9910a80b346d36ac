import v8 from "node:v8";
import { runInNewContext } from "node:vm";

let collect: (() => void) | undefined;

/**
 * Frees what is no longer used of this thread's heap, for a stage that is about to take much memory beside it: V8 does not count memory of
 * WebAssembly among what presses, and leaves tens of megabytes of an earlier stage's garbage standing. Takes some tens of milliseconds.
 */
export function collectGarbage(): void {
  collect ??= exposedCollector();
  collect();
  collect(); // arrays that the first one has found unused are given back when the second begins
}

/**
 * Does so as far as it goes, and gives the young generation's room back as well, which V8 keeps for good once many strings lived there: 20 to 30 MB
 * for some tenths of a second. Whoever counts objects wants none that are garbage, and nothing else of Node asks V8 for as much.
 */
export function giveBackHeap(): void {
  const { emitWarning } = process;
  process.emitWarning = () => {}; // that the count, which is of no use here, may change with the versions of Node
  try {
    v8.queryObjects?.(class {}, { format: "count" });
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** What collects, or nothing where the engine does not show it: flags are the process's, and another thread may be setting this one. */
function exposedCollector(): () => void {
  if (globalThis.gc) return globalThis.gc as () => void;
  v8.setFlagsFromString("--expose-gc");
  try {
    return runInNewContext("gc") as () => void;
  } catch {
    return () => {};
  } finally {
    v8.setFlagsFromString("--no-expose-gc");
  }
}
