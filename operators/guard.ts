import { Observable, type OperatorFunction } from "rxjs";
import { requireScope } from "../kernels/flow.js";

/**
 * Brackets somebody else's asynchronous one-to-one operator (`delay`, a `concatMap` over promises), so that the source waits
 * while `highWater` items are inside it.
 *
 * In, out: as the bracketed operator, which must emit exactly one item for each it is given. State: a counter.
 * @throws TypeError on subscription outside `run`
 */
export function guard<In, Out>(operator: OperatorFunction<In, Out>, highWater = 1): OperatorFunction<In, Out> {
  return (source) =>
    new Observable<Out>((subscriber) => {
      const scope = requireScope("guard");
      const port = scope.gate.open(highWater);
      subscriber.add(() => port.close());
      const counted = new Observable<In>((inner) =>
        source.subscribe({
          next: (value) => {
            port.enter();
            inner.next(value);
          },
          error: (error) => inner.error(error),
          complete: () => inner.complete(),
        }),
      );
      subscriber.add(
        counted.pipe(operator).subscribe({
          next: (result) => {
            scope.within(() => subscriber.next(result));
            port.leave();
          },
          error: (error) => scope.within(() => subscriber.error(error)),
          complete: () => scope.within(() => subscriber.complete()),
        }),
      );
    });
}
