import { Observable, type OperatorFunction } from "rxjs";
import { integer } from "../schemas/fields.js";
import { parseOptions } from "../schemas/options.js";
import { requireScope, withoutScope } from "./flow.js";

const guardSchema = {
  name: "guard",
  fields: { highWater: integer({ min: 1, description: "How many items may be inside before the source waits" }) },
};

/**
 * Brackets somebody else's asynchronous one-to-one operator (`delay`, a `concatMap` over promises), so that the source waits
 * while `highWater` items are inside it.
 *
 * In, out: as the bracketed operator, which must emit exactly one item for each it is given: after one that it swallows, the
 * source waits for ever. State: a counter.
 * @throws RangeError at the call, if `highWater` is out of range, and in the stream, if the operator emits more than it was given;
 *   TypeError on subscription outside `run`
 * @example
 *   pages$.pipe(guard(delay(1000), 4))
 */
export function guard<In, Out>(operator: OperatorFunction<In, Out>, highWater = 1): OperatorFunction<In, Out> {
  parseOptions(guardSchema, { highWater });
  return (source) =>
    new Observable<Out>((subscriber) => {
      const scope = requireScope("guard");
      const port = scope.openPort(highWater);
      subscriber.add(() => port.close());
      const counted = new Observable<In>((inner) =>
        scope.within(() =>
          source.subscribe({
            next: (value) => {
              port.enter();
              withoutScope(() => inner.next(value));
            },
            error: (error) => inner.error(error),
            complete: () => inner.complete(),
          }),
        ),
      );
      subscriber.add(
        counted.pipe(operator).subscribe({
          next: (result) => {
            if (port.inFlight === 0) {
              subscriber.error(new RangeError("guard: the operator must emit one item for each it is given, got more"));
              return;
            }
            scope.within(() => subscriber.next(result));
            port.leave();
          },
          error: (error) => scope.within(() => subscriber.error(error)),
          complete: () => scope.within(() => subscriber.complete()),
        }),
      );
    });
}
