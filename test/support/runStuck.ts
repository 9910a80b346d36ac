import type { Observable } from "rxjs";
import { expect } from "vitest";
import { mapAsync, run } from "#runtime";
import { turns } from "./counting.js";

/** Takes one item and is never done with it; ends the run when a source that does not wait would have read much more. */
export async function runStuck<T>(source: Observable<T>): Promise<void> {
  const abort = new AbortController();
  const takeForEver = mapAsync<T, never>(async () => {
    await turns(2000);
    abort.abort(new Error("stuck long enough"));
    return new Promise<never>(() => {});
  });
  await expect(run(source.pipe(takeForEver), { signal: abort.signal })).rejects.toThrow("stuck long enough");
}
