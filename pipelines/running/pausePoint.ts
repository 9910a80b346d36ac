import { Observable, type OperatorFunction } from "rxjs";
import { requireScope } from "../../runtime/flow.js";
import type { SourcePosition, TextBatch } from "../../schemas/index.js";

export interface Pauses {
  /** Something is to be done behind the last batch, undefined if there was none, and before the next one. */
  readonly isDue: (last: SourcePosition | undefined) => boolean;
  /** Does it, with nothing under way; must leave nothing due. An error ends the stream. */
  readonly act: (last: SourcePosition | undefined) => Promise<void>;
}

/**
 * Lets the batches of a live source through, and holds them back now and then, for what must be done between two of them.
 * State: what arrives during a pause, which is one batch, since the source waits at the flow gate from then on.
 */
export class PausePoint {
  readonly #pauses: Pauses;
  #look = () => {};

  constructor(pauses: Pauses) {
    this.#pauses = pauses;
  }

  /** Looks whether something is due, also while the source has nothing to give. */
  look(): void {
    this.#look();
  }

  readonly operator: OperatorFunction<TextBatch, TextBatch> = (source) =>
    new Observable((subscriber) => {
      const scope = requireScope("run");
      const port = scope.openPort(1);
      const arrived: TextBatch[] = [];
      let last: SourcePosition | undefined;
      /** Passing on, or pausing. */
      let isBusy = false;
      let isOver = false;

      const passOn = () => {
        for (let batch = arrived.shift(); batch; batch = arrived.shift()) {
          const passed = batch;
          scope.within(() => subscriber.next(passed));
          last = passed.position;
        }
      };
      const pause = async () => {
        port.enter();
        do {
          passOn(); // the ledger has counted it already
          await scope.gate.idle(port);
        } while (arrived.length > 0);
        if (!subscriber.closed) await this.#pauses.act(last);
        port.leave();
      };
      const advance = () => {
        if (isBusy || subscriber.closed) return;
        isBusy = true;
        passOn();
        if (isOver) scope.within(() => subscriber.complete());
        else if (this.#pauses.isDue(last)) pause().then(goOn, (error: unknown) => subscriber.error(error));
        else isBusy = false;
      };
      const goOn = () => {
        isBusy = false;
        advance();
      };

      this.#look = advance;
      subscriber.add(() => {
        this.#look = () => {};
        port.close();
      });
      subscriber.add(
        source.subscribe({
          next: (batch) => {
            arrived.push(batch);
            advance();
          },
          error: (error) => subscriber.error(error),
          complete: () => {
            isOver = true;
            advance();
          },
        }),
      );
      this.#look(); // something may have come due before
    });
}
