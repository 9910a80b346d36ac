import type { Observable } from "rxjs";
import { expect } from "vitest";
import { type RunOptions, run } from "#runtime";
import type { TextBatch } from "#schemas";
import { documentsOf } from "./readBack.js";

/** A live source that is being read: what came so far. */
export interface Following {
  readonly batches: readonly TextBatch[];
  /** Waits until just these documents have come, in this order or any. */
  reaches(documents: readonly string[], order?: "sorted"): Promise<void>;
  /** Rejects when the source fails. */
  readonly ended: Promise<void>;
  /** Stops reading, and waits until the source is closed. */
  stop(): Promise<void>;
}

/** Reads a live source until it is told to stop. */
export function following(source: Observable<TextBatch>, options: RunOptions<TextBatch> = {}): Following {
  const batches: TextBatch[] = [];
  const abort = new AbortController();
  const stopped = new Error("stopped by the test");
  let failure: unknown;
  const ended = run(source, {
    ...options,
    signal: abort.signal,
    onEvent: (batch) => {
      batches.push(batch);
      options.onEvent?.(batch);
    },
  }).then(
    () => {},
    (error: unknown) => {
      if (error === stopped) return;
      failure = error;
      throw error;
    },
  );
  ended.catch(() => {}); // told by `reaches`
  const found = (order?: "sorted") => {
    if (failure) throw failure;
    const documents = documentsOf(batches);
    return order ? documents.toSorted() : documents;
  };
  return {
    batches,
    ended,
    async reaches(documents, order) {
      const expected = order ? documents.toSorted() : documents;
      await expect.poll(() => found(order), { interval: 2 }).toEqual(expected);
    },
    async stop() {
      abort.abort(stopped);
      await ended;
    },
  };
}
