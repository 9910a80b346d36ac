import type { DocumentColumn } from "../../schemas/documents.js";
import type { StageState } from "../../schemas/state.js";
import type { IdBatch } from "../../schemas/tokens.js";
import { columnBytes, columnOfBytes, sliceColumn } from "../documents/documentColumns.js";
import type { NumberedDocument } from "./numberedDocument.js";

/** What a batch holds of one document. */
export interface DocumentPiece extends NumberedDocument {
  /** The document begins here, and did not in an earlier batch. */
  readonly starts: boolean;
  readonly ids: Uint32Array;
}

/** Takes batches of ids apart into pieces of one document each. State: the number and the entry of the document that has begun. */
export class DocumentPieces {
  #document = -1;
  #entry: DocumentColumn | undefined;

  *of({ ids, documentOffsets, documents }: IdBatch): Generator<DocumentPiece> {
    const [first = ids.length] = documentOffsets;
    if (first > 0) yield this.#goOn(ids.subarray(0, first));
    for (let k = 0; k < documentOffsets.length; k++) {
      this.#document++;
      this.#entry = documents && sliceColumn(documents, k, k + 1);
      yield this.#piece(ids.subarray(documentOffsets[k], documentOffsets[k + 1]), true);
    }
  }

  save(): StageState {
    return { facts: { document: this.#document }, arrays: { entry: columnBytes(this.#entry) } };
  }

  restore({ facts, arrays }: StageState): void {
    this.#document = facts.document as number;
    this.#entry = columnOfBytes(arrays.entry as Uint8Array);
  }

  /** Text before the first beginning of a stream is a document, too. */
  #goOn(ids: Uint32Array): DocumentPiece {
    const starts = this.#document < 0;
    if (starts) this.#document = 0;
    return this.#piece(ids, starts);
  }

  #piece(ids: Uint32Array, starts: boolean): DocumentPiece {
    return { ids, starts, document: this.#document, entry: this.#entry };
  }
}
