import { type Observable, Subject, takeUntil, tap } from "rxjs";
import type { Rejection } from "../schemas/index.js";
import { type FlowGate, RunScope } from "./flow.js";
import { Ledger } from "./ledger.js";

export interface RunOptions<T> {
  /** Stops reading within one batch and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Where the stages count what they read, left out and used. */
  readonly ledger?: Ledger;
  /** Sees every event; an exception ends the run with it. */
  readonly onEvent?: (event: T) => void;
  /** Sees every document that a source rejects, in the order of the source; an exception ends the run with it. */
  readonly onRejected?: (rejection: Rejection) => void;
  /** Takes the flow gate, which tells how much the stages hold. */
  readonly onGate?: (gate: FlowGate) => void;
  /** Awaited by stages that give many batches once their input is over, before each; all else has been dealt with once the gate is idle. */
  readonly pause?: (gate: FlowGate) => Promise<void>;
}

/**
 * Subscribes to a stream with flow control in place, and resolves with its last event once everything has been written
 * (undefined if there was none).
 *
 * State: the flow gate. Rejects with the stream's error, or with the signal's reason; whichever way it ends, files are closed and
 * half-written ones removed before it settles.
 * @example
 *   const vocabulary = await run(files({ paths: "corpus.txt" }).pipe(tokenize(), buildVocab({ minCount: 5 })));
 */
export async function run<T>(stream: Observable<T>, options: RunOptions<T> = {}): Promise<T | undefined> {
  const { signal, ledger = new Ledger(), onEvent, onRejected, onGate, pause } = options;
  signal?.throwIfAborted();
  const scope = new RunScope(undefined, ledger, onRejected, undefined, undefined, pause);
  onGate?.(scope.gate);
  const stop = new Subject<never>();
  const abort = () => stop.error(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  let last: T | undefined;
  const watched = stream.pipe(
    takeUntil(stop),
    tap((event) => {
      last = event;
      onEvent?.(event);
    }),
  );
  try {
    await new Promise<void>((resolve, reject) => {
      scope.within(() => watched.subscribe({ error: reject, complete: resolve }));
    });
  } catch (error) {
    await scope.closed().catch(() => {}); // the error that came first is the one to tell
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
  await scope.closed();
  return last;
}
