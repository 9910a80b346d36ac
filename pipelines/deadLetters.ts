import type { Ledger } from "../kernels/ledger.js";
import type { Rejection } from "../schemas/index.js";
import { DurableFile } from "../sinks/durableFile.js";

/** Where a run lists the documents that its source rejected; `only` reads them again. */
export const REJECTED = "rejected.jsonl";

/**
 * Lists rejected documents in a file, one JSON object a line, in the order of the source. There is a file only if there is one.
 * State: the file's buffer. Counts `rows` on the ledger's child of the path.
 */
export class DeadLetters {
  readonly #path: string;
  readonly #ledger: Ledger;
  #file: DurableFile | undefined;

  constructor(path: string, ledger: Ledger) {
    this.#path = path;
    this.#ledger = ledger;
  }

  add(rejection: Rejection): void {
    this.#file ??= new DurableFile(this.#path);
    this.#file.write(Buffer.from(`${JSON.stringify(rejection)}\n`));
    this.#ledger.child(this.#path).add("rows", 1);
  }

  commit(): void {
    this.#file?.commit();
    this.#file = undefined;
  }

  /** Removes what was not committed. */
  close(): void {
    this.#file?.discard();
    this.#file = undefined;
  }
}
