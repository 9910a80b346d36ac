import type { OperatorFunction } from "rxjs";
import type { RunScope } from "../runtime/flow.js";
import { writeThrough } from "../runtime/writeThrough.js";

/** As counted while it was written. */
export interface Written {
  /** Rows or lines of the file. */
  readonly rows: number;
  /** How much of the value that is, in its own measure, if it is not as much as there are rows. */
  readonly taken?: number;
}

/**
 * Writes the one finished value of a stream, passes it on once it is durable, and records what was written.
 * `write` must stop when its signal aborts, and leave nothing behind where it fails. State: none of its own.
 */
export function writeOnce<T>(
  who: string,
  path: string,
  write: (value: T, signal: AbortSignal, scope: RunScope) => Promise<Written>,
): OperatorFunction<T, T> {
  return writeThrough<T>(who, (scope) => {
    let written = false;
    return {
      async write(value, signal) {
        if (written) throw new RangeError(`${who}: ${path} must be written once, got a second value`);
        written = true;
        const { rows, taken = rows } = await write(value, signal, scope);
        scope.ledger.child(path).add("rows", rows);
        scope.took(taken);
      },
    };
  });
}
