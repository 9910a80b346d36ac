import { setImmediate } from "node:timers/promises";
import { Observable, type OperatorFunction } from "rxjs";
import { AsyncStage } from "./asyncStage.js";
import { type RunScope, requireScope } from "./flow.js";

/** What makes any number of results of each item, one after the other. */
export interface Expander<In, Out> {
  read(value: In): AsyncIterable<Out>;
  /** What is left once the input is over. */
  finish(): AsyncIterable<Out>;
}

/**
 * Makes many results of an item, each of which is passed on before the next is made, and only while the stages behind can take it: what
 * `concatMap` over async iterables cannot do.
 *
 * State: an expander per subscription, and one item; the source waits until its results are passed on. Unsubscribing stops between two results.
 * @throws TypeError on subscription outside `run`
 */
export function expandAsync<In, Out>(
  who: string,
  open: (scope: RunScope) => Expander<In, Out>,
): OperatorFunction<In, Out> {
  return (source) =>
    new Observable<Out>((subscriber) => {
      const scope = requireScope(who);
      const expander = open(scope);
      const stage = new AsyncStage<() => AsyncIterable<Out>, void>({
        ...{ scope, concurrency: 1, highWater: 1, ordered: true },
        async work(make, signal) {
          for await (const result of make()) {
            if (signal.aborted) return;
            scope.within(() => subscriber.next(result));
            await stage.readyBehind();
            await setImmediate(); // else an expander that never waits keeps signals and timers from being seen
            if (signal.aborted) return;
          }
        },
        next: () => {},
        error: (error) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
      subscriber.add(() => stage.stop());
      subscriber.add(
        source.subscribe({
          next: (value) => stage.push(() => expander.read(value)),
          error: (error) => subscriber.error(error),
          complete: () => {
            stage.push(() => expander.finish());
            stage.end();
          },
        }),
      );
    });
}
