import { closeSync, existsSync, openSync, readSync } from "node:fs";
import type { Ledger } from "../../runtime/ledger.js";
import type { Rejection } from "../../schemas/index.js";
import { endOf, FINGERPRINT_LENGTH, fingerprintOf } from "../../sources/live/fingerprint.js";
import { DurableFile, partialPathOf } from "../../storage/files/durableFile.js";

/** How much of the list is on the disk, under its partial name. */
export interface RejectedSoFar {
  readonly bytes: number;
  readonly rows: number;
  /** Fingerprint of the bytes before its end. */
  readonly before: string;
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
  /** The last bytes of the list. */
  #end: Uint8Array = new Uint8Array(0);
  /** A checkpoint counts on what is there. */
  #isSettled = false;

  constructor(path: string, ledger: Ledger) {
    this.#path = path;
    this.#ledger = ledger;
  }

  add(rejection: Rejection): void {
    this.#file ??= new DurableFile(this.#path);
    const line = Buffer.from(`${JSON.stringify(rejection)}\n`);
    this.#file.write(line);
    this.#end = endOf(this.#end, line);
    this.#rows++;
  }

  /** Makes sure that what there is outlives the process; undefined if there is nothing. */
  settle(): RejectedSoFar | undefined {
    if (!this.#file) return undefined;
    this.#isSettled = true;
    return { bytes: this.#file.settle(), rows: this.#rows, before: fingerprintOf(this.#end) };
  }

  /**
   * Goes on with the list of an earlier run: what lies behind what was settled is cut off.
   * @throws Error if the file is not the one that was settled
   */
  goOn({ before, bytes, rows }: RejectedSoFar): void {
    this.#end = endOfFile(partialPathOf(this.#path), bytes);
    if (fingerprintOf(this.#end) !== before)
      throw new Error(
        `${partialPathOf(this.#path)}: must be as it was written, got other bytes before byte ${bytes}; --force starts anew`,
      );
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

/** What lies before a place, as much of it as a fingerprint is made of; less where the file is shorter. */
function endOfFile(path: string, place: number): Uint8Array {
  if (!existsSync(path)) return new Uint8Array(0);
  const start = Math.max(0, place - FINGERPRINT_LENGTH);
  const descriptor = openSync(path, "r");
  try {
    const bytes = new Uint8Array(place - start);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, start));
  } finally {
    closeSync(descriptor);
  }
}
