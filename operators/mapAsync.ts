import { Observable, type OperatorFunction } from "rxjs";
import { AsyncStage } from "../kernels/asyncStage.js";
import { requireScope } from "../kernels/flow.js";

export interface MapAsyncOptions {
  /** How many items are worked on at once; 1 by default. */
  readonly concurrency?: number;
  /** How many items may be inside before the source waits; `concurrency` by default. */
  readonly highWater?: number;
  /** Pass results on in the order of their inputs; true by default. */
  readonly ordered?: boolean;
}

/**
 * An asynchronous map that holds the source back: what `concatMap` and `mergeMap` over promises cannot do.
 *
 * In: any item. Out: one result each. State: the items in flight, at most `highWater` (plus what a single pull expands to).
 * A rejected promise ends the stream with its error; unsubscribing aborts the signal that `work` was given.
 * @throws TypeError on subscription outside `run`
 * @example
 *   files({ paths: ["corpus.txt"] }).pipe(mapAsync((batch, signal) => post(batch, signal), { concurrency: 4 }))
 */
export function mapAsync<In, Out>(
  work: (value: In, signal: AbortSignal) => Out | Promise<Out>,
  options: MapAsyncOptions = {},
): OperatorFunction<In, Out> {
  const { concurrency = 1, highWater = concurrency, ordered = true } = options;
  return (source) =>
    new Observable<Out>((subscriber) => {
      const stage = new AsyncStage<In, Out>({
        scope: requireScope("mapAsync"),
        concurrency,
        highWater,
        ordered,
        work,
        next: (result) => subscriber.next(result),
        error: (error) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
      subscriber.add(() => stage.stop());
      subscriber.add(
        source.subscribe({
          next: (value) => stage.push(value),
          error: (error) => subscriber.error(error),
          complete: () => stage.end(),
        }),
      );
    });
}
