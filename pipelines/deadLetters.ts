import type { Ledger } from "../kernels/ledger.js";
import type { Rejection } from "../schemas/index.js";
import { DurableFile } from "../sinks/durableFile.js";

/** Where a run lists the documents that its source rejected; `only` reads them again. */
export const REJECTED = "rejected.jsonl";

/** How much of the list is on the disk, under its partial name. */
export interface RejectedSoFar {
  readonly bytes: number;
  readonly rows: number;
}

/**
 * Lists rejected documents in a file, one JSON object a line, in the order of the source. There is a file only if there is one.
 * State: the file's buffer. Counts `rows` on the ledger's child of the path, once the file is whole.
 */
export class DeadLetters {
  readonly #path: string;
  readonly #ledger: Ledger;
  #file: DurableFile | undefined;
  #rows = 0;
  /** A checkpoint counts on what is there. */
  #isSettled = false;

  constructor(path: string, ledger: Ledger) {
    this.#path = path;
    this.#ledger = ledger;
  }

  add(rejection: Rejection): void {
    this.#file ??= new DurableFile(this.#path);
    this.#file.write(Buffer.from(`${JSON.stringify(rejection)}\n`));
    this.#rows++;
  }

  /** Makes sure that what there is outlives the process; undefined if there is nothing. */
  settle(): RejectedSoFar | undefined {
    if (!this.#file) return undefined;
    this.#isSettled = true;
    return { bytes: this.#file.settle(), rows: this.#rows };
  }

  /** Goes on with the list of an earlier run. */
  goOn({ bytes, rows }: RejectedSoFar): void {
    this.#file = new DurableFile(this.#path, bytes);
    this.#rows = rows;
    this.#isSettled = true;
  }

  commit(): void {
    if (!this.#file) return;
    this.#file.commit();
    this.#file = undefined;
    this.#ledger.child(this.#path).add("rows", this.#rows);
  }

  /** Removes what was not committed, unless a run can go on with it. */
  close(): void {
    if (this.#isSettled) this.#file?.leave();
    else this.#file?.discard();
    this.#file = undefined;
  }
}
