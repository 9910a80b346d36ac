import { setFlagsFromString } from "node:v8";
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

/** What collects, or nothing where the engine does not show it: flags are the process's, and another thread may be setting this one. */
function exposedCollector(): () => void {
  if (globalThis.gc) return globalThis.gc as () => void;
  setFlagsFromString("--expose-gc");
  try {
    return runInNewContext("gc") as () => void;
  } catch {
    return () => {};
  } finally {
    setFlagsFromString("--no-expose-gc");
  }
}
