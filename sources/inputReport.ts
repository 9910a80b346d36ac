import type { Ledger } from "../kernels/ledger.js";

/** One input as errors and the ledger name it: who reads, and what. */
export class InputReport {
  readonly #ledgers: readonly Ledger[];

  constructor(
    readonly who: string,
    /** The file's path, or the name of the stream. */
    readonly name: string,
    ledger: Ledger,
  ) {
    this.#ledgers = [ledger, ledger.child(name)];
  }

  /** Counts for the run and for this input. */
  add(counter: string, amount: number): void {
    if (amount > 0) for (const ledger of this.#ledgers) ledger.add(counter, amount);
  }

  /** A fault in the input's content. */
  fault(where: string, what: string): SyntaxError {
    return new SyntaxError(`${this.who}: ${this.name}${where && ` ${where}`}: ${what}`);
  }
}
