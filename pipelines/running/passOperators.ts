import { catchError, defer, ignoreElements, Observable, type OperatorFunction, pipe, tap, throwError } from "rxjs";
import { currentScope, type RunScope } from "../../runtime/flow.js";
import type { Ledger } from "../../runtime/ledger.js";
import type { StateKeeper } from "../../schemas/index.js";

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

/** Has an operator account for what reaches it in a ledger, and its ports be known by its name. */
export function accountedIn<In, Out>(
  account: Ledger,
  name: string,
  operator: OperatorFunction<In, Out>,
): OperatorFunction<In, Out> {
  return inScope((scope) => scope.accountedIn(account, name), operator);
}

/** Hands the states that an operator tells to `keep`. */
export function keptBy<In, Out>(
  keep: (stage: StateKeeper) => void,
  operator: OperatorFunction<In, Out>,
): OperatorFunction<In, Out> {
  return inScope((scope) => scope.keeping(keep), operator);
}

/** Says of an error that arises in an operator from outside whose it is; those that pass through have been told by others. */
export function faultsNamed<In, Out>(who: string, operator: OperatorFunction<In, Out>): OperatorFunction<In, Out> {
  return (source) =>
    defer(() => {
      const passed = new Set<unknown>();
      const named = (error: unknown) => (passed.has(error) ? error : faultOf(who, error));
      const watched = source.pipe(tap({ error: (error) => passed.add(error) }));
      return defer(() => operator(watched)).pipe(catchError((error) => throwError(() => named(error))));
    });
}

function faultOf(who: string, cause: unknown): unknown {
  const { name, message } = cause instanceof Error ? cause : { name: "", message: String(cause) };
  const isTold = name === "AbortError" || message.startsWith(`${who}: `);
  return isTold ? cause : new Error(`${who}: must not fail, got ${message}`, { cause });
}

function inScope<In, Out>(
  change: (scope: RunScope) => RunScope,
  operator: OperatorFunction<In, Out>,
): OperatorFunction<In, Out> {
  return (source) =>
    new Observable((subscriber) => change(currentScope()).within(() => source.pipe(operator).subscribe(subscriber)));
}
