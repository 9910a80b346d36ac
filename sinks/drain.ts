import { ignoreElements, type OperatorFunction } from "rxjs";
import { type Writer, writeThrough } from "./writeThrough.js";

export interface DrainOptions extends Omit<Writer<never>, "write"> {
  /** How many items may wait before the source does; 1 by default. */
  readonly highWater?: number;
}

/**
 * Writes every item, one after the other, and emits nothing; completes after the last write.
 *
 * State: at most `highWater` items. An error of `write` ends the stream after `abandon`.
 * @throws TypeError on subscription outside `run`
 */
export function drain<T>(
  write: (value: T, signal: AbortSignal) => void | Promise<void>,
  options: DrainOptions = {},
): OperatorFunction<T, never> {
  const { highWater, ...ends } = options;
  return (source) =>
    source.pipe(
      writeThrough("drain", () => ({ write, ...ends }), highWater),
      ignoreElements(),
    );
}
