import type { TextBatch } from "../../schemas/text.js";
import { pickEntries } from "./documentColumns.js";

/**
 * Takes some of the documents out of a stream of texts, by their numbers from 0 in the order of the stream. State: the number of the document
 * that has begun.
 */
export class DocumentPicker {
  readonly #isPicked: (number: number) => boolean;
  #number = -1;

  constructor(isPicked: (number: number) => boolean) {
    this.#isPicked = isPicked;
  }

  /** What of a batch belongs to documents that are picked; undefined where that is nothing. */
  pick({ bytes, documentOffsets, documents, position }: TextBatch): TextBatch | undefined {
    const starts = [0, ...documentOffsets, bytes.length];
    const pieces: Uint8Array[] = [];
    const offsets: number[] = [];
    const kept: number[] = [];
    let length = 0;
    for (let k = 0; k < starts.length - 1; k++) {
      if (k > 0) this.#number++;
      if (this.#number < 0 || !this.#isPicked(this.#number)) continue;
      if (k > 0) {
        offsets.push(length);
        kept.push(k - 1);
      }
      const piece = bytes.subarray(starts[k], starts[k + 1]);
      pieces.push(piece);
      length += piece.length;
    }
    if (length === 0 && offsets.length === 0) return undefined;
    return {
      bytes: joined(pieces, length),
      documentOffsets: Uint32Array.from(offsets),
      ...(documents ? { documents: pickEntries(documents, kept) } : {}),
      position,
    };
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
