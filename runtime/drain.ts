import { ignoreElements, type OperatorFunction } from "rxjs";
import { integer } from "../schemas/fields.js";
import { parseOptions } from "../schemas/options.js";
import { type Writer, writeThrough } from "./writeThrough.js";

const drainSchema = {
  name: "drain",
  fields: {
    highWater: integer({ min: 1, default: 1, description: "How many items may be inside before the source waits" }),
  },
};

export interface DrainOptions extends Omit<Writer<never>, "write"> {
  /** How many items may be inside, the one being written included, before the source waits; 1 by default. */
  readonly highWater?: number;
}

/**
 * Writes every item, one after the other, and emits nothing; completes after the last write.
 *
 * State: at most `highWater` items. An error of `write` ends the stream after `abandon`.
 * @throws RangeError at the call, if an option is out of range; TypeError on subscription outside `run`
 * @example
 *   tokens$.pipe(drain((batch) => file.write(batch.ids), { finish: () => file.close(), abandon: () => file.close() }))
 */
export function drain<T>(
  write: (value: T, signal: AbortSignal) => void | Promise<void>,
  options: DrainOptions = {},
): OperatorFunction<T, never> {
  const { highWater: given, ...ends } = options;
  const { highWater } = parseOptions(drainSchema, { highWater: given });
  return (source) =>
    source.pipe(
      writeThrough("drain", () => ({ write, ...ends }), highWater),
      ignoreElements(),
    );
}
