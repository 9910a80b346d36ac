import { Observable, type OperatorFunction } from "rxjs";
import { AsyncStage } from "./asyncStage.js";
import { type RunScope, requireScope } from "./flow.js";

/** What a stream is written to. */
export interface Writer<T> {
  /** The signal aborts when nobody wants the rest any more. */
  write(value: T, signal: AbortSignal): void | Promise<void>;
  /** Called once after the last write, before completion: everything is durable once it is done. */
  finish?(): void | Promise<void>;
  /** Called when the stream ends in any other way: an error, an unsubscription. To close files and remove what is half-written. */
  abandon?(): void | Promise<void>;
}

/**
 * Writes every item, one after the other, and passes each on once it was written; completes after `finish`.
 *
 * State: a writer per subscription; at most `highWater` items wait before the source does. An error of the writer ends the
 * stream and abandons what was written.
 * @throws TypeError on subscription outside `run`
 */
export function writeThrough<T>(
  who: string,
  open: (scope: RunScope) => Writer<T>,
  highWater = 1,
): OperatorFunction<T, T> {
  return (source) =>
    new Observable<T>((subscriber) => {
      const scope = requireScope(who);
      const writer = open(scope);
      let finished = false;
      let lastWork: void | Promise<void>;
      const stage = new AsyncStage<T, T>({
        scope,
        concurrency: 1,
        highWater,
        ordered: true,
        work: async (value, signal) => {
          lastWork = writer.write(value, signal);
          await lastWork;
          return value;
        },
        next: (value) => subscriber.next(value),
        error: (error) => subscriber.error(error),
        complete: () => {
          lastWork = finish();
        },
      });

      async function finish(): Promise<void> {
        try {
          await writer.finish?.();
          finished = true;
        } catch (error) {
          scope.within(() => subscriber.error(error));
          return;
        }
        scope.within(() => subscriber.complete());
      }

      async function abandon(): Promise<void> {
        await Promise.resolve(lastWork).catch(() => {}); // its error has been passed on
        if (!finished) await writer.abandon?.();
      }

      subscriber.add(() => {
        stage.stop();
        if (!finished) scope.closing(abandon());
      });
      subscriber.add(
        source.subscribe({
          next: (value) => stage.push(value),
          error: (error) => subscriber.error(error),
          complete: () => stage.end(),
        }),
      );
    });
}
