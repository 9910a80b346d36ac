import { connect, merge, type OperatorFunction } from "rxjs";

/**
 * Feeds several branches from one subscription to the source; their results are merged as they come.
 *
 * The slowest asynchronous stage of any branch governs the source. An error in one branch ends all of them.
 * State: none of its own.
 */
export function tee<In, Out>(...branches: OperatorFunction<In, Out>[]): OperatorFunction<In, Out> {
  return connect((shared) => merge(...branches.map((branch) => shared.pipe(branch))));
}
