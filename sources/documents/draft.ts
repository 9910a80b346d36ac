import { type Observable, tap } from "rxjs";
import type { RunScope } from "../../runtime/flow.js";
import { fromPull } from "../../runtime/fromPull.js";
import { Ledger } from "../../runtime/ledger.js";
import type { Rejection, TextBatch } from "../../schemas/text.js";

/**
 * What a live source counts and rejects while it makes a batch. It reaches the run together with the batch, so that between two
 * batches the run's ledger tells of just the text that it has.
 */
export class Draft {
  readonly ledger = new Ledger();
  #rejections: Rejection[] = [];
  #afterwards: (() => void)[] = [];
  readonly reject = (rejection: Rejection): void => void this.#rejections.push(rejection);

  /** To be called once what there is of a batch has become the run's. */
  afterwards(action: () => void): void {
    this.#afterwards.push(action);
  }

  /** Takes in what another one counted and rejected. */
  absorb(other: Draft): void {
    other.ledger.moveTo(this.ledger);
    this.#rejections.push(...other.#rejections.splice(0));
    this.#afterwards.push(...other.#afterwards.splice(0));
  }

  passOn({ ledger, reject }: RunScope): void {
    this.ledger.moveTo(ledger);
    for (const rejection of this.#rejections.splice(0)) reject(rejection);
    for (const action of this.#afterwards.splice(0)) action();
  }
}

/**
 * The batches of a live source, as a cold Observable. The run does not settle before the source is closed, for which it must stop
 * waiting when the signal aborts.
 */
export function fromDrafts(
  scope: RunScope,
  open: (draft: Draft, signal: AbortSignal) => AsyncIterable<TextBatch>,
): Observable<TextBatch> {
  const draft = new Draft();
  const passOn = () => draft.passOn(scope);
  return fromPull((signal) => announced(open(draft, signal), scope)).pipe(tap({ next: passOn, complete: passOn }));
}

async function* announced(batches: AsyncIterable<TextBatch>, scope: RunScope): AsyncGenerator<TextBatch> {
  let closed = () => {};
  scope.closing(
    new Promise<void>((resolve) => {
      closed = resolve;
    }),
  );
  try {
    yield* batches;
  } finally {
    closed();
  }
}
