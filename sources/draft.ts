import { type Observable, tap } from "rxjs";
import type { RunScope } from "../kernels/flow.js";
import { Ledger } from "../kernels/ledger.js";
import type { Rejection, TextBatch } from "../schemas/text.js";
import { fromPull } from "./fromPull.js";

/**
 * What a live source counts and rejects while it makes a batch. It reaches the run together with the batch, so that between two
 * batches the run's ledger tells of just the text that it has.
 */
export class Draft {
  readonly ledger = new Ledger();
  #rejections: Rejection[] = [];
  readonly reject = (rejection: Rejection): void => void this.#rejections.push(rejection);

  passOn({ ledger, reject }: RunScope): void {
    this.ledger.moveTo(ledger);
    for (const rejection of this.#rejections.splice(0)) reject(rejection);
  }
}

/** The batches of a live source, as a cold Observable. */
export function fromDrafts(
  scope: RunScope,
  open: (draft: Draft, signal: AbortSignal) => AsyncIterable<TextBatch>,
): Observable<TextBatch> {
  const draft = new Draft();
  const passOn = () => draft.passOn(scope);
  return fromPull((signal) => open(draft, signal)).pipe(tap({ next: passOn, complete: passOn }));
}
