import { concat, defer, type Observable } from "rxjs";

/**
 * One pass after the other: subscribes to the stream of each epoch, from 0, when the one before has completed.
 *
 * In:  how many epochs, and a function that makes the stream of one. Out: their events. State: none.
 * @throws RangeError at the call, if `epochs` is not an integer >= 1
 * @example
 *   repeatEpochs(model.epochs, (epoch) => tokens$.pipe(encode(vocabulary, { epoch }))).pipe(windowContexts(), feed(model))
 */
export function repeatEpochs<T>(epochs: number, passOf: (epoch: number) => Observable<T>): Observable<T> {
  if (!Number.isSafeInteger(epochs) || epochs < 1)
    throw new RangeError(`repeatEpochs: epochs must be an integer >= 1, got ${epochs}`);
  return concat(...Array.from({ length: epochs }, (_, epoch) => defer(() => passOf(epoch))));
}
