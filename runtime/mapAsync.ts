import { Observable, type OperatorFunction } from "rxjs";
import { boolean, integer } from "../schemas/fields.js";
import { type OptionsOf, parseOptions } from "../schemas/options.js";
import { AsyncStage } from "./asyncStage.js";
import { requireScope } from "./flow.js";

const mapAsyncSchema = {
  name: "mapAsync",
  fields: {
    concurrency: integer({ min: 1, default: 1, description: "How many items are worked on at once" }),
    highWater: integer({
      min: 1,
      optional: true,
      description: "How many items may be inside before the source waits; `concurrency` if left out",
    }),
    ordered: boolean({ default: true, description: "Pass results on in the order of their inputs" }),
  },
};

export type MapAsyncOptions = OptionsOf<typeof mapAsyncSchema>;

/**
 * An asynchronous map that holds the source back: what `concatMap` and `mergeMap` over promises cannot do.
 *
 * In: any item. Out: one result each. State: the items in flight, at most `highWater` (plus what a single pull expands to).
 * An exception or a rejected promise ends the stream with its error. The signal that `work` is given aborts once its result is no
 * longer wanted.
 * @throws RangeError at the call, if an option is out of range; TypeError on subscription outside `run`
 * @example
 *   files({ paths: ["corpus.txt"] }).pipe(mapAsync((batch, signal) => post(batch, signal), { concurrency: 4 }))
 */
export function mapAsync<In, Out>(
  work: (value: In, signal: AbortSignal) => Out | Promise<Out>,
  options?: MapAsyncOptions,
): OperatorFunction<In, Out> {
  const { concurrency, highWater = concurrency, ordered } = parseOptions(mapAsyncSchema, options);
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
