import { Observable, type OperatorFunction } from "rxjs";
import { AsyncStage } from "../kernels/asyncStage.js";
import { requireScope } from "../kernels/flow.js";

export interface DrainOptions {
  /** How many items may wait before the source does; 1 by default. */
  readonly highWater?: number;
  /** Called once after the last write, before completion. */
  readonly finish?: () => void | Promise<void>;
  /** Called when the stream ends in any other way: an error, an unsubscription. To close files and remove what is half-written. */
  readonly abandon?: () => void | Promise<void>;
}

/**
 * Writes every item, one after the other, and emits nothing; completes after the last write.
 *
 * State: at most `highWater` items. An error of `write` ends the stream after `abandon`.
 * @throws TypeError on subscription outside `run`
 */
export function drain<T>(
  write: (value: T) => void | Promise<void>,
  options: DrainOptions = {},
): OperatorFunction<T, never> {
  return (source) =>
    new Observable<never>((subscriber) => {
      let finished = false;
      let lastWrite: void | Promise<void>;
      const stage = new AsyncStage<T, void>({
        scope: requireScope("drain"),
        concurrency: 1,
        highWater: options.highWater ?? 1,
        ordered: true,
        work: (value) => {
          lastWrite = write(value);
          return lastWrite;
        },
        next: () => {},
        error: (error) => subscriber.error(error),
        complete: () => void finish(),
      });

      async function finish(): Promise<void> {
        try {
          await options.finish?.();
          finished = true;
          subscriber.complete();
        } catch (error) {
          subscriber.error(error);
        }
      }

      async function abandon(): Promise<void> {
        await Promise.resolve(lastWrite).catch(() => {}); // its error has been passed on
        await options.abandon?.();
      }

      subscriber.add(() => {
        stage.stop();
        if (!finished) void abandon();
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
