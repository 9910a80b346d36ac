import type { Observable } from "rxjs";
import { RunScope } from "../kernels/flow.js";
import { Ledger } from "../kernels/ledger.js";

export interface RunOptions<T> {
  /** Stops reading within one batch and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Where the stages count what they read, left out and used. */
  readonly ledger?: Ledger;
  readonly onEvent?: (event: T) => void;
}

/**
 * Subscribes to a stream with flow control in place, and resolves with its last event once everything has been written
 * (undefined if there was none).
 *
 * State: the flow gate. Rejects with the stream's error, or with the signal's reason.
 * @example
 *   const vocabulary = await run(files({ paths: "corpus.txt" }).pipe(tokenize(), buildVocab({ minCount: 5 })));
 */
export function run<T>(stream: Observable<T>, options: RunOptions<T> = {}): Promise<T | undefined> {
  const { signal, ledger = new Ledger(), onEvent } = options;
  const scope = new RunScope(undefined, ledger);
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    let last: T | undefined;
    const stop = () => {
      subscription.unsubscribe();
      reject(signal?.reason);
    };
    const settle = (action: () => void) => {
      signal?.removeEventListener("abort", stop);
      action();
    };
    signal?.addEventListener("abort", stop, { once: true });
    const subscription = scope.within(() =>
      stream.subscribe({
        next: (event) => {
          last = event;
          onEvent?.(event);
        },
        error: (error) => settle(() => reject(error)),
        complete: () => settle(() => resolve(last)),
      }),
    );
  });
}
