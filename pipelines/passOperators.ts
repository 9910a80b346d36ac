import { ignoreElements, Observable, type OperatorFunction, pipe, tap } from "rxjs";
import { currentScope, type RunScope } from "../kernels/flow.js";
import type { Ledger } from "../kernels/ledger.js";
import type { StateKeeper } from "../schemas/index.js";

/** Calls `action` for each value once everything downstream that is synchronous has dealt with it. */
export function afterEach<T>(action: (value: T) => void): OperatorFunction<T, T> {
  return (source) =>
    new Observable((subscriber) =>
      source.subscribe({
        next: (value) => {
          subscriber.next(value);
          action(value);
        },
        error: (error) => subscriber.error(error),
        complete: () => subscriber.complete(),
      }),
    );
}

/** Calls `action` with each value, and emits none; synchronous, so it needs no port. */
export function consume<T>(action: (value: T) => void): OperatorFunction<T, never> {
  return pipe(tap(action), ignoreElements());
}

/** Counts whatever an operator counts in a part of the ledger. */
export function countedIn<In, Out>(name: string, operator: OperatorFunction<In, Out>): OperatorFunction<In, Out> {
  return inScope((scope) => scope.child(name), operator);
}

/** Has an operator account for what reaches it in a ledger. */
export function accountedIn<In, Out>(account: Ledger, operator: OperatorFunction<In, Out>): OperatorFunction<In, Out> {
  return inScope((scope) => scope.accountedIn(account), operator);
}

/** Hands the states that an operator tells to `keep`. */
export function keptBy<In, Out>(
  keep: (stage: StateKeeper) => void,
  operator: OperatorFunction<In, Out>,
): OperatorFunction<In, Out> {
  return inScope((scope) => scope.keeping(keep), operator);
}

function inScope<In, Out>(
  change: (scope: RunScope) => RunScope,
  operator: OperatorFunction<In, Out>,
): OperatorFunction<In, Out> {
  return (source) =>
    new Observable((subscriber) => change(currentScope()).within(() => source.pipe(operator).subscribe(subscriber)));
}
