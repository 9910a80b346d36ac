import { Observable } from "rxjs";
import { requireScope } from "../kernels/flow.js";

/**
 * A cold Observable over anything that can be pulled: it asks for the next item only while no stage downstream is full.
 *
 * In: a function that opens an AsyncIterable; it should stop waiting when the signal aborts. Out: its items, in order.
 * State: one item. Unsubscribing aborts the signal and closes the iterator within one item.
 * @throws TypeError on subscription outside `run`
 */
export function fromPull<T>(open: (signal: AbortSignal) => AsyncIterable<T>): Observable<T> {
  return new Observable<T>((subscriber) => {
    const scope = requireScope("fromPull");
    const abort = new AbortController();
    const stopped = () => abort.signal.aborted;

    async function pull(): Promise<void> {
      const iterator = open(abort.signal)[Symbol.asyncIterator]();
      try {
        for (;;) {
          await scope.gate.ready();
          if (stopped()) return;
          const item = await iterator.next();
          if (stopped()) return;
          if (item.done) break;
          scope.within(() => subscriber.next(item.value));
        }
      } finally {
        await iterator.return?.();
      }
      scope.within(() => subscriber.complete());
    }

    pull().catch((error: unknown) => {
      if (!stopped()) scope.within(() => subscriber.error(error));
    });
    return () => abort.abort();
  });
}
