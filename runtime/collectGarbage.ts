/**
 * Frees what is no longer used of this thread's heap, and gives the memory back, for a stage that takes much memory beside it: V8 does not count
 * memory of WebAssembly among what presses, and leaves tens of megabytes of an earlier stage's garbage standing, as well as empty pages that
 * it keeps for more. Takes some tens of milliseconds. Where the engine was built without its inspector, nothing is done.
 */
export async function collectGarbage(): Promise<void> {
  const inspector = await import("node:inspector").catch(() => undefined);
  if (!inspector) return;
  const session = new inspector.Session();
  session.connect();
  await new Promise<void>((resolve) => session.post("HeapProfiler.collectGarbage", () => resolve()));
  session.disconnect();
}
