import { defer, map, Observable, type OperatorFunction, tap } from "rxjs";
import { DocumentRelay } from "../../kernels/documents/documentRelay.js";
import { joinStates, splitState } from "../../kernels/numbers/joinStates.js";
import { currentScope, type RunScope } from "../../runtime/flow.js";
import type { DocumentBatch } from "../../schemas/documents.js";
import type { StateKeeper } from "../../schemas/state.js";

/**
 * Carries what is known of documents past an operator that keeps their order and passes each document's beginning on once, in whatever
 * batch. The operator itself need not know of it.
 *
 * State: the entries of documents that the operator holds back, saved together with the operator's own state.
 */
export function carryDocuments<In extends DocumentBatch, Out extends DocumentBatch>(
  operator: OperatorFunction<In, Out>,
): OperatorFunction<In, Out> {
  return (source) =>
    defer(() => {
      const relay = new DocumentRelay();
      const scope = currentScope();
      const joined = scope.keeping((stage) => scope.keep(withRelay(stage, relay)));
      const carried = subscribedIn(scope, source).pipe(
        tap(({ documents }) => relay.push(documents)),
        operator,
        map((batch) => {
          const documents = relay.take(batch.documentOffsets.length);
          return documents ? { ...batch, documents } : batch;
        }),
      );
      return subscribedIn(joined, carried);
    });
}

/** The stages of a stream find that scope, wherever it is subscribed. */
function subscribedIn<T>(scope: RunScope, stream: Observable<T>): Observable<T> {
  return new Observable((subscriber) => scope.within(() => stream.subscribe(subscriber)));
}

function withRelay(stage: StateKeeper, relay: DocumentRelay): StateKeeper {
  return {
    save: () => joinStates({ stage: stage.save(), documents: relay.save() }),
    restore(state) {
      const { stage: own = { facts: {}, arrays: {} }, documents } = splitState(state);
      stage.restore(own);
      relay.restore(documents!);
    },
  };
}
