import type { Floats } from "../../kernels/neural/index.js";
import type { MaybePromise, StageState } from "../../schemas/index.js";

/** Ends learning once the held-out loss has not fallen for `patience` passes, and keeps the weights of the best. State: those. */
export class BestPass {
  readonly #patience: number;
  #seen = 0;
  #pass = 0;
  #loss = Number.POSITIVE_INFINITY;
  #values: Floats | undefined;

  /** @param patience 0 keeps nothing and never ends */
  constructor(patience: number) {
    this.#patience = patience;
  }

  get isOver(): boolean {
    return this.#patience > 0 && this.#values !== undefined && this.#seen - this.#pass >= this.#patience;
  }

  get values(): Floats | undefined {
    return this.#values;
  }

  get told(): Readonly<Record<string, number>> {
    return this.#values ? { bestPass: this.#pass } : {};
  }

  /** @param pass counted from 1 */
  async see(pass: number, loss: number, read: () => MaybePromise<Floats>): Promise<void> {
    this.#seen = pass;
    if (this.#patience === 0 || !(loss < this.#loss)) return;
    this.#loss = loss;
    this.#pass = pass;
    this.#values = (await read()).slice();
  }

  save(): StageState {
    if (!this.#values) return { facts: { seen: this.#seen }, arrays: {} };
    return { facts: { seen: this.#seen, pass: this.#pass, loss: this.#loss }, arrays: { values: this.#values } };
  }

  restore({ facts, arrays }: StageState): void {
    this.#seen = facts.seen as number;
    if (!arrays.values) return;
    this.#pass = facts.pass as number;
    this.#loss = facts.loss as number;
    this.#values = arrays.values as Floats;
  }
}
