import type { DocumentColumn } from "../../schemas/documents.js";
import type { StageState } from "../../schemas/state.js";
import { columnBytes, columnLength, columnOfBytes, joinColumns, sliceColumn } from "./documentColumns.js";

/**
 * Entries of documents on their way past a stage that keeps their order, but may pass a document's beginning on in a later batch than
 * the one in which it came. State: the entries of the documents that the stage holds back.
 */
export class DocumentRelay {
  #waiting: DocumentColumn | undefined;

  push(column: DocumentColumn | undefined): void {
    if (column) this.#waiting = this.#waiting ? joinColumns([this.#waiting, column]) : column;
  }

  /**
   * The entries of the next documents; undefined where the stream has none.
   * @throws RangeError if there are not so many, which is a fault of the stage
   */
  take(documents: number): DocumentColumn | undefined {
    if (!this.#waiting) return undefined;
    const length = columnLength(this.#waiting);
    if (documents > length)
      throw new RangeError(`documents: must be passed on once each, got ${documents - length} more`);
    const taken = sliceColumn(this.#waiting, 0, documents);
    this.#waiting = sliceColumn(this.#waiting, documents);
    return taken;
  }

  save(): StageState {
    return { facts: {}, arrays: { waiting: columnBytes(this.#waiting) } };
  }

  restore({ arrays }: StageState): void {
    this.#waiting = columnOfBytes(arrays.waiting as Uint8Array);
  }
}
