import type { OperatorFunction } from "rxjs";
import type { RunScope } from "../kernels/flow.js";
import { writeThrough } from "./writeThrough.js";

/**
 * Writes the one finished value of a stream, passes it on once it is durable, and records how many rows it had.
 * `write` must stop when its signal aborts, and leave nothing behind where it fails. State: none of its own.
 */
export function writeOnce<T>(
  who: string,
  path: string,
  write: (value: T, signal: AbortSignal, scope: RunScope) => Promise<number>,
): OperatorFunction<T, T> {
  return writeThrough<T>(who, (scope) => {
    let written = false;
    return {
      async write(value, signal) {
        if (written) throw new RangeError(`${who}: ${path} must be written once, got a second value`);
        written = true;
        scope.ledger.child(path).add("rows", await write(value, signal, scope));
      },
    };
  });
}
