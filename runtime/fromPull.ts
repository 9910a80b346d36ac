import { setImmediate } from "node:timers/promises";
import { Observable } from "rxjs";
import { requireScope } from "./flow.js";

/**
 * A cold Observable over anything that can be pulled: it asks for the next item only while no stage downstream is full.
 *
 * In: a function that opens an AsyncIterable; it should stop waiting when the signal aborts. Out: its items, in order.
 * State: one item. Unsubscribing aborts the signal and closes the iterator within one item; the run waits for that, unless the
 * iterator is itself still waiting for an item.
 * @throws TypeError on subscription outside `run`
 * @example
 *   await run(fromPull((signal) => createReadStream("corpus.txt", { signal })).pipe(drain((chunk) => archive(chunk))));
 */
export function fromPull<T>(open: (signal: AbortSignal) => AsyncIterable<T>): Observable<T> {
  return new Observable<T>((subscriber) => {
    const scope = requireScope("fromPull");
    const abort = new AbortController();
    const iterator = open(abort.signal)[Symbol.asyncIterator]();
    let state: "idle" | "waiting" | "over" = "idle";

    async function pull(): Promise<void> {
      for (;;) {
        await scope.gate.ready();
        await setImmediate(); // else an iterator that never waits keeps signals and timers from being seen
        if (abort.signal.aborted) return;
        state = "waiting";
        const item = await iterator.next();
        if (abort.signal.aborted) return;
        state = item.done ? "over" : "idle";
        if (item.done) break;
        scope.within(() => subscriber.next(item.value));
      }
      scope.within(() => subscriber.complete());
    }

    pull().catch((error: unknown) => {
      state = "over";
      if (!abort.signal.aborted) scope.within(() => subscriber.error(error));
    });

    return () => {
      if (state === "over") return;
      abort.abort();
      const closed = Promise.resolve(iterator.return?.());
      if (state === "idle") scope.closing(closed);
      else closed.catch(() => {}); // it may never come back, and nobody is left to tell
    };
  });
}
